"""Where in a page the reading stands, and so which period a figure has that its own paragraph gives none.

What stands nearer goes before what stands further off: the figure's sentence, its paragraph, the line that leads its list
in, the heading of its section, the page's own statement or name, the paragraph that opens the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from fanzha.intake.bulletins.drafts import Draft
from fanzha.intake.bulletins.markup import DAY_LINE, Kind, Paragraph
from fanzha.intake.bulletins.periods import Calendar
from fanzha.intake.bulletins.phrases import Phrase
from fanzha.statistics import ComparisonKind, Period

_NAME_MAX: Final = 60  # of a line that is a report's name: 关于2022年度工作情况的通报
_HEADING_MAX: Final = 24
_DAY_LINE_MAX: Final = 110
_GOING_ON: Final = ("如下。", "，", ",", "、", "：", ":", "—")
_ANNOUNCING: Final = ("如下。", "：", ":", "—")
_REPORT: Final = re.compile(
    r"(?:情况|通报|简报|[日周月季年]报|报告|数据|账单|成绩单|指标|一览|白皮书|公告|公报|统计|分析|对照|总结|小结|摘要|概况|综述|播报|战报|快报|速递|盘点|[表篇])(?:[（(【][^）)】]{1,24}[）)】])*[》”]?(?:来[了啦]|(?:新鲜|正式)?出炉|发布|公布|亮[了相]|请查收|揭晓)?[!！~～]*$"
)
_DATED_END: Final = re.compile(
    r"(?<=[^\d（(])】?(?:20\d\d年)?\d{1,2}[月.]\d{1,2}日?(?:[-—–~至到]+(?:\d{1,2}[月.])?\d{1,2}日?)?$"
)
_REVIEW: Final = re.compile(r"盘点|回顾|这一年|[一数图]图?[读看]懂|图解|数说|成绩单|账单|年度")
_AS_FOLLOWS: Final = re.compile(r"现将[^，。]{4,}|(?:通报|公告|公布|汇报|总结|报告|公开|介绍)如下")
_DAILY: Final = re.compile(r"日报|每日")
_NUMBERED: Final = re.compile(
    r"(?P<first>[一二三四五六七八九十]{1,2}、|第[一二三四五六七八九十][部章节]分?)|[（(][一二三四五六七八九十]{1,2}[）)]"
)
_STOPS: Final = ("。", "！", "？", "!", "?", "；", ";")


@dataclass(slots=True)
class ReadingPlace:
    """Where in the page the reading stands: what a paragraph said of time, and who is speaking."""

    calendar: Calendar
    home: str
    period: Period | None = None
    body: str = ""
    drafts: list[Draft] = field(default_factory=list)  # of this paragraph
    phrases: list[Phrase] = field(default_factory=list)
    columns: dict[int, ComparisonKind] = field(default_factory=dict)  # of the table that is being read
    units: tuple[str, ...] = ()  # that a line above it says for the table
    told: Period | None = None  # of the first figure of the paragraph before, or what the page named last
    stated: Period | None = None  # of the whole page: 统计周期：3月31日至4月6日
    opened: Period | None = None  # of a paragraph that says nothing but what the next ones are about, and when
    section: tuple[int, Period] | None = None  # of a heading that names one, with how deep it stands
    announced: bool = False  # by a colon
    leading: Period | None = None  # of the line that leads a list in, or that the next paragraph goes on with

    def enter(self, paragraph: Paragraph, *, goes_on: bool) -> None:
        """A paragraph begins: it knows nothing of the one before, but for a list of what a line leads in."""
        self.told = (self.drafts[0].period if self.drafts else self.period) or self.told
        carried = self.leading if goes_on or paragraph.is_item else None
        if paragraph.text.startswith("其中"):  # of what the paragraph before told
            carried = self.told
        # What stands nearer goes before: the list, the section, the page, the paragraph that opens it.
        section = self.section[1] if self.section is not None else None
        self.period = carried or section or self.stated or self.opened
        self.body, self.drafts, self.phrases = "", [], []

    def head(self, paragraph: Paragraph) -> bool:
        """A heading ends the sections as deep as it, and begins one of its own where it names a period.

        Tells whether it did, for then it says nothing of the whole page.
        """
        depth = _depth(paragraph)
        if not depth or self.drafts:
            return False
        if self.section is not None and depth <= self.section[0]:
            if self.period is self.section[1]:
                self.period = None
            self.section = None
        period = self.period
        if period is None or period in (self.stated, self.opened, self.leading) or period.first == period.last:
            return False
        self.section = (depth, period)
        return True

    def _open(self, paragraph: Paragraph) -> None:
        """A title or a paragraph without figures says of when the next ones tell; one that names its own ends that."""
        period = self.period
        titled = paragraph.kind is Kind.TITLE
        if period is None or not (titled or (paragraph.kind is Kind.TEXT and paragraph.text.endswith("。"))):
            return
        lasting = not self.drafts and bool(period.first) and period.first != period.last
        if lasting or period is not self.opened:
            self.opened = period if lasting else None

    def leave(self, paragraph: Paragraph) -> bool:
        """A paragraph ends: one without a stop leads in what follows, an item of a list leaves that as it is.

        Tells whether the next goes on with what this one belongs to.
        """
        text = paragraph.text
        self._open(paragraph)
        if text.endswith(_GOING_ON):
            self.leading = self.period or self.leading
            self.announced = text.endswith(_ANNOUNCING)
            return True
        if self.period is None and len(text) <= _HEADING_MAX and not text.endswith(_STOPS):
            return False  # a heading between the line and its list
        self.announced = self.announced and not paragraph.is_item  # a list with numbers ends where they do
        if (text.endswith("；") or self.announced) and self.leading is not None and self.period == self.leading:
            return True  # 其中：a list without numbers, each on its own line
        self.announced = False
        dated = self.period is not None and self.period.first == self.period.last and not self.drafts
        if dated and not paragraph.is_item and paragraph.kind is not Kind.TITLE:
            return False  # a line that says a day, as that of publication, leads nothing in
        if not paragraph.is_item or (self.period is not None and not self.drafts and not text.endswith(_STOPS)):
            self.leading = None if text.endswith(_STOPS) else self.period
        return False

    def name_page(self, paragraph: Paragraph) -> None:
        """A line that is a report's name, or says that something is told as follows, gives the page its period."""
        names = paragraph.kind is Kind.TITLE or (self.told is None and len(paragraph.text) <= _NAME_MAX)
        if self.head(paragraph) or self.stated is not None:
            return
        if names and _is_report(paragraph):
            self.stated = self.period if _states(self.period, paragraph.text) else None
        elif self.period is not None and not self.drafts and _AS_FOLLOWS.search(paragraph.text):
            self.stated = self.period if self.period.is_closed else None
        self.calendar.stated = self.stated or self.calendar.stated


def _depth(paragraph: Paragraph) -> int:
    """How deep a heading stands: 1 for a page's own and 一、, 2 for （一）; 0 for what is none."""
    if paragraph.kind is Kind.HEADING:
        return 1
    found = _NUMBERED.match(paragraph.text)
    if found is None or paragraph.kind is not Kind.TEXT or len(paragraph.text) > _NAME_MAX:
        return 0
    return 0 if paragraph.text.endswith((*_STOPS, *_GOING_ON)) else 1 if found["first"] else 2


def is_day_line(paragraph: Paragraph) -> bool:
    """Whether a line only says when the page was published; that of a daily report is the day that it tells of."""
    if len(paragraph.text) >= _DAY_LINE_MAX or not DAY_LINE.fullmatch(paragraph.text):
        return False
    return paragraph.kind is not Kind.TITLE or not _DAILY.search(paragraph.text)


def _is_report(paragraph: Paragraph) -> bool:
    """Whether a line is the name of a report, so that its period is that of all it tells."""
    if paragraph.kind is Kind.TITLE and _REVIEW.search(paragraph.text):
        return True
    return _REPORT.search(_DATED_END.sub("", paragraph.text)) is not None


def _states(period: Period | None, name: str) -> bool:
    """Whether the period in a report's name is that of all it tells: a day only where the report is a daily one."""
    if period is None or not period.first or not period.last:
        return False
    return _DAILY.search(name) is not None or period.first != period.last
