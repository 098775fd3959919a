"""A case goes to the body whose it is: offered with its paper, and answered within its time."""

from __future__ import annotations

from typing import Final

from fanzha.core.actor import Actor
from fanzha.services.desk.hand_over_case import (
    Offer,
    accept_hand_over,
    decline_hand_over,
    offer_hand_over,
    recall_hand_over,
)
from fanzha.web.console import Console
from fanzha.web.deeds.clues import body_field, officer_field
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.forms import Field
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_


def _offer(doing: Doing) -> Done:
    given = doing.values
    made = offer_hand_over(doing.desk, doing.actor, doing.id, Offer(given["body"], given["number"], given["reason"]))
    return Done(f"/cases/{doing.id}?tab=related", N_("已提出移交；对方接收前案件仍在本单位"), made)


def _offer_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    return body_field(console, actor), Field("number", N_("移送案件通知书文号"), required=True), REASON


def _accept(doing: Doing) -> Done:
    case = accept_hand_over(doing.desk, doing.actor, doing.id, doing.values["officer"])
    return Done(f"/cases/{case.id}", N_("案件已接收，措施的续期与解除由本单位负责"), case)


def _accept_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    return (officer_field(console, actor, actor.organisation),)


def _decline(doing: Doing) -> Done:
    declined = decline_hand_over(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done("/hand-overs", N_("已退回"), declined)


def _recall(doing: Doing) -> Done:
    recalled = recall_hand_over(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/cases/{recalled.case}?tab=related", N_("移交已撤回"), recalled)


HAND_OVER_DEEDS: Final = (
    Deed("cases", "hand-over", N_("移交案件"), OFFICERS, _offer, around=_offer_fields, grave=True,
         hint=N_("案件连同线索、事实、措施一并移交；对方接收前各项期限照常。")),
    Deed("hand-overs", "accept", N_("接收案件"), OFFICERS, _accept, around=_accept_fields, grave=True),
    Deed("hand-overs", "decline", N_("不接收"), OFFICERS, _decline, (REASON,)),
    Deed("hand-overs", "recall", N_("收回移交"), OFFICERS, _recall, (REASON,)),
)  # fmt: skip
