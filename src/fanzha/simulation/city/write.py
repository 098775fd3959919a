"""A city on disk: what its institutions know, day by day, and the truth in a folder of its own beside it.

`institutions/` holds the tables of banks, telephone companies and sites; `transfers/` in it is the canonical table, which
`fanzha ingest` reads. `truth/` holds who belongs to which gang and which payment carries whose money; nothing under
`institutions/` depends on it. The same size and seed give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fanzha.core.errors import Refused
from fanzha.core.time import DAY_US, format_instant
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.balances import Tide, balances_after
from fanzha.simulation.city.build import City, days
from fanzha.simulation.city.gangs import roles
from fanzha.simulation.city.names import Names
from fanzha.simulation.city.ordinary import WORDS, Payments
from fanzha.simulation.city.people import Ints, Job
from fanzha.simulation.city.signals import MESSAGES, Contacts, Signals, make_lines

INSTITUTIONS: Final = "institutions"
TRUTH: Final = "truth"
KINDS: Final = tuple(kind.name.lower() for kind in TransferKind)
SERIAL_DIGITS: Final = 12


def write_city(city: City, folder: Path, told: Callable[[str, int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Writes the city into a new folder and returns what is in it.

    told: called with the step's name, how far it is, and how far it goes. Raises Refused where the folder has something in it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; a city is written into a new folder")
    seen, truth = folder / INSTITUTIONS, folder / TRUTH
    for part in (seen / "transfers", seen / "calls", seen / "messages", seen / "visits", truth):
        part.mkdir(parents=True)
    lines = make_lines(city)
    names, signals = Names(city, lines), Signals(city, lines)
    opening = _openings(city, told)
    counts = _write_days(city, names, opening, seen, truth, told)
    for number in range(city.size.days):
        today = signals.day(number)
        for name, contacts in (("calls", today.calls), ("messages", today.messages), ("visits", today.visits)):
            _save(_contacts(names, name, contacts), seen / name / _day_name(number))
            counts[name] = counts.get(name, 0) + len(contacts.at_us)
        told("signals", number + 1, city.size.days)
    _save(_accounts(city, names, opening), seen / "accounts.parquet")
    _save(_lines(names), seen / "lines.parquet")
    _save(_truth_accounts(city, names), truth / "accounts.parquet")
    _save(_truth_frauds(city, names), truth / "frauds.parquet")
    document = {
        "size": city.size.name, "seed": city.seed, "begins": format_instant(city.begins_us),
        "ends": format_instant(city.ends_us), "accounts": city.size.accounts, "frauds": len(city.frauds), **counts,
        "mark": "模拟: nobody and nothing in this city is real",
    }  # fmt: skip
    folder.joinpath("city.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return document


def _openings(city: City, told: Callable[[str, int, int], None]) -> Ints:
    tide = Tide.calm(city.abroad + 1)
    for number, payments, _ in days(city):
        tide.pass_over(payments)
        told("balances", number + 1, city.size.days)
    return tide.openings(city.people.accounts.savings_minor)


def _write_days(
    city: City, names: Names, opening: Ints, seen: Path, truth: Path, told: Callable[[str, int, int], None]
) -> dict[str, int]:
    standing, written, carried = opening.copy(), 0, []
    texts = _Texts(names)
    for number, payments, moves in days(city):
        after = balances_after(payments, standing)
        # Serials count a bank's day as a bank does: they say when, and nothing else.
        serial = number * 10**9 + np.arange(len(payments))
        _save(_transfers(payments, after, serial, texts), seen / "transfers" / _day_name(number))
        stolen = np.flatnonzero(moves >= 0)
        carried.append(np.stack((serial[stolen], moves[stolen])))
        written += len(payments)
        told("transfers", number + 1, city.size.days)
    serials, moves = np.concatenate(carried, axis=1)
    _save(_truth_moves(city, serials, moves), truth / "moves.parquet")
    return {"transfers": written, "stolen_moves": len(moves)}


class _Texts:
    """Dictionaries that all days share; none has a text twice, which Parquet would write out at length."""

    def __init__(self, names: Names) -> None:
        self.accounts = pa.array(names.accounts)
        self.holders, self.holder_of = _distinct(names.account_names)
        self.institutions, self.institution_of = _distinct(names.institutions)
        self.words, self.kinds = pa.array(WORDS), pa.array(KINDS)


def _distinct(texts: list[str]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The different texts, and for each code which of them it is."""
    place = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return pa.array(list(place)), np.array([place[text] for text in texts], np.int32)


def _transfers(payments: Payments, after: tuple[Ints, Ints], serial: Ints, texts: _Texts) -> pa.Table:
    columns: dict[str, Any] = {
        "transfer_id": _zero_filled(serial),
        "at": pa.array(payments.at_us, pa.timestamp("us", tz="UTC")),
        "amount": _yuan(payments.amount_minor),
        "kind": _of(payments.kind, texts.kinds),
        "summary": _of(payments.words, texts.words),
        "serial": _zero_filled(serial),
    }
    for side, codes, balance in (("payer", payments.payer, after[0]), ("payee", payments.payee, after[1])):
        own = codes > 0
        columns[side] = _of(codes, texts.accounts)
        columns[f"{side}_name"] = _of(texts.holder_of[codes], texts.holders)
        columns[f"{side}_institution"] = _of(texts.institution_of[codes], texts.institutions)
        columns[f"{side}_balance_after"] = _yuan(balance, own & (codes < len(texts.institution_of) - 1))
    return pa.table(columns)


def _contacts(names: Names, name: str, contacts: Contacts) -> pa.Table:
    phones = pa.array(names.phones)
    columns: dict[str, Any] = {
        "at": pa.array(contacts.at_us, pa.timestamp("us", tz="UTC")), "line": _of(contacts.line, phones),
    }  # fmt: skip
    if name == "visits":
        domains = pa.array([names.domain(place) for place in range(int(contacts.other.max(initial=0)) + 1)])
        return pa.table({**columns, "domain": _of(contacts.other, domains)})
    columns["other"] = _of(contacts.other, phones)
    if name == "calls":
        return pa.table({**columns, "seconds": pa.array(contacts.measure.astype(np.int32))})
    return pa.table({**columns, "text": _of(contacts.measure, pa.array(MESSAGES))})


def _accounts(city: City, names: Names, opening: Ints) -> pa.Table:
    accounts, holders = city.people.accounts, city.people.holders
    n = len(accounts.holder)
    identities, identity_of = _distinct([names.identity(place) for place in range(len(holders.job))])
    phones = pa.array(names.phones[: len(holders.job)])
    return pa.table(
        {
            "account": pa.array(names.accounts[1 : n + 1]),
            "institution": pa.array(names.institutions[1 : n + 1]),
            "holder": pa.array(names.account_names[1 : n + 1]),
            "identity": _of(identity_of[accounts.holder], identities),
            "phone": _of(accounts.holder, phones),
            "opened": pa.array(city.begins_us - accounts.opened_days_before * DAY_US, pa.timestamp("us", tz="UTC")),
            "opening_balance": _yuan(opening[1 : n + 1]),
        }
    )


def _lines(names: Names) -> pa.Table:
    lines = names.lines
    holders, holder_of = _distinct(names.holders)
    return pa.table(
        {
            "line": pa.array(names.phones),
            "holder": _of(holder_of[lines.holder], holders),
            "outlet": pa.array([f"模拟营业厅{one:03d}" for one in lines.outlet.tolist()]),
            "clerk": pa.array([f"模拟店员{one:04d}" for one in lines.clerk.tolist()]),
            "opened": pa.array(lines.opened_us, pa.timestamp("us", tz="UTC")),
        }
    )


def _truth_accounts(city: City, names: Names) -> pa.Table:
    rows = sorted((place, gang, role) for place, used in roles(city.gangs).items() for gang, role in used)
    return pa.table(
        {
            "account": [names.accounts[place + 1] for place, _, _ in rows],
            "gang": [gang for _, gang, _ in rows],
            "role": [role for _, _, role in rows],
            "company": [bool(city.people.holders.job[city.people.accounts.holder[place]] >= Job.EMPLOYER)
                        for place, _, _ in rows],
        }
    )  # fmt: skip


def _truth_frauds(city: City, names: Names) -> pa.Table:
    lost = [sum(city.moves[place].amount_minor for place in fraud.payments) for fraud in city.frauds]
    return pa.table(
        {
            "fraud": [fraud.number for fraud in city.frauds],
            "type": [fraud.type.slug for fraud in city.frauds],
            "gang": [fraud.gang for fraud in city.frauds],
            "victim": [names.holder(fraud.victim) for fraud in city.frauds],
            "channel": [fraud.channel for fraud in city.frauds],
            "contact": pa.array([fraud.contact_us for fraud in city.frauds], pa.timestamp("us", tz="UTC")),
            "reported": pa.array([fraud.reported_us for fraud in city.frauds], pa.timestamp("us", tz="UTC")),
            "lost": _yuan(np.array(lost, np.int64)),
        }
    )


def _truth_moves(city: City, serials: Ints, places: Ints) -> pa.Table:
    moves = [city.moves[place] for place in places.tolist()]
    return pa.table(
        {
            "transfer_id": _zero_filled(serials), "move": pa.array(places), "parent": [move.parent for move in moves],
            "fraud": [move.case for move in moves], "hop": [move.hop for move in moves],
            "exit": [move.exit for move in moves],
        }
    )  # fmt: skip


def _of(codes: npt.NDArray[Any], texts: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), texts)


def _yuan(minor: Ints, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Amounts with two decimals; none where it is not known."""
    # A decimal of 128 bits is the number of 分 in two words: no digit is ever computed with.
    words = np.stack((minor, minor >> 63), axis=1)
    mask = None if known is None else pa.array(known).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(20, 2), len(minor), [mask, pa.py_buffer(np.ascontiguousarray(words))])


def _zero_filled(numbers: Ints) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), SERIAL_DIGITS, "0")


def _save(table: pa.Table, file: Path) -> None:
    pq.write_table(table, file, compression="zstd")


def _day_name(number: int) -> str:
    return f"day-{number + 1:03d}.parquet"
