"""What an officer does to a clue: takes it, assesses it, makes a fact of it, acts, or rules it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.casework import Clue, Document, DocumentKind
from fanzha.core.actor import Actor
from fanzha.core.errors import NotAllowed
from fanzha.services.desk.act_on_clue import act_on_clue
from fanzha.services.desk.allot_queue import allot_queue
from fanzha.services.desk.assess_clue import assess_clue
from fanzha.services.desk.assign_clue import assign_clue
from fanzha.services.desk.claim_clue import claim_clue
from fanzha.services.desk.close_clue import dismiss_clue, reopen_clue
from fanzha.services.desk.colleagues import colleagues
from fanzha.services.desk.confirm_clue import confirm_clue
from fanzha.services.desk.list_office import list_other_bodies
from fanzha.services.desk.merge_reports import merge_clues
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.pause_clue import pause_clue, resume_clue
from fanzha.services.desk.reestimate_clue import reestimate_clue
from fanzha.services.desk.route_clue import route_clue
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.reports import REASON
from fanzha.web.deeds.verifying import VERIFYING_DEEDS
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.show import instant, money
from fanzha.web.words import LANGUAGES, N_, InBoth, own_words


def officer_field(console: Console, actor: Actor, organisation: str, *, required: bool = True) -> Field:
    """Whom something can be given to, oneself first."""
    try:
        people = colleagues(console.desk, actor, organisation)
    except NotAllowed:
        people = ()
    choices = tuple((one.id, f"{one.login} · {one.display_name} · {one.organisation}") for one in people)
    return Field("officer", N_("民警"), Kind.CHOICE, required=required, choices=choices)


def body_field(console: Console, actor: Actor, *, partners: bool = False) -> Field:
    """To which body something can go; partners take no cases and no clues."""
    bodies = list_other_bodies(console.desk, actor, partners=partners)
    choices = tuple((body.id, f"{body.name} · {body.jurisdiction or body.institution}") for body in bodies)
    return Field("body", N_("机构"), Kind.CHOICE, required=True, choices=choices)


def _clue(console: Console, actor: Actor, clue_id: str) -> Clue:
    return open_record(console.desk, actor, Clue, clue_id).record


def _claim(doing: Doing) -> Done:
    clue = claim_clue(doing.desk, doing.actor, doing.id)
    return Done(f"/clues/{clue.id}", N_("已接下：三小时计时归您"), clue)


def _assign(doing: Doing) -> Done:
    clue = assign_clue(doing.desk, doing.actor, doing.id, doing.values["officer"], reason=doing.values["reason"])
    return Done(f"/clues/{clue.id}", N_("已分派"), clue)


def _assign_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    organisation = _clue(console, actor, record_id).organisation
    reason = Field("reason", N_("理由"), Kind.AREA, hint=N_("从他人手里转出时必须写明。"))
    return officer_field(console, actor, organisation), reason


def _assess(doing: Doing) -> Done:
    clue = assess_clue(doing.desk, doing.actor, doing.id, doing.values["finding"])
    return Done(f"/clues/{clue.id}", N_("研判已记录"), clue)


def _assess_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    """The finding begins with what was claimed, without anybody's name or number; what is thought of it stands below."""
    clue = _clue(console, actor, record_id)
    start = clue.assessment.finding if clue.assessment is not None else _as_reported(clue)
    hint = N_("已带入报案所述的时间、金额和机构；请在下一行写您的判断：为什么可疑，钱可能到哪里了。")
    return (Field("finding", N_("研判意见"), Kind.AREA, required=True, start=start, hint=hint),)


def _as_reported(clue: Clue) -> str:
    """The times, amounts and institutions of the claims."""
    told = "; ".join(
        f"{instant(claim.at_us)} {money(claim.amount_minor, claim.currency)} {claim.institution}".strip()
        for claim in clue.claims
    )
    return InBoth(f"报案所述：{told}\n", f"As reported: {told}\n") if told else ""


def _assess_wrong(doing: Doing) -> Mapping[str, str]:
    """What was claimed is no judgement of it."""
    begun = _as_reported(_clue(doing.console, doing.actor, doing.id))
    said = " ".join(doing.values.get("finding", "").split())
    if begun and said in {" ".join(own_words(begun, language).split()) for language in LANGUAGES}:
        return {"finding": N_("这里还只有报案人的话：请写一句您自己的判断")}
    return {}


def _confirm(doing: Doing) -> Done:
    given = doing.values
    read_in = Document(DocumentKind(given["document"]), given["reference"], given["place"])
    clue = confirm_clue(doing.desk, doing.actor, doing.id, read_in, given["finding"])
    return Done(f"/clues/{clue.id}", N_("线索已核实"), clue)


def _act(doing: Doing) -> Done:
    actions = tuple(doing.values["actions"].split())
    clue = act_on_clue(doing.desk, doing.actor, doing.id, actions, doing.values["reason"])
    return Done(f"/clues/{clue.id}", N_("已处置：计时停止"), clue)


def _dismiss(doing: Doing) -> Done:
    clue = dismiss_clue(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/clues/{clue.id}", N_("线索已排除；可以恢复"), clue)


def _reopen(doing: Doing) -> Done:
    clue = reopen_clue(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/clues/{clue.id}", N_("线索已恢复，由您办理"), clue)


def _pause(doing: Doing) -> Done:
    clue = pause_clue(doing.desk, doing.actor, doing.id, doing.values["reason"])
    return Done(f"/clues/{clue.id}", N_("计时已暂停，到最长时间自动恢复"), clue)


def _pause_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del actor, record_id
    pauses = console.desk.rules.casework.clock.pauses
    known = {
        "awaiting_reporter": N_("等报案人补充材料"), "awaiting_institution": N_("等机构回复"),
        "system_outage": N_("系统或线路故障"),
    }  # fmt: skip
    choices = tuple((one.reason, known.get(one.reason, one.text)) for one in pauses)
    return (Field("reason", N_("暂停原因"), Kind.CHOICE, required=True, choices=choices),)


def _resume(doing: Doing) -> Done:
    clue = resume_clue(doing.desk, doing.actor, doing.id)
    return Done(f"/clues/{clue.id}", N_("继续计时"), clue)


def _route(doing: Doing) -> Done:
    given = doing.values
    clue = route_clue(
        doing.desk, doing.actor, doing.id, given["body"], given["reason"], jurisdiction=given["jurisdiction"]
    )
    return Done("/desk", N_("线索已转交，计时在对方继续"), clue)


def _route_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    place = Field("jurisdiction", N_("发生地区划代码"), Kind.NUMBER, sample="")
    return body_field(console, actor), place, REASON


def _reestimate(doing: Doing) -> Done:
    amounts = {claim: minor for claim, minor in doing.values.items() if minor is not None}
    clue = reestimate_clue(doing.desk, doing.actor, doing.id, amounts)
    return Done(f"/clues/{clue.id}", N_("可挽回金额已重估"), clue)


def _reestimate_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    return tuple(
        Field(claim.id, f"{instant(claim.at_us)} {money(claim.amount_minor, claim.currency)}", Kind.AMOUNT,
              start=money(claim.recoverable_minor).lstrip("¥"), sample=claim.recoverable_minor)
        for claim in _clue(console, actor, record_id).claims
    )  # fmt: skip


def _merge(doing: Doing) -> Done:
    made = merge_clues(doing.desk, doing.actor, doing.id, doing.values["absorbed"], doing.values["reason"])
    return Done(f"/clues/{doing.id}", N_("已合并：较晚的线索并入本条，可随时撤销"), made)


def _allot(doing: Doing) -> Done:
    done = allot_queue(doing.desk, doing.actor, doing.values["on_duty"])
    lines = [f"{one.clue} → {one.officer}" for one in done.taken]
    left = [f"{one.clue}: {one.reason}" for one in done.left]
    told = N_("已按辖区、负荷与金额分派待接线索") if lines or left else N_("没有待接的线索。")
    return Done("/desk?tab=all", "\n".join((told, *lines[:20], *left[:20])), done)


def _allot_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del record_id
    choices = officer_field(console, actor, actor.organisation).choices
    return (Field("on_duty", N_("在岗民警"), Kind.MANY, choices=choices, hint=N_("都不选即全部在岗。")),)


CLUE_DEEDS: Final = (
    Deed("clues", "claim", N_("接警"), OFFICERS, _claim, hint=N_("接下后由您办理，计时不重置。")),
    Deed("clues", "assign", N_("分派给民警"), OFFICERS, _assign, around=_assign_fields),
    Deed("clues", "assess", N_("研判"), OFFICERS, _assess, around=_assess_fields, wrong=_assess_wrong),
    *VERIFYING_DEEDS,
    Deed(
        "clues", "confirm", N_("核实（非账户）"), OFFICERS, _confirm,
        (
            Field("finding", N_("核实结果"), Kind.AREA, required=True),
            Field("document", N_("材料种类"), Kind.CHOICE, required=True, start="other", choices=(
                ("victim_screen", N_("被害人手机屏幕")), ("transfer_slip", N_("转账凭证")), ("statement", N_("银行流水")),
                ("bank_receipt", N_("银行回执")), ("other", N_("其他材料")))),
            Field("reference", N_("材料编号"), required=True, hint=N_("文件的 SHA-256 或纸质材料的编号。")),
            Field("place", N_("位置"), hint=N_("第几页、第几行、屏幕哪一处。")),
        ),
        hint=N_("号码、网址等不是账户的线索，按材料核实。"),
    ),
    Deed(
        "clues", "act", N_("记录处置"), OFFICERS, _act,
        (Field("actions", N_("措施或案件编号"), required=True, hint=N_("空格分开；仅拟稿的措施不算。")),
         Field("reason", N_("说明"), Kind.AREA)),
        hint=N_("线索由此办结，计时停止。"), rehearsed=False,
    ),
    Deed("clues", "dismiss", N_("排除"), OFFICERS, _dismiss, (REASON,), hint=N_("研判后认为无用；理由入卷，可以恢复。")),
    Deed("clues", "reopen", N_("重开线索"), OFFICERS, _reopen, (REASON,)),
    Deed("clues", "pause", N_("暂停时钟"), OFFICERS, _pause, around=_pause_fields),
    Deed("clues", "resume", N_("继续计时"), OFFICERS, _resume),
    Deed("clues", "route", N_("转交其他机构"), OFFICERS, _route, around=_route_fields),
    Deed(
        "clues", "reestimate", N_("重估金额"), OFFICERS, _reestimate, around=_reestimate_fields,
        hint=N_("值班台按可挽回金额与剩余时间排序。"),
    ),
    Deed(
        "clues", "merge", N_("合并线索"), OFFICERS, _merge,
        (Field("absorbed", N_("较晚的线索"), required=True), REASON), rehearsed=False,
    ),
    Deed("clues", "new-allotment", N_("分派全部待接"), OFFICERS, _allot, around=_allot_fields),
)  # fmt: skip
