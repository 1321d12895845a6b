"""Codes that must come back before a login is made

Revision ID: 0160
Revises: 0155
"""

import sqlalchemy as sa
from alembic import op

revision = '0160'
down_revision = '0155'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('creation_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('sent_by', sa.String(length=8), nullable=False),
    sa.Column('sent_to', sa.String(length=254), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('misses', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['link_id'], ['creation_links.id'], name=op.f('fk_creation_codes_link_id_creation_links')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_creation_codes_member_id_members')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_creation_codes'))
    )
    op.create_index(op.f('ix_creation_codes_link_id'), 'creation_codes', ['link_id'])
    op.create_index(op.f('ix_creation_codes_member_id_kind_sent_at'), 'creation_codes', ['member_id', 'kind', 'sent_at'])
    with op.batch_alter_table('creation_links') as table:
        table.add_column(sa.Column('proven_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('email_proven_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('creation_links') as table:
        table.drop_column('email_proven_at')
        table.drop_column('proven_at')
    op.drop_table('creation_codes')
