"""Who works on a case beside the officer who has it: his own cases are found by their key, in the order of their list."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Keeps of those who work on cases the ones beside the officer; all of them are told with the body."""
    op.execute(
        "INSERT INTO cases_terms (term, value, id) SELECT 'beside', t.value, t.id "
        "FROM cases_terms t JOIN cases c ON c.id = t.id WHERE t.term = 'officer' AND t.value <> c.officer"
    )
    op.execute("DELETE FROM cases_terms WHERE term = 'officer'")
