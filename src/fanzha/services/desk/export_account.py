"""An account's dossier leaves the desk as a workbook: as its page shows it, every row with the rows of files it is from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from fanzha.access import Action, ExportedPerson, Scope
from fanzha.audit import Subject
from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.reasons import is_reason, reason_sentence
from fanzha.services.desk.account_page import AccountPage, AccountWanted, account_page
from fanzha.services.desk.acting import acting
from fanzha.services.desk.books import Books
from fanzha.services.desk.model import Desk
from fanzha.services.desk.note_export import ExportNote, note_export
from fanzha.services.desk.persons import Named

ROWS_MAX: Final = 100_000  # the newest; more stand in no workbook that anybody can open


@dataclass(frozen=True, slots=True)
class ExportedDossier:
    """What leaves: the page, what was written down of it, and which form each of its files has."""

    page: AccountPage
    note: ExportNote
    forms: dict[str, str]  # by a file's SHA-256: the kinds of fact that were read from it


def export_account(
    desk: Desk, books: Books, actor: Actor, wanted: AccountWanted, approver: Actor | None = None
) -> ExportedDossier:
    """The dossier as it may leave, behind the mask unless it is revealed; its reason is the export's.

    Whoever stands in a row that carries the chosen case's money is counted in that case, everybody else outside it.

    Raises:
        NotAllowed: the actor may not export there, there is no purpose for the reveal, or so many persons need a second
            person who approves.
        NotFound: the case may not be seen.
        BadInput: no reason, no such account, or nothing of it that the actor may see.
    """
    if not is_reason(wanted.reason):
        raise BadInput(reason_sentence("an export"))
    page = account_page(desk, books, actor, replace(wanted, start=0, count=ROWS_MAX))
    dossier = page.dossier
    if page.withheld:
        raise NotAllowed("access.ledger", "none of your records has this account: its rows are not yours to take out")
    if page.book is None and not dossier.own:
        raise BadInput("nothing is known here of this account")
    case = wanted.case or ("" if page.chosen is None else page.chosen.traced.case.id)
    subject = Subject("account", Named(account=dossier.number).key)
    with acting(desk, actor, "account.export", subject) as work:
        if case:
            work.load(Case, case, Action.EXPORT)
        else:
            work.check(Action.EXPORT, Scope(actor.organisation))
        persons = tuple(_persons(page, case))
        note = note_export(work, "account_dossier", persons, wanted.reason, case=case, approver=approver)
    return ExportedDossier(page, note, _forms(books, page))


def _persons(page: AccountPage, case: str) -> Iterator[ExportedPerson]:
    yield ExportedPerson(Named(account=page.dossier.number).key, case)
    carried = frozenset[str]() if page.chosen is None else page.chosen.transfers
    for move in () if page.book is None else page.book.moves:
        if move.other or move.other_name:
            named = Named(move.other_name, account=move.other)
            yield ExportedPerson(named.key, case if move.transfer in carried else "")


def _forms(books: Books, page: AccountPage) -> dict[str, str]:
    files = {row.sha256 for move in page.book.moves for row in move.sources} if page.book else set[str]()
    held = files & set(books.facts.files())
    return {sha256: books.facts.batch(sha256).table for sha256 in sorted(held)}
