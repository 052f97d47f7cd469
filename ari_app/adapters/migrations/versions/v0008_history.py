"""The history: calls with their segments, what is counted of them, operators' times, and up to where the journal is in here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ["history_positions", "history_states", "history_counted", "history_segments", "history_calls"]


def upgrade() -> None:
    """From nothing: the journals that are kept fill them."""
    op.create_table(
        "history_calls",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("caller_shown", sa.String(length=64), nullable=False),
        sa.Column("caller_who", sa.String(length=64), nullable=True),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("ended", sa.Double(), nullable=True),
        sa.Column("end_reason", sa.String(length=64), nullable=True),
        sa.Column("disposition", sa.String(length=64), nullable=True),
        sa.Column("recording", sa.String(length=128), nullable=True),
        sa.Column("ticket", sa.String(length=128), nullable=True),
        sa.Column("flow", sa.String(length=64), nullable=True),
        sa.Column("flow_version", sa.String(length=64), nullable=True),
        sa.Column("noted_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_calls")),
    )
    op.create_index(op.f("ix_history_calls_started_id"), "history_calls", ["started", "id"])
    op.create_index(op.f("ix_history_calls_caller_who_started"), "history_calls", ["caller_who", "started"])
    op.create_table(
        "history_segments",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("begin", sa.Double(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("end", sa.Double(), nullable=True),
        sa.Column("queue", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("call", "kind", "begin", "who", name=op.f("pk_history_segments")),
    )
    op.create_table(
        "history_counted",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("quarter", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=True),
        sa.Column("operator", sa.String(length=64), nullable=True),
        sa.Column("call", sa.String(length=64), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Double(), nullable=False),
        sa.Column("within", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("source", "place", "piece", name=op.f("pk_history_counted")),
    )
    op.create_index(op.f("ix_history_counted_day_what_queue"), "history_counted", ["day", "what", "queue"])
    op.create_index(op.f("ix_history_counted_call_what"), "history_counted", ["call", "what"])
    op.create_index(op.f("ix_history_counted_operator_day"), "history_counted", ["operator", "day"])
    op.create_table(
        "history_states",
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("begin", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("operator", "begin", "state", name=op.f("pk_history_states")),
    )
    op.create_index(op.f("ix_history_states_day"), "history_states", ["day"])
    op.create_table(
        "history_positions",
        sa.Column("journal", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal", name=op.f("pk_history_positions")),
    )


def downgrade() -> None:
    """All of it: the journals fill it again."""
    for table in TABLES:
        op.drop_table(table)
