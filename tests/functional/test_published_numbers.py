"""What the public page may say of a number, and when: never of what is unverified, undecided, early or live."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from desk_home import seat_people
from desk_stores import STORES, empty_store
from public_numbers import NUMBER, SITE, WHY, acted, approved, close, reported, ring_all
from return_day import BOTH, CHIEF, CITY_CHIEF, DUTY, STRANGER, StandingClock

from fanzha import bootstrap
from fanzha.casework.indicators import Indicator, IndicatorStatus
from fanzha.casework.objections import ObjectionStatus
from fanzha.casework.probing import AskingCounts
from fanzha.casework.public_rules import AskingLimits
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.measures.model import MeasureKind, Target, TargetKind
from fanzha.measures.orders import Incident, IncidentKind
from fanzha.ports.record_query import Query
from fanzha.services.desk.answer_objection import answer_listing_objection, lodge_listing_objection
from fanzha.services.desk.check_number import check_number
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.model import Desk
from fanzha.services.desk.publish_indicator import (
    approve_indicator,
    propose_indicator,
    reject_indicator,
    withdraw_indicator,
)
from fanzha.services.desk.withdraw_fact import withdraw_fact

HOUR_US = 60 * MINUTE_US


@dataclass
class Town:
    """A desk whose clock goes when it is told to, and the public page's counts."""

    desk: Desk
    clock: StandingClock
    counts: AskingCounts

    def wait(self, us: int) -> None:
        self.clock.at_us += us
        ring_all(self.desk)

    def is_shown(self, text: str, client: str = "192.0.2.1") -> bool:
        return check_number(self.desk, self.counts, text, client).shown_us is not None

    def held(self, indicator: Indicator) -> Indicator:
        with self.desk.store.reading() as view:
            return view.records(Indicator).get(indicator.id)


@pytest.fixture(params=STORES)
def town(request, tmp_path):
    store, clock = empty_store(request.param, tmp_path), StandingClock()
    desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield Town(desk, clock, AskingCounts(b"made up"))
    store.close()


def test_a_number_is_shown_after_its_delay_until_its_end(town):
    made = approved(town.desk, site=SITE)
    assert not town.is_shown(SITE)
    town.wait(72 * HOUR_US - 1)
    assert not town.is_shown(SITE)
    town.wait(1)
    for asked in (SITE, "moni-licai.example", "HTTP://WWW.MONI-LICAI.EXAMPLE:80/", " moni-licai.example "):
        assert town.is_shown(asked), asked
    assert not town.is_shown("licai.example")
    town.clock.at_us += 365 * DAY_US  # void from its instant on, whoever rings the clock and when
    assert not town.is_shown(SITE)
    ring_all(town.desk)
    assert town.held(made).status is IndicatorStatus.EXPIRED


def test_nothing_unverified_and_nothing_undecided_answers(town):
    clue = reported(town.desk, account=NUMBER)
    with pytest.raises(NotAllowed) as refused:
        propose_indicator(town.desk, DUTY, clue.id, WHY)
    assert refused.value.rule == "indicator.verified"
    other = acted(town.desk, site=SITE)
    close(town.desk, other.case)
    proposed = propose_indicator(town.desk, DUTY, other.id, WHY)
    town.wait(100 * DAY_US)
    assert not town.is_shown(NUMBER)
    assert not town.is_shown(SITE)
    reject_indicator(town.desk, CHIEF, proposed.id, "证据不足不宜公示")
    assert not town.is_shown(SITE)


def test_an_open_case_and_a_measure_are_never_told(town):
    clue = acted(town.desk, account=NUMBER)
    with pytest.raises(NotAllowed, match="an open case") as refused:
        propose_indicator(town.desk, DUTY, clue.id, WHY)
    assert refused.value.rule == "indicator.live"
    close(town.desk, clue.case)
    proposed = propose_indicator(town.desk, DUTY, clue.id, WHY)
    again = reported(town.desk, account=NUMBER)  # another victim reports it before it is decided
    with pytest.raises(NotAllowed, match="a clue that is still checked"):
        approve_indicator(town.desk, CHIEF, proposed.id, "同意公示")
    assert again.id != clue.id


def test_what_becomes_live_during_the_delay_holds_it_back(town):
    made = approved(town.desk, account=NUMBER)
    target = Target(TargetKind.ACCOUNT, NUMBER, "模拟银行", "模拟·钱二")
    draft = MeasureDraft(kind=MeasureKind.QUERY, reason="另案查询此账户", basis="afl-20", target=target)
    query = draft_measure(town.desk, BOTH, draft)
    town.wait(80 * HOUR_US)
    assert not town.is_shown(NUMBER)
    assert town.held(made).held_back == ("a measure, drafted or in force",)
    assert query.id not in repr(town.held(made))  # which one it is, and whose, is not said


def test_four_eyes_and_heads_decide_and_others_see_nothing(town):
    clue = acted(town.desk, site=SITE, officer=BOTH)
    close(town.desk, clue.case)
    made = propose_indicator(town.desk, BOTH, clue.id, WHY)
    with pytest.raises(NotAllowed) as refused:
        approve_indicator(town.desk, BOTH, made.id, "同意公示")
    assert refused.value.rule == "four_eyes"
    with pytest.raises(NotAllowed):
        approve_indicator(town.desk, DUTY, made.id, "同意公示")
    with pytest.raises(NotFound):
        withdraw_indicator(town.desk, STRANGER, made.id, "不该公示的")
    with pytest.raises(NotAllowed) as twice:
        propose_indicator(town.desk, DUTY, clue.id, WHY)
    assert twice.value.rule == "indicator.there"


def test_it_is_taken_down_at_once_by_reason_or_with_its_fact(town):
    first = approved(town.desk, site=SITE)
    second = approved(town.desk, account=NUMBER)
    town.wait(72 * HOUR_US)
    assert town.is_shown("6299 9900 0000 0000 066")
    with pytest.raises(NotAllowed):
        withdraw_indicator(town.desk, DUTY, first.id, "")
    withdraw_indicator(town.desk, DUTY, first.id, "网站已经易主")
    withdraw_fact(town.desk, DUTY, second.fact, "账号抄错了")
    assert not town.is_shown(SITE)
    assert not town.is_shown(NUMBER)


def test_an_objection_is_taken_listed_or_not_and_takes_the_number_down(town):
    made = approved(town.desk, site=SITE)
    town.wait(72 * HOUR_US)
    unlisted = lodge_listing_objection(town.desk, "6299990000000000099", "模拟·某", "模拟电话", "这是我的工资卡")
    objection = lodge_listing_objection(town.desk, SITE, "模拟·某", "模拟电话", "这是我公司的网站")
    assert (unlisted.status, unlisted.organisation) == (objection.status, "CITY")
    with pytest.raises(NotFound):  # of the body that answers, not of a body below it
        answer_listing_objection(town.desk, CHIEF, objection.id, ObjectionStatus.UPHELD, "经查确系误列，撤下。")
    answered = answer_listing_objection(
        town.desk, CITY_CHIEF, objection.id, ObjectionStatus.UPHELD, "经查网站已归还失主，撤下公示。"
    )
    assert answered.answered_by == CITY_CHIEF.id
    assert town.held(made).status is IndicatorStatus.WITHDRAWN
    assert not town.is_shown(SITE)


def test_probing_is_turned_away_noticed_once_and_no_number_is_kept(town):
    approved(town.desk, account=NUMBER)
    town.wait(72 * HOUR_US)
    limits = AskingLimits(10 * MINUTE_US, client=5, total=12, term=3)
    rules = replace(town.desk.rules, public=replace(town.desk.rules.public, questions=limits))
    desk = replace(town.desk, rules=rules)

    def ask(text: str, client: str) -> bool:
        return check_number(desk, town.counts, text, client).turned_away

    assert [ask(f"629999000000000{n:04d}", "192.0.2.9") for n in range(8)] == [False] * 5 + [True] * 3
    assert [ask(NUMBER, f"192.0.2.{n}") for n in range(20, 24)] == [False] * 3 + [True]
    assert ask("19900000001", "192.0.2.77")  # all together
    with town.desk.store.reading() as view:
        noted = view.records(Incident).find(Query()).rows
        rows = [event for event in view.audit.walk() if event.action == "indicator.probe"]
    assert [one.kind for one in noted] == [IncidentKind.PROBED] * 3
    assert sorted(str(event.details["passed"]) for event in rows) == ["client", "term", "total"]
    assert not [one for one in (*noted, *rows) if NUMBER in repr(one) or "192.0.2" in repr(one)]
    town.clock.at_us += 10 * MINUTE_US
    assert not ask(NUMBER, "192.0.2.9")


def test_an_empty_question_is_told_so(town):
    with pytest.raises(BadInput):
        check_number(town.desk, town.counts, "  --  ", "192.0.2.1")
