"""The centre's own tables: which count, since when, and how one is put in place; the audit says which table did.

Whoever writes the tables says who may do what, and when a measure ends: only an administrator of the body at the top of
the tree may, as with how partners are reached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.access import Action, Scope
from fanzha.audit import DetailValue, Subject, done
from fanzha.core.actor import MACHINE, Actor, Level
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.ports.rule_files import RuleFiles
from fanzha.ports.work_store import AuditView
from fanzha.services.desk.acting import Look, acting, looking
from fanzha.services.desk.model import Desk

SUBJECT: Final = "rules"
COUNTS: Final = "rules.take_effect"
MARK: Final = "x"  # before a digest in the audit: a run of digits behind a letter is nobody's number


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A table that the desk works by; digests are SHA-256, hexadecimal."""

    name: str
    installed: str
    own: str = ""  # of the centre's own table that is there in its place; empty where there is none
    counts: str = ""  # of the own table that counts by the audit
    since_us: int | None = None


def list_rules(desk: Desk, actor: Actor, installed: Mapping[str, str], own: Mapping[str, str]) -> tuple[RuleTable, ...]:
    """Every table that a centre may set, with what is there and what counts. Digests by name.

    Raises NotAllowed for whoever keeps no rules at the top of the tree.
    """
    with looking(desk, actor, "rules.list", Subject(SUBJECT, "")) as look:
        _check_keeps_rules(look)
        told = {name: _last(look.unit.audit, name) for name in installed}
        return tuple(
            RuleTable(name, digest, own.get(name, ""), *told[name]) for name, digest in sorted(installed.items())
        )


def set_rules(desk: Desk, actor: Actor, table: str, content: bytes, own_rules: RuleFiles, reason: str) -> str:
    """Puts a table, which was checked, in place of the installed one; its SHA-256.

    It counts in every process from its next start. Raises BadInput without a reason or where it cannot be written,
    NotAllowed for whoever keeps no rules at the top of the tree.
    """
    if not is_reason(reason):
        raise BadInput(reason_sentence("another table"))
    digest = hashlib.sha256(content).hexdigest()
    with acting(desk, actor, "rules.set", Subject(SUBJECT, table)) as work:
        _check_keeps_rules(work)
        work.unit.hold(SUBJECT)
        before = own_rules.read(table)
        said: dict[str, DetailValue] = {"sha256": MARK + digest}
        if before is not None:
            said["before"] = MARK + hashlib.sha256(before).hexdigest()
        work.unit.audit.append(
            done(actor, work.now_us, "rules.set", Subject(SUBJECT, table), reason=reason, details=said)
        )
        own_rules.put(table, content)
    return digest


def note_rules(desk: Desk, installed: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, ...]:
    """Writes down, once, which of the centre's tables count from now on, or count no longer; their names.

    Every process asks as it starts; of several at once one writes. Digests by name.
    """
    with desk.store.reading() as view:
        if not _changed(view.audit, installed, own):
            return ()
    with acting(desk, MACHINE, COUNTS, Subject(SUBJECT, "")) as work:
        work.unit.hold(SUBJECT)
        changed = _changed(work.unit.audit, installed, own)
        for name in changed:
            said: dict[str, DetailValue] = {
                "sha256": MARK + own.get(name, installed[name]),
                "installed": name not in own,
            }
            work.unit.audit.append(done(MACHINE, work.now_us, COUNTS, Subject(SUBJECT, name), details=said))
    return changed


def _changed(audit: AuditView, installed: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in sorted(installed) if _last(audit, name)[0] != own.get(name, ""))


def _last(audit: AuditView, name: str) -> tuple[str, int | None]:
    """The own table that counts by the audit, and since when; nothing where the installed one does."""
    before: int | None = None
    while rows := audit.about(subject_id=name, before_seq=before):
        for event in rows:
            if event.action == COUNTS:
                counts = (
                    "" if event.details.get("installed") else str(event.details.get("sha256", "")).removeprefix(MARK)
                )
                return counts, event.at_us
        before = rows[-1].seq
    return "", None


def _check_keeps_rules(look: Look) -> None:
    """Raises NotAllowed for a partner's own administrator, and for one of a body below another."""
    actor = look.actor
    if actor.level is Level.PARTNER:
        raise NotAllowed("rules.centre", f"{actor.id} is of a partner: the tables are kept by the desk's own centre")
    top = (actor.organisation, *look.tree().above(actor.organisation))[-1]
    look.check(Action.RULES_KEEP, Scope(top))
