"""Who dealt with a refund that failed

Revision ID: 0330
Revises: 0320
"""

import sqlalchemy as sa
from alembic import op

revision = "0330"
down_revision = "0320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("handled_by", sa.String(length=60), nullable=True))
    op.add_column("refunds", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("refunds", "handled_at")
    op.drop_column("refunds", "handled_by")
