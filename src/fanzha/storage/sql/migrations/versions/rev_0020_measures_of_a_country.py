"""Figures of a whole country read measures by their beginning, whoever's they are: in one walk of this index."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Adds the index; the kind stands in it, so that those of another need not be read."""
    op.create_index("ix_measures_starts_us_id_kind", "measures", ["starts_us", "id", "kind"])
