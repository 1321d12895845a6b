"""How much of a payment at the counter was more than was due

Revision ID: 0560
Revises: 0530
"""

import sqlalchemy as sa
from alembic import op

revision = "0560"
down_revision = "0530"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("counter_payments") as batch_op:
        batch_op.add_column(sa.Column("credit_cents", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("counter_payments") as batch_op:
        batch_op.drop_column("credit_cents")
