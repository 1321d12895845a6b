"""What another billing system last said about an account, and prepaid accounts

Revision ID: 0220
Revises: 0210
"""

import sqlalchemy as sa
from alembic import op

revision = '0220'
down_revision = "0210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'account_figures',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('amount_due_cents', sa.Integer(), nullable=False),
        sa.Column('past_due_cents', sa.Integer(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=True),
        sa.Column('next_due_on', sa.Date(), nullable=True),
        sa.Column('disconnect_on', sa.Date(), nullable=True),
        sa.Column('is_prepaid', sa.Boolean(), nullable=False),
        sa.Column('prepaid_left_cents', sa.Integer(), nullable=True),
        sa.Column('prepaid_days_left', sa.Integer(), nullable=True),
        sa.Column('as_of', sa.DateTime(timezone=True), nullable=True),
        sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('failure', sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_account_figures_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_figures')),
        sa.UniqueConstraint('account_id', name=op.f('uq_account_figures_account_id')),
    )
    op.create_table(
        'prepaid_accounts',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('daily_cents', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_prepaid_accounts_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_prepaid_accounts')),
        sa.UniqueConstraint('account_id', name=op.f('uq_prepaid_accounts_account_id')),
    )
    op.create_table(
        'billing_sync',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('synced_to', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_billing_sync')),
    )
    with op.batch_alter_table('quotes') as table:
        table.add_column(sa.Column('figures_as_of', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('quotes') as table:
        table.drop_column('figures_as_of')
    op.drop_table('billing_sync')
    op.drop_table('prepaid_accounts')
    op.drop_table('account_figures')
