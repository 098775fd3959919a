"""A bulletin begun, or changed while it is a draft: its figures are counted anew each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fanzha.access import Action, Scope
from fanzha.audit import Subject
from fanzha.core.actor import Actor, Organisation
from fanzha.core.errors import BadInput
from fanzha.services.desk.acting import Work, acting
from fanzha.services.desk.keeping_bulletins import BulletinContent, count_variables, keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.services.desk.once import fingerprint_of, once
from fanzha.statistics import day_of
from fanzha.statistics.drafting import DraftStep, OwnBulletin, step_of


def draft_bulletin(
    desk: Desk, actor: Actor, content: BulletinContent, *, organisation: str = "", request: str = ""
) -> OwnBulletin:
    """A draft of the body (empty: the actor's own), with its figures as they are now.

    Raises NotAllowed where the actor may not write for it, BadInput for content that is none.
    """
    body = organisation or actor.organisation
    with acting(desk, actor, "bulletin.draft", Subject("organisation", body)) as work:
        work.check(Action.BULLETIN_DRAFT, Scope(body))

        def carry_out() -> OwnBulletin:
            return begin_bulletin(work, body, content)

        return once(work, request, fingerprint_of("bulletin.draft", body, content), OwnBulletin, carry_out)


def begin_bulletin(work: Work, body: str, content: BulletinContent) -> OwnBulletin:
    """The same for a use case that is at work already, and has checked that it may."""
    empty = OwnBulletin(
        work.ids.new("BULLETIN"), 0, body, "", "", "", (), (), drafted_by=work.actor.id, drafted_us=work.now_us
    )
    return keep_bulletin(work, _filled(work, empty, content), "bulletin.draft", new=True)


def edit_bulletin(
    desk: Desk, actor: Actor, bulletin_id: str, content: BulletinContent, *, version: int | None = None
) -> OwnBulletin:
    """The draft with another content. A value that was put in by hand stays as long as its figure is there.

    Raises NotAllowed for what was issued, StaleVersion where somebody else changed it since.
    """
    with acting(desk, actor, "bulletin.edit", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT, version)
        step_of(held, DraftStep.EDIT)
        return keep_bulletin(work, _filled(work, held, content), "bulletin.edit")


def _filled(work: Work, bulletin: OwnBulletin, content: BulletinContent) -> OwnBulletin:
    by_hand = {one.variable: one.by_hand for one in bulletin.figures if one.by_hand is not None}
    figures = tuple(
        replace(one, by_hand=by_hand.get(one.variable)) for one in count_variables(work, bulletin.organisation, content)
    )
    name = work.unit.records(Organisation).get(bulletin.organisation).name
    return replace(
        bulletin, title_zh=content.title_zh.strip(), title_en=content.title_en.strip(),
        publisher_zh=content.publisher_zh.strip() or name, publisher_en=content.publisher_en.strip(),
        published=_day(content.published, work.now_us), blocks=content.blocks, figures=figures, sums=content.sums,
    )  # fmt: skip


def _day(typed: str, now_us: int) -> str:
    try:
        return date.fromisoformat(typed).isoformat() if typed else day_of(now_us).isoformat()
    except ValueError:
        raise BadInput(f"published: {typed!r} is no day; write it as 2026-06-03") from None
