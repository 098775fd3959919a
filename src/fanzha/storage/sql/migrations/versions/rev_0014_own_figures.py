"""Measures by the instant at which they were carried out, by which figures are counted; and the bulletins that a body writes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0014"
down_revision = "0013"
_NEVER_US = 2**62


def upgrade() -> None:
    """Takes the instant out of each body, creates its index, and creates the table of bulletins."""
    op.add_column("measures", sa.Column("starts_us", sa.BigInteger(), nullable=False, server_default=str(_NEVER_US)))
    body: sa.ColumnElement[Any] = {
        "postgresql": sa.literal_column("(body ->> 'starts_us')::bigint"),
        "sqlite": sa.literal_column("json_extract(body, '$.starts_us')"),
    }[op.get_bind().dialect.name]
    measures = sa.table("measures", sa.column("starts_us", sa.BigInteger()))
    op.execute(measures.update().where(body.is_not(None)).values(starts_us=body))
    columns = ["organisation", "kind", "starts_us", "id"]
    op.create_index("ix_measures_organisation_kind_starts_us_id", "measures", columns)
    create_record_table(
        "bulletins",
        text=("organisation", "status", "published", "replaces"),
        integer=("drafted_us",),
        indexes=(("organisation", "drafted_us"), ("organisation", "status", "drafted_us"), ("replaces",)),
    )
