"""A case from 受案 to 结案: each step with its paper and who decided it; classes, officers, working method, reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from fanzha.casework.case_model import Case, CaseStep, Classification, Decision, WorkingMethod
from fanzha.casework.events import EventKind, Events, work_event
from fanzha.casework.lifecycle import CASE_TABLE, REPORT_TABLE, ReportStep, next_status
from fanzha.casework.model import Report
from fanzha.casework.policy import (
    check_case_work,
    check_decides,
    check_head,
    check_level,
    check_limits,
    check_live,
    check_person,
    check_reason,
    check_same_body,
)
from fanzha.casework.rules import CaseworkRules, Certainty, StepRule
from fanzha.casework.taxonomy import Taxonomy
from fanzha.casework.words import in_words
from fanzha.core.actor import Actor, Level
from fanzha.core.errors import NotAllowed
from fanzha.core.ids import Ids
from fanzha.core.reasons import REASON_LENGTH_MIN, is_reason

NOTICE_STEPS = frozenset({CaseStep.DECLINE, CaseStep.WITHDRAW, CaseStep.REFER})


def open_case(
    reports: tuple[Report, ...], title: str, actor: Actor, now_us: int, ids: Ids, *, jurisdiction: str = ""
) -> tuple[Case, tuple[Report, ...], Events]:
    """受案: a case of one or more reports, with the officer who opens it; its review runs from the first receipt.

    Raises NotAllowed when a report is of another body, in a case already, or merged.
    """
    check_person(actor, "opening a case")
    if not reports:
        raise NotAllowed("case.report", "a case begins with a report; take the report in first")
    for report in reports:
        check_same_body(actor, report)
        check_live(report)
        if report.case:
            raise NotAllowed(
                "case.report", f"{report.id} is in {report.case} already: open that case, or leave the report out"
            )
        next_status(REPORT_TABLE, report.status, ReportStep.PUT_IN_CASE, report.id)
    case = Case(
        id=ids.new("CASE"),
        version=0,
        organisation=actor.organisation,
        jurisdiction=jurisdiction or reports[0].jurisdiction,
        title=title,
        officer=actor.id,
        opened_by=actor.id,
        opened_at_us=now_us,
        reports=tuple(report.id for report in reports),
    )
    opened = work_event(EventKind.CASE_OPENED, case.id, actor, now_us, ids, after=case.status, reports=len(reports))
    placed = [_put_in(report, case, actor, now_us, ids) for report in reports]
    return case, tuple(report for report, _ in placed), (opened, *(event for _, told in placed for event in told))


def _put_in(report: Report, case: Case, actor: Actor, now_us: int, ids: Ids) -> tuple[Report, Events]:
    after = next_status(REPORT_TABLE, report.status, ReportStep.PUT_IN_CASE, report.id)
    event = work_event(
        EventKind.REPORT_PUT_IN_CASE, report.id, actor, now_us, ids, before=report.status, after=after, case=case.id
    )
    return replace(report, status=after, case=case.id), (event,)


def add_report(case: Case, report: Report, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Report, Events]:
    """One more report of the same matter."""
    check_case_work(case, actor)
    check_same_body(actor, report)
    check_live(report)
    if report.case:
        raise NotAllowed("case.report", f"{report.id} is in {report.case} already; merge or split the cases")
    placed, told = _put_in(report, case, actor, now_us, ids)
    event = work_event(EventKind.CASE_REPORT_ADDED, case.id, actor, now_us, ids, report=report.id)
    return replace(case, reports=(*case.reports, report.id)), placed, (event, *told)


def without_report(case: Case, report: Report) -> Case:
    """The case without a report that turned out not to be of its matter.

    Raises NotAllowed when it is the only one: then the case itself is decided about.
    """
    if case.reports == (report.id,):
        raise NotAllowed(
            "case.report", f"{report.id} is all that {case.id} rests on; decide the case instead (不予立案, 撤案)"
        )
    return replace(case, reports=tuple(one for one in case.reports if one != report.id))


def step_case(
    case: Case,
    step: CaseStep,
    rules: Mapping[CaseStep, StepRule],
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    number: str = "",
    reason: str = "",
    superiors: Collection[str] = (),
) -> tuple[Case, Events]:
    """Take the case one step further; a step of the table needs its numbered paper (文号), its level and another person.

    A limit that rests on no primary text is passed over with a reason, and the event says so. `superiors` are the bodies
    above the owner: a station's case is filed by its bureau. Filing (立案) is `step_case(case, CaseStep.FILE, …,
    number="…立字〔2026〕…号")`: nothing is frozen before it.
    """
    check_case_work(case, actor, superiors if step in rules else ())
    check_person(actor, f"{in_words(step)} of {case.id}")
    after = next_status(CASE_TABLE, case.status, step, case.id)
    rule = rules.get(step)
    if rule is None:
        check_reason(reason, f"{in_words(step)} of {case.id}")
    else:
        check_decides(case, actor, rule, number)
    overridden = _override(case, actor, rule, reason) if rule else ""
    document = rule.document if rule else ""
    decision = Decision(step, document, number.strip(), reason, actor.id, actor.organisation, now_us)
    event = work_event(
        EventKind.CASE_STEPPED, case.id, actor, now_us, ids, before=case.status, after=after,
        step=step, document=document, number=decision.number, reason=reason,
        article=rule.article if rule else "", certainty=rule.certainty if rule else "", overridden=overridden,
    )  # fmt: skip
    return replace(case, status=after, decisions=(*case.decisions, decision)), (event,)


def _override(case: Case, actor: Actor, rule: StepRule, reason: str) -> str:
    """The limit that this step passes over with a reason; what stands in a primary text is not passed over."""
    try:
        check_limits(case, actor, rule)
    except NotAllowed as limit:
        if rule.certainty is Certainty.PRIMARY:
            raise
        if not is_reason(reason):
            more = f"no primary text says so: with a reason of at least {REASON_LENGTH_MIN} characters it may go on"
            raise NotAllowed("reason.needed", f"{limit}; {more}") from None
        return limit.rule
    return ""


def serve_notice(case: Case, step: CaseStep, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """Record that those who must be told of a decision (不予立案, 撤案, 移送) were told."""
    check_same_body(actor, case)
    open_ones = [at for at, one in enumerate(case.decisions) if one.step is step and one.served_at_us is None]
    if step not in NOTICE_STEPS or not open_ones:
        raise NotAllowed("case.notice", f"{case.id} has no {in_words(step)} whose notice is still to be served")
    at = open_ones[-1]
    served = replace(case.decisions[at], served_at_us=now_us, served_by=actor.id)
    event = work_event(EventKind.CASE_NOTICE_SERVED, case.id, actor, now_us, ids, step=step, number=served.number)
    return replace(case, decisions=(*case.decisions[:at], served, *case.decisions[at + 1 :])), (event,)


def extend_review(
    case: Case,
    rules: CaseworkRules,
    reason: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
    *,
    superiors: Collection[str] = (),
) -> tuple[Case, Events]:
    """重大疑难复杂: a head at county level or above lets the review before filing take its longest time."""
    check_case_work(case, actor, superiors)
    check_head(actor, f"extending the review of {case.id}")
    check_level(actor, Level.COUNTY, "a longer review", rules.periods["review_extended"].article)
    check_reason(reason, f"extending the review of {case.id}")
    if case.review_extended_at_us is not None:
        return case, ()
    event = work_event(EventKind.CASE_REVIEW_EXTENDED, case.id, actor, now_us, ids, reason=reason)
    return replace(case, review_extended_at_us=now_us), (event,)


def classify_case(
    case: Case,
    class_slug: str,
    subtype_slug: str,
    taxonomy: Taxonomy,
    version: str,
    actor: Actor,
    now_us: int,
    ids: Ids,
) -> tuple[Case, Events]:
    """Say of what type the case is, in one version of the taxonomy; slugs that it lacks are BadInput."""
    check_case_work(case, actor)
    taxonomy.check(version, class_slug, subtype_slug)
    held = case.classification
    before = f"{held.class_slug}/{held.subtype_slug}@{held.version}" if held else ""
    after = f"{class_slug}/{subtype_slug}@{version}"
    if before == after:
        return case, ()
    event = work_event(EventKind.CASE_CLASSIFIED, case.id, actor, now_us, ids, before=before, after=after)
    return replace(case, classification=Classification(version, class_slug, subtype_slug, actor.id, now_us)), (event,)


def change_officer(case: Case, officer: str, reason: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """The case goes to another officer of the same body."""
    check_case_work(case, actor)
    check_reason(reason, f"giving {case.id} to another officer")
    if officer == case.officer:
        return case, ()
    event = work_event(
        EventKind.CASE_OFFICER_CHANGED, case.id, actor, now_us, ids, before=case.officer, after=officer, reason=reason
    )
    return replace(case, officer=officer, officers=tuple(one for one in case.officers if one != officer)), (event,)


def join_case(case: Case, officer: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """One more officer works on the case."""
    check_case_work(case, actor)
    if officer == case.officer or officer in case.officers:
        return case, ()
    event = work_event(EventKind.CASE_OFFICER_JOINED, case.id, actor, now_us, ids, officer=officer)
    return replace(case, officers=(*case.officers, officer)), (event,)


def leave_case(case: Case, officer: str, actor: Actor, now_us: int, ids: Ids) -> tuple[Case, Events]:
    """An officer works on the case no more."""
    check_case_work(case, actor)
    if officer not in case.officers:
        return case, ()
    event = work_event(EventKind.CASE_OFFICER_LEFT, case.id, actor, now_us, ids, officer=officer)
    return replace(case, officers=tuple(one for one in case.officers if one != officer)), (event,)


def set_working_method(
    case: Case, method: str, reason: str, actor: Actor, now_us: int, ids: Ids
) -> tuple[Case, Events]:
    """The tracing method by which the case counts, with the reason; the keys are the tracing room's."""
    check_case_work(case, actor)
    check_person(actor, f"the working method of {case.id}")
    check_reason(reason, f"the working method of {case.id}")
    before = case.working_method.method if case.working_method else ""
    event = work_event(
        EventKind.CASE_METHOD_SET, case.id, actor, now_us, ids, before=before, after=method, reason=reason
    )
    return replace(case, working_method=WorkingMethod(method, reason, actor.id, now_us)), (event,)


def check_filed(case: Case) -> Decision:
    """The filing that a freeze rests on (程序规定 Art. 174, 239); refused before 立案 and after 撤案."""
    check_live(case)
    filing = case.filing
    if filing is None:
        raise NotAllowed(
            "case.not_filed",
            f"{case.id} is {in_words(case.status)}: nothing may be frozen before 立案 (Art. 174); have it filed first",
        )
    return filing
