"""Saves a return with its audit and its clocks, in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.audit import DetailValue, Subject, done
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import Work
from fanzha.services.desk.unpaid_freezes import set_return_clocks

SUBJECT: Final = "return"


def keep_return(
    work: Work,
    procedure: ReturnProcedure,
    verb: str,
    *,
    new: bool = False,
    reason: str = "",
    details: Mapping[str, DetailValue] | None = None,
) -> ReturnProcedure:
    """Saves a return; verb: what the audit says was done to it."""
    records = work.unit.records(ReturnProcedure)
    kept = records.add(procedure) if new else records.save(procedure)
    work.case = work.case or kept.case
    subject = Subject(SUBJECT, kept.id)
    said = {"status": kept.status.value, **(details or {})}
    work.unit.audit.append(
        done(work.actor, work.now_us, f"return.{verb}", subject, case=work.case, reason=reason, details=said)
    )
    set_return_clocks(work, kept)
    return kept
