"""What counts as a reason: one rule for every verb that asks for one."""

from __future__ import annotations

from typing import Final

REASON_LENGTH_MIN: Final = 4  # characters; 经核实无关 says something, 无 does not


def is_reason(text: str) -> bool:
    """Whether a text is long enough to tell a later reader why."""
    return len(text.strip()) >= REASON_LENGTH_MIN


def reason_sentence(what: str) -> str:
    """What is said where the reason is missing or too short."""
    return f"{what} needs a reason of at least {REASON_LENGTH_MIN} characters, in words that a later reader understands"
