"""What a measure can be, what can happen to it, and what each happening does in each state: one total table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import product
from typing import Final


@unique
class Status(StrEnum):
    """Where a measure stands by what was written down; the clock may know better (`effective_status`)."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"  # or begun by the emergency path, to be countersigned
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    EXECUTED = "executed"
    PARTIAL = "partial"
    REFUSED = "refused"  # by the institution
    REJECTED = "rejected"  # by the approver
    WITHDRAWN = "withdrawn"  # by the desk, before anybody acted on it
    LIFTED = "lifted"
    LAPSED = "lapsed"
    CONVERTED = "converted"


@unique
class Event(StrEnum):
    """What can happen to a measure."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ACT_FIRST = "act_first"  # the emergency path
    COUNTERSIGN = "countersign"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    EXECUTE = "execute"
    EXECUTE_PART = "execute_part"
    REFUSE = "refuse"
    RENEW = "renew"
    RELEASE_PART = "release_part"
    LIFT = "lift"
    EMPTY = "empty"  # all that it held was paid back or let go
    LAPSE = "lapse"
    CONVERT = "convert"


@unique
class Answer(StrEnum):
    """What the table answers."""

    MOVES = "moves"  # to another state
    STAYS = "stays"  # allowed; the state is the same, what happened is written down
    KEPT = "kept"  # nothing new: written down, nothing else
    INCIDENT = "incident"  # cannot be so: kept for a person to look into
    REFUSED = "refused"  # not allowed


@dataclass(frozen=True, slots=True)
class Step:
    """The answer to an event, and the state after it."""

    answer: Answer
    to: Status


RECEIPT_EVENTS: Final = frozenset({Event.ACKNOWLEDGE, Event.EXECUTE, Event.EXECUTE_PART, Event.REFUSE})
WAITING: Final = frozenset({Status.SENT, Status.ACKNOWLEDGED})
HOLDING: Final = frozenset({Status.EXECUTED, Status.PARTIAL})
OUT: Final = WAITING | HOLDING  # an institution was told and may be acting on it
OPEN: Final = OUT | {Status.DRAFT, Status.PROPOSED, Status.APPROVED}
ENDED: Final = frozenset(Status) - OPEN

_S, _E = Status, Event
_ANSWERED: Final[Mapping[Event, Status | None]] = {
    _E.ACKNOWLEDGE: _S.ACKNOWLEDGED, _E.EXECUTE: _S.EXECUTED, _E.EXECUTE_PART: _S.PARTIAL, _E.REFUSE: _S.REFUSED,
}  # fmt: skip
_STANDING: Final[Mapping[Event, Status | None]] = {_E.LIFT: _S.LIFTED, _E.LAPSE: _S.LAPSED, _E.COUNTERSIGN: None}
_HELD: Final[Mapping[Event, Status | None]] = {
    **_STANDING, _E.RENEW: None, _E.RELEASE_PART: None, _E.CONVERT: _S.CONVERTED, _E.EMPTY: _S.LIFTED,
}  # fmt: skip
# Where an event leads; None: it is allowed and the state stays. A receipt may overtake the note that the order was sent.
_LEADS: Final[Mapping[Status, Mapping[Event, Status | None]]] = {
    _S.DRAFT: {_E.PROPOSE: _S.PROPOSED, _E.ACT_FIRST: _S.APPROVED, _E.WITHDRAW: _S.WITHDRAWN},
    _S.PROPOSED: {
        _E.APPROVE: _S.APPROVED, _E.REJECT: _S.REJECTED, _E.WITHDRAW: _S.WITHDRAWN, _E.ACT_FIRST: _S.APPROVED,
    },
    _S.APPROVED: {
        _E.SEND: _S.SENT, _E.WITHDRAW: _S.WITHDRAWN, **_ANSWERED, **_STANDING,
    },
    _S.SENT: {**_ANSWERED, **_STANDING},
    _S.ACKNOWLEDGED: {**_ANSWERED, **_STANDING, _E.ACKNOWLEDGE: None},
    _S.EXECUTED: {**_HELD, _E.EXECUTE: None},
    _S.PARTIAL: {
        **_HELD, _E.EXECUTE: _S.EXECUTED, _E.EXECUTE_PART: None,
    },
}  # fmt: skip
# What comes again, or late, and changes nothing: the outbox sends at least once, receipts overtake one another.
_KEPT: Final = frozenset(
    {
        *product(OUT, (_E.SEND,)),
        *product(HOLDING | {_S.REFUSED}, (_E.ACKNOWLEDGE,)),
        (_S.REFUSED, _E.REFUSE),
        *product(ENDED - {_S.REFUSED}, (_E.ACKNOWLEDGE,)),
        *product({_S.LIFTED, _S.LAPSED, _S.CONVERTED}, (_E.REFUSE,)),
        *product(ENDED, (_E.LAPSE, _E.EMPTY)),
    }
)


def _answer(status: Status, event: Event) -> Step:
    leads = _LEADS.get(status, {})
    if event in leads:
        to = leads[event]
        return Step(Answer.STAYS, status) if to is None else Step(Answer.MOVES, to)
    if (status, event) in _KEPT:
        return Step(Answer.KEPT, status)
    return Step(Answer.INCIDENT if event in RECEIPT_EVENTS else Answer.REFUSED, status)


TRANSITIONS: Final[Mapping[tuple[Status, Event], Step]] = {
    (status, event): _answer(status, event) for status, event in product(Status, Event)
}
