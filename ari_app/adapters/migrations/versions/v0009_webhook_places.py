"""How far the console has told webhooks of calls that have ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "webhook_places",
        sa.Column("stream", sa.String(length=128), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_webhook_places")),
    )


def downgrade() -> None:
    """An older version knows none."""
    op.drop_table("webhook_places")
