"""What a number counts: the noun and the verb that belong to it, before it or behind it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.intake.bulletins.bodies import find_bodies, named_places
from fanzha.intake.bulletins.lexicon import NO_NOUN, Lexicon, Token, lexicon
from fanzha.intake.bulletins.numbers import MONEY, Mention

_BOUNDARY: Final = re.compile(r"[，。；：！？（）()【】—…｜|:,!?;、\x02]")
_ASIDE: Final = re.compile(r"[（(][\u4e00-\u9fff]{1,2}[）)]")
_ENUMERATED: Final = re.compile(r"[、和及与跟]|以及|并|等|[，,。；！？）)】\x02]|$")
_FILLERS: Final = re.compile(
    r"^(?:[、，和及与并的了 ]|以及|其中|共计|合计|总计|累计|共|先后|已经|已|分别|成功|现已|另有|另|还|又|"
    r"全国|全市|全省|全区|全县|目前|同时|有|将|被|均)+"
)
_TRAILING: Final = "、，和及与的了 :：|共已达约近为有是"
_TRAILING_WORDS: Final = ("累计", "共计", "合计", "达到")
_DEALT: Final = re.compile(r"(?:数量)?分别(?:达到|达|为|是|有|约)?$")
_BETWEEN: Final = re.compile(r"[、，,和及与]{1,2}|以及")
_NOTHING: Final[frozenset[str]] = frozenset()
_MONEY_NOUNS: Final = frozenset({"amount", "funds", "flow", "cash"})
_JOINED: Final = re.compile(r"\s*(?:[、和及与，,]|以及)")
_AMONG: Final = ("其中，", "其中,", "其中：", "其中:")
_PRICE: Final = re.compile(r"每[\u4e00-\u9fff]{0,3}$|单价$|人均$")
_RATES: Final = re.compile(r"率|占|比例|比重")


@dataclass(slots=True)
class Phrase:
    """The words that belong to one number."""

    measure: str
    text: str
    head: str
    verbs: frozenset[str]
    unit: str
    per: str
    among: bool  # 其中: part of what stood before
    joined: bool  # goes on a list
    cohort: bool  # 43名嫌疑人中: said again, to say what became of them


@dataclass(slots=True)
class Sentence:
    """A sentence with its known words, its numbers, and the places where a clause ends."""

    text: str
    tokens: list[Token]
    mentions: Sequence[Mention]
    starts: list[int]  # of the words
    boundaries: list[int]
    bodies: list[tuple[int, str]]
    places: list[tuple[int, str]]

    @classmethod
    def of(cls, text: str, mentions: Sequence[Mention], periods: Sequence[int], home: str) -> Sentence:
        """The sentence taken apart once, for all its numbers; a clause also ends where a period does."""
        stops = [found.start() for found in _BOUNDARY.finditer(text)]
        if "（" in text or "(" in text:  # 偷越国（边）境
            asides = {at for found in _ASIDE.finditer(text) for at in (found.start(), found.end() - 1)}
            stops = [at for at in stops if at not in asides]
        if periods:
            stops = sorted([*periods, *stops])
        tokens = lexicon().tokens(text)
        return cls(
            text,
            tokens,
            mentions,
            [token.start for token in tokens],
            stops,
            find_bodies(text),
            named_places(text, home),
        )

    def within(self, start: int, end: int) -> list[Token]:
        """The known words between two places."""
        return self.tokens[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def clause_start(self, at: int, since: int) -> int:
        """Where the clause begins that ends here; a list's comma 、 inside it is no end."""
        place = bisect_left(self.boundaries, at)
        while place and self.boundaries[place - 1] >= since:
            place -= 1
            sign = self.text[self.boundaries[place]]
            if sign == "、" or (sign in "：:|" and self.boundaries[place] + 1 == at):
                continue
            return self.boundaries[place] + 1
        return since

    def phrase_end(self, start: int, until: int) -> int:
        """Where the phrase ends that begins here."""
        place = bisect_left(self.boundaries, start)
        return min(until, self.boundaries[place]) if place < len(self.boundaries) else until


def find_phrase(sentence: Sentence, index: int, earlier: Sequence[Phrase], listed: Phrase | None) -> Phrase | None:
    """What the number counts; None where it counts nothing that a bulletin reports.

    `listed` is the phrase of the number before it in the sentence: a list says its verb once. `earlier` are those of the
    paragraph: what is said of a part (其中刷单类14起) leaves out what it is a part of.
    """
    words, text, mention = lexicon(), sentence.text, sentence.mentions[index]
    since = sentence.mentions[index - 1].end if index else 0
    until = sentence.mentions[index + 1].start if index + 1 < len(sentence.mentions) else len(text)
    start = sentence.clause_start(mention.start, since)
    left, unit = text[start : mention.start], mention.unit
    average = words.average.search(left) if "均" in left or "每" in left else None
    if average is None and left and left[-1] not in "、，" and _PRICE.search(left):
        return None
    end = sentence.phrase_end(mention.end, until)
    bound_right = end > mention.end and not _ENUMERATED.match(text, mention.end)
    cohort_before = text[max(0, start - 2) : start] in ("中，", "中,")
    lefts = sentence.within(sentence.clause_start(start - 1, since) if cohort_before else start, mention.start)
    rights = sentence.within(mention.end, end) if bound_right else []
    head, head_right = _head(lefts, rights, words.heads.get(unit, frozenset()))
    verbs = _verbs(lefts) or frozenset()
    cohort = bound_right and text[end - 1] == "中"
    if bound_right and not cohort:
        verbs |= _verbs(rights) or _verbs(sentence.within(end, _clause_end(text, end, until)))
    marks = _marks(lefts) | _marks(rights)
    joined = index > 0 and start == since and _JOINED.match(left) is not None
    carried = verbs or (listed.verbs if listed is not None else frozenset())
    among = "其中" in left or cohort_before or text[max(0, start - 3) : start] in _AMONG
    whole = _whole(words, earlier, unit) if among or (joined and listed is not None and listed.among) else None
    among = among or whole is not None
    if whole is not None and head == NO_NOUN and not verbs:
        measure = whole.measure
    else:
        measure = _measure(words, unit, head, verbs, carried, marks)
        if (
            not measure
            and head == NO_NOUN
            and verbs
            and listed is not None
            and words.catalogue.alike(listed.unit, unit)
        ):
            measure = words.measure(unit, listed.head, verbs, marks)  # 核查电话卡72万张，关停18万张
    if not measure and head == NO_NOUN and average is not None and left.strip("，、 ") == average[0]:
        whole = _whole(words, earlier, unit)  # 下发指令21430条，日均714条
    if not measure and whole is not None and not verbs:
        measure = whole.measure
    told = left if unit == "%" else text[_deed(sentence, lefts, start, mention.start) : mention.start]
    said = _said(told, text[mention.end : end] if head_right or (bound_right and not lefts) else "")
    if not unit:
        unit = MONEY
    if not measure:
        if not _is_reported(words, mention, unit, verbs or (carried if joined else frozenset()), left, said):
            return None
        measure = f"proposed:{said}"
    elif not _is_certain(mention, lefts, rights):
        return None
    per = words.averages[average[0]] if average else ""
    return Phrase(measure, said, head, carried, unit, per, among, joined, cohort)


def _whole(words: Lexicon, earlier: Sequence[Phrase], unit: str) -> Phrase | None:
    return next((one for one in reversed(earlier) if words.catalogue.alike(one.unit, unit)), None)


def deal_out(sentence: Sentence) -> dict[int, Phrase]:
    """立案、破案、抓获数分别为100起、50起和30人: each number with the subject of its place."""
    words = lexicon()
    found: dict[int, Phrase] = {}
    if "分别" not in sentence.text:
        return found
    for index, mention in enumerate(sentence.mentions):
        since = sentence.mentions[index - 1].end if index else 0
        start = sentence.clause_start(mention.start, since)
        dealt = _DEALT.search(sentence.text, start, mention.start)
        if dealt is None:
            continue
        count = 1
        while index + count < len(sentence.mentions) and _BETWEEN.fullmatch(
            sentence.text, sentence.mentions[index + count - 1].end, sentence.mentions[index + count].start
        ):
            count += 1
        subjects = split_subjects(sentence, start, dealt.start(), count)
        if count < 2 or len(subjects) != count:
            continue
        for place, subject in enumerate(subjects):
            unit = sentence.mentions[index + place].unit
            measure, said = subject_measure(sentence, *subject, [unit])
            if measure:
                verbs = _verbs(sentence.within(*subject))
                found[index + place] = Phrase(
                    measure,
                    said,
                    NO_NOUN,
                    verbs,
                    unit or words.catalogue.unit_of(measure),
                    "",
                    among=False,
                    joined=place > 0,
                    cohort=False,
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
    said = _said(sentence.text[start:end], "")
    if not any(token.word.nouns or token.word.verbs for token in tokens):
        return "", ""
    for unit in unit_of:
        head, _ = _head(tokens, [], words.heads.get(unit, frozenset()))
        if found := words.measure(unit, head, _verbs(tokens), _marks(tokens)):
            return found, said
    return f"proposed:{said}" if said else "", said


def _measure(
    words: Lexicon, unit: str, head: str, verbs: frozenset[str], carried: frozenset[str], marks: frozenset[str]
) -> str:
    if unit:
        return words.measure(unit, head, carried, marks) or words.measure(unit, head, verbs, marks)
    # A bare 5321万 is money where money is spoken of.
    if head in ("amount", "funds", "flow", "cash") or {"freeze", "stop", "recover", "return"} & verbs:
        return words.measure(MONEY, head, verbs, marks)
    return ""


def _head(lefts: list[Token], rights: list[Token], countable: frozenset[str]) -> tuple[str, bool]:
    """The noun that the unit can count: the first behind the number, else the last before it."""
    general = countable or _MONEY_NOUNS
    for token in rights:
        if fit := token.word.nouns & general:
            return min(fit), True
    for place in range(len(lefts) - 1, -1, -1):
        if fit := lefts[place].word.nouns & general:
            if fit == {"device"} and place and lefts[place].start - lefts[place - 1].end <= 1:  # “猫池”设备
                fit = lefts[place - 1].word.nouns & general or fit
            return min(fit), False
    return NO_NOUN, False


def _verbs(tokens: list[Token]) -> frozenset[str]:
    if len(tokens) < 2:
        return tokens[0].word.verbs if tokens else _NOTHING
    return _NOTHING.union(*[token.word.verbs for token in tokens])


def _marks(tokens: list[Token]) -> frozenset[str]:
    if len(tokens) < 2:
        return tokens[0].word.marks if tokens else _NOTHING
    return _NOTHING.union(*[token.word.marks for token in tokens])


def _clause_end(text: str, start: int, until: int) -> int:
    """The end of the clause behind the next comma, where it has no number of its own; else no further than here."""
    stops = [at for stop in "，。；！？" if 0 <= (at := text.find(stop, start + 1)) < until]
    return min(stops, default=until if until == len(text) else start)


def _said(left: str, right: str) -> str:
    kept = left.replace("\x02", "")
    if filler := _FILLERS.match(kept):
        kept = kept[filler.end() :]
    return (_bare(kept) + _bare(right.replace("\x02", "")) if right else _bare(kept))[:60]


def _bare(text: str) -> str:
    """Without the words that only lead to the number."""
    text = text.rstrip(_TRAILING)
    while text.endswith(_TRAILING_WORDS):
        text = text[:-2].rstrip(_TRAILING)
    return text


def _deed(sentence: Sentence, tokens: list[Token], start: int, end: int) -> int:
    """Where what was done begins, behind who did it: 通信管理局组织企业关停号码 is about 关停号码."""
    done = [token for token in tokens if token.word.verbs and token.end < end]
    chosen = next((token for token in done if token.word.verbs != {"lead"}), done[0] if done else None)
    if chosen is not None:
        return chosen.start
    return max((at for at, _ in sentence.bodies if start < at < end), default=start)


def _is_reported(words: Lexicon, mention: Mention, unit: str, verbs: frozenset[str], left: str, said: str) -> bool:
    """Whether a number outside the catalogue is one that a bulletin reports, not one that a story tells."""
    if not said or unit == "倍" or (mention.spelt and mention.value < 10) or not mention.unit:
        return False
    if unit == "%":
        return bool(_RATES.search(left))
    return not verbs.isdisjoint(words.proposed_verbs) or bool(words.proposed_words.search(left))


def _is_certain(mention: Mention, lefts: list[Token], rights: list[Token]) -> bool:
    """A small number in words (一名, 两个) counts only where a known word stands right beside it."""
    if not mention.spelt or mention.value >= 10:
        return True
    beside = bool(lefts) and lefts[-1].end == mention.start
    return beside and (mention.value > 1 or (bool(lefts[-1].word.nouns) and not rights))
