"""Statement exports and other files become facts and ledger; what happened to every row is reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from fanzha.core.errors import BadInput, Refused
from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.ledger.assembly import Assembly, CoverageOverride, FileFigures
from fanzha.ledger.assembly.quality import FileQuality, SharedIds, file_quality, shared_ids
from fanzha.ports.fact_store import FactStore, FactWriter, StoredLedger
from fanzha.ports.statement_reader import StatementReader
from fanzha.records import FactBatch, QuarantinedRow
from fanzha.services.rebuild_ledger import LedgerRules, extend_ledger, index_of

FILES_NAMED: Final = 3  # in a note
COVERED_MAX: Final = 1000  # accounts listed per file; `covered_accounts` always tells how many there are

# Fields whose cells a report may show as they are; of all others only the end, for they may name a person.
PLAIN_FIELDS: Final = frozenset(
    {
        "at",
        "amount",
        "balance",
        "payer_balance_after",
        "payee_balance_after",
        "direction",
        "currency",
        "kind",
        "succeeded",
    }
)

# Called when a file is about to be read, and with '' when the ledger is about to be built.
Watch = Callable[[str], None]


@dataclass(slots=True)
class _Outcome:
    """What became of one path."""

    path: str
    batch: FactBatch | None = None
    known: bool = False  # these bytes were there before
    notes: tuple[str, ...] = ()  # besides those of the facts
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
    mapped: bool = False,
    watch: Watch = lambda _path: None,
) -> IngestReport:
    """Takes every readable file under the paths, or changes nothing at all.

    A file that cannot be read is reported and leaves the others alone. `coverage` replaces what was stated before;
    `mapped` says that the reader follows a mapping, so that known files are compared with what it makes of them.
    Raises BadInput when not one file can be read, Refused when another start is writing or when a known file was read
    otherwise.
    """
    with store.writing() as writer:
        outcomes = _read_all(store, reader, paths, writer, watch)
        if mapped:
            _compare_known(store, reader, paths, outcomes)
        if not any(outcome.batch for outcome in outcomes):
            raise BadInput(_nothing_read(outcomes, paths))
        former = store.choices()
        choices = former if coverage is None else replace(former, coverage=tuple(coverage))
        added = [outcome.batch for outcome in outcomes if outcome.batch and not outcome.known]
        ledger = None if added or choices != former else store.ledger()
        if ledger is None:
            watch("")
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


def _compare_known(
    store: FactStore, reader: StatementReader, paths: Sequence[Path], outcomes: Sequence[_Outcome]
) -> None:
    """Makes sure that files of the ledger say what they say under this mapping too."""
    there = set(store.files())
    known = {outcome.path: outcome for outcome in outcomes if outcome.known}
    for file in reader.discover(paths) if known else ():
        outcome = known.get(file.path)
        if outcome is None or outcome.batch is None or outcome.batch.sha256 not in there:
            continue
        try:
            again = reader.read(file)
        except BadInput as error:
            reason = str(error).removeprefix(f"{file.path}: ")
            outcome.notes = (f"the mapping does not fit ({reason}); the ledger keeps the file as it was read before",)
            continue
        if not _says_the_same(outcome.batch, again):
            raise Refused(
                f"{file.path}: this file is in the ledger already, read otherwise than this mapping reads it; nothing was "
                f"imported. Take it out first: fanzha ledger forget {again.sha256[:12]} --reason TEXT"
            )


def _says_the_same(first: FactBatch, second: FactBatch) -> bool:
    facts = [{name: frame for name, frame in batch.facts.items() if len(frame)} for batch in (first, second)]
    aside = [{(row.sheet, row.row, row.field, row.reason) for row in batch.quarantine} for batch in (first, second)]
    return (
        facts[0].keys() == facts[1].keys()
        and all(frame.equals(facts[1][name], null_equal=True) for name, frame in facts[0].items())
        and aside[0] == aside[1]
        and (first.windows, first.complete_ledger) == (second.windows, second.complete_ledger)
    )


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
    shared = _shared_ids([outcome.batch for outcome in outcomes if outcome.batch], assembly)
    documents = []
    for outcome in outcomes:
        if outcome.batch is None:
            reason = {"skipped": outcome.skipped} if outcome.skipped else {"error": outcome.error}
            documents.append({"path": outcome.path, **reason})
            continue
        index = place[outcome.batch.sha256]
        file = _file_document(outcome, outcome.batch, index, assembly, qualities[index])
        if index in shared:
            file["notes"].append(_shared_note(shared[index], assembly.sources.paths))
        documents.append(file)
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


def _shared_ids(batches: Sequence[FactBatch], assembly: Assembly) -> dict[int, SharedIds]:
    """By file, the ids that it and another table give to different transfers; within a table they were put aside."""
    ids = [
        rows["transfer_id"]
        for batch in batches
        if (rows := batch.facts.get("transfers")) is not None
        and (len(assembly.files) > 1 or rows["sheet"].n_unique() > 1)
    ]
    return shared_ids(assembly, pl.concat(ids)) if ids else {}


def _shared_note(shared: SharedIds, paths: Sequence[str]) -> str:
    named = [paths[file] for file in shared.files]
    more = f" and {len(named) - FILES_NAMED} more" if len(named) > FILES_NAMED else ""
    return (
        f"transfer_id_repeated_with_other_content: {shared.count} ids stand for another transfer in "
        f"{', '.join(named[:FILES_NAMED])}{more}, such as {shared.example!r}; every row is kept as a transfer of its own"
    )


def _file_document(
    outcome: _Outcome, batch: FactBatch, index: int, assembly: Assembly, quality: FileQuality
) -> dict[str, Any]:
    figures: FileFigures = assembly.files[index]
    quarantined = len({(row.sheet, row.row) for row in batch.quarantine})
    pockets = assembly.columns.pockets
    gaps = {pockets.currencies[place]: minor for place, minor in quality.gap_minor.items()}
    unexplained = [closing for closing in batch.closings if closing.unexplained_minor]
    for closing in unexplained:
        gaps[closing.currency] = gaps.get(closing.currency, 0) + abs(closing.unexplained_minor)
    amounts = {currency: format_minor(minor, exponent_of(currency)) for currency, minor in sorted(gaps.items())}
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
        "gaps": quality.gaps + len(unexplained),
        "gap_amount": next(iter(amounts.values()), "0.00"),
        "order_repaired": quality.order_repaired,
        "order_uncertain": quality.order_uncertain,
        "reasons": [
            *map(_reason, batch.quarantine),
            *(_reason(row) | {"kept": True} for row in batch.kept),
        ],
        "already_known": outcome.known,
        "covered": covered,
        "covered_accounts": accounts,
        "answered_nothing": list(figures.answered_nothing),
        "not_answered": _not_answered(batch),
        "joins": figures.joins,
        "notes": [*batch.notes, *outcome.notes],
        "blocked": _blocked(batch),
    }
    # One figure cannot add currencies up; a file with gaps in several tells each.
    return document | ({"gap_amounts": amounts} if len(amounts) > 1 else {})


def _reason(row: QuarantinedRow) -> dict[str, Any]:
    sheet = {"sheet": row.sheet} if row.sheet else {}
    cell = {} if row.cell is None else {"raw": row.cell if row.field in PLAIN_FIELDS else mask(row.cell)}
    return {"row": row.row, "field": row.field, "reason": row.reason, **sheet, **cell}


def mask(text: str) -> str:
    """The end of a number or a name, by which somebody who has the file knows it again."""
    shown = min(4, len(text) // 3)
    return "*" * (len(text) - shown) + text[len(text) - shown :]


def _blocked(batch: FactBatch) -> list[dict[str, Any]]:
    """The accounts whose totals cannot be told, each with the first row that is to blame."""
    first: dict[str, QuarantinedRow] = {}
    for row in batch.quarantine:
        if row.account is not None:
            first.setdefault(row.account, row)
    return [{"account": account, **_reason(row)} for account, row in first.items()]


def _not_answered(batch: FactBatch) -> list[str]:
    """Whom the institution was asked about and could not look up; silence of this sort says nothing about their rows."""
    queries = batch.facts.get("queries")
    if queries is None:
        return []
    failed = queries.filter(~pl.col("succeeded") & pl.col("subject").is_not_null())
    return failed["subject"].unique().sort().to_list()


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
