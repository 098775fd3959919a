"""What a number is called in the words of its text, and whether one outside the catalogue is reported at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fanzha.intake.bulletins.lexicon import Lexicon
from fanzha.intake.bulletins.numbers import Mention

_NAME_MAX: Final = 60
_FILLERS: Final = re.compile(
    r"^(?:[①-⑳❶-❿]|\d{1,2}[.．、)）](?!\d)|[^\w“”（(《\[]|[和及与的了]|并(?!处)|以及|其中|共计|合计|总计|累计|共(?!同)|先后|已经|已|分别|成功(?!率)|现已|另有|另|还|又|"
    r"全[国省市区县州校辖行]|[我本该](?:公司|集团|[省市县区州局行校院所部镇乡村站])|公司|目前|同时|有(?!效)|将|被(?![害骗])|均|则|而|也|仅|依法)+"
)
# What was done stands behind these; before them, who did it and how.
_LEADING: Final = re.compile(
    r"累计|共计|合计|总计|共(?![同享青])|先后|成功(?!率)|已经|依法|日均|月均|平均每[天日月]|[每人]?[天日月]平?均"
)
_CHANGES: Final = "降|升|增|减|涨|跌|压|提升|提高|下降|上升|增加|增长|减少|控制|压降|压减|保持|稳定|维持|回落|攀升|跃升"
_REACHES: Final = re.compile(
    rf"(?:[、，和的了 :：|共已近为是由从仅（(]|(?<![惠涉普波触])及|(?<!参)与|(?<![触送抵表直])达|(?<!签)约|(?<![拥持建设])有"
    rf"|(?:{_CHANGES})了?[至到在为]|累计|共计|合计|总计|超过|[日月]均|[高多]达|(?:折合|价值|市值|约合)(?:人民币)?|[至在]|(?<![接收受])到)+$"
)
_OBJECT: Final = re.compile(
    r"(?:^|[\u4e00-\u9fff])[对将把向为给使让](?:辖内|辖区|全[国省市县区]|上述|其中)?$"
)  # 对48起案件挂牌督办: what stands behind says it all
_REACHED: Final = frozenset("、，和的了 :：|共已达近为是由从仅（(及与约有至到在计过均合值币")
_SHARE: Final = re.compile(r"占(?:比|比例)?(?:重)?$")
_RATES: Final = re.compile(r"率|占|比例|比重|度$")
_BROADER: Final = re.compile(r"[案人户笔次]均(?!可)|最[大高多小长低](?!的|人民|检|法)|率[\u4e00-\u9fff]{0,3}$")
_FURNITURE: Final = re.compile(r"^(?:浏览|点击|访问)(?:次数|人数|量|数)?$")  # counters of the page itself
_NAMED: Final = re.compile(r"[\u4e00-\u9fff]{2}|[A-Za-z]{3}")
# A story about one person, advice and the law tell of numbers, too.
_STORY: Final = re.compile(
    r"某|我的|\d岁(?:的|[，,]|男|女|老)|旬|先生|女士|大爷|大妈|奶奶|爷爷|阿姨|小[王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗]|自称|提醒|如遇|切勿|请[拨勿致]|可处|罪处罚|条规定|[?？]"
)
# Units of what happens in a story as well as in a bulletin; few of them are a story.
_SMALL: Final = frozenset({"次", "个", "条", "家", "户", "笔", "项", "款", "间", "期", "张", "件", "场", "位", "人"})


def tells_another(text: str) -> bool:
    """Whether the words before a number make it no count of what they name: an average, the largest one, a rate."""
    return ("均" in text or "最" in text or "率" in text) and _BROADER.search(text) is not None


@lru_cache(1 << 13)  # bulletins say the same things
def name_of(left: str, right: str) -> str:
    """The words of a number: what stands before it, then what it counts behind it."""
    kept = left.replace("\x02", "")
    for leading in reversed(list(_LEADING.finditer(kept))):
        if _NAMED.search(kept, leading.end()):
            kept = kept[leading.end() :]
            break
    if filler := _FILLERS.match(kept):
        kept = kept[filler.end() :]
    if right.startswith(("（", "(")):
        right = ""
    if right and _OBJECT.search(kept):
        kept = ""
    bare = _bare(kept)
    return (bare + _bare(right.replace("\x02", "")) if right else bare)[:_NAME_MAX]


def share_of(name: str) -> str:
    """大专以上学历人员占 is called 大专以上学历人员占比, as a table would."""
    found = _SHARE.search(name)
    return f"{name[: found.start()].rstrip('的')}占比" if found else name


def is_reported(words: Lexicon, mention: Mention, verbs: frozenset[str], left: str, name: str, *, story: bool) -> bool:
    """Whether a number outside the catalogue is one that a bulletin reports, not one that a story tells."""
    if not name or not mention.unit or mention.unit == "倍" or (mention.spelt and mention.value < 10):
        return False
    if mention.unit == "%":
        return bool(_RATES.search(left))
    if not verbs.isdisjoint(words.proposed_verbs) or words.proposed_words.search(left):
        return True
    return _NAMED.search(name) is not None and not story and _FURNITURE.search(name) is None


def is_story(sentence: str, mention: Mention, *, listed: bool) -> bool:
    """Whether a number stands in a story, in advice or in the law; a small one does, unless it goes on a list."""
    if _STORY.search(sentence) is not None:
        return True
    return mention.value < 10 and mention.unit in _SMALL and not listed


def _bare(text: str) -> str:
    """Without the words that only lead to the number."""
    if not text or text[-1] not in _REACHED:  # cheap, and mostly so
        return text
    found = _REACHES.search(text)
    return text[: found.start()] if found else text
