"""The language of a message out, for the voice of a call

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = '0071'
down_revision = '0070'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('outbox', sa.Column('language', sa.String(length=2), nullable=False, server_default='en'))


def downgrade() -> None:
    op.drop_column('outbox', 'language')
