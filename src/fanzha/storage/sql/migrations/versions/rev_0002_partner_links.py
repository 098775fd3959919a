"""How partners are reached."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Creates the table."""
    create_record_table(
        "partner_links",
        text=("organisation", "channel", "state"),
        indexes=(("state",),),
        unique=(("organisation",),),
    )
