"""Whoever is hit is heard and told: counter-evidence, calls, notices to the holder, appeals, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fanzha.core.actor import Actor
from fanzha.measures.appeals import AppealStatus
from fanzha.measures.model import CallBackOutcome, EvidenceKind, Measure, TellingWay
from fanzha.services.desk.answer_appeal import decide_appeal, lodge_appeal, withdraw_appeal
from fanzha.services.desk.close_incident import close_incident
from fanzha.services.desk.hear_evidence import give_evidence, look_at_evidence
from fanzha.services.desk.open_record import open_record
from fanzha.services.desk.record_call_back import record_call_back
from fanzha.services.desk.tell_holder import tell_holder
from fanzha.web.asking import Upload
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.measure_deed import HANDS, measure_deed, measure_of
from fanzha.web.forms import Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.terms import choices_of
from fanzha.web.words import N_

ANSWERED: Final = (AppealStatus.RECEIVED, AppealStatus.WITHDRAWN)  # what is no decision
DECISIONS: Final = choices_of(AppealStatus, without=ANSWERED)
ANSWER_HINT: Final = N_("审查了什么、为什么这样决定，写成完整的话。")
WRITTEN: Final = "经审查有关材料，认为（演练用的答复）"


def _evidence(doing: Doing) -> Done:
    kind = EvidenceKind(doing.values["kind"])
    given = give_evidence(doing.desk, doing.actor, doing.id, kind, doing.values["text"], request=doing.request)
    return Done(measure_of(given.id), N_("反证已收下，放在申请旁边，须有人审看"), given)


def _look(doing: Doing) -> Done:
    seen = look_at_evidence(
        doing.desk, doing.actor, doing.id, doing.values["evidence"], doing.values["finding"], version=doing.version,
        request=doing.request,
    )  # fmt: skip
    return Done(measure_of(seen.id), N_("审看意见已记录；应解除的请接着解除"), seen)


def _evidence_to_look_at(console: Console, actor: Actor, measure_id: str) -> Sequence[Field]:
    measure = open_record(console.desk, actor, Measure, measure_id).record
    waiting = tuple((each.id, each.id) for each in measure.counter_evidence if each.looked_at_us is None)
    start = waiting[0][0] if waiting else ""
    return (
        Field("evidence", N_("反证"), Kind.CHOICE, required=True, choices=waiting, start=start),
        Field("finding", N_("审看意见"), Kind.AREA, required=True),
    )


def _call_back(doing: Doing) -> Done:
    outcome = CallBackOutcome(doing.values["outcome"])
    done = record_call_back(
        doing.desk, doing.actor, doing.id, outcome, doing.values["note"], version=doing.version, request=doing.request
    )
    return Done(measure_of(done.id), N_("回访已记录"), done)


def _told(doing: Doing) -> Done:
    values = doing.values
    done = tell_holder(
        doing.desk, doing.actor, doing.id, TellingWay(values["how"]), at_us=values["at"], whom=values["whom"],
        note=values["note"], version=doing.version, request=doing.request,
    )  # fmt: skip
    return Done(measure_of(done.id), N_("告知已记录"), done)


def kept_files(doing: Doing, field: str) -> tuple[str, ...]:
    """Keeps the files of a form; their SHA-256."""
    files: tuple[Upload, ...] = doing.values[field]
    return tuple(doing.console.books.evidence.put(file.content, file.name) for file in files)


def _appeal(doing: Doing) -> Done:
    lodged = lodge_appeal(
        doing.desk, doing.actor, doing.id, doing.values["by"], doing.values["grounds"],
        evidence=kept_files(doing, "files"), request=doing.request,
    )  # fmt: skip
    return Done(f"/appeals/{lodged.id}", N_("申诉已受理：请把编号告诉申诉人"), lodged)


def _decide_appeal(doing: Doing) -> Done:
    status = AppealStatus(doing.values["decision"])
    done = decide_appeal(
        doing.desk, doing.actor, doing.id, status, doing.values["answer"], release_minor=doing.values["release"],
        version=doing.version,
    )  # fmt: skip
    return Done(f"/appeals/{doing.id}", N_("申诉已书面答复"), done)


def _withdraw_appeal(doing: Doing) -> Done:
    return Done(
        f"/appeals/{doing.id}", N_("已记录申诉人撤回"),
        withdraw_appeal(doing.desk, doing.actor, doing.id, version=doing.version),
    )  # fmt: skip


def _close_incident(doing: Doing) -> Done:
    closed = close_incident(
        doing.desk, doing.actor, doing.id, doing.values["finding"], version=doing.version, request=doing.request
    )
    return Done(f"/incidents/{closed.id}", N_("异常已办结"), closed)


HEARING: Final[tuple[Deed, ...]] = (
    measure_deed(
        "evidence", N_("收下反证"), _evidence, hint=N_("货款、工资、生活费用的反证须在一日内审看。"),
        fields=(
            Field("kind", N_("反证种类"), Kind.CHOICE, required=True, choices=choices_of(EvidenceKind), start="trade"),
            Field("text", N_("内容"), Kind.AREA, required=True),
        ),
    ),
    measure_deed("look", N_("审看反证"), _look, around=_evidence_to_look_at),
    measure_deed(
        "call-back", N_("记录回访"), _call_back, hint=N_("付款方被延迟支付时给客户的电话；经提示仍坚持付款的，延迟立即结束。"),
        fields=(
            Field("outcome", N_("结果"), Kind.CHOICE, required=True, choices=choices_of(CallBackOutcome), start="not_reached"),
            Field("note", N_("通话摘要"), Kind.AREA),
        ),
    ),
    measure_deed(
        "told", N_("记录告知"), _told,
        fields=(
            Field("how", N_("方式"), Kind.CHOICE, required=True, choices=choices_of(TellingWay), start="call"),
            Field("at", N_("时间"), Kind.INSTANT, hint=N_("不填为现在。")),
            Field("whom", N_("告知何人"), hint=N_("告知本人的不填。")),
            Field("note", N_("备注")),
        ),
    ),
    measure_deed(
        "appeal", N_("受理申诉"), _appeal, hint=N_("受理后立即给编号，由未参与本措施的人书面答复。"),
        fields=(
            Field("by", N_("申诉人"), required=True), Field("grounds", N_("申诉理由"), Kind.AREA, required=True),
            Field("files", N_("提交的材料"), Kind.FILES),
        ),
    ),
    Deed(
        "appeals", "decide", N_("书面答复"), OFFICERS, _decide_appeal, grave=True,
        hint=N_("成立的，措施同时解除；部分成立的，写明解除金额。"),
        fields=(
            Field("decision", N_("决定"), Kind.CHOICE, required=True, choices=DECISIONS, sample="denied"),
            Field("answer", N_("答复"), Kind.AREA, required=True, hint=ANSWER_HINT, sample=WRITTEN),
            Field("release", N_("解除金额（元）"), Kind.AMOUNT, hint=N_("仅部分成立时填写。")),
        ),
    ),
    Deed("appeals", "withdraw", N_("申诉人撤回"), HANDS, _withdraw_appeal),
    Deed(
        "incidents", "close", N_("办结异常"), OFFICERS, _close_incident,
        (Field("finding", N_("查明的情况"), Kind.AREA, required=True),),
    ),
)  # fmt: skip
