"""Comparisons as bulletins write them: 同比分别上升60.4%、80.6%和146.5%, 为去年同期的4.3倍, 与4月相比下降14.3%."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fanzha.intake.bulletins.numbers import parse_decimal, plain
from fanzha.statistics import Comparison, ComparisonKind, Period

_COMPARED: Final = re.compile("[比倍较翻同上去前升降增减幅]")  # cheap, and no comparison is without one of these
_N: Final = r"\d{1,12}(?:\.\d{1,6})?"
_UP: Final = r"上升|\+|＋|↑|增长|增加|提高|提升|上涨|增幅|升幅|涨幅|增速|攀升|多[破抓获缴打返立发挽]?|升"
_DOWN: Final = "下降|-|－|↓|负增长|减少|降低|下滑|回落|降幅|缩减|少[破抓获缴打返立发损]?|降"
_WORDS: Final = r"(?:分别|均|各|大幅|明显|显著|仍|又|还|继续|再|的|了|达到|达|为|是|约|近|超过|超|逾|至|有所|同步)*"
_OTHER: Final = (
    r"(?:(?:19|20)\d\d年|去年|上一年度|上一年|前一年|上年度|上年|今年|前年)?"
    r"(?:同[期月季]|全年|\d{1,2}月(?:份)?(?:同期)?|上个?月|上半年|[一二三四]季度|上季度|前一?[月周天日]|上周|昨[日天])?"
)
_BASE: Final = (
    r"(?P<plain>同比|环比|同期(?:相)?比)(?!上一?年)"
    rf"|(?:与|较|环比|同比|比|同|相比|相较于?)(?P<other>(?!例){_OTHER}|此前|往年|年初|上?年末|月初|上月末|[\u4e00-\u9fff“”]{{1,8}}?(?:前|阶段|时期|期|轮|均值|水平))(?:的?[日月]均|的?平均)?(?:水平|均值|总量|总数|的?(?:最高峰|峰值|最高值|最高点|高峰期?|低谷))?(?:相比|比|的)?"
)
_BASE_AGAIN: Final = _BASE.replace("?P<plain>", "?P<plain2>").replace("?P<other>", "?P<other2>")
_COUNTED: Final = "起|宗|件|名|人次|人|元|张|个|条|次|笔|户|家|处|部|台|枚|份|场次|场|位|例|项|款|辆|套"
_UNIT: Final = rf"%|个百分点|倍|番|[余多]?[万亿]?(?:{_COUNTED})"
_PART: Final = rf"(?:{_UP}|{_DOWN})?{_WORDS}{_N}(?:{_UNIT})"
_CHANGE: Final = re.compile(
    rf"(?:(?:{_BASE})[,，]?(?:数量|均|分别|又|仍|再)?{_WORDS})(?P<way>{_UP}|{_DOWN}){_WORDS}"
    rf"(?P<parts>{_PART}(?:(?:、|[、，]?和|及|与|以及|[,，](?={_UP}|{_DOWN})){_PART})*|一番|一倍|两番|两倍)"
    rf"|(?:{_BASE_AGAIN})(?P<flat>基本)?(?:持平|翻(?P<turns>[一两三123])番|翻了(?P<turns2>[一两三])番)"
    rf"|(?P<bare>(?:[降升增涨跌]幅|增速)(?:分别|均)?|(?:数量|分别|均|大幅|又)?(?:[再又][降升增]|上升|增长|下降|减少|提升|降低|(?:提高|增加|回落|下滑|上涨)(?=[^，。；、]{{0,6}}?{_N}(?:%|个百分点)))(?:了)?{_WORDS})"
    rf"(?P<bare_parts>{_PART}(?:(?:、|和|及|与){_PART})*)"
)
_HOLIDAY_BEFORE: Final = re.compile(r"(?:去年|上年)[\u4e00-\u9fff“”]{0,6}(?:假期|期间|春节|国庆|五一|元旦)”?")
_PART_OF_YEAR: Final = r"同[期月季]|全年|总量|上个?月|上周|\d{1,2}月(?:份)?|上半年|上季度|[一二三四]季度"
_MULTIPLE: Final = re.compile(
    rf"(?P<subject_is>分别为|分别是|分别达|约为|约是|为|是|达到|达|相当于|系)?{_WORDS}"
    rf"(?P<base>(?:(?:19|20)\d\d年?|去年|上年|前年|今年)(?:{_PART_OF_YEAR})?|{_PART_OF_YEAR})"
    rf"(?P<of>[^，。；、！？|\d]{{0,10}}?)的(?P<parts>{_N}倍(?:(?:[、，]|和|及|与){_N}倍)*)"
)
_ONE: Final = re.compile(rf"(?P<way>{_UP}|{_DOWN})?{_WORDS}(?P<n>{_N})(?P<unit>{_UNIT})")
_IS_DOWN: Final = re.compile(rf"{_DOWN}|跌")
_TURNS: Final = {"一": 1, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3}


@dataclass(frozen=True, slots=True)
class Compared:
    """One or more comparisons said together, with where they stand and whether they are dealt out."""

    start: int
    end: int
    comparisons: tuple[Comparison, ...]
    units: tuple[tuple[str, int, int], ...]  # of each: % or 倍, and where its number stands
    has_base: bool

    def of_one_figure(self) -> tuple[Compared, ...]:
        """同比减少412起，下降17.8% says twice how one figure changed; what is dealt out is all in one measure."""
        if len({_measured_in(one.kind) for one in self.comparisons}) < 2:
            return (self,)
        return tuple(
            Compared(self.start, self.end, (one,), (unit,), self.has_base)
            for one, unit in zip(self.comparisons, self.units, strict=True)
        )


def find_comparisons(text: str) -> Iterator[Compared]:
    """The comparisons of a sentence; one without a base takes that of the comparison before it."""
    if not _COMPARED.search(text):
        return
    found = sorted([*_changes(text), *_multiples(text)], key=lambda one: one.start)
    end, base = -1, None
    for one in found:
        if one.start < end:
            continue
        if not one.has_base:
            if base is None and any(unit[0] != "%" for unit in one.units):
                continue
            one = _with_base(one, base) if base is not None else _of_year_before(one, text)
        base, end = one if one.has_base else base, one.end
        yield one


def fit_period(comparison: Comparison, period: Period | None) -> Comparison:
    """是2019年的3.6倍, said of 2023, is no comparison with the year before."""
    base = comparison.against[:4]
    if comparison.kind is not ComparisonKind.MULTIPLE_PREV_FULL_YEAR or not base.isdecimal() or period is None:
        return comparison
    if not period.year or int(period.year) == int(base) + 1:
        return comparison
    return Comparison(ComparisonKind.MULTIPLE_VERSUS, comparison.value, comparison.against)


def _of_year_before(one: Compared, text: str) -> Compared:
    """立案数、损失数分别下降27.9%、32.4%: a report that names no base means the same time of the year before."""
    base = "mom" if text.rfind("环比", 0, one.start) > text.rfind("同比", 0, one.start) else "yoy"
    changed = tuple(
        Comparison(ComparisonKind(base + _measured_in(comparison.kind)), comparison.value)
        for comparison in one.comparisons
    )
    return Compared(one.start, one.end, changed, one.units, has_base=False)


def _with_base(one: Compared, base: Compared) -> Compared:
    kind, against = base.comparisons[0].kind, base.comparisons[0].against
    simple = {
        ComparisonKind.MULTIPLE_YOY: ComparisonKind.YOY, ComparisonKind.YOY_POINTS: ComparisonKind.YOY,
        ComparisonKind.MOM_POINTS: ComparisonKind.MOM, ComparisonKind.YOY_DIFFERENCE: ComparisonKind.YOY,
        ComparisonKind.MOM_DIFFERENCE: ComparisonKind.MOM, ComparisonKind.MULTIPLE_MOM: ComparisonKind.MOM,
        ComparisonKind.WOW_DIFFERENCE: ComparisonKind.WOW, ComparisonKind.WOW_POINTS: ComparisonKind.WOW,
        ComparisonKind.VERSUS_DIFFERENCE: ComparisonKind.VERSUS, ComparisonKind.VERSUS_POINTS: ComparisonKind.VERSUS,
        ComparisonKind.PREV_FULL_YEAR_DIFFERENCE: ComparisonKind.PREV_FULL_YEAR,
        ComparisonKind.PREV_FULL_YEAR_POINTS: ComparisonKind.PREV_FULL_YEAR,
        ComparisonKind.MULTIPLE_VERSUS: ComparisonKind.VERSUS,
        ComparisonKind.MULTIPLE_PREV_FULL_YEAR: ComparisonKind.PREV_FULL_YEAR,
    }.get(kind, kind)  # fmt: skip
    changed = tuple(
        Comparison(ComparisonKind(simple.value + _measured_in(comparison.kind)), comparison.value, against)
        for comparison in one.comparisons
    )
    return Compared(one.start, one.end, changed, one.units, has_base=True)


def _measured_in(kind: ComparisonKind) -> str:
    """Whether a change is told in points or in the figure's own unit, as the end of the kind's name says it."""
    return next((end for end in ("_points", "_difference") if kind.value.endswith(end)), "")


def _changes(text: str) -> Iterator[Compared]:
    for found in _CHANGE.finditer(text):
        if found["bare"]:
            yield _compared(found, found["bare"], found["bare_parts"], found.start("bare_parts"), None, "")
            continue
        plain_base, other = found["plain"] or found["plain2"], found["other"] or found["other2"] or ""
        if not plain_base and not other:
            continue
        if found["parts"] is None or found["parts"] in ("一番", "一倍", "两番", "两倍"):
            yield _turned(found, plain_base, other)
            continue
        yield _compared(found, found["way"], found["parts"], found.start("parts"), plain_base, other)


def _turned(found: re.Match[str], plain_base: str | None, other: str) -> Compared:
    """持平 is 0, 翻一番 is +100 %."""
    turns = found["turns"] or found["turns2"] or (found["parts"] or "")[:1]
    if (found["parts"] or "").endswith("倍"):
        value = Decimal(100 * _TURNS[turns])
    else:
        value = Decimal((2 ** _TURNS[turns] - 1) * 100) if turns else Decimal(0)
    kind, against = _kind(plain_base, other)
    place = ("%", found.start(), found.end())
    return Compared(found.start(), found.end(), (Comparison(kind, value, against),), (place,), has_base=True)


def _compared(found: re.Match[str], way: str, parts: str, at: int, plain_base: str | None, other: str) -> Compared:
    comparisons, units = [], []
    down = _IS_DOWN.search(way) is not None
    kind, against = _kind(plain_base, other)
    for one in _ONE.finditer(parts):
        own = one["way"]
        sign = -1 if (_IS_DOWN.search(own) if own else down) else 1
        value, unit = parse_decimal(one["n"]) * sign, one["unit"]
        here = kind
        if unit == "倍":
            value, unit = plain(value * 100), "%"
        elif unit == "个百分点":
            here = ComparisonKind(f"{kind.value}_points")
        elif unit != "%":
            scale = "".join(sign for sign in unit if sign in "万亿")
            value = parse_decimal(one["n"], scale) * sign
            here = ComparisonKind(f"{kind.value}_difference")
        comparisons.append(Comparison(here, value, against))
        units.append((unit, at + one.start("n"), at + one.end()))
    return Compared(found.start(), found.end(), tuple(comparisons), tuple(units), bool(plain_base or other))


def _multiples(text: str) -> Iterator[Compared]:
    if "倍" not in text:
        return
    for found in _MULTIPLE.finditer(text):
        base = found["base"]
        kind = ComparisonKind.MULTIPLE_VERSUS
        if "同" in base:
            kind = ComparisonKind.MULTIPLE_YOY
        elif "月" in base or "周" in base:
            kind = ComparisonKind.MULTIPLE_MOM
        elif base[:2] in ("去年", "上年") or base[:2] in ("19", "20"):
            kind = ComparisonKind.MULTIPLE_PREV_FULL_YEAR
        comparisons, units = [], []
        for one in re.finditer(rf"({_N})倍", found["parts"]):
            comparisons.append(
                Comparison(kind, parse_decimal(one[1]), "" if kind is ComparisonKind.MULTIPLE_YOY else base)
            )
            units.append(("倍", found.start("parts") + one.start(), found.start("parts") + one.end()))
        start = found.start("subject_is") if found["subject_is"] else found.start("base")
        yield Compared(start, found.end(), tuple(comparisons), tuple(units), has_base=True)


def _kind(plain_base: str | None, other: str) -> tuple[ComparisonKind, str]:
    if plain_base:
        return (ComparisonKind.MOM if plain_base == "环比" else ComparisonKind.YOY), ""
    if "周" in other:
        return ComparisonKind.WOW, other
    if "同" in other or re.fullmatch(r"(?:去年|上年)\d{1,2}月(?:份)?", other):
        return ComparisonKind.YOY, other
    if re.fullmatch(r"(?:上个?月|前一?月|上季度|[一二三]季度|\d{1,2}月(?:份)?)(?:[日月]均|平均)?(?:水平|均值)?", other):
        return ComparisonKind.MOM, other
    if other.endswith("全年"):
        return ComparisonKind.PREV_FULL_YEAR, other
    if _HOLIDAY_BEFORE.fullmatch(other):
        return ComparisonKind.YOY, other
    return (
        ComparisonKind.YOY
        if other in ("去年", "上年", "上年末", "上一年", "前一年", "上年度", "上一年度")
        else ComparisonKind.VERSUS
    ), other
