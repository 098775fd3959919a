"""What a draft of a bulletin said each time it was saved."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Creates the table of versions."""
    create_record_table(
        "draft_versions",
        text=("organisation", "bulletin"),
        integer=("number",),
        indexes=(("bulletin", "number"),),
    )
