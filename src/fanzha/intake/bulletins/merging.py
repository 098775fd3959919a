"""One figure however often it is said: in the title and in the text, rounded there and exact here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fanzha.intake.bulletins.drafts import Draft
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.statistics import Figure
from fanzha.statistics.catalogue import PROPOSED

_REPEATED_MIN: Final = 10  # a smaller number said twice in a text may well be two figures


def merge_drafts(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts without repetitions; titles give way to the text, and part_of follows."""
    kept: list[Draft] = []
    became: dict[int, Draft] = {}
    by_measure: dict[str, list[Draft]] = {}
    for draft in sorted(drafts, key=lambda one: one.titled):  # a stable sort: the text first, titles into it
        same = next((one for one in by_measure.get(draft.measure, ()) if _is_same(one, draft)), None)
        if same is None and draft.titled:  # a title may call it otherwise: 追回 what the text says was 返还
            same = next((one for one in kept if not one.titled and _is_equal(one, draft)), None)
        if same is None and draft.titled and draft.measure.startswith(PROPOSED):
            same = next(
                (one for one in kept if not one.titled and one.unit == draft.unit and _rounds(draft, one)), None
            )
        if same is None:
            kept.append(draft)
            by_measure.setdefault(draft.measure, []).append(draft)
            continue
        became[id(draft)] = _merged(same, draft)
    for draft in kept:
        while draft.part_of is not None and id(draft.part_of) in became:
            draft.part_of = became[id(draft.part_of)]
        if draft.part_of is draft:
            draft.part_of = None
    return sorted(kept, key=lambda one: one.spans[0])


def build_figures(drafts: Sequence[Draft], text: str) -> tuple[Figure, ...]:
    """Figures as the domain has them."""
    place = {id(draft): at for at, draft in enumerate(drafts)}
    return tuple(
        Figure(
            measure=draft.measure,
            text_measure=draft.text_measure,
            value=draft.value,
            unit=draft.unit,
            spans=tuple(draft.spans),
            quote=text[slice(*draft.spans[0])],
            approximate=draft.approximate,
            at_least=draft.at_least,
            average_per=draft.per,
            part_of=None if draft.part_of is None else place.get(id(draft.part_of)),
            period=draft.period,
            place=draft.place,
            body=draft.body,
            comparisons=tuple(draft.comparisons),
        )
        for draft in drafts
    )


def _is_same(said: Draft, again: Draft) -> bool:
    """Whether both are one figure: the same measure, and a value that the one may be the rounding of the other."""
    if said.per != again.per or not lexicon().catalogue.alike(said.unit, again.unit):
        return False
    if said.period is not None and again.period is not None and not said.period.agrees_with(again.period):
        return False
    if said.value == again.value:
        return again.titled or again.cohort or said.value >= _REPEATED_MIN
    return again.titled and _rounds(again, said)


def _is_equal(said: Draft, titled: Draft) -> bool:
    """Whether a title's figure stands in the text with the very same number."""
    alike = lexicon().catalogue.alike(said.unit, titled.unit)
    if said.value != titled.value or said.per != titled.per or not alike:
        return False
    return said.value >= _REPEATED_MIN or _noun(said) == _noun(titled)


def _noun(draft: Draft) -> str:
    """The last two Chinese signs of what the text says, which are its noun."""
    return "".join(sign for sign in draft.text_measure if sign >= "\u4e00")[-2:]


def _rounds(rough: Draft, exact: Draft) -> bool:
    """1700余万 for 1774万, 近3500 for 3480, 超100 for 112; a whole number said without such a word is no rounding."""
    if rough.mention is None:
        return False
    step = rough.mention.step
    if not (rough.approximate or rough.at_least):  # 3.4万 for 34,200
        return bool(rough.mention.scale) and abs(exact.value - rough.value) <= step / 2
    if rough.mention.spelt:
        step *= 9  # 上百 is anything with three figures
    if rough.at_least:
        return rough.value <= exact.value < rough.value + step * (1 if rough.approximate else 2)
    return rough.value - step <= exact.value <= rough.value + step


def _fullness(draft: Draft) -> tuple[bool, bool, bool]:
    period = draft.period
    return (bool(draft.comparisons), period is not None and period.is_closed, period is not None)


def _merged(said: Draft, again: Draft) -> Draft:
    """The fuller of the two says what it is; the other adds where it is said."""
    if not again.titled and not again.cohort and _fullness(again) > _fullness(said):
        for name in ("value", "unit", "text_measure", "approximate", "at_least", "period", "place", "body", "part_of"):
            setattr(said, name, getattr(again, name))
        said.spans = again.spans + said.spans
    else:
        said.spans = said.spans + again.spans
        said.period = said.period or again.period
    said.comparisons += [one for one in again.comparisons if one not in said.comparisons]
    return said
