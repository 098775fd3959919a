"""What is done to a case and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from fanzha.casework import Case, CaseStep
from fanzha.core.actor import Actor
from fanzha.services.desk.add_case_file import add_case_file
from fanzha.services.desk.add_report_to_case import add_report_to_case
from fanzha.services.desk.classify_case import classify_case
from fanzha.services.desk.comment_case import comment_case, strike_out_comment
from fanzha.services.desk.find_report import report_id_of
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.review_case import extend_review, serve_notice
from fanzha.services.desk.set_working_method import set_working_method
from fanzha.services.desk.staff_case import change_officer, join_case, leave_case
from fanzha.services.desk.step_case import step_case
from fanzha.tracing.runs import LEADS_METHOD
from fanzha.web.console import Console
from fanzha.web.deeds.case_money import MONEY_DEEDS
from fanzha.web.deeds.case_moves import MOVE_DEEDS
from fanzha.web.deeds.clues import officer_field
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.hand_overs import HAND_OVER_DEEDS
from fanzha.web.deeds.reports import FILES, REASON, brought
from fanzha.web.deeds.series import SERIES_DEEDS
from fanzha.web.deeds.tasks import TASK_DEEDS
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import METHOD_WORDS, TERMS
from fanzha.web.words import N_

STEP_WORDS: Final = TERMS[CaseStep]
SERVED: Final = (CaseStep.DECLINE, CaseStep.WITHDRAW, CaseStep.REFER)
METHODS: Final = tuple(
    (name, word) for name, word in METHOD_WORDS.items() if name != LEADS_METHOD
)  # which give amounts


def _step(step: CaseStep) -> Deed:
    """One step of the procedure; the table of steps says whether it needs a paper."""

    def carry_out(doing: Doing) -> Done:
        given = doing.values
        case = step_case(
            doing.desk,
            doing.actor,
            doing.id,
            step,
            number=given["number"],
            reason=given["reason"],
            version=doing.version,
        )
        return Done(f"/cases/{case.id}", N_("案件状态已更新；仍有效的措施请在“措施”中逐项处理"), case)

    def fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
        del actor, record_id
        decided = console.desk.rules.casework.steps.get(step)
        if decided is None:
            return Field("number", N_("文号")), REASON
        paper = f"{decided.document} · {decided.article}"
        return Field("number", N_("文号"), required=True, hint=paper), Field("reason", N_("理由"), Kind.AREA)

    return Deed(
        "cases", step.value, STEP_WORDS[step.value], OFFICERS, carry_out, around=fields, grave=True,
        hint=N_("写入案卷，不可删除。"),
    )  # fmt: skip


def _serve(doing: Doing) -> Done:
    case = serve_notice(doing.desk, doing.actor, doing.id, CaseStep(doing.values["step"]))
    return Done(f"/cases/{case.id}", N_("送达已记录，该期限停止计算"), case)


def _extend(doing: Doing) -> Done:
    case = extend_review(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/cases/{case.id}", N_("审查期限已延长"), case)


def _classify(doing: Doing) -> Done:
    slug, _, subtype = doing.values["kind"].partition("/")
    case = classify_case(doing.desk, doing.actor, doing.id, slug, subtype, version=doing.values["version_of"])
    return Done(f"/cases/{case.id}", N_("案件类型已确定"), case)


def _classify_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    case = open_record(console.desk, actor, Case, record_id).record
    newest = console.desk.rules.taxonomy.versions[-1]
    choices: list[tuple[str, str]] = []
    for one in newest.classes:
        choices.append((one.slug, one.name))
        choices += [(f"{one.slug}/{sub.slug}", f"{one.name} · {sub.name}") for sub in one.subtypes]
    held = case.classification
    start = "" if held is None else held.class_slug + (f"/{held.subtype_slug}" if held.subtype_slug else "")
    versions = tuple((version.version, version.version) for version in console.desk.rules.taxonomy.versions)
    return (
        Field("kind", N_("案件类型"), Kind.CHOICE, required=True, choices=choices, start=start),
        Field("version_of", N_("分类表版本"), Kind.CHOICE, choices=versions, start=newest.version),
    )


def _method(doing: Doing) -> Done:
    case = set_working_method(doing.desk, doing.actor, doing.id, doing.values["method"], doing.values["reason"])
    return Done(f"/cases/{case.id}?tab=money", N_("计算方法已确定：冻结与返还按它计算"), case)


def _comment(doing: Doing) -> Done:
    case = comment_case(doing.desk, doing.actor, doing.id, doing.values["text"])
    return Done(f"/cases/{case.id}?tab=log", N_("备注已写入"), case)


def _strike_out(doing: Doing) -> Done:
    case = strike_out_comment(doing.desk, doing.actor, doing.id, doing.values["comment"])
    return Done(f"/cases/{case.id}?tab=log", N_("备注已划去，仍可看到"), case)


def _strike_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    opened = open_record(console.desk, actor, Case, record_id)
    own = [one for one in opened.record.comments if one.by == actor.id and one.struck_out_at_us is None]
    choices = tuple((one.id, opened.mask.text(one.text)[:40]) for one in own)
    start = choices[-1][0] if choices else ""
    return (Field("comment", N_("自己的备注"), Kind.CHOICE, required=True, choices=choices, start=start),)


def _add_file(doing: Doing) -> Done:
    for upload in doing.values["files"]:
        add_case_file(doing.desk, doing.console.books.evidence, doing.actor, doing.id, brought(upload))
    return Done(f"/cases/{doing.id}?tab=evidence", N_("文件已保存"))


def _add_report(doing: Doing) -> Done:
    report = report_id_of(doing.desk, doing.actor, doing.values["report"])
    case = add_report_to_case(doing.desk, doing.actor, doing.id, report)
    return Done(f"/cases/{case.id}", N_("警情及其线索已并入；请重新查流向"), case)


def _staff(change: Callable[..., Case], told: str, doing: Doing) -> Done:
    more = (doing.values["reason"],) if "reason" in doing.values else ()
    return Done(f"/cases/{doing.id}", told, change(doing.desk, doing.actor, doing.id, doing.values["officer"], *more))


def _people(console: Console, actor: Actor, record_id: str, *, reason: bool = False) -> tuple[Field, ...]:
    organisation = open_record(console.desk, actor, Case, record_id).record.organisation
    return (officer_field(console, actor, organisation), *((REASON,) if reason else ()))


def _leaving(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    officers = open_record(console.desk, actor, Case, record_id).record.officers
    choices = tuple((one, one) for one in officers)
    return (
        Field(
            "officer", N_("民警"), Kind.CHOICE, required=True, choices=choices, start=officers[0] if officers else ""
        ),
    )


CASE_DEEDS: Final[tuple[Deed, ...]] = (
    *(_step(step) for step in CaseStep),
    Deed(
        "cases", "serve", N_("记录送达"), OFFICERS, _serve,
        (Field("step", N_("决定"), Kind.CHOICE, required=True, choices=tuple((s.value, STEP_WORDS[s.value]) for s in SERVED)),),
        hint=N_("应当告知的人已经告知；该期限不再计算。"),
    ),
    Deed("cases", "extend-review", N_("延长审查"), OFFICERS, _extend, (REASON,), hint=N_("重大、疑难、复杂案件。"), grave=True),
    Deed("cases", "classify", N_("确定类型"), OFFICERS, _classify, around=_classify_fields),
    Deed(
        "cases", "method", N_("选计算方法"), OFFICERS, _method,
        (Field("method", N_("计算方法"), Kind.CHOICE, required=True, choices=METHODS, start="fifo"), REASON),
    ),
    Deed("cases", "comment", N_("备注"), OFFICERS, _comment, (Field("text", N_("备注"), Kind.AREA, required=True),)),
    Deed("cases", "strike-out", N_("划去一条备注"), OFFICERS, _strike_out, around=_strike_fields,
         hint=N_("划去后仍可读，标明何时由谁划去。")),
    Deed("cases", "file-add", N_("上传材料"), OFFICERS, _add_file, (FILES,), rehearsed=False),
    Deed(
        "cases", "add-report", N_("加入一条警情"), OFFICERS, _add_report,
        (Field("report", N_("警情"), required=True, hint=N_("受理编号或警情编号。")),), rehearsed=False,
    ),
    Deed("cases", "officer", N_("换主办民警"), OFFICERS, partial(_staff, change_officer, N_("主办民警已更换")),
         around=partial(_people, reason=True)),
    Deed("cases", "join", N_("增加协办"), OFFICERS, partial(_staff, join_case, N_("已加入办案")), around=_people),
    Deed("cases", "leave", N_("退出协办"), OFFICERS, partial(_staff, leave_case, N_("已退出办案")), around=_leaving),
    *TASK_DEEDS,
    *MOVE_DEEDS,
    *SERIES_DEEDS,
    *HAND_OVER_DEEDS,
    *MONEY_DEEDS,
)  # fmt: skip
