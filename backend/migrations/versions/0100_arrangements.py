"""Payment arrangements that were granted

Revision ID: 0100
Revises: 0090
"""

import sqlalchemy as sa
from alembic import op

revision = '0100'
down_revision = '0090'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('arrangements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('owed_cents', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=8), nullable=False),
    sa.Column('granted_on', sa.Date(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_arrangements_account_id_accounts')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_arrangements_conversation_id_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrangements')),
    sa.UniqueConstraint('number', name=op.f('uq_arrangements_number'))
    )
    op.create_index(op.f('ix_arrangements_account_id'), 'arrangements', ['account_id'])
    op.create_index(op.f('ix_arrangements_status'), 'arrangements', ['status'])


def downgrade() -> None:
    op.drop_table('arrangements')
