"""An account as one page: what the desk knows of it, what cases trace there, and its rows in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Any, Final

from fanzha.casework import Case
from fanzha.core.actor import Actor
from fanzha.core.money import exponent_of, parse_minor
from fanzha.services.account_rows import (
    AccountMove,
    AccountRows,
    Counterparty,
    StatementSource,
    Stretch,
    Sums,
    account_rows,
)
from fanzha.services.desk.books import Books
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_account import AccountDossier, open_account
from fanzha.services.desk.trace_case import document_of
from fanzha.services.desk.traced_accounts import RECEIPT_PATH
from fanzha.tracing.runs import DEFAULT_METHOD, Held, RunAccount, TraceRun

ROWS: Final = 50
COUNTERPARTIES: Final = 10
STRETCHES: Final = 60


@unique
class SourceKind(StrEnum):
    """What a file of the ledger is."""

    ANSWER = "回复 "  # to a query; so its path begins
    RECEIPT = RECEIPT_PATH
    STATEMENT = ""


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """Which account, for which case, and which of its rows."""

    number: str
    case: str = ""
    reveal: bool = False
    reason: str = ""
    currency: str = ""
    whole: bool = False  # every row; else those that carried the chosen case's money
    from_us: int | None = None
    until_us: int | None = None
    start: int = 0  # rows that newer pages showed
    count: int = ROWS


@dataclass(frozen=True, slots=True)
class Traced:
    """What the last trace of a case finds on the account; minor units."""

    case: Case
    run: TraceRun
    account: RunAccount
    held: Held  # by the case's working method
    least_minor: int  # over all methods that may say how much
    most_minor: int


@dataclass(frozen=True, slots=True)
class Carried:
    """What of the chosen case's money went through, by its working method, and with which rows."""

    traced: Traced
    in_minor: int
    out_minor: int
    transfers: frozenset[str]
    upstream: frozenset[str]  # accounts from which it came
    downstream: frozenset[str]  # and to which it went


@dataclass(frozen=True, slots=True)
class AccountBook:
    """The account in the ledger: the whole of it, and the rows that were asked for."""

    currencies: tuple[str, ...]
    rows: AccountRows  # of the time that was asked for
    time: tuple[int, int] | None  # of all its rows
    sums: Sums  # of the whole account in that time
    stretches: tuple[Stretch, ...]
    counterparties: tuple[Counterparty, ...]
    sources: tuple[StatementSource, ...]
    moves: tuple[AccountMove, ...]
    count: int  # rows that were asked for, this page's and others
    whole: bool  # they are all of the account's, not a case's alone


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A dossier, the traces, and the ledger's part; that is withheld from who has no record of his own on the account."""

    dossier: AccountDossier
    traced: tuple[Traced, ...]
    chosen: Carried | None
    book: AccountBook | None
    withheld: bool

    @property
    def veil(self) -> Mask:
        """The mask of everybody else on the page: a reveal of the account's holder is not one of them."""
        return replace(self.dossier.mask, lifted=False)

    def source_called(self, path: str) -> tuple[SourceKind, str]:
        """What a file is, and how it is called: an answer by its measure where that may be seen; else the file's name."""
        for kind in (SourceKind.ANSWER, SourceKind.RECEIPT):
            if path.startswith(kind.value):
                measure = path.removeprefix(kind.value).split(" ")[0].split("/")[0].split(".")[0]
                seen = {one.id for one in (*self.dossier.queries, *self.dossier.standing.measures)}
                return kind, measure if measure in seen else ""
        return SourceKind.STATEMENT, self.veil.text(path)


def account_page(desk: Desk, books: Books, actor: Actor, wanted: AccountWanted) -> AccountPage:
    """Everything known of an account, as far as the actor may see it; opening it is a search, and kept as one.

    Raises as `open_account`.
    """
    dossier = open_account(
        desk, actor, wanted.number, case=wanted.case, reveal=wanted.reveal, reason=wanted.reason
    )  # fmt: skip
    traced = _traced(dossier)
    found = account_rows(books.ledger(), dossier.number)
    if not dossier.own:
        return AccountPage(dossier, traced, None, None, withheld=bool(found))
    chosen = _chosen(books, traced, wanted.case)
    return AccountPage(dossier, traced, chosen, _book(found, chosen, wanted), withheld=False)


def _traced(dossier: AccountDossier) -> tuple[Traced, ...]:
    """The case whose money lies there first, then the one traced last."""
    return tuple(sorted(_found(dossier), key=lambda one: (not one.held.held_minor, -one.run.at_us, one.run.id)))


def _found(dossier: AccountDossier) -> Iterator[Traced]:
    cases = {case.id: case for case in dossier.cases}
    for run in dossier.runs:
        case = cases[run.case]
        method = DEFAULT_METHOD if case.working_method is None else case.working_method.method
        for account in run.accounts:
            held = next((one for one in account.held if one.method == method), None)
            if account.is_called(dossier.number) and held is not None:
                amounts = [one.held_minor for one in account.held]
                yield Traced(case, run, account, held, min(amounts), max(amounts))


def _chosen(books: Books, traced: tuple[Traced, ...], case: str) -> Carried | None:
    one = next((each for each in traced if case in {"", each.case.id}), None)
    if one is None or not books.evidence.has(one.run.document):
        return None
    methods: Mapping[str, Any] = document_of(books, one.run)["methods"]
    method, currency, account = one.held.method, one.account.currency, one.account.account
    found = methods.get(f"{method}@{currency}") or methods[method]
    row = next((each for each in found["accounts"] if each["account"] == account), None)
    exponent = exponent_of(currency)
    flows = [each for each in found["flows"] if account in {each["payer"], each["payee"]}]
    carried = {each["transfer"] for each in flows}
    carried |= {each["transfer"] for each in found["exits"] if each["account"] == account}
    return Carried(
        one,
        0 if row is None else parse_minor(row["traced_in"], exponent),
        0 if row is None else parse_minor(row["traced_out"], exponent),
        frozenset(carried - {""}),
        upstream=frozenset(each["payer"] for each in flows) - {account, ""},
        downstream=frozenset(each["payee"] for each in flows) - {account, ""},
    )


def _book(found: tuple[AccountRows, ...], chosen: Carried | None, wanted: AccountWanted) -> AccountBook | None:
    """The account's part of the ledger; None where the ledger does not know it."""
    if not found:
        return None
    currency = wanted.currency or (chosen.traced.account.currency if chosen else "")
    every = next((rows for rows in found if rows.currency == currency), found[0])
    rows = every.between(wanted.from_us, wanted.until_us)
    whole = wanted.whole or chosen is None
    shown = rows if chosen is None or whole else rows.among(chosen.transfers)
    return AccountBook(
        currencies=tuple(each.currency for each in found),
        rows=rows,
        time=every.time,
        sums=rows.sums(),
        stretches=rows.stretches(STRETCHES),
        counterparties=rows.counterparties(COUNTERPARTIES),
        sources=rows.sources(),
        moves=shown.moves(wanted.start, wanted.count),
        count=len(shown),
        whole=whole,
    )
