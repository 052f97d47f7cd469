"""Limits of alarms: the centre's, and everybody's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "alarm_limits",
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_alarm_limits")),
    )


def downgrade() -> None:
    """An older version knows none."""
    op.drop_table("alarm_limits")
