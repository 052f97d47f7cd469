"""Tickets, their notes, calls and every change; and the counter of their references."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = ["ticket_numbers", "ticket_events", "ticket_calls", "ticket_notes", "tickets"]


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "tickets",
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("due_order", sa.Double(), nullable=False),
        sa.Column("resolved_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("contact", sa.String(length=64), nullable=True),
        sa.Column("customer", sa.String(length=64), nullable=True),
        sa.Column("customer_shown", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("passing", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("moving_call", sa.String(length=64), nullable=True),
        sa.Column("asked_by_key", sa.String(length=128), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_asked_by_key"), "tickets", ["asked_by_key"], unique=True)
    op.create_index(op.f("ix_tickets_changed_at_ref"), "tickets", ["changed_at", "ref"], unique=False)
    op.create_index(op.f("ix_tickets_contact_opened_at"), "tickets", ["contact", "opened_at"], unique=False)
    op.create_index(op.f("ix_tickets_customer_opened_at"), "tickets", ["customer", "opened_at"], unique=False)
    op.create_index(op.f("ix_tickets_moving_call"), "tickets", ["moving_call"], unique=False)
    op.create_index(op.f("ix_tickets_opened_by"), "tickets", ["opened_by"], unique=False)
    op.create_index(op.f("ix_tickets_owner_state"), "tickets", ["owner", "state"], unique=False)
    op.create_index(op.f("ix_tickets_queue_state_priority"), "tickets", ["queue", "state", "priority"], unique=False)
    op.create_table(
        "ticket_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.ref"], name=op.f("fk_ticket_notes_ticket"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ticket_notes_ticket_id"), "ticket_notes", ["ticket", "id"], unique=False)
    op.create_table(
        "ticket_calls",
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("story", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.ref"], name=op.f("fk_ticket_calls_ticket"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ticket", "call", name=op.f("pk_ticket_calls")),
    )
    op.create_index(op.f("ix_ticket_calls_call"), "ticket_calls", ["call"], unique=False)
    op.create_table(
        "ticket_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("state_before", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("queue_before", sa.String(length=64), nullable=True),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("owner_before", sa.String(length=32), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.ref"], name=op.f("fk_ticket_events_ticket"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_events")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ticket_events_ticket_id"), "ticket_events", ["ticket", "id"], unique=False)
    op.create_index(op.f("ix_ticket_events_who_ticket"), "ticket_events", ["who", "ticket"], unique=False)
    op.create_table(
        "ticket_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_ticket_numbers")),
    )


def downgrade() -> None:
    """An older version knows none of them; indexes go with their tables."""
    for table in TABLES:
        op.drop_table(table)
