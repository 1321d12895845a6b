"""The co-op's files as they were last time, and what its own system booked

Revision ID: 0290
Revises: 0280
"""

import sqlalchemy as sa
from alembic import op

revision = '0290'
down_revision = '0280'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'outside_entries',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('amount_cents', sa.Integer(), nullable=False),
        sa.Column('posted_on', sa.Date(), nullable=False),
        sa.Column('source', sa.String(length=12), nullable=False),
        sa.Column('reference', sa.String(length=80), nullable=True),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('payment_id', sa.Integer(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_outside_entries_account_id')),
        sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_outside_entries_payment_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_entries')),
        sa.UniqueConstraint('number', name=op.f('uq_outside_entries_number')),
    )
    op.create_index(
        op.f('ix_outside_entries_account_id_posted_on'), 'outside_entries', ['account_id', 'posted_on']
    )
    op.create_index(op.f('ix_outside_entries_payment_id'), 'outside_entries', ['payment_id'])
    op.create_table(
        'sync_rows',
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('digest', sa.LargeBinary(length=12), nullable=False),
        sa.Column('day', sa.Date(), nullable=True),
        sa.Column('contacts', sa.String(length=80), nullable=True),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('missing_since', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_sync_rows')),
    )
    op.create_index(op.f('ix_sync_rows_kind_missing_since'), 'sync_rows', ['kind', 'missing_since'])
    op.create_table(
        'sync_files',
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('rows', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('kind', name=op.f('pk_sync_files')),
    )


def downgrade() -> None:
    op.drop_table('sync_files')
    op.drop_table('sync_rows')
    op.drop_table('outside_entries')
