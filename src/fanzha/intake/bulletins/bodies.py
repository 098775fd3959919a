"""Who a figure is of, and where: the body that a sentence names, and the place that it has in its name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fanzha.intake.bulletins.lexicon import lexicon

_LONGEST: Final = 18
_STOPS: Final = re.compile(
    r"[^\u4e00-\u9fff]|在|由|被|从|据|了|来到|以来|联合|会同|配合|以及|的|和|及|与|向|经|对|通过|通报|响应|参加|获|各地|按照|根据|起|称|[年月日]"
)
_LED: Final = frozenset({"work", "lead"})  # 组织 may stand in a name
_OPENING: Final = re.compile(r"[^\u4e00-\u9fff]|由|从|据|以来|被|起|各地|[年月日]")
_PLACE: Final = re.compile(
    r"^(?:中国)?([\u4e00-\u9fff]{2,8}?(?:自治区|自治州|省|市|县|区|州|盟)(?:[\u4e00-\u9fff]{1,6}?(?:市|县|区))?)"
)
_SHORT: Final = re.compile(r"^([\u4e00-\u9fff]{2,4}?)(?:警方|公安|反)")
_GENERIC: Final = frozenset(
    {"全国", "全市", "全省", "全区", "全县", "各级", "我市", "我省", "两级", "移民", "国家", "当地", "广大"}
)


def find_bodies(text: str) -> list[tuple[int, str]]:
    """The bodies that act in a sentence, each with the place where its name ends: those named where a clause begins."""
    found: list[tuple[int, str]] = []
    words = lexicon()
    for ending in words.body.finditer(text):
        start = max(0, ending.start() - _LONGEST)
        stops = list(_STOPS.finditer(text, start, ending.start()))
        if stops:
            start = stops[-1].end()
        if (
            text[ending.end() : ending.end() + 3].upper() == "APP"
            or (stops and not _OPENING.fullmatch(stops[-1][0]))
            or (not stops and start)
        ):
            continue
        before = words.tokens(text[start : ending.start()]) if start < ending.start() else []
        if not any(token.word.verbs - _LED for token in before):
            found.append((ending.end(), text[start : ending.end()]))
    return found


@lru_cache(1 << 12)
def place_of(body: str) -> str:
    """The place in a body's name: 昆明市 of 昆明市公安局, 南宁 of 南宁警方; empty where it has none."""
    found = _PLACE.match(body) or _SHORT.match(body)
    place = found[1] if found else ""
    return "" if place in _GENERIC else place


def named_places(text: str, home: str) -> list[tuple[int, str]]:
    """全国 where the sentence says so, the page's own place where it says 全市; each with where it is said."""
    return [
        (found.end(), found[0] if found[0] in ("全国", "境内") else home) for found in lexicon().here.finditer(text)
    ]


def last_before(named: list[tuple[int, str]], end: int) -> str:
    """The last of these that is said before a place; empty where none is."""
    for at, name in reversed(named):
        if at <= end:
            return name
    return ""
