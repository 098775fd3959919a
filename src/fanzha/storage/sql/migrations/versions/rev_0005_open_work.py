"""Small indexes of the work that is open, and by key which signature a measure waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import key_text

revision = "0005"
down_revision = "0004"
_OPEN_MEASURES = ("acknowledged", "approved", "draft", "executed", "partial", "proposed", "sent")
_OPEN_CLUES = ("assessed", "assigned", "queued", "verified")
_AWAITED = ("approval", "countersignature", "renewal")


def upgrade() -> None:
    """Turns what was mentioned into a key, and creates the indexes."""
    op.add_column("measures", sa.Column("awaits", key_text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE measures SET awaits = (SELECT min(t.value) FROM measures_terms t WHERE t.term = 'awaits' AND t.id = measures.id)"
        " WHERE id IN (SELECT id FROM measures_terms WHERE term = 'awaits')"
    )
    op.execute("UPDATE measures SET awaits = 'approval' WHERE status = 'proposed'")
    op.execute("DELETE FROM measures_terms WHERE term = 'awaits'")
    _partial("measures", ("organisation", "due_us", "id"), "status", _OPEN_MEASURES)
    _partial("measures", ("organisation", "due_us", "id"), "awaits", _AWAITED)
    _partial("clues", ("organisation", "received_at_us", "id"), "stage", _OPEN_CLUES)
    columns = ["organisation", "received_at_us", "id"]
    op.create_index("ix_reports_organisation_received_at_us_id", "reports", columns)


def _partial(table: str, columns: tuple[str, ...], key: str, values: tuple[str, ...]) -> None:
    words = ", ".join(f"'{value}'" for value in values)
    condition = sa.text(f"{key} IN ({words})")
    name = f"ix_{table}_{'_'.join(columns)}_by_{key}"
    op.create_index(name, table, list(columns), sqlite_where=condition, postgresql_where=condition)
