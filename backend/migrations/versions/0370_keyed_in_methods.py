"""The call in which a card or bank account was keyed in

Revision ID: 0370
Revises: 0360
"""

import sqlalchemy as sa
from alembic import op

revision = "0370"
down_revision = "0360"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_methods", sa.Column("entered_in", sa.String(length=80), nullable=True))
    op.create_index(op.f("ix_payment_methods_entered_in"), "payment_methods", ["entered_in"])


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_methods_entered_in"), "payment_methods")
    op.drop_column("payment_methods", "entered_in")
