"""What the holder is told and the letter that the institution gets, for every kind."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_measures import CHIEF, FILED, LINEAGE, RULES, T0, UNFILED, executed, freeze_request, proposed, stop_request

from fanzha import bootstrap
from fanzha.measures.ending import lift_measure
from fanzha.measures.model import MeasureKind, Scope
from fanzha.measures.notices import notice_text
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Question
from fanzha.measures.rules import NoticeAt
from fanzha.services.desk.papers.notice_paper import SIMULATED, TITLES, UNAPPROVED, notice_paper
from fanzha.services.desk.papers.typst_text import typst_text

BODY = "模拟县局"


def of_kind(kind):
    """A measure as a letter of this kind would be made of, whatever else could be said against it."""
    rules = RULES.of(kind, T0)
    measure = proposed(stop_request(), Standing(UNFILED))
    scope = Scope((rules.modes[0].name,), 3_000_000, 3_000_000)
    question = Question("6299990000000000001", T0, T0 + 1, "模拟甲")
    request = replace(measure.request, kind=kind, scope=scope, questions=(question,), document='模"#字〔2026〕1号')
    return replace(measure, request=request), rules


@pytest.mark.parametrize("kind", MeasureKind)
def test_every_kind_has_its_letter_and_its_notice_with_a_remedy(kind):
    measure, rules = of_kind(kind)
    told = notice_text(measure, rules, BODY, "模拟热线")
    assert bool(told) is (rules.notice_at is not NoticeAt.NEVER)
    assert "{" not in told
    if told:
        assert rules.remedy.format(contact="模拟热线") in told
        assert measure.target.reference not in told or kind is MeasureKind.SITE_BLOCK
    source = notice_paper(measure, rules, None, BODY, told)
    assert typst_text(TITLES[kind]) in source
    assert typst_text(measure.request.document) in source
    assert source.count("#pagebreak()") == bool(told)
    assert bootstrap.paper_press().press(source).startswith(b"%PDF-")


def test_papers_of_a_simulation_and_of_what_nobody_approved_are_marked():
    draft, rules = of_kind(MeasureKind.STOP_PAYMENT)
    held = executed(stop_request(), Standing(UNFILED))

    def marks(measure, body):
        return re.findall(r"fill: luma\(225\)\)\[(.*?)\]\)\);", notice_paper(measure, rules, None, body, ""))

    assert marks(draft, BODY) == [typst_text(f"{SIMULATED} {UNAPPROVED}")]
    assert marks(held, BODY) == [SIMULATED]
    assert marks(draft, "某县局") == [typst_text(UNAPPROVED)]
    assert marks(held, "某县局") == []


def test_a_letter_carries_one_order_and_a_release_says_so():
    frozen = executed(freeze_request(), Standing(FILED))
    rules = RULES.of(MeasureKind.FREEZE, T0)
    lifted = lift_measure(frozen, CHIEF, LINEAGE, RULES, "与案件无关", T0 + 1).measure
    first, release = lifted.orders
    letter = notice_paper(lifted, rules, first, BODY, "")
    assert ("27000.00" in letter.replace("\\u{2e}", "."), "孳息" in letter) == (True, True)
    letter = notice_paper(lifted, rules, release, BODY, "")
    assert "（解除）协助冻结财产通知书" in letter.replace("\\u{ff08}", "（").replace("\\u{ff09}", "）")
    assert typst_text(release.original) in letter
