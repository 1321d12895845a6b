"""The method that a member prefers, and the browser of a signed-in session

Revision ID: 0440
Revises: 0430
"""

import sqlalchemy as sa
from alembic import op

revision = "0440"
down_revision = "0430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_methods", sa.Column("preferred", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("portal_sessions", sa.Column("browser", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("portal_sessions", "browser")
    op.drop_column("payment_methods", "preferred")
