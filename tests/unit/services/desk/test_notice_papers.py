"""What the holder is told and the letter that the institution gets, for every kind."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from made_measures import (
    CHIEF,
    FILED,
    LINEAGE,
    RULES,
    T0,
    UNFILED,
    approved,
    executed,
    freeze_request,
    proposed,
    stop_request,
)

from fanzha import bootstrap
from fanzha.measures.ending import lift_measure
from fanzha.measures.model import MeasureKind, Scope
from fanzha.measures.notices import notice_text
from fanzha.measures.obstacles import Standing
from fanzha.measures.orders import Channel, Question
from fanzha.measures.rules import NoticeAt
from fanzha.measures.sending import record_sent
from fanzha.services.desk.orders_out import order_body
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
    if rules.hearing is not None:  # handed over before anything is decided: no letter yet, and no draft of one
        assert (typst_text(told) in source, UNAPPROVED in source, typst_text(TITLES[kind]) in source) == (
            True,
            False,
            False,
        )
        measure = replace(measure, orders=approved(stop_request(), Standing(UNFILED)).orders)
        source = notice_paper(measure, rules, measure.orders[0], BODY, told)
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
    letter = shown(notice_paper(lifted, rules, first, BODY, ""))
    assert "27000.00元（大写：人民币贰万柒仟元整）" in letter
    assert "孳息" in letter
    release_letter = shown(notice_paper(lifted, rules, release, BODY, ""))
    assert "（解除）协助冻结财产通知书" in release_letter
    assert f"[原通知书文号], [{lifted.request.document}]" in release_letter
    inside = (lifted.id, lifted.request.case, first.id, release.id)
    assert [number for number in inside if number in letter + release_letter] == [], "a bank knows papers by their 文号"


def test_the_number_on_another_platform_stands_beside_the_decisions_own():
    measure = approved(freeze_request(), Standing(FILED))
    order = measure.orders[0].id
    typed = record_sent(
        measure, order, CHIEF, RULES, T0, channel=Channel.ISSUED_ELSEWHERE, document="模拟平台〔2026〕9号"
    ).measure
    letter = shown(notice_paper(typed, RULES.of(MeasureKind.FREEZE, T0), typed.orders[0], BODY, ""))
    assert f"#align(right)[{typed.request.document}]" in letter
    assert "[其他平台编号], [模拟平台〔2026〕9号]" in letter
    assert json.loads(order_body(typed, typed.orders[0]))["document"] == typed.request.document


def shown(source):
    """The source as it reads on the page."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), source)
