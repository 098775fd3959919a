"""The papers of a return: the report that asks for it, the public notice, the decision, and the letters to the banks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from fanzha.core.money import exponent_of, format_minor
from fanzha.core.time import format_instant
from fanzha.measures.model import Signature
from fanzha.measures.return_lifecycle import ProcedureStatus
from fanzha.measures.return_plan import Base, Branch, ReturnPlan
from fanzha.measures.return_procedure import ReturnProcedure
from fanzha.services.desk.mask import Mask
from fanzha.services.desk.papers.money_words import capitals_text, money_text, money_with_capitals
from fanzha.services.desk.papers.typst_text import typst_text

SIMULATED: Final = "模拟"
UNDECIDED: Final = "草稿 未经批准"
LAW: Final = "《电信网络新型违法犯罪案件冻结资金返还若干规定》"
BRANCHES: Final[Mapping[Branch, str]] = {
    Branch.DIRECT: "第八条第（一）项：单笔流入，直接溯源返还",
    Branch.BY_TIME: "第八条第（二）项：按时间戳直接溯源返还",
    Branch.PRO_RATA: "第八条第（三）项：按被骗金额占冻结在案资金总额的比例返还",
}
WAYS: Final[Mapping[Branch, str]] = {
    Branch.DIRECT: "直接返还", Branch.BY_TIME: "按时间戳", Branch.PRO_RATA: "按比例",
}  # fmt: skip
BASES: Final[Mapping[Base, str]] = {
    Base.LOSS_INTO_ACCOUNT: "汇入该账户的被骗金额",
    Base.TRACED_INTO_ACCOUNT: "经溯源流入该账户的被骗金额",
    Base.TOTAL_CASE_LOSS: "全案被骗金额",
}
METHODS: Final[Mapping[str, str]] = {
    "fifo": "先进先出", "lifo": "后进先出", "prorata": "按比例", "own_first": "自有资金先出", "libr": "最低余额",
}  # fmt: skip
OFFICERS: Final = "执行民警（二人，警号）：　　　　　　　　　　　　　　"
NOTHING: Final = "该账户无可返还金额。"
DECIDED: Final = frozenset({ProcedureStatus.APPROVED, ProcedureStatus.DONE})


@dataclass(frozen=True, slots=True)
class PaidElsewhere:
    """What a bank could not pay to the account that was decided, and another officer let go to another; minor units."""

    institution: str
    account: str  # that is frozen
    victim: str
    pay_to: str
    amount_minor: int
    currency: str
    approved_us: int
    approved_by: str  # the name of the body


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the papers say, and the mask through which they say it."""

    procedure: ReturnProcedure
    mask: Mask
    names: Mapping[str, str]
    case_title: str
    body: str
    decider: str
    elsewhere: Sequence[PaidElsewhere] = ()

    def victim(self, label: str) -> str:
        """The victim's name beside the number of his report, for papers that stay inside; the number alone without it."""
        name = self.names.get(label, "")
        return f"{name}（{label}）" if name else label

    def victim_outside(self, label: str) -> str:
        """The victim's name, for papers that leave the office; nobody outside knows the desk's own numbers."""
        return self.names.get(label, "") or "（姓名见附件）"


def report_paper(facts: PaperFacts) -> str:
    """呈请返还资金报告书: what is frozen, by which branch it goes to whom, what the other ways would give."""
    procedure = facts.procedure
    parts = [_mark(facts), _title("呈请返还资金报告书", "")]
    parts.append(_text(f"案件：{facts.case_title}（{procedure.case}），立案决定书：{procedure.filing}。"))
    method = METHODS.get(procedure.method, procedure.method)
    parts.append(_text(f"资金流向按本案工作方法（{method}）溯源，溯源记录：{procedure.trace_run}。"))
    for plan in procedure.plans:
        parts += [_account(facts, plan), *_doubts(plan), _awards_inside(facts, plan), _other_ways(facts, plan)]
    parts += _objections(facts)
    parts.append(_text(f"依照{LAW}第八条，拟返还如上。妥否，请批示。"))
    return "".join([*parts, _signed(facts.body, _signed_at(procedure, Signature.PROPOSED))])


def announcement_paper(facts: PaperFacts) -> str:
    """返还公告: what is to be divided and how, and until when anybody may object; persons are masked."""
    procedure = facts.procedure
    begun, until = procedure.notice_from_us, procedure.notice_until_us
    parts = [_mark(facts, until_decided=False), _title("冻结资金返还公告", "")]
    if begun is None or until is None:
        parts.append(_text("（尚未公告，公告期自公告之日起三十日。）"))
    else:
        parts.append(_text(f"公告期：自{_said(begun)}起至{_said(until)}止。"))
    parts.append(_text(f"我单位办理的案件（{_filed(procedure)}）中，下列冻结资金拟依照{LAW}第八条返还："))
    for plan in procedure.plans:
        parts += [_account(facts, plan), _awards(facts, plan)]
    contact = f"对返还方案有异议的，请在公告期内向{facts.body}书面提出，并附证明材料。逾期不影响依法申诉。"
    return "".join([*parts, _text(contact), _signed(facts.body, begun)])


def decision_paper(facts: PaperFacts) -> str:
    """返还决定书. Until it is decided every page says that it is a draft."""
    procedure = facts.procedure
    parts = [_mark(facts), _title("冻结资金返还决定书", procedure.decision)]
    parts.append(
        _text(f"依照{LAW}第八条，决定将{facts.body}办理的案件（{_filed(procedure)}）中下列冻结资金返还被害人：")
    )
    for plan in procedure.plans:
        parts += [_account(facts, plan), _awards(facts, plan, pay_to=True)]
    parts += _objections(facts)
    parts.append(_text("其余资金在原冻结期限内继续冻结。不服本决定的，可以依法申诉。"))
    return "".join([*parts, _signed(facts.decider, _signed_at(procedure, Signature.APPROVED))])


def notice_papers(facts: PaperFacts) -> str:
    """协助返还通知书: one letter for each institution, each on pages of its own."""
    procedure = facts.procedure
    paying = sorted((plan for plan in procedure.plans if plan.awards), key=lambda plan: plan.institution)
    letters = []
    for institution, plans in groupby(paying, key=lambda plan: plan.institution):
        letter = [_title("协助返还通知书", procedure.decision), f"{typst_text(institution)}：\n\n"]
        letter.append(
            _text(
                f"{facts.body}办理的案件（{_filed(procedure)}），依照{LAW}及返还决定书{procedure.decision}，"
                "请协助将下列冻结资金返还至所列账户，并出具回执。"
            )
        )
        for plan in plans:
            letter += [_account(facts, plan), _awards(facts, plan, pay_to=True, capitals=True)]
        letter.append(_text("现场办理；当场不能办结的，三个工作日内办结。其余资金继续冻结。"))
        letter.append(_signed(facts.decider, _signed_at(procedure, Signature.APPROVED)))
        letter.append(_text(OFFICERS))
        letters.append("".join(letter))
    letters += [_elsewhere_letter(facts, one) for one in facts.elsewhere]
    return _mark(facts) + "#pagebreak()\n".join(letters)


def _elsewhere_letter(facts: PaperFacts, one: PaidElsewhere) -> str:
    """Behind the letter of the decision: what it asked for could not be paid there, and is to be paid here."""
    table = _table(
        ["冻结账户", "被害人", "返还金额", "大写", "改汇入账户"],
        [
            [
                facts.mask.account(one.account), facts.victim_outside(one.victim),
                money_text(one.amount_minor, one.currency), capitals_text(one.amount_minor, one.currency),
                facts.mask.account(one.pay_to),
            ]
        ],
        "(auto, 1fr, auto, 1.4fr, auto)",
    )  # fmt: skip
    asked = f"返还决定书{facts.procedure.decision}所列下列款项未能汇入原定账户，请协助改汇至所列账户，并出具回执。"
    return "".join(
        [
            _title("协助返还通知书（改汇）", facts.procedure.decision), f"{typst_text(one.institution)}：\n\n",
            _text(asked), table, _text("现场办理；当场不能办结的，三个工作日内办结。"),
            _signed(one.approved_by, one.approved_us), _text(OFFICERS),
        ]
    )  # fmt: skip


def _mark(facts: PaperFacts, *, until_decided: bool = True) -> str:
    marks = [SIMULATED] if any(SIMULATED in name for name in (facts.body, facts.decider)) else []
    if until_decided and facts.procedure.status not in DECIDED:
        marks.append(UNDECIDED)
    if not marks:
        return ""
    mark = typst_text(" ".join(marks))
    return f"#set page(background: rotate(-30deg, text(size: 60pt, fill: luma(225))[{mark}]));\n"


def _title(title: str, number: str) -> str:
    right = f"#align(right)[{typst_text(number)}]\n" if number else ""
    return f"#align(center)[#text(size: 20pt)[{typst_text(title)}]]\n#v(4mm)\n{right}"


def _text(text: str) -> str:
    return f"#h(2em){typst_text(text)}\n\n"


def _account(facts: PaperFacts, plan: ReturnPlan) -> str:
    ways = "；".join(BRANCHES[branch] for branch in plan.branches)
    rows = [
        ("冻结账户", f"{facts.mask.account(plan.account)}　{plan.institution}"),
        ("冻结在案金额", money_with_capitals(plan.frozen_minor, plan.currency)),
        ("其中案外人资金", money_text(plan.third_party_minor, plan.currency) if plan.third_party_minor else ""),
        ("返还依据", ways),
        ("计算基数", BASES[plan.base] if Branch.PRO_RATA in plan.branches else ""),
        ("选择理由", facts.mask.text(plan.reason)),
        ("返还合计", money_with_capitals(plan.paid_minor, plan.currency)),
        ("继续冻结", money_with_capitals(plan.remainder_minor, plan.currency)),
    ]
    cells = "".join(f"[{typst_text(name)}], [{typst_text(value)}],\n" for name, value in rows if value)
    return f"#v(2mm)#table(columns: (26%, 1fr), inset: 6pt, stroke: 0.5pt,\n{cells})\n"


def _doubts(plan: ReturnPlan) -> list[str]:
    """What whoever decides must know before he signs: what nobody has seen, and whose money is there besides."""
    said = []
    if plan.unseen is not None:
        ends, begins = _said(plan.unseen.from_us), _said(plan.unseen.until_us)
        unknown = "其间止付有效，没有转出，转入不明" if plan.unseen.stopped else "其间收付不明"
        why = "不待补调流水的理由见“选择理由”。" if plan.rests_on_unseen else ""
        said.append(_text(f"该账户流水截至{ends}，冻结始于{begins}，{unknown}；下一步为调取该段流水。{why}"))
    if plan.open_strangers_minor:
        amount = money_text(plan.open_strangers_minor, plan.currency)
        said.append(_text(f"按时间戳，账户内尚有并非本案被害人汇入的资金{amount}，未列为案外人资金，其归属待查。"))
    return said


def _awards_inside(facts: PaperFacts, plan: ReturnPlan) -> str:
    """Who gets what, each with the number of his report."""
    if not plan.awards:
        return _text(NOTHING)
    rows = [
        [facts.victim(award.victim), WAYS[award.branch], money_text(award.amount_minor, plan.currency), pay_to]
        for award, pay_to in ((award, facts.mask.account(award.pay_to)) for award in plan.awards)
    ]
    return _table(["被害人", "返还方式", "返还金额", "汇入账户"], rows, "(1.6fr, 1fr, auto, auto)")


def _awards(facts: PaperFacts, plan: ReturnPlan, *, pay_to: bool = False, capitals: bool = False) -> str:
    """Who gets what, in a paper that leaves the office; pay_to: with the account, capitals: with the sum in 大写."""
    if not plan.awards:
        return _text(NOTHING)
    columns = [("序号", "0.5fr"), ("被害人", "1.2fr"), ("返还方式", "1fr"), ("返还金额", "auto")]
    columns += [("大写", "1.8fr")] if capitals else []
    columns += [("汇入账户", "auto")] if pay_to else []  # a number has no place at which to break
    rows = [
        [
            str(number), facts.victim_outside(award.victim), WAYS[award.branch],
            money_text(award.amount_minor, plan.currency),
            *([capitals_text(award.amount_minor, plan.currency)] if capitals else []),
            *([facts.mask.account(award.pay_to)] if pay_to else []),
        ]
        for number, award in enumerate(plan.awards, 1)
    ]  # fmt: skip
    return _table([head for head, _ in columns], rows, f"({', '.join(width for _, width in columns)})")


def _other_ways(facts: PaperFacts, plan: ReturnPlan) -> str:
    """What another branch would give: both stand in the report, the recorded branch decides."""
    others = [way for way in plan.ways if way.branches != plan.branches and way.paid_minor]
    if not others:
        return ""
    names = ["、".join(WAYS[branch] for branch in way.branches) for way in others]
    victims = dict.fromkeys(victim for way in others for victim in way.paid_minor)
    differences = [plan.differences(way) for way in others]
    rows = [
        [
            facts.victim(victim),
            *(
                f"{money_text(way.paid_minor.get(victim, 0), plan.currency)}{_more(apart.get(victim, 0), plan.currency)}"
                for way, apart in zip(others, differences, strict=True)
            ),
        ]
        for victim in victims
    ]
    columns = "(1.6fr" + ", 1fr" * len(others) + ")"
    return _text("如按其他方式，各被害人所得及与本方案的差额（仅供比较）：") + _table(["被害人", *names], rows, columns)


def _objections(facts: PaperFacts) -> list[str]:
    if not facts.procedure.objections:
        return []
    rows = [
        [
            facts.mask.name(each.by),
            facts.mask.text(each.text, (each.by,)),
            "" if each.decided_us is None else ("成立：" if each.upheld else "不成立：")
            + facts.mask.text(each.finding, (each.by,)),
        ]
        for each in facts.procedure.objections
    ]  # fmt: skip
    return [_text("公告期内的异议及审查结果："), _table(["异议人", "异议", "审查结果"], rows, "(1fr, 2fr, 2fr)")]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], columns: str) -> str:
    head = "".join(f"[{typst_text(name)}], " for name in heads)
    cells = "\n".join("".join(f"[{typst_text(cell)}], " for cell in row) for row in rows)
    return f"#table(columns: {columns}, inset: 5pt, stroke: 0.5pt, table.header({head}),\n{cells}\n)\n\n"


def _signed(body: str, at_us: int | None) -> str:
    day = "　　年　月　日" if at_us is None else _day(at_us)
    return f"#v(6mm)#align(right)[{typst_text(body)}（印）#linebreak(){typst_text(day)}]\n\n"


def _signed_at(procedure: ReturnProcedure, signature: Signature) -> int | None:
    return next((each.at_us for each in reversed(procedure.approvals) if each.signature is signature), None)


def _filed(procedure: ReturnProcedure) -> str:
    """By what number a case is known outside: that of its filing."""
    return f"立案决定书文号：{procedure.filing}"


def _more(minor: int, currency: str) -> str:
    return "" if not minor else f"（{'+' if minor > 0 else ''}{format_minor(minor, exponent_of(currency))}）"


def _said(at_us: int) -> str:
    return f"{_day(at_us)}{format_instant(at_us)[11:16]}"


def _day(at_us: int) -> str:
    year, month, day = format_instant(at_us)[:10].split("-")
    return f"{year}年{int(month)}月{int(day)}日"
