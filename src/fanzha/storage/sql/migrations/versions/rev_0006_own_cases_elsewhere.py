"""For whom somebody works on cases: where he has cases of bodies that he may not list is told without reading his own."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Tells of each case who works on it, and of which body it is."""
    op.execute(
        "INSERT INTO cases_terms (term, value, id) "
        "SELECT 'worker_at', length(t.value) || ':' || t.value || '@' || c.organisation, t.id "
        "FROM cases_terms t JOIN cases c ON c.id = t.id WHERE t.term = 'officer'"
    )
