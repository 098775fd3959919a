"""Publicity 宣传: what was done to warn people, and the dated table: surge, small numbers, effect, venues, words."""

from fanzha.casework.publicity.model import (
    COUNTS_AS,
    PUBLICITY_TABLE,
    REACHED,
    PublicityDraft,
    PublicityEntry,
    PublicityKind,
    PublicityStatus,
    PublicityStep,
    enter_publicity,
    recognise_community,
    withdraw_publicity,
)
from fanzha.casework.publicity.rules import EffectRules, Message, People, PublicityRules, SurgeRules, Venue

__all__ = [
    "COUNTS_AS",
    "PUBLICITY_TABLE",
    "REACHED",
    "EffectRules",
    "Message",
    "People",
    "PublicityDraft",
    "PublicityEntry",
    "PublicityKind",
    "PublicityRules",
    "PublicityStatus",
    "PublicityStep",
    "SurgeRules",
    "Venue",
    "enter_publicity",
    "recognise_community",
    "withdraw_publicity",
]
