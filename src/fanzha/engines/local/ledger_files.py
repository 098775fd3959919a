"""The ledger's columns as files of one directory, and back as mapped arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import polars as pl

from fanzha.engines.local.durable_files import (
    StoreDamaged,
    Written,
    check_ends,
    map_array,
    map_texts,
    write_array,
    write_text,
    write_texts,
)
from fanzha.ledger.assembly import Assembly, FileFigures, Identity, Inferred, Join, Sources
from fanzha.ledger.assembly.coverage import Spans
from fanzha.ledger.assembly.sources import SOURCE_COLUMNS
from fanzha.ledger.columns import Coverage, LedgerColumns, Pockets, Transfers
from fanzha.ports.fact_store import StoredLedger

ABOUT: Final = "about.json"
WRITERS: Final = 4
INDEX_PREFIX: Final = "index."
_POCKET_TEXTS: Final = ("account", "institution")
_POCKET_LISTS: Final = ("currencies", "exponents")


def write_ledger(directory: Path, ledger: StoredLedger) -> dict[str, Written]:
    """Writes every column to a file of its own; returns what each file is, by name."""
    assembly = ledger.assembly
    columns, sources, identity = assembly.columns, assembly.sources, assembly.identity
    arrays = {f"transfers.{f.name}": getattr(columns.transfers, f.name) for f in fields(Transfers)}
    arrays |= {
        f"pockets.{f.name}": getattr(columns.pockets, f.name)
        for f in fields(Pockets)
        if f.name not in (*_POCKET_TEXTS, *_POCKET_LISTS)
    }
    arrays |= {f"coverage.{f.name}": getattr(columns.coverage, f.name) for f in fields(Coverage)}
    arrays |= {f"spans.{f.name}": getattr(assembly.spans, f.name) for f in fields(Spans)}
    arrays |= {f"sources.{name}": getattr(sources, name) for name in ("offsets", *SOURCE_COLUMNS)}
    arrays["identity.entity"] = identity.entity
    arrays |= {f"{INDEX_PREFIX}{name}": array for name, array in ledger.index.items()}
    texts = {
        "pockets": pl.DataFrame({name: pl.Series(getattr(columns.pockets, name)) for name in _POCKET_TEXTS}),
        "aliases": pl.DataFrame({"alias": identity.aliases}),
        "names": pl.DataFrame({"name": identity.name, "holder": assembly.holders}),
        "details": assembly.details,
    }
    about = {
        "currencies": columns.pockets.currencies,
        "exponents": columns.pockets.exponents,
        "sha256s": sources.sha256s,
        "paths": sources.paths,
        "sheets": sources.sheets.to_list(),
        "joins": [asdict(join) for join in identity.joins],
        "refused": [asdict(join) for join in identity.refused],
        "files": [asdict(figures) for figures in assembly.files],
        "inferred": [asdict(pair) for pair in assembly.inferred],
        "hubs": assembly.hubs,
        "made_by": ledger.made_by,
    }
    # Waiting for the disk takes longer than copying: several files wait at once, and are hashed meanwhile.
    with ThreadPoolExecutor(WRITERS) as threads:
        pending = {f"{n}.npy": threads.submit(write_array, directory / f"{n}.npy", a) for n, a in arrays.items()}
        pending |= {f"{n}.arrow": threads.submit(write_texts, directory / f"{n}.arrow", f) for n, f in texts.items()}
        text = json.dumps(about, ensure_ascii=False)
        pending[ABOUT] = threads.submit(write_text, directory / ABOUT, text)
        return {name: done.result() for name, done in pending.items()}


def read_ledger(directory: Path, files: Mapping[str, Written], digest: str) -> StoredLedger:
    """The ledger with its columns mapped, read-only.

    Small files are compared with what was written, of large ones the size, the first and the last bytes: hashing all
    would make every start wait for the disk. Raises StoreDamaged when a file is gone, found to be another, or unreadable.
    """
    for name, written in files.items():
        check_ends(directory / name, written)
    arrays = {name.removesuffix(".npy"): map_array(directory / name) for name in files if name.endswith(".npy")}
    texts = {name.removesuffix(".arrow"): map_texts(directory / name) for name in files if name.endswith(".arrow")}
    try:
        about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreDamaged(directory / ABOUT, f"not readable ({type(error).__name__})") from None
    try:
        return _restore(arrays, texts, about, digest)
    except (ValueError, KeyError, TypeError, AssertionError, pl.exceptions.PolarsError) as error:
        raise StoreDamaged(directory, f"the columns do not fit together ({type(error).__name__}: {error})") from None


def _restore(
    arrays: Mapping[str, Any], texts: Mapping[str, pl.DataFrame], about: Mapping[str, Any], digest: str
) -> StoredLedger:
    def part(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}

    columns = LedgerColumns(
        Transfers(**part("transfers.")),
        Pockets(
            account=texts["pockets"]["account"],
            institution=texts["pockets"]["institution"],
            currencies=tuple(about["currencies"]),
            exponents=tuple(about["exponents"]),
            **part("pockets."),
        ),
        Coverage(**part("coverage.")),
    )
    sources = Sources(
        **part("sources."),
        sha256s=tuple(about["sha256s"]),
        paths=tuple(about["paths"]),
        sheets=pl.Series(about["sheets"], dtype=pl.String),
    )
    identity = Identity(
        aliases=texts["aliases"]["alias"],
        entity=arrays["identity.entity"],
        name=texts["names"]["name"],
        joins=tuple(Join(**join) for join in about["joins"]),
        refused=tuple(Join(**join) for join in about["refused"]),
    )
    assembly = Assembly(
        columns=columns,
        sources=sources,
        identity=identity,
        holders=texts["names"]["holder"],
        details=texts["details"],
        files=tuple(
            FileFigures(**{**figures, "answered_nothing": tuple(figures["answered_nothing"])})
            for figures in about["files"]
        ),
        spans=Spans(**part("spans.")),
        inferred=tuple(Inferred(**pair) for pair in about["inferred"]),
        hubs=tuple((account, why) for account, why in about["hubs"]),
    )
    return StoredLedger(assembly, digest, part(INDEX_PREFIX), about["made_by"])
