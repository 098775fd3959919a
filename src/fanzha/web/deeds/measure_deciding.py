"""Who decides what on a measure: proposed, approved or not, begun first, made longer, let go; each one decision."""

from __future__ import annotations

from typing import Final

from fanzha.measures.terms import Span, Unit
from fanzha.services.desk.act_first import act_first
from fanzha.services.desk.approve_measure import approve_measure
from fanzha.services.desk.countersign_measure import countersign_measure
from fanzha.services.desk.find_unrelated import find_unrelated
from fanzha.services.desk.lift_measure import lift_measure
from fanzha.services.desk.propose_measure import propose_measure
from fanzha.services.desk.reject_measure import reject_measure
from fanzha.services.desk.release_part import release_part
from fanzha.services.desk.renew_measure import approve_renewal, ask_renewal
from fanzha.services.desk.withdraw_measure import withdraw_measure
from fanzha.web.deeds.deed import Doing, Done
from fanzha.web.deeds.measure_deed import REASON, changing, changing_with_reason, measure_deed, measure_of
from fanzha.web.forms import Field, Kind, Values
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

PERIOD: Final = (
    Field("period", N_("期限"), Kind.COUNT, hint=N_("不填按该期别的最长期限。")),
    Field("unit", N_("单位"), Kind.CHOICE, choices=choices_of(Unit, without=(Unit.WHOLE_DAYS,))),
)


def span_of(values: Values) -> Span | None:
    """The length of time of a form; None where none is written."""
    return Span(values["period"], Unit(values["unit"] or Unit.HOURS)) if values.get("period") else None


def _renew(doing: Doing) -> Done:
    asked = ask_renewal(
        doing.desk, doing.actor, doing.id, doing.values["reason"], period=span_of(doing.values),
        version=doing.version, request=doing.request,
    )  # fmt: skip
    return Done(measure_of(asked.id), N_("已申请续期：到期前经另一人同意才有效"), asked)


def _release_part(doing: Doing) -> Done:
    done = release_part(
        doing.desk, doing.actor, doing.id, doing.values["reason"], amount_minor=doing.values["amount"],
        another=doing.values["another"], version=doing.version, request=doing.request,
    )  # fmt: skip
    return Done(measure_of(done.id), N_("已部分解除，解除指令随即发往机构"), done)


DECIDING: Final = (
    measure_deed(
        "propose", N_("报批"), changing(propose_measure, N_("已报批，等另一人审批")),
        hint=N_("无须填写，核对后按报批：送审批人决定，此后不能再改写；同意后指令随即发往机构。"),
    ),
    measure_deed(
        "approve", N_("同意"), changing(approve_measure, N_("已同意：指令随即发往机构")), grave=True,
        hint=N_("签发后指令立即发往机构。申请人不能审批自己的申请。"), press=N_("同意并签发"),
    ),
    measure_deed("reject", N_("不同意"), changing_with_reason(reject_measure, N_("已退回申请人")), fields=(REASON,)),
    measure_deed("withdraw", N_("撤回"), changing_with_reason(withdraw_measure, N_("已撤回")), fields=(REASON,)),
    measure_deed(
        "act-first", N_("先行办理"), changing_with_reason(act_first, N_("已先行办理：须由另一人按时补签，否则失效")),
        fields=(REASON,), grave=True, press=N_("先行办理"),
        hint=N_("紧急通道：指令立即发出，另一人未按时补签即失效；单独统计。"),
    ),
    measure_deed(
        "countersign", N_("补签"), changing(countersign_measure, N_("已补签，期限自此按本措施计算")), grave=True,
        hint=N_("为同事先行办理的措施负责。"), press=N_("补签"),
    ),
    measure_deed("renew", N_("申请续期"), _renew, fields=(REASON, *PERIOD), grave=True),
    measure_deed(
        "approve-renewal", N_("同意续期"), changing(approve_renewal, N_("续期已同意，已通知机构")), grave=True,
        press=N_("同意续期"),
    ),
    measure_deed(
        "release-part", N_("部分解除"), _release_part, grave=True,
        fields=(
            REASON, Field("amount", N_("解除金额（元）"), Kind.AMOUNT, sample=1, hint=N_("不填按应留出的工资和生活费用。")),
            Field(
                "another", N_("这是又一次部分解除"), Kind.FLAG, sample=True,
                hint=N_("金额和理由与已解除的一笔相同、而确须再解除时勾选。"),
            ),
        ),
    ),
    measure_deed(
        "lift", N_("解除"), changing_with_reason(lift_measure, N_("已解除，解除指令随即发往机构")), fields=(REASON,),
        grave=True, press=N_("解除"), hint=N_("一人即可解除；机构未确认解除会转为异常。"),
    ),
    measure_deed(
        "unrelated", N_("认定与案件无关"), changing_with_reason(find_unrelated, N_("已认定无关：须在期限内解除")),
        fields=(REASON,),
    ),
)  # fmt: skip
