"""What is done to a report."""

from __future__ import annotations

import mimetypes
from typing import Final

from fanzha.casework import AccountName, Contact, Loss, ReportedPayment, ReportStep
from fanzha.casework.model import ClueKind
from fanzha.core.actor import Actor
from fanzha.services.desk.add_to_report import Addition, BroughtFile, add_to_report, attach_file
from fanzha.services.desk.find_report import report_id_of
from fanzha.services.desk.merge_reports import merge_reports, undo_merge
from fanzha.services.desk.step_report import step_report
from fanzha.web.asking import Upload
from fanzha.web.console import Console
from fanzha.web.deeds.deed import Deed, Doing, Done
from fanzha.web.forms import INSTITUTIONS, Field, Kind
from fanzha.web.routes import OFFICERS
from fanzha.web.words import N_

REASON: Final = Field("reason", N_("理由"), Kind.AREA, required=True, hint=N_("至少四个字，写给日后看卷的人。"))
FILES: Final = Field("files", N_("文件"), Kind.FILES, required=True, hint=N_("按内容的 SHA-256 保存，不会再变。"))


def brought(upload: Upload) -> BroughtFile:
    """A file of a form as the desk takes it."""
    kind = mimetypes.guess_type(upload.name)[0]
    return BroughtFile(upload.name, upload.content, kind or "application/octet-stream")


def _add(doing: Doing) -> Done:
    given = doing.values
    paid = any(given[name] for name in ("payee", "holder", "bank", "amount", "at"))
    payment = ReportedPayment(
        "", given["victim"], AccountName(given["payee"], given["holder"], given["bank"]), AccountName(given["payer"]),
        given["amount"], at_us=given["at"], means=given["means"],
    )  # fmt: skip
    added = Addition(
        payments=(payment,) if paid else (), narrative=given["narrative"],
        losses=() if given["lost"] is None else (Loss(given["victim"], given["lost"]),),
        contacts=(
            *(Contact(ClueKind.LINE, line) for line in given["lines"].split()),
            *(Contact(ClueKind.SITE, site) for site in given["sites"].split()),
        ),
    )  # fmt: skip
    kept = add_to_report(doing.desk, doing.actor, doing.id, added)
    return Done(f"/reports/{doing.id}", N_("已补充：新的付款成为新线索，从现在起计时"), kept.report)


def _add_fields(console: Console, actor: Actor, record_id: str) -> tuple[Field, ...]:
    del console, actor, record_id
    return (
        Field("narrative", N_("补充案情"), Kind.AREA, sample="演练"), Field("payee", N_("收款账号"), Kind.NUMBER, sample=""),
        Field("holder", N_("收款户名"), sample=""), Field("bank", N_("开户机构"), sample="", listed=INSTITUTIONS),
        Field("amount", N_("汇款金额"), Kind.AMOUNT), Field("at", N_("转账时间"), Kind.INSTANT),
        Field("victim", N_("付款人"), hint=N_("不填即报案人。"), sample=""),
        Field("payer", N_("付款账号"), Kind.NUMBER, sample=""), Field("means", N_("转账方式"), sample=""),
        Field("lost", N_("实际损失"), Kind.AMOUNT),
        Field("lines", N_("涉诈号码"), Kind.AREA, sample="", hint=N_("每行一个。")),
        Field("sites", N_("网址或应用"), Kind.AREA, sample="", hint=N_("每行一个。")),
    )  # fmt: skip


def _attach(doing: Doing) -> Done:
    for upload in doing.values["files"]:
        attach_file(doing.desk, doing.console.books.evidence, doing.actor, doing.id, brought(upload))
    return Done(f"/reports/{doing.id}", N_("文件已保存"))


def _merge(doing: Doing) -> Done:
    younger = report_id_of(doing.desk, doing.actor, doing.values["absorbed"])
    made = merge_reports(doing.desk, doing.actor, doing.id, younger, doing.values["reason"])
    return Done(f"/reports/{doing.id}", N_("已合并：较晚的警情并入本条，可随时撤销；线索须另行合并"), made)


def _unmerge(doing: Doing) -> Done:
    undone = undo_merge(doing.desk, doing.actor, doing.id)
    return Done(f"/{undone.kind.value}s/{undone.absorbed}", N_("合并已撤销：这条记录恢复独立"), undone)


def _step(step: ReportStep, name: str, label: str, told: str, hint: str) -> Deed:
    def carry_out(doing: Doing) -> Done:
        stepped = step_report(doing.desk, doing.actor, doing.id, step, doing.values["reason"])
        return Done(f"/reports/{doing.id}", told, stepped.report)

    return Deed("reports", name, label, OFFICERS, carry_out, (REASON,), hint=hint)


REPORT_DEEDS: Final[tuple[Deed, ...]] = (
    Deed(
        "reports", "add", N_("补充"), OFFICERS, _add, around=_add_fields,
        hint=N_("报案人后来带来的：原来说的照旧保留。"),
    ),
    Deed("reports", "attach", N_("添加附件"), OFFICERS, _attach, (FILES,), rehearsed=False),
    Deed(
        "reports", "merge", N_("合并警情"), OFFICERS, _merge,
        (Field("absorbed", N_("较晚的警情"), required=True, hint=N_("受理编号或警情编号。")), REASON),
        hint=N_("同一件事报了两次：较晚的一条并入本条。"), rehearsed=False,
    ),
    Deed("merges", "undo", N_("撤销合并"), OFFICERS, _unmerge),
    _step(
        ReportStep.FIND_UNFOUNDED, "unfounded", N_("认定不实"), N_("已认定不实"),
        N_("警情退出案件；只靠它的未结线索一并排除。"),
    ),
    _step(
        ReportStep.WITHDRAW, "withdraw", N_("报案人撤回"), N_("已记录撤回"), N_("只靠它的未结线索一并排除。"),
    ),
    _step(ReportStep.REOPEN, "reopen", N_("重开警情"), N_("警情已恢复"), N_("随它一并排除的线索恢复到原来的状态。")),
)  # fmt: skip
