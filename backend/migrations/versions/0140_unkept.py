"""What the dialogue engine has still to forget

Revision ID: 0140
Revises: 0130
"""

import sqlalchemy as sa
from alembic import op

revision = '0140'
down_revision = '0130'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unkept',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('messages', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_unkept_conversation_id_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unkept'))
    )
    op.create_index(op.f('ix_unkept_conversation_id'), 'unkept', ['conversation_id'])


def downgrade() -> None:
    op.drop_table('unkept')
