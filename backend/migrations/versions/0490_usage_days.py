"""Use by day, where meters send it

Revision ID: 0490
Revises: 0470
"""

import sqlalchemy as sa
from alembic import op
revision = "0490"
down_revision = "0470"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wh", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_usage_days_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_days")),
        sa.UniqueConstraint("account_id", "day", name=op.f("uq_usage_days_account_id_day")),
    )


def downgrade() -> None:
    op.drop_table("usage_days")
