"""What came into an account, explained: known victims, probable ones, explained money, and what stays unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound, Refused
from fanzha.core.money import exponent_of, format_minor, parse_minor
from fanzha.core.time import format_instant, parse_instant
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.desk.books import Books
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_account import AccountDossier, open_account
from fanzha.services.explain_inflows import explain_inflows
from fanzha.services.trace_money import ReportedPayment, TraceRules, account_named, resolve_payments
from fanzha.tracing.inflows import EXPLAINED, InflowClass
from fanzha.tracing.runs import RunOrigin

SHOWN: Final = 100  # inflows that are listed; the sums are of all of them
# What an officer looks at first.
URGENCY: Final = (InflowClass.PROBABLE_VICTIM, InflowClass.UNEXPLAINED, InflowClass.KNOWN_VICTIM, *EXPLAINED)


@dataclass(frozen=True, slots=True)
class ClassSum:
    """How many inflows, and how much, are taken for the same; minor units."""

    kind: InflowClass
    count: int
    minor: int


@dataclass(frozen=True, slots=True)
class ExplainedInflow:
    """One inflow: what it is taken for, whose money it carries, and why."""

    transfer: str
    at_us: int
    amount_minor: int
    payer: str
    payer_name: str
    kind: InflowClass
    parts: Mapping[InflowClass, int]
    victims: Mapping[str, int]  # by the label of the origin: the id of a report, with a number where it names several
    reasons: tuple[tuple[str, str], ...]  # code, and the word of the remark that speaks for it


@dataclass(frozen=True, slots=True)
class AccountInflows:
    """The inflows of an account; indicators for enquiry, no finding about anybody."""

    dossier: AccountDossier
    currency: str
    sums: tuple[ClassSum, ...]  # of every class; they add up to all that came in
    total_minor: int
    shown: tuple[ExplainedInflow, ...]
    count: int
    known: int  # payments of victims against which the inflows were matched
    unmatched: tuple[str, ...]  # labels of victims to whose payment no single row of the ledger answers
    warnings: tuple[str, ...]

    @property
    def veil(self) -> Mask:
        """Through which every payer is shown."""
        return self.dossier.mask

    def minor_of(self, *kinds: InflowClass) -> int:
        """What came in of these kinds."""
        return sum(one.minor for one in self.sums if one.kind in kinds)


def account_inflows(desk: Desk, books: Books, actor: Actor, number: str, case: str = "") -> AccountInflows:
    """Explains every inflow of an account in the ledger; looking is a search, and kept as one.

    Known are the victims of the last traces of the cases that the actor may see and in which the account stands.

    Raises NotFound where the ledger does not know the account or no record of it is the actor's to see; else as
    `open_account`.
    """
    dossier = open_account(desk, actor, number, case=case)
    stored = books.ledger()
    if not dossier.own or account_named(stored, dossier.number) is None:
        raise NotFound("the ledger has no rows of this account, or none that you may see")
    reported = _reported(dossier)
    known, unmatched = _answered(stored, reported, books.trace_rules)
    found = explain_inflows(stored, dossier.number, known, None, books.inflow_rules, books.trace_rules)
    exponent = exponent_of(found["currency"])
    inflows = sorted((_inflow(one, exponent) for one in found["inflows"]), key=_urgency)
    return AccountInflows(
        dossier=dossier,
        currency=found["currency"],
        sums=tuple(
            ClassSum(kind, found["totals"][kind.value]["count"], parse_minor(found["totals"][kind.value]["amount"], exponent))
            for kind in URGENCY
        ),
        total_minor=parse_minor(found["indicators"]["inflow"], exponent),
        shown=tuple(inflows[:SHOWN]),
        count=len(inflows),
        known=len(known),
        unmatched=unmatched,
        warnings=tuple(found["warnings"]),
    )  # fmt: skip


def _reported(dossier: AccountDossier) -> tuple[ReportedPayment, ...]:
    """The victims' payments of the cases' last traces, each once."""
    origins: dict[str, RunOrigin] = {origin.fact: origin for run in dossier.runs for origin in run.origins}
    return tuple(
        ReportedPayment(
            one.label, one.payer, one.payee, format_instant(one.at_us),
            format_minor(one.amount_minor, exponent_of(one.currency)), one.fact,
        )
        for one in origins.values()
    )  # fmt: skip


def _answered(
    stored: StoredLedger, reported: Sequence[ReportedPayment], rules: TraceRules
) -> tuple[tuple[ReportedPayment, ...], tuple[str, ...]]:
    """The payments to which one row of the ledger answers, each with a row of its own; and the labels of the others."""
    if reported and _resolves(stored, reported, rules):
        return tuple(reported), ()
    known: list[ReportedPayment] = []
    taken: set[int] = set()
    for payment in reported:
        try:
            (found,) = resolve_payments(stored, [payment], rules)
        except Refused:
            continue
        if found.origin.eid >= 0 and found.origin.eid not in taken:
            taken.add(found.origin.eid)
            known.append(payment)
    there = {payment.place for payment in known}
    return tuple(known), tuple(dict.fromkeys(one.label for one in reported if one.place not in there))


def _resolves(stored: StoredLedger, reported: Sequence[ReportedPayment], rules: TraceRules) -> bool:
    try:
        return all(found.origin.eid >= 0 for found in resolve_payments(stored, reported, rules))
    except Refused:
        return False


def _inflow(row: Mapping[str, Any], exponent: int) -> ExplainedInflow:
    return ExplainedInflow(
        transfer=row["transfer"],
        at_us=parse_instant(row["at"]),
        amount_minor=parse_minor(row["amount"], exponent),
        payer=row["payer"],
        payer_name=row["payer_name"],
        kind=InflowClass(row["class"]),
        parts={InflowClass(kind): parse_minor(amount, exponent) for kind, amount in row["parts"].items()},
        victims={label: parse_minor(amount, exponent) for label, amount in row["by_victim"].items()},
        reasons=tuple((code, word) for code, _, word in (reason.partition(":") for reason in row["reasons"])),
    )


def _urgency(one: ExplainedInflow) -> tuple[int, int]:
    return URGENCY.index(one.kind), -one.amount_minor
