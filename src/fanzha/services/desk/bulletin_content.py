"""What somebody wrote of a bulletin (a table of TOML, a form) as its content; and a first content of a period alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.services.desk.keeping_bulletins import BulletinContent
from fanzha.statistics import Against, Base, Catalogue, Period, Wording, period_zh, read_period
from fanzha.statistics.bulletin_text import draft_blocks
from fanzha.statistics.drafting import Block, BlockKind, SumRule, Variable
from fanzha.statistics.periods import period_en
from fanzha.statistics.wording import PERCENT

_HEAD: Final = ("title_zh", "title_en", "publisher_zh", "publisher_en", "published")


def read_against(text: str) -> Against:
    """`yoy:multiple` as a comparison. Raises BadInput that says what there is."""
    base, _, wording = text.partition(":")
    try:
        found = Against(Base(base), Wording(wording or Wording.CHANGE))
    except ValueError:
        raise BadInput(f"against {text!r}: take {', '.join(Base)}, and behind a colon {', '.join(Wording)}") from None
    assert found.kind
    return found


def content_of(table: Mapping[str, Any], catalogue: Catalogue, today: date, where: str) -> BulletinContent:
    """The content of a table. Raises BadInput naming `where`, the entry, the field, and what would be right."""
    for key in _HEAD:
        if not isinstance(table.get(key, ""), str):
            raise BadInput(f"{where}: {key} is no text")
    if not table.get("title_zh"):
        raise BadInput(f"{where}: title_zh is missing: write the bulletin's title")
    variables = tuple(
        _variable(row, catalogue, today, f"{where}: [[figure]] {at}")
        for at, row in enumerate(table.get("figure", ()), start=1)
    )
    blocks = tuple(_block(row, f"{where}: [[block]] {at}") for at, row in enumerate(table.get("block", ()), start=1))
    sums = tuple(
        SumRule(_text(row, "whole", f"{where}: [[sum]] {at}"), _texts(row, "parts", f"{where}: [[sum]] {at}"))
        for at, row in enumerate(table.get("sum", ()), start=1)
    )
    said = {key: str(table.get(key, "")) for key in _HEAD}
    return BulletinContent(
        said["title_zh"],
        blocks or draft_blocks(variables, catalogue.sections, catalogue),
        variables,
        said["published"],
        said["title_en"],
        said["publisher_zh"],
        said["publisher_en"],
        sums,
    )


def first_content(
    period: Period, against: Sequence[Against], catalogue: Catalogue, *, publisher_zh: str = "", publisher_en: str = ""
) -> BulletinContent:
    """A bulletin of a period: every measure of the catalogue's sections, each named by its id, in both languages."""
    measures = [measure for section in catalogue.sections for measure in section.measures]
    variables = tuple(
        Variable(measure, measure, period, _fitting(against, catalogue.unit_of(measure))) for measure in measures
    )
    return BulletinContent(
        f"{period_zh(period)}打击治理电信网络诈骗战果通报",
        draft_blocks(variables, catalogue.sections, catalogue),
        variables,
        title_en=f"Results against telecom and online fraud, {period_en(period)}",
        publisher_zh=publisher_zh,
        publisher_en=publisher_en,
    )


def _fitting(against: Sequence[Against], unit: str) -> tuple[Against, ...]:
    """Of a share the difference in points, whatever the words for numbers are."""
    if unit != PERCENT:
        return tuple(against)
    return tuple(Against(one.base, Wording.POINTS) for one in against if one.base is not Base.FULL_YEAR_BEFORE)


def _variable(row: Any, catalogue: Catalogue, today: date, where: str) -> Variable:
    measure = _text(row, "measure", where)
    if measure not in catalogue.measures:
        raise BadInput(f"{where}: measure {measure!r} is not in the catalogue; see docs/reference/indicators.md")
    typed, compared = _text(row, "period", where), _texts(row, "against", where)
    try:
        period, against = read_period(typed, today), tuple(read_against(one) for one in compared)
    except BadInput as wrong:
        raise BadInput(f"{where}: {wrong}") from None
    name = row.get("name", measure)
    return Variable(str(name), measure, period, against, str(row.get("place", "")), str(row.get("class", "")))


def _block(row: Any, where: str) -> Block:
    kind = row.get("kind", BlockKind.TEXT.value) if isinstance(row, Mapping) else ""
    if kind not in {one.value for one in BlockKind}:
        raise BadInput(f"{where}: kind {kind!r}: take one of {', '.join(BlockKind)}")
    return Block(BlockKind(kind), _text(row, "zh", where), str(row.get("en", "")), _texts(row, "figures", where))


def _text(row: Any, key: str, where: str) -> str:
    value = row.get(key) if isinstance(row, Mapping) else None
    if not isinstance(value, str) or not value:
        raise BadInput(f"{where}: {key} is missing or no text")
    return value


def _texts(row: Any, key: str, where: str) -> tuple[str, ...]:
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadInput(f"{where}: {key} is no list of texts")
    return tuple(value)
