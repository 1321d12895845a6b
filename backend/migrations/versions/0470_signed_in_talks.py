"""Talks whose identity comes from the signed-in page around them

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


def downgrade() -> None:
    op.drop_column("conversations", "signed_in")
