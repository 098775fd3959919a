"""Numbers and their subjects dealt out: 立案、破案、抓获数分别为100起、50起和30人."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fanzha.intake.bulletins.lexicon import NO_NOUN, lexicon
from fanzha.intake.bulletins.naming import name_of
from fanzha.intake.bulletins.phrases import BETWEEN, Phrase, Sentence, head_of, marks_of, verbs_of

_DEALT: Final = re.compile(r"(?:数量)?分别(?:达到|达|为|是|有|约)?$")
_QUANTITY: Final = re.compile(r"[\u4e00-\u9fff]{2,}[量数率额度]$")  # 用户举报量 is a subject, whatever it counts
_MANY: Final = re.compile(r"分别|[、和及与]")


def deal_out(sentence: Sentence) -> dict[int, Phrase]:
    """立案、破案、抓获数分别为100起、50起和30人: each number with the subject of its place."""
    found: dict[int, Phrase] = {}
    if not _MANY.search(sentence.text):
        return found
    for index, mention in enumerate(sentence.mentions):
        if index in found:
            continue
        count = _alike_after(sentence, index)
        if count < 2:
            continue
        since = sentence.mentions[index - 1].end if index else 0
        start = sentence.clause_start(mention.start, since)
        dealt = _DEALT.search(sentence.text, start, mention.start)
        subjects = split_subjects(sentence, start, dealt.start() if dealt else mention.start, count)
        if len(subjects) != count or (dealt is None and sentence.text[since:start].strip("，,；。 \x02")):
            continue
        told = _told_of(sentence, index, subjects)
        if dealt is not None or len(told) == count:
            found |= told
    return found


def _alike_after(sentence: Sentence, index: int) -> int:
    """How many numbers stand one behind the other from this one on, with nothing but a comma between."""
    mentions, count = sentence.mentions, 1
    while index + count < len(mentions) and BETWEEN.fullmatch(
        sentence.text, mentions[index + count - 1].end, mentions[index + count].start
    ):
        count += 1
    return count


def _told_of(sentence: Sentence, index: int, subjects: Sequence[tuple[int, int]]) -> dict[int, Phrase]:
    """The phrases of as many numbers as subjects; 查获手机卡、银行卡 says its verb once."""
    found: dict[int, Phrase] = {}
    for place, subject in enumerate(subjects):
        unit = sentence.mentions[index + place].unit
        measure, said = subject_measure(sentence, *subject, [unit])
        if measure:
            verbs = verbs_of(sentence.within(*subject))
            unit = unit or lexicon().catalogue.unit_of(measure)
            found[index + place] = Phrase(
                measure, said, NO_NOUN, verbs, unit, "", among=False, joined=place > 0, cohort=False
            )
    return found


def split_subjects(sentence: Sentence, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """发案数、财损数分别: as many subjects as comparisons, or the whole as one."""
    cuts = [found.span() for found in re.finditer(r"[、和与及]", sentence.text[start:end])]
    if count == 1 or len(cuts) != count - 1:
        return [(start, end)]
    firsts = [start, *(start + last for _, last in cuts)]
    return list(zip(firsts, [*(start + first for first, _ in cuts), end], strict=True))


def subject_measure(sentence: Sentence, start: int, end: int, unit_of: Sequence[str]) -> tuple[str, str]:
    """Which measure the words before a comparison name (冻结金额是…的1.31倍), and these words; empty where they name none."""
    words, tokens = lexicon(), sentence.within(start, end)
    said = name_of(sentence.text[start:end], "")
    if not any(token.word.nouns or token.word.verbs for token in tokens):
        return (f"proposed:{said}", said) if _QUANTITY.search(said) else ("", "")
    for unit in unit_of:
        head, _ = head_of(tokens, [], words.heads.get(unit, frozenset()))
        if found := words.measure(unit, head, verbs_of(tokens), marks_of(tokens)):
            return found, said
    return f"proposed:{said}" if said else "", said
