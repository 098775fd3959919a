"""Joint governance: meetings are called, minuted and resolved at; corporate accounts are listed, restricted and struck off."""

from __future__ import annotations

from typing import Final

from fanzha import bootstrap
from fanzha.casework.errand_model import ErrandKind
from fanzha.casework.governance import ControlDraft, Meeting, MeetingDraft
from fanzha.core.actor import Actor
from fanzha.services.desk.control_account import (
    draft_control,
    import_controls,
    list_corporate_account,
    strike_off_control,
)
from fanzha.services.desk.import_seizures import SheetFile
from fanzha.services.desk.list_office import list_other_bodies
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.run_meeting import (
    ResolutionDraft,
    call_meeting,
    cancel_meeting,
    hold_meeting,
    resolve_at_meeting,
    send_resolution,
)
from fanzha.web.answers import Page
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import FILES, REASON
from fanzha.web.forms import Field, Kind, table_choices
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

_NUMBER: Final = Field("number", N_("文号"), required=True, sample="模拟1号")


def _call(doing: Doing) -> Done:
    given = doing.values
    draft = MeetingDraft(given["title"], given["at"], given["place"], given["agenda"], given["bodies"])
    called = call_meeting(doing.desk, doing.actor, draft, request=doing.request)
    return Done(f"/meetings/{called.id}", N_("会商已召集"), called)


def _call_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    bodies = list_other_bodies(console.desk, actor, partners=True)
    choices = tuple((body.id, f"{body.name} · {body.jurisdiction or body.institution}") for body in bodies)
    return (
        Field("title", N_("会商事由"), required=True),
        Field("at", N_("时间"), Kind.INSTANT, required=True, sample=console.desk.clock.now_us()),
        Field("place", N_("地点")),
        Field("agenda", N_("议题"), Kind.AREA, required=True),
        Field(
            "bodies", N_("参会单位"), Kind.MANY, required=True, choices=choices, sample=tuple(x for x, _ in choices[:1])
        ),
    )


def _hold(doing: Doing) -> Done:
    held = hold_meeting(doing.desk, doing.actor, doing.id, doing.values["said"])
    return Done(f"/meetings/{held.id}", N_("纪要已保存"), held)


def _cancel(doing: Doing) -> Done:
    cancelled = cancel_meeting(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/meetings/{cancelled.id}", N_("已取消"), cancelled)


def _resolve(doing: Doing) -> Done:
    given = doing.values
    wanted = ResolutionDraft(given["text"], given["matter"], given["body"], given["about"])
    resolved = resolve_at_meeting(doing.desk, doing.actor, doing.id, wanted)
    return Done(f"/meetings/{resolved.id}", N_("议定事项已登记"), resolved)


def _resolve_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    meeting = open_record(console.desk, actor, Meeting, record_id).record
    return (
        Field("text", N_("做什么"), Kind.AREA, required=True),
        Field(
            "matter", N_("治理事项"), Kind.CHOICE, required=True,
            choices=table_choices(console.desk.rules.governance.matters.values()),
        ),
        Field("body", N_("办理单位"), Kind.CHOICE, required=True, choices=tuple((body, body) for body in meeting.bodies)),
        Field("about", N_("涉及网点、公司或市场")),
    )  # fmt: skip


def _send(doing: Doing) -> Done:
    given = doing.values
    sent = send_resolution(
        doing.desk, doing.console.books.evidence, doing.actor, doing.id, given["resolution"], given["number"],
        ErrandKind(given["kind"]),
    )  # fmt: skip
    return Done(f"/errands/{sent.id}", N_("已发出；对方签收和反馈的时限已开始计算"), sent)


def _send_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    opened = open_record(console.desk, actor, Meeting, record_id)
    waiting = tuple(
        (one.id, f"{one.body} · {opened.mask.text(one.text)[:40]}")
        for one in opened.record.resolutions
        if not one.errand
    )
    kinds = tuple((value, word) for value, word in choices_of(ErrandKind) if value != ErrandKind.NOTICE.value)
    return (
        Field("resolution", N_("议定事项"), Kind.CHOICE, required=True, choices=waiting),
        Field("kind", N_("种类"), Kind.CHOICE, required=True, choices=kinds, start=ErrandKind.ORDER.value),
        _NUMBER,
    )


def _list(doing: Doing) -> Done:
    given = doing.values
    draft = ControlDraft(
        given["account"], given["institution"], given["company"], given["risk"], given["reasons"],
        given["credit_code"], given["case"], given["note"],
    )  # fmt: skip
    listed = list_corporate_account(doing.desk, doing.actor, draft, request=doing.request)
    return Done(f"/controls/{listed.id}", N_("已列入清单"), listed)


def _list_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del actor, record_id
    rules = console.desk.rules.governance
    return (
        Field("account", N_("账号"), Kind.NUMBER, required=True),
        Field("institution", N_("开户行"), required=True),
        Field("company", N_("单位名称"), required=True),
        Field("credit_code", N_("统一社会信用代码"), Kind.NUMBER),
        Field("risk", N_("风险等级"), Kind.CHOICE, required=True, choices=table_choices(rules.classes.values())),
        Field(
            "reasons", N_("列入理由"), Kind.MANY, required=True, choices=table_choices(rules.reasons.values()),
            hint=N_("理由决定最高可定的等级；仅法定代表人相同不构成风险。"), sample=tuple(rules.reasons)[:1],
        ),
        Field("case", N_("所为案件"), sample=""),
        Field("note", N_("说明"), Kind.AREA),
    )  # fmt: skip


def _import(doing: Doing) -> Done:
    (upload, *_) = doing.values["files"]
    done = import_controls(doing.desk, bootstrap.table_reader(), doing.actor, SheetFile(upload.name, upload.content))
    page = Page("controls_imported.html", {"done": done})
    return Done("/controls", N_("已导入"), answer=page)


def _draft(doing: Doing) -> Done:
    drafted = draft_control(doing.desk, doing.actor, doing.id, doing.values["number"], doing.values["reason"])
    return Done(f"/measures/{drafted.id}", N_("账户限制已拟稿：请报批"), drafted)


def _strike_off(doing: Doing) -> Done:
    off = strike_off_control(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/controls/{off.id}", N_("已移出清单"), off)


GOVERNANCE_DEEDS: Final = (
    Deed("meetings", "call-new", N_("召集会商"), OFFICERS, _call, around=_call_fields),
    Deed(
        "meetings", "hold", N_("记会商纪要"), OFFICERS, _hold,
        (Field("said", N_("会商纪要"), Kind.AREA, required=True, hint=N_("再次填写的，补记在下面。不写个人姓名。")),),
    ),
    Deed("meetings", "resolve", N_("登记议定事项"), OFFICERS, _resolve, around=_resolve_fields),
    Deed("meetings", "send-resolution", N_("发出议定事项"), OFFICERS, _send, around=_send_fields, rehearsed=False),
    Deed("meetings", "cancel", N_("取消会商"), OFFICERS, _cancel, (REASON,)),
    Deed("controls", "list-new", N_("列入管控清单"), OFFICERS, _list, around=_list_fields),
    Deed(
        "controls", "import-new", N_("导入管控清单"), OFFICERS, _import, (FILES,), rehearsed=False,
        hint=N_("表格须有账号、开户行、单位名称、风险等级、列入理由各列。"),
    ),
    Deed("controls", "draft", N_("拟定账户限制"), OFFICERS, _draft, (_NUMBER, REASON)),
    Deed("controls", "strike-off", N_("移出管控清单"), OFFICERS, _strike_off, (REASON,)),
)  # fmt: skip
