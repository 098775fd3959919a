"""The page of a trace as text: nothing outside is loaded, nothing in a name becomes markup, every total is there."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from fixtures.trace_documents import case_context, case_document, layered_document

from fanzha.core.errors import BadInput
from fanzha.services.render_trace import TraceContext, funds_flow_page, read_trace_document
from fanzha.services.render_trace.wording import money_text

HOSTILE = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>"
VOID = frozenset({"meta", "input", "br"})


class _Balance(HTMLParser):
    """Checks that every element is closed and collects scripts and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.suspicious: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.suspicious += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name in {"style", "src"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.suspicious += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name in {"style", "src"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _parsed(page: str) -> _Balance:
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_the_page_is_well_formed_self_contained_and_the_same_each_time() -> None:
    page = funds_flow_page(read_trace_document(case_document()), TraceContext(**case_context()))
    parsed = _parsed(page)
    assert parsed.seen.count("script") == 1
    assert not parsed.suspicious
    assert not set(parsed.seen) & {"link", "iframe", "object", "embed", "img", "base", "form"}
    addresses = set(re.findall(r"(?:https?:)?//[^\s\"'<)]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert page == funds_flow_page(read_trace_document(case_document()), TraceContext(**case_context()))


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    document = case_document()
    fifo = document["methods"]["fifo"]
    victim = fifo["accounts"][3]["account"]
    for part in (fifo["accounts"], fifo["exits"], fifo["unknown"], fifo["frontier"]):
        part[0]["account"] = HOSTILE
    for name in ("payer", "payee", "transfer", "at"):
        fifo["flows"][4][name] = HOSTILE
    fifo["flows"][0]["by_victim"] = {HOSTILE: fifo["flows"][0]["traced"]}
    fifo["exits"][1]["kind"] = fifo["unknown"][0]["reason"] = fifo["accounts"][1]["state"] = HOSTILE
    fifo["frontier"][0]["institution"] = HOSTILE
    document["warnings"] = [HOSTILE, {"code": HOSTILE}]
    document["parameters"] = {HOSTILE: [HOSTILE]}
    document["result_hash"] = document["ledger"]["digest"] = document["ledger"]["as_of"] = HOSTILE
    context = TraceContext(
        sources={fifo["flows"][2]["transfer"]: [HOSTILE]},
        names={victim: HOSTILE, HOSTILE: HOSTILE},
        institutions={victim: HOSTILE},
        title=HOSTILE,
    )
    page = funds_flow_page(read_trace_document(document), context)
    parsed = _parsed(page)
    assert parsed.seen.count("script") == 1
    assert not parsed.suspicious
    assert "<img" not in page


def test_the_ledger_line_balances_and_a_failed_check_is_shown() -> None:
    document = case_document()
    page = funds_flow_page(read_trace_document(document))
    assert "校验 ✔" in page
    assert "529,300.00" in page
    document["methods"]["fifo"]["balance"]["held"] = "1.00"
    assert "校验 ✘" in funds_flow_page(read_trace_document(document))


def test_the_working_method_comes_first_and_poison_is_called_a_lead() -> None:
    page = funds_flow_page(read_trace_document(case_document(), "lifo"))
    chosen = re.findall(r'<input type="radio" name="method" id="m0" checked><label for="m0">([^<]+)', page)
    assert chosen == ["后进先出"]
    assert "仅为线索" in page


def test_every_cap_says_what_it_leaves_out() -> None:
    page = funds_flow_page(read_trace_document(layered_document(5_000)))
    assert re.search(r"显示 1,000 / [45],\d{3} 行", page)
    assert re.search(r"显示 \d+ / [45],\d{3} 户", page)


def test_a_document_that_is_no_trace_is_refused_with_the_missing_field() -> None:
    with pytest.raises(BadInput, match="methods"):
        read_trace_document({})
    document = case_document()
    del document["methods"]["fifo"]["accounts"][0]["hop"]
    with pytest.raises(BadInput, match="hop"):
        read_trace_document(document)


def test_the_stoppable_amount_says_when_by_which_method_and_how_far_methods_differ() -> None:
    trace = read_trace_document(case_document())
    page = funds_flow_page(trace)
    low, high = sorted(method.stoppable for method in trace.methods if method.balance)
    assert f"各口径 {money_text(low)} – {money_text(high)}" in page
    assert "先进先出口径，截至 2026-03-21 23:59:59，其后余额可能已变" in page
    assert "可立即止付" not in page


def test_accounts_are_copied_without_blanks_and_every_link_leads_somewhere() -> None:
    page = funds_flow_page(read_trace_document(case_document()), TraceContext(**case_context()))
    cells = re.findall(r'<td class="account">(.*?)</td>', page)
    assert "6299997700039674190" in {re.sub(r"</?i>", "", cell) for cell in cells}
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
