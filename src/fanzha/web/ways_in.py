"""The ways to sign in beside the password, as the sign-in page offers them to a visitor."""

from __future__ import annotations

import ipaddress
from typing import Any

from fanzha.ports.passkey_ceremony import Site
from fanzha.web.asking import Ask
from fanzha.web.challenges import LASTS_US, Ceremony


def ways_in(ask: Ask) -> dict[str, Any]:
    """What the sign-in page needs for them; nothing waits for the visitor unless it is said."""
    provider = "" if ask.console.provider is None else ask.console.provider.name
    return {"passkey": _question_to_sign(ask), "provider": provider, "kept": (), "kept_for": ""}


def site_of(ask: Ask) -> Site | None:
    """Where passkeys would be bound to; None where browsers allow none: an address in figures, or no HTTPS."""
    host = ask.headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if not name or _is_figures(name) or not (ask.console.secure or name == "localhost"):
        return None
    return Site(name, f"{'https' if ask.console.secure else 'http'}://{host}")


def _question_to_sign(ask: Ask) -> tuple[str, int] | None:
    """What the page's script asks of the device, and until when (ms); None where there can be no passkey."""
    site, now_us = site_of(ask), ask.console.desk.clock.now_us()
    if site is None:
        return None
    challenge = ask.console.challenges.new(ask.visitor, Ceremony.SIGN_IN, now_us)
    return ask.console.passkeys.ask_to_sign(site, challenge), (now_us + LASTS_US) // 1000


def _is_figures(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
