"""From a clue to an order: the four fields are read in a document, a case is opened, and the stop is worded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fanzha.casework import Clue, Document, DocumentKind, Fact, Report, VerifiedFields
from fanzha.core.actor import Actor
from fanzha.core.errors import BadInput, NotAllowed, NotFound
from fanzha.core.money import exponent_of, format_minor
from fanzha.measures.model import MeasureKind
from fanzha.services.desk.add_to_report import attach_file
from fanzha.services.desk.clue_page import CluePage, clue_page
from fanzha.services.desk.draft_measure import MeasureDraft, draft_measure
from fanzha.services.desk.find_report import report_id_of
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.open_case import open_case
from fanzha.services.desk.open_record import mask_for, open_record
from fanzha.services.desk.open_revealed import open_revealed
from fanzha.services.desk.preview_draft import preview_draft
from fanzha.services.desk.verify_clue import verify_clue
from fanzha.services.desk.withdraw_fact import withdraw_fact
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.deeds.four_fields import faults_in
from fanzha.web.deeds.reports import REASON, brought
from fanzha.web.forms import INSTITUTIONS, Faults, Field, Kind
from fanzha.web.marked import marked
from fanzha.web.routes import OFFICERS
from fanzha.web.show import field_instant, instant, money
from fanzha.web.words import N_, InBoth

FIELDS_TOLD: Final = {"account": N_("账号"), "holder_name": N_("户名"), "amount": N_("汇款金额")}
STOP_BASIS: Final = "afl-20"
BY_NUMBER: Final = N_("受理编号或警情编号，几条用空格分开。")


def _verify(doing: Doing) -> Done:
    given = doing.values
    fields = VerifiedFields(
        given["holder"], given["account"], given["institution"], given["amount"] or 0, given["at"] or 0
    )
    evidence = doing.console.books.evidence
    read_in = Document(DocumentKind(given["document"]), _reference(doing), given["place"])
    verified = verify_clue(
        doing.desk,
        doing.actor,
        doing.id,
        fields,
        read_in,
        hop=given["hop"] or 1,
        reason=given["reason"],
        another=given["another"],
        evidence=evidence,
    )
    lines = [N_("四要素已核对，形成事实")]
    if verified.differs:
        lines += [N_("与报案所述不同的项目："), *(FIELDS_TOLD.get(name, name) for name in verified.differs)]
    return Done(f"/clues/{doing.id}", "\n".join(lines), verified.fact)


def _verify_wrong(doing: Doing) -> Mapping[str, str]:
    opened = open_revealed(doing.desk, doing.actor, Clue, doing.id)
    latest_us = doing.desk.rules.measures.latest_said_us(doing.desk.clock.now_us())
    return faults_in(doing.values, opened.record, opened.mask, latest_us)


def _reference(doing: Doing) -> str:
    """The document: a file that comes with the form is kept with the report first."""
    given = doing.values
    uploads = given["upload"]
    if not uploads:
        return str(given["reference"] or given.get("file", ""))
    clue = open_record(doing.desk, doing.actor, Clue, doing.id).record
    if not clue.reports:
        raise BadInput("the clue has no report to which the file could be attached")
    evidence, file = doing.console.books.evidence, brought(uploads[0])
    attach_file(doing.desk, evidence, doing.actor, clue.reports[0], file)
    return evidence.put(file.content, file.name)


def _verify_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    """Holder and account are typed as the document has them, never taken over: so the officer reads it himself.

    Amount, time and bank begin as the caller said them, and say so.
    """
    mask = open_revealed(console.desk, actor, Clue, record_id).mask
    page = clue_page(console.desk, actor, record_id)
    clue = page.clue
    files = [file for report in page.reports for file in report.attachments]
    done = {(fact.fields.amount_minor, fact.fields.at_us) for fact in standing(page)}
    left = [claim for claim in clue.claims if (claim.amount_minor, claim.at_us) not in done]
    claim = next(iter(left or clue.claims), None)
    known: dict[str, str] = dict.fromkeys(("institution", "amount", "at"), "")
    if claim is not None:
        amount = "" if claim.amount_minor is None else format_minor(claim.amount_minor, exponent_of(claim.currency))
        known = {
            "institution": claim.institution,
            "amount": amount,
            "at": "" if claim.at_us is None else instant(claim.at_us),
        }
    begun = {name: N_("报案人说的：照材料改") if value else "" for name, value in known.items()}
    typed = N_("照材料逐字填写")
    chosen = tuple((file.sha256, f"{mask.text(file.name)} · {file.sha256[:8]}") for file in files)
    unread = [file.sha256 for file in files if file.sha256 not in page.documents_read]
    attached = (Field("file", N_("附件"), Kind.CHOICE, choices=chosen, start=next(iter(unread), ""), one_of=True),)
    return (
        Field("holder", N_("户名"), required=True, hint=typed),
        Field("account", N_("账号"), Kind.NUMBER, required=True, hint=typed),
        Field("amount", N_("汇款金额"), Kind.AMOUNT, required=True, start=known["amount"], sample=1,
              hint=begun["amount"]),
        Field("at", N_("交易时间"), Kind.INSTANT, required=True, start=known["at"], sample=1, hint=begun["at"]),
        Field("institution", N_("开户机构"), required=True, start=known["institution"], listed=INSTITUTIONS,
              hint=begun["institution"]),
        Field("document", N_("材料种类"), Kind.CHOICE, required=True, start=DocumentKind.TRANSFER_SLIP.value, choices=(
            ("transfer_slip", N_("转账凭证")), ("victim_screen", N_("被害人手机屏幕")), ("statement", N_("银行流水")),
            ("bank_receipt", N_("银行回执")))),
        *(attached if chosen else ()),
        Field("upload", N_("上传文件"), Kind.FILES, one_of=True, hint=N_("电话报案：请对方发来截图。")),
        Field("reference", N_("材料编号"), one_of=True, sample="R",
              hint=N_("纸质编号；当面看手机的写何时何地。")),
        Field("reason", N_("与报案所述不同的理由"), hint=N_("户名、账号或金额与报案所述不同时必须写明。"), aside=True),
        Field("place", N_("位置"), hint=N_("第几页、第几行、屏幕哪一处。"), aside=True),
        Field("hop", N_("第几层"), Kind.COUNT, start="1", hint=N_("1 = 被害人直接付出；2 及以上须有银行材料。"), aside=True),
        Field("another", N_("这是另一笔转入"), Kind.FLAG, sample=True, aside=True,
              hint=N_("该账户同一时间已有一笔事实、而这确是另一笔时勾选。")),
        Field("checked", N_("户名、账号、金额、时间四项，我都在这份材料上看到了"), Kind.FLAG, required=True, sample=True,
              vouches=True),
    )  # fmt: skip


def _open(doing: Doing) -> Done:
    given = doing.values
    case = open_case(
        doing.desk,
        doing.actor,
        _reports_of(doing),
        given["title"],
        jurisdiction=given["jurisdiction"],
        request=doing.request,
    )
    back = f"/clues/{doing.id}" if doing.id else f"/cases/{case.id}"
    return Done(back, N_("案件已建立，您是主办民警"), case)


def _reports_of(doing: Doing) -> tuple[str, ...]:
    """The ids of the reports that were chosen, or written by id or number; what is none is said at its field."""
    given = doing.values["reports"]
    named = tuple(given.split()) if isinstance(given, str) else given
    ids = tuple(report_id_of(doing.desk, doing.actor, one) for one in named)
    for one, record_id in zip(named, ids, strict=True):
        try:
            open_record(doing.desk, doing.actor, Report, record_id)
        except NotFound:
            told = InBoth(f"没有警情 {one}，或您无权查看", f"There is no report {one}, or you may not see it")
            raise Faults({"reports": told}) from None
    return ids


def _reports_field(console: Console, actor: Actor, clue: Clue) -> Field:
    """What the case is opened of: chosen among the clue's reports, by the numbers that the reporters were given."""
    label, ids = N_("警情"), clue.reports
    if not ids:
        return Field("reports", label, required=True, hint=BY_NUMBER)
    told = tuple((one, open_record(console.desk, actor, Report, one).record.acknowledgement) for one in ids)
    if len(ids) == 1:
        return Field("reports", label, Kind.CHOICE, required=True, choices=told, start=ids[0])
    return Field("reports", label, Kind.MANY, required=True, choices=told, start="\n".join(ids), sample=tuple(ids))


def _open_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    """The reports of the clue, and a title out of what is known of them."""
    clue = open_record(console.desk, actor, Clue, record_id).record
    paid = [claim for claim in clue.claims if claim.amount_minor is not None]
    told = [
        f"{field_instant(one.at_us)[:10]} {one.institution} {money(one.amount_minor, one.currency)}" for one in paid[:1]
    ]
    return (
        Field("title", N_("案由"), required=True, start=" ".join(told).strip(), hint=N_("如：王某被冒充客服诈骗案。"),
              sample="演练案件"),
        _reports_field(console, actor, clue),
        Field("jurisdiction", N_("发生地区划代码"), Kind.NUMBER, sample=""),
    )  # fmt: skip


def _open_new_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del console, actor, record_id
    return (
        Field("reports", N_("警情"), required=True, hint=BY_NUMBER),
        Field("title", N_("案由"), required=True, hint=N_("如：王某被冒充客服诈骗案。")),
        Field("jurisdiction", N_("发生地区划代码"), Kind.NUMBER, sample=""),
    )


def _beside(console: Console, actor: Actor, record_id: str) -> dict[str, Any]:
    """What was said, and the papers, beside the form: whoever errs in it does not lose them from sight."""
    mask = open_revealed(console.desk, actor, Clue, record_id).mask
    page = clue_page(console.desk, actor, record_id)
    if not mask.lifted:  # the reports below name persons whom the clue does not
        mask = mask_for(console.desk, actor, [page.clue, *page.reports])
    mine = page.case is not None and page.case.is_open and actor.id in page.case.workers
    narratives = [(one, marked(one.narrative, numbers_of(page), mask)) for one in page.reports]
    return {"page": page, "clue": page.clue, "mask": mask, "mine": mine, "narratives": narratives}


def numbers_of(page: CluePage) -> tuple[str, ...]:
    """The accounts that a clue's page speaks of, to be marked where a narrative names them."""
    return (*(fact.fields.account for fact in page.facts), *(claim.account for claim in page.clue.claims))


def standing(page: CluePage) -> tuple[Fact, ...]:
    """The facts of a clue that were not withdrawn."""
    return tuple(fact for fact in page.facts if fact.withdrawn_at_us is None)


def _stop(doing: Doing) -> Done:
    drafted = draft_measure(doing.desk, doing.actor, _stop_wanted(doing), request=doing.request)
    return Done(f"/measures/{drafted.id}", N_("止付已拟稿：核对后报批"), drafted)


def _stop_wanted(doing: Doing) -> MeasureDraft:
    """How much of it is the victim's money facts and trace say, never the officer who asks."""
    given = doing.values
    clue = open_record(doing.desk, doing.actor, Clue, doing.id).record
    if not clue.case:
        raise NotAllowed("clue.no_case", f"{clue.id} is in no case yet: open one first")
    return MeasureDraft(
        kind=MeasureKind.STOP_PAYMENT, reason=given["reason"], basis=given["basis"], case=clue.case, fact=given["fact"],
        amount_minor=given["amount"],
    )  # fmt: skip


def _stop_wrong(doing: Doing) -> Mapping[str, str]:
    """An amount above what facts and trace carry to the account is refused where it is written."""
    asked = doing.values.get("amount")
    if asked is None or not {"reason", "basis", "fact"} <= doing.values.keys():
        return {}
    if asked <= 0:
        return {"amount": N_("金额须大于零")}
    preview = preview_draft(doing.desk, doing.actor, _stop_wanted(doing))
    carried = preview.carried
    if carried is None or asked <= carried.most_minor:
        return {}
    most = money(carried.most_minor, carried.currency)
    return {
        "amount": InBoth(f"超过事实与追踪到的金额：最多 {most}", f"more than facts and trace carry: at most {most}")
    }


def _stop_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    mask = open_revealed(console.desk, actor, Clue, record_id).mask
    page = clue_page(console.desk, actor, record_id)
    clue, facts = page.clue, standing(page)
    rules = console.desk.rules.measures.of(MeasureKind.STOP_PAYMENT, console.desk.clock.now_us())
    choices = tuple((fact.id, _fact_in_words(fact, mask)) for fact in facts)
    bases = tuple((one.id, f"{one.law} {one.article}") for one in rules.bases)
    assessed = "" if clue.assessment is None else mask.text(clue.assessment.finding)
    stopped = {one.request.fact.evidence for one in page.measures if one.request.fact is not None}
    chosen = next((fact for fact in facts if fact.id not in stopped), facts[-1] if facts else None)
    amount = "" if chosen is None else format_minor(chosen.fields.amount_minor, exponent_of(chosen.fields.currency))
    return (
        Field("fact", InBoth("事实", "Fact"), Kind.CHOICE, required=True, choices=choices,
              start=chosen.id if chosen else ""),
        Field("amount", N_("止付金额"), Kind.AMOUNT, required=True, start=amount, sample=1,
              hint=N_("不超过事实与追踪到的金额。")),
        Field("basis", N_("依据"), Kind.CHOICE, required=True, choices=bases, start=STOP_BASIS),
        Field("reason", N_("理由"), Kind.AREA, required=True, start=assessed),
    )  # fmt: skip


def _fact_in_words(fact: Fact, mask: Mask) -> InBoth:
    """An option that no other fact's looks like: the four fields, and at which hop."""
    fields = fact.fields
    who = f"{mask.account(fields.account)} {mask.name(fields.holder_name)} {fields.institution}"
    told = f"{who} · {money(fields.amount_minor, fields.currency)} · {instant(fields.at_us)}"
    return InBoth(f"{told} · 第{fact.hop}层", f"{told} · hop {fact.hop}")


def _withdraw(doing: Doing) -> Done:
    gone = withdraw_fact(doing.desk, doing.actor, doing.id, doing.values["reason"])
    lines = [N_("事实已撤销；依据它的措施须重新审查：") if gone.measures else N_("事实已撤销"), *gone.measures]
    return Done(f"/clues/{gone.clue.id}", "\n".join(lines), gone.fact)


VERIFYING_DEEDS: Final[tuple[Deed, ...]] = (
    Deed(
        "clues", "verify", N_("四要素核对"), OFFICERS, _verify, around=_verify_fields, wrong=_verify_wrong,
        press=N_("核对一致，形成事实"),
        template="clue_step.html", review=_beside,
        hint=N_("户名、账号、金额、时间逐项对照材料；银行止付前也只核这四项。"),
    ),
    Deed("clues", "case", N_("开立案件"), OFFICERS, _open, around=_open_fields,
         hint=N_("受案：您成为主办民警，审查期限开始计算。")),
    Deed("cases", "new", N_("开立案件"), OFFICERS, _open, around=_open_new_fields, rehearsed=False),
    Deed("clues", "stop", N_("拟写止付"), OFFICERS, _stop, around=_stop_fields, wrong=_stop_wrong, press=N_("拟稿"),
         template="clue_step.html", review=_beside,
         hint=N_("只是拟稿：不会发给银行，核对后报批。")),
    Deed("facts", "withdraw", N_("撤回事实"), OFFICERS, _withdraw, (REASON,),
         hint=N_("依据它的措施当即须解除或重新审查。")),
)  # fmt: skip
