"""A file of a report, a case or an errand is taken out: it shows persons as they are, and is written down like a reveal."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.access import Action
from fanzha.audit import DetailValue, Subject, done
from fanzha.casework import Attachment, Case, Report
from fanzha.casework.errand_model import Errand
from fanzha.core.actor import Actor
from fanzha.core.errors import NotFound
from fanzha.ports.evidence_store import EvidenceStore
from fanzha.services.desk.acting import acting
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import note_revealed
from fanzha.services.desk.open_record import WORDS, persons_of, purpose_of


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file as it was brought."""

    attachment: Attachment
    content: bytes


def take_file(
    desk: Desk,
    evidence: EvidenceStore,
    actor: Actor,
    kind: type[Report | Case | Errand],
    record_id: str,
    file_id: str,
    *,
    case: str = "",
    reason: str = "",
    approver: Actor | None = None,
) -> TakenFile:
    """The file, once it is written down who took it and what for; its content is what its SHA-256 says.

    Whom the record names is counted as taken out. Raises NotFound where there is none, NotAllowed where the actor has no
    purpose for it or a second person must approve, BadInput where it is damaged.
    """
    subject = Subject(WORDS[kind], record_id)
    with acting(desk, actor, "file.take", subject) as work:
        record = work.load(kind, record_id, Action.SEE)
        held = _files_of(record)
        found = next((one for one in held if one.id == file_id), None)
        if found is None:
            raise NotFound(f"there is no file {file_id} on {record_id}, or you may not see it")
        purpose = purpose_of(work, record, case, reason)
        content = evidence.get(found.sha256)
        # The file keeps its bytes, which are evidence: it is counted like every other, but carries no watermark.
        note_revealed(work, "attached_file", record, persons_of(work, record), purpose, approver=approver)
        said: dict[str, DetailValue] = {"file": found.id, "sha256": found.sha256, "by_itself": purpose.by_itself}
        work.unit.audit.append(
            done(actor, work.now_us, "file.take", subject, case=purpose.case, reason=purpose.reason, details=said)
        )
        return TakenFile(found, content)


def _files_of(record: Report | Case | Errand) -> tuple[Attachment, ...]:
    match record:
        case Case():
            return record.files
        case Errand():
            return record.all_files
        case _:
            return record.attachments
