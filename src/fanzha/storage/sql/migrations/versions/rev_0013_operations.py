"""Campaigns, operations and what they achieved; tasks that are for an operation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import create_record_table, key_text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Creates their tables, and the key of a task's operation."""
    create_record_table(
        "campaigns",
        text=("organisation", "status"),
        integer=("opened_at_us",),
        indexes=(("organisation", "status", "opened_at_us"), ("opened_at_us",)),
        terms=True,
    )
    create_record_table(
        "operations",
        text=("organisation", "status", "campaign"),
        integer=("drafted_at_us",),
        indexes=(("organisation", "status", "drafted_at_us"), ("status", "drafted_at_us"), ("campaign",)),
        terms=True,
    )
    create_record_table(
        "operation_results",
        text=("organisation", "operation", "kind", "corrects", "request_key"),
        integer=("entered_us",),
        indexes=(("operation", "entered_us"), ("organisation", "entered_us"), ("corrects",)),
        unique=(("request_key",),),
        terms=True,
    )
    op.add_column("tasks", sa.Column("operation", key_text(), nullable=False, server_default=""))
    op.create_index("ix_tasks_operation_id", "tasks", ["operation", "id"])
