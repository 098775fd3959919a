"""A suspect's procedure goes on step by step, each with its paper; a seized thing goes from hand to hand, each recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import next_status
from fanzha.casework.operations.catalogue import OperationRules
from fanzha.casework.operations.lifecycle import CUSTODY_TABLE, SUSPECT_TABLE
from fanzha.casework.operations.model import Operation
from fanzha.casework.operations.policy import check_takes_part
from fanzha.casework.operations.results import (
    Custody,
    CustodyStatus,
    CustodyStep,
    OperationResult,
    ResultKind,
    Standing,
    SuspectDecision,
    SuspectStep,
)
from fanzha.casework.operations.words import words_of
from fanzha.casework.policy import check_person
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids

_WITH_PAPER: Final = frozenset({CustodyStep.EXAMINE, CustodyStep.FORWARD, CustodyStep.RETURN, CustodyStep.DESTROY})


@dataclass(frozen=True, slots=True)
class CustodyMove:
    """How a seized thing is handed on; `at_us` when it was."""

    step: CustodyStep
    receiver: str
    at_us: int
    place: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class SuspectMove:
    """A step of the procedure, the number of its paper, and when it was taken."""

    step: SuspectStep
    number: str  # 文号
    at_us: int


def advance_suspect(
    operation: Operation,
    standing: Standing,
    move: SuspectMove,
    rules: OperationRules,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    latest_us: int | None = None,
) -> tuple[OperationResult, Events]:
    """The next step of the procedure, by the paper of the given number.

    latest_us: up to when it may be said to have been taken; None: up to now.

    Raises NotAllowed where the step cannot follow, its number is missing, or the entry was corrected away; BadInput where
    the entry is no suspect or the step lies before the last one or in the future.
    """
    _check_lives(operation, standing, ResultKind.SUSPECT, actor)
    result, step, number, paper = standing.result, move.step, move.number.strip(), rules.papers[move.step]
    if not number:
        raise NotAllowed(
            "document.needed", f"{result.id}: name the number (文号) of the {paper.document} ({paper.article})"
        )
    last_us = result.decisions[-1].at_us if result.decisions else result.draft.at_us
    _check_order(move.at_us, last_us, now_us if latest_us is None else latest_us)
    after = next_status(SUSPECT_TABLE, result.status, step, result.id, words_of)
    decision = SuspectDecision(step, paper.document, number, move.at_us, actor.id, now_us)
    event = work_event(
        EventKind.OPERATION_SUSPECT_STEPPED, operation.id, actor, now_us, ids,
        before=result.status, after=after, result=result.id, step=step, number=number,
    )  # fmt: skip
    return replace(result, status=after, decisions=(*result.decisions, decision)), (event,)


def move_evidence(
    operation: Operation,
    standing: Standing,
    move: CustodyMove,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    latest_us: int | None = None,
) -> tuple[OperationResult, Events]:
    """保管链: the thing leaves whoever has it for the receiver.

    Who gives it or who gets it enters it; out of a store or from an examination, who gets it does.
    latest_us: up to when it may be said to have been handed over; None: up to now.
    Raises NotAllowed where the step cannot follow, somebody else enters it or its paper is missing; BadInput for a receiver
    who has it already, or a time before the last link or in the future.
    """
    _check_lives(operation, standing, ResultKind.SEIZURE, actor)
    result = standing.result
    receiver = move.receiver.strip()
    if not receiver or receiver == result.holder:
        raise BadInput(f"receiver: {result.id} is with {result.holder}; name who gets it")
    giver_is_person = result.where is CustodyStatus.HELD
    if actor.id not in ((result.holder, receiver) if giver_is_person else (receiver, *operation.members)):
        raise NotAllowed(
            "custody.hands",
            f"{result.id} is with {result.holder}: he or who gets it enters the hand-over, not {actor.id}",
        )
    if move.step in _WITH_PAPER and not move.document.strip():
        raise NotAllowed("document.needed", f"{result.id}: name the paper (文号) of {words_of(move.step)}")
    last_us = result.custody[-1].at_us if result.custody else result.draft.at_us
    _check_order(move.at_us, last_us, now_us if latest_us is None else latest_us)
    after = next_status(CUSTODY_TABLE, result.where, move.step, result.id, words_of)
    link = Custody(
        move.step, result.holder, receiver, move.at_us, actor.id, now_us, move.place.strip(), move.document.strip()
    )
    event = work_event(
        EventKind.OPERATION_EVIDENCE_MOVED, operation.id, actor, now_us, ids,
        before=result.where, after=after, result=result.id, step=move.step, number=link.document,
    )  # fmt: skip
    return replace(result, where=after, custody=(*result.custody, link)), (event,)


def _check_lives(operation: Operation, standing: Standing, kind: ResultKind, actor: Actor) -> None:
    result = standing.result
    check_person(actor, f"what becomes of {result.id}")
    check_takes_part(operation, actor)
    if result.kind is not kind or result.corrects:
        raise BadInput(f"{result.id} is no entry of {words_of(kind)}: this cannot become of it")
    if standing.net == 0:
        raise NotAllowed(
            "result.corrected", f"{result.id} was corrected away: nothing is left that anything could become of"
        )


def _check_order(at_us: int, last_us: int, latest_us: int) -> None:
    if at_us < last_us:
        raise BadInput("at: it lies before what was entered last")
    if at_us > latest_us:
        raise BadInput("at: it lies in the future")
