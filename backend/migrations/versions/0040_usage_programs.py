"""Monthly usage readings, and enrolments in budget and levelized billing

Revision ID: 0040
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "usage_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kwh", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("avg_temp_f", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_usage_readings_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_readings")),
        sa.UniqueConstraint("account_id", "month", name=op.f("uq_usage_readings_account_id_month")),
    )
    op.create_table(
        "program_enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(length=12), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("confirmation", sa.String(length=16), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("figured_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_program_enrolments_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_enrolments")),
        sa.UniqueConstraint("confirmation", name=op.f("uq_program_enrolments_confirmation")),
    )
    with op.batch_alter_table("usage_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_readings_account_id"), ["account_id"], unique=False)
    with op.batch_alter_table("program_enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_program_enrolments_account_id"), ["account_id"], unique=False)
    active = sa.text("ended_on IS NULL")
    op.create_index(
        "uq_program_active",
        "program_enrolments",
        ["account_id"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )


def downgrade() -> None:
    op.drop_table("program_enrolments")
    op.drop_table("usage_readings")
