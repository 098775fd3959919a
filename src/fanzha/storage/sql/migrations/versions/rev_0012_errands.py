"""What one body asks of another."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Creates their table."""
    create_record_table(
        "errands",
        text=("organisation", "to_organisation", "status", "officer", "case_id"),
        integer=("due_us", "sent_at_us"),
        indexes=(
            ("organisation", "status", "due_us"),
            ("to_organisation", "status", "due_us"),
            ("organisation", "status", "sent_at_us"),
            ("to_organisation", "status", "sent_at_us"),
            ("officer", "status", "due_us"),
            ("case_id",),
        ),
    )
