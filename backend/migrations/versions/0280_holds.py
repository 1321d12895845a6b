"""Holds on jobs

Revision ID: 0280
Revises: 0270
"""

import sqlalchemy as sa
from alembic import op

revision = "0280"
down_revision = "0270"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_holds")),
    )


def downgrade() -> None:
    op.drop_table("holds")
