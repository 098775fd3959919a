"""Masks, purposes, exports and credentials."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.access import (
    AlarmAction,
    CaseTie,
    CredentialKind,
    ExportedPerson,
    Field,
    Person,
    Scope,
    actor_of,
    after_attempt,
    bind_purpose,
    can_use,
    check_usable,
    is_revealed,
    log_search,
    make_export,
    make_reveal,
    mask,
    mask_text,
    new_credential,
    revoke,
    watermark_text,
)
from fanzha.core.actor import MACHINE, Actor, Level, Role
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant

OFFICER = Actor("P1", "KM", Level.CITY, frozenset({Role.DUTY_OFFICER}), "模拟·王一")
HEAD = Actor("P9", "KM", Level.CITY, frozenset({Role.APPROVER}))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (Field.NAME, "张三", "张*"),
        (Field.NAME, "模拟·王甲乙", "模*"),
        (Field.NAME, "张", "*"),
        (Field.NAME, "", ""),
        (Field.IDENTITY, "530102199013319999", "530102********9999"),
        (Field.IDENTITY, "５３０１０２ 19901331 999X", "530102********999X"),
        (Field.IDENTITY, "5301021990133", "********"),
        (Field.ACCOUNT, "6299990000000000017", "****0017"),
        (Field.ACCOUNT, "6299 9900 0000 0000 017", "****0017"),
        (Field.ACCOUNT, "1234567", "****"),
        (Field.PHONE, "13800001234", "138****1234"),
        (Field.PHONE, "+86 138-0000-1234", "138****1234"),
        (Field.PHONE, "8613800001234", "138****1234"),
        (Field.PHONE, "96110", "****"),
    ],
)
def test_how_a_field_is_masked(rules, field, value, shown):
    assert mask(field, value, rules.masks) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("向6299990000000000017转账", "向****0017转账"),
        ("卡号6299 9900 0000 0000 017。", "卡号****0017。"),
        ("电话138-0000-1234，138.0000.1234", "电话138****1234，138****1234"),
        ("身份证530102199001019999", "身份证530102********9999"),
        ("身份证53010219900101999Ｘ。", "身份证530102********999X。"),
        ("２０２６-03-01 13:52:10转账50000.00元", "２０２６-03-01 13:52:10转账50000.00元"),
        ("共1000000元，微信号a1234567", "共1000000元，微信号a****"),
        ("账户6299990000000000017元", "账户****0017元"),
        ("到2026-03-01.完，2026-03-01.5", "到2026-03-01.完，****0301.5"),
        ("张三说张三丰走了", "张*说张*走了"),
        ("（一）Ⅳ类；“钱”①号，ﬁn！卡６２９９９９0000000017？", "（一）Ⅳ类；“钱”①号，ﬁn！卡****0017？"),
        ("张三：\u0065\u0301té，６月", "张*：\u0065\u0301té，６月"),
    ],
)
def test_how_a_text_is_masked(rules, text, shown):
    assert mask_text(text, rules.masks, names=["张三", "张三丰", "张", ""]) == shown


@given(st.text(alphabet=st.characters(exclude_categories=["Nd", "No"]), max_size=30))
def test_a_text_without_numbers_and_names_comes_out_as_it_went_in(rules, text):
    assert mask_text(text, rules.masks) == text


@given(st.text(), st.sampled_from(list(Field)))
def test_a_mask_takes_any_text_and_never_shows_it_whole(rules, value, field):
    shown = mask(field, value, rules.masks)
    kept = rules.masks.fields[field].first + rules.masks.fields[field].last
    assert sum(sign != "*" for sign in shown) <= kept
    mask_text(value, rules.masks, names=[value[:3]])


@given(
    st.text(alphabet="账户向转,。 ab:", max_size=6),
    st.from_regex(r"6299[0-9]{12,15}", fullmatch=True),
    st.sampled_from(["", " ", "-", " - ", "\u2013", "\u3000"]),
    st.text(alphabet="的转账,。 ab:", max_size=6),
)
def test_no_card_number_comes_through_however_it_is_written(rules, before, number, gap, after):
    written = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
    shown = re.sub(r"\D", "", mask_text(f"{before}{written}{after}", rules.masks))
    assert len(shown) <= 10  # at most what an identity number would show
    assert number not in shown


OPEN = CaseTie("CASE-1", "KM", ("P1",), is_open=True)


@pytest.mark.parametrize(
    ("actor", "record_case", "named", "reason", "rule"),
    [
        (OFFICER, OPEN, None, "", None),
        (OFFICER, replace(OPEN, is_open=False), None, "", "purpose.case"),
        (OFFICER, replace(OPEN, officers=("P2",)), None, "核对付款人", "purpose.case"),
        (OFFICER, None, OPEN, "核对付款人身份", "named"),
        (OFFICER, None, OPEN, "看看", "purpose.reason"),
        (OFFICER, None, replace(OPEN, is_open=False), "核对付款人身份", "purpose.closed"),
        (OFFICER, None, CaseTie("CASE-2", "QJ", ("P5",), is_open=True), "核对付款人身份", "access.reveal"),
        (replace(OFFICER, id="B1", organisation="BANK", roles=frozenset({Role.PARTNER_DESK})), OPEN, None, "", None),
        (
            replace(OFFICER, id="B2", organisation="TEL", roles=frozenset({Role.PARTNER_DESK})),
            OPEN,
            None,
            "",
            "access.reveal",
        ),
        (HEAD, OPEN, None, "核对付款人身份", "purpose.case"),
        (HEAD, OPEN, OPEN, "审批前核对金额", "named"),
        (MACHINE, OPEN, OPEN, "审批前核对金额", "purpose.person"),
        (replace(OFFICER, roles=frozenset({Role.ADMINISTRATOR})), OPEN, OPEN, "审批前核对金额", "access.reveal"),
    ],
)
def test_the_mask_is_lifted_for_a_purpose_only(rules, tree, actor, record_case, named, reason, rule):
    def ask():
        return bind_purpose(
            actor,
            rules,
            tree,
            Scope("KM", ("P1",), ("BANK",)),
            record_case=record_case,
            named_case=named,
            reason=reason,
        )

    if rule in {None, "named"}:
        purpose = ask()
        assert (purpose.case, purpose.by_itself) == ("CASE-1", rule is None)
        return
    with pytest.raises(NotAllowed) as refused:
        ask()
    assert refused.value.rule == rule


def test_a_reveal_ends_by_itself_and_is_the_askers_own(rules, tree):
    purpose = bind_purpose(OFFICER, rules, tree, Scope("KM", ("P1",)), record_case=OPEN)
    reveal = make_reveal(purpose, "REPORT-1", "hash", [Field.PHONE, Field.PHONE], rules, OFFICER, 0, CountedIds())
    assert reveal.fields == (Field.PHONE,)
    end = 30 * MINUTE_US
    seen = [is_revealed([reveal], OFFICER, "REPORT-1", Field.PHONE, at) for at in (-1, 0, end - 1, end)]
    assert seen == [False, True, True, False]
    assert not is_revealed([reveal], HEAD, "REPORT-1", Field.PHONE, 0)
    assert not is_revealed([reveal], OFFICER, "REPORT-1", Field.NAME, 0)
    entry = log_search("138****1234 模拟", 3, OFFICER, 5, CountedIds(), case="CASE-1")
    assert (entry.terms, entry.hits, entry.case) == ("138****1234 模拟", 3, "CASE-1")


def persons(first, last, case="CASE-9"):
    return [ExportedPerson(f"H{number}", case) for number in range(first, last)]


def test_exports_alarm_by_distinct_persons_outside_the_own_cases(rules):
    ids, earlier = CountedIds(), []

    def export(people, now_us=0, approved_by=""):
        made, alarm = make_export(
            "案件名单", people, {"CASE-1"}, earlier, rules.export, OFFICER, now_us, ids, approved_by=approved_by
        )
        earlier.append(made)
        return alarm and (alarm.crossed, alarm.action, alarm.distinct)

    assert export(persons(0, 5000, "CASE-1")) is None  # one's own case
    assert export(persons(0, 24)) is None  # they are in the own case and elsewhere too, but this list says elsewhere
    assert export(persons(0, 24) * 3) is None  # the same again
    assert export(persons(24, 25)) == ((25,), AlarmAction.LOG, 25)
    assert export(persons(0, 30)) is None
    assert export(persons(0, 250)) == ((250,), AlarmAction.NOTIFY, 250)
    with pytest.raises(NotAllowed, match="second person"):
        export(persons(0, 2500))
    with pytest.raises(NotAllowed, match="second person"):
        export(persons(0, 2500), approved_by="P1")
    assert export(persons(0, 2500), approved_by="P9") == ((2500,), AlarmAction.SECOND_PERSON, 2500)
    with pytest.raises(NotAllowed, match="2501 persons"):
        export(persons(2500, 2501))
    assert export(persons(0, 24), now_us=DAY_US) is None  # the window has passed


def test_a_person_in_the_own_case_is_inside_wherever_else_he_is(rules):
    made, _ = make_export(
        "名单", [*persons(0, 3, "CASE-1"), *persons(2, 5)], {"CASE-1"}, [], rules.export, OFFICER, 0, CountedIds()
    )
    assert (made.outside, made.inside_count) == (("H3", "H4"), 3)


def test_every_page_says_who_took_it():
    at = parse_instant("2026-03-02T12:00:00")
    assert watermark_text(OFFICER, at, "EXPORT-1", "CASE-1") == (
        "模拟·王一 P1 · KM · 2026-03-02 12:00:00 · CASE-1 · EXPORT-1"
    )
    named = replace(OFFICER, display_name="模拟·P1")
    assert watermark_text(named, at, "EXPORT-1").startswith("模拟·P1 · KM")


def test_a_credential_counts_until_it_does_not(rules, tree):
    person = Person("P1", 0, "KM", "wang", "模拟·王一", (Role.DUTY_OFFICER,))
    with pytest.raises(BadInput, match="never the password"):
        new_credential(person, CredentialKind.PASSWORD, "secret", rules.credentials, 0, CountedIds())
    hashed = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
    held = new_credential(person, CredentialKind.PASSWORD, hashed, rules.credentials, 0, CountedIds())
    tried = held
    for _ in range(4):
        tried = after_attempt(tried, rules.credentials, 0, right=False)
        assert can_use(tried, person, 0)
    assert after_attempt(tried, rules.credentials, 0, right=True) == held
    locked = after_attempt(tried, rules.credentials, 0, right=False)
    assert not can_use(locked, person, 15 * MINUTE_US - 1)
    assert can_use(locked, person, 15 * MINUTE_US)
    assert not can_use(held, person, 180 * DAY_US)
    assert revoke(revoke(held, 5), 9).revoked_at_us == 5
    with pytest.raises(NotAllowed, match="revoked"):
        check_usable(revoke(held, 5), person, 5)
    assert not can_use(held, replace(person, active=False), 0)
    assert not can_use(held, replace(person, id="P2"), 0)
    assert actor_of(person, tree).level is Level.CITY
    for wrong in (
        replace(person, active=False),
        replace(person, organisation="X"),
        replace(person, roles=(Role.MACHINE,)),
    ):
        with pytest.raises(NotAllowed):
            actor_of(wrong, tree)
