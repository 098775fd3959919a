"""Where the trace of a case begins: its first-hop facts, each with the victim and what the report says of the payer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.casework import Case, Claim, Clue, Fact, Report
from fanzha.casework.model import ReportedPayment
from fanzha.core.errors import NotFound
from fanzha.core.identifiers import plain_identifier
from fanzha.ports.record_query import Query
from fanzha.ports.work_store import RecordsView
from fanzha.services.desk.acting import Look
from fanzha.services.desk.listing import every
from fanzha.tracing.runs import RunOrigin

FAR_US = 2**62


def facts_of(look: Look, case: Case) -> tuple[tuple[Clue, Fact], ...]:
    """Every fact of the case that was not withdrawn, with its clue, in the order in which they were verified."""
    clues = list(every(look.unit.records(Clue), Query(equals={"case_id": case.id})))
    found = [
        (clue, fact)
        for clue in clues
        for fact in every(look.unit.records(Fact), Query(equals={"clue": clue.id}))
        if fact.withdrawn_at_us is None
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].verified_at_us, pair[1].id)))


def origins_of(look: Look, case: Case) -> tuple[RunOrigin, ...]:
    """The victims' payments into first accounts; one label for each victim of a report.

    The same payment verified twice is one origin; a fact that corrects another stands beside it until that is withdrawn.
    """
    reports = _Reports(look.unit.records(Report))
    origins: dict[tuple[object, ...], RunOrigin] = {}
    taken: dict[str, set[str]] = {}
    for clue, fact in facts_of(look, case):
        if fact.hop != 1:
            continue
        claim = _claim_of(clue, fact, taken.setdefault(clue.id, set()))
        report = reports.root(claim.report if claim is not None else next(iter(clue.reports), ""))
        payment = reports.payment(claim)
        fields = fact.fields
        said = ("" if claim is None else claim.id, fields.account, fields.amount_minor, fields.at_us, fields.currency)
        origins.setdefault((clue.id, *said), _origin(clue, fact, report, payment))
    return tuple(origins.values())


def _origin(clue: Clue, fact: Fact, report: Report | None, payment: ReportedPayment | None) -> RunOrigin:
    fields = fact.fields
    victim = payment.victim if payment is not None else "" if report is None else report.reporter.name
    return RunOrigin(
        label=clue.id if report is None else _label(report, victim),
        victim=victim,
        report="" if report is None else report.id,
        fact=fact.id,
        clue=clue.id,
        payer="" if payment is None else plain_identifier(payment.payer.number),
        payee=plain_identifier(fields.account),
        institution=fields.institution,
        at_us=fields.at_us,
        amount_minor=fields.amount_minor,
        currency=fields.currency,
    )


def _label(report: Report, victim: str) -> str:
    """The report's id, with a number where it speaks of several victims; no person's name."""
    victims = list(dict.fromkeys(payment.victim for payment in report.payments))
    return f"{report.id}/{victims.index(victim) + 1}" if len(victims) > 1 and victim in victims else report.id


def _claim_of(clue: Clue, fact: Fact, taken: set[str]) -> Claim | None:
    """What was said of the payment that the fact is about: the claim that is most like it, one not yet taken first."""

    def unlike(claim: Claim) -> tuple[bool, bool, int, bool]:
        apart = FAR_US if claim.at_us is None else abs(claim.at_us - fact.fields.at_us)
        same = plain_identifier(claim.account) == plain_identifier(fact.fields.account)
        return claim.amount_minor != fact.fields.amount_minor, not same, apart, claim.id in taken

    found = min(clue.claims, key=unlike, default=None)
    if found is not None:
        free = [claim for claim in clue.claims if claim.id not in taken and unlike(claim)[:3] == unlike(found)[:3]]
        found = free[0] if free else found
        taken.add(found.id)
    return found


@dataclass(slots=True)
class _Reports:
    """Reports by id, each read once."""

    records: RecordsView[Report]

    def get(self, report_id: str) -> Report | None:
        try:
            return self.records.get(report_id) if report_id else None
        except NotFound:
            return None

    def root(self, report_id: str) -> Report | None:
        """The report, or the one that it was merged into: one victim who reported twice is one."""
        report = self.get(report_id)
        while report is not None and report.merged_into:
            report = self.get(report.merged_into)
        return report

    def payment(self, claim: Claim | None) -> ReportedPayment | None:
        """The payment as it was reported."""
        report = None if claim is None else self.get(claim.report)
        payments: Sequence[ReportedPayment] = () if report is None else report.payments
        return next((payment for payment in payments if claim is not None and payment.id == claim.id), None)
