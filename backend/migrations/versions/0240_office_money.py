"""Refunds, payments at the counter, and returns from a bank's file

Revision ID: 0240
Revises: 0230
"""

import sqlalchemy as sa
from alembic import op

revision = '0240'
down_revision = "0230"
branch_labels = None
depends_on = None

TWO_PERSONS = 'approved_by IS NULL OR approved_by <> asked_by'
FORWARD = {
    'requested': ('approved', 'rejected'),
    'approved': ('started', 'failed'),
    'started': ('succeeded', 'failed'),
    'succeeded': ('failed',),
}


def upgrade() -> None:
    _create_refunds()
    _create_counter_payments()
    op.create_table('return_file_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_digest', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('code', sa.String(length=3), nullable=False),
    sa.Column('trace', sa.String(length=15), nullable=False),
    sa.Column('original_trace', sa.String(length=15), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('individual_id', sa.String(length=22), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_by', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_return_file_entries_payment_id_payments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_file_entries')),
    sa.UniqueConstraint('file_digest', 'line', name=op.f('uq_return_file_entries_file_digest_line'))
    )
    op.create_index(op.f('ix_return_file_entries_original_trace'), 'return_file_entries', ['original_trace'])
    op.create_index(op.f('ix_return_file_entries_outcome_seen_at'), 'return_file_entries', ['outcome', 'seen_at'])
    op.create_index(op.f('ix_return_file_entries_payment_id'), 'return_file_entries', ['payment_id'])
    op.create_index(op.f('ix_payments_provider_ref'), 'payments', ['provider_ref'])
    _guard_refunds()


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TRIGGER refunds_forward_only ON refunds')
        op.execute('DROP FUNCTION memberline_refund_forward_only()')
    op.drop_index(op.f('ix_payments_provider_ref'), table_name='payments')
    for table in ('return_file_entries', 'counter_payments', 'refunds'):
        op.drop_table(table)


def _create_refunds() -> None:
    op.create_table('refunds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('confirmation', sa.String(length=16), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('fee_cents', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('asked_by', sa.String(length=60), nullable=False),
    sa.Column('approved_by', sa.String(length=60), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=True),
    sa.Column('failure_code', sa.String(length=40), nullable=True),
    sa.Column('provider_ref', sa.String(length=80), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_refunds_amount_positive')),
    sa.CheckConstraint('fee_cents >= 0', name=op.f('ck_refunds_fee_not_negative')),
    sa.CheckConstraint(TWO_PERSONS, name=op.f('ck_refunds_two_persons')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_refunds_payment_id_payments')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_refunds_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('key', name=op.f('uq_refunds_key')),
    sa.UniqueConstraint('confirmation', name=op.f('uq_refunds_confirmation'))
    )
    op.create_index(op.f('ix_refunds_payment_id'), 'refunds', ['payment_id'])
    op.create_index(op.f('ix_refunds_status'), 'refunds', ['status'])
    op.create_index(op.f('ix_refunds_account_id_asked_at'), 'refunds', ['account_id', 'asked_at'])


def _create_counter_payments() -> None:
    op.create_table('counter_payments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('confirmation', sa.String(length=16), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('asked_by', sa.String(length=60), nullable=False),
    sa.Column('approved_by', sa.String(length=60), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_counter_payments_amount_positive')),
    sa.CheckConstraint(TWO_PERSONS, name=op.f('ck_counter_payments_two_persons')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_counter_payments_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_payments')),
    sa.UniqueConstraint('key', name=op.f('uq_counter_payments_key')),
    sa.UniqueConstraint('confirmation', name=op.f('uq_counter_payments_confirmation'))
    )
    op.create_index(op.f('ix_counter_payments_status'), 'counter_payments', ['status'])
    op.create_index(op.f('ix_counter_payments_account_id_asked_at'), 'counter_payments', ['account_id', 'asked_at'])


def _guard_refunds() -> None:
    """A refund that ended never moves again, and none goes back."""
    steps = ' OR '.join(
        f"(OLD.status = '{old}' AND NEW.status IN ({', '.join(repr(new) for new in news)}))"
        for old, news in FORWARD.items()
    )
    refused = f'NEW.status <> OLD.status AND NOT ({steps})'
    if op.get_bind().dialect.name != 'postgresql':
        op.execute(
            f"CREATE TRIGGER refunds_forward_only BEFORE UPDATE OF status ON refunds WHEN {refused} "
            "BEGIN SELECT RAISE(ABORT, 'a refund never goes back'); END"
        )
        return
    op.execute(
        'CREATE FUNCTION memberline_refund_forward_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f'IF {refused} THEN '
        "RAISE EXCEPTION 'a refund never goes back' USING ERRCODE = 'integrity_constraint_violation'; "
        'END IF; RETURN NEW; END $$'
    )
    op.execute(
        'CREATE TRIGGER refunds_forward_only BEFORE UPDATE OF status ON refunds '
        'FOR EACH ROW EXECUTE FUNCTION memberline_refund_forward_only()'
    )
