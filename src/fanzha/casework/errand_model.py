"""What one body asks of another: an order down (交办), help from the side (协作请求), or a notice (通报)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from fanzha.casework.model import Attachment


@unique
class ErrandKind(StrEnum):
    """What is asked; each runs between bodies as the table of routes says."""

    ORDER = "order"  # 交办: of a body below, or of a partner
    HELP_REQUEST = "help_request"  # 协作请求: of a body in another branch
    NOTICE = "notice"  # 通报: to be signed for, and no more


@unique
class ErrandStatus(StrEnum):
    """Where an errand stands."""

    SENT = "sent"
    SIGNED_FOR = "signed_for"  # 签收: somebody of the other body has it
    ANSWERED = "answered"  # 反馈
    CONFIRMED = "confirmed"  # 回头看: looked at again after a while, and it stands
    RECALLED = "recalled"


@unique
class ErrandOutcome(StrEnum):
    """What came of it."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    NOTHING_FOUND = "nothing_found"
    NOT_DONE = "not_done"  # with the reason why it cannot or may not be


OPEN_ERRANDS: Final = frozenset({ErrandStatus.SENT, ErrandStatus.SIGNED_FOR})


@dataclass(frozen=True, slots=True)
class ErrandAnswer:
    """One answer of the other body; what was not enough is sent back and stays readable."""

    outcome: ErrandOutcome
    text: str
    files: tuple[Attachment, ...]
    by: str
    at_us: int
    late: bool
    sent_back_by: str = ""
    sent_back_at_us: int | None = None
    sent_back_reason: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that one body asks of another, with its two clocks: to be signed for, and to be answered."""

    id: str
    version: int
    organisation: str  # who asks
    to_organisation: str
    kind: ErrandKind
    case: str  # empty where it serves none
    title: str
    text: str
    document_number: str  # 文号; empty on a notice without one
    files: tuple[Attachment, ...]
    sent_by: str
    sent_at_us: int
    sign_due_us: int | None
    answer_due_us: int | None
    status: ErrandStatus = ErrandStatus.SENT
    officer: str = ""  # of the other body, who has it in hand
    signed_at_us: int | None = None
    answers: tuple[ErrandAnswer, ...] = ()
    recalled_at_us: int | None = None
    recall_reason: str = ""
    struck: tuple[str, ...] = ()  # the marks that were told: sign, answer, follow
    matter: str = ""  # of joint governance: what of its table is asked; empty where it is another thing
    about: str = ""  # the outlet, the company, the market
    meeting: str = ""  # in which it was resolved
    follow_us: int | None = None  # how long after an answer that says done it is looked at again; None: it is not
    follow_due_us: int | None = None
    confirmed_by: str = ""
    confirmed_at_us: int | None = None
    confirmation: str = ""

    @property
    def due_us(self) -> int | None:
        """What falls due next; None where nothing is waited for."""
        if self.status is ErrandStatus.SENT:
            return self.sign_due_us
        waits = self.status is ErrandStatus.SIGNED_FOR and self.kind is not ErrandKind.NOTICE
        return self.answer_due_us if waits else None

    @property
    def untold_due_us(self) -> int | None:
        """What falls due next, for either body, and was not told yet; None where there is nothing to tell."""
        waits = self.follow_due_us if self.status is ErrandStatus.ANSWERED else self.due_us
        return None if self.mark in self.struck else waits

    @property
    def mark(self) -> str:
        """Which of the clocks runs, as `struck` calls it."""
        return {ErrandStatus.SENT: "sign", ErrandStatus.ANSWERED: "follow"}.get(self.status, "answer")

    @property
    def all_files(self) -> tuple[Attachment, ...]:
        """The files of who asked, and those of every answer."""
        return (*self.files, *(file for answer in self.answers for file in answer.files))

    @property
    def is_open(self) -> bool:
        """Whether the other body still has something to do."""
        return self.status in OPEN_ERRANDS and not (
            self.kind is ErrandKind.NOTICE and self.status is ErrandStatus.SIGNED_FOR
        )
