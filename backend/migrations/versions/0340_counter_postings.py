"""The number of a check that goes to the billing system; who took a counter payment off and why; kept forms

Revision ID: 0340
Revises: 0335
"""

import sqlalchemy as sa
from alembic import op

revision = "0340"
down_revision = "0335"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("postings", sa.Column("number", sa.String(length=40), server_default="", nullable=False))
    op.add_column("counter_payments", sa.Column("undone_by", sa.String(length=60), nullable=True))
    op.add_column("counter_payments", sa.Column("undone_reason", sa.String(length=200), nullable=True))

    op.create_table(
        "staff_kept_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("page", sa.String(length=200), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_kept_forms")),
        sa.UniqueConstraint("owner_hash", name=op.f("uq_staff_kept_forms_owner_hash")),
    )


def downgrade() -> None:
    op.drop_table("staff_kept_forms")
    op.drop_column("counter_payments", "undone_reason")
    op.drop_column("counter_payments", "undone_by")
    op.drop_column("postings", "number")
