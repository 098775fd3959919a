"""Periods as bulletins say them: 今年1—5月, 截至5月31日, 自去年10月以来, 上半年, 当天."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from fanzha.core.time import SHANGHAI
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.period_grammar import Point, Size, Spoken, number_of, spoken_at
from fanzha.statistics import Period

_BARE_YEAR: Final = re.compile(r"(?<![\dA-Za-z“])20[0-4]\d(?:[—–~～-]{1,2}(?P<last>20[0-4]\d))?(?![\d年\-—/.”])")
_DATE: Final = re.compile(
    r"((?:19|20)\d\d) ?[-/年.] ?(\d{1,2}|[一二三四五六七八九十]{1,2}) ?[-/月.] ?(\d{1,2}|[一二三四五六七八九十]{1,3})(?!\d)"
)
_BASE_AFTER: Final = re.compile(r"同[期月季]|[份]?相比|比")
_STATED: Final = re.compile(
    r"[|（(【]*(?:(?P<counted>(?:统计|数据|报告|考核|汇总|计算|研判|监测)[\u4e00-\u9fff]{0,4}|报告期|所属期)[:：| ]"
    r"|(?:[\u4e00-\u9fff]{0,6}(?:周期|时间|时段|区间|期间|范围|口径)[:：|])?)(?:自|从)?"
)
_STATED_END: Final = re.compile(
    r"[）)】。 |]*(?:[\u4e00-\u9fff]{0,4}(?:编制|发布|来源|单位|日期|填报|制表|审核|报送)[:：].*)?"
)
_PARTS: Final = re.compile(r"[ \u3000]{1,}|[；;]|(?<=[）)])(?=[\u4e00-\u9fff])")
_DATED: Final = re.compile(r"[年月日季]|\d[-./]\d")
_STATED_MAX: Final = 48
_SO_FAR: Final = re.compile("已|共|累计|先后|截[至止]")
_TOLD_MONTHS: Final = 4
_TOLD_WITHIN: Final = 40
_FULL_DAY: Final = len("2021-05-31")
_YEARS_TOLD: Final = re.compile(r"(?:近|过去|这)?的?([两二三四五六七八九十\d]{1,2})年")
_NEAR_BY: Final = 8
_SINCE: Final = re.compile(r"以来")
_CLAUSES: Final = "，。；：、"
_GOES_ON: Final = re.compile(r"至今")
_SINCE_THEN: Final = re.compile(r"[^，。；！？\d]{0,20}?以来")  # 2020年10月10日“断卡”行动启动以来
_CAMPAIGN: Final = re.compile(r"行动")
_OPENED: Final = re.compile(
    r"(?:此次|本次|该次)(?:专项|集中|统一)?行动|(?:^|[。；])行动(?=[共已累先])|行动(?:开展|启动|打响|部署|实施)?(?:以来|至今|开展以来|期间|中)|行动(?:开展|启动|部署)(?=截[至止])|行动开展"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A period where it is said; `period` is None where the text only says that it is some recent time."""

    start: int
    end: int
    period: Period | None


@dataclass(slots=True)
class Calendar:
    """What the page has told of time so far."""

    published: date | None
    year: int | None = None  # the last year that the text named
    told_year: int | None = None  # that of publication, where the page says no day
    day: str = ""  # the last day that it named: 当天 is that one
    stated: Period | None = None  # of the whole page, where a line of it says so: 本周 is that one
    campaign: Period | None = None  # of the campaign that it told of

    def titled_year(self, title: str) -> Period | None:
        """The year that stands alone in a title: 一图读懂2022; or the years: 2021—2023."""
        found = _BARE_YEAR.search(title)
        if found is None:
            return None
        self.year = int(found["last"] or found[0])
        return Period(f"{found[0][:4]}-01-01", f"{self.year}-12-31")

    def state(self, text: str) -> Period | None:
        """The period of a line that says no more than which one the whole page counts: 统计周期：3月31日至4月6日."""
        if len(text) > _STATED_MAX or text[-1:] in "。；，" or not _DATED.search(text):
            return None
        for part in _PARTS.split(text):
            label = _STATED.match(part)
            assert label is not None, "it may be empty"
            year, day, campaign = self.year, self.day, self.campaign
            said = [one for one in self.find(part) if one.period is not None]
            self.year, self.day, self.campaign = year, day, campaign
            if len(said) != 1 or said[0].period is None:
                continue
            if said[0].period.first == said[0].period.last and not label["counted"]:
                continue
            if said[0].start == label.end() and _STATED_END.fullmatch(part, said[0].end):
                self.stated = said[0].period
                return self.stated
        return None

    def find(self, text: str) -> list[Said]:
        """The periods of a sentence, in order."""
        found: list[Said] = []
        at = 0
        while (one := spoken_at(text, at)) is not None:
            match, spoken = one
            said = self._known_word(match) if spoken is None else self._read(text, spoken)
            at = max(match.end(), spoken.end if spoken is not None else 0)
            if said is not None:
                found.append(said)
                at = max(at, said.end)
        return self._with_campaign(text, self._with_vague(text, self._with_this_year(text, found)))

    def _with_this_year(self, text: str, found: list[Said]) -> list[Said]:
        """截至11月底，全市今年立案: the year's beginning is the period's."""
        year = self._default_year()
        if year is None or "今年" not in text:
            return found
        return [
            replace(said, period=Period(f"{year}-01-01", said.period.last))
            if said.period is not None
            and not said.period.first
            and said.period.last.startswith(str(year))
            and 0 <= text.find("今年", said.end) - said.end < _NEAR_BY
            else said
            for said in found
        ]

    def _known_word(self, match: re.Match[str]) -> Said | None:
        if match["word"]:
            return self._word(match)
        if match["vague"]:
            return Said(match.start(), match.end(), self._years_told(match["vague"]))
        # The year that is just over: told in the first months of the next one, else it is no calendar year.
        today = self.published
        year = today.year - 1 if today and today.month < _TOLD_MONTHS else None
        return Said(match.start(), match.end(), Period(f"{year}-01-01", f"{year}-12-31") if year else None)

    def _read(self, text: str, spoken: Spoken) -> Said | None:
        first, last = spoken.first, spoken.last
        if _BASE_AFTER.match(text, spoken.end):
            return None
        alone = last is None and not (spoken.since or spoken.to_now or spoken.until)
        if alone and first.size is Size.YEAR and first.year is None and not first.whole:
            return self._year_alone(text, spoken)
        if alone and first.size is Size.EDGE:  # a figure of 年末 counts no period
            return None if first.year is None and not first.relative else self._whole(spoken)
        if alone and first.size is Size.YEAR and text.startswith("截", spoken.end):
            spoken.since = True  # 2024年截至目前
        period = self._period(spoken)
        self.year = (last.year if last is not None else None) or first.year or self.year
        if period is None:
            return Said(spoken.start, spoken.end, None)
        if alone and first.size is Size.DAY and _is_told(text, spoken.end):
            self.day = period.last
            return None  # the day on which it was told
        if (since := _since_then(text, spoken)) is not None:
            return Said(spoken.start, since.end(), Period(self._days_of(first, self._year(first))[0], ""))
        if first.size is Size.DAY and period.first == period.last:
            self.day = period.last
        return Said(spoken.start, spoken.end, period)

    def _years_told(self, vague: str) -> Period | None:
        """三年来 is the page's own period, where that is three years."""
        count = _YEARS_TOLD.match(vague)
        if count is None or self.stated is None or not self.stated.is_closed:
            return None
        years = int(self.stated.last[:4]) - int(self.stated.first[:4]) + 1
        return self.stated if years > 1 and number_of(count[1].replace("两", "二")) == years else None

    def _whole(self, spoken: Spoken) -> Said:
        year = self._year(spoken.first)
        return Said(spoken.start, spoken.end, None if year is None else _whole_year(year))

    def _year_alone(self, text: str, spoken: Spoken) -> Said | None:
        """去年 is the whole of it; 今年 is a period where something was done in it so far: 今年已下发4.4万条."""
        if spoken.first.relative != "今年":
            return self._whole(spoken)
        year = self._year(spoken.first)
        if year is None or not _SO_FAR.match(text, spoken.end):
            return None
        return Said(spoken.start, spoken.end, Period(f"{year}-01-01", ""))

    def _with_vague(self, text: str, found: list[Said]) -> list[Said]:
        """党的二十大以来: it began at some time that the page does not say."""
        if "以来" not in text:
            return found
        for since in _SINCE.finditer(text):
            clause = max(text.rfind(sign, 0, since.start()) for sign in _CLAUSES)
            if not any(clause < said.end and said.start < since.end() for said in found):
                found = sorted([*found, Said(since.start(), since.end(), None)], key=lambda said: said.start)
        return found

    def _word(self, match: re.Match[str]) -> Said | None:
        word, today = match["word"], self.published
        if word in ("目前", "近日", "日前", "近期", "近来", "连日来", "一直以来"):
            return Said(match.start(), match.end(), None)
        if "年" in word and word != "全年":  # 年初以来, 年内, 开年以来
            year = self._default_year()
            return Said(match.start(), match.end(), None if year is None else Period(f"{year}-01-01", ""))
        if word.startswith("截") and "当" in word:
            return Said(match.start(), match.end(), Period("", self.day) if self.day else None)
        if word.startswith("截"):
            return Said(match.start(), match.end(), Period("", today.isoformat() if today else ""))
        if word == "全年":
            year = self.year
            if year is None and today is not None:  # a year is told of when it is over
                year = today.year - (today.month < 12)
            return None if year is None else Said(match.start(), match.end(), Period(f"{year}-01-01", f"{year}-12-31"))
        if word[0] == "当":
            return Said(match.start(), match.end(), Period(self.day, self.day) if self.day else None)
        if word in ("本周", "本月", "本期", "本季度", "当月") and self.stated is not None:
            return Said(match.start(), match.end(), self.stated)
        if today is None or word == "本期":
            return Said(match.start(), match.end(), None)
        first, last = _near(word, today)
        if word[0] in "今昨":
            self.day = first
        return Said(match.start(), match.end(), Period(first, last))

    def _default_year(self) -> int | None:
        return self.published.year if self.published else self.told_year

    def _year(self, point: Point, beside: int | None = None) -> int | None:
        """The year of a point; of one without a year that of the point beside it, or the last that the text named."""
        if point.year is not None:
            return point.year
        base = self._default_year()
        if point.relative in ("次年", "翌年"):
            return None if beside is None else beside + 1
        if point.relative:
            return None if base is None else base - {"去": 1, "上": 1, "前": 2}.get(point.relative[0], 0)
        if beside is not None:
            return beside
        if self.year is not None:
            return self.year
        today = self.published
        if (
            today is not None
            and point.size in (Size.MONTHS, Size.THIRD, Size.DAY)
            and point.opens > (today.month, today.day)
        ):
            return today.year - 1  # 12月 said in January
        return base

    def _period(self, spoken: Spoken) -> Period | None:
        """The days of a period; None for a holiday that the table does not have."""
        first, last = spoken.first, spoken.last
        year = self._year(first)
        opens, ends = self._days_of(first, year)
        if not opens:
            return None
        if last is not None:
            if not (first.year or first.relative) and last.year is not None:
                year = last.year
                opens, ends = self._days_of(first, year)
            other = self._year(last, year)
            _, ends = self._days_of(last, other)
            if len(opens) == len(ends) and ends < opens and not (last.year or last.relative) and other is not None:
                if first.year or first.relative:  # 2023年11月至2月
                    _, ends = self._days_of(last, other + 1)
                else:  # 12月25日至1月3日
                    opens, _ = self._days_of(first, other - 1)
            if spoken.so_far and first.size is Size.YEAR:
                return Period(opens, ends)
            return Period("" if spoken.until else opens, ends)
        if spoken.until:
            return Period("", ends)
        if spoken.to_now and first.size is not Size.YEAR:
            return Period(opens, self.published.isoformat() if self.published else "")
        return Period(opens, "" if spoken.since or spoken.to_now else ends)

    def _days_of(self, point: Point, year: int | None) -> tuple[str, str]:
        if point.size is Size.HOLIDAY:
            return lexicon().holidays[point.holiday].get(year or 0, ("", ""))
        return _day(year, *point.opens), _day(year, *point.ends)

    def _with_campaign(self, text: str, found: list[Said]) -> list[Said]:
        """Periods that begin with the campaign: 行动开展以来, 行动期间, 行动开展截至5月底, 行动开展至今."""
        for said in found:
            lasting = said.period is not None and said.period.first and said.period.first != said.period.last
            if lasting and _CAMPAIGN.search(text, said.start):
                self.campaign = said.period
        opened = _OPENED.search(text)
        if opened is None:
            return found
        if self.campaign is None:  # it began on some day that the page does not say
            return sorted([*found, Said(opened.start(), opened.end(), None)], key=lambda said: said.start)
        if any(said.start < opened.start() for said in found):
            return found
        first, last = self.campaign.first, "" if _GOES_ON.search(opened[0]) else self.campaign.last
        here = next((said for said in found if said.start <= opened.end() + 1), None)
        if here is None:
            return [Said(opened.start(), opened.end(), Period(first, last)), *found]
        if here.period is None or here.period.first:
            return found
        return [replace(here, period=Period(first, here.period.last)), *(said for said in found if said is not here)]


def published_day(texts: Iterator[str]) -> date | None:
    """The first of these texts that is a day, in ISO, in Chinese or as a mail's date."""
    for text in texts:
        found = _DATE.search(text)
        try:
            if found:
                return date(int(found[1]), number_of(found[2]), number_of(found[3]))
            if "," in text and ":" in text:
                return parsedate_to_datetime(text).astimezone(SHANGHAI).date()
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def year_before(period: Period) -> Period:
    """The same days of the year before: 去年同期."""
    return Period(
        *(
            _day(int(day[:4]) - 1, int(day[5:7]), 31 if _ends_month(day) else int(day[8:]))
            for day in (period.first, period.last)
        )
    )


def before_period(period: Period) -> Period:
    """As many days, or whole months, right before: 上月, 上周."""
    first, last = date.fromisoformat(period.first), date.fromisoformat(period.last)
    before = first - timedelta(days=1)
    if first.day == 1 and _ends_month(period.last):
        months = 12 * (last.year - first.year) + last.month - first.month
        at = 12 * before.year + before.month - 1 - months
        return Period(_day(at // 12, at % 12 + 1, 1), before.isoformat())
    return Period((before - (last - first)).isoformat(), before.isoformat())


def year_until(period: Period) -> Period:
    """From the beginning of the year to the period's end: 本年累计."""
    return Period(f"{period.last[:4]}-01-01", period.last)


def _ends_month(day: str) -> bool:
    return int(day[8:]) == monthrange(int(day[:4]), int(day[5:7]))[1]


def later_end(before: Period | None, said: Period | None) -> Period | None:
    """今年以来 and then 截至5月31日 is one period; any other replaces the one before it."""
    if before is None or said is None or said.first or before.last or not before.first:
        return said
    if (
        before.is_closed is said.is_closed
        and len(said.last) == len(before.first) == _FULL_DAY
        and said.last < before.first
    ):
        return Period(before.first, f"{int(said.last[:4]) + 1}{said.last[4:]}")  # 2023年12月18日以来，截至1月18日
    return Period(before.first, said.last)


def _near(word: str, today: date) -> tuple[str, str]:
    """The days of 昨日, 上周, 本月 or 上季度, said on a day."""
    before = word[0] == "上"
    if word[0] in "今昨":
        day = (today - timedelta(days=word[0] == "昨")).isoformat()
        return day, day
    if word.endswith("季度"):
        quarter = (today.month - 1) // 3 - before
        year, quarter = today.year + quarter // 4, quarter % 4
        return _day(year, 3 * quarter + 1, 1), _last_day(year, 3 * quarter + 3)
    if word.endswith("周"):
        monday = today - timedelta(days=today.weekday() + (7 if before else 0))
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    first = today.replace(day=1)
    last = (first - timedelta(days=1)) if before else _month_end(first)
    return last.replace(day=1).isoformat(), last.isoformat()


def _since_then(text: str, spoken: Spoken) -> re.Match[str] | None:
    """2020年10月10日“断卡”行动启动以来: the words up to 以来, where they belong to the period before them."""
    if spoken.last is not None or spoken.until or spoken.to_now or spoken.end == len(text):
        return None
    if spoken.first.size is Size.YEAR and not spoken.since:
        return None
    return None if text.startswith("以来", spoken.end - 2) else _SINCE_THEN.match(text, spoken.end)


def _is_told(text: str, end: int) -> bool:
    """Whether a day is the one on which something was told: 6月17日，市公安局召开新闻发布会."""
    return lexicon().told.search(text, end, min(len(text), end + _TOLD_WITHIN)) is not None


def _whole_year(year: int) -> Period:
    return Period(f"{year}-01-01", f"{year}-12-31")


@lru_cache(1 << 12)
def _day(year: int | None, month: int, day: int) -> str:
    day = min(day, monthrange(year or 2000, month)[1])
    return f"--{month:02d}-{day:02d}" if year is None else f"{year:04d}-{month:02d}-{day:02d}"


def _last_day(year: int | None, month: int) -> str:
    return _day(year, month, 31)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
