"""What a run keeps of its document: totals, accounts with what each method finds there, and the questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from fanzha.core.money import exponent_of, parse_minor
from fanzha.core.time import parse_instant
from fanzha.ledger.columns import OUTSIDE
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.name_trace import holder_names
from fanzha.services.trace_money import account_named
from fanzha.tracing.runs import LEADS_METHOD, Held, RunAccount, RunOrigin, RunQuestion, RunTotals

RECEIPT_PATH: Final = "银行回执://"  # how the source of a receipt's row begins; no file of a folder can
RECEIPT_ONLY: Final = "receipt_only"  # a bank's receipt speaks for the account; its statement would say all of it
SHORTFALL: Final = "balance_shortfall"  # the reason in the document's list of what is unknown


@dataclass(frozen=True, slots=True)
class CalledAccount:
    """An account as a fact or a measure of the case calls it."""

    number: str
    holder: str
    institution: str


class Named:
    """What the ledger and the case know of accounts besides the money: names, institutions, when they moved."""

    def __init__(self, stored: StoredLedger, called: tuple[CalledAccount, ...], origins: tuple[RunOrigin, ...]) -> None:
        self._stored = stored
        self._called: dict[str, list[CalledAccount]] = defaultdict(list)
        said = [*called, *(CalledAccount(one.payee, "", one.institution) for one in origins)]
        for one in said:
            self._called[account_named(stored, one.number) or one.number].append(one)

    def also(self, account: str) -> tuple[str, ...]:
        """The other numbers by which the case calls the account."""
        return tuple(sorted({one.number for one in self._called.get(account, ())} - {account}))

    def holder(self, account: str) -> str:
        """The name that a fact or a measure of the case gives its holder."""
        return next((one.holder for one in self._called.get(account, ()) if one.holder), "")

    def institution(self, account: str, known: str) -> str:
        """Who keeps the account: by the ledger, else as a fact or a measure of the case says."""
        said = (one.institution for one in self._called.get(account, ()) if one.institution)
        return known or next(said, "")

    def told_by_receipts(self) -> dict[Key, tuple[int, int]]:
        """The accounts that receipts tell of, and from when to when."""
        assembly = self._stored.assembly
        spans, pockets, paths = assembly.spans, assembly.columns.pockets, assembly.sources.paths
        told: dict[Key, tuple[int, int]] = {}
        receipts = [place for place, path in enumerate(paths) if path.startswith(RECEIPT_PATH)]
        for place in np.flatnonzero(np.isin(spans.file, receipts)).tolist():
            pocket = int(spans.pocket[place])
            key = str(pockets.account[pocket]), pockets.currencies[int(pockets.currency[pocket])]
            from_us, until_us = told.get(key, (int(spans.from_us[place]), int(spans.to_us[place])))
            told[key] = min(from_us, int(spans.from_us[place])), max(until_us, int(spans.to_us[place]))
        return told

    def places(self, document: Mapping[str, Any]) -> Places:
        """Where the ledger has the accounts of a document."""
        wanted = {(row["account"], found["currency"]) for _, found in _by_money(document) for row in found["accounts"]}
        wanted |= {(row["account"], found["currency"]) for _, found in _by_money(document) for row in found["frontier"]}
        return _places_of(self._stored, wanted)


Key = tuple[str, str]  # account, currency


@dataclass(frozen=True, slots=True)
class Places:
    """By account and currency: the holder's name, the institution, the last movement, the end of the statement."""

    holder: Mapping[str, str]
    institution: Mapping[Key, str]
    moved_us: Mapping[Key, int]
    known_until_us: Mapping[Key, int]


def _places_of(stored: StoredLedger, wanted: set[Key]) -> Places:
    columns = stored.assembly.columns
    pockets, t, c = columns.pockets, columns.transfers, columns.coverage
    named = pl.Series(pockets.account).is_in(sorted({account for account, _ in wanted}))
    keys = {
        int(place): (str(pockets.account[int(place)]), pockets.currencies[int(pockets.currency[place])])
        for place in np.flatnonzero(named.to_numpy())
    }
    mine = {place: key for place, key in keys.items() if key in wanted and place != OUTSIDE}
    asked = np.zeros(len(pockets), np.bool_)
    asked[list(mine)] = True
    moved = np.full(len(pockets), -1, np.int64)
    for side in (t.payer, t.payee):
        rows = np.flatnonzero(asked[side])
        np.maximum.at(moved, side[rows], t.at_us[rows])
    until = np.full(len(pockets), -1, np.int64)
    np.maximum.at(until, c.pocket, c.to_us)
    return Places(
        holder_names(stored.assembly, {place: key[0] for place, key in mine.items()}) if mine else {},
        {key: str(pockets.institution[place] or "") for place, key in mine.items()},
        {key: int(moved[place]) for place, key in mine.items() if moved[place] >= 0},
        {key: int(until[place]) for place, key in mine.items() if until[place] >= 0},
    )


def _by_money(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The methods that say how much, each with its part of the document; `name@currency` is called by its name."""
    for key, found in document["methods"].items():
        name = key.partition("@")[0]
        if name != LEADS_METHOD:
            yield name, found


def totals_of(document: Mapping[str, Any]) -> tuple[RunTotals, ...]:
    """The trace law by method and currency."""
    out = []
    for name, found in _by_money(document):
        currency, balance = found["currency"], found["balance"]
        figures = (_minor(balance[part], currency) for part in ("origin", "held", "exited", "unknown"))
        out.append(RunTotals(name, currency, *figures))
    return tuple(out)


def accounts_of(named: Named, document: Mapping[str, Any]) -> tuple[RunAccount, ...]:
    """Every account that carried traced money by any method, in the order of the first that names it."""
    places, arrived = named.places(document), _arrivals(document)
    held: dict[Key, dict[str, Held]] = {}
    hops: dict[Key, int] = {}
    for name, found in _by_money(document):
        currency = found["currency"]
        short = {u["account"]: _minor(u["traced"], currency) for u in found["unknown"] if u["reason"] == SHORTFALL}
        for row in found["accounts"]:
            key = row["account"], currency
            hops[key] = min(hops.get(key, row["hop"]), row["hop"])
            stoppable = None if row["stoppable"] == "unknown" else _minor(row["stoppable"], currency)
            held.setdefault(key, {})[name] = Held(
                name, _minor(row["held"], currency), stoppable, short.get(row["account"], 0)
            )
    for (_, currency), by_method in held.items():
        for name, found in _by_money(document):
            if found["currency"] == currency:
                by_method.setdefault(name, Held(name, 0, 0))  # it ran, and brings nothing here
    return tuple(
        RunAccount(
            account=key[0],
            institution=named.institution(key[0], places.institution.get(key, "")),
            holder=places.holder.get(key[0], "") or named.holder(key[0]),
            hop=hops[key],
            currency=key[1],
            held=tuple(by_method.values()),
            arrived_us=arrived.get(key),
            moved_us=places.moved_us.get(key),
            known_until_us=places.known_until_us.get(key),
            also=named.also(key[0]),
        )
        for key, by_method in held.items()
    )


def _arrivals(document: Mapping[str, Any]) -> dict[Key, int]:
    latest: dict[Key, int] = {}
    for _, found in _by_money(document):
        for flow in found["flows"]:
            key = flow["payee"], found["currency"]
            latest[key] = max(latest.get(key, 0), parse_instant(flow["at"]))
    return latest


def questions_of(named: Named, document: Mapping[str, Any]) -> tuple[RunQuestion, ...]:
    """The frontier of all methods that say how much: every question once, its widest window, the most that is traced."""
    places = named.places(document)
    questions: dict[tuple[str, str, str], RunQuestion] = {}
    for _, found in _by_money(document):
        currency = found["currency"]
        for asked in found["frontier"]:
            key = asked["account"], currency, asked["reason"]
            former = questions.get(key)
            from_us, until_us = parse_instant(asked["ask"]["from"]), parse_instant(asked["ask"]["to"])
            traced = _minor(asked["traced"], currency)
            if former is not None:
                from_us, until_us = min(from_us, former.from_us), max(until_us, former.until_us)
                traced = max(traced, former.traced_minor)
            account = asked["account"]
            questions[key] = RunQuestion(
                account, named.institution(account, asked["institution"]),
                places.holder.get(account, "") or named.holder(account),
                from_us, until_us, asked["reason"], traced, currency,
            )  # fmt: skip
    out = [*questions.values(), *_by_receipt_only(named, document, places)]
    return tuple(out)


def _by_receipt_only(named: Named, document: Mapping[str, Any], places: Places) -> Iterator[RunQuestion]:
    """Accounts of which a receipt tells where money went, but whose own statement is not at hand: it is still asked for."""
    traced: dict[Key, int] = {}
    for _, found in _by_money(document):
        for row in found["accounts"]:
            key = row["account"], found["currency"]
            traced[key] = max(traced.get(key, 0), _minor(row["traced_in"], found["currency"]))
    for key, (from_us, until_us) in named.told_by_receipts().items():
        if key in traced:
            yield RunQuestion(
                key[0], named.institution(key[0], places.institution.get(key, "")),
                places.holder.get(key[0], "") or named.holder(key[0]), from_us, until_us, RECEIPT_ONLY, traced[key],
                key[1],
            )  # fmt: skip


def _minor(text: str, currency: str) -> int:
    return parse_minor(text, exponent_of(currency))
