"""What a person read in a bulletin, to hold the reader against: as a file beside a published text, or marked in a made one.

A published text is not copied: its labels name it by its SHA-256 and say where each figure stands. A made one carries its
labels inside, `⟦quote¦measure value unit …⟧`, with `~` about, `>` at least, `/day`, `p=FROM..TO`, `c=kind:value`, `#name`,
`part=name`; `⟦quote¦=name⟧` says a figure again. Where two names of a measure are both right, `|` stands between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from fanzha.statistics import Catalogue, Figure

# What must agree, each step with all before it; the last is everything.
STEPS: Final = ("place, value, unit", "and measure", "and certainty, average", "and comparisons", "and period")
_MARK: Final = re.compile(r"⟦(?P<quote>[^¦⟧]+)¦(?P<words>[^⟧]+)⟧")


@dataclass(slots=True)
class Label:
    """One figure as a person read it."""

    measure: str
    value: Decimal
    unit: str
    approximate: bool
    at_least: bool
    period: tuple[str, str] | None
    comparison: tuple[tuple[str, Decimal], ...]
    per: str
    part_of: int | None
    spans: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was read of one text, what a person read, and what of both agrees."""

    name: str
    read: int
    labels: int
    agreed: int
    spans_agreed: int
    steps: tuple[int, ...]  # how many agree in each of STEPS
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def labels_beside(path: Path) -> tuple[str, list[Label]]:
    """The SHA-256 of the text that a label file is about, and its labels."""
    held = json.loads(path.read_text("utf-8"))
    return held["text_sha256"], [
        Label(
            row["measure"],
            Decimal(str(row["value"])),
            row["unit"],
            row["approximate"],
            row["at_least"],
            None if row["period"] is None else (row["period"][0], row["period"][1]),
            tuple((kind, Decimal(str(value))) for kind, value in row["comparison"]),
            row["average_per"] or "",
            row["part_of"],
            [tuple(span) for span in (row["span"], *row["also"])],
        )
        for row in held["figures"]
    ]


def labels_inside(marked: str) -> tuple[str, list[Label]]:
    """The text without its marks, and the labels that they are."""
    labels: list[Label] = []
    named: dict[str, int] = {}
    parts: list[str] = []
    again: list[tuple[str, tuple[int, int]]] = []  # a title says a figure before the text does
    rest = length = 0
    for found in _MARK.finditer(marked):
        parts += [marked[rest : found.start()], found["quote"]]
        start = length + found.start() - rest
        length, rest = start + len(found["quote"]), found.end()
        if found["words"].startswith("="):
            again.append((found["words"][1:], (start, length)))
            continue
        label, name = _label(found["words"].split(), named)
        label.spans.append((start, length))
        if name:
            named[name] = len(labels)
        labels.append(label)
    for name, span in again:
        labels[named[name]].spans.append(span)
    return "".join([*parts, marked[rest:]]), labels


def _label(words: Sequence[str], named: dict[str, int]) -> tuple[Label, str]:
    label, name = Label(words[0], Decimal(words[1]), words[2], "~" in words, ">" in words, None, (), "", None), ""
    for word in words[3:]:
        key, _, value = word.partition("=")
        if key == "p":
            first, _, last = value.partition("..")
            label.period = (first, last)
        elif key == "c":
            kind, _, change = value.partition(":")
            label.comparison += ((kind, Decimal(change)),)
        elif key == "part":
            label.part_of = named[value]
        elif word.startswith("#"):
            name = word[1:]
        elif word.startswith("/"):
            label.per = word[1:]
    return label, name


def judge(name: str, text: str, figures: Sequence[Figure], labels: Sequence[Label], catalogue: Catalogue) -> Judged:
    """Which figures agree with a label in measure, value, unit, period, certainty, average and comparison."""
    used: set[int] = set()
    missed, spans = [], 0
    for label in labels:
        place = next(
            (at for at, one in enumerate(figures) if at not in used and all(_agreeing(one, label, catalogue))), None
        )
        if place is None:
            missed.append(f"{label} {text[slice(*label.spans[0])]!r}")
        else:
            used.add(place)
            spans += sorted(figures[place].spans) == sorted(label.spans)
    wrong = [f"{figure}" for at, figure in enumerate(figures) if at not in used]
    steps = _agreed_in_steps(figures, labels, catalogue)
    return Judged(name, len(figures), len(labels), len(used), spans, steps, tuple(missed), tuple(wrong))


def _agreed_in_steps(figures: Sequence[Figure], labels: Sequence[Label], catalogue: Catalogue) -> tuple[int, ...]:
    """How many labels have a figure at their place that agrees in the first step, in the first two, and so on."""
    counts = []
    for steps in range(1, len(STEPS) + 1):
        used: set[int] = set()
        for label in labels:
            fit = (
                at
                for at, one in enumerate(figures)
                if at not in used and _shares_place(one, label) and all(_agreeing(one, label, catalogue)[:steps])
            )
            used.update(islice(fit, 1))
        counts.append(len(used))
    return tuple(counts)


def _shares_place(figure: Figure, label: Label) -> bool:
    return any(first < end and start < last for first, last in figure.spans for start, end in label.spans)


def _agreeing(figure: Figure, label: Label, catalogue: Catalogue) -> tuple[bool, ...]:
    """Whether a figure agrees with a label in what each of STEPS adds; where it stands is looked at aside."""
    period = None if figure.period is None else (figure.period.first, figure.period.last)
    names = label.measure.split("|")
    return (
        figure.value == label.value and catalogue.alike(figure.unit, label.unit),
        figure.measure in names or any(figure.text_measure == name.removeprefix("proposed:") for name in names),
        (figure.approximate, figure.at_least, figure.average_per) == (label.approximate, label.at_least, label.per),
        sorted((one.kind.value, one.value) for one in figure.comparisons) == sorted(label.comparison),
        period == label.period,
    )
