"""Numbers as bulletins write them: 5321万余元, 2亿5000万, 近3500名, 上百宗, 三百余人."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from fanzha.intake.bulletins.lexicon import Lexicon, lexicon, trie_pattern

_DIGITS: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_ARABIC: Final = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,15})(?:\.\d{1,9})?"
_SCALE: Final = "万亿|千万|百万|十万|[十百千万亿]"
MONEY: Final = "元"
# What is no unit where these words follow: 5个月, 5部门, 3人民币.
_NOT_FOLLOWED: Final = {
    "个": "乡|镇|村(?!民|居)|州|国家|地区|省份|城市|多?月|小时|半?小时|工作日|百分点|省|市|县|人信息|方面|环节",
    "部": "门|署|级",
    "人": "民|工|以上团",
    "次": "日|年",
    "家": "庭|长",
    "单": "[位元人独项一品]",
    "封": "信|面|堵|停|锁",
    "通": "[讯信知报过道]",
    "所": "[涉在得有谓属示需获]",
}


@dataclass(slots=True)  # not frozen for the same reason as Token
class Mention:
    """A number with its unit where it stands; `spelt` where it is written in Chinese numerals."""

    start: int
    end: int
    value: Decimal
    unit: str
    approximate: bool
    at_least: bool
    spelt: bool
    written: str  # the last figures that are written, and what they are times: 1700余万 is exact to a million
    scale: str

    @property
    def step(self) -> Decimal:
        """By how much the last written figure that is not zero counts."""
        scale = parse_decimal("1", self.scale)
        if self.spelt:
            return scale * _PLACES.get(self.written[-1], 1)
        bare = self.written.replace(",", "")
        if "." in bare:
            return scale / Decimal(10) ** len(bare.partition(".")[2])
        zeros = len(bare) - len(bare.rstrip("0"))
        return scale * Decimal(10) ** (zeros if zeros < len(bare) else 0)


def chinese_number(text: str) -> int:
    """The value of a Chinese numeral such as 三百二十 or 两千; a bare 百 is a hundred."""
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif (place := _PLACES[sign]) < 10**4:
            section += (digit or 1) * place
            digit = 0
        else:
            total, section, digit = (total + section + digit or 1) * place, 0, 0
    return total + section + digit


def find_numbers(text: str) -> Iterator[Mention]:
    """Every number that counts something; dates, telephone numbers and names with digits in them do not."""
    words = lexicon()
    if "）" in text or ")" in text:
        yield from _headed(text)
    for found in _pattern().finditer(text):
        mention = _read(found, words)
        if (
            mention is not None
            and mention.spelt
            and mention.value == 1
            and text[mention.end : mention.end + 1].isdigit()
        ):
            continue  # 一笔120万元
        if mention is not None and not _narrows(text, mention) and not (mention.spelt and _is_quoted(text, mention)):
            yield mention


def _is_quoted(text: str, mention: Mention) -> bool:
    """“一人多卡”: a numeral inside a name in quotation marks."""
    return text.rfind("“", 0, mention.start) > text.rfind("”", 0, mention.start)


def may_count(text: str) -> bool:
    """Whether a text may have a number that counts: a cheap look before the dear one."""
    return _countable().search(text) is not None


@cache
def _countable() -> re.Pattern[str]:
    units = "".join(sorted({unit[0] for unit in lexicon().units}))
    return re.compile(rf"\d|[一二两三四五六七八九十百千万亿][余多]?[万亿]?[余多]?[{units}]")


def parse_decimal(digits: str, scale: str = "") -> Decimal:
    """11.4 with 万 is 114000."""
    times = 1
    for sign in scale:
        times *= _PLACES[sign]
    if "." in digits:
        return plain(Decimal(digits.replace(",", "")) * times)
    return Decimal(int(digits.replace(",", "")) * times)


def plain(value: Decimal) -> Decimal:
    """Without zeros behind the point and without an exponent."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == value else value.normalize()


@cache
def _pattern() -> re.Pattern[str]:
    words = lexicon()
    sure = words.certainty
    single = "".join(_NOT_FOLLOWED)
    units = "|".join(
        [re.escape(unit) for unit in words.units if len(unit) > 1]
        + [f"{unit}(?!{after})" for unit, after in _NOT_FOLLOWED.items()]
        + [f"[{''.join(unit for unit in words.units if len(unit) == 1 and unit not in single)}]"]
    )
    before = trie_pattern([*sure["about_before"], *sure["at_least_before"]])
    after = trie_pattern([*sure["about_after"], *sure["at_least_after"], "以下"])
    inside = "余|多|几|有余"
    starts = {word[0] for name in ("about_before", "at_least_before", "both_before") for word in sure[name]}
    return re.compile(
        rf"(?=[{''.join(sorted(starts))}\d一二两三四五六七八九十百千零〇])"
        rf"(?:(?P<before>{before})|(?P<over>[{''.join(sure['both_before'])}])(?=[百千万亿]))?"
        rf"(?:(?<![\d.\-#/第:_=])(?:(?<![A-Za-z])|(?<=APP)|(?<=App)|(?<=app))(?P<digits>{_ARABIC})(?P<in1>{inside})?(?P<scale>{_SCALE})?"
        rf"(?:(?<=[万亿])(?P<digits2>{_ARABIC})(?P<scale2>千万|百万|[千百万]))?"
        r"|(?<![第数几一二三四五六七八九十百千每])(?P<cn>[一二两三四五六七八九十百千零〇]{1,9}|(?<=[近约逾超过上成])[万亿])(?P<cn_in>[余多])?(?P<cn_scale>万亿|[万亿])?)"
        rf"(?P<in2>{inside})?(?P<unit>{units})?(?P<after>{after})?"
    )


def _read(found: re.Match[str], words: Lexicon) -> Mention | None:
    unit, sure = found["unit"] or "", words.certainty
    inside = found["in1"] or found["in2"] or found["cn_in"] or found["over"]
    if found["after"] == "以下" or (
        unit in _RANKED and found.string[found.start() - 1 : found.start()] in ("前", "后")
    ):
        return None
    if found["digits"]:
        scale = found["scale"] or ""
        if not unit and scale not in ("万", "亿", "千万", "百万", "万亿"):
            return None
        value = parse_decimal(found["digits"], scale)
        if found["digits2"]:
            value += parse_decimal(found["digits2"], found["scale2"])
        written, scale = found["digits2"] or found["digits"], found["scale2"] or scale
    else:
        if not unit:
            return None
        scale = found["cn_scale"] or ""
        value = chinese_number(found["cn"]) * parse_decimal("1", scale)
        written = found["cn"]
    about = found["before"] in sure["about_before"] or found["after"] in sure["about_after"]
    least = found["before"] in sure["at_least_before"] or found["after"] in sure["at_least_after"]
    return Mention(
        found.start(),
        found.end(),
        value,
        unit,
        bool(about or inside),
        bool(least or inside),
        bool(found["cn"]),
        written,
        scale,
    )


def _headed(text: str) -> Iterator[Mention]:
    """A bare number behind a title that says its unit, as tables write it: 冻结资金（万元）| 6120."""
    for found in _headed_pattern().finditer(text):
        digits, scale = found["digits"], found["scale"] or ""
        value = parse_decimal(digits, scale)
        yield Mention(found.start(), found.end(), value, found["unit"], False, False, False, digits, scale)


@cache
def _headed_pattern() -> re.Pattern[str]:
    units = trie_pattern(lexicon().units)
    return re.compile(
        rf"[（(](?P<scale>[万亿])?(?P<unit>{units})[)）][|:： ]{{1,3}}(?P<digits>{_ARABIC})(?![\d.万亿余多])(?!{units})"
    )


_BOUNDS: Final = ("低于", "不足", "少于", "高于", "不到", "未满", "不满")
_RANKED: Final = ("位", "名", "家", "个")  # 居前五位
_BAND: Final = re.compile(
    rf"(?:以[上下])?(?:[至到—–~～-]{{1,2}}{_ARABIC}[万亿]?[\u4e00-\u9fff]{{1,2}}(?:以[上下])?)?的?(?:案件|部分|人员)?的?[约近超]?\d"
)
_BAND_END: Final = re.compile(r"\d[万亿]?[\u4e00-\u9fff]{0,2}[至到—–~～-]{1,2}$")
_NARROWING: Final = re.compile(r"(?:的)?[^，。；、！？\d]{0,14}?(?:案|团伙)")


def _narrows(text: str, mention: Mention) -> bool:
    """百万元以上案件, 10万元至50万元的402件: the number says which cases are meant, and counts nothing itself."""
    if text[: mention.start].endswith(_BOUNDS):
        return True
    if mention.unit == MONEY and (band := _BAND.match(text, mention.end)) and "的" in band[0]:
        return True
    if mention.unit == MONEY and text.startswith("的", mention.end) and _BAND_END.search(text, 0, mention.start):
        return True
    return text.endswith("以上", mention.start, mention.end) and bool(
        mention.unit != "%" and _NARROWING.match(text, mention.end)
    )
