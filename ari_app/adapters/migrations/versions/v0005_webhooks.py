"""Webhooks, what is to be sent to them, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ["webhook_attempts", "webhook_messages", "webhooks"]


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until", sa.Double(), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=True),
        sa.Column("stopped_why", sa.String(length=200), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("claimed_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_messages",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name=op.f("fk_webhook_messages_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_webhook_messages")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_webhook_messages_about"), "webhook_messages", ["about"], unique=False)
    op.create_index(op.f("ix_webhook_messages_id"), "webhook_messages", ["id"], unique=True)
    op.create_index(op.f("ix_webhook_messages_state_ended_at"), "webhook_messages", ["state", "ended_at"], unique=False)
    op.create_index(op.f("ix_webhook_messages_webhook_key"), "webhook_messages", ["webhook", "key"], unique=True)
    op.create_index(
        op.f("ix_webhook_messages_webhook_state_seq"), "webhook_messages", ["webhook", "state", "seq"], unique=False
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("wrong", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["message"], ["webhook_messages.id"], name=op.f("fk_webhook_attempts_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_webhook_attempts_message"), "webhook_attempts", ["message"], unique=False)


def downgrade() -> None:
    """An older version knows none of them; indexes go with their tables."""
    for table in TABLES:
        op.drop_table(table)
