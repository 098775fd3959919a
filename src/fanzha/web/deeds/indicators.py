"""What officers do to the numbers of the public page, and to the objections against them."""

from __future__ import annotations

from typing import Final

from fanzha.casework.objections import ObjectionStatus
from fanzha.core.actor import Role
from fanzha.services.desk.answer_objection import answer_listing_objection
from fanzha.services.desk.publish_indicator import (
    approve_indicator,
    propose_indicator,
    reject_indicator,
    withdraw_indicator,
)
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

_HEADS: Final = frozenset({Role.APPROVER, Role.COMMANDER})
_PROPOSERS: Final = frozenset({Role.DUTY_OFFICER, Role.ANALYST})
_REASON: Final = Field("reason", N_("理由"), Kind.AREA, required=True)


def _propose(doing: Doing) -> Done:
    made = propose_indicator(
        doing.desk, doing.actor, doing.values["clue"], doing.values["reason"], request=doing.request
    )
    return Done(f"/indicators/{made.id}", N_("已报批：由另一位负责人决定"), made)


def _approve(doing: Doing) -> Done:
    made = approve_indicator(doing.desk, doing.actor, doing.id, doing.values["reason"], version=doing.version)
    return Done(f"/indicators/{made.id}", N_("已同意公示：等待期满、且无在办事项时才显示"), made)


def _reject(doing: Doing) -> Done:
    made = reject_indicator(doing.desk, doing.actor, doing.id, doing.values["reason"], version=doing.version)
    return Done(f"/indicators/{made.id}", N_("已决定不公示"), made)


def _withdraw(doing: Doing) -> Done:
    made = withdraw_indicator(doing.desk, doing.actor, doing.id, doing.values["reason"], version=doing.version)
    return Done(f"/indicators/{made.id}", N_("已撤下，公众立即查不到"), made)


def _answer(doing: Doing) -> Done:
    status, answer = ObjectionStatus(doing.values["status"]), doing.values["answer"]
    made = answer_listing_objection(doing.desk, doing.actor, doing.id, status, answer, version=doing.version)
    return Done("/indicators?tab=objections", N_("已答复"), made)


INDICATOR_DEEDS: Final = (
    Deed(
        "indicators", "propose-new", N_("提请公示"), _PROPOSERS, _propose,
        (Field("clue", N_("线索编号"), required=True, hint=N_("已核实、已处置且案件已结的线索。")), _REASON),
        hint=N_("公众核验页面只显示经两人决定的号码；正在查询、止付、办案的号码一律不显示。"),
    ),
    Deed(
        "indicators", "approve", N_("同意公示"), _HEADS, _approve, (_REASON,), grave=True,
        hint=N_("同意后要等待规定的时间；期满时仍有在办事项的，继续不显示。"),
    ),
    Deed("indicators", "reject", N_("不同意公示"), _HEADS, _reject, (_REASON,)),
    Deed("indicators", "withdraw", N_("撤下"), OFFICERS, _withdraw, (_REASON,)),
    Deed(
        "objections", "answer", N_("答复异议"), _HEADS, _answer,
        (
            Field(
                "status", N_("决定"), Kind.CHOICE, required=True,
                choices=choices_of(ObjectionStatus, without=(ObjectionStatus.RECEIVED,)),
            ),
            Field("answer", N_("书面答复"), Kind.AREA, required=True, hint=N_("审查了什么、为何这样决定，写成完整的话。")),
        ),
        hint=N_("认定成立的，号码同时撤下。"),
    ),
)  # fmt: skip
