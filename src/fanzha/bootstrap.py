"""The only place that chooses implementations."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fanzha.core.errors import BadInput
from fanzha.ledger.assembly import HubRules, PairingRules
from fanzha.ports.fact_store import FactStore, StoredLedger
from fanzha.ports.live_log import LineSink, LiveLog
from fanzha.ports.statement_reader import StatementFile, StatementReader
from fanzha.ports.transfer_stream import TransferStream
from fanzha.records import FactBatch
from fanzha.services.rebuild_ledger import LedgerRules

if TYPE_CHECKING:  # reading files, and the desk, are paid for by the verbs that need them
    from fanzha.intake import ColumnMapping
    from fanzha.ports.work_store import WorkStore
    from fanzha.services.desk.model import Desk, DeskRules


def fact_store(home: Path) -> FactStore:
    """The facts and the ledger of a home directory."""
    from fanzha.engines.local.store import LocalFactStore

    return LocalFactStore(home)


def open_ledger(home: Path) -> StoredLedger:
    """The ledger of a home directory, its columns mapped.

    Raises BadInput when there is none yet, or when it is damaged.
    """
    ledger = fact_store(home).ledger()
    if ledger is None:
        raise no_ledger(home)
    return ledger


def no_ledger(home: Path) -> BadInput:
    """What to say of a home directory without a ledger."""
    return BadInput(f"{home} holds no ledger; fill it with: fanzha ingest PATH…")


def rule_table(name: str) -> dict[str, Any]:
    """A dated table of `rules/`, parsed."""
    return tomllib.loads((files("fanzha") / "rules" / name).read_text(encoding="utf-8"))


def ledger_rules() -> LedgerRules:
    """The tables that a ledger is made by."""
    return LedgerRules(
        HubRules.from_table(rule_table("hubs.toml")), PairingRules.from_table(rule_table("pairing.toml"))
    )


class _FileReader:
    """Files of this machine, read by `intake`."""

    def __init__(self, mapping: ColumnMapping | None) -> None:
        self._mapping = mapping

    def discover(self, paths: Sequence[Path]) -> Iterable[StatementFile]:
        """Every file under the paths, folders and archives opened."""
        from fanzha.intake import discover

        return discover(paths)

    def read(self, file: StatementFile) -> FactBatch:
        """The facts of one file."""
        from fanzha.intake import SourceFile, read_file

        assert isinstance(file, SourceFile)
        return read_file(file, self._mapping)


def statement_reader(mapping: Path | None = None) -> StatementReader:
    """Reads statement files, with a mapping file for tables that the rules do not know.

    Raises BadInput when the mapping file makes no sense.
    """
    from fanzha.intake import load_mapping

    return _FileReader(None if mapping is None else load_mapping(mapping))


def explain_file(path: Path, mapping: Path | None = None) -> dict[str, Any]:
    """What each column of a file (of every file in an archive) is taken for, and why.

    Raises BadInput when there is no such file.
    """
    from fanzha import intake

    if not path.exists():
        raise BadInput(f"{path}: there is no such file")
    columns = None if mapping is None else intake.load_mapping(mapping)
    found = [intake.explain_file(source, columns) for source in intake.discover([path])]
    return {"files": [asdict(explanation) for explanation in found]}


def live_log(directory: Path) -> LiveLog:
    """The state of a live trace in a directory."""
    from fanzha.engines.local.live_log import LocalLiveLog

    return LocalLiveLog(directory)


def line_file(path: Path) -> AbstractContextManager[LineSink]:
    """A file of lines, which is made if it is not there.

    Raises BadInput where that cannot be.
    """
    from fanzha.engines.local.line_file import open_line_file

    return open_line_file(path)


def transfer_stream(path: Path | None, *, follow: bool = False) -> AbstractContextManager[TransferStream]:
    """Canonical rows of a file that may grow, of standard input where no path is given.

    Raises BadInput when there is no canonical table in it.
    """
    from fanzha.intake.transfer_stream import CanonicalStream

    return closing(CanonicalStream(path, follow=follow))


def work_store(home: Path, url: str | None = None) -> WorkStore:
    """The records of work: a SQLite file of the home directory, or the database of the address.

    Raises BadInput when the directory cannot be made or the database cannot be used.
    """
    from fanzha.ports.work_tables import TABLES
    from fanzha.storage.sql import SqlWorkStore, sqlite_url

    if url is None:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{home}: the directory cannot be made: {error.strerror}") from None
        url = sqlite_url(home / "work.db")
    return SqlWorkStore(url, TABLES)


def desk_rules() -> DeskRules:
    """The dated tables that the desk works by."""
    from fanzha.access import AccessRules
    from fanzha.casework import CaseworkRules, Taxonomy
    from fanzha.measures.purposes import PurposeRules
    from fanzha.measures.rules import MeasureRules
    from fanzha.services.desk.model import DeskRules

    return DeskRules(
        casework=CaseworkRules.from_table(rule_table("casework.toml")),
        measures=MeasureRules.from_table(rule_table("measures.toml")),
        access=AccessRules.from_table(rule_table("access.toml")),
        purposes=PurposeRules.from_table(rule_table("purposes.toml")),
        taxonomy=Taxonomy.from_table(rule_table("taxonomy.toml")),
    )


def desk(home: Path, url: str | None = None) -> Desk:
    """The desk of a home directory, by this machine's clock; close its store when it is done with.

    Raises BadInput as `work_store`.
    """
    from fanzha.core.ids import TimeSortedIds
    from fanzha.core.time import SystemClock
    from fanzha.services.desk.model import Desk

    clock = SystemClock()
    return Desk(work_store(home, url), clock, TimeSortedIds(clock), desk_rules())
