"""A bulletin issued: checked, frozen under its number and its hash; taken back with a reason; begun anew as an edition."""

from __future__ import annotations

from dataclasses import replace

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.services.desk.acting import acting
from fanzha.services.desk.check_bulletin import faults_of
from fanzha.services.desk.keeping_bulletins import BulletinContent, count_variables, keep_bulletin
from fanzha.services.desk.model import Desk
from fanzha.statistics.bulletin_checks import check_faults
from fanzha.statistics.drafting import OwnBulletin, check_issuer, issue, revise, withdraw


def issue_bulletin(
    desk: Desk, actor: Actor, bulletin_id: str, reader: BulletinReader, *, number: str = "", version: int | None = None
) -> OwnBulletin:
    """The bulletin as it leaves; it never changes from then on.

    Raises NotAllowed for who wrote it, and with everything that is wrong with it.
    """
    with acting(desk, actor, "bulletin.issue", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_ISSUE, version)
        check_issuer(held, actor)
        check_faults(held, faults_of(work, replace(held, number=number.strip()), reader))
        return keep_bulletin(work, issue(held, actor, number, work.now_us), "bulletin.issue")


def withdraw_bulletin(
    desk: Desk, actor: Actor, bulletin_id: str, reason: str, *, version: int | None = None
) -> OwnBulletin:
    """The bulletin taken back; what it said stays readable as withdrawn. Raises NotAllowed without a reason."""
    with acting(desk, actor, "bulletin.withdraw", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_ISSUE, version)
        return keep_bulletin(work, withdraw(held, actor, reason, work.now_us), "bulletin.withdraw", reason)


def revise_bulletin(desk: Desk, actor: Actor, bulletin_id: str) -> OwnBulletin:
    """The next edition of an issued or withdrawn bulletin: a draft of the same content, its figures counted anew.

    What another room handed in stays as it was handed in; values by hand are not taken over.
    """
    with acting(desk, actor, "bulletin.revise", Subject("bulletin", bulletin_id)) as work:
        held = work.load(OwnBulletin, bulletin_id, Action.BULLETIN_DRAFT)
        begun = revise(held, work.ids.new("BULLETIN"), actor, work.now_us)
        counted = tuple(one.variable for one in begun.figures if not one.variable.handed_in)
        content = BulletinContent(begun.title_zh, begun.blocks, counted)
        fresh = {one.variable: one for one in count_variables(work, begun.organisation, content)}
        figures = tuple(replace(fresh.get(one.variable, one), by_hand=None) for one in begun.figures)
        return keep_bulletin(work, replace(begun, figures=figures), "bulletin.revise", new=True)
