"""What steps are made of. Steps that were released rest on these: what they do must stay as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def key_text() -> sa.types.TypeEngine[str]:
    """Text in the order of its code points."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def create_record_table(
    name: str,
    *,
    text: Sequence[str] = (),
    integer: Sequence[str] = (),
    indexes: Sequence[Sequence[str]] = (),
    unique: Sequence[Sequence[str]] = (),
    terms: bool = False,
) -> None:
    """The table of one kind of record: id, version, keys, body; every index ends with the id."""
    keys: list[sa.Column[Any]] = [sa.Column(key, key_text(), nullable=False) for key in text]
    keys += [sa.Column(key, sa.BigInteger(), nullable=False) for key in integer]
    op.create_table(
        name,
        sa.Column("id", key_text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *keys,
        sa.Column("body", sa.Text().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    for columns in indexes:
        op.create_index(f"ix_{name}_{'_'.join(columns)}_id", name, [*columns, "id"])
    for columns in unique:
        op.create_index(f"uq_{name}_{'_'.join(columns)}", name, list(columns), unique=True)
    if terms:
        op.create_table(
            f"{name}_terms",
            *(sa.Column(column, key_text(), nullable=False) for column in ("term", "value", "id")),
            sa.PrimaryKeyConstraint("term", "value", "id", name=f"pk_{name}_terms"),
        )
        op.create_index(f"ix_{name}_terms_id", f"{name}_terms", ["id"])
