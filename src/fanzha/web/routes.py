"""Which address is answered by which function, and who is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from fanzha.core.actor import Role
from fanzha.web.answers import Answer
from fanzha.web.asking import Ask

OFFICERS: Final = frozenset({Role.DUTY_OFFICER, Role.ANALYST, Role.APPROVER, Role.COMMANDER})
PARTNERS: Final = frozenset({Role.PARTNER_DESK})
AUDITORS: Final = frozenset({Role.AUDITOR})
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
EVERYBODY_HERE: Final = OFFICERS | PARTNERS | AUDITORS | ADMINISTRATORS
SEERS: Final = OFFICERS | AUDITORS  # who may look at cases; what they see of them the records decide


@dataclass(frozen=True, slots=True)
class Route:
    """An address with parameters in braces; `roles` None lets in whoever comes.

    What one who was let in sees and may do is decided by the use case, for each record.
    """

    method: Literal["GET", "POST"]
    address: str
    answer: Callable[[Ask], Answer]
    roles: frozenset[Role] | None
    csrf: bool = True  # a form's POST carries the visitor's mark; public ones change nothing of anybody's
