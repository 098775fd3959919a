"""How the measures, words and numbers of operations are written for the reader of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fanzha import bootstrap
from fanzha.casework.operations import OperationResult
from fanzha.services.desk.documents.operation import is_money, shown_number
from fanzha.web.asking import Ask
from fanzha.web.show import money
from fanzha.web.words import CHINESE


def operation_words(ask: Ask) -> dict[str, Any]:
    """How measures, words of the dated table and numbers are written for this reader."""
    catalogue, rules = bootstrap.indicator_catalogue(), ask.console.desk.rules.operations
    zh = ask.language == CHINESE

    def name_of(measure: str) -> str:
        known = catalogue.measures.get(measure)
        return catalogue.name_of(measure) if known is None or zh else known.en

    def amount_of(measure: str, value: int) -> str:
        return money(value) if is_money(measure, catalogue) else f"{value:,}"

    def value_of(line: Any) -> str:
        return amount_of(line.measure, line.value)

    def quantity_of(result: OperationResult) -> str:
        goods = result.draft.goods
        if goods is not None and rules.items[goods.item].money:
            return money(result.quantity, goods.currency)
        return f"{result.quantity:,}"

    named: Callable[[Any], str] = (lambda one: one.zh) if zh else (lambda one: one.en)
    return {
        "name_of": name_of, "value_of": value_of, "amount_of": amount_of, "quantity_of": quantity_of, "rules": rules,
        "named": named, "shown_number": shown_number,
    }  # fmt: skip
