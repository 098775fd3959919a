"""Where programs are told of changes."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Creates their table."""
    create_record_table(
        "webhooks",
        text=("organisation", "person", "state"),
        integer=("created_at_us",),
        indexes=(("person", "created_at_us"), ("state",)),
    )
