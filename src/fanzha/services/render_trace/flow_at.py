"""A trace as it stood at an instant: earlier transfers only, balances put together again from them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from fanzha.services.render_trace.trace_document import (
    AccountTrace,
    BankBalance,
    Control,
    Flow,
    MethodTrace,
    TraceBalance,
    TraceContext,
    UnknownPart,
)


@dataclass(slots=True)
class _Moved:
    """What moved at one account until the instant."""

    into: int = 0
    out: int = 0
    left_alone: int = 0  # left without a payment that shows it
    started: int = 0  # a victim's own payments

    @property
    def residual(self) -> int:
        """What is still there or lost there."""
        return max(0, self.into - self.out - self.left_alone)


@dataclass(slots=True)
class _Moves:
    accounts: dict[str, _Moved] = field(default_factory=lambda: defaultdict(_Moved))
    origin: int = 0


def trace_at(trace: MethodTrace, until_us: int | None) -> MethodTrace:
    """The trace with nothing that came after `until_us`; the whole of it where no transfer did.

    At every instant origin = held + exited + unknown. Of an account that has lost money at a time that nobody knows, what
    is lost in the end counts as lost first; what other measures bind there now counts as bound then.
    """
    if until_us is None or all(flow.at_us is None or flow.at_us <= until_us for flow in trace.flows):
        return trace
    flows = tuple(flow for flow in trace.flows if flow.at_us is not None and flow.at_us <= until_us)
    carried = {flow.transfer for flow in trace.flows}
    exits = tuple(found for found in trace.exits if found.at_us is not None and found.at_us <= until_us)
    moves = _moves(trace, flows)
    for found in exits:
        if found.transfer not in carried:
            moves.accounts[found.account].left_alone += found.traced
    accounts = tuple(
        _account(account, moves.accounts[account.account], lost)
        for account, lost in _with_losses(trace)
        if account.account in moves.accounts
    )
    unknown = _unknown(trace, moves, flows)
    held = sum(account.held for account in accounts)
    exited = sum(found.traced for found in exits)
    balance = None
    if trace.balance is not None:
        away = moves.origin - held - exited - sum(part.traced for part in unknown)
        if away > 0:  # paid out by then and taken back later: nowhere in the trace as a whole
            unknown += (UnknownPart("", "taken_back", away, {}),)
        balance = TraceBalance(moves.origin, held, exited, sum(part.traced for part in unknown), min(away, 0))
    return replace(
        trace,
        accounts=accounts,
        flows=flows,
        exits=exits,
        frontier=tuple(q for q in trace.frontier if q.account in moves.accounts),
        unknown=unknown,
        balance=balance,
    )


def context_at(context: TraceContext, until_us: int | None) -> TraceContext:
    """What was known of accounts at the instant: measures and balances of later are left out."""
    if until_us is None:
        return context

    def known(found: Control | BankBalance) -> bool:
        return found.at_us is None or found.at_us <= until_us

    return replace(
        context,
        controls={account: found for account, found in context.controls.items() if known(found)},
        balances={account: found for account, found in context.balances.items() if known(found)},
    )


def _is_origin(trace: MethodTrace, flow: Flow) -> bool:
    return flow.transfer in trace.origins if trace.origins else flow.hop <= 1 and not flow.reversal


def _moves(trace: MethodTrace, flows: tuple[Flow, ...]) -> _Moves:
    moves = _Moves()
    ended = {found.transfer for found in trace.exits if found.transfer}
    for flow in flows:
        payer = moves.accounts[flow.payer]
        if _is_origin(trace, flow):
            moves.origin += flow.traced
            payer.started += flow.traced
        else:
            payer.out += flow.traced
        if flow.transfer not in ended and flow.payee:
            moves.accounts[flow.payee].into += flow.traced
    return moves


def _with_losses(trace: MethodTrace) -> list[tuple[AccountTrace, int]]:
    """Every account with what was lost at it in the end."""
    lost: dict[str, int] = defaultdict(int)
    for part in trace.unknown:
        if part.reason != "counterparty_missing":
            lost[part.account] += part.traced
    return [(account, lost[account.account]) for account in trace.accounts]


def _account(account: AccountTrace, moved: _Moved, lost: int) -> AccountTrace:
    held = max(0, moved.residual - lost)
    bound = account.held - (account.stoppable or 0)
    return replace(
        account,
        traced_in=moved.into,
        traced_out=moved.out + moved.started,
        held=held,
        stoppable=None if account.stoppable is None else max(0, held - bound),
        held_by_victim={},
        held_min=None,
        held_max=None,
    )


def _unknown(trace: MethodTrace, moves: _Moves, flows: tuple[Flow, ...]) -> tuple[UnknownPart, ...]:
    """What was lost by then: of each part no more than what had come to its account."""
    left = {account: moved.residual for account, moved in moves.accounts.items()}
    unnamed: dict[str, int] = defaultdict(int)
    for flow in flows:
        if not flow.payee:
            unnamed[flow.payer] += flow.traced
    parts = []
    for part in trace.unknown:
        room = unnamed if part.reason == "counterparty_missing" else left
        traced = min(part.traced, room.get(part.account, 0))
        if traced:
            room[part.account] -= traced
            parts.append(replace(part, traced=traced, by_victim={}))
    return tuple(parts)
