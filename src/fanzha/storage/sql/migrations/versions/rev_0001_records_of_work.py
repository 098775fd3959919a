"""Records of reports, cases, measures and access; audit, outbox, clocks, requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fanzha.storage.sql.migrations.steps import create_record_table, key_text

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Creates them."""
    _reports()
    _cases()
    _moves()
    _measures()
    _access()
    _audit()
    _outbox()
    _clocks()
    op.create_table(
        "requests",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
    )
    op.create_index("ix_requests_at_us", "requests", ["at_us"])


def _reports() -> None:
    create_record_table(
        "reports",
        text=("organisation", "status", "jurisdiction", "acknowledgement", "case_id", "merged_into"),
        integer=("received_at_us",),
        indexes=(
            ("organisation", "status", "received_at_us"),
            ("status", "received_at_us"),
            ("case_id",),
            ("merged_into",),
        ),
        unique=(("acknowledgement",),),
        terms=True,
    )
    create_record_table(
        "clues",
        text=("organisation", "stage", "officer", "kind", "subject", "case_id", "merged_into"),
        integer=("received_at_us",),
        indexes=(
            ("organisation", "stage", "received_at_us"),
            ("stage", "received_at_us"),
            ("officer", "stage", "received_at_us"),
            ("received_at_us",),
            ("subject",),
            ("case_id",),
            ("merged_into",),
        ),
        terms=True,
    )
    create_record_table(
        "facts",
        text=("organisation", "clue", "account"),
        integer=("verified_at_us",),
        indexes=(("organisation", "verified_at_us"), ("clue",), ("account",)),
    )


def _cases() -> None:
    create_record_table(
        "cases",
        text=("organisation", "status", "officer", "jurisdiction", "class_slug", "merged_into"),
        integer=("opened_at_us",),
        indexes=(
            ("organisation", "status", "opened_at_us"),
            ("organisation", "opened_at_us"),
            ("status", "opened_at_us"),
            ("officer", "status", "opened_at_us"),
            ("opened_at_us",),
            ("class_slug", "opened_at_us"),
            ("merged_into",),
        ),
        terms=True,
    )
    create_record_table(
        "tasks",
        text=("organisation", "status", "officer", "case_id"),
        integer=("due_us",),
        indexes=(("organisation", "status", "due_us"), ("officer", "status", "due_us"), ("case_id",)),
    )
    create_record_table("series", text=("organisation",), indexes=(("organisation",),), terms=True)


def _moves() -> None:
    create_record_table(
        "hand_overs",
        text=("organisation", "to_organisation", "status", "case_id"),
        integer=("due_us",),
        indexes=(("organisation", "status", "due_us"), ("to_organisation", "status", "due_us"), ("case_id",)),
    )
    create_record_table(
        "merges",
        text=("organisation", "kind", "kept", "absorbed"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("kept",), ("absorbed",)),
    )
    create_record_table(
        "case_moves",
        text=("organisation", "kind", "source", "target"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("source",), ("target",)),
    )
    create_record_table(
        "work_events",
        text=("record", "kind", "organisation"),
        integer=("at_us",),
        indexes=(("record", "at_us"), ("kind", "at_us"), ("organisation", "at_us"), ("at_us",)),
    )


def _measures() -> None:
    create_record_table(
        "measures",
        text=("organisation", "status", "kind", "case_id", "account", "institution"),
        integer=("drafted_us", "due_us"),
        indexes=(
            ("organisation", "status", "due_us"),
            ("status", "due_us"),
            ("institution", "status", "due_us"),
            ("organisation", "drafted_us"),
            ("drafted_us",),
            ("case_id", "drafted_us"),
            ("account",),
        ),
        terms=True,
    )
    create_record_table(
        "appeals",
        text=("organisation", "status", "measure"),
        integer=("due_us",),
        indexes=(("organisation", "status", "due_us"), ("measure",)),
    )
    create_record_table(
        "incidents",
        text=("organisation", "kind", "measure", "state"),
        integer=("at_us",),
        indexes=(("organisation", "state", "at_us"), ("state", "at_us"), ("measure",)),
    )
    create_record_table(
        "returns",
        text=("organisation", "status", "case_id", "decision"),
        integer=("drafted_us",),
        indexes=(("organisation", "status", "drafted_us"), ("status", "drafted_us"), ("case_id",), ("decision",)),
        terms=True,
    )


def _access() -> None:
    create_record_table(
        "organisations", text=("parent", "institution"), integer=("level",), indexes=(("parent",), ("institution",))
    )
    create_record_table(
        "people", text=("organisation", "login"), indexes=(("organisation", "login"),), unique=(("login",),)
    )
    create_record_table(
        "credentials",
        text=("organisation", "person", "kind", "token_hash"),
        integer=("created_at_us",),
        indexes=(("person", "kind", "created_at_us"), ("token_hash",)),
    )
    create_record_table(
        "reveals",
        text=("organisation", "actor", "record", "person"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("actor", "at_us"), ("record", "at_us"), ("person", "at_us"), ("at_us",)),
    )
    create_record_table(
        "searches",
        text=("organisation", "actor", "case_id"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("actor", "at_us"), ("case_id", "at_us"), ("at_us",)),
    )
    create_record_table(
        "exports",
        text=("organisation", "actor"),
        integer=("at_us",),
        indexes=(("organisation", "at_us"), ("actor", "at_us"), ("at_us",)),
    )


def _audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", key_text(), nullable=False),
        sa.Column("organisation", key_text(), nullable=False),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("outcome", key_text(), nullable=False),
        sa.Column("subject_kind", key_text(), nullable=False),
        sa.Column("subject_id", key_text(), nullable=False),
        sa.Column("case_id", key_text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_events"),
    )
    for name in ("subject_id", "case_id", "actor"):
        op.create_index(f"ix_audit_events_{name}_seq", "audit_events", [name, "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "count": 0, "hash": "0" * 64}])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("recipient", key_text(), nullable=False),
        sa.Column("topic", key_text(), nullable=False),
        sa.Column("subject_id", key_text(), nullable=False),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        *_lease_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    _partial_index("ix_outbox_waiting", "outbox", ["next_us", "id"], "state = 'waiting'")
    _partial_index("ix_outbox_undelivered", "outbox", ["created_us", "id"], "state != 'done'")
    op.create_index("ix_outbox_subject_id_created_us", "outbox", ["subject_id", "created_us"])


def _clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("subject_kind", key_text(), nullable=False),
        sa.Column("subject_id", key_text(), nullable=False),
        sa.Column("case_id", key_text(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("rang", sa.Boolean(), nullable=False),
        *_lease_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_clocks"),
    )
    running = {"sqlite": "running = 1", "postgresql": "running"}[op.get_bind().dialect.name]
    _partial_index("ix_clocks_running", "clocks", ["next_us", "id"], running)
    _partial_index("ix_clocks_due", "clocks", ["due_us", "id"], running)
    op.create_index("ix_clocks_subject_id_due_us", "clocks", ["subject_id", "due_us"])


def _lease_columns() -> tuple[sa.Column[int] | sa.Column[str], ...]:
    return (
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_us", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=False),
        sa.Column("leased_until_us", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
    )


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
