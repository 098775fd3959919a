"""What officers do to campaigns and operations: plan, staff, decide."""

from __future__ import annotations

from typing import Any, Final

from fanzha.casework.operations import (
    CampaignStep,
    Category,
    Operation,
    OperationKind,
    OperationStep,
    Plan,
)
from fanzha.core.actor import Actor, Role
from fanzha.services.desk.draft_operation_bulletin import draft_operation_bulletin
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.operation_tasks import create_operation_task
from fanzha.services.desk.plan_operation import plan_operation
from fanzha.services.desk.remark_operation import remark_operation
from fanzha.services.desk.run_campaign import CampaignDraft, add_campaign_body, open_campaign, step_campaign
from fanzha.services.desk.staff_operation import (
    TeamDraft,
    add_operation_body,
    add_operation_case,
    add_point,
    add_team,
)
from fanzha.services.desk.step_operation import step_operation
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.operation_results import RESULT_DEEDS
from fanzha.web.forms import Choices, Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

PLANNERS: Final = frozenset({Role.ANALYST, Role.APPROVER, Role.COMMANDER})
HEADS: Final = frozenset({Role.APPROVER, Role.COMMANDER})
_BODY: Final = Field("body", N_("单位编号"), required=True, hint=N_("如 KM-530102；邻近单位也可以加入。"))
_WHY: Final = Field("reason", N_("理由"), Kind.AREA, hint=N_("取消和重新开启须写明理由。"))


def _campaign(doing: Doing) -> Done:
    given = doing.values
    draft = CampaignDraft(given["title"], given["first_day"], given["last_day"], given["aims"], given["document"])
    made = open_campaign(doing.desk, doing.actor, draft, request=doing.request)
    return Done(f"/campaigns/{made.id}", N_("专项行动已建立"), made)


def _campaign_body(doing: Doing) -> Done:
    made = add_campaign_body(doing.desk, doing.actor, doing.id, doing.values["body"])
    return Done(f"/campaigns/{made.id}", N_("单位已加入"), made)


def _campaign_step(doing: Doing) -> Done:
    given = doing.values
    made = step_campaign(doing.desk, doing.actor, doing.id, CampaignStep(given["step"]), given["reason"])
    return Done(f"/campaigns/{made.id}", N_("已登记"), made)


def _plan(doing: Doing) -> Done:
    given = doing.values
    plan = Plan(
        given["title"], given["aims"], given["basis"], given["text"], OperationKind(given["kind"]),
        Category(given["category"]), given["class_slug"], given["campaign"],
    )  # fmt: skip
    made = plan_operation(doing.desk, doing.actor, plan, request=doing.request)
    return Done(f"/operations/{made.id}", N_("方案已拟定：由另一位负责人批准"), made)


def _plan_fields(console: Console, _actor: Actor, _record_id: str) -> tuple[Field, ...]:
    version = console.desk.rules.taxonomy.versions[-1]
    classes = (("", N_("不限")), *((one.slug, one.name) for one in version.classes))
    return (
        Field("title", N_("行动名称"), required=True),
        Field("aims", N_("行动目标"), Kind.AREA, required=True),
        Field("basis", N_("法律依据"), Kind.AREA, required=True, hint=N_("所依据的法条和立案文号。")),
        Field("text", N_("行动方案"), Kind.AREA),
        Field("kind", N_("组织形式"), Kind.CHOICE, required=True, choices=choices_of(OperationKind), start="strike"),
        Field("category", N_("行动类别"), Kind.CHOICE, required=True, choices=choices_of(Category), start="ordinary"),
        Field("class_slug", N_("打击类型"), Kind.CHOICE, choices=classes, hint=N_("集群战役须选择一类。"), sample=""),
        Field("campaign", N_("所属专项行动"), hint=N_("专项行动的编号；可以空着。"), sample=""),
    )


def _step(doing: Doing) -> Done:
    given = doing.values
    made = step_operation(
        doing.desk, doing.actor, doing.id, OperationStep(given["step"]), number=given["number"], reason=given["reason"]
    )
    return Done(f"/operations/{made.id}", N_("已登记"), made)


def _body(doing: Doing) -> Done:
    made = add_operation_body(doing.desk, doing.actor, doing.id, doing.values["body"])
    return Done(f"/operations/{made.id}", N_("单位已加入"), made)


def _point(doing: Doing) -> Done:
    made = add_point(doing.desk, doing.actor, doing.id, doing.values["place"], note=doing.values["note"])
    return Done(f"/operations/{made.id}", N_("抓捕点已加入"), made)


def _team(doing: Doing) -> Done:
    given = doing.values
    members = tuple(given["members"].replace("，", " ").replace(",", " ").split())
    team = TeamDraft(given["title"], given["body"], given["leader"], members, given["point"])
    made = add_team(doing.desk, doing.actor, doing.id, team)
    return Done(f"/operations/{made.id}", N_("小组已建立"), made)


def _team_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    operation: Any = open_record(console.desk, actor, Operation, record_id).record
    bodies: Choices = tuple((body, body) for body in operation.all_bodies)
    points: Choices = (("", N_("不限")), *((point.id, point.place) for point in operation.points))
    return (
        Field("title", N_("小组名称"), required=True),
        Field("body", N_("所属单位"), Kind.CHOICE, required=True, choices=bodies),
        Field("leader", N_("组长"), required=True, hint=N_("登录名。"), sample=actor.id),
        Field("members", N_("组员"), Kind.AREA, hint=N_("登录名，用空格分开。"), sample=""),
        Field("point", N_("抓捕点"), Kind.CHOICE, choices=points, sample=""),
    )


def _case(doing: Doing) -> Done:
    made = add_operation_case(doing.desk, doing.actor, doing.id, doing.values["case"])
    return Done(f"/operations/{made.id}", N_("案件已并入行动"), made)


def _task(doing: Doing) -> Done:
    given = doing.values
    made = create_operation_task(
        doing.desk, doing.actor, doing.id, given["title"], officer=given["officer"], due_us=given["due"]
    )
    return Done(f"/operations/{doing.id}", N_("待办已建立"), made)


def _bulletin(doing: Doing) -> Done:
    made = draft_operation_bulletin(doing.desk, doing.actor, doing.id, request=doing.request)
    return Done(f"/bulletins/{made.id}", N_("已起草：由另一位负责人签发"), made)


def _remark(doing: Doing) -> Done:
    made = remark_operation(doing.desk, doing.actor, doing.id, doing.values["text"])
    return Done(f"/operations/{made.id}", N_("已记入动态"), made)


OPERATION_DEEDS: Final = (
    Deed(
        "campaigns", "open-new", N_("新建专项行动"), PLANNERS, _campaign,
        (
            Field("title", N_("名称"), required=True),
            Field("first_day", N_("起始日"), required=True, hint="2021-03-01", sample="2021-03-01"),
            Field("last_day", N_("结束日"), required=True, hint="2021-06-08", sample="2021-06-08"),
            Field("aims", N_("行动目标"), Kind.AREA),
            Field("document", N_("方案文号"), Kind.NUMBER),
        ),
    ),
    Deed("campaigns", "body", N_("加入参战单位"), PLANNERS, _campaign_body, (_BODY,), rehearsed=False),
    Deed(
        "campaigns", "step", N_("结束、取消或恢复"), HEADS, _campaign_step,
        (Field("step", N_("决定"), Kind.CHOICE, required=True, choices=choices_of(CampaignStep)), _WHY),
    ),
    Deed("operations", "plan-new", N_("拟定行动"), PLANNERS, _plan, around=_plan_fields),
    Deed(
        "operations", "step", N_("批准、开始、收网结束"), HEADS, _step,
        (
            Field("step", N_("决定"), Kind.CHOICE, required=True, choices=choices_of(OperationStep)),
            Field("number", N_("方案文号"), hint=N_("批准时须填写。"), sample="模拟1号"), _WHY,
        ),
        grave=True, rehearsed=False,
    ),
    Deed("operations", "body", N_("加入参战单位"), PLANNERS, _body, (_BODY,), rehearsed=False),
    Deed(
        "operations", "point", N_("加抓捕点"), PLANNERS, _point,
        (Field("place", N_("地点"), required=True), Field("note", N_("说明"), Kind.AREA)),
    ),
    Deed("operations", "team", N_("建小组"), PLANNERS, _team, around=_team_fields, rehearsed=False),
    Deed(
        "operations", "case", N_("并入案件"), OFFICERS, _case, (Field("case", N_("案件编号"), required=True),),
        rehearsed=False, hint=N_("并入后计入涉及案件；破案且损失达到标准的，计入重大案件。"),
    ),
    Deed(
        "operations", "task", N_("加一项待办"), OFFICERS, _task,
        (
            Field("title", N_("要做什么"), required=True),
            Field("officer", N_("民警"), hint=N_("登录名；空着即自己。"), sample=""),
            Field("due", N_("截止时间"), Kind.INSTANT),
        ),
    ),
    Deed(
        "operations", "bulletin", N_("起草战果通报"), OFFICERS, _bulletin,
        hint=N_("以当前战果统计起草，每个数字可查到各条战果；由另一位负责人签发。"),
    ),
    Deed("operations", "remark", N_("记动态"), OFFICERS, _remark, (Field("text", N_("内容"), Kind.AREA, required=True),)),
    *RESULT_DEEDS,
)  # fmt: skip
