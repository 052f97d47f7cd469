"""Who else keeps customers' data in this database, and what they have removed of one who is erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "erasing_places",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_erasing_places")),
    )
    op.create_table(
        "erasing_reports",
        sa.Column("erasure", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure"], ["erasures.id"], name=op.f("fk_erasing_reports_erasure"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("erasure", "place", name=op.f("pk_erasing_reports")),
    )


def downgrade() -> None:
    """An older version asks nobody else."""
    for table in ("erasing_reports", "erasing_places"):
        op.drop_table(table)
