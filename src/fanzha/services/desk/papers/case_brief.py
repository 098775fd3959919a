"""The brief of a case on paper: what is known, where each fact comes from, and what was done; who printed it on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import TargetKind
from fanzha.measures.words import KIND_WORDS, STATUS_WORDS
from fanzha.services.desk.case_page import CasePage
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.papers.typst_text import typst_text


@dataclass(frozen=True, slots=True)
class Printing:
    """Who prints, and when."""

    by: str
    at_us: int
    watermark: str = ""  # of a file that shows persons


def case_brief(page: CasePage, mask: Mask, printing: Printing) -> str:
    """The Typst source of the brief; persons as the mask shows them."""
    case = page.case
    printed = f"打印人 {printing.by} · {_time(printing.at_us)} · {case.id} 版本 {case.version}"
    footer = typst_text(" · ".join(part for part in (printed, printing.watermark) if part))
    decisions = [(_time(one.at_us), one.document, one.number, one.by) for one in case.decisions]
    reports = [
        (
            report.acknowledgement,
            mask.name(report.reporter.name),
            _time(report.received_at_us),
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
        typst_text(f"{case.id} · {case.organisation} · 主办 {case.officer} · 受案 {_time(case.opened_at_us)}"),
        *_table("事实", ("户名", "账号", "机构", "金额", "时间", "材料", "核对人"), _facts(page, mask)),
        *_table("措施", ("种类", "对象", "机构", "金额", "状态"), _measures(page, mask)),
        *_table("决定", ("时间", "文书", "文号", "决定人"), decisions),
        *_table("来源", ("回执号", "报案人", "受理", "案情"), reports),
        *_table("材料", ("文件", "SHA-256"), [(mask.text(file.name), file.sha256) for file in held]),
    )
    return "\n".join(parts)


def _facts(page: CasePage, mask: Mask) -> list[tuple[str, ...]]:
    return [
        (
            mask.name(fact.fields.holder_name), mask.account(fact.fields.account), fact.fields.institution,
            format_minor(fact.fields.amount_minor, exponent_of(fact.fields.currency)), _time(fact.fields.at_us),
            mask.text(fact.checks[0].document.reference)[:16], fact.verified_by,
        )
        for fact in page.facts
        if fact.withdrawn_at_us is None
    ]  # fmt: skip


def _measures(page: CasePage, mask: Mask) -> list[tuple[str, ...]]:
    def target(kind: TargetKind, reference: str) -> str:
        return mask.account(reference) if kind is TargetKind.ACCOUNT else mask.text(reference)

    return [
        (
            KIND_WORDS[one.kind], target(one.target.kind, one.target.reference), one.target.institution,
            "" if one.request.scope.amount_minor is None
            else format_minor(one.request.scope.amount_minor, exponent_of(one.request.scope.currency)),
            STATUS_WORDS[one.status],
        )
        for one in page.measures.rows
    ]  # fmt: skip


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    if not rows:
        return ()
    cells = [f"[*{typst_text(head)}*]" for head in heads]
    cells += [f"[{typst_text(cell)}]" for row in rows for cell in row]
    columns = f"({', '.join(['auto'] * (len(heads) - 1) + ['1fr'])})"
    return f"== {typst_text(title)}", f"#text(size: 8pt)[#table(columns: {columns}, stroke: 0.4pt, {', '.join(cells)})]"


def _time(at_us: int) -> str:
    return format_instant(at_us)[:19].replace("T", " ")
