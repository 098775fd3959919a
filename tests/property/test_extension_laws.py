"""A ledger that took its files one by one is the ledger of all of them, in every column and figure."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_facts import DAY, batch, entry, instant, transfer

from fanzha.ledger.assembly import CoverageOverride, HubRule, HubRules, PairingRules
from fanzha.ports.fact_store import LedgerChoices, StoredLedger
from fanzha.records import FactBatch, QuarantinedRow, StatedClosing, StatedWindow, TransferKind
from fanzha.services import rebuild_ledger
from fanzha.services.rebuild_ledger import LedgerRules, build_ledger, extend_ledger
from fanzha.storage.memory import MemoryFactStore

pytestmark = pytest.mark.property
SECOND = 1_000_000
CARDS = [f"62999900000000{n:02d}" for n in range(12)]
NUMBERS = [f"20010003000{n:02d}" for n in range(12)]  # the account behind each card
WALLETS = ["wxid_made_up_1", "wxid_made_up_2"]
HIDDEN = ["6299****0001", "6299****0002"]
NAMES = ["模拟甲", "模拟乙", "模拟丙", "*乙", None]
NAME_OF = dict(zip([*CARDS, *WALLETS], [f"模拟{c}" for c in "丁戊己庚辛壬癸子丑寅卯辰巳午"], strict=True))
RULES = LedgerRules(
    HubRules((HubRule("prefix", "wxid_made_up_2", "wallet", ""), HubRule("name", "丙", "name", ""),
              HubRule("institution", "模拟银行", "institution", ""))),
    PairingRules(),
)  # fmt: skip


class Dirt:
    """Statements and tables that name each other's accounts in every way that exports do."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.cards = CARDS if self.rng.random() < 0.7 else CARDS[:4]
        self.habit = self.rng.choice(["plain", "masked", "by order"])
        self.abroad = self.rng.random() < 0.2
        self.moves = [self.move(number) for number in range(self.rng.randint(2, 60))]

    def move(self, number: int) -> dict:
        rng = self.rng
        parties = [*self.cards, *WALLETS]
        payer, payee = rng.sample(parties, 2)
        clock = instant("08:00:00") + rng.choice([0, 1, 30, 60, 90, 600, 3600, 90_000]) * rng.randint(0, 3) * SECOND
        return {
            "at": clock, "skew": rng.choice([0, 0, 1, 60, 119, 121]) * SECOND, "payer": payer, "payee": payee,
            "amount": rng.choice([10_000, 10_000, 50_000, rng.randint(1, 900)]), "serial": f"{number:09d}",
            "order_number": f"N{number:03d}" if rng.random() < (0.8 if self.habit == "by order" else 0.2) else None,
            "kind": int(rng.choice([TransferKind.TRANSFER] * 5 + [TransferKind.REVERSAL, TransferKind.FEE])),
            "summary": rng.choice([None, None, "转账", "冲正"]),
            "currency": "USD" if self.abroad and rng.random() < 0.2 else "CNY",
        }  # fmt: skip

    def told_of(self, party: str) -> str | None:
        """How a statement names the other side."""
        rng = self.rng
        number = NUMBERS[CARDS.index(party)] if party in CARDS else party
        if self.habit != "plain" and rng.random() < 0.7:
            return (
                rng.choice([None, rng.choice(HIDDEN)]) if self.habit == "masked" else rng.choice([None, "9440000023"])
            )
        return rng.choice([party, party, party, party, number, rng.choice(HIDDEN), None, "00000", "9440000023"])

    def statement(self, name: str) -> FactBatch:
        rng, rows = self.rng, []
        own = set(rng.sample([*self.cards, *WALLETS], rng.randint(1, 2)))
        without = rng.choice([(), ("serial",), ("balance_minor",), ("counterparty",), ("order_number",)])
        precision = rng.choice([0, 0, 0, 1, 2])
        by_row = random.Random(name)  # its own dice, so that the rest of a seed's files stays as it was
        precisions = [0, 0, 1, 2] if by_row.random() < 0.3 else [precision]
        balance = 100_000
        for move in rng.sample(self.moves, rng.randint(1, max(1, len(self.moves) // rng.choice([1, 2, 5])))):
            for side in ("payer", "payee"):
                if move[side] not in own:
                    continue
                other = move["payee" if side == "payer" else "payer"]
                balance += move["amount"] * (1 if side == "payee" else -1)
                precision = by_row.choice(precisions)
                row = entry(move[side], "in" if side == "payee" else "out", f"{DAY}T00:00:00", "1") | {
                    "at_us": self.coarse(move["at"] + (move["skew"] if side == "payee" else 0), precision),
                    "at_precision": precision, "amount_minor": move["amount"],
                    "balance_minor": rng.choice([balance, balance, None, 5]), "counterparty": self.told_of(other),
                    "counterparty_name": rng.choice([*NAMES, *[NAME_OF[other]] * (50 if self.habit == "masked" else 5)]),
                    "holder_name": rng.choice([*NAMES, *[NAME_OF[move[side]]] * (50 if self.habit == "masked" else 5)]),
                    **{key: move[key] for key in ("serial", "order_number", "kind", "summary", "currency")},
                }  # fmt: skip
                rows.append(self.numbered(row) | dict.fromkeys(without))
        rows.sort(key=lambda row: row["at_us"], reverse=rng.random() < 0.3)
        if rows and rng.random() < 0.2:
            rows.insert(rng.randrange(len(rows)), dict(rng.choice(rows)))
        more = {}
        if rng.random() < 0.2:
            more["windows"] = (StatedWindow(rng.choice([None, *own]), instant("00:00:00"), instant("20:00:00")),)
        if rng.random() < 0.1:
            more["quarantine"] = (
                QuarantinedRow("", 9, "direction", "direction_unknown", "[]", account=rng.choice(self.cards)),
            )
        if by_row.random() < 0.1:
            closing = StatedClosing(by_row.choice(sorted(own)), "CNY", by_row.choice([7, 8]), instant("23:00:00"))
            more["closings"] = (closing,)
        return batch(name, entries=rows, **more)

    def coarse(self, at_us: int, precision: int) -> int:
        width = (1, 60 * SECOND, 86_400 * SECOND)[precision]
        return at_us // width * width if precision else at_us

    def numbered(self, row: dict) -> dict:
        """The row with the account number beside or instead of the card, a sub-account, a holder's id."""
        rng, card = self.rng, row["card"]
        if card in CARDS and rng.random() < 0.2:
            row["account"] = NUMBERS[CARDS.index(card)] if rng.random() < 0.8 else rng.choice(NUMBERS)
            row["card"] = rng.choice([card, card, None, HIDDEN[0]])
        if rng.random() < 0.1:
            row["holder_id"] = f"11010119900307{rng.randint(1, 3)}00X"
        if rng.random() < 0.1:
            row["institution"] = rng.choice(["模拟银行", "模拟信用社"])
        if rng.random() < 0.05:
            part = random.Random(str(row)).choice([None, "88880002", "88880003", "1"])
            row |= {"kind": int(TransferKind.INTERNAL), "counterparty": part}
        return row

    def canonical(self, name: str) -> FactBatch:
        rng = self.rng
        rows = []
        for move in rng.sample(self.moves, rng.randint(1, max(1, len(self.moves) // rng.choice([1, 5])))):
            ends = [None if rng.random() < 0.05 else move[side] for side in ("payer", "payee")]
            rows.append(transfer(*ends, f"{DAY}T00:00:00", "1") | {
                "at_us": move["at"], "amount_minor": move["amount"], "kind": move["kind"], "serial": move["serial"],
                "transfer_id": rng.choice([None, f"m{move['serial']}"]), "summary": move["summary"],
                "payer_balance_minor": rng.choice([None, 500, 600]), "payee_balance_minor": rng.choice([None, 700]),
                "payer_name": rng.choice(NAMES), "currency": move["currency"], "sheet": rng.choice(["", "b", "a"]),
            })  # fmt: skip
        complete = rng.random() < 0.2
        if complete:
            rows = [row | {"payer_balance_minor": None, "payee_balance_minor": None} for row in rows]
        return batch(name, transfers=rows, complete=complete)

    def tables(self, name: str) -> FactBatch:
        rng, card = self.rng, self.rng.choice(self.cards)
        number = NUMBERS[CARDS.index(card)]
        tables = {
            "accounts": [{
                "card": card, "account": rng.choice([number, None, rng.choice(NUMBERS)]), "balance_minor": 7,
                "holder_name": rng.choice(NAMES), "holder_id": rng.choice([None, "110101199003071003"]),
                "institution": "模拟银行", "last_at_us": rng.choice([None, instant("23:00:00")]),
            }],
            "sub_accounts": [{
                "account": number, "sub_account": rng.choice([f"{number}01", f"{number}01", number]),
                "balance_minor": rng.choice([5, 5, None]), "currency": rng.choice(["CNY", "CNY", "CNY", "USD"]),
            }],
            "measures": [{"account": card, "kind": "冻结", "amount_minor": 3, "to_us": instant("10:00:00")}],
            "queries": [{"subject": card, "found_nothing": rng.random() < 0.5, "succeeded": True,
                         "from_us": instant("01:00:00"), "to_us": instant("22:00:00")}],
        }  # fmt: skip
        return batch(name, **{key: tables[key] for key in rng.sample(sorted(tables), rng.randint(1, 4))})

    def files(self) -> list[FactBatch]:
        makers = [self.statement] * 4 + [self.canonical] * 2 + [self.tables]
        return [self.rng.choice(makers)(f"{self.rng.random()}") for _ in range(self.rng.randint(2, 6))]


def differences(mine: StoredLedger, theirs: StoredLedger) -> list[str]:
    """Names of the parts in which two ledgers differ."""
    a, b = mine.assembly, theirs.assembly
    found = [] if mine.digest == theirs.digest else ["digest"]
    pairs = [
        (part, getattr(a.columns, part), getattr(b.columns, part)) for part in ("transfers", "pockets", "coverage")
    ]
    pairs += [(part, getattr(a, part), getattr(b, part)) for part in ("sources", "identity", "spans")]
    for part, one, two in pairs:
        found += [f"{part}.{f.name}" for f in fields(one) if not equal(getattr(one, f.name), getattr(two, f.name))]
    found += [part for part in ("details", "holders") if not getattr(a, part).equals(getattr(b, part), null_equal=True)]
    found += [part for part in ("files", "inferred", "hubs") if getattr(a, part) != getattr(b, part)]
    found += [f"index.{name}" for name in theirs.index if not equal(mine.index[name], theirs.index[name])]
    return found + ([] if mine.made_by == theirs.made_by else ["made_by"])


def equal(one: object, two: object) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two)
    return list(one) == list(two) and type(one) is type(two)


class Told:
    """Counts how often a ledger was extended and why it was not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reasons: Counter[str] = Counter()

        def watched(*arguments, **named):
            try:
                found = self.extend(*arguments, **named)
            except rebuild_ledger.NotExtendable as reason:
                self.reasons[str(reason)] += 1
                raise
            self.reasons["extended"] += 1
            return found

        self.extend = rebuild_ledger.extend
        monkeypatch.setattr(rebuild_ledger, "extend", watched)


def take(
    store: MemoryFactStore, files: list[FactBatch], choices: LedgerChoices, gone: list[FactBatch] | None = None
) -> StoredLedger:
    with store.writing() as writer:
        ledger, _ = extend_ledger(store, files, choices, RULES, removed=gone or [], share_max=1.0)
        for file in files:
            writer.add(file)
        for file in gone or []:
            writer.remove(file.sha256)
        writer.commit(ledger, choices)
    return ledger


@pytest.fixture
def told(monkeypatch) -> Told:
    return Told(monkeypatch)


def test_files_one_by_one_are_files_together(told):
    @settings(max_examples=30)
    @given(seed=st.integers(0, 10**9))
    @example(seed=20152)  # a payment to nobody gets its payee from a later file, and its reversal another payment
    @example(seed=2056)  # rows that tell only the day stand right behind those of an account that a new file touches
    def law(seed: int) -> None:
        dirt = Dirt(seed)
        files = dirt.files()
        store, here = MemoryFactStore(), []
        choices = LedgerChoices(
            ((CARDS[0], NUMBERS[0]),) if dirt.rng.random() < 0.1 else (),
            (CoverageOverride(files[0].facts["entries"]["card"][0], instant("01:00:00"), instant("09:00:00")),)
            if dirt.rng.random() < 0.1 and "entries" in files[0].facts and len(files[0].facts["entries"])
            and files[0].facts["entries"]["card"][0] else (),
        )  # fmt: skip
        while files:
            step = [files.pop(0) for _ in range(min(len(files), dirt.rng.choice([1, 1, 2])))]
            here += step
            assert differences(take(store, step, choices), build_ledger(here, choices, RULES)[0]) == []

    law()
    assert told.reasons["extended"] > sum(told.reasons.values()) / 2, told.reasons


def test_files_taken_out_leave_what_the_others_say(told):
    @settings(max_examples=40)
    @given(seed=st.integers(0, 10**9))
    def law(seed: int) -> None:
        dirt = Dirt(seed)
        files, store = dirt.files(), MemoryFactStore()
        files += [file for file in dirt.files() if file.sha256 not in {each.sha256 for each in files}]
        here, choices = list(files[: len(files) // 2]), LedgerChoices()
        coming = files[len(here) :]
        take(store, here, choices)
        while here:
            gone = dirt.rng.sample(here, min(len(here), dirt.rng.choice([1, 1, 2])))
            more = [coming.pop() for _ in range(min(len(coming), dirt.rng.choice([0, 0, 1])))]
            here = [file for file in here if file not in gone] + more
            assert differences(take(store, more, choices, gone), build_ledger(here, choices, RULES)[0]) == []

    law()
    assert told.reasons["extended"] > 10, told.reasons  # the last files of so small a ledger touch every account
