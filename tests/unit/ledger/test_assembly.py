"""Many files become one ledger: what counts once, what twice, and who is who."""

import numpy as np
import pytest
from made_facts import batch, entry, instant, transfer

from fanzha.core.errors import BadInput
from fanzha.ledger.assembly import Assembly, CoverageOverride, HubRule, HubRules, assemble, ledger_digest
from fanzha.ledger.columns import MISSING, NONE, OUTSIDE, POCKET_BLOCKED, POCKET_HUB, POCKET_MASKED
from fanzha.ledger.index import build_index
from fanzha.ledger.reference import lines_of
from fanzha.records import QuarantinedRow, StatedWindow, TransferKind

A, B, C, W = "6299990000000001", "6299990000000002", "6299990000000003", "wxid_made_up_7"


def lines(assembly: Assembly) -> list[tuple[str, str, int, int]]:
    """Payer, payee, yuan and number of sources of every transfer, in order."""
    t, names = assembly.columns.transfers, assembly.columns.pockets.account
    return [
        (names[int(t.payer[i])], names[int(t.payee[i])], int(t.amount_minor[i]) // 100, len(assembly.sources.of(i)))
        for i in range(len(t))
    ]


def covered(assembly: Assembly) -> list[tuple[str, int, int]]:
    c, names = assembly.columns.coverage, assembly.columns.pockets.account
    return [(names[int(p)], int(f), int(t)) for p, f, t in zip(c.pocket, c.from_us, c.to_us, strict=True)]


class TestTwoSides:
    def test_out_and_in_rows_that_name_each_other_are_one_transfer_with_two_sources(self):
        found = assemble(
            [
                batch("a", entries=[entry(A, "out", "10:00:00", "500", "100", to=B)]),
                batch("b", entries=[entry(B, "in", "10:01:30", "500", "700", to=A)]),
            ]
        )
        assert lines(found) == [(A, B, 500, 2)]
        t = found.columns.transfers
        assert (t.payer_balance_minor[0], t.payee_balance_minor[0]) == (10000, 70000)
        assert (t.payer_at_us[0], t.payee_at_us[0]) == (instant("10:00:00"), instant("10:01:30"))
        assert t.payer_seen[0]
        assert t.payee_seen[0]

    def test_beyond_the_window_they_stay_two(self):
        found = assemble(
            [
                batch("a", entries=[entry(A, "out", "10:00:00", "500", to=B)]),
                batch("b", entries=[entry(B, "in", "10:02:01", "500", to=A)]),
            ]
        )
        assert lines(found) == [(A, B, 500, 1), (A, B, 500, 1)]
        assert found.columns.transfers.payee_seen.tolist() == [False, True]

    def test_equal_serials_are_preferred_to_the_nearest_time(self):
        found = assemble([
            batch("a", entries=[entry(A, "out", "10:00:00", "500", to=B, serial="S1"),
                                entry(A, "out", "10:00:50", "500", to=B, serial="S2")]),
            batch("b", entries=[entry(B, "in", "10:00:49", "500", to=A, serial="S1"),
                                entry(B, "in", "10:01:40", "500", to=A, serial="S2")]),
        ])  # fmt: skip
        t = found.columns.transfers
        assert [(int(p - t.payer_at_us[0]) // 10**6, int(q - t.payer_at_us[0]) // 10**6)
                for p, q in zip(t.payer_at_us, t.payee_at_us, strict=True)] == [(0, 49), (50, 100)]  # fmt: skip

    def test_a_side_that_tells_only_the_day_pairs_within_that_day(self):
        day = entry(B, "in", "2026-03-01", "500", to=A) | {"at_precision": 2}
        found = assemble([batch("a", entries=[entry(A, "out", "10:00:00", "500", to=B)]), batch("b", entries=[day])])
        assert lines(found) == [(A, B, 500, 2)]
        assert found.columns.transfers.at_us[0] == instant("10:00:00")

    def test_bank_to_wallet_to_bank_joins_by_order_number(self):
        clearing = "2433000010001"
        found = assemble([
            batch("bank", entries=[entry(A, "out", "10:00:00", "300", to=clearing, order_number="N1")]),
            batch("wallet", entries=[entry(W, "in", "10:00:03", "300", order_number="N1"),
                                     entry(W, "out", "11:00:00", "280", order_number="N2")]),
            batch("other", entries=[entry(B, "in", "12:30:00", "280", to=clearing, order_number="N2")]),
        ])  # fmt: skip
        assert lines(found) == [(A, W, 300, 2), (W, B, 280, 2)]

    def test_clocks_that_differ_by_the_distance_of_equal_payments(self):
        outs = [entry(A, "out", f"10:0{minute}:00", "500", to=B) for minute in (0, 1, 2, 3)]
        ins = [entry(B, "in", f"10:0{minute}:00", "500", to=A) for minute in (1, 2, 3, 4)]
        t = assemble([batch("a", entries=outs), batch("b", entries=ins)]).columns.transfers
        assert ((t.payee_at_us - t.payer_at_us) // 60_000_000).tolist() == [1, 1, 1, 1]

    def test_equal_long_serials_pair_where_one_side_names_a_number_without_a_statement(self):
        def files(serial):
            out = entry(A, "out", "10:00:00", "149.43", to=B, serial=serial)
            back = entry(B, "in", "10:00:00", "149.43", to="944000002304038", serial=serial)
            return [batch("a", entries=[out]), batch("b", entries=[back])]

        assert lines(assemble(files("202602115409557691"))) == [(A, B, 149, 2)]
        assert len(lines(assemble(files("7")))) == 2

    def test_a_masked_counterparty_is_inferred_never_merged(self):
        found = assemble([
            batch("a", entries=[
                entry(A, "out", "10:00:00", "500", to="6299****0002", counterparty_name="模拟乙", holder_name="模拟甲")]),
            batch("b", entries=[entry(B, "in", "10:00:20", "500", holder_name="模拟乙", counterparty_name="模拟甲")]),
        ])  # fmt: skip
        assert lines(found) == [(A, "6299****0002", 500, 1), ("", B, 500, 1)]
        assert [(pair.outgoing, pair.incoming) for pair in found.inferred] == [(0, 1)]
        flags = dict(zip(found.columns.pockets.account, found.columns.pockets.flags, strict=True))
        assert flags["6299****0002"] == POCKET_MASKED

    def test_statement_row_and_canonical_row_are_one(self):
        found = assemble(
            [
                batch("ledger", transfers=[transfer(A, B, "10:00:00", "500", payer_balance="100", transfer_id="X1")]),
                batch("a", entries=[entry(A, "out", "10:00:00", "500", "100", to=B)]),
                batch("b", entries=[entry(B, "in", "10:00:10", "500", "900", to=A)]),
            ]
        )
        assert lines(found) == [(A, B, 500, 3)]
        assert found.details["transfer_id"].to_list() == ["X1"]
        assert found.columns.transfers.payee_balance_minor[0] == 90000


class TestDuplicates:
    def test_overlapping_statements_count_as_multisets(self):
        first = [entry(A, "out", "10:00:00", "5", to=B)] * 2 + [entry(A, "out", "11:00:00", "7", to=B)]
        second = [entry(A, "out", "10:00:00", "5", to=B)] * 3 + [entry(A, "out", "12:00:00", "9", to=B)]
        found = assemble([batch("one", entries=first), batch("two", entries=second)])
        assert [line[2] for line in lines(found)] == [5, 5, 5, 7, 9]
        assert sum(figures.duplicates for figures in found.files) == 2

    def test_unknown_fields_agree_and_known_ones_must(self):
        bare = entry(A, "out", "10:00:00", "5")
        full = entry(A, "out", "10:00:00", "5", "95", to=B, serial="S1")
        other = entry(A, "out", "10:00:00", "5", "90", to=B, serial="S2")
        found = assemble([batch("one", entries=[bare, bare]), batch("two", entries=[full, other])])
        assert lines(found) == [(A, B, 5, 2), (A, B, 5, 2)]
        assert sorted(found.columns.transfers.payer_balance_minor.tolist()) == [9000, 9500]

    def test_within_one_file_the_running_balance_or_the_serial_decides(self):
        twice = [entry(A, "out", "10:00:00", "5"), entry(A, "out", "10:00:00", "5")]
        printed = [entry(A, "out", "10:00:00", "5", "95"), entry(A, "out", "10:00:00", "5", "95")]
        serial = [entry(A, "out", "10:00:00", "5", serial="S1"), entry(A, "out", "10:00:00", "5", serial="S1")]
        there_and_back = [
            entry(A, "out", "10:00:00", "5", "95"),
            entry(A, "in", "10:00:00", "5", "100"),
            entry(A, "out", "10:00:00", "5", "95"),
        ]
        assert [len(lines(assemble([batch("x", entries=rows)]))) for rows in (twice, printed, serial)] == [2, 1, 1]
        assert len(lines(assemble([batch("x", entries=there_and_back)]))) == 3

    def test_one_export_gives_seconds_the_other_only_minutes(self):
        coarse = entry(A, "out", "10:00:00", "5", "95") | {"at_precision": 1}
        found = assemble(
            [
                batch("one", entries=[coarse]),
                batch("two", entries=[entry(A, "out", "10:00:41", "5", "95", to=B)]),
            ]
        )
        assert lines(found) == [(A, B, 5, 2)]

    def test_canonical_rows_by_id_and_by_balance(self):
        row = transfer(A, B, "10:00:00", "5")
        assert len(lines(assemble([batch("x", transfers=[row, row])]))) == 2
        same_id = row | {"transfer_id": "T1"}
        assert len(lines(assemble([batch("x", transfers=[same_id, same_id])]))) == 1
        assert len(lines(assemble([batch("x", transfers=[row, row]), batch("y", transfers=[row])]))) == 2

    def test_the_same_bytes_twice_are_nothing_new(self):
        one = batch("one", entries=[entry(A, "out", "10:00:00", "5")])
        assert ledger_digest(assemble([one, one]).columns) == ledger_digest(assemble([one]).columns)


class TestIdentity:
    def test_every_number_of_an_account_leads_to_it(self):
        found = assemble(
            [
                batch("one", entries=[entry(A, "out", "10:00:00", "5", to=B, account="2001000300040")]),
                batch("two", entries=[entry(B, "in", "10:00:00", "5", to="2001000300040")]),
                batch("kin", sub_accounts=[{"account": "2001000300040", "sub_account": "20010003000401"}]),
            ]
        )
        assert lines(found) == [(A, B, 5, 2)]
        assert {found.identity.resolve(n) for n in (A, "2001000300040", "20010003000401")} == {A}
        assert [(join.reason, join.row) for join in found.identity.joins] == [
            ("sub_account_table", 2), ("row_shows_both", 2)]  # fmt: skip
        assert found.identity.resolve("nobody") is None

    def test_a_join_can_be_taken_back(self):
        files = [batch("one", entries=[entry(A, "out", "10:00:00", "5", account="2001000300040")])]
        found = assemble(files, joins_rejected=[(A, "2001000300040")])
        assert found.identity.resolve("2001000300040") == "2001000300040"
        assert [join.refused for join in found.identity.refused] == ["set_apart_by_hand"]

    def test_two_holders_are_never_one_account(self):
        found = assemble(
            [
                batch("one", accounts=[{"card": A, "account": "2001000300040", "holder_id": "11010119900101000X"}]),
                batch("two", accounts=[{"card": C, "account": "2001000300040", "holder_id": "11010119900202000X"}]),
            ]
        )
        assert [join.refused for join in found.identity.refused] == ["holder_ids_differ"] * 2
        assert found.identity.resolve(A) != found.identity.resolve(C)

    @pytest.mark.parametrize("other", ["12345", "000000000", "6299****0001"])
    def test_poor_numbers_never_join(self, other):
        assert not assemble([batch("one", entries=[entry(A, "out", "10:00:00", "5", account=other)])]).identity.joins

    def test_current_and_deposit_moves_stay_inside_with_two_running_balances(self):
        main, deposit = "2001000300040", "2001000300048"
        found = assemble([
            batch("kin", sub_accounts=[{"account": main, "sub_account": deposit}]),
            batch("one", entries=[
                entry(A, "in", "09:00:00", "1000", "1000", account=main),
                entry(A, "out", "10:00:00", "800", "200", account=main, to=deposit),
                entry(A, "in", "10:00:00", "800", "800", account=deposit, to=main),
            ]),
        ])  # fmt: skip
        assert lines(found) == [("", A, 1000, 1), (A, A, 800, 2)]
        t = found.columns.transfers
        assert (t.payer_sub[1], t.payee_sub[1], t.kind[1]) == (0, 1, TransferKind.INTERNAL)
        assert (t.payer_balance_minor[1], t.payee_balance_minor[1]) == (20000, 80000)

    def test_an_internal_row_without_a_name_stays_inside(self):
        found = assemble([batch("one", entries=[entry(A, "out", "10:00:00", "8", "2", kind="internal")])])
        t = found.columns.transfers
        assert lines(found) == [(A, A, 8, 1)]
        assert (bool(t.payer_seen[0]), bool(t.payee_seen[0]), t.payee_balance_minor[0]) == (True, False, MISSING)

    def test_holders_by_id_else_by_full_name(self):
        found = assemble([batch("k", accounts=[
            {"card": A, "holder_id": "11010119900101000X", "holder_name": "模拟甲"},
            {"card": B, "holder_id": "110101900101000", "holder_name": "模拟甲"},
            {"card": C, "holder_name": "模拟甲"},
            {"card": "6299990000000004", "holder_name": "模拟甲"},
            {"card": "6299990000000005", "holder_name": "模*"},
        ])])  # fmt: skip
        a, b, c, d, e = found.columns.pockets.holder[1:]
        assert a == b != 0
        assert c == d != 0
        assert (a != c, e) == (True, 0)


class TestReversals:
    def test_a_reversal_without_a_name_takes_back_its_own_row(self):
        found = assemble([batch("a", entries=[
            entry(A, "out", "10:00:00", "500", "500", to=B),
            entry(A, "out", "10:05:00", "500", "0", to=C),
            entry(A, "in", "10:06:00", "500", "500", kind="reversal", summary="冲正"),
        ])])  # fmt: skip
        assert lines(found)[2] == (C, A, 500, 1)
        assert found.columns.transfers.reverses.tolist() == [NONE, NONE, 1]
        assert found.files[0].reversals == 1

    def test_the_cited_serial_goes_before_the_latest(self):
        found = assemble([batch("a", transfers=[
            transfer(A, B, "10:00:00", "500", serial="20260301000017"),
            transfer(A, B, "10:05:00", "500", serial="20260301000018"),
            transfer(B, A, "10:06:00", "500", kind="reversal", summary="退汇 原流水20260301000017"),
        ])])  # fmt: skip
        assert found.columns.transfers.reverses.tolist() == [NONE, NONE, 0]

    def test_nothing_is_taken_back_twice(self):
        back = {"kind": "reversal"}
        found = assemble([batch("a", transfers=[
            transfer(A, B, "10:00:00", "500"),
            transfer(B, A, "10:01:00", "300", **back),
            transfer(B, A, "10:02:00", "300", **back),
            transfer(B, A, "10:03:00", "200", **back),
        ])])  # fmt: skip
        assert found.columns.transfers.reverses.tolist() == [NONE, 0, NONE, 0]


class TestCoverage:
    def test_statements_cover_first_to_last_row_or_the_stated_window(self):
        rows = [entry(A, "out", "10:00:00", "5", to=B), entry(A, "out", "11:00:00", "5", to=B)]
        assert covered(assemble([batch("a", entries=rows)])) == [(A, instant("10:00:00"), instant("11:00:00"))]
        window = StatedWindow(None, instant("00:00:00"), instant("23:59:59"))
        assert covered(assemble([batch("a", entries=rows, windows=(window,))])) == [
            (A, instant("00:00:00"), instant("23:59:59"))]  # fmt: skip

    def test_touching_periods_are_one_and_a_hole_stays(self):
        def file(name, *hours):
            return batch(name, entries=[entry(A, "out", hour, "5", to=B) for hour in hours])

        joined = assemble([file("a", "10:00:00", "11:00:00"), file("b", "11:00:01", "12:00:00")])
        assert covered(joined) == [(A, instant("10:00:00"), instant("12:00:00"))]
        apart = assemble([file("a", "10:00:00", "11:00:00"), file("b", "11:00:03", "12:00:00")])
        assert len(covered(apart)) == 2

    def test_a_canonical_row_is_seen_where_its_side_has_balances(self):
        found = assemble([batch("a", transfers=[
            transfer(A, B, "09:00:00", "5"),
            transfer(A, B, "10:00:00", "5", payer_balance="90"),
            transfer(C, A, "10:30:00", "5"),
            transfer(A, B, "11:00:00", "5", payer_balance="90"),
        ])])  # fmt: skip
        t = found.columns.transfers
        assert covered(found) == [(A, instant("10:00:00"), instant("11:00:00"))]
        assert t.payer_seen.tolist() == [False, True, False, True]
        assert t.payee_seen.tolist() == [False, False, True, False]

    def test_a_complete_ledger_covers_all_from_its_first_to_its_last_row(self):
        rows = [transfer(A, B, "09:00:00", "5"), transfer(B, C, "10:00:00", "5")]
        found = assemble([batch("a", transfers=rows, complete=True)])
        assert covered(found) == [(n, instant("09:00:00"), instant("10:00:00")) for n in (A, B, C)]
        assert found.columns.transfers.payee_seen.all()

    def test_an_answer_without_rows_covers_its_window(self):
        asked = {"subject": B, "found_nothing": True, "from_us": instant("08:00:00"), "to_us": instant("09:00:00")}
        found = assemble(
            [
                batch("a", entries=[entry(A, "out", "10:00:00", "5", to=B)]),
                batch("q", queries=[asked]),
            ]
        )
        assert (B, instant("08:00:00"), instant("09:00:00")) in covered(found)
        assert [figures.answered_nothing for figures in found.files if figures.answered_nothing] == [(B,)]

    def test_an_override_replaces(self):
        rows = [entry(A, "out", "10:00:00", "5", to=B)]
        line = CoverageOverride(A, instant("09:00:00"), instant("12:00:00"))
        assert covered(assemble([batch("a", entries=rows)], coverage_override=[line])) == [
            (A, instant("09:00:00"), instant("12:00:00"))]  # fmt: skip
        with pytest.raises(BadInput, match="6299990000000009"):
            assemble([batch("a", entries=rows)], coverage_override=[CoverageOverride("6299990000000009", 0, 1)])

    def test_an_unknown_direction_blocks_the_account(self):
        odd = QuarantinedRow("", 3, "direction", "direction_unknown", "[]", account=A)
        found = assemble([batch("a", entries=[entry(A, "out", "10:00:00", "5", to=B)], quarantine=(odd,))])
        assert found.columns.pockets.flags.tolist() == [0, POCKET_BLOCKED, 0]


class TestAccounts:
    def test_hubs_only_by_rule(self):
        rules = HubRules((HubRule("name", "客户备付金", "客户备付金账户", "made up"),))
        rows = [entry(A, "out", "10:00:00", "5", to="2433000010001", counterparty_name="模拟支付客户备付金")]
        found = assemble([batch("a", entries=rows)], hubs=rules)
        flags = dict(zip(found.columns.pockets.account, found.columns.pockets.flags, strict=True))
        assert flags["2433000010001"] == POCKET_HUB
        assert found.hubs == (("2433000010001", "客户备付金账户"),)

    def test_bank_balance_and_what_is_bound(self):
        found = assemble([batch("k", accounts=[
            {"card": A, "account": "2001000300040", "balance_minor": 5000, "available_minor": 4000,
             "last_at_us": instant("12:00:00")},
            {"card": A, "balance_minor": 5000},
            {"card": B, "balance_minor": 900, "last_at_us": instant("12:00:00")},
        ], measures=[
            {"account": A, "amount_minor": 300},
            {"account": B, "from_us": instant("11:00:00")},
            {"account": B, "amount_minor": 100, "to_us": instant("11:00:00")},
        ])])  # fmt: skip
        p = found.columns.pockets
        assert p.bank_balance_minor.tolist() == [MISSING, 5000, 900]
        assert p.bank_balance_at_us.tolist() == [MISSING, instant("12:00:00"), instant("12:00:00")]
        assert p.bound_minor.tolist() == [0, 1000, 900]


class TestOrder:
    def test_rows_of_one_second_by_serial_else_by_row(self):
        rows = [entry(A, "out", "10:00:00", str(n), to=B) for n in (1, 2, 3)]
        by_row = assemble([batch("a", entries=rows)]).columns.transfers
        assert (by_row.payer_order.tolist(), by_row.payer_ordered.any()) == ([0, 1, 2], False)
        serials = [row | {"serial": s} for row, s in zip(rows, ("10", "9", "11"), strict=True)]
        found = assemble([batch("a", entries=serials)]).columns.transfers
        assert found.payer_order.tolist() == [1, 0, 2]
        assert found.payer_ordered.all()

    def test_a_statement_that_runs_backwards(self):
        times = ["12:00:00", "11:00:00", "10:00:00", "10:00:00"]
        rows = [entry(A, "out", at, str(n), to=B) for n, at in enumerate(times, start=1)]
        found = assemble([batch("a", entries=rows)]).columns.transfers
        assert found.amount_minor.tolist() == [400, 300, 200, 100]
        assert found.payer_order.tolist() == [0, 1, 0, 0]

    def test_in_and_out_rows_of_an_account_share_one_sequence(self):
        rows = [transfer(B, A, "10:00:00", "5", payee_balance="5"), transfer(A, C, "10:00:00", "5", payer_balance="0")]
        t = assemble([batch("a", transfers=rows)]).columns.transfers
        assert (t.payee_order[0], t.payer_order[1]) == (0, 1)


def test_currencies_are_pockets_of_their_own():
    rows = [transfer(A, B, "10:00:00", "5"), transfer(A, B, "10:00:00", "5") | {"currency": "USDT"}]
    found = assemble([batch("a", transfers=rows)])
    p = found.columns.pockets
    assert [(p.account[i], p.currencies[p.currency[i]]) for i in range(1, len(p))] == [
        (A, "CNY"), (A, "USDT"), (B, "CNY"), (B, "USDT")]  # fmt: skip
    assert p.exponents == (2, 6)


def test_unnamed_parties_are_outside_and_nothing_at_all_is_a_ledger():
    found = assemble([batch("a", transfers=[transfer(None, A, "10:00:00", "5"), transfer(A, "", "11:00:00", "5")])])
    assert (found.columns.transfers.payer[0], found.columns.transfers.payee[1]) == (OUTSIDE, OUTSIDE)
    empty = assemble([])
    assert (len(empty.columns.transfers), len(empty.columns.pockets)) == (0, 1)
    assert np.all(empty.columns.pockets.bound_minor == 0)


class TestMovesWithinAnAccount:
    HERE = {"holder_name": "模拟甲"}  # noqa: RUF012

    def moved(self, *own: str, to: str = "88880002", name: str | None = "模拟甲") -> list[dict]:
        return [
            entry(number, "out", "10:00:00", "30", to=to, kind="internal", counterparty_name=name, **self.HERE)
            for number in own
        ]

    @pytest.mark.parametrize("name", ["模拟甲", None])
    def test_a_number_without_a_statement_is_the_same_account(self, name):
        found = assemble([batch("one", entries=self.moved(A, name=name))])
        assert lines(found) == [(A, A, 30, 1)]
        assert [(join.first, join.second, join.reason) for join in found.identity.joins] == [
            (A, "88880002", "internal_move")
        ]

    def test_another_holder_a_second_claim_an_own_statement_or_a_decision_keep_it_apart(self):
        other = assemble([batch("one", entries=self.moved(A, name="模拟乙"))])
        several = assemble([batch("one", entries=self.moved(A, B))])
        stated = assemble(
            [batch("one", entries=self.moved(A)), batch("two", entries=[entry("88880002", "in", "11:00:00", "1")])]
        )
        decided = assemble([batch("one", entries=self.moved(A))], joins_rejected=[(A, "88880002")])
        for found in (other, several, stated, decided):
            assert found.identity.joins == ()
            assert (A, "88880002", 30, 1) in lines(found)
        refused = [{join.refused for join in found.identity.refused} for found in (other, several, stated, decided)]
        assert refused == [set(), {"claimed_by_several"}, {"own_statement"}, {"set_apart_by_hand"}]

    def test_a_mere_counter_of_the_account_s_parts_names_nobody(self):
        assert lines(assemble([batch("one", entries=self.moved(A, to="00001"))])) == [(A, A, 30, 1)]

    def test_a_deposit_from_before_comes_back_as_own_money(self):
        back = entry(A, "in", "10:00:00", "30", "30", to="88880002", kind="internal", **self.HERE)
        found = assemble([batch("one", entries=[back, entry(A, "out", "11:00:00", "30", "0", to=B)])])
        index = build_index(found.columns)
        assert len(index.syn) == 0
        assert max(index.opening_minor) == 3000
        assert max(line.opening_minor for line in lines_of(found.columns).values()) == 3000
