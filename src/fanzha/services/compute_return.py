"""Shares of a frozen balance out of a file, by Art. 8(3): no case, no records, only the arithmetic, exact to the 分."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fanzha.core.errors import BadInput
from fanzha.core.money import format_minor, parse_minor
from fanzha.core.time import parse_instant
from fanzha.measures.return_shares import VictimLoss, share_return

_TOP: Final = ("frozen", "victims")
_VICTIM: Final = ("id", "loss", "returned", "first_inflow")


def compute_return(content: bytes, place: str = "the document") -> dict[str, Any]:
    """What each victim gets of what is frozen, and what stays frozen.

    Args:
        content: JSON `{"frozen", "victims": [{"id", "loss", "returned", "first_inflow"}]}`, amounts in yuan; `returned`
            and `first_inflow` (a time, by which an odd 分 is settled) may be left out.
        place: where it was read, for messages.

    Returns:
        `{"returns": {id: yuan}, "remainder": yuan}`, victims in the order of the file.

    Raises:
        BadInput: naming the victim, counted from 1, and the field that cannot be.
    """
    document = _object(_parsed(content, place), place, _TOP)
    frozen_minor = _amount(document, "frozen", place)
    victims = document.get("victims")
    if not isinstance(victims, list):
        raise BadInput(f'{place}: "victims" must be a list of {{"id", "loss", "returned"}}')
    losses: list[VictimLoss] = []
    rows: dict[str, int] = {}
    for row, entry in enumerate(victims, start=1):
        loss = _loss(entry, f"{place}: victim {row}")
        if loss.victim in rows:
            raise BadInput(
                f"{place}: victim {row}: id {loss.victim!r} stands at victim {rows[loss.victim]} already; add the losses up"
            )
        rows[loss.victim] = row
        losses.append(loss)
    return _document(frozen_minor, losses)


def _document(frozen_minor: int, losses: Sequence[VictimLoss]) -> dict[str, Any]:
    shares = share_return(frozen_minor, losses)
    return {
        "returns": {victim: format_minor(minor) for victim, minor in shares.returned_minor.items()},
        "remainder": format_minor(shares.remainder_minor),
    }


def _loss(entry: Any, place: str) -> VictimLoss:
    victim = _object(entry, place, _VICTIM)
    identity = victim.get("id")
    if not isinstance(identity, str) or not identity.strip():
        raise BadInput(f'{place}: "id" is missing or empty')
    named = f"{place} ({identity})"
    at = victim.get("first_inflow")
    try:
        first_inflow_us = None if at is None else parse_instant(str(at))
    except BadInput as error:
        raise BadInput(f'{named}: "first_inflow": {error}') from None
    returned = 0 if victim.get("returned") is None else _amount(victim, "returned", named)
    return VictimLoss(identity, _amount(victim, "loss", named), returned, first_inflow_us)


def _amount(entry: Mapping[str, Any], field: str, place: str) -> int:
    """Minor units of a field; a JSON number counts by its digits as they are written, never as a float."""
    value = entry.get(field)
    if not isinstance(value, str):
        raise BadInput(f'{place}: "{field}" is missing; write yuan as a decimal text, such as "30000.00"')
    try:
        minor = parse_minor(value)
    except BadInput as error:
        raise BadInput(f'{place}: "{field}": {error}') from None
    if minor < 0:
        raise BadInput(f'{place}: "{field}" must not be below zero')
    return minor


def _object(value: Any, place: str, fields: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadInput(f"{place}: must be an object with {', '.join(fields)}")
    for name in value:
        if name not in fields:
            raise BadInput(f'{place}: "{name}" is not known here; there are {", ".join(fields)}')
    return value


def _parsed(content: bytes, place: str) -> Any:
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            parse_float=str,
            parse_int=str,
            object_pairs_hook=lambda pairs: _no_key_twice(pairs, place),
        )
    except UnicodeDecodeError as error:
        raise BadInput(f"{place}: byte {error.start} is no UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{place}: line {error.lineno}, column {error.colno}: no JSON: {error.msg}") from None
    except RecursionError:
        raise BadInput(f"{place}: no such document: it is nested far too deep") from None


def _no_key_twice(pairs: Sequence[tuple[str, Any]], place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput(f'{place}: "{name}" stands there twice in one object')
        found[name] = value
    return found
