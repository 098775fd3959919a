"""A victim's transfer slip (转账凭证, 模拟): one payment as the payer's bank prints it, to be held against what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fanzha.core.capital_amount import capital_yuan
from fanzha.core.money import format_minor
from fanzha.core.time import SECOND_US, SHANGHAI
from fanzha.ports.paper_press import PaperPress
from fanzha.services.desk.add_to_report import BroughtFile
from fanzha.services.desk.papers.typst_text import typst_text
from fanzha.simulation.drill.scenario import MARK, CaseScript, ScriptedPayment

MEDIA_TYPE: Final = "application/pdf"
PAGE: Final = '#set page(paper: "a5", flipped: true, margin: 14mm, background: [{mark}])\n'
BEHIND: Final = "#rotate(-20deg, text(size: 70pt, fill: luma(230))[{mark}])"
TABLE: Final = "#table(columns: (26mm, 1fr), stroke: 0.4pt + luma(170), inset: 7pt,\n{rows})\n"


def slips(press: PaperPress, script: CaseScript, payments: Sequence[ScriptedPayment]) -> tuple[BroughtFile, ...]:
    """One PDF a payment; the same payments give the same bytes."""
    return tuple(
        BroughtFile(
            f"{MARK}转账凭证{number} {format_minor(paid.amount_minor)}元.pdf",
            press.press(_slip(script, paid, number)),
            MEDIA_TYPE,
        )
        for number, paid in enumerate(payments, 1)
    )


def _slip(script: CaseScript, paid: ScriptedPayment, number: int) -> str:
    """The Typst source of one."""
    rows = (
        ("交易时间", datetime.fromtimestamp(paid.at_us // SECOND_US, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")),
        ("付款户名", script.holder_of(paid.payer)),
        ("付款账号", paid.payer),
        ("付款机构", script.bank_of(paid.payer)),
        ("收款户名", script.holder_of(paid.payee)),
        ("收款账号", paid.payee),
        ("收款机构", script.bank_of(paid.payee)),
        ("交易金额", f"{format_minor(paid.amount_minor)}元（{capital_yuan(paid.amount_minor)}）"),
        ("摘要", paid.words),
        ("流水号", f"{MARK}{script.number:04d}{number:02d}"),
    )
    cells = "".join(f"[{typst_text(label)}], [{typst_text(text)}],\n" for label, text in rows)
    return "".join(
        (
            PAGE.format(mark=BEHIND.format(mark=typst_text(MARK))),
            f"#text(size: 15pt)[{typst_text(f'{script.bank_of(paid.payer)} 电子转账凭证（{MARK}）')}]\n#v(2mm)\n",
            TABLE.format(rows=cells),
        )
    )
