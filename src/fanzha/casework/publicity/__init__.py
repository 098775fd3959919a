"""Publicity 宣传: what was done to warn people, and the dated table: surge, small numbers, effect, venues, words."""

from fanzha.casework.publicity.model import (
    COUNTS_AS,
    REACHED,
    PublicityDraft,
    PublicityEntry,
    PublicityKind,
    enter_publicity,
    withdraw_publicity,
)
from fanzha.casework.publicity.rules import EffectRules, Message, People, PublicityRules, SurgeRules, Venue

__all__ = [
    "COUNTS_AS",
    "REACHED",
    "EffectRules",
    "Message",
    "People",
    "PublicityDraft",
    "PublicityEntry",
    "PublicityKind",
    "PublicityRules",
    "SurgeRules",
    "Venue",
    "enter_publicity",
    "withdraw_publicity",
]
