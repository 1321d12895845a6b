"""Who made a way into the office for whom

Revision ID: 0520
Revises: 0510
"""

import sqlalchemy as sa
from alembic import op

revision = "0520"
down_revision = "0510"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_ways_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_ways_in")),
    )
    op.create_index(op.f("ix_staff_ways_in_made_at"), "staff_ways_in", ["made_at"])


def downgrade() -> None:
    op.drop_table("staff_ways_in")
