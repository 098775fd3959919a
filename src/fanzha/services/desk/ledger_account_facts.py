"""What the ledger's own rows say of an account: its last movement and balance, wages in it, and whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from fanzha.ledger.columns import I64, MISSING
from fanzha.ports.account_facts import AccountFacts
from fanzha.ports.fact_store import StoredLedger
from fanzha.services.desk.holder_names import is_company
from fanzha.services.trace_money import account_named, pockets_named
from fanzha.tracing.inflows import InflowClass, InflowRules

_Inflow = tuple[int, int, str]  # payer, minor units, remark
LIVED_ON: Final = (InflowClass.WAGES, InflowClass.PUBLIC_MONEY)


class LedgerAccountFacts:
    """Reads the ledger that stands at the moment of asking.

    ledger: gives it, None where there is none; then only what the holder's name says is known.
    """

    def __init__(self, ledger: Callable[[], StoredLedger | None], rules: InflowRules) -> None:
        self._ledger, self._rules = ledger, rules

    def facts_about(self, account: str, holder: str, currency: str, until_us: int) -> AccountFacts:
        """What is known of an account in a currency up to an instant."""
        stored = self._ledger()
        pocket = None if stored is None else _pocket(stored, account, currency)
        company = is_company(holder, self._rules.company)
        person = None if company is None else not company
        if stored is None or pocket is None:
            return AccountFacts(natural_person=person, merchant=company or None)
        at_us, balances = _rows(stored, pocket, until_us)
        stated = np.flatnonzero(balances != MISSING)
        last = None if len(stated) == 0 else stated[-1]
        recent = self._recent(stored, pocket, until_us) if len(at_us) else None
        payers = None if recent is None else len(_speaking_of(recent, self._rules.goods)[0])
        trades = bool(company) or (payers or 0) >= self._rules.goods_payers_min
        return AccountFacts(
            last_movement_us=int(at_us[-1]) if len(at_us) else None,
            balance_minor=None if last is None else int(balances[last]),
            balance_us=None if last is None else int(at_us[last]),
            wages_minor=None if recent is None else _speaking_of(recent, self._lived_on)[1],
            natural_person=person,
            merchant=trades or _none_by_its_statement(stored, pocket),
            goods_payers=payers,
        )

    def numbers_of(self, account: str) -> tuple[str, ...]:
        """Every number of the account; card payments through a wallet are an account of their own."""
        stored = self._ledger()
        name = None if stored is None else account_named(stored, account)
        return () if stored is None or name is None else tuple(sorted(stored.assembly.identity.aliases_of(name)))

    @property
    def _lived_on(self) -> tuple[str, ...]:
        return tuple(word for found in LIVED_ON for word in self._rules.words.get(found, ()))

    def _recent(self, stored: StoredLedger, pocket: int, until_us: int) -> list[_Inflow]:
        """What came in during the last month: payer, amount and remark."""
        t = stored.assembly.columns.transfers
        since_us = until_us - self._rules.used_within_us
        came = np.flatnonzero((t.payee == pocket) & (t.at_us <= until_us) & (t.at_us > since_us))
        remarks: list[str | None] = stored.assembly.details["summary"].gather(came.tolist()).to_list()
        said = [(remark or "").lower() for remark in remarks]
        return list(zip(t.payer[came].tolist(), t.amount_minor[came].tolist(), said, strict=True))


def _speaking_of(inflows: list[_Inflow], words: tuple[str, ...]) -> tuple[frozenset[int], int]:
    """Who paid with a remark that has one of the words, and how much."""
    found = [(payer, amount) for payer, amount, remark in inflows if any(word in remark for word in words)]
    return frozenset(payer for payer, _ in found), sum(amount for _, amount in found)


def _none_by_its_statement(stored: StoredLedger, pocket: int) -> bool | None:
    """That nobody pays for goods into it, only its own statement can say; without one it is not known."""
    low, high = np.searchsorted(stored.assembly.columns.coverage.pocket, [pocket, pocket + 1])
    return False if high > low else None


def _pocket(stored: StoredLedger, account: str, currency: str) -> int | None:
    pockets = stored.assembly.columns.pockets
    named = pockets_named(stored, account)
    return next((p for p in named if pockets.currencies[pockets.currency[p]] == currency), None)


def _rows(stored: StoredLedger, pocket: int, until_us: int) -> tuple[I64, I64]:
    """Times and balances (MISSING where none) of the account's own rows, in its statement's order."""
    t = stored.assembly.columns.transfers
    paid, came = np.flatnonzero(t.payer == pocket), np.flatnonzero(t.payee == pocket)
    at_us = np.concatenate([t.payer_at_us[paid], t.payee_at_us[came]])
    order = np.concatenate([t.payer_order[paid], t.payee_order[came]])
    balances = np.concatenate([t.payer_balance_minor[paid], t.payee_balance_minor[came]])
    kept = np.flatnonzero(at_us <= until_us)
    placed = kept[np.lexsort((order[kept], at_us[kept]))]
    return at_us[placed], balances[placed]
