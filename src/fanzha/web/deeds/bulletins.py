"""What officers do with bulletins: begin one, put a value in by hand, issue, take back, begin the next edition."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from fanzha.core.actor import Actor, Role
from fanzha.core.errors import BadInput
from fanzha.core.time import format_instant
from fanzha.services.desk.bulletin_content import first_content, read_against
from fanzha.services.desk.change_figure import change_figure
from fanzha.services.desk.daily_analysis import draft_daily_analysis
from fanzha.services.desk.draft_bulletin import draft_bulletin
from fanzha.services.desk.issue_bulletin import issue_bulletin, revise_bulletin, withdraw_bulletin
from fanzha.services.desk.open_bulletin import open_bulletin
from fanzha.services.desk.open_draft_versions import list_draft_versions
from fanzha.services.desk.restore_draft import restore_draft
from fanzha.statistics import day_of, read_period
from fanzha.statistics.periods import days_of
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Field, Kind
from fanzha.web.words import N_, InBoth

_HEADS: Final = frozenset({Role.APPROVER, Role.COMMANDER})
_WRITERS: Final = frozenset({Role.DUTY_OFFICER, Role.ANALYST, Role.APPROVER, Role.COMMANDER})
_REASON: Final = Field("reason", N_("理由"), Kind.AREA, required=True)
_BASES: Final = (("", N_("不比较")), ("yoy", N_("同比")), ("mom", N_("环比")))


def _draft(doing: Doing) -> Done:
    today = day_of(doing.desk.clock.now_us())
    against = [read_against(doing.values["against"])] if doing.values["against"] else []
    content = first_content(read_period(doing.values["period"], today), against, doing.desk.rules.indicators)
    made = draft_bulletin(doing.desk, doing.actor, content, request=doing.request)
    return Done(f"/bulletins/{made.id}", N_("已起草：由另一位负责人签发"), made)


def _daily(doing: Doing) -> Done:
    day = None
    if doing.values["day"]:
        first, last = days_of(read_period(doing.values["day"], day_of(doing.desk.clock.now_us())))
        if first != last:
            raise BadInput("the analysis is of one day: write it as 2026-06-03")
        day = first
    made = draft_daily_analysis(doing.desk, doing.actor, day=day)
    return Done(f"/bulletins/{made.id}", N_("已生成研判稿"), made)


def _figure(doing: Doing) -> Done:
    try:
        value = Decimal(doing.values["value"])
    except InvalidOperation:
        raise BadInput("the value is no number: write it with a point, without 万 or 亿") from None
    made = change_figure(
        doing.desk, doing.actor, doing.id, doing.values["name"], value, doing.values["reason"], version=doing.version
    )
    return Done(f"/bulletins/{made.id}", N_("已改：标注为手改数"), made)


def _names(console: Console, actor: Actor, record_id: str) -> Sequence[Field]:
    figures = open_bulletin(console.desk, actor, record_id).bulletin.figures
    known = console.desk.rules.indicators.measures
    choices = tuple(
        (one.variable.name, InBoth(known[one.variable.measure].zh, known[one.variable.measure].en)) for one in figures
    )
    return (Field("name", N_("名称"), Kind.CHOICE, required=True, choices=choices), _VALUE, _REASON)


def _issue(doing: Doing) -> Done:
    reader = doing.console.bulletins()
    made = issue_bulletin(
        doing.desk, doing.actor, doing.id, reader, number=doing.values["number"], version=doing.version
    )
    return Done(f"/bulletins/{made.id}", N_("已签发：内容不再更改"), made)


def _restore(doing: Doing) -> Done:
    chosen = doing.values["number"]
    if not chosen:
        raise BadInput(N_("还没有可以恢复的版本"))
    made = restore_draft(doing.desk, doing.actor, doing.id, int(chosen), version=doing.version)
    return Done(f"/bulletins/{made.id}", N_("已恢复：此前的内容仍在版本中"), made)


def _numbers(console: Console, actor: Actor, record_id: str) -> Sequence[Field]:
    found = list_draft_versions(console.desk, actor, record_id).rows
    choices = tuple((str(one.number), f"{one.number} · {format_instant(one.at_us)[:16]} · {one.by}") for one in found)
    return (Field("number", N_("版本"), Kind.CHOICE, required=True, choices=choices),)


def _withdraw(doing: Doing) -> Done:
    made = withdraw_bulletin(doing.desk, doing.actor, doing.id, doing.values["reason"], version=doing.version)
    return Done(f"/bulletins/{made.id}", N_("已撤回"), made)


def _revise(doing: Doing) -> Done:
    made = revise_bulletin(doing.desk, doing.actor, doing.id)
    return Done(f"/bulletins/{made.id}", N_("已起草下一期：数字已重新统计"), made)


_VALUE: Final = Field(
    "value", N_("数值"), required=True, hint=N_("按指标的单位填写，金额以元计，不写万、亿。"), sample="1"
)
BULLETIN_DEEDS: Final = (
    Deed(
        "bulletins", "draft-new", N_("起草通报"), _WRITERS, _draft,
        (
            Field("period", N_("时段"), required=True, start=InBoth("上月", "last month"), sample="last-month",
                  hint=N_("如 2026-05、2026-Q2、2026、上月、2026-01-01..2026-05-26。")),
            Field("against", N_("比较"), Kind.CHOICE, choices=_BASES),
        ),
        hint=N_("数字由记录统计得出，不手工填写；签发前按公开通报的读法核对一遍。"),
    ),
    Deed(
        "bulletins", "daily-new", N_("每日研判"), _WRITERS, _daily,
        (Field("day", N_("日期"), hint=N_("不填为昨日。"), sample=""),),
    ),
    Deed("bulletins", "figure", N_("手改数字"), _WRITERS, _figure, (_VALUE, _REASON), around=_names),
    Deed(
        "bulletins", "issue", N_("签发"), _HEADS, _issue, (Field("number", N_("文号"), sample=""),), grave=True,
        hint=N_("签发后内容不再更改；更正须撤回后另起一期。"),
    ),
    Deed(
        "bulletins", "restore", N_("恢复旧版本"), _WRITERS, _restore, around=_numbers,
        hint=N_("数字恢复为当时统计的；现在的内容仍在版本中。"),
    ),
    Deed("bulletins", "withdraw", N_("撤回"), _HEADS, _withdraw, (_REASON,)),
    Deed("bulletins", "revise", N_("起草下一期"), _WRITERS, _revise),
)  # fmt: skip
