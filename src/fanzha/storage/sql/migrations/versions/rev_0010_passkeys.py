"""The passkeys by which people sign in."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Creates their table."""
    create_record_table(
        "passkeys",
        text=("organisation", "person", "credential_id"),
        integer=("created_at_us",),
        indexes=(("person", "created_at_us"),),
        unique=(("credential_id",),),
    )
