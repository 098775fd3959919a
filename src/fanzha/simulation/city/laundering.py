"""How stolen money goes on: every onward payment of a victim's payment, by the shape that its gang works in."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fanzha.core.time import MINUTE_US, SECOND_US
from fanzha.records.transfer_kind import TransferKind
from fanzha.simulation.city.gangs import ABROAD, Gang

NOTHING: Final = -1
CASH: Final = -1  # in place of an account
YUAN: Final = 100
PIECES_MAX: Final = 400  # of one payment


@dataclass(frozen=True, slots=True)
class Move:
    """One payment of stolen money: `parent` is the move that brought it, by its place in the list."""

    at_us: int
    payer: int  # account places; CASH or ABROAD
    payee: int
    amount_minor: int
    kind: TransferKind
    words: str
    case: int
    hop: int  # 1: the victim's payment
    parent: int
    exit: str = ""  # how the money leaves what a desk can reach


@dataclass(slots=True)
class _Piece:
    account: int
    amount_minor: int
    at_us: int
    hop: int
    parent: int
    home: int = NOTHING  # where a cycle began


class Laundering:
    """Lays one case's flows; everything drawn comes from the case's own chance."""

    def __init__(self, told: Mapping[str, Any], gang: Gang, chance: random.Random, moves: list[Move]) -> None:
        self._told, self._gang, self._chance, self._moves = told, gang, chance, moves
        self._shape = _drawn(chance, told["shapes"])
        self._tiers = chance.randint(*told["tiers"]) + (2 if self._shape == "peel_chain" else 0)
        self._collector = chance.choice(gang.collectors)

    def carry_on(self, paid: Move) -> None:
        """Every payment that the victim's payment leads to."""
        pieces = [_Piece(paid.payee, paid.amount_minor, paid.at_us, 1, len(self._moves) - 1, paid.payee)]
        for _ in range(PIECES_MAX):
            if not pieces:
                return
            piece = pieces.pop(0)
            if piece.hop >= self._tiers or piece.amount_minor < 1000 * YUAN:
                self._leave(piece)
            else:
                pieces += self._spread(piece)

    def _spread(self, piece: _Piece) -> Iterator[_Piece]:
        """The payments to the next tier."""
        sent = int(piece.amount_minor * (1 - self._told["commission"]))
        if self._shape == "peel_chain":
            peeled = sent // 10
            self._leave(replace(piece, amount_minor=peeled))
            sent -= peeled
        ways = self._chance.randint(*self._told["split"]) if self._shape in ("fan_out", "corporate_hop") else 1
        at_us = piece.at_us
        for amount in self._parts(sent, ways):
            at_us += self._wait_us()
            payee = self._next(piece)
            words = "往来款" if payee in self._gang.shells else "转账"
            self._moves.append(
                Move(at_us, piece.account, payee, amount, TransferKind.TRANSFER, words, self._case(piece), piece.hop + 1,
                     piece.parent)
            )  # fmt: skip
            yield _Piece(payee, amount, at_us, piece.hop + 1, len(self._moves) - 1, piece.home)

    def _next(self, piece: _Piece) -> int:
        gang, chance = self._gang, self._chance
        match self._shape:
            case "fan_in" if piece.hop == 1 and piece.account != self._collector:
                return self._collector
            case "corporate_hop" if piece.hop == 1:
                return chance.choice(gang.shells)
            case "cycle" if piece.hop == 3 and piece.account != piece.home:
                return piece.home
            case "round_trip" if piece.hop == 2:
                back = self._moves[piece.parent].payer
                if back not in (piece.account, CASH, ABROAD):
                    return back
            case _:
                pass
        return chance.choice([place for place in gang.later if place != piece.account])

    def _parts(self, amount: int, ways: int) -> list[int]:
        """So many parts, in round sums and below the limit where it can be; the last one takes the rest."""
        parts, rest = [], amount
        for left in range(ways, 1, -1):
            part = self._rounded(int(rest / left * self._chance.uniform(0.7, 1.3)))
            if 0 < part < rest:
                parts.append(part)
                rest -= part
        return [*parts, self._rounded(rest)]

    def _rounded(self, amount: int) -> int:
        unit = self._told["round_to"] * YUAN
        below = self._told["below_limit"] * YUAN
        if below < amount < below * 1.05:
            return int(below)
        return int(amount // unit * unit) if amount > 10 * unit else amount

    def _leave(self, piece: _Piece) -> None:
        """Out of what a desk can reach, or left where it is."""
        way = _drawn(self._chance, self._told["exits"])
        if piece.amount_minor <= 0 or way == "stays":
            return
        if way == "cash" and piece.account in self._gang.wallets:
            way = "pos"  # no machine gives cash for a wallet
        draw: dict[str, Callable[[], tuple[int, TransferKind, str]]] = {
            "cash": lambda: (CASH, TransferKind.CASH, "ATM取款"),
            "pos": lambda: (self._gang.shop, TransferKind.POS, "POS消费"),
            "stable_coin": lambda: (self._gang.trader, TransferKind.CRYPTO, "数字商品"),
            "cross_border": lambda: (ABROAD, TransferKind.ABROAD, "转账"),
        }
        payee, kind, words = draw[way]()
        if payee == piece.account:
            return
        at_us, rest = piece.at_us, self._rounded(piece.amount_minor)
        most = self._told["cash_most"] * YUAN if way == "cash" else rest
        while rest > 0:
            at_us += self._wait_us()
            part = min(rest, most)
            self._moves.append(
                Move(
                    at_us, piece.account, payee, part, kind, words, self._case(piece), piece.hop + 1, piece.parent, way
                )
            )
            rest -= part

    def _case(self, piece: _Piece) -> int:
        return self._moves[piece.parent].case

    def _wait_us(self) -> int:
        minutes = self._chance.lognormvariate(math.log(self._told["hop_median_min"]), self._told["hop_sigma"])
        return max(int(minutes * MINUTE_US) // SECOND_US, 5) * SECOND_US


def _drawn(chance: random.Random, shares: Mapping[str, float]) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]
