"""What comes by the spool has an id of its own, and comes once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Entries that are there already have come another way."""
    op.add_column("audit", sa.Column("spooled", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_audit_spooled"), "audit", ["spooled"], unique=True)


def downgrade() -> None:
    """The column alone: an older version knows no such ids."""
    op.drop_index(op.f("ix_audit_spooled"), table_name="audit")
    op.drop_column("audit", "spooled")
