"""The papers of a measure: the letter to the institution that carries it out, and the notice to whom it hits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fanzha.core.time import format_instant
from fanzha.measures.model import Measure, MeasureKind, Signature
from fanzha.measures.orders import Order, Verb
from fanzha.measures.rules import KindRules
from fanzha.services.desk.papers.money_words import money_text, money_with_capitals
from fanzha.services.desk.papers.typst_text import typst_text

# What the letter is called; the words of the law where it has them.
TITLES: Final[Mapping[MeasureKind, str]] = {
    MeasureKind.QUERY: "协助查询财产通知书",
    MeasureKind.STOP_PAYMENT: "紧急止付通知书",
    MeasureKind.FREEZE: "协助冻结财产通知书",
    MeasureKind.QUEUED_FREEZE: "协助轮候冻结财产通知书",
    MeasureKind.PAYER_HOLD: "延迟支付、核实交易通知书",
    MeasureKind.RESTRICTION: "账户限制措施通知书",
    MeasureKind.LINE_SUSPENSION: "暂停电话卡功能通知书",
    MeasureKind.SITE_BLOCK: "网址处置通知书",
    MeasureKind.DISCIPLINE: "联合惩戒通知书",
    MeasureKind.RETURN: "协助返还通知书",
}
BEFORE_TITLE: Final[Mapping[Verb, str]] = {
    Verb.BEGIN: "", Verb.EXTEND: "（延长）", Verb.RELEASE: "（解除）", Verb.RELEASE_PART: "（部分解除）",
}  # fmt: skip
PLEASE: Final[Mapping[Verb, str]] = {
    Verb.BEGIN: "请协助对下列对象采取措施，并将结果回执我单位。",
    Verb.EXTEND: "请将下列措施的期限延长至所列时间，并将结果回执我单位。",
    Verb.RELEASE: "请立即解除下列措施，并将结果回执我单位。",
    Verb.RELEASE_PART: "请从下列措施中解除所列金额，其余部分继续执行，并将结果回执我单位。",
}
# What the institution fills in: what it did; of a query, what it found and gives with the slip.
HOLD_SLIP: Final = (
    "执行结果：□已执行　□部分执行　□未执行，原因：",
    "执行金额：　　　　　　元　　账户余额：　　　　　　元",
    "执行时间：　　　　年　　月　　日　　时　　分",
)
QUERY_SLIP: Final = (
    "查询结果：□有记录　□部分有记录　□无记录　□未查询，原因：",
    "随附：流水文件　　　个，文件名：",
    "流水起止：　　　　年　　月　　日至　　　　年　　月　　日　　□为所查期间全部记录",
    "查询时间：　　　　年　　月　　日　　时　　分",
)
FROZEN: Final = frozenset({MeasureKind.FREEZE, MeasureKind.QUEUED_FREEZE})
SIMULATED: Final = "模拟"
BLANK_NUMBER: Final = "　　　字〔　　　　〕　　　号"
UNAPPROVED: Final = "草稿 未经批准"
PAGE_MARK: Final = "#set page(background: rotate(-30deg, text(size: 60pt, fill: luma(225))[{mark}]));\n"


def notice_paper(
    measure: Measure, rules: KindRules, order: Order | None, organisation: str, holder_notice: str, contact: str = ""
) -> str:
    """The Typst source of the letter and, on a page of its own, of the holder's notice (none where it is empty).

    order: which of the measure's orders the letter carries; None: the first, that is not prepared yet. organisation: the
    deciding body's name. Papers of a simulation, and of what nobody approved, are marked on every page.
    """
    if rules.hearing is not None and order is None and measure.proposed_us is not None:
        return _notice_before(measure, organisation, holder_notice)
    verb = Verb.BEGIN if order is None else order.verb
    letter = [
        _mark(measure, organisation),
        _title(BEFORE_TITLE[verb] + TITLES[measure.kind], _document(measure, order)),
        f"{typst_text(measure.target.institution or '（机构）')}：\n\n",
        f"#h(2em){typst_text(_basis(measure))}{typst_text(PLEASE[verb])}\n\n",
        _table(_rows(measure, rules, order)),
        _questions(measure),
        _signed(organisation, measure),
        _contact(measure, contact),
        '#v(8mm)#line(length: 100%, stroke: (dash: "dashed"))\n',
        _receipt_part(measure, order),
    ]
    if holder_notice:
        letter += ["#pagebreak()\n", _title("告知书", ""), f"#h(2em){typst_text(holder_notice)}\n\n"]
        letter.append(_signed(organisation, measure))
    return "".join(letter)


def _notice_before(measure: Measure, organisation: str, holder_notice: str) -> str:
    """What is handed to somebody who is heard before it is decided: no letter yet, and not a draft of anything."""
    mark = SIMULATED if organisation.startswith(SIMULATED) else ""
    return "".join(
        [
            PAGE_MARK.format(mark=mark) if mark else "",
            _title("告知书（拟作决定）", ""),
            f"#h(2em){typst_text(holder_notice)}\n\n",
            _signed(organisation, measure),
        ]
    )


def mark_of(measure: Measure, organisation: str) -> str:
    """What stands on every page of the measure's papers: 模拟, and 草稿 as long as nobody approved it."""
    approved = measure.signed(Signature.APPROVED, Signature.ACTED_FIRST)
    marks = [SIMULATED] if organisation.startswith(SIMULATED) else []
    return " ".join([*marks, *([] if approved else [UNAPPROVED])])


def day_of(measure: Measure) -> str:
    """When the letter was approved; blanks before."""
    approved = measure.signed(Signature.APPROVED, Signature.COUNTERSIGNED, Signature.ACTED_FIRST)
    return _said(approved[-1].at_us) if approved else "　　年　月　日"


def contact_line(contact: str) -> str:
    """Whom the institution calls; blanks to be filled in by hand where nobody was named."""
    return f"联系人及电话：{contact or '　　　　　　　　'}"


def _mark(measure: Measure, organisation: str) -> str:
    mark = mark_of(measure, organisation)
    return PAGE_MARK.format(mark=typst_text(mark)) if mark else ""


def _title(title: str, document: str) -> str:
    number = f"#align(right)[{typst_text(document)}]\n" if document else ""
    return f"#align(center)[#text(size: 20pt)[{typst_text(title)}]]\n#v(4mm)\n{number}"


def _document(measure: Measure, order: Order | None) -> str:
    """The letter's 文号; blanks to be filled in by hand where it has none yet. A later order has another than the first."""
    if order is not None and order.document:
        return order.document
    return (measure.request.document if order is None or not order.original else "") or BLANK_NUMBER


def _basis(measure: Measure) -> str:
    basis = measure.request.basis
    return "" if basis is None else f"因办理案件需要，依照{basis}，"


def _rows(measure: Measure, rules: KindRules, order: Order | None) -> list[tuple[str, str]]:
    request, scope = measure.request, measure.request.scope
    amount = scope.amount_minor if order is None else order.amount_minor
    rows = [
        ("户名", request.target.holder),
        ("账号（号码、网址）", request.target.reference),
        ("措施", f"{rules.label}：{'、'.join(_mode(rules, name) for name in scope.modes)}"),
        ("金额", "" if amount is None else money_with_capitals(amount, scope.currency)),
        ("期限", "" if request.period is None else f"自执行之时起{request.period}"),
        ("至", "" if order is None or order.until_us is None else _said(order.until_us)),
        ("涉案资金", "" if scope.traced_minor is None else money_text(scope.traced_minor, scope.currency)),
        ("孳息", "□及于　□不及于" if measure.kind in FROZEN else ""),  # 程序规定 第二百三十九条 has the letter say it
        ("返还至账户", request.payee),
        ("立案决定书文号", request.filing),
        ("其他平台编号", "" if order is None else order.elsewhere),
        ("原通知书文号", request.document if order is not None and order.original else ""),
    ]
    if request.fact is not None:
        fields = request.fact.fields
        paid = f"{fields.holder} {fields.account} {money_text(fields.amount_minor, scope.currency)} {_said(fields.time_us)}"
        rows.append(("四项要素（户名、账号、金额、时间）", paid))
    return [row for row in rows if row[1]]


def _table(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"[{typst_text(name)}], [{typst_text(value)}],\n" for name, value in rows)
    return f"#table(columns: (34%, 1fr), inset: 7pt, stroke: 0.5pt,\n{cells})\n"


def _questions(measure: Measure) -> str:
    if not measure.request.questions:
        return ""
    heading = "".join(f"[{typst_text(name)}], " for name in ("账号", "户名", "自", "至"))
    cells = "".join(
        "".join(f"[{typst_text(value)}], " for value in (
            question.account, question.holder, _said(question.from_us), _said(question.until_us)
        ))
        for question in measure.request.questions
    )  # fmt: skip
    return f"#v(3mm)\n#table(columns: (1.4fr, 1fr, 1fr, 1fr), inset: 5pt, stroke: 0.5pt,\n{heading}\n{cells})\n"


def _signed(organisation: str, measure: Measure) -> str:
    day = day_of(measure)
    return f"#v(6mm)#align(right)[{typst_text(organisation)}（印）#linebreak(){typst_text(day)}]\n"


def _contact(measure: Measure, contact: str) -> str:
    """Of a query: a bank that asks back about an account must know whom."""
    return f"\n{typst_text(contact_line(contact))}\n" if measure.kind is MeasureKind.QUERY else ""


def _receipt_part(measure: Measure, order: Order | None) -> str:
    done = QUERY_SLIP if measure.kind is MeasureKind.QUERY else HOLD_SLIP
    lines = [f"回执　对应文号：{_document(measure, order)}", *done, "经办人：　　　　　　　　（机构印章）"]
    return "#v(2mm)" + "\n\n".join(typst_text(line) for line in lines) + "\n"


def _mode(rules: KindRules, name: str) -> str:
    mode = rules.mode(name)
    return name if mode is None else mode.words


def _said(at_us: int) -> str:
    return format_instant(at_us)[:16].replace("T", " ")
