"""A claim never becomes an order: only a fact does, and a fact is four checked fields."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fanzha.casework import (
    CheckedField,
    ClueStage,
    DocumentKind,
    EventKind,
    FieldCheck,
    check_is_fact,
    checks_by,
    confirm_clue,
    listed_account_of,
    order_target_of,
    verify_clue,
    withdraw_fact,
)
from fanzha.core.errors import NotAllowed


def verified(desk, fields=None, document=None, checks=None, hop=1, **more):
    clue, _ = desk.assessed()
    checks = checks_by(desk.officer, document or desk.slip(), desk.at(5)) if checks is None else checks
    return verify_clue(
        clue, fields or desk.fields(), checks, desk.rules.fact, desk.officer, desk.at(5), desk.ids, hop=hop,
        **more,
    )  # fmt: skip


def test_a_fact_says_who_checked_which_field_against_which_document(desk):
    clue, fact, events = verified(desk)
    assert clue.stage is ClueStage.VERIFIED
    assert clue.facts == (fact.id,)
    assert {check.field for check in fact.checks} == set(CheckedField)
    assert {(check.checked_by, check.document.place) for check in fact.checks} == {("P1", "第1页")}
    assert [event.kind for event in events] == [EventKind.CLUE_VERIFIED, EventKind.FACT_MADE]
    assert order_target_of(fact).amount_minor == 5_000_000
    assert listed_account_of(fact).fact == fact.id


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("fact.four_fields", {"fields": {"holder_name": " "}}),
        ("fact.four_fields", {"fields": {"account": ""}}),
        ("fact.four_fields", {"fields": {"institution": ""}}),
        ("fact.four_fields", {"fields": {"amount_minor": 0}}),
        ("fact.time", {"fields": {"at_us": 2**61}}),
        ("fact.document", {"document": DocumentKind.BANK_RECEIPT}),
        ("fact.document", {"document": DocumentKind.TRANSFER_SLIP, "hop": 2}),
        ("fact.document", {"document": DocumentKind.VICTIM_SCREEN, "hop": 3}),
        ("fact.document", {"document": DocumentKind.OTHER}),
        ("fact.hop", {"hop": 0}),
    ],
)
def test_what_is_not_enough_for_a_fact(desk, rule, change):
    document = desk.slip(change.get("document", DocumentKind.STATEMENT))
    with pytest.raises(NotAllowed) as refused:
        verified(desk, desk.fields(**change.get("fields", {})), document, hop=change.get("hop", 1))
    assert refused.value.rule == rule


@pytest.mark.parametrize("missing", CheckedField)
def test_a_field_that_nobody_checked_makes_no_fact(desk, missing):
    checks = tuple(check for check in checks_by(desk.officer, desk.slip(), 0) if check.field is not missing)
    with pytest.raises(NotAllowed, match=missing):
        verified(desk, checks=checks)
    unnamed = (*checks, FieldCheck(missing, desk.slip(), "", 0))
    with pytest.raises(NotAllowed, match="who checked"):
        verified(desk, checks=unnamed)


def test_a_later_hop_rests_on_the_bank(desk):
    _, fact, _ = verified(desk, document=desk.slip(DocumentKind.BANK_RECEIPT), hop=2)
    assert fact.hop == 2


def test_what_the_victim_mistyped_is_corrected_by_the_document_and_told(desk):
    other = desk.fields(account="6299990000000000025")
    with pytest.raises(NotAllowed) as refused:
        verified(desk, other)
    assert refused.value.rule == "fact.other_account"
    _, fact, events = verified(desk, other, reason="回单上为另一账号")
    assert fact.fields.account == "6299990000000000025"
    assert (events[0].detail("corrected"), events[0].detail("reason")) == ("account", "回单上为另一账号")


def test_a_payment_has_one_fact_until_it_is_withdrawn(desk):
    _, fact, _ = verified(desk)
    with pytest.raises(NotAllowed) as refused:
        verified(desk, standing=[fact])
    assert refused.value.rule == "fact.made"
    gone, _ = withdraw_fact(fact, "户名核对有误", desk.officer, desk.at(9), desk.ids)
    assert verified(desk, standing=[gone])[1].withdrawn_at_us is None


def test_a_payment_read_a_second_time_is_asked_about(desk):
    clue, fact, _ = verified(desk)
    more = replace(clue, claims=(*clue.claims, replace(clue.claims[0], id="CLAIM-2")), stage=ClueStage.ASSESSED)
    checks = checks_by(desk.officer, desk.slip(), desk.at(5))

    def again(known, **changes):
        said = {name: changes.pop(name) for name in ("another", "elsewhere") if name in changes}
        fields = desk.fields(**changes)
        return verify_clue(
            more, fields, checks, desk.rules.fact, desk.officer, desk.at(5), desk.ids, standing=known, **said
        )[1]

    for changes in ({}, {"amount_minor": 1}):  # once more, or put right while the first reading stands
        with pytest.raises(NotAllowed, match="is it the same") as refused:
            again([fact], **changes)
        assert refused.value.rule == "fact.again"
    with pytest.raises(NotAllowed, match=fact.id):
        again([], elsewhere=[replace(fact, clue="CLUE-9")])
    assert again([], elsewhere=[replace(fact, clue="CLUE-9")], amount_minor=1).fields.amount_minor == 1
    assert again([fact], at_us=fact.fields.at_us - 60_000_000).id
    assert again([fact], another=True).id
    gone, _ = withdraw_fact(fact, "户名核对有误", desk.officer, desk.at(9), desk.ids)
    assert again([gone]).id


def test_neither_a_clue_nor_a_claim_nor_a_withdrawn_fact_is_one(desk):
    clue, fact, _ = verified(desk)
    for unverified in (clue, clue.claims[0], desk.fields(), None):
        with pytest.raises(NotAllowed) as refused:
            order_target_of(unverified)
        assert refused.value.rule == "fact.needed"
    gone, events = withdraw_fact(fact, "户名核对有误", desk.officer, desk.at(9), desk.ids)
    assert events
    assert withdraw_fact(gone, "再次撤回一次", desk.officer, desk.at(10), desk.ids) == (gone, ())
    with pytest.raises(NotAllowed, match="户名核对有误"):
        listed_account_of(gone)
    with pytest.raises(NotAllowed, match="withdrawn"):
        check_is_fact(gone)


def test_an_account_is_verified_by_its_fields_alone(desk):
    clue, _ = desk.assessed()
    with pytest.raises(NotAllowed) as refused:
        confirm_clue(clue, desk.slip(), "看起来没有问题", desk.officer, desk.at(5), desk.ids)
    assert refused.value.rule == "fact.four_fields"


def test_only_the_officer_of_the_clue_verifies_it(desk):
    clue, _ = desk.assessed()
    for actor, rule in ((desk.head, "clue.officer"), (desk.stranger, "organisation.other")):
        checks = checks_by(actor, desk.slip(), desk.at(5))
        with pytest.raises(NotAllowed) as refused:
            verify_clue(clue, desk.fields(), checks, desk.rules.fact, actor, desk.at(5), desk.ids)
        assert refused.value.rule == rule
    merged = replace(clue, merged_into="CLUE-9")
    checks = checks_by(desk.officer, desk.slip(), desk.at(5))
    with pytest.raises(NotAllowed, match="CLUE-9"):
        verify_clue(merged, desk.fields(), checks, desk.rules.fact, desk.officer, desk.at(5), desk.ids)
