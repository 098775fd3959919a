"""The tables of a city's institutions: what banks, telephone companies, sites and registers have of everybody alike.

Nothing here may depend on the truth, not by an order either: rows are in the order of time or of what names them, and no
file carries a dictionary that is longer than what stands in it or in an order of its own.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fanzha.core.time import DAY_US
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.build import City
from fanzha.simulation.city.devices import Devices, Logins
from fanzha.simulation.city.families import Families
from fanzha.simulation.city.identifiers import device_numbers, shuffled
from fanzha.simulation.city.names import MARK, Names
from fanzha.simulation.city.openings import AccountOpenings
from fanzha.simulation.city.ordinary import WORDS, Payments
from fanzha.simulation.city.people import NOBODY, Codes, Ints
from fanzha.simulation.city.registry import Registry
from fanzha.simulation.city.signals import MESSAGES, Contacts

KINDS: Final = tuple(kind.name.lower() for kind in TransferKind)
SERIAL_DIGITS: Final = 12
INSTANT: Final = pa.timestamp("us", tz="UTC")
FEW: Final = (  # columns of few different texts, which Parquet writes once
    "kind", "summary", "institution", "payer_name", "payee_name", "payer_institution", "payee_institution", "text", "domain",
    "outlet", "clerk", "agent",
)  # fmt: skip


class Texts:
    """Every text of the city as an array that days share, by code or by place."""

    def __init__(self, city: City, names: Names, devices: Devices) -> None:
        self.city, self.names = city, names
        self.accounts, self.phones = pa.array(names.accounts), pa.array(names.phones)
        self.holders, self.holder_of = distinct(names.account_names)
        self.institutions, self.institution_of = distinct(names.institutions)
        self.names_of, self.identities = pa.array(names.holders), pa.array(names.identities)
        self.words, self.kinds, self.messages = pa.array(WORDS), pa.array(KINDS), pa.array(MESSAGES)
        self.devices = pa.array(device_numbers(np.arange(devices.count), devices.count, city.seed))


def transfers_table(payments: Payments, after: tuple[Ints, Ints], serial: Ints, texts: Texts) -> pa.Table:
    """A day's payments in the canonical form."""
    number = zero_filled(serial)
    columns: dict[str, Any] = {
        "transfer_id": number,
        "at": pa.array(payments.at_us, INSTANT),
        "amount": yuan(payments.amount_minor),
        "kind": coded(payments.kind, texts.kinds),
        "summary": coded(payments.words, texts.words),
        "serial": number,
    }
    for side, codes, balance in (("payer", payments.payer, after[0]), ("payee", payments.payee, after[1])):
        own = codes > 0
        columns[side] = taken(codes, texts.accounts)
        columns[f"{side}_name"] = coded(texts.holder_of[codes], texts.holders)
        columns[f"{side}_institution"] = coded(texts.institution_of[codes], texts.institutions)
        columns[f"{side}_balance_after"] = yuan(balance, own & (codes < len(texts.institution_of) - 1))
    return pa.table(columns)


def logins_table(logins: Logins, texts: Texts) -> pa.Table:
    """A day's log-ins."""
    return pa.table(
        {
            "at": pa.array(logins.at_us, INSTANT),
            "account": taken(logins.account, texts.accounts),
            "device": taken(logins.device, texts.devices),
            "payments": pa.array(logins.payments.astype(np.int32)),
        }
    )


def contacts_table(name: str, contacts: Contacts, texts: Texts) -> pa.Table:
    """A day's calls, messages or visits."""
    columns: dict[str, Any] = {"at": pa.array(contacts.at_us, INSTANT), "line": taken(contacts.line, texts.phones)}
    if name == "visits":
        domains = pa.array([texts.names.domain(place) for place in range(int(contacts.other.max(initial=0)) + 1)])
        return pa.table({**columns, "domain": taken(contacts.other, domains)})
    columns["other"] = taken(contacts.other, texts.phones)
    if name == "calls":
        return pa.table({**columns, "seconds": pa.array(contacts.measure.astype(np.int32))})
    return pa.table({**columns, "text": coded(contacts.measure, texts.messages)})


def accounts_table(opening: Ints, openings: AccountOpenings, texts: Texts) -> pa.Table:
    """Every account with its holder and its opening, by number."""
    city = texts.city
    accounts, banks = city.people.accounts, city.people.institutions
    n = len(accounts.holder)
    counters = list(zip(accounts.bank.tolist(), openings.outlet.tolist(), openings.clerk.tolist(), strict=True))
    table = pa.table(
        {
            "account": texts.accounts.slice(1, n),
            "institution": coded(texts.institution_of[1 : n + 1], texts.institutions),
            "holder": taken(accounts.holder, texts.names_of),
            "identity": taken(accounts.holder, texts.identities),
            "phone": taken(accounts.holder, texts.phones),
            "opened": pa.array(openings.opened_us, INSTANT),
            "opener": taken(openings.opener, texts.names_of),
            "opener_identity": taken(openings.opener, texts.identities),
            "outlet": pa.array(
                [f"{banks[bank]}第{outlet + 1}支行" if outlet >= 0 else None for bank, outlet, _ in counters]
            ),
            "clerk": pa.array(
                [
                    f"{banks[bank]}柜员{outlet + 1:03d}{clerk + 1}" if outlet >= 0 else None
                    for bank, outlet, clerk in counters
                ]
            ),
            "opening_balance": yuan(opening[1 : n + 1]),
        }
    )
    return table.sort_by("account")


def lines_table(texts: Texts) -> pa.Table:
    """Every telephone line with its opening, by number."""
    lines = texts.names.lines
    table = pa.table(
        {
            "line": texts.phones,
            "holder": taken(lines.holder, texts.names_of),
            "identity": taken(lines.holder, texts.identities),
            "outlet": pa.array([f"{MARK}营业厅{one:03d}" for one in lines.outlet.tolist()]),
            "clerk": pa.array([f"{MARK}店员{one:04d}" for one in lines.clerk.tolist()]),
            "opened": pa.array(lines.opened_us, INSTANT),
        }
    )
    return table.sort_by("line")


def companies_table(registry: Registry, texts: Texts) -> pa.Table:
    """The register of companies, by code."""
    city, n = texts.city, len(registry.representative)
    people = city.people.holders.people
    agents = pa.array([f"{MARK}企业服务{one:04d}" for one in _dealt(registry.agents, city.seed, "agent")])
    addresses = pa.array([f"{MARK}市{MARK}路{one + 1}号" for one in _dealt(registry.addresses, city.seed, "address")])
    table = pa.table(
        {
            "company": texts.names_of.slice(people, n),
            "code": texts.identities.slice(people, n),
            "representative": taken(registry.representative, texts.names_of),
            "representative_identity": taken(registry.representative, texts.identities),
            "address": taken(registry.address, addresses),
            "agent": taken(registry.agent, agents),
            "registered": pa.array(registry.registered_us // DAY_US, pa.int32()).cast(pa.date32()),
        }
    )
    return table.sort_by("code")


def residents_table(families: Families, texts: Texts) -> pa.Table:
    """The register of people, by identity number: who is married to whom, lives with whom and is whose parent."""
    holders = texts.city.people.holders
    n = holders.people
    household = np.array(_dealt(n, texts.city.seed, "household"))[families.household]
    table = pa.table(
        {
            "identity": texts.identities.slice(0, n),
            "name": texts.names_of.slice(0, n),
            "birth_year": pa.array(holders.birth_year[:n].astype(np.int16)),
            "district": pa.array(holders.district[:n]),
            "household": pa.array(household),
            "spouse": taken(families.spouse, texts.identities),
            "parent": taken(holders.parent[:n], texts.identities),
        }
    )
    return table.sort_by("identity")


def _dealt(count: int, seed: int, name: str) -> list[int]:
    numbers: list[int] = shuffled(np.arange(count), count, seed, name).tolist()
    return numbers


def distinct(texts: list[str]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The different texts in their own order, and for each code which of them it is."""
    found = pa.array(texts).dictionary_encode()
    order = pc.array_sort_indices(found.dictionary).to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return found.dictionary.take(pa.array(order)), rank[found.indices.to_numpy()]


def coded(codes: npt.NDArray[Any], texts: pa.Array) -> pa.DictionaryArray:
    """Texts of which there are few, by code."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), texts)


def taken(codes: Codes, texts: pa.Array) -> pa.Array:
    """Texts by place; none where it is NOBODY."""
    missing = codes == NOBODY
    return texts.take(pa.array(codes, mask=missing if missing.any() else None))


def yuan(minor: Ints, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Amounts with two decimals; none where it is not known."""
    # A decimal of 128 bits is the number of 分 in two words: no digit is ever computed with.
    words = np.stack((minor, minor >> 63), axis=1)
    mask = None if known is None else pa.array(known).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(20, 2), len(minor), [mask, pa.py_buffer(np.ascontiguousarray(words))])


def zero_filled(numbers: Ints) -> pa.Array:
    """Numbers as texts of one length."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), SERIAL_DIGITS, "0")
