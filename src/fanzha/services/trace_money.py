"""Trace victims' payments: find their rows, allocate by every method asked for, and write down what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from fanzha import __version__
from fanzha.core.errors import BadInput, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, format_minor, parse_minor
from fanzha.core.time import SECOND_US, format_instant, parse_instant, parse_period
from fanzha.ledger.columns import NONE, OUTSIDE
from fanzha.ports.fact_store import StoredLedger
from fanzha.records import CARD_PAYMENTS
from fanzha.services.rebuild_ledger import index_of
from fanzha.services.trace_document import Writer, warnings_of
from fanzha.tracing.allocate import Ledger, allocate, extract_for, turned_round
from fanzha.tracing.findings import findings_of
from fanzha.tracing.model import Limits, Method, Origin, Question
from fanzha.tracing.origins import Claim, Found, Match, find_payment, is_covered, near_payments
from fanzha.tracing.returned import as_returned

HOUR_US: Final = 3600 * SECOND_US


@dataclass(frozen=True, slots=True)
class ReportedPayment:
    """One payment as the victim or the bank reported it; texts as typed."""

    label: str
    payer: str
    payee: str | None
    at: str
    amount: str
    place: str = "the command line"  # where it was read, for messages


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """What to trace, and how far."""

    payments: tuple[ReportedPayment, ...]
    methods: tuple[Method, ...] = tuple(Method)
    nested: tuple[str, ...] = ()
    until: str | None = None
    hops_max: int | None = None
    dust: str | None = None
    unmatched_asked: bool = False  # a payment to which no one row answers is a question, not an error
    returned: tuple[tuple[int, str], ...] = ()  # transfers that carry a decision to return out, with its number


@dataclass(frozen=True, slots=True)
class TraceRules:
    """The dated rules of `rules/tracing.toml`."""

    origin_tolerance_us: int
    near_us: int
    freshness_hours: tuple[int, ...]
    ask_us_min: int
    leads_max: int


def read_trace_rules(table: Mapping[str, Any]) -> TraceRules:
    """The rules from their table."""
    return TraceRules(
        int(table["origin_tolerance_s"]) * SECOND_US,
        int(table["near_hours"]) * HOUR_US,
        tuple(int(hours) for hours in table["freshness_hours"]),
        int(table["ask_hours_min"]) * HOUR_US,
        int(table["leads_max"]),
    )


@dataclass(frozen=True, slots=True)
class ResolvedPayment:
    """A reported payment and the transfer that answers to it."""

    origin: Origin
    currency: str
    payee_name: str  # as typed where the ledger does not know the account
    notes: tuple[str, ...]


def trace_money(stored: StoredLedger, request: TraceRequest, rules: TraceRules) -> dict[str, Any]:
    """The trace document of design §5: per method accounts, flows, exits, frontier, unknown, balance.

    Raises BadInput where the request makes no sense, Refused where the facts do not allow it (no row or two rows answer
    to a payment, two origins are one row).
    """
    ledger = Ledger(stored.assembly.columns, index_of(stored))
    resolved = resolve_payments(stored, request.payments, rules, unmatched_asked=request.unmatched_asked)
    unknown = set(request.nested) - {payment.label for payment in request.payments}
    if unknown:
        raise BadInput(f"--nested names {', '.join(sorted(unknown))}, which is the label of no origin")
    methods: dict[str, Any] = {}
    warnings = [note for one in resolved for note in one.notes]
    currencies = list(dict.fromkeys(one.currency for one in resolved))
    for currency in currencies:
        own = [one for one in resolved if one.currency == currency]
        question = Question(
            tuple(one.origin for one in own),
            frozenset(request.nested),
            _limits(request, own, exponent_of(currency)),
            _homes(stored, [one.origin for one in own if one.origin.label not in request.nested])
            | frozenset(int(ledger.columns.transfers.payee[eid]) for eid, _ in request.returned) - {OUTSIDE},
        )
        writer = Writer(stored, ledger, question, currency, rules, {n: f.payee_name for n, f in enumerate(own)})
        back = frozenset(eid for eid, _ in request.returned)
        for method, document in _by_method(ledger, question, request.methods, writer, back):
            methods[method.value if currency == currencies[0] else f"{method.value}@{currency}"] = document
        warnings.extend(warnings_of(writer, request.methods))
    found: dict[str, Any] = {
        "methods": methods,
        "ledger": {
            "digest": stored.digest,
            "transfers": len(ledger.columns.transfers),
            "as_of": format_instant(int(ledger.columns.transfers.at_us[-1])) if len(ledger.columns.transfers) else None,
        },
        "parameters": _parameters(request, resolved, stored),
        "warnings": list(dict.fromkeys(warnings)),
    }
    warned = found.pop("warnings")
    digest = hashlib.sha256(msgspec.json.encode({**found, "warnings": warned})).hexdigest()
    return {**found, "result_hash": digest, "warnings": warned}


def _by_method(
    ledger: Ledger, question: Question, methods: Sequence[Method], writer: Writer, returned: frozenset[int]
) -> list[tuple[Method, dict[str, Any]]]:
    replayed = [m for m in methods if m is not Method.FIFO]
    touchy = len(ledger.index.group_pocket) > 0
    taken = extract_for(ledger, question) if replayed or touchy else None
    turned = turned_round(ledger, question, taken) if taken is not None and touchy else None
    other = turned.question(question) if turned is not None else None
    other_taken = extract_for(turned.ledger, other) if turned is not None and other is not None else None
    out = []
    for method in methods:
        money = as_returned(allocate(ledger, question, method, taken), returned)
        twin = None
        if turned is not None and other is not None and method is not Method.POISON:
            twin = allocate(turned.ledger, other, method, other_taken)
        out.append((method, writer.document(findings_of(ledger, question, method, money, twin))))
    return out


def _limits(request: TraceRequest, resolved: Sequence[ResolvedPayment], exponent: int) -> Limits:
    until = None if request.until is None else parse_period(request.until)[1]
    for found in resolved:
        if until is not None and found.origin.at_us > until:
            raise BadInput(f"--until {request.until} is before the payment of {found.origin.label}")
    if request.hops_max is not None and request.hops_max < 1:
        raise BadInput("--max-hops must be at least 1")
    dust = 0 if request.dust is None else parse_minor(request.dust, exponent)
    if dust < 0:
        raise BadInput("--dust must not be negative")
    return Limits(until, request.hops_max, dust)


def resolve_payments(
    stored: StoredLedger, payments: Sequence[ReportedPayment], rules: TraceRules, *, unmatched_asked: bool = False
) -> list[ResolvedPayment]:
    """The row of each reported payment.

    Raises Refused where none or two answer to one, or one answers to two, unless such are to be asked for; BadInput where
    there is nothing to look for.
    """
    if not payments:
        raise BadInput("no payment to trace: give --from, --at and --amount, or --origins FILE")
    taken: dict[int, ReportedPayment] = {}
    out = []
    # Two equal lines ask for two equal rows: each takes the first that is left.
    for payment in payments:
        try:
            found = _resolve(stored, payment, rules, taken, _alike(payment, payments))
        except Refused as reason:
            if not unmatched_asked or payment.payee is None:
                raise
            found = _asked_for(stored, payment, f"origin_unmatched: {reason}")
        if found.origin.eid != NONE:
            taken[found.origin.eid] = payment
        out.append(found)
    return out


def _alike(payment: ReportedPayment, others: Sequence[ReportedPayment]) -> int:
    key = (payment.payer, payment.payee, payment.at, payment.amount)
    return sum((other.payer, other.payee, other.at, other.amount) == key for other in others)


def _resolve(
    stored: StoredLedger, payment: ReportedPayment, rules: TraceRules, taken: Mapping[int, ReportedPayment], alike: int
) -> ResolvedPayment:
    columns = stored.assembly.columns
    payers, payees = (
        _claimed(stored, payment.payer),
        None if payment.payee is None else _claimed(stored, payment.payee),
    )
    from_us, to_us = _period_of(payment)
    for currency, pair in _by_currency(stored, payers, payees):
        amount = _amount_of(payment, currency)
        claim = Claim(pair[0], pair[1], from_us, to_us, amount)
        found = find_payment(columns, claim, rules.origin_tolerance_us)
        if found.eids:
            eid = _choose(stored, payment, found, taken, alike)
            t = columns.transfers
            origin = Origin(payment.label, amount, eid, int(t.payer[eid]), int(t.payee[eid]), int(t.at_us[eid]))
            return ResolvedPayment(origin, currency, "", _match_notes(payment, found.match, int(t.at_us[eid])))
    return _unmatched(stored, payment, payers, payees, rules)


def _period_of(payment: ReportedPayment) -> tuple[int, int]:
    try:
        return parse_period(payment.at)
    except BadInput as error:
        raise BadInput(f"{payment.place}: at {error}") from None


def _amount_of(payment: ReportedPayment, currency: str) -> int:
    try:
        amount = parse_minor(payment.amount, exponent_of(currency))
    except BadInput as error:
        raise BadInput(f"{payment.place}: {error}") from None
    if amount <= 0:
        raise BadInput(f"{payment.place}: the amount of {payment.label} must be above zero, not {payment.amount}")
    return amount


def account_named(stored: StoredLedger, text: str) -> str | None:
    """The account that a typed number means, however it is grouped and in whatever width its digits are."""
    identity = stored.assembly.identity
    return identity.resolve(text) or identity.resolve(plain_identifier(text))


def pockets_named(stored: StoredLedger, text: str) -> list[int]:
    """Every pocket (one per currency) of the account that a text names."""
    name = account_named(stored, text)
    if name is None:
        return []
    accounts = pl.Series(stored.assembly.columns.pockets.account)
    return [int(p) for p in np.flatnonzero((accounts == name).to_numpy())] if name else []


def _claimed(stored: StoredLedger, text: str) -> list[int]:
    """The pockets that a report can mean by an account: a wallet's bound-card payments, too."""
    name = account_named(stored, text)
    return pockets_named(stored, text) + ([] if name is None else pockets_named(stored, name + CARD_PAYMENTS))


def _homes(stored: StoredLedger, origins: Sequence[Origin]) -> frozenset[int]:
    """Where a wallet's holder paid from, its balance and its bound-card payments are both his."""
    pockets = stored.assembly.columns.pockets
    homes: set[int] = set()
    for payer in {origin.payer for origin in origins} - {OUTSIDE}:
        name = pockets.account[payer]
        other = name.removesuffix(CARD_PAYMENTS) if name.endswith(CARD_PAYMENTS) else name + CARD_PAYMENTS
        homes |= {p for p in pockets_named(stored, other) if pockets.currency[p] == pockets.currency[payer]}
    return frozenset(homes)


def _by_currency(
    stored: StoredLedger, payers: Sequence[int], payees: Sequence[int] | None
) -> list[tuple[str, tuple[list[int], list[int] | None]]]:
    """The currencies in which such a payment can be, the default first."""
    pockets = stored.assembly.columns.pockets
    named = [*payers, *(payees or ())]
    currencies = {pockets.currencies[pockets.currency[p]] for p in named} or {DEFAULT_CURRENCY}
    ordered = sorted(currencies, key=lambda c: (c != DEFAULT_CURRENCY, c))

    def of(side: Sequence[int], currency: str) -> list[int]:
        return [p for p in side if pockets.currencies[pockets.currency[p]] == currency]

    return [(c, (of(payers, c), None if payees is None else of(payees, c))) for c in ordered]


def _choose(
    stored: StoredLedger, payment: ReportedPayment, found: Found, taken: Mapping[int, ReportedPayment], alike: int
) -> int:
    free = [eid for eid in found.eids if eid not in taken]
    if not free:
        other = taken[found.eids[0]]
        raise Refused(
            f"{payment.place}: {payment.label} is the same row as {other.label} "
            f"({_row_text(stored, found.eids[0])}); one payment is one origin, remove one of them"
        )
    if len(found.eids) > alike:
        rows = "; ".join(_row_text(stored, eid) for eid in found.eids[:5])
        raise Refused(
            f"{payment.place}: {len(found.eids)} rows answer to the payment of {payment.label}: {rows}. "
            f"Say which by a more exact time or --to, or list every one of them as an origin of its own"
        )
    return free[0]


def _match_notes(payment: ReportedPayment, match: Match, at_us: int) -> tuple[str, ...]:
    if match is Match.SHIFTED:
        return (
            f"origin_time_shifted: {payment.label} was reported at {payment.at}, the row is of {format_instant(at_us)}",
        )
    if match is Match.PAYER_NOT_NAMED:
        return (f"origin_payer_not_named: the row that answers to {payment.label} does not name its payer",)
    return ()


def _unmatched(
    stored: StoredLedger,
    payment: ReportedPayment,
    payers: Sequence[int],
    payees: Sequence[int] | None,
    rules: TraceRules,
) -> ResolvedPayment:
    """A payment that no row shows: if the payee's statement is missing it is the first question, else a contradiction."""
    columns = stored.assembly.columns
    from_us, to_us = _period_of(payment)
    amount = _amount_of(payment, DEFAULT_CURRENCY)
    covered = [p for p in payees or () if is_covered(columns, p, from_us)]
    if payment.payee is not None and not covered and not any(is_covered(columns, p, from_us) for p in payers):
        note = f"origin_without_row: no statement shows the payment of {payment.label} yet; all of it is asked for"
        return _asked_for(stored, payment, note)
    near = near_payments(columns, Claim(payers, payees, from_us, to_us, amount), rules.near_us)
    hint = "; ".join(_row_text(stored, eid) for eid in near) or "none within three days"
    missing = "" if payers else f" (the ledger does not know the account {payment.payer})"
    raise Refused(
        f"{payment.place}: no row answers to the payment of {payment.label}: {payment.amount} from {payment.payer}"
        f"{' to ' + payment.payee if payment.payee else ''} at {payment.at}{missing}. Nearest rows: {hint}"
    )


def _asked_for(stored: StoredLedger, payment: ReportedPayment, note: str) -> ResolvedPayment:
    """The payment without a row: all of it is a question to the payee's institution."""
    pockets = stored.assembly.columns.pockets
    payers, payees = _claimed(stored, payment.payer), _claimed(stored, payment.payee or "")
    pocket, payer = payees[0] if payees else OUTSIDE, payers[0] if payers else OUTSIDE
    currency = pockets.currencies[pockets.currency[pocket]] if payees else DEFAULT_CURRENCY
    amount = _amount_of(payment, currency)
    origin = Origin(payment.label, amount, NONE, payer, pocket, _period_of(payment)[0])
    return ResolvedPayment(origin, currency, plain_identifier(payment.payee or ""), (note,))


def _row_text(stored: StoredLedger, eid: int) -> str:
    columns = stored.assembly.columns
    t, pockets = columns.transfers, columns.pockets
    exponent = pockets.exponents[pockets.currency[t.payer[eid] or t.payee[eid]]]
    return (
        f"{stored.assembly.details['transfer_id'][eid]} {format_instant(int(t.at_us[eid]))} "
        f"{pockets.account[int(t.payer[eid])] or '?'} → {pockets.account[int(t.payee[eid])] or '?'} "
        f"{format_minor(int(t.amount_minor[eid]), exponent)}"
    )


def _parameters(request: TraceRequest, resolved: Sequence[ResolvedPayment], stored: StoredLedger) -> dict[str, Any]:
    ids = stored.assembly.details["transfer_id"]
    returned = [{"transfer": str(ids[eid]), "decision": number} for eid, number in request.returned]
    return {
        "origins": [
            {
                "label": payment.label,
                "from": plain_identifier(payment.payer),
                "to": None if payment.payee is None else plain_identifier(payment.payee),
                "at": format_instant(parse_instant(payment.at)),
                "amount": format_minor(found.origin.amount_minor, exponent_of(found.currency)),
                "transfer": None
                if found.origin.eid == NONE
                else str(stored.assembly.details["transfer_id"][found.origin.eid]),
            }
            for payment, found in zip(request.payments, resolved, strict=True)
        ],
        "methods": [method.value for method in request.methods],
        "nested": sorted(request.nested),
        "until": None if request.until is None else format_instant(parse_period(request.until)[1]),
        "max_hops": request.hops_max,
        "dust": request.dust,
        **({"returned": returned} if returned else {}),
        "version": __version__,
    }
