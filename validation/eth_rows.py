"""The Ethereum case as a ledger: tokens by contract, copies and failed calls put aside, services as hubs."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from fanzha.core.money import AMOUNT_MAX
from fanzha.core.time import SECOND_US
from fanzha.ledger.assembly import HubRule, HubRules
from fanzha.records import SCHEMAS, FactBatch
from validation.eth_amounts import Precision, RawAmount, read_amount, same_amount

HEIST: Final = "heist"
SUM_MAX: Final = 1 << 61  # openings may double what an account's rows sum to
# Decimals are not in the data; those of the well-known contracts are public. Others are shown in their smallest unit.
DECIMALS: Final = {
    "": 18,
    "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2": 18,
    "0xdac17f958d2ee523a2206206994597c13d831ec7": 6,
    "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48": 6,
    "0x913d8adf7ce6986a8cbfee5a54725d9eea4f0729": 18,
    "0x6b175474e89094c44da98b954eedeac495271d0f": 18,
    "0xeb4c2781e4eba804ce9a9803c67d0893436bb27d": 8,
    "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599": 8,
}
# Collectibles: the value of a row is the number of the piece, not an amount.
COLLECTIBLES: Final = frozenset({"0xf5b0a3efb8e8e4c201e2a935f110eaaf3ffecb8d"})
# The kind of endpoint, by the first part of its name or else by its label; the first match counts.
_BY_NAME: Final = (
    ("1inch", "swap"), ("Polygon", "bridge"), ("Tornado", "mixer"), ("MEV Bot", "bot"), ("0x0000...0000", "mint or burn"),
)  # fmt: skip
_BY_LABEL: Final = {
    "exchange": "exchange", "Uniswap": "swap", "Bancor": "swap", "Kyber": "swap", "dex": "swap",
    "Tornado.cash": "mixer", "erc20": "token contract", "unknown service": "unknown service",
    "Accounts,0x": "swap", "Accounts,Curve.fi": "swap", "Accounts,SushiSwap": "swap", "Accounts,Balancer": "swap",
    "Accounts,SaddleFinance": "swap", "Accounts,Metronome": "swap",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transfer:
    """One row as it is understood."""

    line: int
    tx_hash: str
    payer: str
    payee: str
    token: str
    at_s: int
    amount: RawAmount


@dataclass(frozen=True, slots=True)
class Token:
    """One asset: its contract decides, not its symbol."""

    name: str
    symbol: str
    contract: str
    per_unit: int  # how many of the smallest units one unit of the ledger counts

    @property
    def decimals(self) -> int | None:
        """Decimals of the smallest unit, where they are known."""
        return DECIMALS.get(self.contract)


@dataclass(frozen=True, slots=True)
class Case:
    """The case, ready to be assembled."""

    transfers: tuple[Transfer, ...]  # by time, then place in the file
    tokens: dict[str, Token]
    names: dict[str, tuple[str, str]]  # address → name, label; both '' where none is given
    put_aside: Counter[str]
    sharpened: int  # copies that told more digits than the row first met

    @property
    def heist(self) -> frozenset[str]:
        """The addresses labelled as the heist's."""
        return frozenset(address for address, (_, label) in self.names.items() if label == HEIST)

    def endpoint(self, address: str) -> str:
        """What kind of service an address is."""
        name, label = self.names.get(address, ("", ""))
        if not label:
            return "no label"
        for start, kind in _BY_NAME:
            if name.startswith(start):
                return kind
        return _BY_LABEL.get(label, "other service")


def read_case(data: Path) -> Case:
    """Rows and labels; what is no transfer is counted by reason."""
    frame = pl.read_csv(data / "all-tx.csv", infer_schema_length=0).with_row_index("line", offset=2)
    labels = pl.read_csv(data / "all-address.csv", infer_schema_length=0)
    names = {
        a: (name or "", label or "") for a, name, label in labels.select("address", "name_tag", "label").iter_rows()
    }
    aside: Counter[str] = Counter()
    kept: dict[tuple[str, str, str, str], list[Transfer]] = {}
    symbols: dict[str, str] = {}
    sharpened = 0
    for row in frame.iter_rows(named=True):
        contract = row["contractAddress"] or ""
        symbols.setdefault(contract, row["tokenSymbol"] or "ETH")
        reason = _no_transfer(row["isError"], row["value"], contract)
        if reason:
            aside[reason] += 1
            continue
        found = Transfer(
            row["line"], row["hash"], row["from"], row["to"], contract, int(row["timeStamp"]), read_amount(row["value"])
        )
        alike = kept.setdefault((found.tx_hash, found.payer, found.payee, contract), [])
        place = next((i for i, other in enumerate(alike) if same_amount(other.amount, found.amount)), None)
        if place is None:
            alike.append(found)
            continue
        aside["copy of another row"] += 1
        if found.amount.slack < alike[place].amount.slack:
            alike[place] = found
            sharpened += 1
    transfers = sorted((t for alike in kept.values() for t in alike), key=lambda t: (t.at_s, t.line))
    tokens = _tokens(transfers, symbols)
    return Case(tuple(transfers), tokens, names, aside, sharpened)


def _no_transfer(is_error: str | None, value: str, contract: str) -> str:
    if is_error == "1":
        return "failed call"
    if value == "0":
        return "value zero"
    return "number of a collectible" if contract in COLLECTIBLES else ""


def _tokens(transfers: list[Transfer], symbols: dict[str, str]) -> dict[str, Token]:
    sums: Counter[str] = Counter()
    largest: dict[str, int] = {}
    for t in transfers:
        sums[t.token] += t.amount.units
        largest[t.token] = max(largest.get(t.token, 0), t.amount.units)
    found = {}
    for contract in sorted(sums):
        per_unit = 1
        while sums[contract] // per_unit > SUM_MAX or largest[contract] // per_unit > AMOUNT_MAX:
            per_unit *= 10
        symbol = symbols[contract]
        name = f"{symbol}-{contract[2:8]}" if contract else symbol
        found[contract] = Token(name, symbol, contract, per_unit)
    return found


def as_batch(case: Case) -> tuple[FactBatch, int, Counter[str]]:
    """The canonical table, the amount of it that rounds to nothing (rows), and the units rounded away by token."""
    lost: Counter[str] = Counter()
    rows, vanished = [], 0
    for t in case.transfers:
        token = case.tokens[t.token]
        minor, rest = divmod(t.amount.units, token.per_unit)
        lost[t.token] += rest
        if not minor:
            vanished += 1
            continue
        rows.append((t.line, f"L{t.line}", t.at_s * SECOND_US, t.payer, t.payee, minor, token.name))
    frame = pl.DataFrame(
        rows, orient="row",
        schema={"row": pl.Int64, "transfer_id": pl.String, "at_us": pl.Int64, "payer": pl.String, "payee": pl.String,
                "amount_minor": pl.Int64, "currency": pl.String},
    )  # fmt: skip
    given = {"sheet": "", "at_precision": 0, "kind": 0}
    missing = [
        pl.lit(given.get(name), dtype).alias(name)
        for name, dtype in SCHEMAS["transfers"].items()
        if name not in frame.columns
    ]
    frame = frame.with_columns(missing).select(list(SCHEMAS["transfers"]))
    batch = FactBatch(
        path="all-tx.csv", sha256=hashlib.sha256(b"all-tx").hexdigest(), table="transfers", rows=len(frame),
        facts={"transfers": frame}, complete_ledger=True,
    )  # fmt: skip
    return batch, vanished, lost


def service_hubs(case: Case) -> HubRules:
    """Every labelled address that is not the heist's ends a branch: behind it stands everybody's money."""
    return HubRules(
        tuple(
            HubRule("prefix", address, f"{name} ({label})", "all-address.csv")
            for address, (name, label) in sorted(case.names.items())
            if label and label != HEIST
        )
    )


def precision_of(transfers: list[Transfer]) -> dict[Precision, tuple[int, int]]:
    """Rows and recorded amount by what is known of it."""
    found = dict.fromkeys(Precision, (0, 0))
    for t in transfers:
        count, units = found[t.amount.precision]
        found[t.amount.precision] = (count + 1, units + t.amount.units)
    return found
