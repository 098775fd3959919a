"""What falls due when: rows that any worker can hold against the clock, and what the due instant means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.measures.guard import URGENT_EVIDENCE
from fanzha.measures.hearing import heard_us
from fanzha.measures.lifecycle import ENDED, OUT, Status
from fanzha.measures.model import Measure, MeasureKind, Signature
from fanzha.measures.orders import UNANSWERED, Incident, IncidentKind, OrderStatus, Verb
from fanzha.measures.rules import KindRules, MeasureRules
from fanzha.measures.telling import told_due_us, told_of_lift_due_us


@unique
class ClockKind(StrEnum):
    """What a clock counts towards."""

    TERM_END = "term_end"
    COUNTERSIGN = "countersign"
    RECEIPT = "receipt"  # the institution has not answered an order
    RELEASE = "release"  # the institution has not confirmed that it let go
    LIFT_UNRELATED = "lift_unrelated"
    EVIDENCE = "evidence"  # a trader's proof of goods, wages, living costs
    APPEAL_ANSWER = "appeal_answer"
    PUBLIC_NOTICE = "public_notice"  # of a return: the period for objections
    PAY_OUT = "pay_out"  # the bank carries out a return
    SEND = "send"  # an order that was decided has not left
    TOLD = "told"  # the holder has not been told
    HEARING = "hearing"  # of a discipline: the time in which the person may speak before it is decided
    TOLD_OF_LIFT = "told_of_lift"  # the holder has not been told that it was lifted
    FREEZE_ENDS = "freeze_ends"  # with money that was decided to go back and is not paid yet


@unique
class Consequence(StrEnum):
    """What the due instant does."""

    LAPSES = "lapses"  # the measure is void
    BREACH = "breach"  # somebody is late: counted and shown
    OPENS = "opens"  # something becomes possible


@unique
class Stage(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    WARNING = "warning"
    DUE = "due"


CONSEQUENCES: Final[Mapping[ClockKind, Consequence]] = {
    ClockKind.TERM_END: Consequence.LAPSES,
    ClockKind.COUNTERSIGN: Consequence.LAPSES,
    ClockKind.RECEIPT: Consequence.BREACH,
    ClockKind.RELEASE: Consequence.BREACH,
    ClockKind.LIFT_UNRELATED: Consequence.BREACH,
    ClockKind.EVIDENCE: Consequence.BREACH,
    ClockKind.APPEAL_ANSWER: Consequence.BREACH,
    ClockKind.PUBLIC_NOTICE: Consequence.OPENS,
    ClockKind.PAY_OUT: Consequence.BREACH,
    ClockKind.SEND: Consequence.BREACH,
    ClockKind.TOLD: Consequence.BREACH,
    ClockKind.HEARING: Consequence.OPENS,
    ClockKind.TOLD_OF_LIFT: Consequence.BREACH,
    ClockKind.FREEZE_ENDS: Consequence.BREACH,
}
# Whose breach somebody must look into; the others are counted and shown.
INCIDENTS: Final[Mapping[ClockKind, tuple[IncidentKind, str]]] = {
    ClockKind.RELEASE: (
        IncidentKind.RELEASE_FAILED,
        "release {subject} is not confirmed: somebody's money may still be held though nothing holds it",
    ),
    ClockKind.SEND: (
        IncidentKind.NOT_SENT,
        "order {subject} was decided and has not left: send it{otherwise}",
    ),
    ClockKind.LIFT_UNRELATED: (
        IncidentKind.NOT_LIFTED,
        "{subject} was found unrelated to its case and is held all the same: lift it",
    ),
}
# What else than sending helps: a decided return is carried out or refused by the bank, nobody lifts it.
OTHERWISE: Final = ", or lift its measure"
OTHERWISE_RETURN: Final = "; until then its freeze must not run out"
LAST_QUARTER: Final = 4  # a clock without a warning time of its own warns in its last quarter


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock: of what (a measure, an order, a piece of evidence, an appeal), of which kind, due and to be warned when."""

    subject: str
    kind: ClockKind
    due_us: int
    warn_us: int | None = None

    @property
    def consequence(self) -> Consequence:
        """What the due instant does."""
        return CONSEQUENCES[self.kind]

    def stage(self, now_us: int) -> Stage:
        """Running, in its warning time, or due; due from the very instant."""
        if now_us >= self.due_us:
            return Stage.DUE
        return Stage.WARNING if self.warn_us is not None and now_us >= self.warn_us else Stage.RUNNING


def clock(subject: str, kind: ClockKind, start_us: int, due_us: int) -> ClockRow:
    """A clock that warns in its last quarter."""
    return ClockRow(subject, kind, due_us, due_us - (due_us - start_us) // LAST_QUARTER)


def breach_incident(row: ClockRow, measure: Measure, now_us: int) -> Incident | None:
    """What somebody must look into once the time is over; None for other clocks, which are only counted."""
    known = INCIDENTS.get(row.kind)
    if known is None or row.stage(now_us) is not Stage.DUE:
        return None
    kind, sentence = known
    order = "" if row.subject == measure.id else row.subject
    otherwise = OTHERWISE_RETURN if measure.kind is MeasureKind.RETURN else OTHERWISE
    said = sentence.format(subject=row.subject, otherwise=otherwise)
    return Incident(f"{row.subject}.{kind.value}", 0, measure.organisation, kind, said, now_us, measure.id, order)


def due_clocks(measure: Measure, rules: MeasureRules) -> tuple[ClockRow, ...]:
    """Every clock of a measure that still runs or has run out, by its due instant."""
    return tuple(sorted(_rows(measure, rules), key=lambda row: (row.due_us, row.kind, row.subject)))


def _rows(measure: Measure, rules: MeasureRules) -> Iterator[ClockRow]:
    kind = rules.of(measure.kind, measure.drafted_us)
    if measure.status not in ENDED:
        if measure.ends_us is not None:
            yield ClockRow(
                measure.id, ClockKind.TERM_END, measure.ends_us, kind.warn_before.start_before(measure.ends_us)
            )
        if measure.countersign_due_us is not None and not measure.signed(Signature.COUNTERSIGNED):
            began_us = measure.signed(Signature.ACTED_FIRST)[-1].at_us
            yield clock(measure.id, ClockKind.COUNTERSIGN, began_us, measure.countersign_due_us)
    if measure.status in OUT and measure.unrelated_us is not None and kind.unrelated_within is not None:
        due_us = kind.unrelated_within.end_of(measure.unrelated_us, rules.work)
        yield clock(measure.id, ClockKind.LIFT_UNRELATED, measure.unrelated_us, due_us)
    yield from _telling_rows(measure, rules)
    yield from _order_rows(measure, kind, rules)
    if measure.status in OUT:
        yield from _evidence_rows(measure, rules)


def _telling_rows(measure: Measure, rules: MeasureRules) -> Iterator[ClockRow]:
    """He is told in time: before a discipline is decided, once a hold begins, and once it is lifted; and has time to speak."""
    told_us, asked_us = told_due_us(measure, rules), measure.proposed_us
    begun_us = measure.starts_us if measure.starts_us is not None else asked_us
    if told_us is not None and begun_us is not None:
        yield clock(measure.id, ClockKind.TOLD, begun_us, told_us)
    may_us = heard_us(measure, rules)
    if may_us is not None and asked_us is not None and measure.status is Status.PROPOSED:
        yield clock(measure.id, ClockKind.HEARING, asked_us, may_us)
    lift_us = told_of_lift_due_us(measure, rules)
    if lift_us is not None and measure.ended_us is not None:
        yield clock(measure.id, ClockKind.TOLD_OF_LIFT, measure.ended_us, lift_us)


def _order_rows(measure: Measure, rules_of_kind: KindRules, rules: MeasureRules) -> Iterator[ClockRow]:
    """An order is to leave in its time, and to be answered in the institution's; where no time is set, all of it is one."""
    for order in measure.orders:
        if order.status not in UNANSWERED:
            continue
        release = order.verb in {Verb.RELEASE, Verb.RELEASE_PART}
        if not release and measure.status in ENDED:
            continue
        leaves = None if release or rules_of_kind.send is None else rules_of_kind.send.within
        if leaves is not None and order.status is OrderStatus.PREPARED and order.sent_us is None:
            yield clock(order.id, ClockKind.SEND, order.prepared_us, leaves.end_of(order.prepared_us, rules.work))
            continue
        begun = ClockKind.PAY_OUT if measure.kind is MeasureKind.RETURN else ClockKind.RECEIPT
        kind = ClockKind.RELEASE if release else begun
        start_us = order.prepared_us if order.sent_us is None else order.sent_us
        within = rules_of_kind.receipt_within
        due_us = within.end_of(start_us, rules.work) if order.receipt_due_us is None else order.receipt_due_us
        yield clock(order.id, kind, start_us, due_us)


def _evidence_rows(measure: Measure, rules: MeasureRules) -> Iterator[ClockRow]:
    for evidence in measure.counter_evidence:
        if evidence.looked_at_us is None and evidence.kind in URGENT_EVIDENCE:
            within = rules.guard(evidence.given_us).proof_looked_at_within
            yield clock(
                evidence.id, ClockKind.EVIDENCE, evidence.given_us, within.end_of(evidence.given_us, rules.work)
            )
