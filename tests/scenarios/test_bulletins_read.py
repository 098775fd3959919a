"""Bulletins that others published, and 30 of our own in other styles (模拟): what a person reads, the reader reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "bulletins"
# The proofs are scripts beside the package, not part of it.
sys.path.insert(0, str(ROOT))

from validation.bulletins import judge_made, judge_published, precision_and_recall  # noqa: E402

FLOOR = 0.95


def test_the_published_ones():
    if not DATA.is_dir():
        pytest.skip("the published bulletins are not here: they lie beside the checkout, in ../shared/data/bulletins")
    judged = list(judge_published(DATA))
    assert sum(one.labels for one in judged) == 95
    assert min(precision_and_recall(judged)) >= FLOOR, [(one.name, one.missed, one.wrong) for one in judged]
    assert sum(one.spans_agreed for one in judged) >= FLOOR * 95


def test_the_made_ones():
    judged = list(judge_made())
    assert len(judged) >= 30
    assert min(precision_and_recall(judged)) >= FLOOR, [(one.name, one.missed, one.wrong) for one in judged]
    assert sum(one.spans_agreed for one in judged) >= FLOOR * sum(one.labels for one in judged)
