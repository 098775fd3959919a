"""What a number counts: the noun and the verb that belong to it, before it or behind it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.intake.bulletins.bodies import find_bodies, named_places
from fanzha.intake.bulletins.lexicon import NO_NOUN, Lexicon, Token, lexicon
from fanzha.intake.bulletins.naming import is_reported, is_story, name_of, share_of, tells_another
from fanzha.intake.bulletins.numbers import MONEY, Mention

_BOUNDARY: Final = re.compile(r"[ ，。；：！？（）()【】…｜|:,!?;、\x02]|(?<!\d)—|—(?!\d)")
_ASIDE: Final = re.compile(r"[（(][\u4e00-\u9fff]{1,2}[）)]")
_ENUMERATED: Final = re.compile(r"[、和及与跟]|以及|并|等|[，,。；！？）)】\x02]|$")
BETWEEN: Final = re.compile(r"[、，,和及与]{1,2}|以及")
_NOTHING: Final[frozenset[str]] = frozenset()
_MONEY_NOUNS: Final = frozenset({"amount", "funds", "flow", "cash"})
_JOINED: Final = re.compile(r"\s*(?:[、和及与，,]|以及)")
_AMONG: Final = ("其中，", "其中,", "其中：", "其中:")
_IN_ALL: Final = re.compile(r"[，,]?(?:金额)?(?:共|共计|合计|总计|累计)")
_NEGATIONS: Final = ("零", "未", "非", "无", "免")
_ONWARD: Final = re.compile(
    r"[，,]?(?:逐[年月步]|大幅|再|又|稳步|持续)*(?:上升|下降|提升|提高|增加|增长|减少|降低|降|升|增|减|回落|攀升|压降|跃升|涨)了?[到至为]的?"
)
_OPENS: Final = ("（", "(")
_CLOSES: Final = ("）", ")")
_VERB_ALONE: Final = 2  # signs before a number that are a verb and no noun: 派出12个抓捕小组
_UTMOST: Final = re.compile(r"^[，,]?而?最[高低]")
_ONWARD_ENDS: Final = "到至为的"
_RATES: Final = re.compile(r"率|占|比例|比重")
_RATE_NAME: Final = 4
_SAME_NUMBER: Final = re.compile(r"(?:这[一个]?|该)(?:数字|数据|数量|指标|比例|占比|数值)")
_PRICE: Final = re.compile(
    r"每[\u4e00-\u9fff]{0,3}$|单价$|要求|准备|打算|险些|差点|企图|试图|正[要欲]|[想需]要"
)  # a price, or what somebody only meant to pay
_ATTRIBUTES: Final = frozenset({"involve"})  # 单位银行账户涉案数量: it says which ones, not what was done
_NEW: Final = frozenset({"新增", "净增", "新发", "增加"})
_AIMED: Final = re.compile(r"力争|争取")  # what shall be reached is no figure yet


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
    timed: dict[int, int]  # of the last sign of a period, where it begins

    @classmethod
    def of(cls, text: str, mentions: Sequence[Mention], periods: Sequence[tuple[int, int]], home: str) -> Sentence:
        """The sentence taken apart once, for all its numbers; a clause also ends where a period does."""
        stops = [found.start() for found in _BOUNDARY.finditer(text)]
        if "（" in text or "(" in text:  # 偷越国（边）境
            asides = {at for found in _ASIDE.finditer(text) for at in (found.start(), found.end() - 1)}
            stops = [at for at in stops if at not in asides]
        if periods:
            stops = sorted([*(last - 1 for _, last in periods), *stops])
        tokens = lexicon().tokens(text)
        return cls(
            text,
            tokens,
            mentions,
            [token.start for token in tokens],
            stops,
            find_bodies(text),
            named_places(text, home),
            {last - 1: first for first, last in periods},
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

    def is_timed_alone(self, at: int) -> bool:
        """Whether a period opens the clause of a number: 2021年为3.4亿元."""
        place = bisect_left(self.boundaries, at)
        first = self.timed.get(self.boundaries[place - 1]) if place else None
        return first is not None and self.clause_start(first, 0) == first

    def last_rate(self, until: int) -> str:
        """What the last rate that is named before a place is called; empty where none is."""
        at = self.text.rfind("率", 0, until)
        known = next((token.start for token in self.tokens if token.end == at), max(0, at - _RATE_NAME))
        return self.text[known : at + 1] if at > 1 else ""

    def phrase_end(self, start: int, until: int) -> int:
        """Where the phrase ends that begins here."""
        place = bisect_left(self.boundaries, start)
        end = min(until, self.boundaries[place]) if place < len(self.boundaries) else until
        while place < len(self.boundaries) and self.boundaries[place] < until:  # 212名在校学生、初犯偶犯依法不起诉
            if self.text[self.boundaries[place]] != "、":
                return self.boundaries[place]
            place += 1
        return end


@dataclass(slots=True)
class _Ground:
    """The clause of one number: what stands before it and behind it, as far as it belongs to it."""

    start: int
    left: str
    lefts: list[Token]
    right: str
    rights: list[Token]
    bound_right: bool  # 43名嫌疑人: what is counted stands behind
    verbs: frozenset[str]
    told: list[Token]  # of the number right before it, where no comma parts the two
    among: bool
    cohort: bool


def find_phrase(sentence: Sentence, index: int, earlier: Sequence[Phrase], listed: Phrase | None) -> Phrase | None:
    """What the number counts; None where it counts nothing that a bulletin reports.

    `listed` is the phrase of the number before it in the sentence: a list says its verb once. `earlier` are those of the
    paragraph: what is said of a part (其中刷单类14起) leaves out what it is a part of.
    """
    words, mention = lexicon(), sentence.mentions[index]
    since = sentence.mentions[index - 1].end if index else 0
    start, left = _before(sentence, index, since)
    average = words.average.search(left) if "均" in left or "每" in left else None
    if average is None and left and left[-1] not in "、，" and _PRICE.search(left):
        return None
    if "争" in sentence.text and _AIMED.search(
        sentence.text, sentence.text.rfind("，", 0, mention.start) + 1, mention.start
    ):
        return None
    if (again := _said_again(sentence, index, left, earlier, listed)) is not None:
        return again
    ground = _ground(sentence, index, start, left, since)
    joined = index > 0 and start == since and _JOINED.match(left) is not None
    head, head_right = head_of(ground.lefts, ground.rights, words.heads.get(mention.unit, _NOTHING))
    measure, head, among = _measure_of(mention.unit, ground, head, earlier, listed if joined else None, listed)
    if not measure and head == NO_NOUN and average is not None and left.strip("，、 ") == average[0]:
        whole = _whole(words, earlier, mention.unit)  # 下发指令21430条，日均714条
        measure = whole.measure if whole is not None and not ground.verbs else ""
    said = _called(sentence, mention, ground, head_right=head_right)
    if not said and (joined or not left) and listed is not None:
        said = listed.text
    if not measure and said in _NEW and (before := _whole(words, earlier, mention.unit)) is not None:
        measure = before.measure  # 累计注册38.4万人，本周新增5830人
    if measure and mention.unit != "%" and tells_another(left):
        measure = ""
    carried = ground.verbs or (listed.verbs if listed is not None else _NOTHING)
    if not measure:
        story = is_story(sentence.text, mention, listed=bool(earlier) or listed is not None)
        if not is_reported(words, mention, ground.verbs or (carried if joined else _NOTHING), left, said, story=story):
            return None
        measure = f"proposed:{said}"
    elif not _is_certain(mention, ground.lefts, ground.rights):
        return None
    per = words.averages[average[0]] if average else ""
    return Phrase(measure, said, head, carried, mention.unit or MONEY, per, among, joined, ground.cohort)


def _called(sentence: Sentence, mention: Mention, ground: _Ground, *, head_right: bool) -> str:
    """The words of a number, from what was done on, with what stands behind it where that is what is counted."""
    if mention.unit == "%":
        return share_of(name_of(ground.left, ground.right if head_right else ""))
    told = sentence.text[max(ground.start, _deed(sentence, ground.lefts, ground.start, mention.start)) : mention.start]
    said = name_of(told, "")
    alone = len(said) <= _VERB_ALONE
    if alone and not ground.bound_right and len(ground.left) > len(told):
        said = name_of(ground.left, "")  # 因出租出借“两卡”涉案的127人: the verb at its end does not say what is counted
    if head_right or (ground.bound_right and (not ground.lefts or alone)):
        said = name_of(told, ground.right)
    return said


def _before(sentence: Sentence, index: int, since: int) -> tuple[int, str]:
    """Where the clause of a number begins, and its words; further back where it has none of its own."""
    text, mentions = sentence.text, sentence.mentions
    start = sentence.clause_start(mentions[index].start, since)
    left = text[start : mentions[index].start]
    if index and _IN_ALL.fullmatch(left):  # 转账7笔共8.6万元
        before = mentions[index - 1].start
        start = sentence.clause_start(before, mentions[index - 2].end if index > 1 else 0)
        return start, text[start:before] + left
    if (
        not left
        and text[start - 1 : start] in _OPENS
        and text[mentions[index].end : mentions[index].end + 1] in _CLOSES
    ):
        first = sentence.clause_start(start - 1, since)  # 立案数最多的是甲市（5406起）
        return first, text[first : start - 1]
    timed = sentence.timed.get(start - 1)
    if timed is not None and not name_of(left, ""):  # 破案率由2019年的12.4%
        start = sentence.clause_start(timed, since)
        return start, text[start:timed]
    return start, left


def _said_again(
    sentence: Sentence, index: int, left: str, earlier: Sequence[Phrase], listed: Phrase | None
) -> Phrase | None:
    """A number that counts what the one before it does: 分别占33.6%、34.6%; 由12.4%提升至53.8%; 2021年为3.4亿元."""
    words, mention = lexicon(), sentence.mentions[index]
    unit = mention.unit
    bracketed = sentence.text[mention.start - 1 : mention.start] in _OPENS
    if unit == "%" and bracketed and not _RATES.search(left):
        if listed is not None and listed.unit == "%":
            return replace(listed, joined=True)
        if rate := sentence.last_rate(mention.start):  # 见面劝阻率偏低的为A区（81.2%）
            return Phrase(
                f"proposed:{rate}", rate, NO_NOUN, _NOTHING, unit, "", among=False, joined=False, cohort=False
            )
    if unit == "%" and listed is not None and listed.unit == "%" and (BETWEEN.fullmatch(left) or _UTMOST.search(left)):
        return replace(listed, joined=True)
    same = None
    if (
        listed is not None
        and left
        and left[-1] in _ONWARD_ENDS
        and _ONWARD.fullmatch(left)
        and words.catalogue.alike(listed.unit, unit)
    ):
        same = listed
    elif (("这" in left or "该" in left) and _SAME_NUMBER.search(left)) or (
        not left and sentence.is_timed_alone(mention.start)
    ):
        same = _whole(words, earlier, unit)
    return same and replace(same, unit=unit, per="", among=False, joined=False, cohort=False)


def _ground(sentence: Sentence, index: int, start: int, left: str, since: int) -> _Ground:
    text, mention = sentence.text, sentence.mentions[index]
    until = sentence.mentions[index + 1].start if index + 1 < len(sentence.mentions) else len(text)
    end = sentence.phrase_end(mention.end, until)
    bound_right = end > mention.end and not _ENUMERATED.match(text, mention.end)
    cohort_before = text[max(0, start - 2) : start] in ("中，", "中,")
    lefts = sentence.within(sentence.clause_start(start - 1, since) if cohort_before else start, mention.start)
    rights = sentence.within(mention.end, end) if bound_right else []
    cohort = bound_right and text[end - 1] == "中"
    verbs = verbs_of(lefts)
    if bound_right and not cohort:
        verbs |= verbs_of(rights) or verbs_of(sentence.within(end, _clause_end(text, end, until)))
    among = "其中" in left or cohort_before or text[max(0, start - 3) : start] in _AMONG
    told: list[Token] = []
    if index and start == since and left and not _JOINED.match(left):
        told = sentence.within(sentence.clause_start(sentence.mentions[index - 1].start, 0), since)
    return _Ground(start, left, lefts, text[mention.end : end], rights, bound_right, verbs, told, among, cohort)


def _measure_of(
    unit: str, ground: _Ground, head: str, earlier: Sequence[Phrase], joined: Phrase | None, listed: Phrase | None
) -> tuple[str, str, bool]:
    """The measure of the catalogue, empty where it has none; the noun that made it; whether it is a part of one before."""
    words, verbs = lexicon(), ground.verbs
    marks = marks_of(ground.lefts) | marks_of(ground.rights)
    whole = _whole(words, earlier, unit) if ground.among or (joined is not None and joined.among) else None
    among = ground.among or whole is not None
    if whole is not None and head == NO_NOUN and not verbs:
        return whole.measure, head, among
    measure = _measure(words, unit, head, verbs, verbs or (listed.verbs if listed is not None else _NOTHING), marks)
    if not measure and head == NO_NOUN and verbs and listed is not None and words.catalogue.alike(listed.unit, unit):
        measure = words.measure(unit, listed.head, verbs, marks)  # 核查电话卡72万张，关停18万张，注销3万张
        head = listed.head if measure else head
    if not measure and ground.told:  # 骗取58名被害人2031万元
        measure = _measure(words, unit, head, verbs, verbs, marks | marks_of(ground.told))
    if not measure and whole is not None and not verbs:
        measure = whole.measure
    return measure, head, among


def _whole(words: Lexicon, earlier: Sequence[Phrase], unit: str) -> Phrase | None:
    return next((one for one in reversed(earlier) if words.catalogue.alike(one.unit, unit)), None)


def _measure(
    words: Lexicon, unit: str, head: str, verbs: frozenset[str], carried: frozenset[str], marks: frozenset[str]
) -> str:
    if unit:
        return words.measure(unit, head, carried, marks) or words.measure(unit, head, verbs, marks)
    # A bare 5321万 is money where money is spoken of.
    if head in ("amount", "funds", "flow", "cash") or {"freeze", "stop", "recover", "return"} & verbs:
        return words.measure(MONEY, head, verbs, marks)
    return ""


def head_of(lefts: list[Token], rights: list[Token], countable: frozenset[str]) -> tuple[str, bool]:
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


def verbs_of(tokens: list[Token]) -> frozenset[str]:
    """What was done, by the words of a clause."""
    if len(tokens) < 2:
        return tokens[0].word.verbs if tokens else _NOTHING
    return _NOTHING.union(*[token.word.verbs for token in tokens])


def marks_of(tokens: list[Token]) -> frozenset[str]:
    """What narrows it down, by the words of a clause."""
    if len(tokens) < 2:
        return tokens[0].word.marks if tokens else _NOTHING
    return _NOTHING.union(*[token.word.marks for token in tokens])


def _clause_end(text: str, start: int, until: int) -> int:
    """The end of the clause behind the next comma, where it has no number of its own; else no further than here."""
    stops = [at for stop in "，。；！？" if 0 <= (at := text.find(stop, start + 1)) < until]
    return min(stops, default=until if until == len(text) else start)


def _deed(sentence: Sentence, tokens: list[Token], start: int, end: int) -> int:
    """Where what was done begins, behind who did it: 通信管理局组织企业关停号码 is about 关停号码."""
    done = [token for token in tokens if token.end < end and token.word.verbs and token.word.verbs != _ATTRIBUTES]
    chosen = next((token for token in done if token.word.verbs != {"lead"}), done[0] if done else None)
    if chosen is not None:
        return chosen.start - sentence.text.startswith(_NEGATIONS, chosen.start - 1)
    return max((at for at, _ in sentence.bodies if start < at < end), default=start)


def _is_certain(mention: Mention, lefts: list[Token], rights: list[Token]) -> bool:
    """A small number in words (一名, 两个) counts only where a known word stands right beside it."""
    if not mention.spelt or mention.value >= 10:
        return True
    beside = bool(lefts) and lefts[-1].end == mention.start
    return beside and (mention.value > 1 or (bool(lefts[-1].word.nouns) and not rights))
