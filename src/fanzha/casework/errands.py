"""One body asks another, who signs for it, answers in its time, or has its answer sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha.casework.errand_model import Errand, ErrandAnswer, ErrandKind, ErrandOutcome, ErrandStatus
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import ERRAND_TABLE, ErrandStep, next_status
from fanzha.casework.model import Attachment
from fanzha.casework.policy import check_person, check_reason
from fanzha.casework.words import in_words
from fanzha.core.actor import MACHINE, Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import Ids

TITLE_MAX = 200  # characters
_DONE = frozenset({ErrandOutcome.DONE, ErrandOutcome.PARTLY_DONE})


@dataclass(frozen=True, slots=True)
class ErrandDraft:
    """What is asked of whom."""

    kind: ErrandKind
    to_organisation: str
    title: str
    text: str
    document_number: str = ""
    case: str = ""
    files: tuple[Attachment, ...] = ()
    matter: str = ""
    about: str = ""
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class ErrandTimes:
    """How long the other body has to sign for it and to answer, and when it is looked at again; None: no clock."""

    sign_us: int | None
    answer_us: int | None
    follow_us: int | None = None


def send_errand(draft: ErrandDraft, actor: Actor, now_us: int, ids: Ids, times: ErrandTimes) -> tuple[Errand, Events]:
    """The errand as it leaves.

    Raises BadInput for one that says nothing, NotAllowed for one to oneself or without the number of its paper.
    """
    check_person(actor, "asking another body")
    if not draft.title.strip() or not draft.text.strip():
        raise BadInput("an errand needs a title and says what is asked: --title, --text")
    if len(draft.title.strip()) > TITLE_MAX:
        raise BadInput(
            f"the title has {len(draft.title.strip())} characters, at most {TITLE_MAX}; say the rest in the text"
        )
    if draft.to_organisation == actor.organisation:
        raise NotAllowed("errand.same", f"{actor.organisation} is your own body: make a task of it (fanzha case task)")
    if draft.kind is not ErrandKind.NOTICE and not draft.document_number.strip():
        raise NotAllowed(
            "errand.document_number", f"{in_words(draft.kind)} needs the number (文号) of its paper: --document NUMBER"
        )
    errand = Errand(
        id=ids.new("ERRAND"), version=0, organisation=actor.organisation, to_organisation=draft.to_organisation,
        kind=draft.kind, case=draft.case, title=draft.title.strip(), text=draft.text.strip(),
        document_number=draft.document_number.strip(), files=draft.files, sent_by=actor.id, sent_at_us=now_us,
        sign_due_us=None if times.sign_us is None else now_us + times.sign_us,
        answer_due_us=None if times.answer_us is None else now_us + times.answer_us,
        matter=draft.matter, about=draft.about.strip(), meeting=draft.meeting, follow_us=times.follow_us,
    )  # fmt: skip
    event = work_event(
        EventKind.ERRAND_SENT, errand.id, actor, now_us, ids, after=errand.status, errand_kind=errand.kind,
        to=errand.to_organisation, number=errand.document_number, case=errand.case, files=len(errand.files),
        matter=errand.matter, meeting=errand.meeting,
        due_us="" if errand.answer_due_us is None else errand.answer_due_us,
    )  # fmt: skip
    return errand, (event,)


def sign_for_errand(errand: Errand, officer: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Errand, Events]:
    """签收: the other body has it, and names who does it."""
    after = _step(errand, ErrandStep.SIGN_FOR, actor)
    signed = replace(errand, status=after, officer=officer, signed_at_us=now_us)
    late = errand.sign_due_us is not None and now_us > errand.sign_due_us
    event = work_event(
        EventKind.ERRAND_SIGNED_FOR, errand.id, actor, now_us, ids,
        before=errand.status, after=after, officer=officer, late="yes" if late else "",
    )  # fmt: skip
    return signed, (event,)


def answer_errand(
    errand: Errand, outcome: ErrandOutcome, text: str, files: Sequence[Attachment], actor: Actor, now_us: int, ids: Ids
) -> tuple[Errand, Events]:
    """反馈: what came of it; whoever has it in hand answers.

    Raises BadInput for an answer without words, NotAllowed for a notice, which asks for none, and for anybody else.
    """
    if errand.kind is ErrandKind.NOTICE:
        raise NotAllowed("errand.notice", f"{errand.id} is a notice (通报): it is signed for and asks for no answer")
    after = _step(errand, ErrandStep.ANSWER, actor)
    if actor.id != errand.officer:
        raise NotAllowed(
            "errand.officer", f"{errand.id} is with {errand.officer}, who answers it; sign for it again to take it over"
        )
    if not text.strip():
        raise BadInput("an answer says what was done, or why not: --text")
    late = errand.answer_due_us is not None and now_us > errand.answer_due_us
    answer = ErrandAnswer(outcome, text.strip(), tuple(files), actor.id, now_us, late)
    event = work_event(
        EventKind.ERRAND_ANSWERED, errand.id, actor, now_us, ids, before=errand.status, after=after,
        outcome=outcome, files=len(answer.files), late="yes" if late else "",
    )  # fmt: skip
    follows = errand.follow_us is not None and outcome in _DONE
    follow_due_us = now_us + (errand.follow_us or 0) if follows else None
    return replace(errand, status=after, answers=(*errand.answers, answer), follow_due_us=follow_due_us), (event,)


def confirm_errand(errand: Errand, text: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Errand, Events]:
    """回头看: it was looked at again, and what was answered stands; where it does not, it is sent back.

    Raises NotAllowed for what is no matter of joint governance, or was not done; BadInput without words.
    """
    after = _step(errand, ErrandStep.CONFIRM, actor)
    if not errand.matter or errand.answers[-1].outcome not in _DONE:
        raise NotAllowed(
            "errand.follow", f"{errand.id}: only a matter of joint governance that was done is looked at again"
        )
    if not text.strip():
        raise BadInput("text: say what was seen when it was looked at again")
    event = work_event(EventKind.ERRAND_CONFIRMED, errand.id, actor, now_us, ids, before=errand.status, after=after)
    confirmed = replace(
        errand,
        status=after,
        confirmed_by=actor.id,
        confirmed_at_us=now_us,
        confirmation=text.strip(),
        follow_due_us=None,
    )
    return confirmed, (event,)


def send_back_errand(
    errand: Errand, reason: str, actor: Actor, now_us: int, ids: Ids, *, answer_us: int | None
) -> tuple[Errand, Events]:
    """退回补充: the answer is not enough; it stays readable, and the clock of the answer runs anew."""
    check_reason(reason, f"sending {errand.id} back")
    after = _step(errand, ErrandStep.SEND_BACK, actor)
    *before, last = errand.answers
    returned = replace(last, sent_back_by=actor.id, sent_back_at_us=now_us, sent_back_reason=reason.strip())
    due_us = None if answer_us is None else now_us + answer_us
    event = work_event(
        EventKind.ERRAND_SENT_BACK, errand.id, actor, now_us, ids, before=errand.status, after=after, reason=reason,
        due_us="" if due_us is None else due_us,
    )  # fmt: skip
    again = replace(errand, status=after, answers=(*before, returned), answer_due_us=due_us, follow_due_us=None)
    return replace(again, struck=tuple(mark for mark in errand.struck if mark not in {again.mark, "follow"})), (event,)


def recall_errand(errand: Errand, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Errand, Events]:
    """Who asked takes it back before it is answered."""
    check_reason(reason, f"recalling {errand.id}")
    after = _step(errand, ErrandStep.RECALL, actor)
    event = work_event(
        EventKind.ERRAND_RECALLED, errand.id, actor, now_us, ids, before=errand.status, after=after, reason=reason
    )
    return replace(errand, status=after, recalled_at_us=now_us, recall_reason=reason.strip()), (event,)


def end_errand(errand: Errand, reason: str, now_us: int, ids: Ids) -> tuple[Errand, Events]:
    """Who was asked has the case himself by now: there is nobody to answer."""
    after = next_status(ERRAND_TABLE, errand.status, ErrandStep.RECALL, errand.id)
    event = work_event(
        EventKind.ERRAND_RECALLED, errand.id, MACHINE, now_us, ids, before=errand.status, after=after, reason=reason
    )
    return replace(errand, status=after, recalled_at_us=now_us, recall_reason=reason), (event,)


def strike_errand(errand: Errand, now_us: int, ids: Ids) -> tuple[Errand, Events]:
    """That the other body let a time pass, told once, at the instant at which it was due."""
    due_us = errand.untold_due_us
    if due_us is None or now_us < due_us:
        return errand, ()
    event = work_event(
        EventKind.CLOCK_BREACHED, errand.id, MACHINE, due_us, ids,
        mark=f"due:errand:{errand.mark}", told_at_us=now_us, to=errand.to_organisation,
    )  # fmt: skip
    return replace(errand, struck=(*errand.struck, errand.mark)), (event,)


def errand_at(errand: Errand, as_of_us: int) -> Errand:
    """The errand as it stood at an instant after it was sent; a time that was set anew since is taken as it is now."""
    answers = tuple(_answer_at(one, as_of_us) for one in errand.answers if one.at_us <= as_of_us)
    signed = bool(answers) or _by(errand.signed_at_us, as_of_us)
    last = answers[-1] if answers and answers[-1].sent_back_at_us is None else None
    if _by(errand.recalled_at_us, as_of_us):
        status = ErrandStatus.RECALLED
    elif _by(errand.confirmed_at_us, as_of_us):
        status = ErrandStatus.CONFIRMED
    elif last is not None:
        status = ErrandStatus.ANSWERED
    else:
        status = ErrandStatus.SIGNED_FOR if signed else ErrandStatus.SENT
    follows = status is ErrandStatus.ANSWERED and last is not None and last.outcome in _DONE
    follow_due_us = last.at_us + errand.follow_us if follows and last and errand.follow_us is not None else None
    return replace(errand, status=status, answers=answers, follow_due_us=follow_due_us)


def _answer_at(answer: ErrandAnswer, as_of_us: int) -> ErrandAnswer:
    if _by(answer.sent_back_at_us, as_of_us):
        return answer
    return replace(answer, sent_back_by="", sent_back_at_us=None, sent_back_reason="")


def _by(at_us: int | None, as_of_us: int) -> bool:
    return at_us is not None and at_us <= as_of_us


def check_errand_step(errand: Errand, actor: Actor, step: ErrandStep) -> None:
    """Who asked recalls, sends back and looks again; who was asked signs for it and answers."""
    check_person(actor, f"{in_words(step)} of {errand.id}")
    asks = step in {ErrandStep.RECALL, ErrandStep.SEND_BACK, ErrandStep.CONFIRM}
    body = errand.organisation if asks else errand.to_organisation
    if actor.organisation != body:
        said = "sent by" if asks else "addressed to"
        raise NotAllowed("organisation.other", f"{errand.id} is {said} {body}: only its officers do that")
    next_status(ERRAND_TABLE, errand.status, step, errand.id)


def _step(errand: Errand, step: ErrandStep, actor: Actor) -> ErrandStatus:
    check_errand_step(errand, actor, step)
    return next_status(ERRAND_TABLE, errand.status, step, errand.id)
