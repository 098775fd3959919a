"""What institutions answer: once, in any order, kept where it does not fit; and the clocks that run meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_measures import (
    CHIEF,
    DUTY,
    FILED,
    HOUR_US,
    LINEAGE,
    RULES,
    STRANGER,
    T0,
    UNFILED,
    WIRE,
    answer,
    approved,
    executed,
    freeze_request,
    officer,
    sent,
    span,
    stop_request,
)

from fanzha.core.actor import Role
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import CountedIds
from fanzha.core.time import DAY_US, MINUTE_US, parse_instant
from fanzha.measures.appeals import AppealStatus, answer_appeal, appeal_clocks, receive_appeal, withdraw_appeal
from fanzha.measures.clocks import ClockKind, Consequence, Stage, breach_incident, due_clocks
from fanzha.measures.ending import (
    approve_renewal,
    ask_renewal,
    find_unrelated,
    give_evidence,
    lapse,
    lift_measure,
    look_at_evidence,
    release_part,
)
from fanzha.measures.legality import faults
from fanzha.measures.matching import Field, match_fields
from fanzha.measures.model import (
    EvidenceKind,
    FactSource,
    FourFields,
    MeasureKind,
    OriginKind,
    Renewal,
    Status,
    effective_status,
    held_minor,
)
from fanzha.measures.obstacles import Standing, obstacles
from fanzha.measures.orders import (
    Answered,
    Channel,
    IncidentKind,
    OnwardTransfer,
    OrderStatus,
    Outcome,
    Question,
    Verb,
)
from fanzha.measures.queries import Asked, open_questions, query_requests
from fanzha.measures.receipts import Taken, close_incident, decide_receipt, follow_on_request, outcomes_of
from fanzha.measures.sending import record_sent

STANDING = Standing(UNFILED)


def decided(measure, receipt, now_us=T0):
    return decide_receipt(measure, receipt, RULES, now_us, CountedIds())


def test_the_term_begins_when_the_bank_says_it_acted():
    measure = sent(stop_request(), STANDING)
    assert measure.ends_us == T0 + 48 * HOUR_US, "until then from the sending"
    told = decided(measure, answer(measure, Outcome.EXECUTED, T0 + HOUR_US), T0 + 2 * HOUR_US)
    held = told.change.measure
    counted = decided(measure, answer(measure, Outcome.EXECUTED, T0, balance_minor=5_000_000)).change.measure
    assert counted.request.scope.innocent_minor == 2_000_000
    assert (told.taken, held.status, held.executed_minor) == (Taken.APPLIED, Status.EXECUTED, 3_000_000)
    assert held.ends_us == T0 + 49 * HOUR_US
    assert told.late, "half an hour was allowed"
    assert held.orders[0].status is OrderStatus.DONE


@pytest.mark.parametrize(("answered", "starts"), [(T0 - DAY_US, T0), (T0 + DAY_US, T0 + HOUR_US)])
def test_an_impossible_time_is_an_incident_and_lengthens_nothing(answered, starts):
    measure = sent(stop_request(), STANDING)
    receipt = replace(answer(measure, Outcome.EXECUTED, answered), arrived_us=T0 + HOUR_US)
    told = decided(measure, receipt, T0 + HOUR_US)
    assert told.change.measure.starts_us == starts
    assert [incident.kind for incident in told.incidents] == [IncidentKind.IMPOSSIBLE_TIME]


def test_parts_refusals_and_too_much():
    measure = sent(stop_request(), STANDING)
    less = decided(measure, answer(measure, Outcome.EXECUTED, T0, amount_minor=1))
    assert (less.change.measure.status, less.change.measure.executed_minor) == (Status.PARTIAL, 1)
    whole = decided(less.change.measure, answer(measure, Outcome.EXECUTED, T0 + 1, "R2"))
    assert (whole.change.measure.status, whole.change.measure.executed_minor) == (Status.EXECUTED, 3_000_000)
    much = decided(measure, answer(measure, Outcome.EXECUTED, T0, amount_minor=3_000_001))
    assert [incident.kind for incident in much.incidents] == [IncidentKind.MORE_THAN_ASKED]
    no = decided(measure, answer(measure, Outcome.REFUSED, T0, code="四项要素不符")).change.measure
    assert (no.status, no.end_reason) == (Status.REFUSED, "四项要素不符")
    assert decided(no, answer(measure, Outcome.EXECUTED, T0 - 1, "R2")).incidents[0].kind is IncidentKind.CONTRADICTION
    assert decided(no, answer(measure, Outcome.REFUSED, T0, "R3")).taken is Taken.KEPT


@pytest.mark.parametrize("kind", MeasureKind)
def test_nothing_found_answers_a_question_and_refuses_everything_else(kind):
    measure = sent(stop_request(), STANDING)
    asked = replace(measure, request=replace(measure.request, kind=kind))
    told = decided(asked, answer(asked, Outcome.NOTHING_FOUND, T0, note="查无此户"))
    assert (Outcome.NOTHING_FOUND in outcomes_of(kind)) is (kind is MeasureKind.QUERY)
    if kind is MeasureKind.QUERY:
        assert told.change.measure.status is Status.EXECUTED
        return
    refused = told.change.measure
    assert (refused.status, refused.executed_minor, refused.end_reason) == (Status.REFUSED, None, "查无")
    assert decided(refused, answer(asked, Outcome.NOTHING_FOUND, T0, note="查无此户")).taken is Taken.ALREADY
    held = executed(stop_request(), STANDING)
    lifted = lift_measure(held, CHIEF, LINEAGE, RULES, "经查与案件无关", T0 + HOUR_US).measure
    release = next(order for order in lifted.orders if order.verb is Verb.RELEASE)
    receipt = answer(lifted, Outcome.NOTHING_FOUND, T0 + HOUR_US, "R9", release.id)
    assert [one.kind for one in decided(lifted, receipt, T0 + HOUR_US).incidents] == [IncidentKind.RELEASE_FAILED]


def test_a_part_without_an_amount_is_not_the_whole():
    measure = sent(stop_request(), STANDING)
    part = decided(measure, answer(measure, Outcome.PARTIAL, T0)).change.measure
    assert (part.status, part.executed_minor) == (Status.PARTIAL, None)
    some = decided(part, answer(measure, Outcome.PARTIAL, T0 + 1, "R2", amount_minor=7)).change.measure
    again = decided(some, answer(measure, Outcome.PARTIAL, T0 + 2, "R3")).change.measure
    assert (again.executed_minor, held_minor([again], T0)) == (7, 7)


def test_a_hold_that_was_refused_before_is_let_go_and_waited_for():
    measure = sent(stop_request(), STANDING)
    no = decided(measure, answer(measure, Outcome.REFUSED, T0)).change.measure
    told = decided(no, answer(measure, Outcome.EXECUTED, T0 + 1, "R2"))
    assert told.incidents[0].kind is IncidentKind.CONTRADICTION
    again = decided(told.change.measure, answer(measure, Outcome.EXECUTED, T0 + 2, "R3")).change.measure
    assert [order.id for order in again.orders if order.verb is Verb.RELEASE] == [f"{measure.id}.release"]
    assert [row.kind for row in due_clocks(again, RULES)] == [ClockKind.RELEASE]


def test_a_part_that_the_bank_does_not_let_go_is_held_still():
    freeze = release_part(
        executed(freeze_request(), Standing(FILED)), CHIEF, LINEAGE, RULES, 700_000, "工资部分解除", T0
    )
    held, order = freeze.measure, freeze.measure.orders[-1].id
    assert held_minor([held], T0) == 2_000_000
    kept = decided(held, answer(held, Outcome.REFUSED, T0, "R9", order, code="E42"))
    assert kept.incidents[0].kind is IncidentKind.RELEASE_FAILED
    assert held_minor([kept.change.measure], T0) == 2_700_000
    after_all = decided(kept.change.measure, answer(held, Outcome.EXECUTED, T0 + 1, "R10", order)).change.measure
    assert held_minor([after_all], T0) == 2_000_000


def test_what_the_bank_will_not_hold_longer_ends_as_before():
    freeze = executed(freeze_request(), Standing(FILED))
    asked = ask_renewal(freeze, DUTY, RULES, span(6, "months"), "案件未结", T0).measure
    renewed = approve_renewal(asked, CHIEF, LINEAGE, RULES, T0).measure
    order = renewed.orders[-1].id
    no = decided(renewed, answer(renewed, Outcome.REFUSED, T0, "R8", order, code="E7"))
    assert no.incidents[0].kind is IncidentKind.EXTENSION_FAILED
    assert no.change.measure.ends_us == freeze.ends_us < renewed.ends_us
    assert effective_status(no.change.measure, freeze.ends_us) is Status.LAPSED
    after_all = decided(no.change.measure, answer(renewed, Outcome.EXECUTED, T0 + 1, "R9", order))
    assert after_all.change.measure.ends_us == renewed.ends_us


def test_days_never_last_longer_than_the_months_of_the_law():
    july, august = parse_instant("2027-07-31 10:00"), parse_instant("2027-08-31 10:00")
    measure = sent(freeze_request(period=span(184, "days")), Standing(FILED), july)
    held = decided(measure, answer(measure, Outcome.EXECUTED, august), august).change.measure
    assert held.ends_us == span(6, "months").end_of(august) < span(184, "days").end_of(august)
    assert faults(held, RULES, august) == ()


def test_what_does_not_fit_is_kept():
    measure = sent(stop_request(), STANDING)
    stray = answer(measure, Outcome.EXECUTED, T0, order="NOBODY")
    for whose in (measure, None):
        unknown = decided(whose, stray)
        assert (unknown.taken, unknown.change) == (Taken.INCIDENT, None)
        assert unknown.incidents[0].kind is IncidentKind.UNKNOWN_ORDER
        assert unknown.incidents[0].receipt == stray
    closed = close_incident(decided(None, stray).incidents[0], DUTY, "系他局指令的回执", T0)
    with pytest.raises(NotAllowed):
        close_incident(closed, DUTY, "再次核查", T0)
    held = decided(measure, answer(measure, Outcome.EXECUTED, T0)).change.measure
    assert decided(held, answer(measure, Outcome.EXECUTED, T0)).taken is Taken.ALREADY
    other = decided(held, answer(measure, Outcome.REFUSED, T0))
    assert other.incidents[0].kind is IncidentKind.CONTRADICTION
    assert other.change.measure.status is Status.EXECUTED
    assert len(other.change.measure.receipts) == 2
    assert decided(other.change.measure, answer(measure, Outcome.REFUSED, T0)).taken is Taken.ALREADY
    overtaken = decided(held, answer(measure, Outcome.PARTIAL, T0 - 1, "R0", amount_minor=1))
    assert (overtaken.taken, overtaken.change.measure.executed_minor) == (Taken.KEPT, 3_000_000)
    draft = decided(approved(stop_request(), STANDING), answer(measure, Outcome.EXECUTED, T0))
    assert draft.change.measure.status is Status.EXECUTED, "the answer overtook the note of sending"
    noted = record_sent(draft.change.measure, draft.change.measure.orders[0].id, WIRE, RULES, T0, channel=Channel.HTTP)
    assert noted.measure.status is Status.EXECUTED


def test_an_answer_after_the_end():
    measure = sent(stop_request(), STANDING)
    due = measure.ends_us
    late = decided(measure, answer(measure, Outcome.EXECUTED, due + 1), due + 1)
    assert late.change.measure.status is Status.LAPSED, "the clock counts, whether or not the machine had noted it"
    assert late.incidents[0].kind is IncidentKind.ANSWER_AFTER_END
    assert late.change.measure.orders[-1].id == f"{measure.id}.release"
    was_down = replace(answer(measure, Outcome.EXECUTED, T0), arrived_us=T0 + 1)
    assert decided(measure, was_down, due + 1).change.measure.starts_us == T0, "it had arrived in time"
    lifted = lift_measure(measure, CHIEF, LINEAGE, RULES, "系误报，予以解除", T0 + 5).measure
    told_late = decided(lifted, answer(measure, Outcome.EXECUTED, T0 + 4), T0 + 6)
    assert (told_late.taken, told_late.change.measure.starts_us) == (Taken.KEPT, T0 + 4)
    assert told_late.change.measure.status is Status.LIFTED
    after = decided(lifted, answer(measure, Outcome.EXECUTED, T0 + 6), T0 + 6)
    assert after.incidents[0].kind is IncidentKind.ANSWER_AFTER_END


@pytest.mark.parametrize(
    ("request_", "balance_minor", "innocent_minor"),
    [
        (freeze_request(), None, 2_300_000),  # 27,000 of traced money were ordered, the bank holds 50,000
        (freeze_request(), 0, 2_300_000),  # what is left besides is not what it holds
        (stop_request(2_700_000), None, 2_300_000),
        (stop_request(2_700_000), 9_000_000, 6_300_000),  # a stop binds all that is there
    ],
)
def test_what_a_bank_holds_beyond_the_order_is_innocent_money(request_, balance_minor, innocent_minor):
    measure = sent(request_, Standing(FILED))
    more = answer(measure, Outcome.EXECUTED, T0, amount_minor=5_000_000, balance_minor=balance_minor)
    taken = decided(measure, more)
    assert taken.change.measure.request.scope.innocent_minor == innocent_minor
    assert [each.kind for each in taken.incidents] == [IncidentKind.MORE_THAN_ASKED]
    refused = answer(measure, Outcome.REFUSED, T0, amount_minor=5_000_000, code="E1")
    assert decided(measure, refused).change.measure.request.scope.innocent_minor == measure.request.scope.innocent_minor


def test_a_release_that_fails_is_an_incident():
    lifted = lift_measure(executed(stop_request(), STANDING), CHIEF, LINEAGE, RULES, "与案件无关", T0).measure
    release = lifted.orders[-1].id
    lifted = record_sent(lifted, release, WIRE, RULES, T0, channel=Channel.HTTP).measure
    assert [row.kind for row in due_clocks(lifted, RULES)] == [ClockKind.RELEASE, ClockKind.TOLD_OF_LIFT]
    failed = decided(lifted, answer(lifted, Outcome.REFUSED, T0, "R9", release, code="E42"))
    assert failed.incidents[0].kind is IncidentKind.RELEASE_FAILED
    assert failed.change.measure.status is Status.LIFTED
    done = decided(lifted, answer(lifted, Outcome.EXECUTED, T0, "R9", release)).change.measure
    assert [row.kind for row in due_clocks(done, RULES)] == [ClockKind.TOLD_OF_LIFT]


receipts = st.lists(
    st.tuples(
        st.sampled_from([Outcome.RECEIVED, Outcome.PARTIAL, Outcome.EXECUTED]), st.integers(1, 3), st.integers(0, 3)
    ),
    max_size=8,
)


@given(receipts, st.randoms())
def test_answers_in_any_order_any_number_of_times_end_in_one_state(rows, rng):
    measure = sent(stop_request(), STANDING)
    # One bank, one story: first received, then parts that grow, then the whole.
    story = [
        answer(measure, Outcome.RECEIVED, T0, "R1"),
        answer(measure, Outcome.PARTIAL, T0 + 1, "R2", amount_minor=1_000_000),
        answer(measure, Outcome.EXECUTED, T0 + 2, "R3", amount_minor=3_000_000),
    ]
    straight, shuffled = measure, measure
    for receipt in story:
        straight = decided(straight, receipt).change.measure
    again = story + [story[number - 1] for _, number, _ in rows]
    rng.shuffle(again)
    for receipt in again:
        told = decided(shuffled, receipt)
        assert told.taken is not Taken.INCIDENT
        shuffled = shuffled if told.change is None else told.change.measure
    assert (shuffled.status, shuffled.executed_minor) == (straight.status, straight.executed_minor)
    assert sorted(r.id for r in shuffled.receipts) == ["R1", "R2", "R3"]
    assert shuffled.ends_us <= T0 + 2 + 48 * HOUR_US


def test_the_follow_on_stop():
    measure = sent(stop_request(), STANDING)
    onward = OnwardTransfer("6299990000000000009", "模拟二行", "模拟乙", 2_000_000, T0 + 3)
    receipt = answer(measure, Outcome.PARTIAL, T0 + 5, amount_minor=1_000_000, balance_minor=0, onward=(onward,))
    told = decided(measure, receipt)
    assert told.onward == (onward,)
    request = follow_on_request(measure, onward, 1_800_000, receipt, RULES, T0 + 5)
    assert (request.origin.kind, request.origin.id) == (OriginKind.EXTENSION, measure.id)
    assert (request.fact.hop, request.fact.source, request.scope.traced_minor) == (
        2,
        FactSource.BANK_RECEIPT,
        1_800_000,
    )
    assert request.target.reference == onward.account
    assert obstacles(request, RULES, STANDING, T0) == ()
    assert follow_on_request(executed(freeze_request(), Standing(FILED)), onward, 1, receipt, RULES, T0) is None


@pytest.mark.parametrize(
    ("balance", "balance_us", "status", "held"),
    [
        (2_800_000, None, Status.PARTIAL, 2_800_000),
        (2_800_000, T0, Status.PARTIAL, 2_800_000),
        (2_800_000, T0 - 1, Status.EXECUTED, 3_000_000),  # of before: it says nothing of what is held
        (9_000_000, None, Status.EXECUTED, 3_000_000),
    ],
)
def test_an_answer_that_names_a_balance_alone_holds_no_more_than_it(balance, balance_us, status, held):
    measure = sent(stop_request(), STANDING)
    receipt = answer(measure, Outcome.EXECUTED, T0, balance_minor=balance, balance_us=balance_us)
    changed = decided(measure, receipt).change.measure
    assert (changed.status, changed.executed_minor) == (status, held)


def test_an_answer_typed_in_again_without_its_instant_is_the_same_answer():
    measure = sent(stop_request(), STANDING)
    typed = answer(measure, Outcome.EXECUTED, T0, entered_by="both")
    held = decided(measure, typed).change.measure
    assert decided(held, answer(measure, Outcome.EXECUTED, T0 + 9, entered_by="both")).taken is Taken.ALREADY
    other = answer(measure, Outcome.EXECUTED, T0 + 9, entered_by="both", balance_minor=1)
    assert decided(held, other).taken is Taken.INCIDENT
    assert (
        decided(held, replace(typed, answered_us=T0 - 9)).taken is Taken.ALREADY
    )  # named later on, of the same answer
    dated = replace(typed, answered_us=T0 - 9)
    twice = decided(decided(measure, dated).change.measure, replace(dated, answered_us=T0 - 5))
    assert twice.taken is Taken.INCIDENT


def test_clocks_lapse_warn_and_breach_at_their_instants():
    measure = sent(stop_request(), STANDING)
    rows = {row.kind: row for row in due_clocks(measure, RULES)}
    assert set(rows) == {ClockKind.RECEIPT, ClockKind.TERM_END}
    end = rows[ClockKind.TERM_END]
    assert (end.due_us, end.warn_us, end.consequence) == (T0 + 48 * HOUR_US, T0 + 42 * HOUR_US, Consequence.LAPSES)
    assert rows[ClockKind.RECEIPT].due_us == T0 + 30 * MINUTE_US
    assert [end.stage(at) for at in (T0, end.warn_us - 1, end.warn_us, end.due_us - 1, end.due_us)] == [
        Stage.RUNNING, Stage.RUNNING, Stage.WARNING, Stage.WARNING, Stage.DUE,
    ]  # fmt: skip
    held = executed(stop_request(), STANDING)
    assert lapse(held, end.due_us - 1) is None
    once = lapse(held, end.due_us + 90 * DAY_US)
    assert (once.measure.status, once.measure.ended_us) == (Status.LAPSED, end.due_us)
    assert once.measure.orders[-1].id == f"{held.id}.release"
    assert lapse(once.measure, end.due_us + 91 * DAY_US) is None
    assert lapse(lift_measure(held, CHIEF, LINEAGE, RULES, "与案件无关", T0).measure, end.due_us) is None


def test_a_release_that_nobody_confirms_is_an_incident_whether_or_not_it_left():
    lifted = lift_measure(executed(stop_request(), STANDING), CHIEF, LINEAGE, RULES, "与案件无关", T0).measure
    row, _told = due_clocks(lifted, RULES)
    assert breach_incident(row, lifted, row.due_us - 1) is None
    incident = breach_incident(row, lifted, row.due_us)
    assert (incident.kind, incident.id) == (IncidentKind.RELEASE_FAILED, f"{lifted.id}.release.release_failed")


def test_one_letter_for_each_institution_open_until_every_account_and_time_is_answered():
    basis = RULES.of(MeasureKind.QUERY, T0).basis("procedure-238")
    frontier = [
        Asked("模拟银行", Question("6299990000000000002", 0, 100)),
        Asked("模拟二行", Question("6299990000000000003", 0, 100)),
        Asked("模拟银行", Question("6299990000000000004", 50, 60)),
    ]
    one, two = query_requests(frontier, case="CASE-1", basis=basis, documents=["模拟查1号"], reason="调取流水")
    assert [len(one.questions), len(two.questions), one.document, two.document] == [2, 1, "模拟查1号", ""]
    assert [o.rule for o in obstacles(two, RULES, STANDING, T0)] == ["document"]
    assert [o.rule for o in obstacles(replace(one, questions=()), RULES, STANDING, T0)] == ["question"]
    measure = sent(one, STANDING)
    nothing = decided(measure, answer(measure, Outcome.NOTHING_FOUND, T0)).change.measure
    assert (nothing.status, open_questions(nothing)) == (Status.EXECUTED, ())
    parts = [
        Answered("6299990000000000002", 40, 100, "sha"),
        Answered("6299990000000000004", 50, 60),
        Answered("6299990000000000002", 0, 40, "sha"),
    ]
    for number, part in enumerate(parts):
        outcome = Outcome.EXECUTED if part.statement else Outcome.PARTIAL
        told = decided(measure, answer(measure, outcome, T0 - number, f"R{number}", answered=(part,)))
        measure = told.change.measure
        if number == 0:
            assert [(q.account[-1], q.from_us, q.until_us) for q in open_questions(measure)] == [
                ("2", 0, 40),
                ("4", 50, 60),
            ]
        assert (told.taken, measure.status) == (Taken.APPLIED, Status.EXECUTED if number == 2 else Status.PARTIAL)
    assert open_questions(measure) == ()


def test_unrelated_money_and_a_traders_proof_have_clocks():
    held = executed(freeze_request(), Standing(FILED))
    held = find_unrelated(held, DUTY, LINEAGE, "系正常货款", T0).measure
    held = give_evidence(held, DUTY, EvidenceKind.TRADE, "发货单", T0, CountedIds()).measure
    held = give_evidence(held, DUTY, EvidenceKind.OTHER, "说明", T0, CountedIds()).measure
    due = {row.kind: row.due_us - T0 for row in due_clocks(held, RULES)}
    assert due[ClockKind.LIFT_UNRELATED] == 3 * DAY_US
    assert due[ClockKind.EVIDENCE] == 24 * HOUR_US
    evidence = held.counter_evidence[0].id
    with pytest.raises(NotAllowed):
        look_at_evidence(held, STRANGER, evidence, "属实", T0)
    looked = look_at_evidence(held, DUTY, evidence, "属实", T0).measure
    assert ClockKind.EVIDENCE not in {row.kind for row in due_clocks(looked, RULES)}


def test_the_four_fields():
    rules = RULES.four_fields(T0)
    asked = FourFields("模拟（上海）贸易 有限公司", "6299 9900-0000", 3_000_000, T0)
    same = FourFields("模拟(上海)贸易有限公司", "629999000000", 3_000_000, T0 + MINUTE_US)
    assert match_fields(asked, same, rules) == ()
    wrong = FourFields("模拟*", "629999000001", 3_000_001, T0 + MINUTE_US + 1)
    assert [miss.field for miss in match_fields(asked, wrong, rules)] == list(Field)
    assert [m.field for m in match_fields(replace(asked, holder="模*"), replace(same, holder="模*"), rules)] == [
        Field.HOLDER
    ]


def test_an_appeal_gets_a_number_a_clock_and_an_answer_by_somebody_else():
    held = executed(freeze_request(), Standing(FILED))
    appeal = receive_appeal(held, "模拟甲", "这是货款", DUTY, RULES, T0, CountedIds())
    assert (appeal.id, appeal.due_us) == ("APPEAL-000001", T0 + 30 * DAY_US)
    assert [row.kind for row in appeal_clocks(appeal)] == [ClockKind.APPEAL_ANSWER]
    other = officer("other-chief", LINEAGE[0], Role.APPROVER)
    answers = (LINEAGE, RULES, AppealStatus.UPHELD, "经查，该款系正常货款，予以解除冻结。", T0)
    for actor, rule in [(CHIEF, "four_eyes"), (DUTY, "role"), (STRANGER, "organisation")]:
        with pytest.raises(NotAllowed) as refusal:
            answer_appeal(appeal, held, actor, *answers)
        assert refusal.value.rule == rule
    with pytest.raises(NotAllowed, match="written"):
        answer_appeal(appeal, held, other, LINEAGE, RULES, AppealStatus.DENIED, "不行", T0)
    renewed = replace(held, renewals=(Renewal(span(1, "months"), "案件未结", "duty", T0, "other-chief", T0),))
    with pytest.raises(NotAllowed, match="took part"):
        answer_appeal(appeal, renewed, other, *answers)
    done = answer_appeal(appeal, held, other, *answers)
    assert (done.status, appeal_clocks(done)) == (AppealStatus.UPHELD, ())
    with pytest.raises(NotAllowed):
        withdraw_appeal(done, DUTY, T0)
    assert withdraw_appeal(appeal, DUTY, T0).status is AppealStatus.WITHDRAWN
    assert effective_status(held, T0) is Status.EXECUTED
