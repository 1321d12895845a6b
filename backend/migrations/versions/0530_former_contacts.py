"""The phone and email before a change, for the day in which they hear of what is done

Revision ID: 0530
Revises: 0520
"""

import sqlalchemy as sa
from alembic import op

revision = "0530"
down_revision = "0520"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(sa.Column("former_phone", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("former_email", sa.String(length=254), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("members") as batch_op:
        batch_op.drop_column("former_email")
        batch_op.drop_column("former_phone")
