"""Payments of several accounts by one yes

Revision ID: 0320
Revises: 0310
"""

import sqlalchemy as sa
from alembic import op

revision = "0320"
down_revision = "0310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_payment_groups_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_groups")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_groups_key")),
    )
    op.create_index(op.f("ix_payment_groups_member_id"), "payment_groups", ["member_id"])
    op.create_table(
        "payment_group_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["payment_groups.id"], name=op.f("fk_payment_group_parts_group_id_payment_groups")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_payment_group_parts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_group_parts")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_group_parts_key")),
    )
    op.create_index(op.f("ix_payment_group_parts_group_id"), "payment_group_parts", ["group_id"])
    op.create_index(op.f("ix_payment_group_parts_account_id"), "payment_group_parts", ["account_id"])


def downgrade() -> None:
    op.drop_table("payment_group_parts")
    op.drop_table("payment_groups")
