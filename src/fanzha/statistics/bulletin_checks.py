"""What keeps a bulletin from being issued: a figure without a value, a sum that does not fit, a text that says another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum, unique
from typing import Final

from fanzha.core.errors import NotAllowed
from fanzha.statistics.against import compare
from fanzha.statistics.bulletin_text import NAMED, ToldFigure, comparisons_of, told_figures
from fanzha.statistics.catalogue import PROPOSED, Catalogue
from fanzha.statistics.drafting import Block, OwnBulletin, SaidFigure
from fanzha.statistics.model import Figure
from fanzha.statistics.periods import is_unfinished
from fanzha.statistics.wording import MONEY, WAN, YI, said_value

LONG_NUMBER: Final = 11  # digits in a row: a telephone number, a card, an identity number


@unique
class BulletinFault(StrEnum):
    """What is wrong."""

    NO_TITLE = "no_title"
    NO_VALUE = "no_value"  # the query failed, or nothing records it: it shows as —
    NOT_NAMED = "not_named"  # the text names a figure that is not there
    NO_DEFINITION = "no_definition"
    SUM = "sum"
    COMPARISON = "comparison"  # what is said is not what the figures give
    READS_OTHERWISE = "reads_otherwise"  # who reads the text finds another figure
    PERSON = "person"  # a number that may be a person's
    LANGUAGES_DIFFER = "languages_differ"


@dataclass(frozen=True, slots=True)
class FoundFault:
    """One thing that is wrong, where, and what to do."""

    fault: BulletinFault
    where: str
    sentence: str


def find_faults(bulletin: OwnBulletin, catalogue: Catalogue, read: Sequence[Figure]) -> tuple[FoundFault, ...]:
    """Everything that keeps the bulletin from being issued. read: the figures that a reader finds in its Chinese text."""
    found = [*_head(bulletin), *_values(bulletin, catalogue)]
    for at, block in enumerate(bulletin.blocks, start=1):
        found += _block(f"block {at}", block, bulletin)
    for rule in bulletin.sums:
        found += _sum(bulletin, rule.whole, rule.parts)
    if not any(one.fault in {BulletinFault.NO_VALUE, BulletinFault.NOT_NAMED} for one in found):
        found += _read_back(told_figures(bulletin, catalogue), read, catalogue)
    return tuple(found)


def check_faults(bulletin: OwnBulletin, faults: Sequence[FoundFault]) -> None:
    """Raises NotAllowed with every fault, where there is one."""
    if faults:
        said = "; ".join(f"{one.where}: {one.sentence}" for one in faults)
        raise NotAllowed(f"bulletin.{faults[0].fault}", f"{bulletin.id} cannot be issued: {said}")


def _head(bulletin: OwnBulletin) -> list[FoundFault]:
    if bulletin.title_zh.strip() and bulletin.publisher_zh.strip():
        return []
    return [FoundFault(BulletinFault.NO_TITLE, "head", "it needs a title and who publishes it")]


def _values(bulletin: OwnBulletin, catalogue: Catalogue) -> list[FoundFault]:
    found = []
    for one in bulletin.figures:
        name, measure = one.variable.name, one.variable.measure
        if one.value is None:
            why = "; ".join(one.notes) or "it could not be counted"
            found.append(
                FoundFault(BulletinFault.NO_VALUE, name, f"it has no value ({why}): take it out, or count it anew")
            )
        if measure not in catalogue.measures or not one.counts:
            found.append(
                FoundFault(BulletinFault.NO_DEFINITION, name, f"the catalogue does not say what {measure} counts")
            )
        if comparisons_of(one) and is_unfinished(one.variable.period, one.as_of_us):
            sentence = "its period was not over when it was counted, and stands against a whole one: end it on that day"
            found.append(FoundFault(BulletinFault.COMPARISON, name, sentence))
        if not _holds(one, catalogue.base_min):
            found.append(
                FoundFault(BulletinFault.COMPARISON, name, "its comparison is not what its figures give: count it anew")
            )
    return found


def _holds(figure: SaidFigure, base_min: int) -> bool:
    """Whether each comparison is what the counted value and its base give."""
    return all(
        compare(figure.counted, figure.variable.period, said.base, said.against, base_min) == said
        for said in figure.comparisons
    )


def _block(where: str, block: Block, bulletin: OwnBulletin) -> list[FoundFault]:
    names = [match["name"] for match in NAMED.finditer(block.zh)]
    english = [match["name"] for match in NAMED.finditer(block.en)]
    found = [
        FoundFault(BulletinFault.NOT_NAMED, where, f"there is no figure {name!r}: add it, or take its name out")
        for name in dict.fromkeys([*names, *english, *block.figures])
        if name not in bulletin.by_name
    ]
    if bulletin.title_en and (Counter(names) != Counter(english) or bool(block.zh) != bool(block.en)):
        found.append(
            FoundFault(
                BulletinFault.LANGUAGES_DIFFER, where, "the two languages do not say the same figures: write both"
            )
        )
    if any(_long_numbers(text) for text in (block.zh, block.en)):
        found.append(FoundFault(BulletinFault.PERSON, where, "it has a number that may be a person's: mask it"))
    return found


def _long_numbers(text: str) -> bool:
    run = 0
    for sign in NAMED.sub(" ", text):
        run = run + 1 if sign.isdigit() or (run and sign in "xX*" and run > LONG_NUMBER) else 0
        if run >= LONG_NUMBER:
            return True
    return False


def _sum(bulletin: OwnBulletin, whole: str, parts: Sequence[str]) -> list[FoundFault]:
    known = bulletin.by_name
    if missing := [name for name in (whole, *parts) if name not in known]:
        return [FoundFault(BulletinFault.NOT_NAMED, f"sum {whole}", f"there is no figure {missing[0]!r}")]
    unit = known[whole].unit
    values = [known[name].value for name in (whole, *parts)]
    told = [said_value(value, unit) for value in values if value is not None]
    if len(told) < len(values):
        return []  # said as a figure without a value
    rounded = sum((_step(one, unit) for one in told), Decimal(0)) / 2
    if abs(told[0] - sum(told[1:], Decimal(0))) <= rounded:
        return []
    return [
        FoundFault(BulletinFault.SUM, f"sum {whole}", f"its parts are not {whole}: correct one of them, or the rule")
    ]


def _step(value: Decimal, unit: str) -> Decimal:
    """To what a figure is rounded where it is said: whole numbers of things add up exactly."""
    if unit != MONEY:
        return Decimal(0)
    return YI / 100 if abs(value) >= YI else WAN / 100 if abs(value) >= WAN else Decimal(0)


def _read_back(told: Sequence[ToldFigure], read: Sequence[Figure], catalogue: Catalogue) -> list[FoundFault]:
    """What is said and not read, and what is read and not said: numbers that were typed into the text among them."""
    said, found = set(map(_of_told, told)), {_of_read(one, catalogue) for one in read}  # said twice, it is one figure
    fuller = {key[:4] for key in said & found if key[4]}
    # What is said again without its comparison, a reader may take for the same figure or for one more like it.
    said, found = ({key for key in keys if key[4] or key[:4] not in fuller} for keys in (said, found))
    return [
        *(
            FoundFault(BulletinFault.READS_OTHERWISE, missing[0], f"a reader does not find {_in_words(missing)}")
            for missing in sorted(said - found)
        ),
        *(
            FoundFault(
                BulletinFault.READS_OTHERWISE,
                extra[0],
                f"a reader finds {_in_words(extra)}, which is no figure of the bulletin: put it in by its name",
            )
            for extra in sorted(found - said)
        ),
    ]


_Key = tuple[str, str, str, tuple[str, str], tuple[tuple[str, str], ...]]


def _of_told(one: ToldFigure) -> _Key:
    said = tuple(sorted((each.kind.value, _plain(each.value)) for each in one.comparisons))
    return (one.measure, _plain(one.value), one.unit, (one.period.first, one.period.last), said)


def measure_meant(measure: str, catalogue: Catalogue) -> str:
    """Which own measure is meant where a reader only proposes one by its words, and a bulletin says it in just these."""
    words = measure.removeprefix(PROPOSED)
    if words == measure:
        return measure
    return next((own.measure for own in catalogue.own.values() if own.phrase == words), measure)


def _of_read(one: Figure, catalogue: Catalogue) -> _Key:
    period = ("", "") if one.period is None else (one.period.first, one.period.last)
    said = tuple(sorted((each.kind.value, _plain(each.value)) for each in one.comparisons))
    return (measure_meant(one.measure, catalogue), _plain(one.value), one.unit, period, said)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _in_words(key: _Key) -> str:
    compared = ", ".join(f"{kind} {value}" for kind, value in key[4])
    return f"{key[0]} {key[1]} {key[2]} of {key[3][0]} to {key[3][1]}" + (f" ({compared})" if compared else "")
