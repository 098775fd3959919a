"""The same matter told twice is found and offered; merging it can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from casework_desk import PAYEE

from fanzha.casework import (
    AccountName,
    Sign,
    can_merge,
    combined,
    find_duplicates,
    look_up_keys,
    merge_clues,
    merge_reports,
    repeat_clues,
    repeat_payees,
    unmerge_clues,
    unmerge_reports,
)
from fanzha.core.errors import BadInput, NotAllowed

ID = "11010119900307001X"
STORY = "我在群里做任务，先返了小钱，后来客服说账户冻结，让我再转五万元。"


@pytest.mark.parametrize(
    ("first", "second", "offered"),
    [
        ({}, {}, True),  # same phone, payee, amount
        ({}, {"phone": "+86 199-0000-0001"}, True),
        ({}, {"phone": "19900000002"}, False),  # two victims of one payee
        ({"id_number": ID, "phone": ""}, {"id_number": ID, "phone": ""}, True),  # the same victim, the same payee
        (
            {"id_number": ID, "payments": ()},
            {"id_number": ID, "payments": ()},
            True,
        ),  # the same person, by both numbers
        ({"id_number": ID, "phone": "", "payments": ()}, {"id_number": ID, "payments": ()}, False),
        ({"narrative": STORY}, {"phone": "19900000002", "narrative": STORY.replace("，", " ") + "！"}, True),
        ({"narrative": "被骗了"}, {"phone": "19900000002", "narrative": "被骗了"}, False),  # too short to be a sign
        ({"phone": ""}, {"phone": ""}, False),  # what is missing is shared by nobody
        ({"source_reference": "N-1"}, {"phone": "", "source_reference": "n 1"}, False),
        ({"source_reference": "N-1"}, {"phone": "", "source_reference": "n-1", "payments": ()}, True),
    ],
)
def test_what_is_enough_to_be_offered(desk, first, second, offered):
    one, _ = desk.report(**first)
    other, _ = desk.report(3, **second)
    if second.get("source_reference") == "n 1":
        other = replace(other, source_reference="n 2")
    offers = find_duplicates(other, [one, other], desk.rules.duplicates)
    assert [(offer.kept, offer.absorbed) for offer in offers] == ([(one.id, other.id)] if offered else [])
    if offered:
        shared = look_up_keys(one, desk.rules.duplicates) & look_up_keys(other, desk.rules.duplicates)
        assert shared  # so a store finds the candidate
        assert all(PAYEE not in key.sha256 for key in shared)


def test_two_payments_are_one_by_account_amount_and_time(desk):
    payer = AccountName("6299990000000000033", "模拟·孙三")
    one, _ = desk.report(phone="", payments=(desk.payment(payer=payer),))
    for minute, same in ((-25, True), (-21, True), (-19, False)):
        other, _ = desk.report(3, phone="", payments=(desk.payment(minute, payer=payer),))
        offers = find_duplicates(other, [one], desk.rules.duplicates)
        assert bool(offers) is same
        if same:
            assert {Sign.PAYMENT, Sign.PAYER} <= set(offers[0].signs)


def test_a_payee_that_several_reports_name(desk):
    one, _ = desk.report()
    other, _ = desk.report(3, phone="19900000002", payments=(desk.payment(yuan=100), desk.payment(yuan=200)))
    masked, _ = desk.report(4, payments=(desk.payment(payee="6299****0017"),))
    (payee,) = repeat_payees([one, other, masked])
    assert (payee.account, payee.reports, payee.victims, payee.payments) == (PAYEE, (one.id, other.id), 2, 3)
    assert payee.total_minor == (("CNY", 5_030_000),)
    assert repeat_payees([one, replace(other, merged_into=one.id)]) == ()


def test_merging_reports_and_undoing_it(desk):
    one, _ = desk.report()
    other, _ = desk.report(3, payments=(desk.payment(), desk.payment(yuan=70)))
    now = (desk.officer, desk.at(9), desk.ids)
    with pytest.raises(NotAllowed, match="came in before"):
        merge_reports(other, one, "同一报案人", *now)
    absorbed, merge, events = merge_reports(one, other, "同一报案人", *now)
    assert [event.record for event in events] == [other.id, one.id]
    assert [paid.amount_minor for paid in combined(one, (absorbed,)).payments] == [5_000_000, 7_000]
    assert "was merged" in can_merge(one, absorbed, desk.officer)
    back, undone, _ = unmerge_reports(merge, absorbed, *now)
    assert back == other
    with pytest.raises(NotAllowed, match="undone before"):
        unmerge_reports(undone, absorbed, *now)
    with pytest.raises(BadInput, match=other.id):
        unmerge_reports(merge, one, *now)


def test_merging_clues_counts_a_payment_once_and_undoing_gives_both_back(desk):
    kept, _ = desk.clue()
    same, _ = desk.clue(3)
    more, _ = desk.clue(4, payments=(desk.payment(-5, 80),))
    now = (desk.officer, desk.at(9), desk.ids)
    assert [(offer.kept, offer.absorbed) for offer in repeat_clues([more, same, kept])] == [
        (kept.id, same.id), (kept.id, more.id),
    ]  # fmt: skip
    grown, _, first, _ = merge_clues(kept, same, "同一收款账户", *now)
    assert (grown.claims, grown.reports) == (kept.claims, kept.reports + same.reports)
    grown, absorbed, second, _ = merge_clues(grown, more, "同一收款账户", *now)
    assert grown.claims == kept.claims + more.claims
    shrunk, back, _, _ = unmerge_clues(second, grown, absorbed, *now)
    assert back == more
    assert shrunk.claims == kept.claims
    shrunk, back, _, _ = unmerge_clues(first, shrunk, replace(same, merged_into=kept.id), *now)
    assert (shrunk, back) == (kept, same)


def test_new_payments_do_not_vanish_into_a_clue_whose_clock_stands(desk):
    kept, _ = desk.clue()
    done = replace(kept, done_at_us=desk.at(2))
    more, _ = desk.clue(4, payments=(desk.payment(-5, 80),))
    same, _ = desk.clue(5)
    with pytest.raises(NotAllowed) as refused:
        merge_clues(done, more, "同一收款账户", desk.officer, desk.at(9), desk.ids)
    assert refused.value.rule == "merge.done"
    assert merge_clues(done, same, "同一收款账户", desk.officer, desk.at(9), desk.ids)[1].merged_into == kept.id
