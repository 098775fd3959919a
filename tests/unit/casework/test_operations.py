"""Operations: who plans, approves and enters; what follows what; what each entry counts as."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from operation_desk import HEAD, HELPER, OFFICER, PLAN, RULES, STRANGER, OperationDesk, den, seized, suspect

from fanzha.bootstrap import rule_table
from fanzha.casework.operations import (
    CAMPAIGN_TABLE,
    CUSTODY_TABLE,
    OPERATION_TABLE,
    SUSPECT_TABLE,
    CampaignStatus,
    CampaignStep,
    CaseStanding,
    Category,
    Correction,
    CustodyMove,
    CustodyStatus,
    CustodyStep,
    Force,
    IdentifierKind,
    OperationRules,
    OperationStatus,
    OperationStep,
    ResultDraft,
    ResultKind,
    Standing,
    SuspectMove,
    SuspectStatus,
    SuspectStep,
    Team,
    add_campaign_body,
    add_case,
    add_point,
    add_team,
    advance_suspect,
    amend_plan,
    can_take_entries,
    case_tally,
    check_not_seized_yet,
    check_one_suspect,
    check_same_entry,
    correct_result,
    daily,
    days_between,
    enter_result,
    is_major,
    move_evidence,
    open_campaign,
    plain_draft,
    plan_operation,
    remark,
    step_campaign,
    step_operation,
    strike_tally,
    suspects_by_status,
    tally,
    words_of,
    year_total,
)
from fanzha.core.actor import MACHINE
from fanzha.core.errors import BadInput, NotAllowed
from fanzha.statistics.catalogue import PROPOSED, read_catalogue

CATALOGUE = read_catalogue(rule_table("statistics.toml"))


@pytest.fixture
def desk() -> OperationDesk:
    return OperationDesk()


def stepped(desk, operation, standing, step, at, number="9号", now=301):
    """The suspect after the step of minute `at`, entered at minute `now`."""
    move = SuspectMove(step, number, desk.at(at))
    return advance_suspect(operation, standing, move, RULES, OFFICER, desk.at(now), desk.ids)[0]


def lines(found) -> dict[str, int]:
    return {line.measure: line.value for line in found}


# --- plan -------------------------------------------------------------------------------------------------------------


def test_an_operation_is_approved_by_another_with_its_paper_and_takes_entries_until_it_is_closed(desk):
    operation = desk.planned()
    refusals = {
        "operation.lead": replace(HEAD, organisation="ZZ"),
        "head.needed": replace(OFFICER, id="P3"),
        "four_eyes": replace(HEAD, id=OFFICER.id),
        "person.needed": replace(MACHINE, organisation="KM"),
    }
    for rule, actor in refusals.items():
        with pytest.raises(NotAllowed) as refused:
            step_operation(operation, OperationStep.APPROVE, actor, desk.at(0), desk.ids, number="1号")
        assert refused.value.rule == rule
    with pytest.raises(NotAllowed, match="文号"):
        step_operation(operation, OperationStep.APPROVE, HEAD, desk.at(0), desk.ids)
    with pytest.raises(NotAllowed, match=r"planned \(拟定\); its begin .* what can follow is: approval"):
        step_operation(operation, OperationStep.BEGIN, HEAD, desk.at(0), desk.ids)
    running = desk.running()
    assert (running.status, running.decisions[0].number) == (OperationStatus.RUNNING, "模拟方案〔2021〕1号")
    ended, _ = step_operation(running, OperationStep.END, HEAD, desk.at(60), desk.ids)
    closed, _ = step_operation(ended, OperationStep.CLOSE, HEAD, desk.at(90), desk.ids)
    opens = [not can_take_entries(one, OFFICER) for one in (operation, running, ended, closed)]
    assert opens == [False, True, True, False]
    with pytest.raises(NotAllowed, match="reason"):
        step_operation(closed, OperationStep.REOPEN, HEAD, desk.at(99), desk.ids)
    again, _ = step_operation(closed, OperationStep.REOPEN, HEAD, desk.at(99), desk.ids, reason="漏录一处窝点")
    assert again.status is OperationStatus.ENDED
    assert again.begun_us(desk.at(99)) == desk.at(-1)
    assert again.begun_us(desk.at(-2)) is None


def test_a_plan_says_its_aims_and_what_it_rests_on_and_stands_once_it_is_approved(desk):
    for field in ("title", "aims", "basis"):
        with pytest.raises(BadInput, match=field):
            plan_operation(replace(PLAN, **{field: " "}), OFFICER, desk.at(0), desk.ids)
    with pytest.raises(BadInput, match="class"):
        desk.planned(category=Category.CLUSTER)
    operation = desk.planned()
    amended, events = amend_plan(operation, replace(PLAN, text="四个方向"), OFFICER, desk.at(0), desk.ids)
    assert (amended.plan.text, len(events)) == ("四个方向", 1)
    assert amend_plan(amended, amended.plan, OFFICER, desk.at(0), desk.ids) == (amended, ())
    with pytest.raises(NotAllowed, match="as it was approved"):
        amend_plan(desk.running(), PLAN, OFFICER, desk.at(0), desk.ids)


def test_teams_are_of_bodies_that_take_part_and_go_to_points_of_the_operation(desk):
    operation = desk.running()
    operation, _ = add_point(operation, "模拟市模拟路1号", "二楼", OFFICER, desk.at(0), desk.ids)
    wanted = Team("", "第一组", "QJ", HELPER.id, ("P7", HELPER.id, "P7"), operation.points[0].id)
    staffed, _ = add_team(operation, wanted, OFFICER, desk.at(0), desk.ids)
    assert (staffed.teams[0].members, staffed.members) == (("P7",), (HELPER.id, "P7"))
    for wrong in (replace(wanted, organisation="ZZ"), replace(wanted, point="POINT-9"), replace(wanted, leader="")):
        with pytest.raises(BadInput):
            add_team(operation, wrong, OFFICER, desk.at(0), desk.ids)
    with pytest.raises(NotAllowed, match="led by KM"):
        add_point(operation, "另一处", "", HELPER, desk.at(0), desk.ids)
    assert add_case(staffed, "CASE-1", HELPER, desk.at(0), desk.ids)[0].cases == ("CASE-1",)
    assert remark(staffed, "五点整开始", HELPER, desk.at(0), desk.ids)[0].remarks[0].text == "五点整开始"
    with pytest.raises(NotAllowed, match="none of its teams"):
        remark(staffed, "五点整开始", STRANGER, desk.at(0), desk.ids)


def test_a_campaign_is_of_whole_days_and_ended_by_a_head(desk):
    campaign, _ = open_campaign(
        "模拟百日行动", "压降发案", "2021-03-01", "2021-06-08", "1号", OFFICER, desk.at(0), desk.ids
    )
    assert len(tuple(days_between(campaign.first_day, campaign.last_day))) == 100
    for first, last in (("2021-06-08", "2021-03-01"), ("2021-3-1", "2021-06-08"), ("2021-03-01T00:00", "2021-06-08")):
        with pytest.raises(BadInput, match="day"):
            open_campaign("模拟", "", first, last, "", OFFICER, desk.at(0), desk.ids)
    with pytest.raises(NotAllowed, match="approver"):
        step_campaign(campaign, CampaignStep.END, "", OFFICER, desk.at(9), desk.ids)
    ended, _ = step_campaign(campaign, CampaignStep.END, "", HEAD, desk.at(9), desk.ids)
    assert ended.status is CampaignStatus.ENDED
    both, _ = add_campaign_body(campaign, "QJ", OFFICER, desk.at(1), desk.ids)
    assert add_campaign_body(both, "QJ", OFFICER, desk.at(2), desk.ids) == (both, ())


@pytest.mark.parametrize("table", [CAMPAIGN_TABLE, OPERATION_TABLE, SUSPECT_TABLE, CUSTODY_TABLE])
def test_every_pair_of_status_and_step_is_answered_and_every_status_has_its_words(table):
    steps = {frozenset(row) for row in table.values()}
    assert len(steps) == 1
    assert all(words_of(one) for one in (*table, *next(iter(steps))))
    first = next(iter(table))
    reached, more = {first}, {first}
    while more:
        more = {after for status in more for after in table[status].values() if after is not None} - reached
        reached |= more
    assert reached == set(type(first))


# --- entries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (seized("phone", 0), "quantity"),
        (seized("piano"), "item"),
        (seized("sim", 1, "1", "2", kind=IdentifierKind.ICCID), "identifiers"),
        (seized("phone", 1, "1", "2", "3", kind=IdentifierKind.IMEI), "identifiers"),
        (seized("cash", 100, "1"), "identifiers"),
        (seized("phone", at_us=2**60), "at"),
        (seized("phone", request="x" * 101), "request"),
        (seized("phone", team="TEAM-9"), "team"),
        (den("castle"), "target"),
        (suspect(charge="loitering"), "charges"),
        (suspect(capacity="tall"), "capacity"),
        (suspect(arrival="flown"), "arrival"),
        (suspect(quantity=2), "quantity"),
        (replace(suspect(), suspect=replace(suspect().suspect, name=" ")), "name"),
        (replace(suspect(), suspect=replace(suspect().suspect, charges=())), "charges"),
        (ResultDraft(ResultKind.SEIZURE, 0), "kind"),
        (replace(den(), force=Force.OFFICERS), "kind"),
    ],
)
def test_an_entry_that_says_nothing_to_count_is_refused_by_the_field(desk, draft, field):
    with pytest.raises(BadInput, match=rf"^{field}:"):
        desk.enter(desk.running(), draft)


def test_whoever_takes_part_enters_and_nobody_else(desk):
    operation = desk.running()
    assert desk.enter(operation, den(), HELPER).body == "QJ"
    with pytest.raises(NotAllowed, match="none of its teams"):
        desk.enter(operation, den(), STRANGER)
    with pytest.raises(NotAllowed, match="takes no entries"):
        desk.enter(desk.planned(), den())


def test_the_same_number_and_the_same_person_are_counted_once_and_the_same_request_says_the_same(desk):
    operation = desk.running()
    card = plain_draft(seized("bank_card", 1, "6299 9900 0000 0000 017", kind=IdentifierKind.ACCOUNT, request="A1"))
    assert card.identifiers[0].value == "6299990000000000017"
    held = desk.enter(operation, card)
    check_same_entry(held, card)
    with pytest.raises(NotAllowed, match="with other content"):
        check_same_entry(held, replace(card, quantity=2))
    with pytest.raises(NotAllowed, match=held.id):
        check_not_seized_yet(card, [held])
    check_not_seized_yet(seized("bank_card", 1, "6299990000000000025", kind=IdentifierKind.ACCOUNT), [held])
    caught = desk.enter(operation, suspect(7))
    with pytest.raises(NotAllowed, match=caught.id):
        check_one_suspect(suspect(7), [held, caught])
    check_one_suspect(suspect(8), [held, caught])


def test_a_correction_stands_beside_what_it_corrects_and_counts_on_its_day(desk):
    operation = desk.running()
    sims = desk.enter(operation, seized("sim", 30))
    wanted = Correction(-2, "重复清点两张", "C1")
    less, _ = correct_result(operation, Standing(sims), wanted, HELPER, desk.at(3000), desk.ids)
    assert (less.quantity, less.corrects, less.draft.at_us) == (-2, sims.id, sims.draft.at_us)
    assert lines(tally([sims, less], RULES, desk.at(4000))) == {"seized_sims": 28}
    assert lines(tally([sims, less], RULES, desk.at(2999))) == {"seized_sims": 30}
    both = Standing(sims, (less,))
    for standing, change, reason, match in (
        (both, -29, "再次清点", "less than nothing"), (Standing(less), 1, "再次清点", "correct that one"),
        (both, -1, "", "reason"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match=match):
            correct_result(operation, standing, Correction(change, reason), OFFICER, desk.at(3001), desk.ids)
    with pytest.raises(BadInput, match="change"):
        correct_result(operation, both, Correction(0, "再次清点"), OFFICER, desk.at(3001), desk.ids)
    caught = Standing(desk.enter(operation, suspect()))
    with pytest.raises(NotAllowed, match="entry of his own"):
        correct_result(operation, caught, Correction(1, "又抓一名"), OFFICER, desk.at(3001), desk.ids)
    gone, _ = correct_result(operation, caught, Correction(-1, "录错行动"), OFFICER, desk.at(3001), desk.ids)
    assert (gone.draft.suspect.name, gone.draft.suspect.id_number) == ("", "")
    assert suspects_by_status([caught.result, gone]) == {}
    with pytest.raises(NotAllowed, match="corrected away"):
        stepped(desk, operation, Standing(caught.result, (gone,)), SuspectStep.DETAIN, 60)


# --- procedure and custody --------------------------------------------------------------------------------------------


def test_every_step_against_a_suspect_has_its_paper_and_counts_from_when_it_was_entered(desk):
    operation = desk.running()
    held = desk.enter(operation, suspect(capacity="account_opener", arrival="sent_back"))
    for minute, step in ((100, SuspectStep.DETAIN), (200, SuspectStep.ASK_ARREST), (300, SuspectStep.ARREST)):
        with pytest.raises(NotAllowed, match="文号"):
            stepped(desk, operation, Standing(held), step, minute, " ")
        held = stepped(desk, operation, Standing(held), step, minute, f"模拟〔2021〕{minute}号", minute)
    assert [one.document for one in held.decisions] == ["拘留证", "提请批准逮捕书", "批准逮捕决定书"]
    assert suspects_by_status([held]) == {SuspectStatus.ARRESTED: (held.id,)}
    base = {"suspects_caught", "account_openers_caught", "repatriated"}
    assert set(lines(tally([held], RULES, desk.at(99)))) == base
    detained = base | {"detained", "compulsory_measures", "people_dealt_with"}
    assert set(lines(tally([held], RULES, desk.at(150)))) == detained
    assert set(lines(tally([held], RULES, desk.at(300)))) == detained | {"arrests_approved"}
    with pytest.raises(NotAllowed, match=r"arrested \(逮捕\); a summons"):
        stepped(desk, operation, Standing(held), SuspectStep.SUMMON, 301)
    for at, match in ((299, "before what was entered last"), (400, "future")):
        with pytest.raises(BadInput, match=match):
            stepped(desk, operation, Standing(held), SuspectStep.TRANSFER, at)
    taken_down = Standing(desk.enter(operation, den()))
    with pytest.raises(BadInput, match="no entry of a suspect"):
        stepped(desk, operation, taken_down, SuspectStep.DETAIN, 301)


def test_a_seized_thing_goes_from_hand_to_hand_without_a_gap(desk):
    operation = desk.running()
    phone = desk.enter(operation, seized("phone"))

    def moved(held, step, receiver, minute, actor=OFFICER, document=""):
        move = CustodyMove(step, receiver, desk.at(minute), document=document)
        return move_evidence(operation, Standing(held), move, actor, desk.at(500), desk.ids)[0]

    assert phone.holder == OFFICER.id
    with pytest.raises(NotAllowed, match="he or who gets it"):
        moved(phone, CustodyStep.HAND_OVER, "P8", 70, HELPER)
    with pytest.raises(BadInput, match="receiver"):
        moved(phone, CustodyStep.HAND_OVER, OFFICER.id, 70)
    phone = moved(phone, CustodyStep.HAND_OVER, HELPER.id, 70, HELPER)
    phone = moved(phone, CustodyStep.STORE, "模拟物证室", 80, HELPER)
    with pytest.raises(NotAllowed, match=r"in store .*; a hand-over"):
        moved(phone, CustodyStep.HAND_OVER, OFFICER.id, 90)
    with pytest.raises(NotAllowed, match="文号"):
        moved(
            replace(phone, where=CustodyStatus.HELD),
            CustodyStep.RETURN,
            "模拟·失主",
            90,
            replace(OFFICER, id="模拟物证室"),
        )
    with pytest.raises(BadInput, match="before what was entered last"):
        moved(phone, CustodyStep.TAKE_OUT, OFFICER.id, 79)
    phone = moved(phone, CustodyStep.TAKE_OUT, OFFICER.id, 90)
    phone = moved(phone, CustodyStep.RETURN, "模拟·失主", 100, OFFICER, "模拟发还1号")
    assert [(one.giver, one.receiver) for one in phone.custody] == [
        ("P1", "P2"), ("P2", "模拟物证室"), ("模拟物证室", "P1"), ("P1", "模拟·失主")
    ]  # fmt: skip
    assert phone.where is CustodyStatus.RETURNED


# --- figures ----------------------------------------------------------------------------------------------------------


def test_every_measure_that_an_entry_counts_as_stands_in_the_catalogue_of_figures():
    others = {
        "cases_involved",
        "amount_involved",
        "cases_solved",
        "major_cases_solved",
        "cluster_strikes",
        "capture_points",
    }
    unknown = {one for one in RULES.measures | others if one not in CATALOGUE.measures and not one.startswith(PROPOSED)}
    assert unknown == set()


@pytest.mark.parametrize(
    ("draft", "counts"),
    [
        (den("smuggling_gang"), {"gangs_destroyed": 1, "smuggling_gangs_destroyed": 1}),
        (seized("modem_pool", 4), {"seized_modem_pools": 4}),
        (seized("cash", 1_234_500), {"seized_cash": 1_234_500}),
        (seized("other", 2), {"proposed:seized_other": 2}),
        (ResultDraft(ResultKind.DEPLOYMENT, 0, quantity=3500, force=Force.OFFICERS), {"officers_deployed": 3500}),
        (suspect(capacity="border_organiser"), {"suspects_caught": 1, "smugglers_caught": 1}),
    ],
)
def test_what_an_entry_counts_as(desk, draft, counts):
    assert lines(tally([desk.enter(desk.running(), draft)], RULES, desk.at(99))) == counts


def test_foreign_cash_is_not_added_to_the_yuan(desk):
    draft = seized("cash", 500)
    dollars = replace(draft, goods=replace(draft.goods, currency="USD"))
    results = [desk.enter(desk.running(), one) for one in (draft, dollars)]
    assert lines(tally(results, RULES, desk.at(99))) == {"seized_cash": 500, "proposed:seized_cash_usd": 500}


def test_the_days_of_a_campaign_show_those_without_a_result(desk):
    operation = desk.running()
    late = desk.enter(operation, den(at_us=desk.at(24 * 60)), minute=24 * 60)
    found = daily(
        [desk.enter(operation, den()), late], RULES, tuple(days_between("2021-05-26", "2021-05-28")), desk.at(9999)
    )
    assert {day: lines(lines_) for day, lines_ in found.items()} == {
        "2021-05-26": {"dens_destroyed": 1}, "2021-05-27": {"dens_destroyed": 1}, "2021-05-28": {}
    }  # fmt: skip


def test_a_years_total_says_how_much_of_it_a_campaign_is_and_counts_nobody_twice(desk):
    inside, outside = desk.running(campaign="CAMPAIGN-1"), desk.running()
    results = [desk.enter(inside, suspect(n)) for n in range(6)] + [desk.enter(outside, suspect(9))]
    before = desk.enter(outside, suspect(10, at_us=desk.at(-200 * 24 * 60)))
    total = year_total([*results, *results, before], [inside, inside, outside], RULES, 2021, desk.at(99))
    assert lines(total.total) == {"suspects_caught": 7}
    assert {name: lines(part) for name, part in total.parts.items()} == {
        "": {"suspects_caught": 1}, "CAMPAIGN-1": {"suspects_caught": 6}
    }  # fmt: skip


def test_major_cases_and_cluster_strikes_are_figures_of_their_own(desk):
    cases = [
        CaseStanding("C1", 0, 50, 100_000_000),
        CaseStanding("C2", 0, 50, 99_999_999),
        CaseStanding("C3", 0, None, 1),
    ]
    assert [is_major(case, RULES) for case in cases] == [True, False, False]
    assert lines(case_tally([*cases, cases[0]], RULES, 60)) == {
        "cases_involved": 3, "amount_involved": 200_000_000, "cases_solved": 2, "major_cases_solved": 1
    }  # fmt: skip
    assert "cases_solved" not in lines(case_tally(cases, RULES, 49))
    cluster = desk.running(category=Category.CLUSTER, class_slug="brushing")
    cluster, _ = add_point(cluster, "模拟市模拟路1号", "", OFFICER, desk.at(0), desk.ids)
    assert lines(strike_tally([cluster, desk.planned()], desk.at(0))) == {"cluster_strikes": 1, "capture_points": 1}


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda table: table.pop("seized"), "seized"),
        (lambda table: table["major"].update(loss_yuan="1"), "major.loss_yuan"),
        (lambda table: table["seized"].pop("source"), "seized"),
        (lambda table: table["seized"]["item"][0].update(identifiers=["name"]), "seized.item computer"),
        (lambda table: table["seized"]["item"].append(table["seized"]["item"][0]), r"seized.item\[15\]"),
        (lambda table: table["papers"]["paper"].pop(), "papers"),
        (lambda table: table["papers"]["paper"][0].pop("document"), r"papers.paper\[1\]"),
        (lambda table: table["taken_down"]["target"][0].update(chain="food"), "taken_down.target calling_den"),
        (lambda table: table["capacities"]["capacity"][0].pop("measures"), "capacities.capacity account_opener"),
    ],
)
def test_a_wrong_table_is_refused_by_the_place(change, place):
    table = copy.deepcopy(rule_table("operations.toml"))
    change(table)
    with pytest.raises(BadInput, match=rf"operations.toml: {place}: "):
        OperationRules.from_table(table)


def test_a_correction_of_a_suspect_takes_him_out_of_everything_he_was_counted_as(desk):
    operation = desk.running()
    held = stepped(desk, operation, Standing(desk.enter(operation, suspect())), SuspectStep.DETAIN, 100, now=100)
    gone, _ = correct_result(operation, Standing(held), Correction(-1, "录错行动"), OFFICER, desk.at(200), desk.ids)
    found = tally([held, gone], RULES, desk.at(300))
    assert set(lines(found).values()) == {0}
    assert {line.measure: line.ids for line in found}["detained"] == (held.id, gone.id)


def test_an_entry_is_made_of_its_draft_and_nothing_else(desk):
    operation = desk.running()
    result, (event,) = enter_result(operation, den(), RULES, OFFICER, desk.at(60), desk.ids)
    assert (result.draft, result.organisation, result.operation) == (den(), "KM", operation.id)
    assert (event.record, event.detail("result")) == (operation.id, result.id)
