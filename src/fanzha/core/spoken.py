"""Amounts and times as people say them on the telephone: 3万2, 昨天17:05, 5:20pm; what could mean two things is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from fanzha.core.errors import BadInput
from fanzha.core.money import DEFAULT_CURRENCY, exponent_of, parse_minor
from fanzha.core.time import SHANGHAI, parse_instant

_ZERO: Final = "零〇"
_FIGURES: Final = ("一壹1", "二贰两2", "三叁3", "四肆4", "五伍5", "六陆6", "七柒7", "八捌8", "九玖9")
_DIGITS: Final[Mapping[str, int]] = {sign: value for value, signs in enumerate(_FIGURES, 1) for sign in signs}
_ALIKE: Final = str.maketrans(
    {"萬": "万", "w": "万", "W": "万", "億": "亿", "k": "千", "K": "千", "仟": "千", "佰": "百", "拾": "十"}
)
_PLAIN: Final = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_MONEY_ENDS: Final = re.compile(r"(?:元整|块钱|元|块|圆|整)$")
_DIGIT: Final = f"[{''.join(_DIGITS)}]"
_SECTION: Final = re.compile(
    rf"(?:(?P<千>{_DIGIT})千)?[{_ZERO}]?(?:(?P<百>{_DIGIT})百)?[{_ZERO}]?(?:(?P<tens>(?P<十>{_DIGIT})?十))?(?P<zero>[{_ZERO}])?"
    rf"(?P<one>{_DIGIT})?"
)
_THOUSANDS: Final = re.compile(r"(\d\.\d+)千")
_TAIL_AT_MOST: Final = 100  # 20万5 is 205000; what 100万5 means, nobody can tell
_DIGITS_OF_WAN: Final = 4
NOON: Final = 12
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?|(\d{2})(\d{2})")
_SPOKEN_CLOCK: Final = re.compile(
    r"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)?(\d{1,2})(?:[点时](?:(半)|(\d{1,2})分?|整)?|:(\d{2}))"
)
_DAY: Final = re.compile(r"(今天|今日|昨天|昨日|前天)|(\d{1,2})[-/.月](\d{1,2})[日号]?|(\d{1,2})[日号]")
_DAYS_AGO: Final[Mapping[str, int]] = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
# English is read by saying it in the words above; what is none of its words stands as it is, and is refused below.
_ENGLISH_DAYS: Final[Mapping[str, str]] = {"the day before yesterday": "前天", "yesterday": "昨天", "today": "今天"}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY_OF_MONTH: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ENGLISH_DATE: Final = (
    re.compile(rf"{_MONTH} ?{_DAY_OF_MONTH}(?:,? (?P<year>\d{{4}}))?\b"),
    re.compile(rf"\b{_DAY_OF_MONTH} ?{_MONTH}(?:,? (?P<year>\d{{4}}))?\b"),
)
_CLOCK_FIRST: Final = re.compile(r"^(\d{1,2}:\d{2}) (今天|昨天|前天|(?:\d{4}年)?\d{1,2}月\d{1,2}日)$")
_HALF_DAY: Final = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.? ?m\b\.?|\b(?:12 ?)?(noon)\b")
# Part of the day → the hours that are said in it, and what is added to them; an hour of the 24 is taken as it stands.
_PARTS: Final[Mapping[str, tuple[range, int]]] = {
    "凌晨": (range(7), 0), "早上": (range(4, 12), 0), "早晨": (range(4, 12), 0), "上午": (range(5, 12), 0),
    "中午": (range(1, 3), 12), "下午": (range(1, 8), 12), "傍晚": (range(4, 9), 12), "晚上": (range(5, 12), 12),
}  # fmt: skip


def spoken_amount(text: str, currency: str = DEFAULT_CURRENCY) -> int:
    """An amount in minor units: 38000, 38,000.50, 3.8万, 3万2, 三万二千, 一千.

    Raises BadInput for what is none, and for what could be two: 3万20, 三万多.
    """
    whole = re.sub(r"\s*([万亿千百十元块])\s*", r"\1", unicodedata.normalize("NFKC", text).strip())
    whole = whole.removeprefix("人民币").lstrip("¥")
    bare = _MONEY_ENDS.sub("", whole)
    if not _PLAIN.fullmatch(bare):
        bare = f"{_Said(text, in_money=bare != whole).amount(bare.translate(_ALIKE)):f}"
    return parse_minor(bare, exponent_of(currency))


@dataclass(frozen=True, slots=True)
class _Said:
    """A text that is read as an amount; in_money: 元 stands at its end, so that a last digit is no 千 left out."""

    text: str
    in_money: bool

    def amount(self, bare: str) -> Decimal:
        """The parts before 亿, before 万 and after it, each by itself."""
        found, rest, unit_before = Decimal(0), bare, 0
        for sign, unit in (("亿", 10**8), ("万", 10**4)):
            before, there, after = rest.partition(sign)
            if not there:
                continue
            part = self._part(before)
            if (after and part != int(part)) or (unit_before and part >= 10**_DIGITS_OF_WAN):  # 3.8万2
                raise self._unread()
            found, rest, unit_before = found + part * unit, after, unit
            if after in _DIGITS:
                return found + self._tail(_DIGITS[after], part, unit)
        if rest or not unit_before:
            found += self._rest(rest, unit_before)
        return found

    def _tail(self, digit: int, part: Decimal, unit: int) -> int:
        """3万2 is 32000; 3万2元 may be another thing."""
        if self.in_money or part >= _TAIL_AT_MOST:
            raise self._unread()
        return digit * unit // 10

    def _part(self, before: str) -> Decimal:
        """What stands before 万: 3.8, 120, 十二, 两千五百."""
        if _PLAIN.fullmatch(before):
            return Decimal(before.replace(",", ""))
        thousands = _THOUSANDS.fullmatch(before)
        return Decimal(thousands[1]) * 1000 if thousands else Decimal(self._section(before))

    def _rest(self, rest: str, unit_before: int) -> Decimal:
        """What stands behind 万 (or alone): 2000 or 2千5百, and nothing that leaves open how much it is."""
        if unit_before == 10**_DIGITS_OF_WAN and rest.isascii() and rest.isdigit() and len(rest) == _DIGITS_OF_WAN:
            return Decimal(rest)
        if not unit_before and not self.in_money and len(rest) < 2:
            raise self._unread()
        return Decimal(self._section(rest)) if unit_before else self._part(rest)

    def _section(self, said: str) -> int:
        """Digits with 千, 百, 十 in falling order: 两千五 is 2500, 一百零五 is 105, 十五 is 15."""
        match = _SECTION.fullmatch(said)
        if match is None or not said or said[-1] in _ZERO:
            raise self._unread()
        tens = (_DIGITS[match["十"]] if match["十"] else 1) if match["tens"] else 0
        found = (
            sum(_DIGITS[match[sign]] * unit for sign, unit in (("千", 1000), ("百", 100)) if match[sign]) + tens * 10
        )
        if not match["one"]:
            return found
        last = 1 if tens or said[-2:-1] in tuple(_ZERO) else 10 if match["百"] else 100 if match["千"] else 1
        if last > 1 and self.in_money:
            raise self._unread()
        return found + _DIGITS[match["one"]] * last

    def _unread(self) -> BadInput:
        return BadInput(f"{self.text!r} is no amount that could mean only one thing; write 38000, 3.8万 or 三万八千")


def spoken_instant(text: str, now_us: int) -> int:
    """An instant in microseconds: 13:52, 1705 and 5:20pm are today's, 昨天17:05, 下午5点半, 11-21 13:52, Mar 14 5pm, ISO 8601.

    A day without a year is one of this year.

    Raises BadInput for what is none, and for what could be two: 5点 is in the morning or in the afternoon.
    """
    today = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us)).astimezone(SHANGHAI)
    bare = _in_chinese(re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip())
    day = _DAY.match(bare)
    clock = bare[day.end() :].strip() if day else bare
    hands = _hands(clock)
    if hands is None:
        return parse_instant(_whole(bare, today))
    try:
        date = _date(day, today)
        moment = datetime(date.year, date.month, date.day, *hands, tzinfo=SHANGHAI)
    except ValueError:
        raise BadInput(f"{text!r} is no time of a day") from None
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _in_chinese(text: str) -> str:
    """A text with its English words said as the others are: `Yesterday at 5:20 pm` is 昨天 17:20.

    Raises BadInput for an hour that no clock of twelve hours has.
    """
    said = text.lower()
    for english, chinese in _ENGLISH_DAYS.items():
        said = re.sub(rf"\b{english}\b", chinese, said)
    for way in _ENGLISH_DATE:
        said = way.sub(_numbered, said, count=1)
    said = _HALF_DAY.sub(_of_24, said)
    if said == text.lower():
        return text
    said = re.sub(r"\s+", " ", re.sub(r",|\b(?:at|on|the)\b", " ", said)).strip()
    return _CLOCK_FIRST.sub(r"\2 \1", said)


def _numbered(date: re.Match[str]) -> str:
    month = _MONTHS.index(date["month"][:3]) + 1
    return f"{date['year']}年{month}月{date['day']}日" if date["year"] else f"{month}月{date['day']}日"


def _of_24(clock: re.Match[str]) -> str:
    if clock[4]:
        return f"{NOON}:00"
    hour, minute, half = int(clock[1]), clock[2] or "00", clock[3]
    if not 1 <= hour <= NOON:
        raise BadInput(f"{clock[0]!r} is no hour of a clock of twelve: write the hour of the 24, without am and pm")
    return f"{hour % NOON + (NOON if half == 'p' else 0):02d}:{minute}"


def _whole(text: str, today: datetime) -> str:
    """A text with its whole date, as ISO 8601 has it; whatever lacks one of date and clock is no instant."""
    written = re.sub(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]", r"\1-\2-\3 ", text).replace(".", "-", 2)
    if not re.search(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]+\d|^\d{12}(\d\d)?$|^\d{8}[ T]\d", written):
        raise BadInput(f"{text!r} is no time; write 13:52, 5:20pm, 昨天17:05 or {today:%Y-%m-%d} 13:52:10")
    return re.sub(r" +", " ", written)


def _date(day: re.Match[str] | None, today: datetime) -> datetime:
    if day is None:
        return today
    if day[1]:
        return today - timedelta(days=_DAYS_AGO[day[1]])
    return today.replace(month=int(day[2] or today.month), day=int(day[3] or day[4]))


def _hands(clock: str) -> tuple[int, int, int] | None:
    """Hour, minute and second; None where it is no clock of its own. Raises BadInput for an hour that could be two."""
    written = _CLOCK.fullmatch(clock)
    if written is not None:
        hour, minute, second = written[1] or written[4], written[2] or written[5], written[3] or 0
        return int(hour), int(minute), int(second)
    spoken = _SPOKEN_CLOCK.fullmatch(clock.replace(" ", ""))
    if spoken is None:
        return None
    part, said = spoken[1], int(spoken[2])
    minute = "30" if spoken[3] else spoken[4] or spoken[5] or "0"
    return _hour(part, said, clock), int(minute), 0


def _hour(part: str | None, said: int, clock: str) -> int:
    if part is None:
        if 1 <= said <= NOON:
            raise BadInput(f"{clock!r} is in the morning or in the afternoon: write 上午, 下午, or the hour of the 24")
        return said
    hours, more = _PARTS[part]
    if said in hours:
        return said + more
    if (
        (said - more in hours and more)
        or (part == "中午" and said in {NOON - 1, NOON})
        or (part == "下午" and said == NOON)
    ):
        return said
    raise BadInput(f"{clock!r} is not said of one hour only: write the hour of the 24")
