"""The newest records of the country with what a province's list asks of each, so that most of its pages are found in them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Creates the indexes, two of them in place of shorter ones."""
    op.drop_index("ix_measures_drafted_us_id", "measures")
    op.drop_index("ix_cases_opened_at_us_id", "cases")
    for table, *columns in (
        ("measures", "drafted_us", "id", "organisation", "status"),
        ("cases", "opened_at_us", "id", "organisation", "status"),
        ("reports", "received_at_us", "id", "organisation", "status"),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
