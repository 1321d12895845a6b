"""Tickets say where, how to reach whoever told it, what was told later and how it ended; outages that are known

Revision ID: 0090
Revises: 0080
"""

import sqlalchemy as sa
from alembic import op

revision = '0090'
down_revision = '0080'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('place_key', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('phone', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('notes', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('outcome', sa.Text(), nullable=True))
        batch_op.create_index(op.f('ix_tickets_place_key'), ['place_key'])
    op.execute("UPDATE tickets SET kind = 'danger' WHERE kind = 'outage' AND urgent")
    op.create_table('known_outages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area', sa.String(length=300), nullable=False),
    sa.Column('cause', sa.String(length=200), nullable=False),
    sa.Column('estimate_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_outages'))
    )
    op.create_index(op.f('ix_known_outages_cleared_at'), 'known_outages', ['cleared_at'])


def downgrade() -> None:
    op.drop_table('known_outages')
    op.execute("UPDATE tickets SET kind = 'outage' WHERE kind = 'danger'")
    with op.batch_alter_table('tickets', schema=None) as batch_op:
        batch_op.drop_index(op.f('ix_tickets_place_key'))
        for column in ('outcome', 'notes', 'phone', 'place_key', 'place'):
            batch_op.drop_column(column)
