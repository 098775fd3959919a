"""What is done to a return of frozen money, from plan to payment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from fanzha.access import Action
from fanzha.audit import Subject
from fanzha.core.actor import Actor
from fanzha.measures.return_plan import WAYS, Base
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.acting import looking
from fanzha.services.desk.decide_return import approve_return, propose_return, reject_return, withdraw_return
from fanzha.services.desk.draft_return import replan_return
from fanzha.services.desk.model import Desk
from fanzha.services.desk.object_to_return import decide_objection, receive_objection
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.pay_return import pay_again
from fanzha.services.desk.publish_return import publish_return
from fanzha.services.desk.read_return_figures import read_return_figures
from fanzha.services.desk.return_choices import Typed, wanted_of
from fanzha.services.desk.return_page import return_page
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.measure_deed import REASON
from fanzha.web.forms import Field, Kind, Values
from fanzha.web.measure_words import MODE_WORDS
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

WAY_CHOICES: Final = (
    ("direct", MODE_WORDS["direct"]), ("by_time", MODE_WORDS["by_time"]),
    ("by_time+prorata", N_("先按时间戳，其余按比例")), ("prorata", MODE_WORDS["prorata"]),
)  # fmt: skip
CHOICES: Final = (
    Field("branch", N_("返还方式"), Kind.CHOICE, choices=WAY_CHOICES, hint=N_("不选按规定第八条的顺序。")),
    Field("base", N_("比例的基数"), Kind.CHOICE, choices=choices_of(Base)),
    Field(
        "why", N_("理由"), sample="",
        hint=N_("跳过靠前的方式、改按比例时必填；流水没有到冻结时而直接返还或按时间戳返还时必填。"),
    ),
    Field("only", N_("只返还这些账户"), Kind.AREA, hint=N_("每行一个账号或后四位以上。"), sample=""),
    Field("others", N_("已证明属第三人的金额"), Kind.AREA, hint=N_("每行一项：账号=金额；只有一个账户时可只写金额。"), sample=""),
    Field("pay_to", N_("另行指定收款账户"), Kind.AREA, hint=N_("每行一项：被害人编号=账号"), sample=""),
    Field("compensated", N_("被害人已另行获赔"), Kind.AREA, hint=N_("每行一项：被害人编号=金额"), sample=""),
)  # fmt: skip


class Steps(Protocol):
    """A use case that takes a return on without more words."""

    def __call__(self, desk: Desk, actor: Actor, return_id: str, /, *, version: int | None = None) -> ReturnProcedure:
        """The return as it stands then."""
        ...


class StepsWithWords(Protocol):
    """A use case that takes a return on with a reason, or the number of its decision."""

    def __call__(
        self, desk: Desk, actor: Actor, return_id: str, words: str, /, *, version: int | None = None
    ) -> ReturnProcedure:
        """The return as it stands then."""
        ...


def typed_of(values: Values) -> Typed:
    """The choices of a form as the planning takes them."""

    def one(name: str) -> list[str]:
        return [values[name]] if values[name] else []

    def lines(name: str) -> list[str]:
        return [line.strip() for line in str(values[name]).splitlines() if line.strip()]

    return Typed(
        lines("only"), one("branch"), one("base"), one("why"), lines("others"), lines("pay_to"), lines("compensated")
    )


def _on(use_case: Steps, told: str) -> Callable[[Doing], Done]:
    def carry_out(doing: Doing) -> Done:
        done = use_case(doing.desk, doing.actor, doing.id, version=doing.version)
        return Done(f"/returns/{done.id}", told, done)

    return carry_out


def _on_with(use_case: StepsWithWords, field: str, told: str) -> Callable[[Doing], Done]:
    def carry_out(doing: Doing) -> Done:
        done = use_case(doing.desk, doing.actor, doing.id, doing.values[field], version=doing.version)
        return Done(f"/returns/{done.id}", told, done)

    return carry_out


def _object(doing: Doing) -> Done:
    done = receive_objection(doing.desk, doing.actor, doing.id, doing.values["by"], doing.values["text"])
    return Done(f"/returns/{done.id}", N_("异议已受理：支付前须书面答复"), done)


def _decide_objection(doing: Doing) -> Done:
    values = doing.values
    upheld = values["decision"] == "upheld"
    done = decide_objection(doing.desk, doing.actor, doing.id, values["objection"], values["finding"], upheld=upheld)
    return Done(f"/returns/{done.id}", N_("异议已答复；成立的请重新拟定方案") if upheld else N_("异议已答复"), done)


def _objections(console: Console, actor: Actor, return_id: str) -> Sequence[Field]:
    procedure = open_record(console.desk, actor, ReturnProcedure, return_id).record
    waiting = tuple((one.id, one.id) for one in procedure.objections if one.decided_us is None)
    decisions = (("dismissed", N_("不成立")), ("upheld", N_("成立")))
    return (
        Field(
            "objection", N_("异议"), Kind.CHOICE, required=True, choices=waiting, start=waiting[0][0] if waiting else ""
        ),
        Field("decision", N_("决定"), Kind.CHOICE, required=True, choices=decisions),
        Field("finding", N_("审查了什么、结论如何"), Kind.AREA, required=True, sample="经审查有关材料（演练用的答复）"),
    )


def _pay_again(doing: Doing) -> Done:
    values = doing.values
    again = pay_again(doing.desk, doing.actor, doing.id, values["payment"], values["to"], values["reason"])
    return Done(f"/measures/{again.id}", N_("已报批改付：由另一人审批"), again)


def _refused_payments(console: Console, actor: Actor, return_id: str) -> Sequence[Field]:
    payments = return_page(console.desk, actor, return_id).payments
    refused = tuple((one.id, one.id) for one in payments if one.status.value == "refused")
    start = refused[0][0] if refused else f"{return_id}.1"
    return (
        Field("payment", N_("被拒的支付"), Kind.CHOICE, required=True, choices=refused or ((start, start),), start=start),
        Field("to", N_("改付账户"), Kind.NUMBER, required=True, sample="6299990000000000009"), REASON,
    )  # fmt: skip


def _replan(doing: Doing) -> Done:
    desk, actor = doing.desk, doing.actor
    with looking(desk, actor, "return.replan", Subject("return", doing.id)) as look:
        before = look.load(ReturnProcedure, doing.id, Action.RETURN_PROPOSE)
    figures = read_return_figures(desk, doing.console.books, actor, before.case)
    wanted = wanted_of(before.case, typed_of(doing.values), figures, [each.account for each in before.plans])
    done = replan_return(desk, actor, doing.id, wanted, figures, version=doing.version)
    return Done(f"/returns/{done.id}", N_("已按今日情况重新拟定方案"), done)


def _review(console: Console, actor: Actor, return_id: str) -> Mapping[str, Any]:
    page = return_page(console.desk, actor, return_id)
    return {"page": page, "procedure": page.procedure, "mask": page.mask, "version": str(page.procedure.version)}


def _deed(name: str, label: str, carry_out: Callable[[Doing], Done], **more: Any) -> Deed:
    return Deed("returns", name, label, OFFICERS, carry_out, template="return_deed.html", review=_review, **more)


RETURN_DEEDS: Final[tuple[Deed, ...]] = (
    _deed("publish", N_("公告"), _on(publish_return, N_("公告期开始：期满前不支付")), grave=True, press=N_("开始公告")),
    _deed(
        "object", N_("受理异议"), _object,
        fields=(Field("by", N_("异议人"), required=True), Field("text", N_("异议内容"), Kind.AREA, required=True)),
    ),
    _deed("decide-objection", N_("答复异议"), _decide_objection, around=_objections, grave=True),
    _deed("replan", N_("重新拟定方案"), _replan, fields=CHOICES, rehearsed=False),
    _deed("propose", N_("呈请返还"), _on(propose_return, N_("已呈请，等市级以上决定")), grave=True),
    _deed(
        "approve", N_("决定返还"), _on_with(approve_return, "document", N_("已决定：支付指令随即发往各机构")), grave=True,
        fields=(Field("document", N_("返还决定书文号"), required=True),), press=N_("决定返还"),
    ),
    _deed("reject", N_("不予返还"), _on_with(reject_return, "reason", N_("已决定不予返还")), fields=(REASON,), grave=True),
    _deed("withdraw", N_("撤回返还"), _on_with(withdraw_return, "reason", N_("返还已撤回")), fields=(REASON,)),
    _deed("pay-again", N_("改付其他账户"), _pay_again, around=_refused_payments, grave=True),
)  # fmt: skip
assert len(WAYS) == len(WAY_CHOICES), "every way to return can be chosen"
