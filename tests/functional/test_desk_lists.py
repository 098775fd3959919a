"""The desk's lists: who sees what, in which order, page by page; and what a partner's view leaves out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from made_desk_records import NOW, a_case, a_clue, a_measure, a_report, a_return, a_task, an_incident
from postgres_server import new_database

from fanzha import bootstrap
from fanzha.casework import ClueStage, HandOver, HandOverStatus, Report, TaskStatus
from fanzha.core.actor import Actor, Level, Organisation, Role
from fanzha.core.errors import BadInput, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import MINUTE_US
from fanzha.measures.lifecycle import ENDED, Status
from fanzha.measures.model import Approval, Measure, Signature
from fanzha.ports.work_tables import TABLES
from fanzha.services.desk import clue_queue, lists
from fanzha.services.desk.case_page import case_page
from fanzha.services.desk.lists import ListWanted, list_clues, list_incidents, list_measures, list_reports, list_tasks
from fanzha.services.desk.model import Desk
from fanzha.storage.memory import MemoryWorkStore

BODIES = (
    Organisation("PROVINCE", "模拟省厅", Level.PROVINCE, None),
    Organisation("CITY", "模拟市局", Level.CITY, "PROVINCE"),
    Organisation("COUNTY", "模拟县局", Level.COUNTY, "CITY"),
    Organisation("STATION", "模拟派出所", Level.STATION, "COUNTY"),
    Organisation("OTHER", "模拟邻市局", Level.CITY, "PROVINCE"),
    Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行"),
    Organisation("BANK2", "模拟二行", Level.PARTNER, None, institution="模拟二行"),
)
LISTS = {
    "reports": "REPORT", "clues": "CLUE", "cases": "CASE", "measures": "MEAS", "returns": "RETURN", "incidents": "INC",
    "tasks": "TASK",
}  # fmt: skip
PLACES = {
    "own": "CITY",
    "below": "COUNTY",
    "far_below": "STATION",
    "above": "PROVINCE",
    "other": "OTHER",
    "bank": "BANK",
}
RULES = bootstrap.desk_rules()
SUBTREE = {"own", "below", "far_below", "own_case"}
# Who of the city, or at the bank, sees which places; the golden table of the scope of every list.
SEEN = {
    Role.DUTY_OFFICER: {"own", "own_case"},
    Role.ANALYST: SUBTREE,
    Role.APPROVER: SUBTREE,
    Role.COMMANDER: SUBTREE,
    Role.AUDITOR: SUBTREE,
    Role.PARTNER_DESK: {"bank", "addressed"},
    Role.API_CLIENT: {"bank", "addressed"},
    Role.ADMINISTRATOR: set(),
    Role.PUBLIC: set(),
    Role.MACHINE: {*PLACES, "own_case", "addressed"},
}


EVERYTHING = ListWanted()


class Noon:
    def now_us(self) -> int:
        return NOW


def desk_on(store) -> Desk:
    with store.begin() as unit:
        for body in BODIES:
            unit.records(Organisation).add(body)
        unit.commit()
    return Desk(store, Noon(), CountedIds(), RULES)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def desk(request, tmp_path):
    if request.param == "memory":
        store = MemoryWorkStore(TABLES)
    else:
        store = bootstrap.work_store(tmp_path, new_database() if request.param == "postgresql" else None)
    yield desk_on(store)
    store.close()


def add(desk: Desk, *records) -> None:
    with desk.store.begin() as unit:
        for record in records:
            unit.records(type(record)).add(record)
        unit.commit()


def actor_of(*roles: Role, body: str = "CITY", name: str = "me") -> Actor:
    level = next(one.level for one in BODIES if one.id == body)
    return Actor(name, body, level, frozenset(roles))


def one_of_each(desk: Desk) -> None:
    """Each kind at each place; `own_case` is the other body's case on which the actor works."""
    for place, body in PLACES.items():
        case, measure = a_case(place, body), a_measure(place, body, f"CASE-{place}")
        add(
            desk, case, a_report(place, body, case.id), a_clue(place, body, case.id), measure,
            a_return(place, body, case.id), a_task(place, body, case.id), an_incident(place, body, measure.id),
        )  # fmt: skip
    case = a_case("own_case", "OTHER", officers=("me",))
    measure = a_measure("own_case", "OTHER", case.id)
    add(
        desk, case, a_report("own_case", "OTHER", case.id), a_clue("own_case", "OTHER", case.id), measure,
        a_return("own_case", "OTHER", case.id), a_task("own_case", "OTHER", case.id),
        an_incident("own_case", "OTHER", measure.id),
    )  # fmt: skip
    add(desk, a_measure("addressed", "OTHER", "CASE-other", bank="模拟银行"))
    add(desk, a_measure("drafted", "OTHER", "CASE-other", bank="模拟银行", status=Status.PROPOSED))
    add(desk, a_measure("elsewhere", "OTHER", "CASE-other", bank="模拟二行"))


def ids(desk: Desk, name: str, actor: Actor, wanted: ListWanted = EVERYTHING) -> list[str]:
    return [record.id for record in getattr(lists, f"list_{name}")(desk, actor, wanted).rows]


def test_each_role_sees_its_places_in_every_list_and_nothing_else(desk):
    one_of_each(desk)
    for role, places in SEEN.items():
        partner = role in (Role.PARTNER_DESK, Role.API_CLIENT)
        actor = actor_of(role, body="BANK" if partner else "CITY")
        for name, prefix in LISTS.items():
            wanted = {f"{prefix}-{place}" for place in places if place != "addressed" or name == "measures"}
            if name == "measures" and role is Role.MACHINE:
                wanted |= {"MEAS-drafted", "MEAS-elsewhere"}
            assert set(ids(desk, name, actor)) == wanted, (role, name)
            for place, body in PLACES.items():  # asked for by body it is the same
                of_body = {f"{prefix}-{place}"} & wanted
                found = set(ids(desk, name, actor, ListWanted(organisation=body)))
                assert {one for one in found if one == f"{prefix}-{place}"} == of_body, (role, name, body)
                assert found <= wanted


def test_asked_for_by_case_or_account_a_list_shows_no_more(desk):
    one_of_each(desk)
    duty = actor_of(Role.DUTY_OFFICER)
    for name in ("reports", "clues", "cases", "measures", "returns", "tasks"):
        assert len(ids(desk, name, duty, ListWanted(case="CASE-own"))) == 1
        assert len(ids(desk, name, duty, ListWanted(case="CASE-own_case"))) == 1
        with pytest.raises(NotFound, match="or you may not see it"):
            ids(desk, name, duty, ListWanted(case="CASE-below"))
    account = "6299990000000000001"
    assert set(ids(desk, "measures", duty, ListWanted(account=account))) == {"MEAS-own", "MEAS-own_case"}
    assert set(ids(desk, "cases", duty, ListWanted(account=account))) == {"CASE-own", "CASE-own_case"}
    assert set(ids(desk, "measures", duty, ListWanted(account="6299 9900 0000 0000 001"))) == {
        "MEAS-own",
        "MEAS-own_case",
    }
    unknown = ListWanted(account="6299990000000000009")  # no record anybody knows: empty, as what is not his to see is
    assert [ids(desk, name, duty, unknown) for name in ("reports", "clues", "cases", "measures", "returns")] == [[]] * 5
    with pytest.raises(NotFound):
        ids(desk, "tasks", duty, ListWanted(officer="officer-of-STATION"))


def test_who_stands_at_the_top_sees_the_whole_tree_but_no_partner(desk):
    one_of_each(desk)
    top = actor_of(Role.COMMANDER, body="PROVINCE")
    assert set(ids(desk, "cases", top)) == {
        f"CASE-{place}" for place in ("own", "below", "far_below", "above", "other", "own_case")
    }


def test_a_case_that_another_body_offers_is_among_the_cases_until_it_is_answered(desk):
    one_of_each(desk)
    offer = HandOver("HO-1", 0, "OTHER", "CASE-other", "CITY", "模拟移字", "模拟", "模拟", NOW, NOW + MINUTE_US)
    add(desk, offer, replace(offer, id="HO-2", case="CASE-own_case", status=HandOverStatus.DECLINED))
    duty, stranger = actor_of(Role.DUTY_OFFICER, name="other"), actor_of(Role.DUTY_OFFICER, body="COUNTY", name="other")
    assert ids(desk, "cases", duty) == ["CASE-own", "CASE-other"]
    assert ids(desk, "cases", duty, ListWanted(case="CASE-other")) == ["CASE-other"]
    assert ids(desk, "cases", stranger) == ["CASE-below"]


def test_a_partner_is_shown_what_the_order_says_and_nothing_of_the_case(desk):
    one_of_each(desk)
    clerk = actor_of(Role.PARTNER_DESK, body="BANK")
    (measure,) = list_measures(desk, clerk, ListWanted(institution="模拟银行")).rows
    assert measure.id == "MEAS-addressed"
    assert measure.request.target.institution == "模拟银行"
    assert (measure.request.case, measure.request.filing) == ("CASE-other", "模拟立字〔2026〕9号")
    assert measure.request.fact.fields.amount_minor == 3_000_000
    assert "案情" not in repr(measure)
    assert measure.request.scope.traced_minor is None
    for name in ("CASE-other", "CASE-own_case", "CASE-nowhere"):
        with pytest.raises(NotFound, match="or you may not see it"):
            case_page(desk, clerk, name)
    officer = actor_of(Role.ANALYST, body="OTHER")
    assert "案情" in repr(list_measures(desk, officer, ListWanted(institution="模拟银行")).rows)


def test_a_case_page_has_all_that_hangs_on_the_case(desk):
    one_of_each(desk)
    page = case_page(desk, actor_of(Role.DUTY_OFFICER), "CASE-own")
    shown = (page.reports, page.clues, page.measures, page.returns, page.tasks)
    assert [[one.id for one in part.rows] for part in shown] == [
        ["REPORT-own"], ["CLUE-own"], ["MEAS-own"], ["RETURN-own"], ["TASK-own"],
    ]  # fmt: skip
    with desk.store.reading() as view:
        before = len(list(view.audit.walk()))
    with pytest.raises(NotFound):
        case_page(desk, actor_of(Role.DUTY_OFFICER), "CASE-other")
    with desk.store.reading() as view:
        (noted,) = list(view.audit.walk())[before:]
    assert (noted.action, noted.subject_id, noted.details["rule"]) == ("case.see", "CASE-other", "access.see")


def test_a_list_of_what_is_not_there_says_so_and_an_empty_one_of_what_is_stays_empty(desk):
    one_of_each(desk)
    duty = actor_of(Role.DUTY_OFFICER)
    for listed, wanted, said in (
        (list_reports, ListWanted(case="CASE-typo"), "there is no CASE-typo, or you may not see it"),
        (list_measures, ListWanted(case="CASE-below"), "there is no CASE-below, or you may not see it"),
        (list_incidents, ListWanted(measure="MEAS-typo"), "there is no MEAS-typo"),
        (list_tasks, ListWanted(officer="nobody"), "nobody called 'nobody'"),
        (list_clues, ListWanted(organisation="NONE"), "there is no body NONE"),
    ):
        with pytest.raises(NotFound, match=said):
            listed(desk, duty, wanted)
    assert list_measures(desk, duty, ListWanted(case="CASE-own", status=("lapsed",))).rows == ()


# --- order and pages ----------------------------------------------------------------------------------------------------


def test_clues_come_by_what_can_still_be_saved_then_those_that_are_done(desk):
    hour = 60 * MINUTE_US
    add(
        desk,
        a_clue("old", "CITY", yuan=10_000, received_at_us=NOW - 70 * hour),
        a_clue("small", "CITY", yuan=100),
        a_clue("big", "CITY", yuan=9_000),
        a_clue("merged", "CITY", yuan=90_000, merged_into="CLUE-big"),
        a_clue("done", "CITY", yuan=90_000, stage=ClueStage.ACTED),
        a_clue("done-before", "CITY", stage=ClueStage.DISMISSED, received_at_us=NOW - hour),
    )
    duty = actor_of(Role.DUTY_OFFICER)
    assert ids(desk, "clues", duty) == ["CLUE-big", "CLUE-old", "CLUE-small", "CLUE-done", "CLUE-done-before"]
    assert ids(desk, "clues", duty, ListWanted(status=("acted",))) == ["CLUE-done"]
    with pytest.raises(BadInput, match="there is no 'lost'; there are: queued"):
        ids(desk, "clues", duty, ListWanted(status=("lost",)))


def test_measures_come_by_due_time_and_those_that_are_over_last(desk):
    def due(name: str, minutes: int, **changes) -> Measure:
        return a_measure(name, "CITY", **{"ends_us": NOW + minutes * MINUTE_US, **changes})

    add(
        desk, due("late", 90), due("soon", 5), due("draft", 0, status=Status.DRAFT, ends_us=None),
        due("over", 1, status=Status.LAPSED), due("over-later", 1, status=Status.LIFTED, drafted_us=NOW + 1),
    )  # fmt: skip
    duty = actor_of(Role.DUTY_OFFICER)
    assert ids(desk, "measures", duty) == ["MEAS-soon", "MEAS-late", "MEAS-draft", "MEAS-over-later", "MEAS-over"]
    soon = ListWanted(due_before_us=NOW + 60 * MINUTE_US, status=tuple(set(Status) - ENDED))
    assert ids(desk, "measures", duty, soon) == ["MEAS-soon"]


def test_what_waits_for_me_was_proposed_by_another_within_my_level_and_reach(desk):
    def proposed(name: str, body: str, by: str = "duty") -> Measure:
        signed = (Approval(Signature.PROPOSED, by, body, 2, NOW),)
        return a_measure(name, body, status=Status.PROPOSED, drafted_by=by, approvals=signed, ends_us=None)

    begun = a_measure(
        "begun", "COUNTY", status=Status.APPROVED, drafted_by="duty", countersign_due_us=NOW + MINUTE_US, ends_us=None,
        approvals=(Approval(Signature.ACTED_FIRST, "duty", "COUNTY", 2, NOW),),
    )  # fmt: skip
    add(
        desk, proposed("1", "COUNTY"), proposed("mine", "COUNTY", by="me"), proposed("2", "STATION"),
        proposed("other", "OTHER"), begun, a_measure("sent", "COUNTY"),
    )  # fmt: skip

    def waiting(*roles: Role, body: str = "CITY") -> list[str]:
        page = list_measures(desk, actor_of(*roles, body=body), waiting_for_me=True)
        return [measure.id for measure in page.rows]

    assert waiting(Role.APPROVER) == ["MEAS-begun", "MEAS-1", "MEAS-2"]
    assert waiting(Role.APPROVER, body="OTHER") == ["MEAS-other"]
    assert waiting(Role.DUTY_OFFICER) == waiting(Role.ANALYST) == []
    assert waiting(Role.APPROVER, body="STATION") == []  # a station decides no stop


def pages(desk: Desk, name: str, actor: Actor, limit: int, between=lambda turn: None, **wanted) -> list[str]:
    found, cursor, turn = [], None, 0
    while True:
        page = getattr(lists, f"list_{name}")(desk, actor, ListWanted(limit=limit, cursor=cursor, **wanted))
        found += [record.id for record in page.rows]
        assert len(page.rows) == limit or page.next_cursor is None
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor
        between(turn)
        turn += 1


def many(desk: Desk, count: int = 60) -> None:
    chance = random.Random(7)
    for n in range(count):
        body = chance.choice(["CITY", "COUNTY", "STATION", "OTHER"])
        case = f"CASE-{n:03d}"
        when = NOW - chance.randrange(5) * 60 * MINUTE_US
        add(
            desk, a_case(f"{n:03d}", body, opened_at_us=when, officers=("me",) if n % 3 else ()),
            a_report(f"{n:03d}", body, case, received_at_us=when),
            a_clue(f"{n:03d}", body, case, yuan=chance.randrange(3), received_at_us=when, stage=chance.choice(list(ClueStage))),
            a_measure(f"{n:03d}", body, case, status=chance.choice(list(Status)), drafted_us=when, ends_us=when),
            a_task(f"{n:03d}", body, case, status=chance.choice(list(TaskStatus)), due_us=when),
            a_return(f"{n:03d}", body, case), an_incident(f"{n:03d}", body),
        )  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_through_its_pages_is_the_list_at_once(desk, name):
    many(desk)
    for actor in (actor_of(Role.COMMANDER), actor_of(Role.DUTY_OFFICER), actor_of(Role.MACHINE)):
        whole = ids(desk, name, actor, ListWanted(limit=1000))
        assert len(set(whole)) == len(whole) > 5
        for limit in (1, 7, len(whole)):
            assert pages(desk, name, actor, limit) == whole


@pytest.mark.parametrize("name", LISTS)
def test_pages_stay_as_they_are_while_records_are_added(desk, name):
    many(desk, 40)
    actor, added = actor_of(Role.COMMANDER), set()
    whole = ids(desk, name, actor, ListWanted(limit=1000))

    def add_more(turn: int) -> None:
        mark = f"new{turn}"
        added.add(f"{LISTS[name]}-{mark}")
        add(
            desk, a_case(mark, "CITY", opened_at_us=NOW + turn), a_report(mark, "CITY", received_at_us=NOW + turn),
            a_clue(mark, "CITY", yuan=9, received_at_us=NOW - 90 * MINUTE_US + turn), a_task(mark, "COUNTY", due_us=NOW),
            a_measure(mark, "STATION", ends_us=NOW - turn), a_return(mark, "CITY"), an_incident(mark, "CITY"),
        )  # fmt: skip

    shown = pages(desk, name, actor, 5, add_more)
    assert [one for one in shown if one not in added] == whole
    assert len(set(shown)) == len(shown)


def test_a_queue_longer_than_can_be_ranked_goes_on_with_the_newest(desk, monkeypatch):
    monkeypatch.setattr(clue_queue, "RANKED_MAX", 5)
    hour = 60 * MINUTE_US
    add(desk, *(a_clue(f"{n:02d}", "CITY", yuan=(n * 7) % 12 + 1, received_at_us=NOW - n * hour) for n in range(12)))
    duty = actor_of(Role.DUTY_OFFICER)
    whole = ids(desk, "clues", duty)
    newest = [f"CLUE-{n:02d}" for n in range(12)]
    assert set(whole[:5]) == set(newest[:5])
    assert whole[:5] != newest[:5]
    assert whole[5:] == newest[5:]
    for limit in (1, 4, 5, 6):
        assert pages(desk, "clues", duty, limit) == whole


def test_a_cursor_of_another_list_is_refused(desk):
    many(desk, 12)
    actor = actor_of(Role.COMMANDER)
    cursor = list_measures(desk, actor, ListWanted(limit=1)).next_cursor
    for strange in (cursor, "q.broken", "q.W10", "nonsense"):
        with pytest.raises(BadInput, match="cursor"):
            list_clues(desk, actor, ListWanted(cursor=strange))
    with pytest.raises(BadInput, match="reports are not listed by officer; by: case, account"):
        ids(desk, "reports", actor, ListWanted(officer="me"))
    with pytest.raises(BadInput, match="1 to 1000"):
        ids(desk, "cases", actor, ListWanted(limit=0))


def test_no_page_says_how_many_there_are(desk):
    add(desk, *(replace(a_report(str(n), "CITY"), received_at_us=NOW + n) for n in range(3)))
    page = lists.list_reports(desk, actor_of(Role.DUTY_OFFICER), ListWanted(limit=2))
    assert page.total is None
    assert all(isinstance(row, Report) for row in page.rows)
