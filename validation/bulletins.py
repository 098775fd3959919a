"""Published bulletins: of the figures that a person reads in them, how many does the reader read, and how many wrongly?

Run with `.venv/bin/python -m validation.bulletins --data DIR`, DIR being the folder of the five published texts; what this
project wrote itself (模拟) lies in `tests/fixtures/bulletins/made`.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fanzha.intake.bulletins import read_text
from fanzha.intake.bulletins.lexicon import lexicon
from fanzha.intake.bulletins.markup import read_page
from validation.bulletin_labels import STEPS, Judged, judge, labels_beside, labels_inside
from validation.report import Report, run_validation

ABOUT: Final = "Figures read from published bulletins, against what a person read."
FIXTURES: Final = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "bulletins"
REPEATS: Final = 30


def judge_published(data: Path) -> Iterator[Judged]:
    """The published texts, each against the labels beside it."""
    for path in sorted((FIXTURES / "published").glob("*.json")):
        digest, labels = labels_beside(path)
        content = (data / f"{path.stem}.md").read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest, f"{path.stem}.md is another text than was labelled"
        text = content.decode("utf-8")
        yield judge(path.stem, text, read_text(text, path.stem, digest).figures, labels, lexicon().catalogue)


def judge_made(folder: Path = FIXTURES / "made") -> Iterator[Judged]:
    """The made texts, each against the labels inside it."""
    for path in sorted(folder.iterdir()):
        text, labels = labels_inside(path.read_text("utf-8"))
        yield judge(path.stem, text, read_text(text, path.name, "").figures, labels, lexicon().catalogue)


def precision_and_recall(judged: Sequence[Judged]) -> tuple[float, float]:
    """Of what was read how much is right; of what is there how much was read."""
    agreed = sum(one.agreed for one in judged)
    return agreed / sum(one.read for one in judged), agreed / sum(one.labels for one in judged)


def agreed_in_steps(judged: Sequence[Judged]) -> list[tuple[str, float, float]]:
    """Precision and recall for each of STEPS, every one with those before it; the last is everything."""
    read, labels = sum(one.read for one in judged), sum(one.labels for one in judged)
    counts = [sum(one.steps[at] for one in judged) for at in range(len(STEPS))]
    return [(step, count / read, count / labels) for step, count in zip(STEPS, counts, strict=True)]


def texts_per_second(texts: Sequence[str]) -> float:
    """How many such texts one core reads in a second of its own time; of each text the best of some runs."""
    total = 0.0
    for text in texts:
        best = float("inf")
        for _ in range(REPEATS):
            start = time.process_time()
            read_text(text, "", "")
            best = min(best, time.process_time() - start)
        total += best
    return len(texts) / total


def measure(data: Path) -> Report:
    """Both sets, and the speed on each: the published ones as they lie there with their markup, and as plain text."""
    report = Report("Bulletins")
    for key, judged in (("published", list(judge_published(data))), ("made", list(judge_made()))):
        precision, recall = precision_and_recall(judged)
        rows = [(one.name, one.labels, one.read, one.agreed, one.spans_agreed) for one in judged]
        report.add(
            key, key, ("bulletin", "figures in it", "read", "right", "all places right"), rows,
            note=f"precision {precision:.3f}, recall {recall:.3f}",
        )  # fmt: skip
        steps = agreed_in_steps(judged)
        report.add(f"{key}_steps", f"{key}, step by step", ("what agrees", "precision", "recall"), steps)
    marked = [path.read_text("utf-8") for path in sorted(data.glob("*.md"))]
    plain = ["\n".join(paragraph.text for paragraph in read_page(text).paragraphs) for text in marked]
    made = [labels_inside(path.read_text("utf-8"))[0] for path in sorted((FIXTURES / "made").iterdir())]
    report.figures(
        "speed",
        "speed",
        [
            ("published, with markup, a second", texts_per_second(marked)),
            ("published, as text, a second", texts_per_second(plain)),
            ("made, a second", texts_per_second(made)),
        ],
    )
    return report


if __name__ == "__main__":
    sys.exit(run_validation(measure, ABOUT))
