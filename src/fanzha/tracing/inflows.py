"""Backward from a found account: whose money came in, and what stays unexplained (来源不明流水).

Every inflow is split into parts that add up to it. Parts that are known victims' money or the account's own money coming
round are computed by FIFO; the rest of the inflow gets one class, with the reasons that speak for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from fanzha.ledger.columns import I64, NONE, OUTSIDE, LedgerColumns
from fanzha.records import TransferKind
from fanzha.tracing.allocate import Ledger, allocate
from fanzha.tracing.model import End, Limits, Method, Origin, Question

OUTFLOWS_MAX: Final = 20_000


class InflowClass(StrEnum):
    """What a part of an inflow is taken for."""

    KNOWN_VICTIM = "known_victim"
    PROBABLE_VICTIM = "probable_victim"
    CAME_ROUND = "came_round"
    OWN_MONEY = "own_money"
    WAGES = "wages"
    REFUND = "refund"
    PUBLIC_MONEY = "public_money"
    INTEREST = "interest"
    UNEXPLAINED = "unexplained"


EXPLAINED: Final = (
    InflowClass.CAME_ROUND,
    InflowClass.OWN_MONEY,
    InflowClass.WAGES,
    InflowClass.REFUND,
    InflowClass.PUBLIC_MONEY,
    InflowClass.INTEREST,
)


@dataclass(frozen=True, slots=True)
class InflowRules:
    """The dated rules of `rules/inflows.toml`; amounts in minor units, times in microseconds."""

    words: Mapping[InflowClass, tuple[str, ...]]
    company: tuple[str, ...]
    reasons_min: int
    passed_on_percent: int
    passed_on_within_us: int
    amount_min_minor: int
    neighbour_within_us: int
    goods: tuple[str, ...]  # words
    used_within_us: int  # an account is used for what came in so lately
    goods_payers_min: int


@dataclass(frozen=True, slots=True)
class Inflow:
    """One inflow, what it is made of, and why."""

    eid: int
    parts: Mapping[InflowClass, int]
    victims: Mapping[int, int]  # known origins' shares
    rest: InflowClass
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """An account's inflows, and of how many of its outflows (the earliest) it was looked for whether they came round."""

    inflows: tuple[Inflow, ...]
    outflows: int
    outflows_followed: int


@dataclass(frozen=True, slots=True)
class Texts:
    """What the rows say: remark and payer's name, by transfer."""

    summary: Mapping[int, str]
    payer_name: Mapping[int, str]


def classify_inflows(
    ledger: Ledger, pocket: int, known: Sequence[Origin], texts: Texts, rules: InflowRules, until_us: int | None
) -> Classified:
    """Every inflow of an account in time order, split by where it came from; parts add up to the inflow."""
    t = ledger.columns.transfers
    eids = np.flatnonzero((t.payee == pocket) & (t.payer != pocket))
    if until_us is not None:
        eids = eids[t.at_us[eids] <= until_us]
    paid = _outflows(ledger, pocket, until_us)
    victims, round_trip = _known_and_round(ledger, pocket, known, paid[:OUTFLOWS_MAX], until_us)
    first_payments = _first_payments(ledger.columns, pocket, eids.tolist())
    out: list[Inflow] = []
    suspected: list[int] = [int(t.at_us[eid]) for eid in eids.tolist() if victims.get(eid)]
    for eid in eids.tolist():
        amount = int(t.amount_minor[eid])
        by_victim = victims.get(eid, {})
        known_part = sum(by_victim.values())
        came_round = round_trip.get(eid, 0)
        left = amount - known_part - came_round
        rest = InflowClass.UNEXPLAINED
        reasons: list[str] = []
        if left:
            rest, reasons = _class_of(ledger, eid, texts, rules)
            if rest is InflowClass.UNEXPLAINED:
                rest, reasons = _suspect(ledger, pocket, eid, texts, rules, first_payments, suspected)
                if rest is InflowClass.PROBABLE_VICTIM:
                    suspected.append(int(t.at_us[eid]))
        parts = {InflowClass.KNOWN_VICTIM: known_part, InflowClass.CAME_ROUND: came_round}
        parts[rest] = parts.get(rest, 0) + left
        assert sum(parts.values()) == amount, "parts of an inflow must add up to it"
        out.append(Inflow(eid, {c: minor for c, minor in parts.items() if minor}, by_victim, rest, tuple(reasons)))
    return Classified(tuple(out), len(paid), min(len(paid), OUTFLOWS_MAX))


def _outflows(ledger: Ledger, pocket: int, until_us: int | None) -> I64:
    t = ledger.columns.transfers
    paid = np.flatnonzero((t.payer == pocket) & (t.payee != pocket))
    return paid if until_us is None else paid[t.at_us[paid] <= until_us]


def _known_and_round(
    ledger: Ledger, pocket: int, known: Sequence[Origin], paid: I64, until_us: int | None
) -> tuple[dict[int, dict[int, int]], dict[int, int]]:
    """What each inflow carries of the known origins, and how much of it is the account's own outflow coming back, by FIFO.

    An origin's money counts where it comes in first. Once the account has paid it out, it is what the account paid out: a
    victim's money that comes round is told as such, and his total is never more than he paid.
    """
    t = ledger.columns.transfers
    reported = {origin.eid for origin in known}
    outflows = [
        Origin(str(eid), int(t.amount_minor[eid]), eid, pocket, int(t.payee[eid]), int(t.at_us[eid]))
        for eid in paid.tolist()
        if eid not in reported
    ]
    shares: dict[int, dict[int, int]] = defaultdict(dict)
    back: dict[int, int] = defaultdict(int)
    if not known and not outflows:
        return shares, back
    money = allocate(ledger, Question((*known, *outflows), limits=Limits(until_us)), Method.FIFO)
    for (eid, label), amount in money.flows.items():
        if label < len(known) and t.payee[eid] == pocket:
            shares[eid][label] = amount
    for (end, eid, place, label), amount in money.ends.items():
        if end is End.TO_VICTIM and place == pocket and label >= len(known):
            back[eid] += amount
    return shares, back


def _first_payments(columns: LedgerColumns, pocket: int, eids: Sequence[int]) -> set[int]:
    """Inflows whose payer had never paid this account, nor been paid by it, before."""
    t = columns.transfers
    paid = np.flatnonzero(t.payer == pocket)
    since = {int(p): int(a) for p, a in zip(t.payee[paid][::-1], t.at_us[paid][::-1], strict=True)}
    seen: set[int] = set()
    first = set()
    for eid in eids:
        payer = int(t.payer[eid])
        known_before = payer in seen or since.get(payer, int(t.at_us[eid])) < int(t.at_us[eid])
        if payer != OUTSIDE and not known_before:
            first.add(eid)
        seen.add(payer)
    return first


def _class_of(ledger: Ledger, eid: int, texts: Texts, rules: InflowRules) -> tuple[InflowClass, list[str]]:
    """What the row itself says."""
    t, holder = ledger.columns.transfers, ledger.columns.pockets.holder
    kind = TransferKind(int(t.kind[eid]))
    if kind is TransferKind.REVERSAL or t.reverses[eid] != NONE:
        return InflowClass.REFUND, ["reversal"]
    if kind is TransferKind.INTEREST:
        return InflowClass.INTEREST, ["interest_row"]
    if holder[t.payer[eid]] == holder[t.payee[eid]] != 0:
        return InflowClass.OWN_MONEY, ["same_holder"]
    remark = texts.summary.get(eid, "").lower()
    for found in (InflowClass.WAGES, InflowClass.REFUND, InflowClass.PUBLIC_MONEY):
        word = next((word for word in rules.words.get(found, ()) if word in remark), None)
        if word is not None:
            return found, [f"remark:{word}"]
    return InflowClass.UNEXPLAINED, []


def _suspect(
    ledger: Ledger,
    pocket: int,
    eid: int,
    texts: Texts,
    rules: InflowRules,
    first: set[int],
    suspected: Sequence[int],
) -> tuple[InflowClass, list[str]]:
    """Reasons to think that a victim paid who has not reported yet."""
    t = ledger.columns.transfers
    at, amount = int(t.at_us[eid]), int(t.amount_minor[eid])
    first_payment = eid in first
    reasons = ["first_payment_between_them"] if first_payment else []
    passed_on = _passed_on(ledger, pocket, eid, rules)
    if passed_on:
        reasons.append("passed_on_within_minutes")
    name = texts.payer_name.get(eid, "").lower()
    if name and not any(word in name for word in rules.company):
        reasons.append("payer_is_a_person")
    if any(abs(at - other) <= rules.neighbour_within_us for other in suspected):
        reasons.append("near_another_victim")
    if amount % 10_000 == 0:
        reasons.append("round_amount")
    enough = amount >= rules.amount_min_minor and first_payment and passed_on and len(reasons) >= rules.reasons_min
    return (InflowClass.PROBABLE_VICTIM if enough else InflowClass.UNEXPLAINED), reasons


def _passed_on(ledger: Ledger, pocket: int, eid: int, rules: InflowRules) -> bool:
    """Whether most of the inflow left again within minutes, by FIFO."""
    t = ledger.columns.transfers
    limit = int(t.at_us[eid]) + rules.passed_on_within_us
    payer = int(t.payer[eid])
    origin = Origin("", int(t.amount_minor[eid]), eid, payer, pocket, int(t.at_us[eid]))
    # Whoever paid need not be a victim: money that comes back to him is followed on, as through a relay.
    relayed = frozenset[str]() if payer == OUTSIDE else frozenset({origin.label})
    money = allocate(ledger, Question((origin,), relayed, Limits(until_us=limit)), Method.FIFO)
    left = sum(amount for (flow, _), amount in money.flows.items() if t.payer[flow] == pocket and flow != eid)
    return left * 100 >= rules.passed_on_percent * int(t.amount_minor[eid])
