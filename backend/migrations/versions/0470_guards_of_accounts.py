"""Talks of a signed-in page, two persons for taking a counter payment off, and forms that were sent

Revision ID: 0470
Revises: 0460
"""

import sqlalchemy as sa
from alembic import op

revision = "0470"
down_revision = "0460"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("signed_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("counter_payments", sa.Column("undo_asked_by", sa.String(length=60)))
    op.add_column("counter_payments", sa.Column("undo_asked_at", sa.DateTime(timezone=True)))
    op.add_column("counter_payments", sa.Column("undo_approved_by", sa.String(length=60)))
    op.create_table(
        "sent_forms",
        sa.Column("form_hash", sa.String(length=64), primary_key=True),
        sa.Column("location", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sent_forms_at", "sent_forms", ["at"])


def downgrade() -> None:
    op.drop_table("sent_forms")
    op.drop_column("counter_payments", "undo_approved_by")
    op.drop_column("counter_payments", "undo_asked_at")
    op.drop_column("counter_payments", "undo_asked_by")
    op.drop_column("conversations", "signed_in")
