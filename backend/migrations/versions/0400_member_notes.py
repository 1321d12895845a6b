"""Notes of the office on members, and what it did for them

Revision ID: 0400
Revises: 0390
"""

import sqlalchemy as sa
from alembic import op

revision = "0400"
down_revision = "0390"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_notes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_notes")),
        sa.UniqueConstraint("key", name=op.f("uq_member_notes_key")),
    )
    op.create_index(op.f("ix_member_notes_member_id"), "member_notes", ["member_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_member_notes_member_id"), "member_notes")
    op.drop_table("member_notes")
