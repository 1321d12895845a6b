"""The language in which a reset link or a user ID was asked for

Revision ID: 0080
Revises: 0071
"""

import sqlalchemy as sa
from alembic import op

revision = '0080'
down_revision = '0071'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('mail_requests', sa.Column('language', sa.String(length=2), nullable=False, server_default='en'))


def downgrade() -> None:
    op.drop_column('mail_requests', 'language')
