"""Who asked for a code

Revision ID: 0185
Revises: 0161
"""

import sqlalchemy as sa
from alembic import op

revision = '0185'
down_revision = '0161'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ('one_time_codes', 'identity_proofs'):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column('asker', sa.String(length=8), server_default='stranger', nullable=False))


def downgrade() -> None:
    for name in ('identity_proofs', 'one_time_codes'):
        with op.batch_alter_table(name) as table:
            table.drop_column('asker')
