"""Codes that follow one that came back

Revision ID: 0161
Revises: 0160
"""

import sqlalchemy as sa
from alembic import op

revision = '0161'
down_revision = '0160'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('one_time_codes', 'identity_proofs'):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column('second', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for name in ('identity_proofs', 'one_time_codes'):
        with op.batch_alter_table(name) as table:
            table.drop_column('second')
