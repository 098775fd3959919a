"""Periods as bulletins say them: 今年1—5月, 截至5月31日, 自去年10月以来, 上半年, 当天."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from fanzha.core.time import SHANGHAI
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.numbers import chinese_number
from fanzha.statistics import Period

_YEAR: Final = r"(?:(?P<{0}y>(?:19|20)\d\d)年(?:度)?|(?P<{0}r>今年|去年|上年度|上年|前年|本年度|本年))"
_DAY: Final = (
    r"(?:(?P<{0}m>1[0-2]|0?[1-9])月(?:份)?(?:(?P<{0}d>3[01]|[12]\d|0?[1-9])[日号]"
    r"(?:(?:[上下]午|凌晨|清晨|早上|晚上?)?(?:\d{{1,2}}|零)[时点](?:\d{{1,2}}分)?许?)?|(?P<{0}e>底|末|初|[上中下]旬))?)"
)
_JOIN: Final = r"(?:至|到|-|—|–|~|～|－|―)+"
_NUMBER: Final = r"(?:\d{1,2}|十[一二]?|[二三四五六七八九两])"
_SEASON: Final = r"上半年|下半年|前三季度|(?:第)?[一二三四1-4]季度"
_FORM: Final = (
    rf"(?P<since>自从|自|从)?(?P<asof>截至|截止到|截止至|截止)?(?:{_YEAR.format('')}的?)?"
    rf"(?:(?P<front>前){'(?P<n>' + _NUMBER + ')'}个?月(?:份)?|(?P<season>{_SEASON})"
    rf"|(?P<m1>1[0-2]|0?[1-9])(?:月(?:份)?)?{_JOIN}(?:{_YEAR.format('z')})?(?P<m2>1[0-2]|0?[1-9])月(?:份)?(?!\d|[初上中下]旬)"
    rf"|{_DAY.format('')}(?:{_JOIN}(?:{_YEAR.format('t')})?(?:{_DAY.format('t')}|(?P<td2>3[01]|[12]\d|[1-9])[日号](?:(?:\d{{1,2}}|零)[时点])?|(?P<tnow>今|目前)))?)?"
    r"(?P<full>全年|年度)?(?P<tail>以来|至今|起(?!诉)|来(?!源|自|到))?"
)
_PATTERN: Final = re.compile(
    r"(?P<word>截[至止](?:到)?(?:当日|当天|当晚|目前|今日|今天|今(?!年)|现在|发稿)|今天|今日|今晨|今早|今晚|昨日|昨天|昨晚|昨夜|当天|当日|当晚|当夜|全年|本期|本月|上月|上个月|本周|上周|目前|近日|日前|近期|近来|连日来|一直以来)"
    rf"|2(?P<y1>0\d\d)年?{_JOIN}(?P<y2>(?:19|20)\d\d)年(?:度)?(?:(?P<y2m>1[0-2]|0?[1-9])月(?:份|底|末)?(?!\d))?"
    r"(?!\d{1,2}月|以来|起|第?[一二三四]季|[上下]半|前)(?:[两二三四五六七八九十]年(?:间|来)?)?"
    r"|过(?P<past>去(?:的)?一年(?:里|中|来)?)"
    r"|(?=[自从截今去上前本第下一二三四]|\d{1,4}(?:年|月|季度|[-—–~～－―至到]+\d))" + _FORM
)
_BARE_YEAR: Final = re.compile(r"(?<![\dA-Za-z“])20[0-4]\d(?:[—–~～-]{1,2}(?P<last>20[0-4]\d))?(?![\d年\-—/.”])")
_DATE: Final = re.compile(r"((?:19|20)\d\d)[-/年.](\d{1,2})[-/月.](\d{1,2})")
_BASE_AFTER: Final = re.compile(r"同[期月季]|[份]?相比|比")
_STATED: Final = re.compile(r"[（(]?(?:[\u4e00-\u9fff]{0,6}(?:周期|时间|时段|区间|期间|范围|口径)[:：])?(?:自|从)?")
_STATED_MAX: Final = 48
_SO_FAR: Final = re.compile("已|共|累计|先后")
_TOLD_MONTHS: Final = 4
_GOES_ON: Final = re.compile(r"至今")
_SINCE_THEN: Final = re.compile(r"[^，。；！？\d]{0,20}?以来")  # 2020年10月10日“断卡”行动启动以来
_CAMPAIGN: Final = re.compile(r"行动")
_OPENED: Final = re.compile(
    r"行动(?:开展|启动|打响|部署|实施)?(?:以来|至今|开展以来|期间|中)|行动(?:开展|启动|部署)(?=截[至止])|行动开展"
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
        if len(text) > _STATED_MAX or text[-1:] in "。；，" or ("年" not in text and "月" not in text):
            return None
        if (label := _STATED.match(text)) is None:
            return None
        year, day, campaign = self.year, self.day, self.campaign
        said = [one for one in self.find(text) if one.period is not None]
        self.year, self.day, self.campaign = year, day, campaign
        if len(said) != 1 or said[0].period is None or said[0].period.first == said[0].period.last:
            return None
        if (said[0].start, text[said[0].end :].strip("）)。 ")) != (label.end(), ""):
            return None
        self.stated = said[0].period
        return self.stated

    def find(self, text: str) -> list[Said]:
        """The periods of a sentence, in order."""
        found = [
            said for match in _PATTERN.finditer(text) if match[0] and (said := self._read(text, match)) is not None
        ]
        return self._with_campaign(text, found)

    def _read(self, text: str, match: re.Match[str]) -> Said | None:
        if match["word"]:
            return self._word(match)
        if match["y1"] or match["past"]:
            return self._years(match)
        if _BASE_AFTER.match(text, match.end()) or not (
            match["y"] or match["r"] or match["front"] or match["season"] or match["m1"] or match["m"]
        ):
            return None
        if (
            match["r"]
            and match["full"] is None
            and not (match["m"] or match["m1"] or match["front"] or match["season"] or match["tail"])
        ):
            return self._year_alone(text, match)
        year = self._year(match["y"], match["r"])
        if match["y"]:
            self.year = year
        period = self._period(match, year)
        if (
            match["m"]
            and match["d"]
            and not match["tail"]
            and not match["since"]
            and lexicon().told.search(text, match.end(), min(len(text), match.end() + 40))
        ):
            self.day = period.last
            return None  # the day on which it was told
        if match["asof"]:
            period = replace(period, first="")
        elif match["m"] and (since := _SINCE_THEN.match(text, match.end())):
            return Said(match.start(), since.end(), replace(period, last=""))
        if match["d"] and period.first == period.last:
            self.day = period.last
        return Said(match.start(), match.end(), period)

    def _years(self, match: re.Match[str]) -> Said:
        """Several whole years, the last perhaps to a month; or the one that is just over."""
        if match["past"]:  # told in the first months of the next one, else it is no calendar year
            today = self.published
            year = today.year - 1 if today and today.month < _TOLD_MONTHS else None
            return Said(match.start(), match.end(), Period(f"{year}-01-01", f"{year}-12-31") if year else None)
        self.year = int(match["y2"])
        last = _last_day(self.year, int(match["y2m"] or 12))
        return Said(match.start(), match.end(), Period(f"2{match['y1']}-01-01", last))

    def _year_alone(self, text: str, match: re.Match[str]) -> Said | None:
        """去年 is the whole of it; 今年 is a period where something was done in it so far: 今年已下发4.4万条."""
        if match["r"] != "今年":
            return Said(match.start(), match.end(), self._whole_year(match))
        year = self._year(None, match["r"])
        if year is None or not _SO_FAR.match(text, match.end()):
            return None
        return Said(match.start(), match.end(), Period(f"{year}-01-01", ""))

    def _word(self, match: re.Match[str]) -> Said | None:
        word, today = match["word"], self.published
        if word in ("目前", "近日", "日前", "近期", "近来", "连日来", "一直以来"):
            return Said(match.start(), match.end(), None)
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
        if word in ("本周", "本月", "本期") and self.stated is not None:
            return Said(match.start(), match.end(), self.stated)
        if today is None or word == "本期":
            return Said(match.start(), match.end(), None)
        if word[0] in "今昨":
            day = (today - timedelta(days=word[0] == "昨")).isoformat()
            self.day = day
            return Said(match.start(), match.end(), Period(day, day))
        if word.endswith("周"):
            monday = today - timedelta(days=today.weekday() + (7 if word[0] == "上" else 0))
            return Said(
                match.start(), match.end(), Period(monday.isoformat(), (monday + timedelta(days=6)).isoformat())
            )
        first = today.replace(day=1)
        last = (first - timedelta(days=1)) if word[0] == "上" else _month_end(first)
        return Said(match.start(), match.end(), Period(last.replace(day=1).isoformat(), last.isoformat()))

    def _year(self, written: str | None, relative: str | None) -> int | None:
        if written:
            return int(written)
        base = self.published.year if self.published else self.told_year
        if relative and base:
            return base - {"去": 1, "上": 1, "前": 2}.get(relative[0], 0)
        if relative:
            return None
        return self.year if self.year is not None else base

    def _whole_year(self, match: re.Match[str]) -> Period | None:
        year = self._year(match["y"], match["r"])
        return None if year is None else Period(f"{year}-01-01", f"{year}-12-31")

    def _period(self, match: re.Match[str], year: int | None) -> Period:
        since = bool(match["tail"]) or bool(match["since"] and not (match["tm"] or match["td2"] or match["m2"]))
        if match["front"]:
            return Period(_day(year, 1, 1), _last_day(year, min(12, _small(match["n"]))))
        if match["season"]:
            opens, ends = _months_of(match["season"])
            return Period(_day(year, opens, 1), _last_day(year, ends))
        if match["m1"]:
            other = self._year(match["zy"], match["zr"]) if match["zy"] or match["zr"] else year
            return Period(_day(year, int(match["m1"]), 1), _last_day(other, int(match["m2"])))
        if not match["m"]:
            return Period(_day(year, 1, 1), "" if since else _last_day(year, 12))
        month, day = int(match["m"]), int(match["d"]) if match["d"] else None
        first = _day(year, month, day or 1)
        until = self._until(match, year, month)
        if until is not None:
            return Period(first, until)
        if (third := match["e"]) and third.endswith("旬"):
            opens = {"上": 1, "中": 11, "下": 21}[third[0]]
            last = _last_day(year, month) if opens == 21 else _day(year, month, opens + 9)
            return Period(_day(year, month, opens), "" if since else last)
        if since:
            return Period(first, "")
        return Period(first, first if day else _last_day(year, month))

    def _until(self, match: re.Match[str], year: int | None, month: int) -> str | None:
        """The second day of 1月1日至5月26日; None where only one day is said."""
        if match["tnow"]:
            return self.published.isoformat() if self.published else ""
        if match["td2"]:
            return _day(year, month, int(match["td2"]))
        if not match["tm"]:
            return None
        other = self._year(match["ty"], match["tr"]) if match["ty"] or match["tr"] else year
        return _day(other, int(match["tm"]), int(match["td"])) if match["td"] else _last_day(other, int(match["tm"]))

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
                return date(int(found[1]), int(found[2]), int(found[3]))
            if "," in text and ":" in text:
                return parsedate_to_datetime(text).astimezone(SHANGHAI).date()
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def later_end(before: Period | None, said: Period | None) -> Period | None:
    """今年以来 and then 截至5月31日 is one period; any other replaces the one before it."""
    if before is None or said is None or said.first or before.last or not before.first:
        return said
    return Period(before.first, said.last)


def _small(numeral: str) -> int:
    return int(numeral) if numeral.isascii() else chinese_number(numeral)


def _months_of(season: str) -> tuple[int, int]:
    fixed = {"上半年": (1, 6), "下半年": (7, 12), "前三季度": (1, 9)}
    if season in fixed:
        return fixed[season]
    quarter = _small(season.removeprefix("第")[0])
    return 3 * quarter - 2, 3 * quarter


def _day(year: int | None, month: int, day: int) -> str:
    day = min(day, monthrange(year or 2000, month)[1])
    return f"--{month:02d}-{day:02d}" if year is None else f"{year:04d}-{month:02d}-{day:02d}"


def _last_day(year: int | None, month: int) -> str:
    return _day(year, month, 31)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
