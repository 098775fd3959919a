"""Joint governance: errands by their matter, meetings, corporate accounts under control; clocks of operations' tasks."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import create_record_table, key_text

revision = "0016"
down_revision = "0014"
_NEVER_US = 2**62
_WARN_US = 4 * 3_600_000_000  # as the table of the day on which these clocks came has it


def upgrade() -> None:
    """Adds the matter to errands, of which none had one, creates the tables, and sets clocks for the tasks that are open."""
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
    _set_clocks_of_tasks()


def _set_clocks_of_tasks() -> None:
    connection = op.get_bind()
    asked = sa.text(
        "SELECT id, due_us, case_id, body FROM tasks WHERE operation <> '' AND status = 'open' AND due_us < :never"
    )
    clocks = sa.table(
        "clocks",
        *(sa.column(name) for name in ("id", "kind", "subject_kind", "subject_id", "case_id", "failure", "leased_by")),
        *(sa.column(name) for name in ("due_us", "next_us", "attempts", "leased_until_us", "token")),
        sa.column("running", sa.Boolean()),
        sa.column("rang", sa.Boolean()),
    )
    for task, due_us, case_id, body in connection.execute(asked, {"never": _NEVER_US}).fetchall():
        created_us = (json.loads(body) if isinstance(body, str) else body)["created_at_us"]
        at_us = due_us - _WARN_US if due_us - _WARN_US > created_us else due_us
        row = {
            "id": f"{task}:task.mark", "kind": "task.mark", "subject_kind": "task", "subject_id": task,
            "case_id": case_id, "failure": "", "leased_by": "", "due_us": at_us, "next_us": at_us, "attempts": 0,
            "leased_until_us": 0, "token": 0, "running": True, "rang": False,
        }  # fmt: skip
        connection.execute(clocks.insert().values(row))
