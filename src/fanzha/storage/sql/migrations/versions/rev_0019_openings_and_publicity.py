"""Openings of cards, SIMs and corporate accounts; publicity: what was done to warn people."""

from __future__ import annotations

from fanzha.storage.sql.migrations.steps import create_record_table

revision = "0019"
down_revision = "0016"


def upgrade() -> None:
    """Creates their tables."""
    create_record_table(
        "openings",
        text=("organisation", "kind", "institution", "outlet", "clerk", "opening_key"),
        integer=("brought_us",),
        indexes=(("organisation", "brought_us"), ("brought_us",), ("institution", "outlet", "clerk", "brought_us")),
        unique=(("opening_key",),),
        terms=True,
    )
    create_record_table(
        "publicity",
        text=("organisation", "kind", "class_slug"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("at_us",)),
    )
