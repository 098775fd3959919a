"""Webhooks: an address that a program is told of changes at, by ids alone; signed, so that it knows who says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from urllib.parse import urlsplit

from fanzha.access.partner_link import is_this_machine
from fanzha.core.errors import BadInput


@unique
class HookTopic(StrEnum):
    """What is told."""

    MEASURE = "measure_status_changed"
    CASE = "case_changed"


@unique
class HookState(StrEnum):
    """Whether anything is told."""

    ACTIVE = "active"
    DEAD = "dead"  # too many attempts failed: somebody must look into it
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a program is told what changed of what it may see. The secret is in no record: it is derived from the id."""

    id: str
    version: int
    organisation: str  # of the administrator who keeps it, whose officers look into it when it is dead
    person: str  # the program
    address: str
    topics: tuple[HookTopic, ...]
    created_at_us: int
    state: HookState = HookState.ACTIVE


def check_address(address: str) -> str:
    """The address. Raises BadInput for anything but https, or http on this machine; secrets and questions stand in none."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise BadInput(f"{address!r} is no address of a service") from None
    plain = not (parts.username or parts.password or parts.fragment or not address.isprintable() or len(address) > 500)
    if not host or not plain or parts.scheme not in {"http", "https"}:
        raise BadInput(f"{address!r} is no address of a service; write https://host/path, without a password")
    if parts.scheme == "http" and not is_this_machine(host):
        raise BadInput(f"{address}: webhooks go by https only over a network")
    return address


def with_state(hook: Webhook, state: HookState) -> Webhook:
    """The webhook in another state; what was removed stays so."""
    return hook if hook.state is HookState.REMOVED else replace(hook, state=state)
