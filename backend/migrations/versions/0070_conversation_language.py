"""The language in which a conversation is answered

Revision ID: 0070
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = '0070'
down_revision = '0060'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('conversations', sa.Column('language', sa.String(length=2), nullable=False, server_default='en'))


def downgrade() -> None:
    op.drop_column('conversations', 'language')
