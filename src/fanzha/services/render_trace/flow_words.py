"""What the money-flow view says, in one table per language: Chinese first, English beside it, chosen by an argument."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fanzha.services.render_trace.wording import Words, money_text, said, tail, wan_text


class Language(StrEnum):
    """In which language a view speaks; the value is the page's `lang`."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


_CHINESE: Final[Mapping[str, str]] = {
    "title": "资金流向图，{coverage}",
    "victims": "被害人",
    "hop": "第{hop}层",
    "hop_on": "第{hop}层及以后",
    "hop_share": "画出 {share}",
    "accounts": "{count} 户",
    "payments": "{count} 笔",
    "exits": "流出",
    "paid": "转出",
    "in": "入 {money}",
    "out": "出 {money}",
    "left": "余 {money}",
    "at_bank": "银行 {money}",
    "act_stop": "[止付 s]",
    "total": "合计",
    "other": "其他 {count} 户",
    "chain": "⋯ 过账 {count} 户",
    "same_amount": "同额 {count} 户",
    "same_window": "同时段 {count} 户",
    "institution": "{name} {count} 户",
    "no_institution": "机构未知",
    "hidden_below": "▸ 已收起 {count} 户",
    "back": "↩ 回流",
    "sideways": "⇅ 同层",
    "several": "多户",
    "nameless": "未具名",
    "tail": "尾{digits}",
    "held_at_most": "至多留存",
    "held_unproven": "留存待核",
    "part_short": "少量混入",
    "say_exit": "{kind} {count} 笔，共 {money} 元",
    "say_victim": "被害人 {victim}，账户 {account}，转出 {money} 元",
    "say_account": "{hop} {tail} 账户 {account} {name} {institution}",
    "say_group": "{hop} {group}",
    "say_in": "转入 {money} 元",
    "say_out": "转出 {money} 元",
    "say_exited": "流出 {money} 元",
    "say_returned": "返还 {money} 元",
    "say_unknown": "未知 {money} 元",
    "say_held": "留存 {money} 元",
    "say_controlled": "{state} {money} 元",
    "say_stoppable": "可止付 {money} 元",
    "say_stoppable_unknown": "可止付未知",
    "say_shared": "另涉 {count} 案",
    "comma": "，",
    "list": "、",
    "semicolon": "；",
    "colon": "：",
    "cover": "显示 {shown} / {total} 户（含被害人 {victims} 户）",
    "cover_of": "显示 {shown} / 共 {total} 户",
    "undrawn": "未画 {count} 户{sum}，{why}",
    "undrawn_sum": "共 {money}",
    "taken_back": "转入后已全额退回",
    "exit_stands": "仅见流出，归入流出框",
    "grouped": "{count} 户归入各层“其他”",
    "merged": "{count} 户并入 {groups} 组",
    "links_left_out": "另有 {count} 条细流未画",
    "inferred": "{count} 条为推断，不证明资金确曾如此流动",
    "at_instant": "截至 {at} 的资金，其后 {count} 笔未计",
    "undated": "{count} 笔没有时间，只在全程中计入",
    "filter_wanted": "共 {count} 户，超过 {most} 户不画图：请按层级与机构选格，或提高最小金额",
    "matrix_first": "共 {count} 户：先看层级 × 机构的可止付金额，选一格看其流向",
    "matrix": "可止付金额：层级 × 机构",
    "all_institutions": "其他 {count} 家机构",
    "row_total": "合计",
    "cell": "{hop} {institution}：可止付 {money}，{count} 户",
    "some_unknown": "另 {count} 户可止付未知",
    "strip": "各层资金去向",
    "strip_hop": "{hop}：{parts}",
    "lanes": "时间轴：{coverage}",
    "gap_folded": "空闲 {length}，已折叠",
    "gaps_folded": "超过 {minutes} 分钟的空闲已折叠 {count} 处",
    "lane_payment": "{at} {payer} → {payee} {money} 元",
    "dwell_on": "已留存 {length}",
    "dwell_gone": "停留 {length}",
    "minutes": "{count} 分钟",
    "hours": "{count} 小时",
    "days": "{count} 天",
    "seconds": "{count} 秒",
    "confirmed": "银行已证实",
    "stated": "被害人陈述",
    "is_inferred": "推断",
    "methods_same": "各口径的留存与可止付金额一致。",
    "methods_total": "按{working}（工作口径）可止付 {money}；{others}。",
    "methods_other": "按{method} {money}（{difference}）",
    "methods_equal": "相同",
    "methods_more": "多 {money}",
    "methods_less": "少 {money}",
    "methods_account": "分歧最大：{accounts}。",
    "methods_each": "{account}：{figures}",
    "methods_figure": "{method} {word} {money}",
    "methods_rest": "另有 {count} 户也不相同。",
    "sentence_gap": "",
    "unknown_amount": "?",
}
_ENGLISH: Final[Mapping[str, str]] = {
    "title": "Money flow: {coverage}",
    "victims": "Victims",
    "hop": "Hop {hop}",
    "hop_on": "Hop {hop} and later",
    "hop_share": "{share} drawn",
    "accounts": "{count} accounts",
    "accounts_one": "1 account",
    "payments": "{count} payments",
    "payments_one": "1 payment",
    "exits": "exits",
    "paid": "paid",
    "in": "in {money}",
    "out": "out {money}",
    "left": "left {money}",
    "at_bank": "bank {money}",
    "act_stop": "[stop s]",
    "total": "in all",
    "other": "{count} others",
    "other_one": "1 other",
    "chain": "⋯ {count} in passing",
    "same_amount": "{count} alike in amount",
    "same_window": "{count} alike in time",
    "institution": "{name}: {count}",
    "no_institution": "unknown bank",
    "hidden_below": "▸ {count} folded away",
    "back": "↩ back",
    "sideways": "⇅ same hop",
    "several": "several",
    "nameless": "not named",
    "tail": "…{digits}",
    "held_at_most": "held at most",
    "held_unproven": "held, unproven",
    "part_short": "small part",
    "say_exit": "{kind}: {count} payments, {money} in all",
    "say_exit_one": "{kind}: 1 payment, {money}",
    "say_victim": "Victim {victim}, account {account}, paid {money}",
    "say_account": "{hop}: account {account} {name} {institution}",
    "say_group": "{hop}: {group}",
    "say_in": "in {money}",
    "say_out": "out {money}",
    "say_exited": "left {money}",
    "say_returned": "given back {money}",
    "say_unknown": "unknown {money}",
    "say_held": "held {money}",
    "say_controlled": "{state} {money}",
    "say_stoppable": "stoppable {money}",
    "say_stoppable_unknown": "stoppable unknown",
    "say_shared": "also in {count} other cases",
    "say_shared_one": "also in 1 other case",
    "comma": ", ",
    "list": ", ",
    "semicolon": "; ",
    "colon": ": ",
    "cover": "showing {shown} of {total} accounts ({victims} of victims)",
    "cover_of": "showing {shown} of {total} accounts",
    "undrawn": "{count} not drawn{sum}, {why}",
    "undrawn_sum": " with {money}",
    "taken_back": "all taken back after it came in",
    "exit_stands": "seen only as money that left, shown by the box of that exit",
    "grouped": "{count} are in the box “others” of their hop",
    "merged": "{count} merged into {groups} boxes",
    "links_left_out": "{count} thin flows not drawn",
    "inferred": "{count} transfers are inferred, which does not prove that the money went that way",
    "inferred_one": "1 transfer is inferred, which does not prove that the money went that way",
    "at_instant": "as of {at}; {count} later payments are left out",
    "undated": "{count} payments have no time and count only in the whole",
    "filter_wanted": "{count} accounts; beyond {most} there is no picture: choose a cell of hop and institution, or raise the "
    "least amount",
    "matrix_first": "{count} accounts: see first what is stoppable by hop and institution, and choose a cell to see its flow",
    "matrix": "Stoppable amounts: hop × institution",
    "all_institutions": "{count} other institutions",
    "row_total": "total",
    "cell": "{hop}, {institution}: stoppable {money}, {count} accounts",
    "cell_one": "{hop}, {institution}: stoppable {money}, 1 account",
    "some_unknown": "{count} more with stoppable unknown",
    "strip": "What became of the money, by hop",
    "strip_hop": "{hop}: {parts}",
    "lanes": "Time lanes: {coverage}",
    "gap_folded": "{length} without a transfer, folded",
    "gaps_folded": "{count} idle gaps of more than {minutes} minutes are folded",
    "gaps_folded_one": "1 idle gap of more than {minutes} minutes is folded",
    "lane_payment": "{at} {payer} → {payee} {money}",
    "dwell_on": "held for {length}",
    "dwell_gone": "stayed {length}",
    "minutes": "{count} min",
    "hours": "{count} h",
    "days": "{count} d",
    "seconds": "{count} s",
    "confirmed": "confirmed by a bank",
    "stated": "as the victim states",
    "is_inferred": "inferred",
    "methods_same": "All methods agree on what is held and what is stoppable.",
    "methods_total": "By {working} (the working method) {money} is stoppable; {others}.",
    "methods_other": "by {method} {money} ({difference})",
    "methods_equal": "the same",
    "methods_more": "{money} more",
    "methods_less": "{money} less",
    "methods_account": "They differ most on {accounts}.",
    "methods_each": "{account}: {figures}",
    "methods_figure": "{method} {word} {money}",
    "methods_rest": "{count} more accounts differ.",
    "methods_rest_one": "1 more account differs.",
    "sentence_gap": " ",
    "unknown_amount": "?",
}
PHRASES: Final[Mapping[Language, Mapping[str, str]]] = {Language.CHINESE: _CHINESE, Language.ENGLISH: _ENGLISH}
_LENGTHS_US: Final = (("days", 86_400_000_000), ("hours", 3_600_000_000), ("minutes", 60_000_000))


class Speech:
    """Says what the view says, in one language; two that speak one language are equal."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._phrases = PHRASES[language]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Speech) and other.language is self.language

    def __hash__(self) -> int:
        return hash(self.language)

    def say(self, phrase: str, **values: object) -> str:
        """The phrase with its values, in the singular where it has one; counts are written with separators."""
        text = self._phrases.get(f"{phrase}_one") if values.get("count") == 1 else None
        return (text or self._phrases[phrase]).format_map({
            name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()
        })  # fmt: skip

    def word(self, table: Mapping[str, Words], code: str) -> str:
        """The word for a code."""
        words = said(table, code)
        return words.zh if self.language is Language.CHINESE else words.en

    def tail(self, account: str) -> str:
        """How an account is named among others."""
        if self.language is Language.CHINESE:
            return tail(account)
        if not account:
            return self.say("nameless")
        if account.isdigit() and len(account) > 8:
            return self.say("tail", digits=account[-4:])
        return account if len(account) <= 12 else f"…{account[-10:]}"

    def headline(self, minor: int, exponent: int) -> str:
        """An amount for where there is little room: in 万 in Chinese, whole units in English."""
        if self.language is Language.CHINESE:
            return wan_text(minor, exponent)
        return (
            money_text(minor // 10**exponent, 0) if abs(minor) >= 10_000 * 10**exponent else money_text(minor, exponent)
        )

    def length(self, us: int, *, short: bool = False) -> str:
        """A time span in its largest whole unit, with the next one below it unless it is to be short."""
        for place, (unit, size) in enumerate(_LENGTHS_US):
            if us >= size:
                said_first = self.say(unit, count=us // size)
                rest = us % size
                below = _LENGTHS_US[place + 1 :][:1]
                if below and not short and rest >= below[0][1]:
                    return f"{said_first} {self.say(below[0][0], count=rest // below[0][1])}"
                return said_first
        return self.say("seconds", count=us // 1_000_000)

    def percent(self, part: int, whole: int) -> str:
        """A share rounded down, so that nothing short of all is said to be all."""
        return f"{part * 100 // whole}%" if whole else "–"
