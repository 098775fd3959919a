"""What the public pages show and take: published numbers, objections against them, sheets of reports."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Creates their tables."""
    create_record_table(
        "indicators",
        text=("organisation", "status", "term", "clue", "case_id"),
        integer=("proposed_us",),
        indexes=(
            ("organisation", "status", "proposed_us"),
            ("status", "proposed_us"),
            ("term", "status"),
            ("case_id",),
        ),
    )
    create_record_table(
        "listing_objections",
        text=("organisation", "status"),
        integer=("due_us",),
        indexes=(("organisation", "status", "due_us"), ("status", "due_us")),
    )
    create_record_table("report_sheets", text=("organisation", "code_hash"), unique=(("code_hash",),))
