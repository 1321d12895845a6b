"""Callouts: the people on call told of urgent tickets

Revision ID: 0145
Revises: 0140
"""

import sqlalchemy as sa
from alembic import op

revision = '0145'
down_revision = '0140'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('callouts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('rounds', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_by', sa.String(length=80), nullable=True),
    sa.Column('taken_how', sa.String(length=8), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['tickets.id'], name=op.f('fk_callouts_ticket_id_tickets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callouts')),
    sa.UniqueConstraint('ticket_id', name=op.f('uq_callouts_ticket_id'))
    )
    op.create_index(op.f('ix_callouts_next_at'), 'callouts', ['next_at'])
    op.create_table('callout_notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('callout_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('way', sa.String(length=8), nullable=False),
    sa.Column('what', sa.String(length=8), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['callout_id'], ['callouts.id'], name=op.f('fk_callout_notices_callout_id_callouts')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_callout_notices_outbox_id_outbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callout_notices'))
    )
    op.create_index(op.f('ix_callout_notices_callout_id'), 'callout_notices', ['callout_id'])
    op.create_index(op.f('ix_callout_notices_outbox_id'), 'callout_notices', ['outbox_id'])


def downgrade() -> None:
    op.drop_table('callout_notices')
    op.drop_table('callouts')
