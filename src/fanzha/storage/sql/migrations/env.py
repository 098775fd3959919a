"""Runs the steps within the transaction that the store opened; read by Alembic."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,  # SQLite changes a column by copying the table
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
