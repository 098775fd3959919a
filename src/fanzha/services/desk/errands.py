"""What one body asks of another, on both sides: sent, signed for, answered, sent back, recalled, and overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.access import Action, OrganisationTree, Person, RouteKind, RouteRule, Scope, check_route
from fanzha.audit import Subject
from fanzha.casework import Attachment, Case, Events
from fanzha.casework import errands as casework
from fanzha.casework.errand_model import Errand, ErrandKind, ErrandOutcome
from fanzha.core.actor import Actor, Level
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.ports.work_queues import DueClock
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.add_to_report import BroughtFile, attachment_of
from fanzha.services.desk.keeping import ERRAND_CLOCK, tell
from fanzha.services.desk.model import Desk
from fanzha.services.desk.named_person import person_named
from fanzha.services.desk.once import fingerprint_of, once


@dataclass(frozen=True, slots=True)
class ErrandWanted:
    """What is asked of which body."""

    kind: ErrandKind
    body: str
    title: str
    text: str
    document_number: str = ""  # 文号
    case: str = ""
    files: tuple[BroughtFile, ...] = ()
    matter: str = ""  # of the table of joint governance; it says by when
    about: str = ""  # the outlet, the company, the market


def send_errand(
    desk: Desk, evidence: EvidenceStore, actor: Actor, wanted: ErrandWanted, *, request: str = ""
) -> Errand:
    """Asks another body; the errand leaves at once, and its clocks run.

    request: the caller's own key of the command; sent again, it gives the errand that was sent.
    Raises BadInput where there is no such body, NotAllowed where nothing of the kind runs there.
    """
    with acting(desk, actor, "errand.send", Subject("organisation", wanted.body)) as work:
        return once(
            work, request, fingerprint_of("errand.send", wanted), Errand, lambda: send_within(work, evidence, wanted)
        )


def send_within(work: Work, evidence: EvidenceStore, wanted: ErrandWanted, *, meeting: str = "") -> Errand:
    """Asks another body as a part of another use case; meeting: in which it was resolved. Raises as `send_errand`."""
    actor = work.actor
    tree = work.tree(wanted.body)
    _check_sends(work, tree, wanted.kind, actor.organisation, wanted.body)
    if wanted.case:
        work.load(Case, wanted.case, Action.SEE)
    if tree.get(wanted.body) is None:
        raise BadInput(f"there is no body {wanted.body!r}; see: fanzha office body list")
    if wanted.body != actor.organisation:
        check_route(tree, work.rules.access.routes, RouteKind(wanted.kind), actor.organisation, wanted.body)
    rule = _rule(work, wanted.kind)
    draft = casework.ErrandDraft(
        wanted.kind, wanted.body, wanted.title, wanted.text, wanted.document_number, wanted.case,
        _kept_files(work, evidence, wanted.files), wanted.matter, wanted.about, meeting,
    )  # fmt: skip
    times = _times(work, wanted, rule)
    made, events = casework.send_errand(draft, actor, work.now_us, work.ids, times)
    return _keep(work, made, events, new=True)


def sign_for_errand(desk: Desk, actor: Actor, errand_id: str, *, officer: str = "") -> Errand:
    """签收: takes what another body asks in hand, or gives it to somebody of one's own body."""
    with acting(desk, actor, "errand.sign_for", Subject("errand", errand_id)) as work:
        errand = work.load(Errand, errand_id, Action.ERRAND_ANSWER)
        _check_way_back(work, errand, RouteKind.SIGN_OFF)
        named = person_named(work.unit.records(Person), officer or actor.id)
        if named.organisation != errand.to_organisation or not named.active:
            raise NotAllowed("organisation.other", f"{named.login} is no officer of {errand.to_organisation}")
        return _keep(work, *casework.sign_for_errand(errand, named.id, actor, work.now_us, work.ids))


def answer_errand(
    desk: Desk,
    evidence: EvidenceStore,
    actor: Actor,
    errand_id: str,
    outcome: ErrandOutcome,
    text: str,
    files: Sequence[BroughtFile] = (),
) -> Errand:
    """反馈: says what came of it, with what shows it."""
    with acting(desk, actor, "errand.answer", Subject("errand", errand_id)) as work:
        errand = work.load(Errand, errand_id, Action.ERRAND_ANSWER)
        if errand.kind is not ErrandKind.NOTICE:
            _check_way_back(work, errand, RouteKind.FEEDBACK)
        kept = _kept_files(work, evidence, files)
        return _keep(work, *casework.answer_errand(errand, outcome, text, kept, actor, work.now_us, work.ids))


def send_back_errand(desk: Desk, actor: Actor, errand_id: str, reason: str) -> Errand:
    """退回补充: the answer is not enough; the other body has its whole time again."""
    with acting(desk, actor, "errand.send_back", Subject("errand", errand_id)) as work:
        errand = _own(work, errand_id)
        matter = work.rules.governance.matters.get(errand.matter)
        answer_us = _rule(work, errand.kind).answer_us if matter is None else matter.answer_us
        return _keep(
            work, *casework.send_back_errand(errand, reason, actor, work.now_us, work.ids, answer_us=answer_us)
        )


def confirm_errand(desk: Desk, actor: Actor, errand_id: str, text: str) -> Errand:
    """回头看: looks again at a matter of joint governance after a while; what was answered stands.

    Raises NotAllowed where it was not done, or is no such matter.
    """
    with acting(desk, actor, "errand.confirm", Subject("errand", errand_id)) as work:
        errand = _own(work, errand_id)
        return _keep(work, *casework.confirm_errand(errand, text, actor, work.now_us, work.ids))


def recall_errand(desk: Desk, actor: Actor, errand_id: str, reason: str) -> Errand:
    """Takes back what one's body asked, before it is answered."""
    with acting(desk, actor, "errand.recall", Subject("errand", errand_id)) as work:
        errand = _own(work, errand_id)
        return _keep(work, *casework.recall_errand(errand, reason, actor, work.now_us, work.ids))


def ring_errand(work: Work, errand_id: str) -> None:
    """Tells that the other body let a time pass."""
    errand = work.load(Errand, errand_id, Action.CLOCK_STRIKE)
    struck, events = casework.strike_errand(errand, work.now_us, work.ids)
    if events:
        _keep(work, struck, events)


def _own(work: Work, errand_id: str) -> Errand:
    """What the actor's body asked; what an order is, only who gives orders changes."""
    errand = work.load(Errand, errand_id, Action.SEE)
    tree = work.tree(errand.to_organisation)
    _check_sends(work, tree, errand.kind, errand.organisation, errand.to_organisation)
    return errand


def _check_sends(work: Work, tree: OrganisationTree, kind: ErrandKind, sender: str, body: str) -> None:
    """An order is given to a body below; to a partner, who is below nobody, in the name of one's own body."""
    asked = tree.get(body)
    if kind is not ErrandKind.ORDER:
        work.check(Action.ERRAND_SEND, Scope(sender))
    elif asked is not None and asked.level is Level.PARTNER:
        work.check(Action.ORDER_SEND, Scope(sender))
    else:
        work.check(Action.ORDER_SEND, Scope(body))


def _times(work: Work, wanted: ErrandWanted, rule: RouteRule) -> casework.ErrandTimes:
    """By the route; a matter of joint governance takes as long as its table says."""
    if not wanted.matter:
        return casework.ErrandTimes(rule.sign_us, rule.answer_us)
    if wanted.kind is ErrandKind.NOTICE:
        raise BadInput("matter: a notice asks for nothing; a matter is an order or a request for help")
    matter = work.rules.governance.matter(wanted.matter)
    return casework.ErrandTimes(rule.sign_us, matter.answer_us, matter.follow_us)


def _rule(work: Work, kind: ErrandKind) -> RouteRule:
    return work.rules.access.routes[RouteKind(kind)]


def _check_way_back(work: Work, errand: Errand, kind: RouteKind) -> None:
    tree = work.tree(errand.organisation, errand.to_organisation)
    check_route(tree, work.rules.access.routes, kind, errand.to_organisation, errand.organisation)


def _kept_files(work: Work, evidence: EvidenceStore, files: Sequence[BroughtFile]) -> tuple[Attachment, ...]:
    return tuple(attachment_of(work, evidence, file) for file in files)


def _keep(work: Work, errand: Errand, events: Events, *, new: bool = False) -> Errand:
    """Saves it with its history, its audit, and the clock of what falls due next."""
    records = work.unit.records(Errand)
    kept = records.add(errand) if new else records.save(errand)
    work.case = work.case or kept.case
    tell(work, events, "errand")
    clock = errand_clock(kept)
    if clock is None:
        work.unit.clocks.cancel(_clock_id(kept))
    else:
        work.unit.clocks.set(clock)
    return kept


def errand_clock(errand: Errand) -> DueClock | None:
    """The clock of what falls due next of an errand as it stands."""
    if errand.untold_due_us is None:
        return None
    return DueClock(
        id=_clock_id(errand), kind=ERRAND_CLOCK, subject_kind="errand", subject_id=errand.id,
        due_us=errand.untold_due_us, case=errand.case,
    )  # fmt: skip


def _clock_id(errand: Errand) -> str:
    return f"{errand.id}:{ERRAND_CLOCK}"
