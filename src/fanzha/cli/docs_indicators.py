"""The reference page of the indicator catalogue: what is counted, what is left out, and what this program counts itself."""

from __future__ import annotations

from typing import Final

from fanzha import bootstrap
from fanzha.statistics import Catalogue, Measure

OPENING: Final = """\
# Indicators

What figures count, by the [catalogue](rules.md#statisticstoml). *Counted here* says out of which records of work this program
counts a measure, by which instant a record is in a period, and what cannot be told as it stood at an earlier instant. A measure
without that is read in published bulletins only; asked for as an own figure it is *not recorded*, never 0.

"""


def indicators_page(note: str) -> str:
    """Every measure of the catalogue, those counted here first. note: stands on top."""
    catalogue = bootstrap.indicator_catalogue()
    own = [catalogue.measures[one] for one in catalogue.own]
    others = [one for one in catalogue.measures.values() if one.id not in catalogue.own]
    parts = [
        note, OPENING, "## Counted here\n\n", *(_own(one, catalogue) for one in own),
        f"A change against fewer than {catalogue.base_min} records is not said.\n\n## Themes\n\n",
        "Themes cut across the types of fraud: a report may have several, so they are not summed.\n\n",
        *(f"- {one.zh} ({one.en}): {', '.join(one.words)}\n" for one in catalogue.themes),
        "\n## Read in bulletins only\n\n| measure | 指标 | unit | counts | leaves out |\n|---|---|---|---|---|\n",
        *(
            f"| `{one.id}` | {one.zh} | {catalogue.unit_of(one.id)} | {one.counts} | {one.excludes} |\n"
            for one in others
        ),
    ]  # fmt: skip
    return "".join(parts)


def _own(measure: Measure, catalogue: Catalogue) -> str:
    own = catalogue.own[measure.id]
    lines = [
        f"### `{measure.id}` {measure.zh}", f"{measure.en} ({catalogue.unit_of(measure.id)})", "",
        f"- counts: {measure.counts}", *([f"- leaves out: {measure.excludes}"] if measure.excludes else []),
        f"- out of: {own.records}, by: {own.instant}", f"- owner: {own.owner}; since {own.since}",
        *([f"- at an earlier instant: {own.history}"] if own.history else []),
    ]  # fmt: skip
    return "\n".join(lines) + "\n\n"
