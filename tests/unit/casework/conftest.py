"""Every test gets a desk of its own."""

from __future__ import annotations

import pytest
from casework_desk import Desk

from fanzha.bootstrap import rule_table
from fanzha.casework import Taxonomy


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return Taxonomy.from_table(rule_table("taxonomy.toml"))
