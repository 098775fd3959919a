"""What was done to warn people is entered, and taken back."""

from __future__ import annotations

from typing import Final

from fanzha.casework.publicity import PublicityDraft, PublicityKind
from fanzha.core.actor import Actor
from fanzha.services.desk.enter_publicity import enter_publicity, recognise_community, withdraw_publicity
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.forms import Field, Kind, table_choices
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_


def _enter(doing: Doing) -> Done:
    given = doing.values
    draft = PublicityDraft(
        PublicityKind(given["kind"]), given["area"], given["at"] or doing.desk.clock.now_us(), given["title"],
        given["quantity"] or 1, given["reached"], given["venue"], given["class_slug"], given["note"],
    )  # fmt: skip
    made = enter_publicity(doing.desk, doing.actor, draft, request=doing.request)
    return Done(f"/publicity/{made.id}", N_("已登记"), made)


def _fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del actor, record_id
    version = console.desk.rules.taxonomy.versions[-1]
    return (
        Field(
            "kind", N_("种类"), Kind.CHOICE, required=True, choices=choices_of(PublicityKind),
            start=PublicityKind.EVENT.value,
        ),
        Field("title", N_("名称"), required=True),
        Field("area", N_("地区代码"), required=True, hint=N_("如 530102；到县级才能估计效果。"), sample="530102"),
        Field("at", N_("时间"), Kind.INSTANT, hint=N_("空着即现在。")),
        Field("quantity", N_("数量"), Kind.COUNT, hint=N_("活动场次、资料份数、信息条数、志愿者人数、社区个数。")),
        Field("reached", N_("覆盖人数"), Kind.COUNT, hint=N_("没有清点的空着。")),
        Field(
            "venue", N_("五进"), Kind.CHOICE, sample="",
            choices=(("", N_("不限")), *table_choices(console.desk.rules.publicity.venues.values())),
        ),
        Field(
            "class_slug", N_("宣传主题"), Kind.CHOICE, sample="",
            choices=(("", N_("不限")), *((one.slug, one.name) for one in version.classes)),
        ),
        Field("note", N_("说明"), Kind.AREA),
    )  # fmt: skip


def _recognise(doing: Doing) -> Done:
    made = recognise_community(doing.desk, doing.actor, doing.id, doing.values["document"])
    return Done(f"/publicity/{made.id}", N_("已认定，自此计入"), made)


def _withdraw(doing: Doing) -> Done:
    made = withdraw_publicity(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/publicity/{made.id}", N_("已撤回"), made)


PUBLICITY_DEEDS: Final = (
    Deed("publicity", "enter-new", N_("登记宣传"), OFFICERS, _enter, around=_fields),
    Deed(
        "publicity", "recognise", N_("认定无诈社区"), OFFICERS, _recognise,
        (Field("document", N_("认定决定文号"), required=True, sample="模拟认定〔2026〕1号"),),
    ),
    Deed("publicity", "withdraw", N_("撤回宣传登记"), OFFICERS, _withdraw, (REASON,)),
)  # fmt: skip
