"""Publicity: where to go, what was done, and what came of it or why that cannot be told; on every store."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from desk_home import make_desk_home, run, seat_people
from desk_stores import STORES, empty_store
from made_desk_records import a_report
from operation_day import AT, StandingClock

from fanzha import bootstrap
from fanzha.casework import Report, Reporter, ReporterKind
from fanzha.casework.publicity import PublicityDraft, PublicityKind
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, parse_instant
from fanzha.services.desk.advise_publicity import advise_publicity, age_group, publicity_effect, publicity_tally
from fanzha.services.desk.enter_publicity import enter_publicity, withdraw_publicity
from fanzha.services.desk.lists import list_publicity
from fanzha.services.desk.model import Desk
from fanzha.services.desk.open_record import open_record
from fanzha.statistics import Period
from fanzha.statistics.surveillance import Untold

NOW = parse_instant("2026-11-20T09:00:00")
EVENT = PublicityDraft(PublicityKind.EVENT, "530102", NOW, "模拟社区宣讲", reached=120, venue="community")


@dataclass
class Room:
    desk: Desk
    clock: StandingClock
    made: int = 0

    def report(self, area: str, days_ago: float, times: int = 1, body: str = "COUNTY", **more) -> None:
        """Reports of an area, so many days before now."""
        with self.desk.store.begin() as unit:
            for _ in range(times):
                self.made += 1
                at_us = self.clock.at_us - int(days_ago * DAY_US)
                unit.records(Report).add(
                    a_report(f"P{self.made}", body, jurisdiction=area, received_at_us=at_us, **more)
                )
            unit.commit()


@pytest.fixture(params=STORES)
def room(request, tmp_path):
    store, clock = empty_store(request.param, tmp_path), StandingClock()
    clock.at_us = NOW
    desk = Desk(store, clock, CountedIds(), bootstrap.desk_rules())
    seat_people(desk)
    yield Room(desk, clock)
    store.close()


def test_where_reports_surge_one_goes_first_and_few_are_not_made_out(room):
    victim = Reporter(ReporterKind.VICTIM, "模拟·孙三", "530102196501010012")
    room.report("530102", 3, 12, reporter=victim)
    for week in range(8):
        room.report("530102", 17 + 7 * week, 2)
        room.report("530103", 17 + 7 * week, 9)
    room.report("53010301", 2, 10)
    room.report("530199", 1, 2, body="OTHER")
    found = advise_publicity(room.desk, AT.duty)
    assert [(one.area, one.surge.count, one.surge.is_surge) for one in found.advice] == [
        ("530102", 12, True), ("530103", 10, False),
    ]  # fmt: skip
    first = found.advice[0]
    assert (len(first.ids), first.surge.baseline, first.rate) == (12, (2,) * 8, None)
    assert dict(first.groups) == {"60+": 12, "not_stated": 16}
    assert "96110" in first.message.zh
    assert (found.tested, found.false_expected) == (2, 2 * room.desk.rules.publicity.surge.alpha)
    assert "孙三" not in repr(found)
    few = [one for one in advise_publicity(room.desk, AT.stranger).advice if one.area == "530199"]
    assert few[0].groups == (("not_stated", None),)  # fewer than may be told


def test_an_age_is_that_of_the_day_of_the_report():
    def aged(number: str, day: str, kind=ReporterKind.VICTIM) -> str:
        return age_group(
            a_report("A", "COUNTY", received_at_us=parse_instant(day), reporter=Reporter(kind, "", number))
        )

    assert aged("53010220081121001X", "2026-11-20T12:00:00") == "0-17"
    assert aged("53010220081121001X", "2026-11-21T12:00:00") == "18-29"
    assert aged("", "2026-11-21T12:00:00") == "not_stated"
    assert aged("53010220081121001X", "2026-11-21T12:00:00", ReporterKind.RELATIVE) == "not_stated"


def test_what_was_done_is_entered_once_counted_and_taken_back(room):
    made = enter_publicity(room.desk, AT.duty, EVENT, request="e1")
    assert enter_publicity(room.desk, AT.duty, EVENT, request="e1").id == made.id
    sheets = enter_publicity(
        room.desk, AT.duty, replace(EVENT, kind=PublicityKind.MATERIAL, quantity=500, reached=None)
    )
    lines = {one.measure: one for one in publicity_tally(room.desk, AT.duty, Period("2026-01-01", "2026-12-31"))}
    assert (lines["publicity_events"].value, lines["leaflets_given"].value) == (1, 500)
    assert (lines["people_reached"].value, lines["people_reached"].uncounted) == (120, (sheets.id,))
    assert lines["leaflets_given"].ids == (sheets.id,)
    withdraw_publicity(room.desk, AT.duty, sheets.id, "重复登记了一次")
    with pytest.raises(NotAllowed):
        withdraw_publicity(room.desk, AT.duty, sheets.id, "重复登记了一次")
    lines = {one.measure: one for one in publicity_tally(room.desk, AT.duty, Period("2026-01-01", "2026-12-31"))}
    assert (lines["leaflets_given"].value, lines["leaflets_given"].ids) == (0, ())
    assert len(list_publicity(room.desk, AT.duty).rows) == 2
    with pytest.raises(NotFound):
        open_record(room.desk, AT.stranger, type(made), made.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"jurisdiction": "999999"}, "jurisdiction"), ({"venue": "moon"}, "venue"), ({"quantity": 0}, "quantity"),
        ({"at_us": NOW + DAY_US}, "at"), ({"title": " "}, "title"), ({"class_slug": "no-such"}, "class"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_names_its_field(room, changes, field):
    with pytest.raises(BadInput, match=field):
        enter_publicity(room.desk, AT.duty, replace(EVENT, **changes))


def test_an_effect_is_told_beside_quiet_areas_or_not_at_all(room):
    past = replace(EVENT, at_us=NOW - 28 * DAY_US)
    made = enter_publicity(room.desk, AT.duty, past)
    for area, before, after in (("530102", 40, 10), ("530103", 40, 41), ("530104", 40, 38), ("530105", 40, 40)):
        for days_ago, times in ((50, before // 2), (35, before // 2), (10, after)):
            room.report(area, days_ago, times)
    found = publicity_effect(room.desk, AT.duty, made.id)
    assert set(found.others) == {"530103", "530104", "530105"}
    assert found.effect.untold is None
    assert found.effect.is_told
    assert found.effect.high < 1
    enter_publicity(room.desk, AT.duty, replace(past, jurisdiction="530105"))  # it is no quiet area any more
    assert publicity_effect(room.desk, AT.duty, made.id).effect.untold is Untold.FEW_AREAS
    fresh = enter_publicity(room.desk, AT.duty, replace(EVENT, at_us=NOW - DAY_US))
    assert publicity_effect(room.desk, AT.duty, fresh.id).effect.untold is Untold.NOT_OVER
    wide = enter_publicity(room.desk, AT.duty, replace(past, jurisdiction="5301"))
    with pytest.raises(NotAllowed):
        publicity_effect(room.desk, AT.duty, wide.id)


def test_the_verbs(tmp_path):
    home = make_desk_home(tmp_path / "home")

    def document(*words: str) -> dict:
        code, out, err = run(home, "publicity", *words, "--as", "duty", "--json")
        assert code == 0, err + out
        return json.loads(out)

    made = document("add", "event", "模拟宣讲", "--area", "530102", "--reached", "30", "--venue", "school")
    assert document("list")["publicity"][0]["id"] == made["id"]
    assert document("effect", made["id"])["untold"] == "not_over"
    assert document("where")["advice"] == []
    assert {one["measure"]: one["value"] for one in document("tally")["figures"]}["publicity_events"] == 1
    assert document("withdraw", made["id"], "--reason", "登记有误须撤回")["withdrawn_by"] == "duty"
