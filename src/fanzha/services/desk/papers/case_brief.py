"""The brief of a case on paper: what is known, where each fact comes from, and what was done; who printed it on every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.casework import Fact
from fanzha.core.time import clock_text
from fanzha.measures.model import TargetKind
from fanzha.measures.words import KIND_WORDS, STATUS_WORDS, chinese_of
from fanzha.services.desk.case_law import LawRow
from fanzha.services.desk.case_page import CasePage
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.papers.money_words import yuan_text
from fanzha.services.desk.papers.typst_text import typst_text

REFERENCE_MAX: Final = 12  # letters of a paper's reference; what is cut says so
SUMS: Final = frozenset({"金额", "损失", "调整", "在账", "已返还", "已流出", "未知"})  # columns that stand to the right
FACT_HEADS: Final = ("层级", "户名", "账号", "机构", "金额", "时间", "材料", "核对人")


@dataclass(frozen=True, slots=True)
class Printing:
    """Who prints, and when."""

    by: str
    at_us: int
    watermark: str = ""  # of a file that shows persons


def case_brief(page: CasePage, mask: Mask, printing: Printing, totals: Sequence[LawRow] = (), body: str = "") -> str:
    """The Typst source of the brief; persons as the mask shows them.

    totals: the sums of the case's books, a row a currency; none where they cannot be read. body: the name of the body.
    """
    case = page.case
    standing = sorted(
        (fact for fact in page.facts if fact.withdrawn_at_us is None), key=lambda fact: (fact.hop, fact.fields.at_us)
    )
    printed = f"打印人 {printing.by} · {clock_text(printing.at_us)} · {case.id} 版本 {case.version}"
    footer = typst_text(" · ".join(part for part in (printed, printing.watermark) if part))
    decisions = [(clock_text(one.at_us), one.document, one.number, one.by) for one in case.decisions]
    reports = [
        (
            report.acknowledgement,
            mask.name(report.reporter.name),
            clock_text(report.received_at_us),
            mask.text(report.narrative),
        )
        for report in page.reports.rows
    ]
    held = (*case.files, *(file for report in page.reports.rows for file in report.attachments))
    count = "#counter(page).display() / #counter(page).final().first()"
    parts = (
        f'#set page(paper: "a4", margin: 20mm, footer: context [#text(size: 8pt)[{footer} #h(1fr) {count}]])',
        "#set text(size: 10pt)",
        f"= {typst_text(mask.text(case.title))}",
        typst_text(
            f"{case.id} · {body or case.organisation} · 主办 {case.officer} · 受案 {clock_text(case.opened_at_us)}"
        ),
        *_table("案件账", ("损失", "调整", "在账", "已返还", "已流出", "未知"), [_sums(one) for one in totals]),
        *_table("被害人付款", FACT_HEADS, _facts((one for one in standing if one.hop == 1), mask)),
        *_table("后续各层", FACT_HEADS, _facts((one for one in standing if one.hop != 1), mask)),
        *_table("措施", ("种类", "对象", "机构", "金额", "状态"), _measures(page, mask)),
        *_table("决定", ("时间", "文书", "文号", "决定人"), decisions),
        *_table("来源", ("受理编号", "报案人", "受理", "案情"), reports),
        *_table("材料", ("文件", "SHA-256"), [(mask.text(file.name), file.sha256) for file in held]),
    )
    return "\n".join(parts)


def _sums(total: LawRow) -> tuple[str, ...]:
    sums = (
        total.lost_minor, total.reattributed_minor, total.held_minor, total.returned_minor, total.exited_minor,
        total.unknown_minor,
    )  # fmt: skip
    return tuple(yuan_text(minor, total.currency) for minor in sums)


def _facts(facts: Iterable[Fact], mask: Mask) -> list[tuple[str, ...]]:
    return [
        (
            f"{fact.hop}", mask.name(fact.fields.holder_name), mask.account(fact.fields.account), fact.fields.institution,
            yuan_text(fact.fields.amount_minor, fact.fields.currency), clock_text(fact.fields.at_us),
            _cut(mask.text(fact.checks[0].document.reference)), fact.verified_by,
        )
        for fact in facts
    ]  # fmt: skip


def _cut(reference: str) -> str:
    return reference if len(reference) <= REFERENCE_MAX else f"{reference[:REFERENCE_MAX]}…"


def _measures(page: CasePage, mask: Mask) -> list[tuple[str, ...]]:
    def target(kind: TargetKind, reference: str) -> str:
        return mask.account(reference) if kind is TargetKind.ACCOUNT else mask.text(reference)

    return [
        (
            chinese_of(KIND_WORDS[one.kind]), target(one.target.kind, one.target.reference), one.target.institution,
            "不限金额" if one.request.scope.amount_minor is None
            else yuan_text(one.request.scope.amount_minor, one.request.scope.currency),
            chinese_of(STATUS_WORDS[one.status]),
        )
        for one in page.measures.rows
    ]  # fmt: skip


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    if not rows:
        return ()
    cells = [f"[*{typst_text(head)}*]" for head in heads]
    cells += [f"[{typst_text(cell)}]" for row in rows for cell in row]
    widths = ["1fr"] * len(heads) if SUMS.issuperset(heads) else ["auto"] * (len(heads) - 1) + ["1fr"]
    columns = f"({', '.join(widths)})"
    align = f"({', '.join('right' if head in SUMS else 'left' for head in heads)})"
    table = f"#table(columns: {columns}, align: {align}, stroke: 0.4pt, {', '.join(cells)})"
    return f"== {typst_text(title)}", f"#text(size: 8pt)[{table}]"
