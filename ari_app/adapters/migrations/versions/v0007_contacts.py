"""Contacts: who the company's customers are, their numbers and history, files that they come from, and who was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = [
    "contact_import_problems",
    "contact_imports",
    "contact_erasures",
    "contact_merges",
    "contact_history",
    "contact_numbers",
    "contacts",
]


def upgrade() -> None:
    """There were none."""
    _contacts()
    _what_hangs_on_them()
    op.create_table(
        "contact_erasures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_erasures")),
    )
    op.create_index(op.f("ix_contact_erasures_contact"), "contact_erasures", ["contact"], unique=False)
    _imports()


def downgrade() -> None:
    """All of it, and the contacts with it."""
    for table in TABLES:
        op.drop_table(table)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("import_key", sa.String(length=64), nullable=True),
        sa.Column("import_id", sa.String(length=32), nullable=True),
        sa.Column("import_line", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.String(length=32), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("erasing_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_external_id"), "contacts", ["external_id"], unique=True)
    op.create_index(op.f("ix_contacts_folded_id"), "contacts", ["folded", "id"], unique=False)
    op.create_index(op.f("ix_contacts_import_key"), "contacts", ["import_key"], unique=True)
    op.create_index(op.f("ix_contacts_merged_into"), "contacts", ["merged_into"], unique=False)


def _what_hangs_on_them() -> None:
    op.create_table(
        "contact_numbers",
        sa.Column("contact", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _of_contact("contact", "fk_contact_numbers_contact"),
        sa.PrimaryKeyConstraint("contact", "number", name=op.f("pk_contact_numbers")),
    )
    op.create_index(op.f("ix_contact_numbers_number"), "contact_numbers", ["number"], unique=False)
    op.create_table(
        "contact_history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        _of_contact("contact", "fk_contact_history_contact"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_history")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_history_contact_id"), "contact_history", ["contact", "id"], unique=False)
    op.create_table(
        "contact_merges",
        sa.Column("gone", sa.String(length=32), nullable=False),
        sa.Column("kept", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        _of_contact("kept", "fk_contact_merges_kept"),
        sa.PrimaryKeyConstraint("gone", name=op.f("pk_contact_merges")),
    )
    op.create_index(op.f("ix_contact_merges_kept"), "contact_merges", ["kept"], unique=False)


def _of_contact(column: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["contacts.id"], name=op.f(name), ondelete="CASCADE")


def _imports() -> None:
    counts = ("rows_total", "rows_done", "created", "updated", "unchanged", "duplicates", "bad")
    op.create_table(
        "contact_imports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=16), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("existing", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in counts),
        sa.Column("began_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_imports")),
    )
    op.create_index(op.f("ix_contact_imports_at"), "contact_imports", ["at"], unique=False)
    op.create_index(op.f("ix_contact_imports_state"), "contact_imports", ["state"], unique=False)
    op.create_table(
        "contact_import_problems",
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["contact_imports.id"],
            name=op.f("fk_contact_import_problems_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_contact_import_problems")),
    )
