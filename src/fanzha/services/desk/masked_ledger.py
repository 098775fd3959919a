"""What the ledger's verbs tell, with the persons in it behind a mask: accounts, holders, free texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from fanzha.services.desk.mask import Mask

Document = dict[str, Any]
_ENDS: Final = frozenset({"account", "payer", "payee"})
_JOINED: Final = _ENDS | {"first", "second"}
_NAMES: Final = frozenset({"payer_name", "payee_name"})
_TEXTS: Final = frozenset({"summary", "reason"})


def masked_description(found: Mapping[str, Any], mask: Mask) -> Document:
    """What `describe_ledger` and `check_ledger` tell."""
    return _masked(found, mask, _ENDS)


def masked_joins(found: Mapping[str, Any], mask: Mask) -> Document:
    """What `list_joins` tells: both numbers of a join are an account's."""
    return _masked(found, mask, _JOINED)


def masked_sources(found: Mapping[str, Any], mask: Mask) -> Document:
    """What `show_sources` tells of a transfer."""
    return _masked(found, mask, _ENDS)


def _masked(part: Mapping[str, Any], mask: Mask, accounts: Collection[str]) -> Document:
    return {name: _part(name, value, mask, accounts) for name, value in part.items()}


def _part(name: str, value: Any, mask: Mask, accounts: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return _masked(value, mask, accounts)
    if isinstance(value, list):
        return [_part(name, each, mask, accounts) for each in value]
    if not isinstance(value, str) or not value:
        return value
    if name in accounts:
        return mask.account(value)
    if name in _NAMES:
        return mask.name(value)
    return mask.text(value) if name in _TEXTS else value
