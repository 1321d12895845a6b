"""What our books and the payment network say otherwise of a payment, until it is settled

Revision ID: 0580
Revises: 0560
"""

import sqlalchemy as sa
from alembic import op

revision = "0580"
down_revision = "0560"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("theirs_cents", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settled_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_differences_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_differences")),
    )
    op.create_index(op.f("ix_payment_differences_payment_id"), "payment_differences", ["payment_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_differences_payment_id"), table_name="payment_differences")
    op.drop_table("payment_differences")
