"""Reminders that are answered with PAY, the history of message consents, and text-to-pay authorizations

Revision ID: 0300
Revises: 0290
"""

import sqlalchemy as sa
from alembic import op

revision = '0300'
down_revision = '0290'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('alerts_sent', sa.Column('texted_to', sa.String(length=20), nullable=True))
    op.add_column(
        'alerts_sent', sa.Column('offers_payment', sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(op.f('ix_alerts_sent_texted_to'), 'alerts_sent', ['texted_to'])
    op.create_table(
        'message_consents',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=24), nullable=False),
        sa.Column('channel', sa.String(length=8), nullable=False),
        sa.Column('given', sa.Boolean(), nullable=False),
        sa.Column('address', sa.String(length=254), nullable=False),
        sa.Column('via', sa.String(length=12), nullable=False),
        sa.Column('wording', sa.Text(), nullable=False),
        sa.Column('reply', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_message_consents_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_message_consents')),
    )
    op.create_index(op.f('ix_message_consents_account_id_id'), 'message_consents', ['account_id', 'id'])
    op.create_table(
        'text_pay_authorizations',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column('method_id', sa.Integer(), nullable=False),
        sa.Column('confirmation', sa.String(length=16), nullable=False),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('end_reason', sa.String(length=20), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_text_pay_authorizations_account_id')),
        sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_text_pay_authorizations_member_id')),
        sa.ForeignKeyConstraint(
            ['method_id'], ['payment_methods.id'], name=op.f('fk_text_pay_authorizations_method_id')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_text_pay_authorizations')),
        sa.UniqueConstraint('confirmation', name=op.f('uq_text_pay_authorizations_confirmation')),
    )
    op.create_index(op.f('ix_text_pay_authorizations_account_id'), 'text_pay_authorizations', ['account_id'])
    op.create_index(op.f('ix_text_pay_authorizations_phone'), 'text_pay_authorizations', ['phone'])
    op.create_index(
        'uq_text_pay_standing',
        'text_pay_authorizations',
        ['account_id'],
        unique=True,
        sqlite_where=sa.text('ended_at IS NULL'),
        postgresql_where=sa.text('ended_at IS NULL'),
    )


def downgrade() -> None:
    op.drop_table('text_pay_authorizations')
    op.drop_table('message_consents')
    op.drop_index(op.f('ix_alerts_sent_texted_to'), table_name='alerts_sent')
    op.drop_column('alerts_sent', 'offers_payment')
    op.drop_column('alerts_sent', 'texted_to')
