"""Clocks that records must have and that do not run are set: what a later version, or a centre's new table, brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from fanzha.audit import DetailValue, Subject, done
from fanzha.casework.policy import check_reason
from fanzha.core.actor import MACHINE
from fanzha.measures.model import Measure
from fanzha.ports.proof_index import ProofIndex
from fanzha.ports.record_table import RecordTable
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.after_answer import put_tellings
from fanzha.services.desk.model import Desk
from fanzha.services.proof.check_clocks import CLOCKED, ClockProof
from fanzha.services.proof.findings import Findings
from fanzha.services.proof.walk_audit import walk_audit


def mend_clocks(desk: Desk, tables: Sequence[RecordTable[Any]], index: ProofIndex, reason: str) -> tuple[DueClock, ...]:
    """Sets every clock that `verify` names as missing, each with a row of audit; what is past its time rings next.

    A measure whose holder is to be told gets the task that says so. A clock that runs for another instant is left alone:
    that is no matter of versions. Done again, it finds nothing to do.

    tables, index: every table of the store, and an empty index.

    Raises NotAllowed without a reason.
    """
    check_reason(reason, "setting the clocks that are missing")
    missing = sorted(_missing(desk, tables, index), key=_subject)
    for (kind, subject_id), clocks in groupby(missing, key=_subject):
        with acting(desk, MACHINE, "clock.set", Subject(kind, subject_id)) as work:
            _mend(work, Subject(kind, subject_id), tuple(clocks), reason.strip())
    return tuple(missing)


def _subject(clock: DueClock) -> tuple[str, str]:
    return clock.subject_kind, clock.subject_id


def _missing(desk: Desk, tables: Sequence[RecordTable[Any]], index: ProofIndex) -> tuple[DueClock, ...]:
    found = Findings()
    with desk.store.reading() as view:
        walk_audit(view.audit, index, found, None)
        proof = ClockProof(view, index, found, (desk.rules.casework, desk.rules.measures), desk.clock.now_us())
        for table in tables:
            if table.record in CLOCKED:
                for stored in view.records(table.record).walk(None):
                    if stored.record is not None:
                        proof.look(stored.record)
        proof.finish()
    return tuple(proof.missing)


def _mend(work: Work, subject: Subject, clocks: tuple[DueClock, ...], reason: str) -> None:
    """Sets those that nobody set meanwhile; a clock whose record has changed since says nothing when it rings."""
    runs = {clock.id for clock in work.unit.clocks.running(subject.id)}
    wanted = [clock for clock in clocks if clock.id not in runs]
    work.unit.clocks.set_many(wanted)
    for clock in wanted:
        said: dict[str, DetailValue] = {"clock": clock.kind, "due_us": clock.due_us}
        work.unit.audit.append(
            done(work.actor, work.now_us, "clock.set", subject, case=clock.case, reason=reason, details=said)
        )
    if subject.kind == "measure":
        measure = work.unit.records(Measure).get(subject.id)
        work.actor = replace(MACHINE, organisation=measure.organisation)
        put_tellings(work, measure)
