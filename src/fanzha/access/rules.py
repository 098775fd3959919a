"""The dated table of access, parsed: permissions, routes, purpose, masks, export alarms, credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from fanzha.access.model import Action, AlarmAction, Direction, Field, Place, RouteKind
from fanzha.core.actor import Role
from fanzha.core.errors import BadInput
from fanzha.core.time import DAY_US, MINUTE_US

TABLE: Final = "access.toml"
HOUR_US: Final = 60 * MINUTE_US
_CERTAINTIES: Final = ("primary", "secondary", "unsure")
_NOBODY: Final[frozenset[Place]] = frozenset()


@dataclass(frozen=True, slots=True)
class Permissions:
    """Role × action × place; what is not there is not allowed."""

    places: Mapping[tuple[Role, Action], frozenset[Place]]

    def of(self, role: Role, action: Action) -> frozenset[Place]:
        """Where the role may do it; every pair has an answer."""
        return self.places.get((role, action), _NOBODY)


@dataclass(frozen=True, slots=True)
class RouteRule:
    """In which directions something runs, by when it is answered and by when signed for; None: it needs not be."""

    directions: frozenset[Direction]
    answer_us: int | None
    sign_us: int | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """How many signs stay in front and behind; what is too short for that is hidden whole."""

    first: int
    last: int
    hidden_min: int
    stars: int


@dataclass(frozen=True, slots=True)
class MaskRules:
    """How persons are masked."""

    fields: Mapping[Field, Mask]
    digits_min: int


@dataclass(frozen=True, slots=True)
class ExportRules:
    """When exports alarm: numbers of distinct persons, rising, each with what it asks for."""

    steps: tuple[tuple[int, AlarmAction], ...]
    window_us: int


@dataclass(frozen=True, slots=True)
class CredentialRules:
    """How long a password or token holds, and what wrong ones lead to."""

    password_length_min: int
    attempts_max: int
    lock_us: int
    password_us: int
    session_us: int
    token_us: int


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Everything that access goes by."""

    permissions: Permissions
    routes: Mapping[RouteKind, RouteRule]
    reveal_us: int
    masks: MaskRules
    export: ExportRules
    credentials: CredentialRules

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> AccessRules:
        """The rules of a parsed `access.toml`.

        Raises BadInput that names the table, the place and what is expected there.
        """
        for place in ("permissions", "purpose", "masking", "export", "credentials"):
            if not isinstance(table.get(place), Mapping):
                raise _bad(place, "not there")
            _check_source(table[place], place)
        credentials = table["credentials"]
        return cls(
            permissions=_permissions(table["permissions"]),
            routes=_routes(table),
            reveal_us=_whole(table["purpose"], "purpose", "minutes") * MINUTE_US,
            masks=_masks(table["masking"]),
            export=_export(table["export"]),
            credentials=CredentialRules(
                password_length_min=_whole(credentials, "credentials", "password_length_min", lowest=8),
                attempts_max=_whole(credentials, "credentials", "attempts_max"),
                lock_us=_whole(credentials, "credentials", "lock_minutes") * MINUTE_US,
                password_us=_whole(credentials, "credentials", "password_days") * DAY_US,
                session_us=_whole(credentials, "credentials", "session_hours") * HOUR_US,
                token_us=_whole(credentials, "credentials", "token_days") * DAY_US,
            ),
        )


def _bad(place: str, message: str) -> BadInput:
    return BadInput(f"{TABLE}: {place}: {message}")


def _check_source(rule: Mapping[str, Any], place: str) -> None:
    if not rule.get("source") or rule.get("certainty") not in _CERTAINTIES:
        raise _bad(place, f"needs a source and a certainty ({', '.join(_CERTAINTIES)})")


def _whole(rule: Mapping[str, Any], place: str, name: str, lowest: int = 1) -> int:
    value = rule.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
        raise _bad(f"{place}.{name}", f"{value!r} is no whole number of at least {lowest}")
    return value


Member = TypeVar("Member", bound=StrEnum)


def _member(kind: type[Member], value: object, place: str) -> Member:
    if value not in {member.value for member in kind}:
        raise _bad(place, f"{value!r} is none of {', '.join(kind)}")
    return kind(str(value))


def _permissions(table: Mapping[str, Any]) -> Permissions:
    places: dict[tuple[Role, Action], frozenset[Place]] = {}
    for role_name, actions in table.items():
        if role_name in {"source", "certainty"}:
            continue
        role = _member(Role, role_name, "permissions")
        for action_name, listed in actions.items():
            where = f"permissions.{role_name}.{action_name}"
            action = _member(Action, action_name, where)
            places[role, action] = frozenset(_member(Place, name, where) for name in listed)
    return Permissions(places)


def _routes(table: Mapping[str, Any]) -> dict[RouteKind, RouteRule]:
    routes = {}
    for at, rule in enumerate(table.get("route", ())):
        place = f"route[{at}]"
        _check_source(rule, place)
        directions = frozenset(_member(Direction, name, place) for name in rule.get("directions", ()))
        answer_us = _whole(rule, place, "answer_hours") * HOUR_US if "answer_hours" in rule else None
        sign_us = _whole(rule, place, "sign_hours") * HOUR_US if "sign_hours" in rule else None
        routes[_member(RouteKind, rule.get("kind"), place)] = RouteRule(directions, answer_us, sign_us)
    missing = set(RouteKind) - set(routes)
    if missing:
        raise _bad("route", f"{', '.join(sorted(missing))} not there")
    return routes


def _masks(table: Mapping[str, Any]) -> MaskRules:
    fields = {}
    for field in Field:
        place = f"masking.{field}"
        rule = table.get(field, {})
        first, last = (_whole(rule, place, name, lowest=0) for name in ("first", "last"))
        # Without a hidden sign a mask would show everything.
        fields[field] = Mask(first, last, _whole(rule, place, "hidden_min"), _whole(rule, place, "stars"))
    return MaskRules(fields, _whole(table.get("text", {}), "masking.text", "digits_min", lowest=5))


def _export(table: Mapping[str, Any]) -> ExportRules:
    thresholds, actions = table.get("thresholds", ()), table.get("actions", ())
    if not thresholds or list(thresholds) != sorted(set(thresholds)) or len(thresholds) != len(actions):
        raise _bad("export", "thresholds must rise, and each have an action")
    if any(not isinstance(number, int) or number < 1 for number in thresholds):
        raise _bad("export.thresholds", "only whole numbers of at least 1")
    steps = tuple(
        (number, _member(AlarmAction, action, "export.actions"))
        for number, action in zip(thresholds, actions, strict=True)
    )
    return ExportRules(steps, _whole(table, "export", "window_hours") * HOUR_US)
