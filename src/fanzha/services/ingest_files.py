"""Statement exports and other files become facts and ledger; what happened to every row is reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.money import format_minor
from fanzha.core.time import format_instant
from fanzha.ledger.assembly import Assembly, CoverageOverride, FileFigures
from fanzha.ledger.assembly.quality import FileQuality, file_quality
from fanzha.ports.fact_store import FactStore, FactWriter, StoredLedger
from fanzha.ports.statement_reader import StatementReader
from fanzha.records import FactBatch
from fanzha.services.rebuild_ledger import LedgerRules, extend_ledger, index_of

COVERED_MAX: Final = 1000  # accounts listed per file; `covered_accounts` always tells how many there are

# Called when a file is about to be read, and with '' when the ledger is about to be built.
Watch = Callable[[str], None]


@dataclass(slots=True)
class _Outcome:
    """What became of one path."""

    path: str
    batch: FactBatch | None = None
    known: bool = False  # these bytes were there before
    skipped: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The Ingest document, and whether a row or a file had to be put aside."""

    document: dict[str, Any]
    put_aside: bool


def ingest_files(
    store: FactStore,
    reader: StatementReader,
    paths: Sequence[Path],
    *,
    rules: LedgerRules,
    coverage: Sequence[CoverageOverride] | None = None,
    watch: Watch = lambda _path: None,
) -> IngestReport:
    """Takes every readable file under the paths, or changes nothing at all.

    A file that cannot be read is reported and leaves the others alone. `coverage` replaces what was stated before.
    Raises BadInput when not one file can be read, Refused when another start is writing.
    """
    with store.writing() as writer:
        outcomes = _read_all(store, reader, paths, writer, watch)
        if not any(outcome.batch for outcome in outcomes):
            raise BadInput(_nothing_read(outcomes, paths))
        watch("")
        former = store.choices()
        choices = former if coverage is None else replace(former, coverage=tuple(coverage))
        added = [outcome.batch for outcome in outcomes if outcome.batch and not outcome.known]
        ledger = None if added or choices != former else store.ledger()
        if ledger is None:
            ledger, index = extend_ledger(store, added, choices, rules)
            writer.commit(ledger, choices)
        else:
            index = index_of(ledger)
        return _report(outcomes, ledger, file_quality(ledger.assembly, index))


def _read_all(
    store: FactStore, reader: StatementReader, paths: Sequence[Path], writer: FactWriter, watch: Watch
) -> list[_Outcome]:
    there = set(store.files())
    read: dict[str, FactBatch] = {}
    outcomes: list[_Outcome] = []
    for file in reader.discover(paths):
        watch(file.path)
        outcome = _Outcome(file.path, skipped=file.skipped, error=file.error)
        outcomes.append(outcome)
        if file.skipped is not None or file.error is not None:
            continue
        try:
            sha256 = file.sha256
            outcome.known = sha256 in there or sha256 in read
            outcome.batch = None if outcome.known else reader.read(file)
        except BadInput as error:
            outcome.error = str(error).removeprefix(f"{file.path}: ")
            continue
        if outcome.batch is None:
            outcome.batch = read[sha256] if sha256 in read else store.batch(sha256)
        else:
            read[sha256] = outcome.batch
            writer.add(outcome.batch)
    return outcomes


def _nothing_read(outcomes: Sequence[_Outcome], paths: Sequence[Path]) -> str:
    failed = [f"{outcome.path}: {outcome.error}" for outcome in outcomes if outcome.error]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return f"no file could be read; {failed[0]}{more}"
    named = ", ".join(str(path) for path in paths)
    return f"there is no statement file under {named}; give files, folders or ZIP archives of exports"


def _report(outcomes: Sequence[_Outcome], ledger: StoredLedger, qualities: Sequence[FileQuality]) -> IngestReport:
    assembly = ledger.assembly
    place = {figures.sha256: index for index, figures in enumerate(assembly.files)}
    documents = []
    for outcome in outcomes:
        if outcome.batch is None:
            reason = {"skipped": outcome.skipped} if outcome.skipped else {"error": outcome.error}
            documents.append({"path": outcome.path, **reason})
            continue
        index = place[outcome.batch.sha256]
        documents.append(_file_document(outcome, outcome.batch, index, assembly, qualities[index]))
    document = {
        "files": documents,
        "ledger": {
            "transfers": len(assembly.columns.transfers),
            "accounts": len(assembly.identity.name),
            "digest": ledger.digest,
        },
    }
    aside = any(outcome.error or (outcome.batch and outcome.batch.quarantine) for outcome in outcomes)
    return IngestReport(document, put_aside=bool(aside))


def _file_document(
    outcome: _Outcome, batch: FactBatch, index: int, assembly: Assembly, quality: FileQuality
) -> dict[str, Any]:
    figures: FileFigures = assembly.files[index]
    quarantined = len({(row.sheet, row.row) for row in batch.quarantine})
    pockets = assembly.columns.pockets
    amounts = {
        pockets.currencies[place]: format_minor(minor, pockets.exponents[place])
        for place, minor in sorted(quality.gap_minor.items())
    }
    covered, accounts = _covered(assembly, index)
    document = {
        "path": outcome.path,
        "sha256": batch.sha256,
        "table": batch.table,
        "rows": batch.rows,
        "accepted": max(0, batch.rows - quarantined),
        "quarantined": quarantined,
        "duplicates": batch.rows if outcome.known else figures.duplicates,
        "reversals": figures.reversals,
        "gaps": quality.gaps,
        "gap_amount": next(iter(amounts.values()), "0.00"),
        "order_repaired": quality.order_repaired,
        "order_uncertain": quality.order_uncertain,
        "reasons": [
            {"row": row.row, "field": row.field, "reason": row.reason, **({"sheet": row.sheet} if row.sheet else {})}
            for row in batch.quarantine
        ],
        "already_known": outcome.known,
        "covered": covered,
        "covered_accounts": accounts,
        "answered_nothing": list(figures.answered_nothing),
        "joins": figures.joins,
        "notes": list(batch.notes),
    }
    # One figure cannot add currencies up; a file with gaps in several tells each.
    return document | ({"gap_amounts": amounts} if len(amounts) > 1 else {})


def _covered(assembly: Assembly, index: int) -> tuple[list[dict[str, str]], int]:
    spans, names = assembly.spans, assembly.columns.pockets.account
    mine = (spans.file == index).nonzero()[0]
    periods: dict[str, tuple[int, int]] = {}
    for place in mine[: 4 * COVERED_MAX]:
        name = names[int(spans.pocket[place])]
        start, end = int(spans.from_us[place]), int(spans.to_us[place])
        former = periods.get(name, (start, end))
        periods[name] = min(former[0], start), max(former[1], end)
    listed = [
        {"account": name, "from": format_instant(start), "to": format_instant(end)}
        for name, (start, end) in sorted(periods.items())[:COVERED_MAX]
    ]
    return listed, len(periods) if len(mine) <= 4 * COVERED_MAX else len(set(spans.pocket[mine].tolist()))
