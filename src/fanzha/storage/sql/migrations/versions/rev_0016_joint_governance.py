"""Joint governance: errands by their matter, meetings, and corporate accounts under control."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import create_record_table, key_text

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    """Adds the matter to errands, of which none had one, and creates the tables."""
    op.add_column("errands", sa.Column("matter", key_text(), nullable=False, server_default=""))
    op.create_index("ix_errands_matter_sent_at_us_id", "errands", ["matter", "sent_at_us", "id"])
    create_record_table(
        "meetings",
        text=("organisation", "status"),
        integer=("held_at_us",),
        indexes=(("organisation", "status", "held_at_us"), ("held_at_us",)),
        terms=True,
    )
    create_record_table(
        "controls",
        text=("organisation", "state", "risk", "account", "measure", "case_id"),
        integer=("listed_at_us",),
        indexes=(
            ("organisation", "state", "risk", "listed_at_us"),
            ("state", "listed_at_us"),
            ("account",),
            ("measure",),
            ("case_id",),
        ),
    )
