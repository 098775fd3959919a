"""What roles and levels are called where a person is told who may do something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from fanzha.core.actor import Level, Role

ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.DUTY_OFFICER: "duty officer (值班民警)",
    Role.ANALYST: "analyst (研判人员)",
    Role.APPROVER: "approver (审批人)",
    Role.COMMANDER: "commander (指挥长)",
    Role.PARTNER_DESK: "partner desk (机构反诈岗)",
    Role.AUDITOR: "auditor (审计员)",
    Role.ADMINISTRATOR: "administrator (管理员)",
    Role.API_CLIENT: "program",
    Role.MACHINE: "machine (系统)",
    Role.PUBLIC: "public (公众)",
}
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    Level.PARTNER: "对接单位", Level.STATION: "派出所", Level.COUNTY: "县级", Level.CITY: "设区的市一级",
    Level.PROVINCE: "省级", Level.MINISTRY: "公安部",
}  # fmt: skip


def roles_in_words(roles: Iterable[Role], joined_by: str = " or ") -> str:
    """The roles one after another; "nobody with a role" where there are none."""
    return joined_by.join(ROLE_WORDS[role] for role in sorted(roles)) or "nobody with a role"
