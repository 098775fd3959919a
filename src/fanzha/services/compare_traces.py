"""What a new statement changed: two trace documents, account by account."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from fanzha.core.errors import BadInput

_FIGURES: Final = ("traced_in", "traced_out", "held", "stoppable", "by_victim", "state")


def compare_traces(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Per method the accounts that appeared, vanished or changed, and how the balance moved.

    Raises BadInput when `old` is no trace document.
    """
    if not isinstance(old.get("methods"), Mapping) or "result_hash" not in old:
        raise BadInput("the file given to --diff is not a trace document (write one with trace --json)")
    methods = {}
    for name, found in new["methods"].items():
        before = old["methods"].get(name)
        if before is not None:
            methods[name] = {"accounts": _accounts(before, found), "balance": _balance(before, found)}
    return {
        "old": {"digest": old["ledger"]["digest"], "result_hash": old["result_hash"]},
        "new": {"digest": new["ledger"]["digest"], "result_hash": new["result_hash"]},
        "same_question": old.get("parameters") == new.get("parameters"),
        "methods": methods,
        "only_old": [name for name in old["methods"] if name not in methods],
        "only_new": [name for name in new["methods"] if name not in methods],
    }


def _accounts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    old = {row["account"]: row for row in before["accounts"]}
    new = {row["account"]: row for row in after["accounts"]}
    out = []
    for account in [*new, *(a for a in old if a not in new)]:
        one, two = old.get(account), new.get(account)
        pairs = {name: [one and one.get(name), two and two.get(name)] for name in _FIGURES}
        figures = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        change = "appeared" if one is None else "vanished" if two is None else "changed"
        if figures:
            out.append({"account": account, "change": change, **figures})
    return out


def _balance(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    if "balance" not in before or "balance" not in after:
        return {}
    return {
        name: {
            "old": value,
            "new": after["balance"][name],
            "change": str(Decimal(after["balance"][name]) - Decimal(value)),
        }
        for name, value in before["balance"].items()
        if name in after["balance"]
    }
