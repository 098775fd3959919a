"""Laws of assembly: the order of files is nothing, overlaps count once, and statements tell the truth they were cut from."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_facts import batch, instant, transfer

from fanzha.ledger.assembly import Assembly, assemble, ledger_digest
from fanzha.ledger.assembly.quality import pocket_sums
from fanzha.ledger.index import build_index
from fanzha.records import FactBatch, TransferKind

pytestmark = pytest.mark.property
SECOND = 1_000_000
ACCOUNTS = [f"62999900000000{n:02d}" for n in range(6)]


class World:
    """What truly happened, and statements of it cut into overlapping files with each bank's own habits."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.rng = rng
        self.covered = rng.sample(ACCOUNTS, rng.randint(1, 5))
        balance = dict.fromkeys(ACCOUNTS, 10_000)
        at, self.moves = instant("08:00:00"), []
        for number in range(rng.randint(1, 25)):
            at += rng.choice([0, 60, 300, 3600]) * SECOND
            payer, payee = rng.sample(ACCOUNTS, 2)
            amount = rng.choice([100, 100, 500, rng.randint(1, 900)])
            balance[payer] -= amount
            balance[payee] += amount
            skew = rng.randint(-100, 100) * SECOND
            self.moves.append((number, at, at + skew, payer, payee, amount, balance[payer], balance[payee]))

    def rows_of(self, account: str) -> list[dict[str, object]]:
        rows = []
        for number, out_at, in_at, payer, payee, amount, payer_left, payee_left in self.moves:
            if account in (payer, payee):
                out = account == payer
                rows.append({
                    "card": account, "direction": -1 if out else 1, "at_us": out_at if out else in_at,
                    "amount_minor": amount, "balance_minor": payer_left if out else payee_left,
                    "counterparty": payee if out else payer, "kind": int(TransferKind.TRANSFER),
                    "serial": f"{number:09d}",
                })  # fmt: skip
        return sorted(rows, key=lambda row: row["at_us"])

    def files(self) -> list[FactBatch]:
        found = []
        for account in self.covered:
            rows, without = self.rows_of(account), self.rng.choice([(), ("serial",), ("balance_minor",)])
            for part in range(self.rng.randint(1, 3)):
                times = sorted({row["at_us"] for row in rows})
                if not times:
                    continue
                # A file holds every row of its window; the last one holds them all.
                start, end = sorted((self.rng.choice(times), self.rng.choice(times))) if part else (times[0], times[-1])
                chosen = [
                    {name: value for name, value in row.items() if name not in without}
                    for row in rows
                    if start <= row["at_us"] <= end
                ]
                if self.rng.random() < 0.3:
                    chosen.reverse()
                found.append(batch(f"{account}-{part}", entries=chosen))
        return found

    def prints_one_row_twice(self) -> bool:
        """Whether an account has two rows alike in all that is printed but the serial: a repeat, for all that they say."""
        rows = [(account, row) for account in self.covered for row in self.rows_of(account)]
        alike = [(account, *(row[name] for name in row if name != "serial")) for account, row in rows]
        return len(set(alike)) < len(alike)

    def told(self) -> list[tuple[str, str, int]]:
        return sorted((m[3], m[4], m[5]) for m in self.moves if {m[3], m[4]} & set(self.covered))


def told(found: Assembly) -> list[tuple[str, str, int]]:
    t, names = found.columns.transfers, found.columns.pockets.account
    return sorted((names[int(t.payer[i])], names[int(t.payee[i])], int(t.amount_minor[i])) for i in range(len(t.at_us)))


@settings(max_examples=120)
@given(seed=st.integers(0, 10**9))
def test_statements_tell_the_truth_they_were_cut_from(seed):
    world = World(seed)
    assume(not world.prints_one_row_twice())
    files = world.files()
    found = assemble(files)
    assert told(found) == world.told()
    both = [m for m in world.moves if m[3] in world.covered and m[4] in world.covered]
    seen = found.columns.transfers.payer_seen & found.columns.transfers.payee_seen
    assert seen.sum() == len(both)
    rows = sum(len(file.facts["entries"]) for file in files)
    assert len(found.sources.row) == rows


@settings(max_examples=40)
@given(seed=st.integers(0, 10**9), data=st.data())
def test_order_names_and_repetition_of_files_are_nothing(seed, data):
    files = World(seed).files()
    digest = ledger_digest(assemble(files).columns)
    shuffled = data.draw(st.permutations(files + files[:2]))
    renamed = [replace(file, path=f"elsewhere/{place}.csv") for place, file in enumerate(shuffled)]
    again = assemble(renamed)
    assert ledger_digest(again.columns) == digest
    assert again.details.equals(assemble(files).details, null_equal=True)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**9))
def test_a_canonical_table_of_the_same_world_is_the_same_transfers(seed):
    world = World(seed)
    rows = [
        transfer(payer, payee, "08:00:00", "1", transfer_id=f"m{number}")
        | {"at_us": at, "amount_minor": amount, "payer_balance_minor": left, "payee_balance_minor": right}
        for number, at, _, payer, payee, amount, left, right in world.moves
    ]
    table = batch("canonical", transfers=rows)
    assert told(assemble([table])) == sorted((m[3], m[4], m[5]) for m in world.moves)
    found = assemble([table, *world.files()])
    assert told(found) == sorted((m[3], m[4], m[5]) for m in world.moves)
    assert sorted(found.details["transfer_id"]) == sorted(f"m{move[0]}" for move in world.moves)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**9))
def test_every_account_adds_up(seed):
    columns = assemble(World(seed).files()).columns
    assert not pocket_sums(columns, build_index(columns)).difference.any()
