"""Guesses are counted by kind and talk, locks grow and are told of, a code stands in for number and last four

Revision ID: 0130
Revises: 0125
"""

import sqlalchemy as sa
from alembic import op

revision = '0130'
down_revision = '0125'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # what they held lasted a day at the most, and says neither what was tried nor in which talk
    op.drop_table('member_locks')
    op.drop_table('identity_misses')
    op.create_table('identity_misses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=True),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('known', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_misses'))
    )
    op.create_index(op.f('ix_identity_misses_kind_at'), 'identity_misses', ['kind', 'at'])
    op.create_index(op.f('ix_identity_misses_kind_source_at'), 'identity_misses', ['kind', 'source', 'at'])
    op.create_index(op.f('ix_identity_misses_kind_target_at'), 'identity_misses', ['kind', 'target', 'at'])
    op.create_table('identity_locks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_identity_locks_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_locks'))
    )
    op.create_index(op.f('ix_identity_locks_told_at_id'), 'identity_locks', ['told_at', 'id'])
    op.create_table('identity_proofs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=80), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('by_email', sa.Boolean(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('misses', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_identity_proofs_account_id_accounts')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_identity_proofs_conversation_id_conversations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_proofs'))
    )
    op.create_index(op.f('ix_identity_proofs_conversation_id'), 'identity_proofs', ['conversation_id'])
    op.create_index(op.f('ix_identity_proofs_done_at_id'), 'identity_proofs', ['done_at', 'id'])
    op.add_column('conversations', sa.Column('browser', sa.String(length=480), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('browser')
    op.drop_table('identity_proofs')
    op.drop_table('identity_locks')
    op.drop_table('identity_misses')
    op.create_table('identity_misses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('target', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_misses'))
    )
    op.create_index(op.f('ix_identity_misses_at'), 'identity_misses', ['at'])
    op.create_index(op.f('ix_identity_misses_source_at'), 'identity_misses', ['source', 'at'])
    op.create_index(op.f('ix_identity_misses_target_at'), 'identity_misses', ['target', 'at'])
    op.create_table('member_locks',
    sa.Column('target', sa.String(length=64), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('target', name=op.f('pk_member_locks'))
    )
