"""Answers of the office that did not arrive, and the first report of an outage

Revision ID: 0500
Revises: 0490
"""

import sqlalchemy as sa
from alembic import op

revision = "0500"
down_revision = "0490"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office_messages", sa.Column("failure", sa.String(length=24), nullable=True))
    op.add_column("known_outages", sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("known_outages", "reported_at")
    op.drop_column("office_messages", "failure")
