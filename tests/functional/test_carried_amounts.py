"""How much an order follows: by the purpose's method of the last trace, with the others beside it, and never more unasked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from return_day import BOTH, CHIEF, CITY_CHIEF, CLERK, DUTY, M, ReturnDay, make_return_day

from fanzha.casework import Fact, Task
from fanzha.core.errors import NotAllowed
from fanzha.core.time import DAY_US, MINUTE_US
from fanzha.measures.carried import Carried
from fanzha.measures.lifecycle import Status
from fanzha.measures.model import Measure, MeasureKind, Override, Target, TargetKind
from fanzha.measures.orders import Incident, Outcome, Receipt
from fanzha.measures.purposes import Purpose
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.ports.record_query import Query
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.convert_measure import Conversion, convert_measure
from fanzha.services.desk.decide_return import approve_return, propose_return
from fanzha.services.desk.documents.measure import preview_document
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.draft_return import draft_return
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.preview_measure import preview_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.record_receipt import record_receipt
from fanzha.services.desk.release_part import release_part
from fanzha.services.desk.renew_measure import approve_renewal, ask_renewal
from fanzha.services.desk.return_planning import ReturnWanted
from fanzha.services.desk.unpaid_freezes import ending_freezes
from fanzha.web import show
from fanzha.web.setting import _environment

FACTS_OF_M = 9_000_000  # the three victims' payments into M
# What each method finds on M, worked by hand in tests/functional/test_returns.py and docs/how-to/trace.md.
FIFO, LARGEST = 1_000_000, 2_700_000
RULE = "more_than_carried"


@pytest.fixture
def day(tmp_path):
    made = make_return_day("memory", tmp_path)
    made.read_in()
    yield made
    made.desk.store.close()


def drafted(day: ReturnDay, kind: MeasureKind, case: str, **wanted) -> Measure:
    with day.desk.store.reading() as view:
        facts = view.records(Fact).find(Query(equals={"account": M})).rows
    ground = {"fact": facts[0].id, "basis": "afl-20"}
    if kind is not MeasureKind.STOP_PAYMENT:
        target = Target(TargetKind.ACCOUNT, M, "模拟银行", "模拟·钱二")
        ground = {"target": target, "basis": "procedure-239", "document": "模拟冻字〔2026〕1号"}
    return draft_measure(day.desk, BOTH, MeasureDraft(kind=kind, reason="涉案资金在账", case=case, **ground, **wanted))


def amounts(measure: Measure) -> tuple[int | None, int | None]:
    return measure.request.scope.traced_minor, measure.request.scope.amount_minor


def test_who_names_no_amount_follows_the_facts_and_then_the_method_of_the_purpose(day):
    case, _ = day.case()
    assert amounts(drafted(day, MeasureKind.STOP_PAYMENT, case.id)) == (FACTS_OF_M, FACTS_OF_M)
    day.trace(case.id)
    assert amounts(drafted(day, MeasureKind.STOP_PAYMENT, case.id)) == (LARGEST, LARGEST)
    freeze = drafted(day, MeasureKind.FREEZE, case.id)
    assert amounts(freeze) == (FIFO, FIFO)

    found = preview_measure(day.desk, BOTH, freeze.id)
    beside = preview_document(found, Mask(day.desk.rules.access.masks))["carried"]
    assert (beside["method"], beside["amount"], beside["facts"]) == ("fifo", "10000.00", "90000.00")
    assert beside["by_method"] == {
        "fifo": "10000.00", "lifo": "25000.00", "prorata": "21235.25", "own_first": "10000.00", "libr": "27000.00",
    }  # fmt: skip
    assert beside["methods_disagree"]
    assert beside["run"]


@pytest.mark.parametrize(("kind", "most"), [(MeasureKind.STOP_PAYMENT, LARGEST), (MeasureKind.FREEZE, FIFO)])
def test_more_than_facts_and_trace_carry_needs_a_reason_that_is_kept(day, kind, most):
    case, _ = day.case()
    day.trace(case.id)
    enough = drafted(day, kind, case.id, traced_minor=most)
    assert RULE not in {each.rule for each in preview_measure(day.desk, BOTH, enough.id).open}
    above = drafted(day, kind, case.id, traced_minor=most + 1)
    with pytest.raises(NotAllowed) as refused:
        propose_measure(day.desk, BOTH, above.id)
    assert refused.value.rule == RULE
    assert "fifo 10000.00; lifo 25000.00" in str(refused.value) or kind is MeasureKind.STOP_PAYMENT
    reason = Override(RULE, "银行电话告知另有被害人资金转入")
    passed = drafted(day, kind, case.id, traced_minor=most + 1, overrides=(reason,))
    assert propose_measure(day.desk, BOTH, passed.id).request.overrides == (reason,)
    said = day.audit("measure.propose")[-1].details
    assert (said["overrides"], said["carried_minor"]) == (RULE, str(most))


def test_an_amount_to_be_held_is_held_against_the_figures_too_and_a_later_victim_counts(day):
    case, _ = day.case()
    day.trace(case.id)
    little = drafted(day, MeasureKind.FREEZE, case.id, traced_minor=FIFO, amount_minor=FIFO + 1)
    with pytest.raises(NotAllowed) as refused:
        propose_measure(day.desk, BOTH, little.id)
    assert refused.value.rule == RULE
    elsewhere = Target(TargetKind.ACCOUNT, "6299990000000000777", "模拟银行", "模拟·甲")
    unknown = draft_measure(day.desk, BOTH, MeasureDraft(
        kind=MeasureKind.FREEZE, reason="涉案资金在账", case=case.id, basis="procedure-239", target=elsewhere,
        document="模拟冻字〔2026〕2号", amount_minor=100,
    ))  # fmt: skip
    assert unknown.request.scope.traced_minor is None
    with pytest.raises(NotAllowed, match="neither a fact nor the last trace"):
        propose_measure(day.desk, BOTH, unknown.id)


def test_a_freeze_that_continues_a_stop_follows_the_method_of_the_freeze_with_the_stops_amount_beside(day):
    case, _ = day.case()
    day.trace(case.id)
    stop = propose_measure(day.desk, BOTH, drafted(day, MeasureKind.STOP_PAYMENT, case.id).id)
    held = day.answer(approve_measure(day.desk, CHIEF, stop.id)).measure
    freeze = convert_measure(day.desk, BOTH, held.id, Conversion(document="模拟冻字〔2026〕3号", reason="涉案资金在账"))
    assert amounts(freeze) == (FIFO, FIFO)
    carried = preview_measure(day.desk, BOTH, freeze.id).carried
    assert carried is not None
    assert (carried.before_minor, carried.disagrees) == (LARGEST, True)


def test_a_freeze_of_which_all_is_paid_back_is_over_without_a_lift(day):
    case, _ = day.case()
    freeze = day.freeze(case.id)
    drafted_return = decided(day, case.id)
    for payment in day.payments(drafted_return):
        assert day.get(Measure, freeze.id).status is Status.EXECUTED
        day.answer(payment)
    over = day.get(Measure, freeze.id)
    assert (over.status, over.end_reason, over.ended_us) == (Status.LIFTED, "全部返还", day.clock.at_us)
    assert all(order.verb != "release" for order in over.orders)
    with day.desk.store.reading() as view:
        assert not list(view.clocks.running(freeze.id))
    assert [event.reason for event in day.audit("measure.empty")] == ["全部返还"]


def decided(day: ReturnDay, case: str) -> ReturnProcedure:
    drafted_return = draft_return(day.desk, DUTY, ReturnWanted(case), day.trace(case))
    publish_return(day.desk, DUTY, drafted_return.id)
    day.wait(31 * DAY_US)
    propose_return(day.desk, DUTY, drafted_return.id)
    return approve_return(day.desk, CITY_CHIEF, drafted_return.id, "模拟返字〔2026〕1号")


def test_what_is_let_go_whole_ends_once_the_bank_says_so_and_not_before(day):
    case, _ = day.case()
    freeze = day.freeze(case.id)
    part = release_part(day.desk, CHIEF, freeze.id, "经查系本人工资", amount_minor=freeze.executed_minor)
    assert part.status is Status.EXECUTED
    day.clock.at_us += MINUTE_US
    answer = Receipt("R-part", part.orders[-1].id, Outcome.EXECUTED, day.clock.at_us, day.clock.at_us)
    over = record_receipt(day.desk, CLERK, answer).measure
    assert (over.status, over.end_reason) == (Status.LIFTED, "全部解除")


def test_a_freeze_that_may_end_before_a_decided_return_is_paid_is_warned_of_and_its_end_is_an_incident(day):
    case, _ = day.case()
    freeze = day.freeze(case.id)
    day.clock.at_us = freeze.ends_us - 35 * DAY_US
    approved = decided(day, case.id)  # thirty days of notice: five are left
    assert "续冻" in [title.partition(" ")[0] for title in tasks(day, case.id)]
    with day.desk.store.reading() as view:
        (ending,) = ending_freezes(view, day.desk.rules.measures, approved, day.clock.at_us)
    assert ending.id == freeze.id
    ask_renewal(day.desk, BOTH, freeze.id, "返还尚未付清")
    renewed = approve_renewal(day.desk, CHIEF, freeze.id)
    day.wait(20 * DAY_US)
    assert not incidents(day, freeze.id), "the clock moved with the end"
    with day.desk.store.reading() as view:
        assert ending_freezes(view, day.desk.rules.measures, approved, day.clock.at_us) == ()
    day.clock.at_us = renewed.ends_us
    day.wait(0)
    assert incidents(day, freeze.id) == ["freeze_ended"]
    warned = [event.details["clock"] for event in day.audit("clock.warn") if event.subject_kind == "return"]
    assert warned.count("freeze_ends") == 1, "before the renewed end"


def tasks(day: ReturnDay, case: str) -> list[str]:
    with day.desk.store.reading() as view:
        return [task.title for task in view.records(Task).find(Query(equals={"case_id": case})).rows]


def incidents(day: ReturnDay, measure: str) -> list[str]:
    with day.desk.store.reading() as view:
        rows = view.records(Incident).find(Query(equals={"measure": measure})).rows
    return [one.kind.value for one in rows if one.kind.value == "freeze_ended"]


def test_where_no_statement_tells_a_method_is_not_known_and_what_a_statement_tells_is_nought(day):
    case, _ = day.case()
    freeze = drafted(day, MeasureKind.FREEZE, case.id)
    carried = Carried(
        Purpose.FREEZE, day.desk.rules.purposes.of(Purpose.FREEZE, day.desk.clock.now_us()), "CNY", 9_000_000, method="fifo",
        method_minor=0, by_method={"fifo": 0, "lifo": 0}, unknown_minor=9_000_000, run="RUN-1",
    )  # fmt: skip
    known = (None, day.desk.clock.now_us())
    rows = {until_us: _methods_shown(day, freeze.id, replace(carried, known_until_us=until_us)) for until_us in known}
    assert re.findall(r"先进先出 (\S+) (\S*)", rows[None]) == [
        ("?", "尚无流水：按规则以此法为准，查明前按去向不明的金额")
    ]
    told = next(text for until_us, text in rows.items() if until_us)
    assert re.findall(r"先进先出 (\S+)", told) == ["¥0.00"]
    assert "尚无流水" not in told
    for text in rows.values():
        methods, _, beside = text.partition("后进先出")
        assert "去向不明 ¥90,000.00" in beside
        assert "已核事实" in beside
        assert "去向不明 ¥" not in methods


def _methods_shown(day, measure_id, carried) -> str:
    """The part of the page that says how much, as it is read."""
    preview = replace(preview_measure(day.desk, BOTH, measure_id), carried=carried)
    page = {"preview": preview, "measure": preview.measure, "mask": Mask(day.desk.rules.access.masks)}
    environment = _environment("zh")
    around = {"language": "zh", "instant": show.instant, "now_us": day.desk.clock.now_us()}
    asked = '{% import "parts/measure_parts.html" as part with context %}{{ part.amounts(found) }}'
    text = environment.from_string(asked).render(found=page, **around)
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text))
