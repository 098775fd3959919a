"""What one body asks of another: sent, signed for, answered, sent back, taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fanzha.casework.errand_model import ErrandKind, ErrandOutcome
from fanzha.core.actor import Actor, Level
from fanzha.services.desk.errands import (
    ErrandWanted,
    answer_errand,
    confirm_errand,
    recall_errand,
    send_back_errand,
    send_errand,
    sign_for_errand,
)
from fanzha.web.console import Console
from fanzha.web.deeds.clues import body_field, officer_field
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import FILES, REASON, brought
from fanzha.web.forms import Field, Kind, table_choices
from fanzha.web.routes import OFFICERS, PARTNERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

_FILES: Final = replace(FILES, required=False)


def _send(doing: Doing) -> Done:
    given = doing.values
    wanted = ErrandWanted(
        ErrandKind(given["kind"]), given["body"], given["title"], given["text"], given["number"], given["case"],
        tuple(brought(upload) for upload in given["files"]), given["matter"], given["about"],
    )  # fmt: skip
    sent = send_errand(doing.desk, doing.console.books.evidence, doing.actor, wanted, request=doing.request)
    return Done(f"/errands/{sent.id}", N_("已发出；对方签收和反馈的时限已开始计算"), sent)


def _send_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    return (
        Field(
            "kind",
            N_("种类"),
            Kind.CHOICE,
            required=True,
            choices=choices_of(ErrandKind),
            start=ErrandKind.HELP_REQUEST.value,
        ),
        body_field(console, actor, partners=True),
        Field("title", N_("标题"), required=True, sample="模拟"),
        Field("text", N_("请对方做什么"), Kind.AREA, required=True, sample="模拟"),
        Field("number", N_("文号"), hint=N_("交办和协作须有文号")),
        Field("case", N_("所为案件"), hint=N_("案件编号；对方看不到案件本身")),
        Field(
            "matter",
            N_("治理事项"),
            Kind.CHOICE,
            choices=(("", N_("不限")), *table_choices(console.desk.rules.governance.matters.values())),
            hint=N_("联合治理的事项按事项的期限反馈，办结后回头看。"),
            sample="",
        ),
        Field("about", N_("涉及网点、公司或市场"), sample=""),
        _FILES,
    )


def _sign_for(doing: Doing) -> Done:
    signed = sign_for_errand(doing.desk, doing.actor, doing.id, officer=doing.values.get("officer", ""))
    return Done(f"/errands/{signed.id}", N_("已签收"), signed)


def _sign_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    if actor.level is Level.PARTNER:  # whoever of a partner signs for it has it
        return ()
    return (officer_field(console, actor, actor.organisation, required=False),)


def _answer(doing: Doing) -> Done:
    given = doing.values
    answered = answer_errand(
        doing.desk, doing.console.books.evidence, doing.actor, doing.id, ErrandOutcome(given["outcome"]), given["text"],
        tuple(brought(upload) for upload in given["files"]),
    )  # fmt: skip
    return Done(f"/errands/{answered.id}", N_("已反馈"), answered)


def _send_back(doing: Doing) -> Done:
    returned = send_back_errand(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/errands/{returned.id}", N_("已退回补充，反馈时限重新计算"), returned)


def _confirm(doing: Doing) -> Done:
    confirmed = confirm_errand(doing.desk, doing.actor, doing.id, doing.values["text"])
    return Done(f"/errands/{confirmed.id}", N_("回头看已登记"), confirmed)


def _recall(doing: Doing) -> Done:
    recalled = recall_errand(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/errands/{recalled.id}", N_("已撤回"), recalled)


_OUTCOME: Final = Field(
    "outcome", N_("结果"), Kind.CHOICE, required=True, start=ErrandOutcome.DONE.value,
    choices=choices_of(ErrandOutcome),
)  # fmt: skip
_TEXT: Final = Field("text", N_("反馈内容"), Kind.AREA, required=True, sample="模拟")
ERRAND_DEEDS: Final = (
    Deed("errands", "new", N_("发出交办或协作"), OFFICERS, _send, around=_send_fields, rehearsed=False,
         hint=N_("交办发往下级和协作单位，协作发往其他单位，通报只需签收。")),
    Deed("errands", "sign-for", N_("签收"), OFFICERS | PARTNERS, _sign_for, around=_sign_fields),
    Deed("errands", "answer", N_("反馈"), OFFICERS | PARTNERS, _answer, (_OUTCOME, _TEXT, _FILES)),
    Deed("errands", "send-back", N_("退回补充"), OFFICERS, _send_back, (REASON,)),
    Deed("errands", "confirm", N_("回头看"), OFFICERS, _confirm,
         (Field("text", N_("回头看所见"), Kind.AREA, required=True, sample="模拟"),)),
    Deed("errands", "recall", N_("撤回请求"), OFFICERS, _recall, (REASON,)),
)  # fmt: skip
