"""Scripts that operators follow: their versions, drafts, and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Three tables that no other one hangs on."""
    op.create_table(
        "script_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("script", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("file_version", sa.String(length=12), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_versions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_script_versions_script_version"), "script_versions", ["script", "version"], unique=False)
    op.create_table(
        "script_drafts",
        sa.Column("script", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("over", sa.String(length=12), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("script", "by", name=op.f("pk_script_drafts")),
    )
    op.create_table(
        "script_answers",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("script", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("begun_by", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("objection", sa.String(length=40), nullable=True),
        sa.Column("objections", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("counted", sa.JSON(), nullable=False),
        sa.Column("disposition", sa.String(length=40), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("saved_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("call", "script", name=op.f("pk_script_answers")),
    )
    op.create_index(
        op.f("ix_script_answers_script_started_at_call"),
        "script_answers",
        ["script", "started_at", "call"],
        unique=False,
    )


def downgrade() -> None:
    """The console's scripts are the files' again."""
    for table in ("script_answers", "script_drafts", "script_versions"):
        op.drop_table(table)
