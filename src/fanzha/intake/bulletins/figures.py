"""The figures of a page: each sentence's numbers with their phrase, period, comparison and place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fanzha.intake.bulletins.bodies import find_bodies, last_before, place_of
from fanzha.intake.bulletins.comparisons import Compared, find_comparisons, fit_period
from fanzha.intake.bulletins.dealing import deal_out, split_subjects, subject_measure
from fanzha.intake.bulletins.drafts import Draft
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.markup import Kind, Paragraph
from fanzha.intake.bulletins.numbers import Mention, find_numbers, may_count
from fanzha.intake.bulletins.periods import Calendar, Said, later_end
from fanzha.intake.bulletins.phrases import Phrase, Sentence, find_phrase
from fanzha.intake.bulletins.reading_place import ReadingPlace, is_day_line
from fanzha.intake.bulletins.tables import (
    Setting,
    headed_columns,
    period_first,
    read_caption,
    read_table,
    row_comparisons,
)
from fanzha.statistics.catalogue import PROPOSED

SENTENCE_MAX: Final = 2000  # more signs without a stop are no sentence; they are read in pieces
FIGURES_MAX: Final = 4000
_SENTENCE: Final = re.compile(rf"[^。；！？!?;]{{1,{SENTENCE_MAX}}}[。；！？!?;]?")
# Cheap looks at a sentence before the dear ones.
_FIGURED: Final = re.compile(r"\d|持平|翻")
_TIMED: Final = re.compile(r"[年月日天季今昨当去本上目截期]|以来|至今|行动|\d[./-]\d{1,2}[-—–~～至到./]")
_ATTRIBUTE: Final = re.compile(r"的[\u4e00-\u9fff]{1,20}?(?:团伙|案|窝点|犯罪)")
_STATES: Final = frozenset(
    {
        "arrests_approved", "being_prosecuted", "detained", "bailed", "compulsory_measures", "administratively_punished",
        "sentenced",
    }
)  # fmt: skip
_SAME_TIME: Final = re.compile(
    r"(?:^|[ ，；：:。])(?:同期(?!相?比|[上下增减]|的)|(?:节日|假日|假期|活动|其)?期间(?=[，,]))"
)  # as what was told before; 比去年同期 is a base
# What a change is of, where it is named by no more than how it is counted.
_COUNTED_BY: Final = {
    "案件数": "起", "案件数量": "起", "件数": "起", "案件": "起", "人数": "人", "人员数": "人", "金额": "元", "资金": "元",
}  # fmt: skip
_WHOSE: Final = re.compile(r"[降增升涨跌]幅(?:最|居|排|位)")
_CHANGED: Final = re.compile(r"同比|环比|较|均|实现|呈|“|[大小]幅|持续|继续|明显|显著|[双三]|出现|稳中|连续")
_REACHED: Final = re.compile(r"[，,（(]?(?:数量)?(?:分别)?(?:达到|达|为|至|是)?")


def draft_figures(paragraphs: Sequence[Paragraph], calendar: Calendar, home: str) -> list[Draft]:
    """Every figure of a page as often as it is said; more than FIGURES_MAX are not looked for."""
    place = ReadingPlace(calendar, home)
    found: list[Draft] = []
    goes_on, at = False, 0
    while at < len(paragraphs) and len(found) <= FIGURES_MAX:
        paragraph = paragraphs[at]
        rows = _rows(paragraphs, at)
        if len(rows) > 1 and (cells := _of_table(rows, place)) is not None:
            found += cells
            at += len(rows)
            continue
        at += 1
        place.enter(paragraph, goes_on=goes_on)
        goes_on = False
        stated = calendar.state(paragraph.text)
        if stated is None and is_day_line(paragraph):
            continue
        if "|" not in paragraph.text:
            place.columns = {}
            place.units = read_caption(paragraph.text) if "单位" in paragraph.text else ()
        if stated is not None:
            place.period = place.stated = stated
            continue
        goes_on = _of_paragraph(paragraph, place)
        found += place.drafts
    return found


def _rows(paragraphs: Sequence[Paragraph], at: int) -> Sequence[Paragraph]:
    """The rows of a table that begins here; none where there is no table, or in its middle."""
    if "|" not in paragraphs[at].text or (at and "|" in paragraphs[at - 1].text):
        return ()
    end = at
    while end < len(paragraphs) and "|" in paragraphs[end].text:
        end += 1
    return paragraphs[at:end]


def _of_paragraph(paragraph: Paragraph, place: ReadingPlace) -> bool:
    """Reads a paragraph's sentences, and tells whether the next goes on with it."""
    row = paragraph.text
    if "|" in row:
        place.columns = headed_columns(row) or place.columns
        paragraph = period_first(paragraph, place.calendar)
    counted = may_count(paragraph.text)
    if not counted and not _TIMED.search(paragraph.text):
        place.head(paragraph)
        return place.leave(paragraph)
    for sentence in _SENTENCE.finditer(paragraph.text):
        if len(place.drafts) > FIGURES_MAX:
            break
        if counted and may_count(sentence[0]):
            place.drafts += _of_sentence(sentence[0], sentence.start(), paragraph, place)
        else:
            _take_time(sentence[0], place, acting=counted)
    if place.period is None and not place.drafts and paragraph.kind is not Kind.TEXT:
        place.period = place.calendar.titled_year(paragraph.text)
    place.name_page(paragraph)
    if place.columns and place.drafts:
        known = place.drafts[0].comparisons
        known += [one for one in row_comparisons(row, place.columns) if one not in known]
    return place.leave(paragraph)


def _of_table(rows: Sequence[Paragraph], place: ReadingPlace) -> list[Draft] | None:
    """The figures of a table with a head; None where its rows are read as sentences."""
    place.enter(rows[0], goes_on=False)
    stands = place.period
    year, day = place.calendar.year, place.calendar.day
    lines = read_table(rows, Setting(place.units, place.calendar, stands or place.told))
    if lines is None:
        place.calendar.year, place.calendar.day = year, day
        return None
    found: list[Draft] = []
    for line in lines:
        place.period = line.period or stands
        drafts = _of_sentence(line.paragraph.text, 0, line.paragraph, place)
        for draft in drafts[:1]:
            draft.comparisons += line.comparisons
        found += drafts
    place.period = stands
    return found


def _take_time(text: str, place: ReadingPlace, *, acting: bool) -> None:
    """What a sentence without a number says of when, and who."""
    if _TIMED.search(text) and (periods := place.calendar.find(text)):
        place.period = later_end(place.period, periods[-1].period)
    if acting and (bodies := find_bodies(text)):
        place.body = bodies[-1][1]


def _of_sentence(text: str, offset: int, paragraph: Paragraph, place: ReadingPlace) -> list[Draft]:
    compared = list(find_comparisons(text)) if _FIGURED.search(text) else []
    masked = text
    for one in compared:
        masked = masked[: one.start] + "\x02" * (one.end - one.start) + masked[one.end :]
    mentions = list(find_numbers(masked))
    if not mentions and not compared:
        _take_time(text, place, acting=True)
        return []
    periods = place.calendar.find(masked) if _TIMED.search(masked) else []
    if not periods and place.period is None and _SAME_TIME.search(masked):
        place.period = place.told
    sentence = Sentence.of(masked, mentions, [(said.start, said.end) for said in periods], place.home)
    before: Phrase | None = None
    last: Draft | None = None
    here: list[Draft] = []
    pending, said = list(compared), list(periods)
    dealt = deal_out(sentence)
    for index, mention in enumerate(mentions):
        only = _until(mention.start, masked, said, place)
        while pending and pending[0].start < mention.start:
            for one in pending.pop(0).of_one_figure():
                here += _attach(one, sentence, here, paragraph, offset, place)
        phrase = dealt.get(index)
        if phrase is None and (reached := _reached(sentence, index, compared, here)) is not None:
            _fill(reached, mention, paragraph, offset)
            continue
        phrase = phrase or find_phrase(sentence, index, place.phrases, before)
        if phrase is None:
            continue
        draft = _draft(phrase, mention, sentence, offset, paragraph, place)
        draft.period = only.period if only is not None else draft.period
        draft.part_of = _parent(phrase, draft, here, last, place)
        here.append(draft)
        place.phrases.append(phrase)
        before, last = phrase, draft
    for one in pending:  # 同比下降14.8%，自去年9月以来连续下降: the later period is not that of the change
        _until(one.start, masked, said, place)
        for single in one.of_one_figure():
            here += _attach(single, sentence, here, paragraph, offset, place)
    _until(len(masked), masked, said, place)
    return here


def _until(end: int, text: str, said: list[Said], place: ReadingPlace) -> Said | None:
    """Takes the periods that are said before a place; the last of them, where it is that of the next number alone."""
    only = None
    while said and said[0].start < end:
        only = said.pop(0)
        if not _of_one_number(text, only):
            place.period, only = later_end(place.period, only.period), None
    return only


def _of_one_number(text: str, said: Said) -> bool:
    """由二季度的96.1%升至97.4%: the period is that of the first number alone."""
    return text[max(0, said.start - 1) : said.start] in ("由", "从", "至", "到") and (
        text[said.end - 1] == "的" or text.startswith("的", said.end)
    )


def _reached(sentence: Sentence, index: int, compared: Sequence[Compared], here: list[Draft]) -> Draft | None:
    """The comparison that stands before its figure: 破案数同比上升32%，达到66起."""
    mention = sentence.mentions[index]
    ends = [one.end for one in compared if one.end <= mention.start]
    waiting = [draft for draft in here if draft.mention is None]
    if not ends or not waiting:
        return None
    between = sentence.text[ends[-1] : mention.start]
    for earlier in sentence.mentions[:index]:
        if earlier.start >= ends[-1]:
            between = between.replace(sentence.text[earlier.start : earlier.end], "", 1)
    draft = waiting[0]
    unit = lexicon().catalogue.unit_of(draft.measure)
    if not _REACHED.fullmatch(between.strip("、和及与")) or not lexicon().catalogue.alike(unit, mention.unit):
        return None
    return draft


def _fill(draft: Draft, mention: Mention, paragraph: Paragraph, offset: int) -> None:
    draft.mention, draft.value, draft.unit = mention, mention.value, mention.unit
    draft.approximate, draft.at_least = mention.approximate, mention.at_least
    draft.spans = [paragraph.span(offset + mention.start, offset + mention.end)]


def _draft(
    phrase: Phrase, mention: Mention, sentence: Sentence, offset: int, paragraph: Paragraph, place: ReadingPlace
) -> Draft:
    place.body = last_before(sentence.bodies, mention.start) or place.body
    named = last_before(sentence.places, mention.start)
    attribute = mention.unit in ("元", "") and _ATTRIBUTE.match(sentence.text, mention.end)
    return Draft(
        measure=phrase.measure,
        text_measure=phrase.text,
        value=mention.value,
        unit=phrase.unit,
        spans=[paragraph.span(offset + mention.start, offset + mention.end)],
        approximate=mention.approximate,
        at_least=mention.at_least,
        mention=mention,
        per=phrase.per,
        period=None if attribute else place.period,
        place=named or place_of(place.body) or place.home,
        body=place.body,
        titled=paragraph.kind is Kind.TITLE,
        cohort=phrase.cohort,
    )


def _parent(phrase: Phrase, draft: Draft, here: list[Draft], last: Draft | None, place: ReadingPlace) -> Draft | None:
    """Of what a figure is a part: 其中, 43名嫌疑人中, and what became of those who were caught."""
    alike = lexicon().catalogue.alike
    if phrase.joined and last is not None and last.part_of is not None:
        return last.part_of if alike(last.part_of.unit, draft.unit) else None
    if phrase.among:
        wholes = (one for one in reversed([*place.drafts, *here]) if alike(one.unit, draft.unit))
        return next((one for one in wholes if one.value >= draft.value), None)
    if draft.measure in _STATES:
        whole = [
            one
            for one in here
            if alike(one.unit, draft.unit) and one.measure not in _STATES and one.value >= draft.value
        ]
        return whole[-1] if whole else None
    return None


def _told_before(sentence: Sentence, start: int, since: int, count: int) -> list[tuple[str, str]]:
    """What the clause before a change names, up to the word that says that it changed."""
    first = sentence.clause_start(start - 1, since)
    if may_count(sentence.text[first:start]):  # what the clause counts is no figure, and its change is none
        return [("", "")]
    found = _CHANGED.search(sentence.text, first, start - 1)
    subjects = split_subjects(sentence, first, found.start() if found else start - 1, count)
    units = [words[0] for words in lexicon().catalogue.units.values() if words[0] not in ("%", "倍")]
    return [subject_measure(sentence, *subject, ["起", "名", "元", *units]) for subject in subjects]


def _attach(
    one: Compared, sentence: Sentence, here: list[Draft], paragraph: Paragraph, offset: int, place: ReadingPlace
) -> list[Draft]:
    """Gives comparisons to the figures that they follow; one whose own figure is not said becomes a figure itself."""
    since = max((mention.end for mention in sentence.mentions if mention.end <= one.start), default=0)
    start = sentence.clause_start(one.start, since)
    catalogue = lexicon().catalogue
    measure, said = "", ""
    told: list[tuple[str, str]] = []
    if start > since or not here:
        units = [words[0] for words in catalogue.units.values() if words[0] not in ("%", "倍")]
        subjects = split_subjects(sentence, start, one.start, len(one.comparisons))
        told = [subject_measure(sentence, *subject, ["起", "名", "元", *units]) for subject in subjects]
        told = [one if one[0] else (told[-1][0], one[1]) for one in told]  # 刷单类、贷款类警情
        measure, said = told[0]
    if not measure and not here and start == one.start > since:  # 发案数、损失数“双下降”，降幅分别为23.5%和30.1%
        told = _told_before(sentence, start, since, len(one.comparisons))
        measure, said = told[0]
    before = here or place.drafts
    if not measure and before and len(one.comparisons) == 1 and _WHOSE.search(sentence.text, since, one.start):
        told = [(before[-1].measure, before[-1].text_measure)]  # 同比降幅最大的是丁市，下降28.3%
        measure, said = told[0]
        known: list[Draft] = []
    else:
        known = [draft for draft in (*place.drafts, *here) if draft.measure == measure and draft.period == place.period]
    if not measure:
        free = [draft for draft in here if not draft.comparisons] if len(one.comparisons) > 1 else here
        takers = free[-len(one.comparisons) :]
        for draft, comparison in zip(takers, one.comparisons, strict=False):
            draft.comparisons.append(fit_period(comparison, draft.period))
        return []
    if not measure.startswith(PROPOSED) or (counted := _COUNTED_BY.get(said)) is None:
        counted = ""
    same = [draft for draft in here if counted and catalogue.alike(draft.unit, counted)]
    if same and len(one.comparisons) == 1:  # 审结1,106件2,417人，案件数同比上升14.9%
        same[0].comparisons.append(fit_period(one.comparisons[0], same[0].period))
        return []
    part = (
        "其中" in sentence.text[max(0, start - 3) : one.start]
    )  # 其中老年人警情下降21.5%: not the whole that was told
    if known and len(one.comparisons) == 1 and known[-1].mention is not None and not part:
        known[-1].comparisons.append(fit_period(one.comparisons[0], place.period))
        return []
    if len(told) < len(one.comparisons):
        told = [(measure, said)] * len(one.comparisons)
    return [
        Draft(
            measure=measure,
            text_measure=said,
            value=comparison.value,
            unit=unit,
            spans=[paragraph.span(offset + first, offset + last)],
            period=place.period,
            place=place.home,
            body=place.body,
            titled=paragraph.kind is Kind.TITLE,
            comparisons=[fit_period(comparison, place.period)],
        )
        for (measure, said), comparison, (unit, first, last) in zip(told, one.comparisons, one.units, strict=False)
        if measure
    ]
