"""How bulletins write periods: a point of time (year, half, quarter, month, third of a month, day, holiday), or two.

Every period is put together of the same few points, so that 2021年4月至今年3月, 6月24日0时至30日24时, 去年四季度至今年一季度
and 年初至6月底 need no pattern of their own. Which days they are the calendar tells (`periods`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from fanzha.intake.bulletins.lexicon import lexicon, trie_pattern
from fanzha.intake.bulletins.numbers import chinese_number


class Size(Enum):
    """What a point of time is."""

    YEAR = "year"
    EDGE = "edge"  # of a year: 年初, 年底
    MONTHS = "months"
    THIRD = "third"
    DAY = "day"
    HOLIDAY = "holiday"


@dataclass(slots=True)
class Point:
    """One point of time as it is written; month and day of its first and its last day."""

    size: Size
    year: int | None  # where it is written
    relative: str  # 今年, 去年, 次年; empty where none is said
    opens: tuple[int, int] = (1, 1)
    ends: tuple[int, int] = (12, 31)
    holiday: str = ""
    whole: bool = False  # 全年 stands behind the year


@dataclass(slots=True)
class Spoken:
    """A period where it is written: one point, or from one to another."""

    start: int
    end: int
    first: Point
    last: Point | None = None
    until: bool = False  # 截至: only its end is said
    so_far: bool = False  # 今年截至6月底: of the first point only the year counts
    since: bool = False  # 以来, 起: its end is open
    to_now: bool = False  # 至今, 到目前


_CN: Final = "十[一二]?|[一二三四五六七八九]"
JOIN: Final = "(?:至|到|[-—–~～－―])+"
_CLOCK: Final = (
    r"(?:当[天日])?(?:[上下中]午|凌晨|清晨|早上|早晨|晚上?|晚间|夜间)?(?:\d{1,2}|零)"
    r"(?:[时点](?:\d{1,2}分|半|整)?许?|[:：]\d\d)"
)
_DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_HOURS: Final = rf"(?:{_CLOCK}(?:{JOIN}{_CLOCK}(?!\d))?|(?:\d|零){JOIN}24时)?"
_YEAR: Final = (
    rf"(?P<y>(?:19|20)\d\d)(?:年(?:度)?|(?={JOIN}(?:19|20)\d\d年))"
    r"|(?P<yy>[12]\d)年(?=[上下]半年|前|第?[一二三四1-4]季|1?\d月)"
    r"|(?P<r>今年|去年|上年度|上一年(?!同)|上年|前年|本年度|本年|次年|翌年)"
)
_PART: Final = (
    r"[前头](?P<n>\d{1,2}|十[一二]?|[二三四五六七八九两])个?(?:月(?:份)?|(?P<nq>季度))"
    r"|(?P<half>[上下]半年)"
    r"|(?:(?P<q0>[一三])、?)?第?(?P<q>[一二三四1-4])季度|Q(?P<qn>[1-4])(?!\d)"
    rf"|(?P<im>1[0-2]|0?[1-9])(?P<sep>[./])(?P<id>{_DAY})(?=日?{JOIN}\d{{1,2}}(?P=sep)\d{{1,2}}(?![\d.%万亿]))日?"
    rf"|(?P<m>1[0-2]|0?[1-9]|{_CN})月(?:份)?(?:(?P<d>{_DAY})[日号]{_HOURS}|(?P<third>[上中下]旬|中下旬|上中旬)|(?P<edge>底|末|初))?"
    rf"|(?P<b>1[0-2]|0?[1-9]|{_CN})(?={JOIN}(?:(?:19|20)\d\d年|今年)?(?:1[0-2]|[1-9]|{_CN})(?:月|(?P<bq>季度)))"
    r"|“?(?P<hol>HOLIDAYS)”?(?:(?:小|长|小长)?假(?:期)?|期间|黄金周|(?=以来|至今))"
)
_NUMERIC: Final = (
    rf"(?P<iy>20\d\d)(?P<isep>[-./])(?P<iym>1[0-2]|0?[1-9])(?P=isep)(?P<iyd>{_DAY})日?(?!\d)(?: ?{_CLOCK})?"
)
_EDGE: Final = r"(?P<brink>(?:年|(?<=年))[初底末](?!前))"
_TAIL: Final = r"(?P<tail>以来|起(?!诉)|开始(?![到至])|来(?!源|自|到|电|访))"
_TO_NOW: Final = rf"{JOIN}(?:今(?!年|日|天)|目前|现在|当前)"
_NUMERIC_FROM: Final = rf"{_NUMERIC}(?={JOIN}\d)"
_STARTS: Final = (
    r"(?=[自从截今去上下前头本次翌第一二三四五六七八九十年Q]|“?(?:HOLIDAYS)|\d{1,4}(?:年|月|季度|[-—–~～－―至到./]+\d))"
)
_SIGNS: Final = r"\d自从截今去上下前头本次翌第一二三四五六七八九十年Q“最近过这连半多入昨当全目日开新"
_VAGUE: Final = (
    r"(?:最近|近|过去(?!的?一年)|这)的?(?:[一二两三四五六七八九十几数\d]{1,3}|半)多?个?多?(?:年|月|周|星期|天|季度|小时)多?(?:时间)?(?:里|中|来|间|以来|内)?"
    r"|[近连多]年来|(?:[一二两三四五六七八九十]|半|多)个?[年月]多?来(?!源|自|到)|入[春夏秋冬]以来"
)
_WORDS: Final = (
    r"截[至止](?:到)?(?:当日|当天|当晚|目前|今日|今天|今(?!年)|现在|发稿|当前)"
    r"|今[天日晨早晚]|昨[日天晚夜]|当[天日晚夜]|全年(?!龄)|本期|本月|上个?月|[本上]季度|本周|上一?周"
    r"|目前|近日|日前|近期|近来|连日来|一直以来"
    r"|今?年初(?:以来|至今|到现在|到目前)|今?年内|[开新]年以来"
)


@dataclass(frozen=True, slots=True)
class _Patterns:
    start: re.Pattern[str]
    second: re.Pattern[str]
    after: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    holidays = trie_pattern(lexicon().holidays)
    point = rf"(?:(?:{_YEAR})的?)?(?:{_EDGE}|{_PART.replace('HOLIDAYS', holidays)})?"
    first = rf"(?P<since>自从|自|从)?(?P<until>截[至止](?:到|至)?)?(?:{_NUMERIC_FROM}|{point})"
    first_signs = "".join({name[0] for name in lexicon().holidays})
    starts = _STARTS.replace("HOLIDAYS", holidays)
    whole = r"(?P<full>全年|一年|年度)?(?:[两二三四五六七八九十]年(?:间|来)?)?"
    return _Patterns(
        re.compile(
            rf"(?=[{_SIGNS}{first_signs}])(?:(?P<word>{_WORDS})|(?P<vague>{_VAGUE})|过(?P<past>去的?一年(?:里|中|来)?)|{starts}{first}{whole})"
        ),
        re.compile(
            rf"(?:以来|起|初)?(?:{JOIN}|(?P<so_far>截[至止]到?)|(?<=[日号])[、和](?=\d{{1,2}}[日号]))"
            rf"(?:(?P<d2>{_DAY})[日号]{_HOURS}|{_NUMERIC}|(?P<sm>1[0-2]|0?[1-9])[./-](?P<sd>{_DAY})(?![\d.%万亿])|{point}){whole}止?"
        ),
        re.compile(rf"(?P<now>{_TO_NOW})|{_TAIL}"),
    )


def spoken_at(text: str, at: int) -> tuple[re.Match[str], Spoken | None] | None:
    """The next period from a place on, with its pattern's match; None for the words that a calendar knows (昨日, 近年来)."""
    patterns = _patterns()
    while (found := patterns.start.search(text, at)) is not None:
        if found["vague"] or found["word"] or found["past"]:
            return found, None
        if found.end() > found.start() and (point := _point(found)) is not None:
            return found, _spoken(text, found, point, patterns)
        at = max(found.end(), found.start() + 1)
    return None


def _spoken(text: str, found: re.Match[str], first: Point, patterns: _Patterns) -> Spoken:
    spoken = Spoken(found.start(), found.end(), first, until=found["until"] is not None)
    second = patterns.second.match(text, found.end())
    last = _second_point(second, first) if second is not None else None
    if second is not None and last is not None:
        spoken.last, spoken.end = last, second.end()
        spoken.so_far = second["so_far"] is not None
        return spoken
    after = patterns.after.match(text, found.end())
    if after is not None:
        spoken.end = after.end()
        spoken.to_now, spoken.since = after["now"] is not None, after["now"] is None
    led = found["since"] is not None and not found[0].endswith("的")  # 从2022年的5120起降到4377起
    spoken.since = spoken.since or (led and not spoken.to_now)
    return spoken


def _second_point(found: re.Match[str], first: Point) -> Point | None:
    if found["d2"]:
        if first.size is not Size.DAY:
            return None
        day = (first.ends[0], int(found["d2"]))
        return Point(Size.DAY, first.year, first.relative, day, day)
    if found["sm"]:
        day = (int(found["sm"]), int(found["sd"]))
        return Point(Size.DAY, None, "", day, day) if first.size is Size.DAY else None
    return _point(found)


def _point(found: re.Match[str]) -> Point | None:
    """A point of time out of the groups of its pattern; None where they make none."""
    groups = found.groupdict()
    if groups.get("iy"):
        day = (int(groups["iym"]), int(groups["iyd"]))
        return Point(Size.DAY, int(groups["iy"]), "", day, day)
    year = int(groups["y"]) if groups["y"] else 2000 + int(groups["yy"]) if groups["yy"] else None
    point = Point(Size.YEAR, year, groups["r"] or "", whole=groups["full"] is not None)
    if groups["brink"]:
        point.size = Size.EDGE
        point.ends = (1, 31) if groups["brink"].endswith("初") else point.ends
    elif groups["hol"]:
        point.size, point.holiday = Size.HOLIDAY, groups["hol"]
    elif groups["id"]:
        point.size = Size.DAY
        point.opens = point.ends = (int(groups["im"]), int(groups["id"]))
    elif groups["m"]:
        _within_month(point, groups)
    elif (months := _months(groups)) is not None:
        point.size, point.opens, point.ends = Size.MONTHS, (months[0], 1), (months[1], 31)
    elif year is None and not point.relative:
        return None
    return point


def _within_month(point: Point, groups: dict[str, str | None]) -> None:
    month = number_of(groups["m"] or "")
    if groups["d"]:
        point.size = Size.DAY
        point.opens = point.ends = (month, int(groups["d"]))
    elif (third := groups["third"]) is not None:
        point.size = Size.THIRD
        first, last = {"上": 1, "中": 11, "下": 21}[third[0]], {"上": 10, "中": 20, "下": 31}[third[-2]]
        point.opens, point.ends = (month, first), (month, last)
    else:
        point.size, point.opens, point.ends = Size.MONTHS, (month, 1), (month, 31)


def _months(groups: dict[str, str | None]) -> tuple[int, int] | None:
    if groups["n"]:
        count = number_of(groups["n"]) * (3 if groups["nq"] else 1)
        return 1, min(12, count)
    if groups["half"]:
        return (1, 6) if groups["half"][0] == "上" else (7, 12)
    if quarter := groups["q"] or groups["qn"]:
        last = number_of(quarter)
        first = number_of(groups["q0"]) if groups["q0"] else last
        return 3 * first - 2, 3 * last
    if groups["b"]:
        number = number_of(groups["b"])
        return (3 * number - 2, 3 * number) if groups["bq"] else (number, number)
    return None


def number_of(numeral: str) -> int:
    """The value of 5, 05 or 五."""
    return int(numeral) if numeral.isascii() else chinese_number(numeral)
