"""What operators note of their calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "call_notes",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call", "by", name=op.f("pk_call_notes")),
    )


def downgrade() -> None:
    """An older version knows none."""
    op.drop_table("call_notes")
