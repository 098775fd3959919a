"""The case law: for each victim, lost + reattributed = held + returned + exited + unknown, or it is told what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from fanzha.casework import Case, Clue, ClueStage
from fanzha.core.errors import BadInput
from fanzha.core.identifiers import number_ending
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_booking import THIRD_PARTIES, found_later, paid_minor
from fanzha.measures.return_plan import Booking
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import WorkView
from fanzha.services.desk.case_family import family_of, returns_of
from fanzha.services.desk.listing import every
from fanzha.services.desk.read_return_figures import minor_by_victim, part_of
from fanzha.tracing.runs import DEFAULT_METHOD, LEADS_METHOD, TraceRun


@dataclass(frozen=True, slots=True)
class LawRow:
    """One victim's money in one currency, or all victims' where nobody is named; minor units."""

    victim: str
    currency: str
    lost_minor: int = 0
    reattributed_minor: int = 0  # what decided returns paid him beyond his traced part, or others out of it
    held_minor: int = 0
    returned_minor: int = 0
    exited_minor: int = 0
    unknown_minor: int = 0
    decisions: tuple[str, ...] = ()  # numbers of the decisions that reattributed

    @property
    def difference_minor(self) -> int:
        """Zero, or something is wrong."""
        have = self.held_minor + self.returned_minor + self.exited_minor + self.unknown_minor
        return self.lost_minor + self.reattributed_minor - have


@dataclass(frozen=True, slots=True)
class CaseLaw:
    """A case's books: a row for each victim and currency, the sums, and what does not hold."""

    case: str
    method: str
    trace_run: str  # empty where the case was never traced
    rows: tuple[LawRow, ...]
    totals: tuple[LawRow, ...]  # one a currency
    third_parties_minor: Mapping[str, int]  # by currency: what returns reattributed from or to third parties
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()  # where today's trace and the bookings of returns speak of different money

    @property
    def holds(self) -> bool:
        """Whether every difference is zero and nothing else is wrong."""
        return not self.faults


def case_law(view: WorkView, case: Case, evidence: EvidenceStore, *, default_method: str = DEFAULT_METHOD) -> CaseLaw:
    """The books of a case out of its last trace, its carried-out payments and the bookings of its returns.

    Losses that no trace has yet are unknown. A payment of a return counts as returned wherever the ledger shows it.
    default_method: where the case has chosen none.
    """
    returns = [one for member in family_of(view, case) for one in returns_of(view, member)]
    books = _Books(view, case, evidence, _method_of(case, returns, default_method))
    books.read_trace()
    books.read_untraced()
    books.read_returns(returns)
    return books.law()


def _method_of(case: Case, returns: Sequence[ReturnProcedure], default: str) -> str:
    """Once something was paid out, the books stay by the method that it was booked by."""
    booked = [one.method for one in returns if one.booked and one.method]
    if booked:
        return booked[-1]
    working = case.working_method
    return default if working is None or working.method == LEADS_METHOD else working.method


Sums = dict[str, Counter[str]]  # by currency, then by victim


@dataclass(slots=True)
class _Books:
    """The sums as they are read."""

    view: WorkView
    case: Case
    evidence: EvidenceStore
    method: str
    run: TraceRun | None = None
    document: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lost: Sums = field(default_factory=dict[str, Counter[str]])
    reattributed: Sums = field(default_factory=dict[str, Counter[str]])
    held: Sums = field(default_factory=dict[str, Counter[str]])
    returned: Sums = field(default_factory=dict[str, Counter[str]])
    exited: Sums = field(default_factory=dict[str, Counter[str]])
    unknown: Sums = field(default_factory=dict[str, Counter[str]])
    decisions: dict[tuple[str, str], list[str]] = field(default_factory=dict[tuple[str, str], list[str]])
    faults: list[str] = field(default_factory=list[str])
    # By account and currency: what the ledger shows payments of returns to have taken, and whom no booking knew yet.
    paid_away: dict[tuple[str, str], Counter[str]] = field(default_factory=dict[tuple[str, str], Counter[str]])
    found_later: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict[tuple[str, str], dict[str, int]])

    def read_trace(self) -> None:
        query = Query(equals={"case_id": self.case.id}, order_by="at_us", descending=True, limit=1)
        runs = self.view.records(TraceRun).find(query).rows
        if not runs:
            return
        self.run = runs[0]
        try:
            self.document = msgspec.json.decode(self.evidence.get(self.run.document))
        except (BadInput, msgspec.DecodeError) as error:
            self.faults.append(f"{self.run.id}: its document cannot be read: {error}")
            self.run = None
            return
        for origin in self.run.origins:
            _add(self.lost, origin.currency, {origin.label: origin.amount_minor})
        for currency in self.lost:
            found = part_of(self.document, self.method, currency)
            for sums, part in ((self.held, "accounts"), (self.exited, "exits"), (self.unknown, "unknown")):
                for row in found[part]:
                    _add(sums, currency, minor_by_victim(row["by_victim"], currency))

    def read_untraced(self) -> None:
        """What was reported and is in no trace yet: lost, and nobody knows where it is."""
        traced = {origin.clue for origin in self.run.origins} if self.run is not None else set()
        for clue in every(self.view.records(Clue), Query(equals={"case_id": self.case.id})):
            if clue.id in traced or clue.merged_into or clue.stage is ClueStage.DISMISSED:
                continue
            for claim in clue.claims:
                lost = {claim.report: claim.amount_minor or 0}
                _add(self.lost, claim.currency, lost)
                _add(self.unknown, claim.currency, lost)

    def read_returns(self, returns: Sequence[ReturnProcedure]) -> None:
        """Returns and payments of the case and of those merged into it."""
        matched: set[str] = set()
        for member in family_of(self.view, self.case):
            paying = Query(equals={"case_id": member.id, "kind": MeasureKind.RETURN.value}, order_by="drafted_us")
            for payment in every(self.view.records(Measure), paying):
                if paid_minor(payment):
                    paid = {payment.request.beneficiary: paid_minor(payment)}
                    _add(self.returned, payment.request.scope.currency, paid)
                    self._match(payment, matched)
        for procedure in sorted(returns, key=lambda one: (one.drafted_us, one.id)):
            self._read_bookings(procedure)

    def _read_bookings(self, procedure: ReturnProcedure) -> None:
        for booking in procedure.booked:
            moved = {row.label: row.reattributed_minor for row in booking.rows}
            _add(self.reattributed, booking.currency, moved)
            left = self.held if booking.covered else self.unknown
            _add(left, booking.currency, {r.label: r.held_after_minor - r.held_minor for r in booking.rows})
            for label, minor in moved.items():
                if minor and procedure.decision not in self.decisions.get((label, booking.currency), []):
                    self.decisions.setdefault((label, booking.currency), []).append(procedure.decision)
            masked = number_ending(booking.account)
            if sum(moved.values()):
                self.faults.append(f"{procedure.id}: what it reattributes on {masked} does not sum to zero")
            if any(r.held_minor + r.reattributed_minor != r.held_after_minor + r.paid_minor for r in booking.rows):
                self.faults.append(f"{procedure.id}: a booking on {masked} does not add up")
            self._read_found_later(procedure, booking)

    def _read_found_later(self, procedure: ReturnProcedure, booking: Booking) -> None:
        """A victim found since: his money stood among third parties', and the return took from his as from theirs."""
        place = booking.account, booking.currency
        shares = self.found_later.setdefault(place, self._traced_on(booking))
        for row in booking.rows:
            shares.pop(row.label, None)
        moved = found_later(booking.rows, shares)
        for label, minor in moved.items():
            shares[label] -= minor
            if minor and procedure.decision not in self.decisions.get((label, booking.currency), []):
                self.decisions.setdefault((label, booking.currency), []).append(procedure.decision)
        _add(self.reattributed, booking.currency, {label: -minor for label, minor in moved.items()})
        _add(self.reattributed, booking.currency, {THIRD_PARTIES: sum(moved.values())})
        left = self.held if booking.covered else self.unknown
        _add(left, booking.currency, {label: -minor for label, minor in moved.items()})

    def _traced_on(self, booking: Booking) -> dict[str, int]:
        """What the trace of today finds of each victim's money on the account of a booking, as if no return had paid."""
        found = part_of(self.document, self.method, booking.currency) if self.run is not None else {"accounts": ()}
        row = next((row for row in found["accounts"] if self._is_called(row["account"], booking.account)), None)
        if row is None:
            return {}
        if not booking.covered:
            return minor_by_victim(row["traced_in_by_victim"], booking.currency)
        shares = Counter(self.paid_away.get((booking.account, booking.currency), {}))
        shares.update(minor_by_victim(row["by_victim"], booking.currency))
        return dict(shares)

    def _match(self, payment: Measure, matched: set[str]) -> None:
        """The payment's own row in the trace: what it took along is neither exited nor unknown, it is returned."""
        if self.run is None:
            return
        currency = payment.request.scope.currency
        found = part_of(self.document, self.method, currency)
        paid = next((flow for flow in found["flows"] if self._is_row_of(flow, payment, currency, matched)), None)
        if paid is None:
            return
        matched.add(paid["transfer"])
        took = minor_by_victim(paid["by_victim"], currency)
        left = any(row["transfer"] == paid["transfer"] for row in found["exits"])
        _add(self.exited if left else self.unknown, currency, {victim: -minor for victim, minor in took.items()})
        _add(self.held, currency, took)
        self.paid_away.setdefault((payment.target.reference, currency), Counter()).update(took)

    def _is_row_of(self, flow: Mapping[str, Any], payment: Measure, currency: str, matched: set[str]) -> bool:
        amount = minor_by_victim({"": flow["amount"]}, currency)[""]
        return (
            flow["transfer"] not in matched
            and amount == paid_minor(payment)
            and self._is_called(flow["payer"], payment.target.reference)
            and self._is_called(flow["payee"], payment.request.payee)
        )

    def _is_called(self, name: str, number: str) -> bool:
        if name == number:
            return True
        assert self.run is not None, "only a trace has rows"
        if any(one.account == name and one.is_called(number) for one in self.run.accounts):
            return True
        # A victim's own account: the ledger may call it by another of its numbers than the report does.
        typed = [origin["transfer"] for origin in self.document["parameters"]["origins"] if origin["from"] == number]
        return any(
            flow["payer"] == name
            for method in self.document["methods"].values()
            for flow in method["flows"]
            if flow["transfer"] in typed
        )

    def law(self) -> CaseLaw:
        rows = [
            self._row(victim, currency)
            for currency in sorted({*self.lost, *self.returned, *self.reattributed})
            for victim in self._victims(currency)
        ]
        self.faults += [
            f"{row.victim}: the two sides differ by {row.difference_minor} minor units of {row.currency}"
            for row in rows
            if row.difference_minor
        ]
        notes = [
            f"{row.victim}: less than nothing is {place}; the trace of today is not the one that returns were booked by"
            for row in rows
            for place, minor in (("held", row.held_minor), ("exited", row.exited_minor), ("unknown", row.unknown_minor))
            if minor < 0
        ]
        others = {currency: sums[THIRD_PARTIES] for currency, sums in self.reattributed.items()}
        return CaseLaw(
            self.case.id, self.method, "" if self.run is None else self.run.id,
            tuple(rows), tuple(_totals(rows)), others, tuple(self.faults), tuple(notes),
        )  # fmt: skip

    def _victims(self, currency: str) -> list[str]:
        sums = (self.lost, self.returned, self.reattributed)
        found = dict.fromkeys(victim for one in sums for victim in one.get(currency, ()))
        return [victim for victim in found if victim != THIRD_PARTIES]

    def _row(self, victim: str, currency: str) -> LawRow:
        def of(sums: Sums) -> int:
            return sums.get(currency, Counter[str]())[victim]

        return LawRow(
            victim, currency, of(self.lost), of(self.reattributed), of(self.held), of(self.returned), of(self.exited),
            of(self.unknown), tuple(self.decisions.get((victim, currency), ())),
        )  # fmt: skip


def _totals(rows: Iterable[LawRow]) -> Iterable[LawRow]:
    by_currency: dict[str, list[LawRow]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    for currency, some in by_currency.items():
        yield LawRow(
            "", currency,
            sum(row.lost_minor for row in some), sum(row.reattributed_minor for row in some),
            sum(row.held_minor for row in some), sum(row.returned_minor for row in some),
            sum(row.exited_minor for row in some), sum(row.unknown_minor for row in some),
            tuple(dict.fromkeys(number for row in some for number in row.decisions)),
        )  # fmt: skip


def _add(sums: Sums, currency: str, by_victim: Mapping[str, int]) -> None:
    one = sums.setdefault(currency, Counter())
    for victim, minor in by_victim.items():
        one[victim] += minor
