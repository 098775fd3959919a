"""Traces as they were run for cases."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Creates their table."""
    create_record_table(
        "trace_runs",
        text=("organisation", "case_id", "result_hash"),
        integer=("at_us",),
        indexes=(("case_id", "at_us"), ("organisation", "at_us")),
        terms=True,
    )
