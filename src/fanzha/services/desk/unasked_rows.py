"""A bank's answer may hold rows of accounts that nobody asked it about, other banks' among them: found before they go in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from fanzha.core.errors import BadInput, FanzhaError
from fanzha.core.identifiers import plain_identifier
from fanzha.measures.model import Measure
from fanzha.ports.fact_store import StoredLedger
from fanzha.ports.statement_reader import StatementFile, StatementReader
from fanzha.records import CARD_PAYMENTS, FactBatch
from fanzha.services.trace_money import account_named

_SIDES = (("payer", "payer_institution", "payer_balance_minor"), ("payee", "payee_institution", "payee_balance_minor"))
_NUMBERS = (("entries", "card", "account"), ("accounts", "card", "account"), ("sub_accounts", "account", "sub_account"))


@dataclass(frozen=True, slots=True)
class Unasked:
    """An account of which an answer has rows though its query does not ask about it."""

    path: str
    account: str
    institution: str  # that keeps it, by the row; empty where the file does not say
    rows: int
    elsewhere: bool  # another institution than was asked keeps it


@dataclass(slots=True)
class ReadOnce:
    """A reader of files that were looked at already; each is read one time."""

    reader: StatementReader
    _files: list[StatementFile] = field(default_factory=list[StatementFile])
    _read: dict[int, FactBatch | FanzhaError] = field(default_factory=dict[int, "FactBatch | FanzhaError"])

    def look(self, paths: Sequence[Path]) -> tuple[FactBatch, ...]:
        """The facts of every file under the paths that can be read."""
        for file in self.reader.discover(paths):
            self._files.append(file)
            if file.skipped is None and file.error is None:
                try:
                    self._read[id(file)] = self.reader.read(file)
                except BadInput as wrong:
                    self._read[id(file)] = wrong
        return tuple(found for found in self._read.values() if isinstance(found, FactBatch))

    def discover(self, paths: Sequence[Path]) -> Iterable[StatementFile]:
        """The files that were looked at."""
        del paths
        return self._files

    def kept(self, path: str, content: bytes) -> StatementFile:
        """Another one."""
        return self.reader.kept(path, content)

    def discover_in(self, path: str, content: bytes) -> Iterable[StatementFile]:
        """Others, out of bytes that are at hand."""
        return self.reader.discover_in(path, content)

    def read(self, file: StatementFile) -> FactBatch:
        """Its facts."""
        found = self._read[id(file)]
        if isinstance(found, FanzhaError):
            raise found
        return found


def unasked_by(
    asking: Iterable[Measure], batches: Iterable[FactBatch], stored: StoredLedger | None
) -> tuple[Unasked, ...]:
    """The same of what these queries ask, by all numbers of their accounts that the ledger knows."""
    asked: dict[str, set[str]] = {}
    for measure in asking:
        numbers = asked.setdefault(measure.target.institution, set())
        numbers.update(question.account for question in measure.request.questions)
    found = unasked_in(batches, asked)
    if stored is None:
        return found
    names = {account_named(stored, account) for numbers in asked.values() for account in numbers} - {None}
    return tuple(each for each in found if account_named(stored, each.account) not in names)


def unasked_in(batches: Iterable[FactBatch], asked: Mapping[str, Collection[str]]) -> tuple[Unasked, ...]:
    """The accounts with rows of their own in an answer that are none of those asked about.

    asked: the numbers about which each institution was asked. A number that the files show beside one of these (card and
    account, account and sub-account) is the same account. A file comes from the institutions about whose accounts it
    answers; where it answers about none, from any of them.
    """
    batches = tuple(batches)
    pairs = _pairs_of(batches)
    known = {bank: _with_their_others(pairs, set(map(plain_identifier, asked[bank]))) for bank in asked}
    rows = [(batch, *found) for batch in batches for found in _own_rows(batch)]
    senders: dict[str, set[str]] = {}
    for batch, numbers, _, _ in rows:
        senders.setdefault(_file(batch), set()).update(bank for bank in known if numbers & known[bank])
    found: list[Unasked] = []
    for batch, numbers, institution, count in rows:
        if not any(numbers & theirs for theirs in known.values()):
            own = senders[_file(batch)] or known.keys()
            elsewhere = bool(institution) and not any(_is_same(institution, bank) for bank in own)
            found.append(Unasked(batch.path, min(numbers, key=len), institution, count, elsewhere))
    return tuple(sorted(found, key=lambda each: (not each.elsewhere, each.path, each.account)))


def accounts_in(batch: FactBatch) -> frozenset[str]:
    """The numbers of every account whose own rows a file has, with those that it shows beside them."""
    own = {number for numbers, _, _ in _own_rows(batch) for number in numbers}
    return frozenset(_with_their_others(_pairs_of([batch]), own))


def _file(batch: FactBatch) -> str:
    """The file that somebody sent: of an archive's members, the archive."""
    return batch.path.partition("!")[0]


def _is_same(first: str, second: str) -> bool:
    """Whether two names may be one institution's: a branch's is longer than its bank's."""
    return bool(first and second) and (first in second or second in first)


def _pairs_of(batches: Iterable[FactBatch]) -> set[frozenset[str]]:
    """Numbers that a row shows together."""
    return {
        frozenset(plain_identifier(number) for number in row if number)
        for batch in batches
        for kind, first, second in _NUMBERS
        if kind in batch.facts
        for row in batch.facts[kind].select(first, second).unique().iter_rows()
    }


def _with_their_others(pairs: Collection[frozenset[str]], known: set[str]) -> set[str]:
    grew = True
    while grew:
        new = {number for pair in pairs if pair & known for number in pair} - known
        known = known | new
        grew = bool(new)
    return known


def _own_rows(batch: FactBatch) -> Iterator[tuple[set[str], str, int]]:
    """Each account whose own rows a file has: its numbers, where it is kept, how many rows."""
    entries = batch.facts.get("entries")
    if entries is not None:
        grouped = entries.group_by("card", "account", "institution").len()
        for card, account, institution, rows in grouped.iter_rows():
            yield {_bare(number) for number in (card, account) if number}, institution or "", rows
    transfers = batch.facts.get("transfers")
    for side, institution_name, balance in _SIDES if transfers is not None else ():
        assert transfers is not None, "asked above"
        stated = transfers.filter(pl.col(balance).is_not_null() & pl.col(side).is_not_null())
        for number, institution, rows in stated.group_by(side, institution_name).len().iter_rows():
            yield {_bare(number)}, institution or "", rows


def _bare(number: str) -> str:
    """A wallet's bound-card payments are the wallet's."""
    return plain_identifier(number).removesuffix(CARD_PAYMENTS)
