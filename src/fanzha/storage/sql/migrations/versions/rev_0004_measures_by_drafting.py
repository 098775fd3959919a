"""Measures of many bodies in the order in which they were drafted: a province's list of what is over."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Creates the index."""
    columns = ["organisation", "status", "drafted_us", "id"]
    op.create_index("ix_measures_organisation_status_drafted_us_id", "measures", columns)
