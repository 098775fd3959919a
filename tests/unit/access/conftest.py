"""The shipped rules and a small tree of made-up bodies (模拟)."""

from __future__ import annotations

import pytest

from fanzha.access import AccessRules, OrganisationTree
from fanzha.bootstrap import rule_table
from fanzha.core.actor import Level, Organisation

BODIES = (
    Organisation("MPS", "模拟部", Level.MINISTRY, None),
    Organisation("YN", "模拟省厅", Level.PROVINCE, "MPS", "53"),
    Organisation("KM", "模拟市局", Level.CITY, "YN", "5301"),
    Organisation("QJ", "模拟二市局", Level.CITY, "YN", "5303"),
    Organisation("WH", "模拟区局", Level.COUNTY, "KM", "530102"),
    Organisation("PS", "模拟派出所", Level.STATION, "WH", "530102001"),
    Organisation("BANK", "模拟银行", Level.PARTNER, None, institution="模拟银行"),
    Organisation("TEL", "模拟电信", Level.PARTNER, None, institution="模拟电信"),
)


@pytest.fixture(scope="session")
def tree() -> OrganisationTree:
    return OrganisationTree(BODIES)


@pytest.fixture(scope="session")
def rules() -> AccessRules:
    return AccessRules.from_table(rule_table("access.toml"))
