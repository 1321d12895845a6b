"""Codes by which somebody on call shows that a text is theirs

Revision ID: 0155
Revises: 0150
"""

import sqlalchemy as sa
from alembic import op

revision = '0155'
down_revision = '0150'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('callout_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('callout_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('drawing', sa.Integer(), nullable=False),
    sa.Column('digits', sa.Integer(), nullable=False),
    sa.Column('misses', sa.Integer(), nullable=False),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['callout_id'], ['callouts.id'], name=op.f('fk_callout_codes_callout_id_callouts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callout_codes')),
    sa.UniqueConstraint('callout_id', 'name', name=op.f('uq_callout_codes_callout_id_name'))
    )


def downgrade() -> None:
    op.drop_table('callout_codes')
