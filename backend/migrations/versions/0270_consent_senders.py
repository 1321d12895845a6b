"""Consents keep the conversation, the sender and the identity level of the reply

Revision ID: 0270
Revises: 0250
"""

import sqlalchemy as sa
from alembic import op

revision = "0270"
down_revision = "0250"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # empty for older rows: their audit row names the conversation and the level
    op.add_column("consents", sa.Column("conversation_id", sa.String(length=80), nullable=True))
    op.add_column("consents", sa.Column("sender", sa.String(length=20), nullable=True))
    op.add_column("consents", sa.Column("level", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("consents", "level")
    op.drop_column("consents", "sender")
    op.drop_column("consents", "conversation_id")
