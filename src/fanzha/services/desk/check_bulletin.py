"""What still keeps a draft from being issued; its text is read as anybody would read it."""

from __future__ import annotations

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.ports.bulletin_reader import BulletinReader
from fanzha.services.desk.acting import Look, looking
from fanzha.services.desk.model import Desk
from fanzha.statistics.bulletin_checks import FoundFault, find_faults
from fanzha.statistics.bulletin_text import bulletin_text
from fanzha.statistics.drafting import OwnBulletin


def check_bulletin(desk: Desk, actor: Actor, bulletin_id: str, reader: BulletinReader) -> tuple[FoundFault, ...]:
    """Everything that is wrong with it; nothing where it can be issued."""
    with looking(desk, actor, "bulletin.check", Subject("bulletin", bulletin_id)) as look:
        return faults_of(look, look.load(OwnBulletin, bulletin_id, Action.SEE), reader)


def faults_of(look: Look, bulletin: OwnBulletin, reader: BulletinReader) -> tuple[FoundFault, ...]:
    """The same for a use case that is at work already."""
    catalogue = look.rules.indicators
    read = reader.read_text(bulletin_text(bulletin, catalogue), bulletin.id)
    return find_faults(bulletin, catalogue, read.figures)
