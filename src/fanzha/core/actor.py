"""Who acts, and for which body: every rule of work asks both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique


@unique
class Level(IntEnum):
    """Where a body stands in the tree; approvals ask for a level, and a higher one may do what a lower may."""

    PARTNER = 0  # a bank, a payment institution, a telephone company: beside the tree
    STATION = 1  # 派出所
    COUNTY = 2  # 县级
    CITY = 3  # 设区的市一级
    PROVINCE = 4
    MINISTRY = 5


@unique
class Role(StrEnum):
    """What a person is there for; one person may have several."""

    DUTY_OFFICER = "duty_officer"
    ANALYST = "analyst"
    APPROVER = "approver"
    COMMANDER = "commander"
    PARTNER_DESK = "partner_desk"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    API_CLIENT = "api_client"
    MACHINE = "machine"  # the clocks and the outbox; no person
    PUBLIC = "public"  # whoever reports on the public page, without an account; no person of the office


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body of the tree, or a partner beside it."""

    id: str
    name: str
    level: Level
    parent: str | None  # None at the top, and for partners
    jurisdiction: str = ""  # administrative division code (GB/T 2260), as many digits as it is wide
    institution: str = ""  # for a partner: the name or code by which statements and orders call it
    version: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in an office, or the machine, at the moment of acting."""

    id: str
    organisation: str
    level: Level
    roles: frozenset[Role]
    display_name: str = ""

    def has(self, role: Role) -> bool:
        """Whether the person is there for this too."""
        return role in self.roles


MACHINE = Actor("machine", "", Level.MINISTRY, frozenset({Role.MACHINE}), "系统")
PUBLIC_ID = "public"
NOBODYS_ROLES = frozenset({Role.MACHINE, Role.PUBLIC})  # given to nobody
NOBODYS_LOGINS = frozenset({MACHINE.id, PUBLIC_ID})


def public_at(body: Organisation) -> Actor:
    """Whoever tells a body something on its public page."""
    return Actor(PUBLIC_ID, body.id, body.level, frozenset({Role.PUBLIC}), "公众")
