"""Members' reports are passed on to the outage management system

Revision ID: 0350
Revises: 0340
"""

import sqlalchemy as sa
from alembic import op

revision = "0350"
down_revision = "0340"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "forwarded_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_forwarded_reports_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarded_reports")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_forwarded_reports_ticket_id")),
    )


def downgrade() -> None:
    op.drop_table("forwarded_reports")
