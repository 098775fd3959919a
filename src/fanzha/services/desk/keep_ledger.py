"""The ledger of a home that has an office: changed only by somebody who may trace, and every change written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fanzha.access import Action, Scope
from fanzha.audit import Subject, done
from fanzha.casework import Case, Fact
from fanzha.core.actor import Actor, Level, Organisation
from fanzha.core.errors import BadInput, NotAllowed, Refused
from fanzha.core.identifiers import plain_identifier
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.measures.model import Measure, MeasureKind
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.record_query import Query
from fanzha.services.confirm_pair import confirm_pair, part_pair
from fanzha.services.desk.acting import Look, Work, acting, looking
from fanzha.services.desk.books import Books
from fanzha.services.desk.listing import every
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import purpose_of, write_reveals
from fanzha.services.desk.persons import Named
from fanzha.services.desk.sight import Sight
from fanzha.services.forget_file import file_named, forget_file
from fanzha.services.unjoin_accounts import unjoin_accounts
from fanzha.tracing.runs import TraceRun

Document = dict[str, Any]
_OVER = {ProcedureStatus.REJECTED, ProcedureStatus.WITHDRAWN}
_NAMED_MAX = 5  # records that a refusal names


def has_office(desk: Desk) -> bool:
    """Whether any body stands in the records."""
    with desk.store.reading() as view:
        return bool(view.records(Organisation).find(Query(limit=1)).rows)


def forget_in_office(desk: Desk, books: Books, actor: Actor, named: str, reason: str, although: str = "") -> Document:
    """Takes a file out of the ledger, as `forget_file`.

    although: why it is taken out though records rest on it.

    Raises NotAllowed when the actor may not trace, Refused when a record rests on the file and no `although`
    is given, or it is another body's.
    """
    with acting(desk, actor, "ledger.forget", Subject("ledger", "")) as work:
        _check(work)
        if not is_reason(reason):
            raise BadInput(reason_sentence("taking a file out"))
        sha256 = file_named(books.facts, named).sha256
        resting = tuple(_resting(work, books.ledger(), sha256))
        sight = Sight(work.unit, actor, work.rules.access.permissions)
        others = {record.organisation for record in resting if not sight.sees_whole(record)}
        if others:
            raise Refused(
                f"{named} is evidence of {', '.join(sorted(others))}, whose records you may not see; ask there"
            )
        rests = tuple(record.id for record in resting)
        if rests and not is_reason(although):
            listed = ", ".join(rests[:_NAMED_MAX]) + (" …" if len(rests) > _NAMED_MAX else "")
            raise Refused(f"{named} is what {listed} rests on; if it must go nevertheless, say why: --although TEXT")
        found = forget_file(books.facts, sha256, reason, rules=books.ledger_rules)
        said: dict[str, str | int] = {"file": _hash(sha256), "rows": found["forgotten"]["rows"]}
        if rests:
            said |= {"although": although.strip(), "rested": ", ".join(rests)}
        _write(work, "ledger.forget", reason, said)
    return found


def join_in_office(
    desk: Desk, books: Books, actor: Actor, outgoing: str, incoming: str, reason: str, *, undo: bool = False
) -> Document:
    """Confirms that two rows are one transfer, as `confirm_pair`, or takes it back.

    Raises NotAllowed when the actor may not trace.
    """
    action = "ledger.part" if undo else "ledger.join"
    with acting(desk, actor, action, Subject("ledger", "")) as work:
        _check(work)
        if undo:
            found = part_pair(books.facts, outgoing, incoming, rules=books.ledger_rules)
        else:
            found = confirm_pair(books.facts, outgoing, incoming, reason, rules=books.ledger_rules)
        _write(work, action, reason, {"outgoing": outgoing, "incoming": incoming})
    return found


def unjoin_in_office(
    desk: Desk, books: Books, actor: Actor, first: str, second: str, *, again: bool = False
) -> Document:
    """Sets two numbers apart, as `unjoin_accounts`, or takes it back; the audit names them by their keys alone.

    Raises NotAllowed when the actor may not trace.
    """
    action = "ledger.rejoin" if again else "ledger.unjoin"
    with acting(desk, actor, action, Subject("ledger", "")) as work:
        _check(work)
        found = unjoin_accounts(books.facts, first, second, rules=books.ledger_rules, again=again)
        keys = {
            name: Named(account=plain_identifier(number)).key for name, number in (("first", first), ("second", second))
        }
        _write(work, action, "", keys)
    return found


def ledger_mask(desk: Desk, actor: Actor, *, case: str = "", reason: str = "") -> Mask:
    """The mask through which the ledger is shown to somebody of a body that sees cases; lifted for a case.

    case: the reveal is for this case; on one's own open one that is purpose enough, elsewhere it needs a reason.

    Raises NotFound when that case may not be seen, NotAllowed for a partner, and for who sees no case or has no purpose.
    """
    subject = Subject("ledger", "")
    if not case:
        with looking(desk, actor, "ledger.see", subject) as look:
            _check_may_see(look)
            return Mask(desk.rules.access.masks)
    with acting(desk, actor, "ledger.reveal", subject) as work:
        _check_may_see(work)
        purpose = purpose_of(work, work.load(Case, case, Action.SEE), "" if not reason else case, reason)
        write_reveals(work, Subject("ledger", "ledger"), (), purpose)
    return Mask(desk.rules.access.masks, lifted=True)


def _check_may_see(look: Look) -> None:
    if look.actor.level is Level.PARTNER:
        raise NotAllowed("access.ledger", "the ledger holds what all institutions told: no partner looks into it")
    look.check(Action.SEE, Scope(look.actor.organisation))


def check_may_ingest(desk: Desk, actor: Actor) -> None:
    """Raises NotAllowed when the actor may not trace."""
    with acting(desk, actor, "ledger.ingest", Subject("ledger", "")) as work:
        _check(work)


def note_ingested(desk: Desk, actor: Actor, files: Sequence[Mapping[str, Any]]) -> None:
    """Writes down which files somebody read in that were not there before; `files` of the Ingest document."""
    new = [file for file in files if "sha256" in file and not file["already_known"]]
    with acting(desk, actor, "ledger.ingest", Subject("ledger", "")) as work:
        _check(work)
        for file in new:
            said: dict[str, str | int] = {"file": _hash(file["sha256"]), "rows": file["rows"]}
            _write(work, "ledger.ingest", "", said)


def _check(work: Work) -> None:
    work.check(Action.TRACE, Scope(work.actor.organisation))


def _write(work: Work, action: str, reason: str, said: Mapping[str, str | int]) -> None:
    subject = Subject("ledger", "")
    work.unit.audit.append(done(work.actor, work.now_us, action, subject, reason=reason.strip(), details=said))


def _hash(sha256: str) -> str:
    return f"x{sha256}"  # behind a letter no run of its digits is taken for a person's number


def _resting(work: Work, stored: StoredLedger, sha256: str) -> Iterator[Measure | Fact | ReturnProcedure]:
    """The queries, facts and returns that a file is evidence of."""
    records = work.unit.records
    for measure in every(records(Measure), Query(equals={"kind": MeasureKind.QUERY})):
        if any(answer.statement == sha256 for receipt in measure.receipts for answer in receipt.answered):
            yield measure
    for fact in every(records(Fact), Query()):
        if fact.withdrawn_at_us is None and any(check.document.reference == sha256 for check in fact.checks):
            yield fact
    accounts = _accounts_in(stored, sha256)
    for procedure in every(records(ReturnProcedure), Query()):
        if procedure.status in _OVER or not procedure.trace_run:
            continue
        run = records(TraceRun).get(procedure.trace_run)
        if any(accounts & {found.account, *found.also} for found in run.accounts):
            yield procedure


def _accounts_in(stored: StoredLedger, sha256: str) -> set[str]:
    """The accounts at both ends of every transfer that a row of the file shows."""
    sources, columns = stored.assembly.sources, stored.assembly.columns
    if sha256 not in sources.sha256s:
        return set()
    rows = np.flatnonzero(sources.file == sources.sha256s.index(sha256))
    transfers = np.unique(np.searchsorted(sources.offsets, rows, side="right") - 1)
    ends = np.concatenate([columns.transfers.payer[transfers], columns.transfers.payee[transfers]])
    return {columns.pockets.account[int(pocket)] for pocket in np.unique(ends) if pocket >= 0}
