"""The command palette: every page and every new record that somebody's roles give him, found by typing."""

from __future__ import annotations

from dataclasses import dataclass

from fanzha.core.actor import Actor
from fanzha.web.deeds.catalogue import DEEDS
from fanzha.web.navigation import navigation_for
from fanzha.web.words import N_


@dataclass(frozen=True, slots=True)
class Command:
    """An address with the words by which it is found."""

    address: str
    word: str


def palette_for(actor: Actor | None) -> tuple[Command, ...]:
    """The pages of somebody's roles, what he can begin, and his own settings."""
    if actor is None:
        return ()
    pages = tuple(Command(entry.address, entry.word) for entry in navigation_for(actor))
    begun = tuple(
        Command(f"/{deed.kind}/{deed.name}", deed.label)
        for deed in DEEDS
        if not deed.is_of_record and actor.roles & deed.roles
    )
    return (*pages, *begun, Command("/settings", N_("设置")), Command("/help", N_("按键说明")))
