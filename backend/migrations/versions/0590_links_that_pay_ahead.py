"""Pay links by which somebody who owes nothing pays ahead

Revision ID: 0590
Revises: 0580
"""

import sqlalchemy as sa
from alembic import op

revision = "0590"
down_revision = "0580"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pay_links") as batch_op:
        batch_op.add_column(sa.Column("ahead", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("pay_links") as batch_op:
        batch_op.drop_column("ahead")
