"""Who of the office has a ticket, how far it is, and how often a call was tried

Revision ID: 0410
Revises: 0400
"""

import sqlalchemy as sa
from alembic import op

revision = "0410"
down_revision = "0400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("owner", sa.String(length=60), nullable=True))
        tickets.add_column(sa.Column("priority", sa.String(length=6), server_default="normal", nullable=False))
        tickets.add_column(sa.Column("progress", sa.String(length=8), server_default="", nullable=False))
        tickets.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        tickets.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_tickets_kind_due_at"), "tickets", ["kind", "due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_tickets_kind_due_at"), "tickets")
    with op.batch_alter_table("tickets") as tickets:
        for column in ("tried_at", "tries", "progress", "priority", "owner"):
            tickets.drop_column(column)
