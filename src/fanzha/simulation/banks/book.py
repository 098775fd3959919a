"""A simulated bank's book in one SQLite file: accounts, movements, holds, orders and answers; a kill loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fanzha.simulation.banks.config import AccountConfig, PlannedPayment

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS accounts (number TEXT PRIMARY KEY, holder TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS movements (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, at_us INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL,
    balance INTEGER NOT NULL, other TEXT NOT NULL, other_holder TEXT NOT NULL, other_institution TEXT NOT NULL,
    words TEXT NOT NULL, reference TEXT NOT NULL, UNIQUE (account, reference));
CREATE INDEX IF NOT EXISTS movements_of ON movements (account, serial);
CREATE TABLE IF NOT EXISTS planned (
    id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, payment TEXT NOT NULL UNIQUE, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS holds (
    original TEXT PRIMARY KEY, account TEXT NOT NULL, blocks INTEGER NOT NULL, amount INTEGER NOT NULL,
    begun_us INTEGER NOT NULL, until_us INTEGER, over_us INTEGER);
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, arrived_us INTEGER NOT NULL, due_us INTEGER NOT NULL,
    state TEXT NOT NULL, executions INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS payouts (
    id TEXT PRIMARY KEY, payer TEXT NOT NULL, payee TEXT NOT NULL, amount INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY, document TEXT NOT NULL, available_us INTEGER NOT NULL, copies INTEGER NOT NULL,
    forged INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, answer TEXT NOT NULL, forged INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS draws (id TEXT PRIMARY KEY, count INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """A row of an account; what goes out is below zero."""

    serial: int
    at_us: int
    amount_minor: int
    balance_minor: int
    other: str
    other_holder: str
    other_institution: str
    words: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A measure that binds an account: `blocks` lets nothing out, else the amount is kept back."""

    original: str
    account: str
    blocks: bool
    amount_minor: int
    begun_us: int
    until_us: int | None
    over_us: int | None


@dataclass(frozen=True, slots=True)
class Counterparty:
    """The other end of a movement."""

    number: str = ""
    holder: str = ""
    institution: str = ""


class Book:
    """The book. Several threads may use it one after another, under the bank's lock."""

    def __init__(self, file: Path | None) -> None:
        self.connection = sqlite3.connect(":memory:" if file is None else file, check_same_thread=False, timeout=30)
        self.connection.isolation_level = None
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_TABLES)

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a question."""
        return self.connection.execute(question, values).fetchall()

    def open_accounts(self, accounts: tuple[AccountConfig, ...], at_us: int) -> None:
        """Opens accounts that are not open yet, with their opening balance."""
        for each in accounts:
            opened = self.connection.execute(
                "INSERT OR IGNORE INTO accounts VALUES (?, ?)", (each.number, each.holder)
            ).rowcount
            if opened and each.opening_minor:
                self.move(each.number, each.opening_minor, at_us, Counterparty(), "开户存入", f"opening {each.number}")

    def plan(self, payments: tuple[PlannedPayment, ...]) -> None:
        """Takes down what customers will do, once."""
        for place, each in enumerate(payments):
            self.connection.execute(
                "INSERT OR IGNORE INTO planned VALUES (?, ?, ?, 'waiting')", (place, each.at_us, f"planned {place}")
            )

    def admit(self, number: str, holder: str, paid_minor: int, at_us: int) -> None:
        """Takes in a payment that somebody only says was made; a book knows its own accounts and takes in none."""

    def holder(self, number: str) -> str | None:
        """Whose account it is; None where there is none."""
        found = self.ask("SELECT holder FROM accounts WHERE number = ?", number)
        return str(found[0][0]) if found else None

    def balance(self, number: str) -> int:
        """What is in an account."""
        found = self.ask("SELECT balance FROM movements WHERE account = ? ORDER BY serial DESC LIMIT 1", number)
        return int(found[0][0]) if found else 0

    def held(self, number: str) -> int:
        """What freezes keep back of it."""
        found = self.ask(
            "SELECT COALESCE(SUM(amount), 0) FROM holds WHERE account = ? AND over_us IS NULL AND NOT blocks", number
        )
        return int(found[0][0])

    def is_blocked(self, number: str) -> bool:
        """Whether nothing may leave it (只收不付)."""
        return bool(self.ask("SELECT 1 FROM holds WHERE account = ? AND over_us IS NULL AND blocks", number))

    def move(self, number: str, amount_minor: int, at_us: int, other: Counterparty, words: str, reference: str) -> bool:
        """Books a movement; False when it was booked under that reference before."""
        balance = self.balance(number) + amount_minor
        assert balance >= 0, f"{number} would be overdrawn"
        booked = self.connection.execute(
            "INSERT OR IGNORE INTO movements (at_us, account, amount, balance, other, other_holder, other_institution, words,"
            " reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (at_us, number, amount_minor, balance, other.number, other.holder, other.institution, words, reference),
        )
        return bool(booked.rowcount)

    def movements(self, number: str, from_us: int, until_us: int) -> list[Movement]:
        """The rows of an account between two instants, both included."""
        rows = self.ask(
            "SELECT serial, at_us, amount, balance, other, other_holder, other_institution, words FROM movements"
            " WHERE account = ? AND at_us BETWEEN ? AND ? ORDER BY serial", number, from_us, until_us,
        )  # fmt: skip
        return [Movement(*row) for row in rows]

    def hold(self, original: str) -> Hold | None:
        """The hold that an order began."""
        rows = self.ask(
            "SELECT original, account, blocks, amount, begun_us, until_us, over_us FROM holds WHERE original = ?",
            original,
        )
        return None if not rows else _hold(rows[0])

    def holds(self) -> list[Hold]:
        """Every hold that stands."""
        rows = self.ask(
            "SELECT original, account, blocks, amount, begun_us, until_us, over_us FROM holds WHERE over_us IS NULL"
        )
        return [_hold(row) for row in rows]

    def begin_hold(self, hold: Hold) -> None:
        """Begins one."""
        values = (
            hold.original, hold.account, hold.blocks, hold.amount_minor, hold.begun_us, hold.until_us, hold.over_us,
        )  # fmt: skip
        self.connection.execute("INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def change_hold(self, original: str, *, amount_minor: int | None = None, until_us: int | None = None) -> None:
        """Changes its amount or its end."""
        self.connection.execute(
            "UPDATE holds SET amount = COALESCE(?, amount), until_us = COALESCE(?, until_us) WHERE original = ?",
            (amount_minor, until_us, original),
        )

    def end_hold(self, original: str, at_us: int) -> None:
        """Ends it."""
        self.connection.execute(
            "UPDATE holds SET over_us = ? WHERE original = ? AND over_us IS NULL", (at_us, original)
        )

    def turn_to(self, at_us: int) -> None:
        """Holds end by themselves at the end of their term."""
        self.connection.execute("UPDATE holds SET over_us = until_us WHERE over_us IS NULL AND until_us <= ?", (at_us,))

    def use_holds(self, account: str, amount_minor: int) -> None:
        """A return is paid out of what is frozen on the account, the oldest first."""
        rows = self.ask(
            "SELECT original, amount FROM holds WHERE account = ? AND over_us IS NULL AND NOT blocks ORDER BY begun_us",
            account,
        )
        for original, amount in rows:
            used = min(int(amount), amount_minor)
            self.change_hold(original, amount_minor=int(amount) - used)
            amount_minor -= used

    def draw(self, key: str) -> int:
        """How often the key was drawn for before; counted in the book, so that a restart goes on."""
        self.connection.execute(
            "INSERT INTO draws VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1", (key,)
        )
        return int(self.ask("SELECT count FROM draws WHERE id = ?", key)[0][0]) - 1


def _hold(row: tuple[Any, ...]) -> Hold:
    original, account, blocks, amount, begun_us, until_us, over_us = row
    return Hold(original, account, bool(blocks), amount, begun_us, until_us, over_us)
