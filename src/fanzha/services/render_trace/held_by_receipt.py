"""What a bank's receipt says to be held is not unknown, though the statement that would show it has not come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from fanzha.services.render_trace.trace_document import (
    AccountTrace,
    MethodTrace,
    Shares,
    TraceContext,
    TraceDocument,
    UnknownPart,
)

NO_STATEMENT: Final = "frontier"  # the reason of the part: nothing at all is known of the account after the money came


def with_receipts(document: TraceDocument, context: TraceContext) -> tuple[TraceDocument, Mapping[str, int]]:
    """The document with the money that measures of the case hold by receipt, and how much that is, by method; minor units.

    Only on accounts without a statement; never more than arrived there, than the institution carried out, or than it
    says to be left. What was asked of the institution is asked still. origin = held + exited + unknown stays as it was.
    """
    methods, moved = [], {}
    for method in document.methods:
        told, minor = _told(method, context)
        methods.append(told)
        if minor:
            moved[method.key] = minor
    return (replace(document, methods=tuple(methods)), moved) if moved else (document, {})


def _told(trace: MethodTrace, context: TraceContext) -> tuple[MethodTrace, int]:
    """One method's result; as it was where no receipt tells of an account without a statement."""
    if trace.balance is None:
        return trace, 0
    accounts = {account.account: account for account in trace.accounts}
    unknown: list[UnknownPart] = []
    moved_minor = 0
    for part in trace.unknown:
        account = accounts.get(part.account)
        held = 0 if account is None else _held(account, part, context)
        if account is None or not held:
            unknown.append(part)
            continue
        moved = _share(part.by_victim, held, part.traced)
        accounts[part.account] = replace(
            account, held=account.held + held, held_by_victim=_sum(account.held_by_victim, moved)
        )
        left = {label: minor - moved[label] for label, minor in part.by_victim.items()}
        if held < part.traced:
            unknown.append(replace(part, traced=part.traced - held, by_victim=left))
        moved_minor += held
    if not moved_minor:
        return trace, 0
    balance = replace(trace.balance, held=trace.balance.held + moved_minor, unknown=trace.balance.unknown - moved_minor)
    told = replace(trace, accounts=tuple(accounts.values()), unknown=tuple(unknown), balance=balance)
    return told, moved_minor


def _held(account: AccountTrace, part: UnknownPart, context: TraceContext) -> int:
    """How much of the part the receipts say to be held, beyond what statements show there."""
    control = context.controls.get(account.account)
    if part.reason != NO_STATEMENT or control is None or control.amount is None:
        return 0
    balance = context.balances.get(account.account)
    there = control.amount if balance is None else min(control.amount, balance.amount)
    return max(min(part.traced, there - account.held), 0)


def _share(shares: Shares, minor: int, total: int) -> dict[str, int]:
    """So much of the whole, parted as the whole is; the parts sum to `minor` where the shares sum to `total`."""
    out, summed, given = {}, 0, 0
    for label, share in shares.items():
        summed += share
        out[label] = summed * minor // total - given
        given += out[label]
    return out


def _sum(first: Shares, second: Shares) -> dict[str, int]:
    return {label: first.get(label, 0) + second.get(label, 0) for label in (*first, *second)}
