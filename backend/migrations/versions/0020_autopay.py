"""The automatic payment run: one draft a bill, changes that wait, and never Auto Pay and a legacy draft at once

Revision ID: 0020
Revises: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

# table, the other one of which an account may not be at the same time
EITHER = (("autopays", "legacy_drafts"), ("legacy_drafts", "autopays"))


def upgrade() -> None:
    _waiting_changes()
    _drafts()
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, _ in EITHER:
        for verb in ("insert", "update"):
            op.execute(f"DROP TRIGGER {table}_alone_{verb}" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            op.execute(f"DROP FUNCTION memberline_{table}_alone()")
    op.drop_table("automatic_drafts")
    for table, _ in EITHER:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(f"fk_{table}_change_method_id", type_="foreignkey")
            for column in _columns(table):
                batch_op.drop_column(column.name)


def _columns(table: str) -> list[sa.Column[Any]]:
    columns: list[sa.Column[Any]] = [
        sa.Column("change_on", sa.Date(), nullable=True),
        sa.Column("change_active", sa.Boolean(), nullable=True),
        sa.Column("change_method_id", sa.Integer(), nullable=True),
    ]
    if table == "autopays":
        columns += [
            sa.Column("starts_on", sa.Date(), nullable=True),
            sa.Column("change_day_of_month", sa.Integer(), nullable=True),
        ]
    return columns


def _waiting_changes() -> None:
    for table, _ in EITHER:
        with op.batch_alter_table(table) as batch_op:
            for column in _columns(table):
                batch_op.add_column(column)
            batch_op.create_foreign_key(f"fk_{table}_change_method_id", "payment_methods", ["change_method_id"], ["id"])


def _drafts() -> None:
    op.create_table(
        "automatic_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("method_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("tried_on", sa.Date(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("retry_on", sa.Date(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('autopay', 'draft')", name=op.f("ck_automatic_drafts_kind")),
        sa.CheckConstraint("attempts BETWEEN 0 AND 3", name=op.f("ck_automatic_drafts_attempts")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_automatic_drafts_account_id")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_automatic_drafts_bill_id")),
        sa.ForeignKeyConstraint(["method_id"], ["payment_methods.id"], name=op.f("fk_automatic_drafts_method_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_automatic_drafts_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_drafts")),
        sa.UniqueConstraint("bill_id", name=op.f("uq_automatic_drafts_bill_id")),
        sa.UniqueConstraint("key", name=op.f("uq_automatic_drafts_key")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_automatic_drafts_payment_id")),
    )
    op.create_index(op.f("ix_automatic_drafts_account_id"), "automatic_drafts", ["account_id"])
    op.create_index(op.f("ix_automatic_drafts_status_retry_on"), "automatic_drafts", ["status", "retry_on"])


def _sqlite() -> None:
    for table, other in EITHER:
        for verb in ("insert", "update"):
            op.execute(
                f"CREATE TRIGGER {table}_alone_{verb} BEFORE {verb.upper()} ON {table} "
                f"WHEN NEW.active AND EXISTS (SELECT 1 FROM {other} WHERE account_id = NEW.account_id AND active) "
                "BEGIN SELECT RAISE(ABORT, 'never both Auto Pay and a draft'); END"
            )


def _postgresql() -> None:
    for table, other in EITHER:
        # the account is held first: two transactions that turn one on each would not see each other
        op.execute(
            f"CREATE FUNCTION memberline_{table}_alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.active THEN "
            "PERFORM 1 FROM accounts WHERE id = NEW.account_id FOR NO KEY UPDATE; "
            f"IF EXISTS (SELECT 1 FROM {other} WHERE account_id = NEW.account_id AND active) THEN "
            "RAISE EXCEPTION 'never both Auto Pay and a draft' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; END IF; RETURN NEW; END $$"
        )
        for verb in ("insert", "update"):
            op.execute(
                f"CREATE TRIGGER {table}_alone_{verb} BEFORE {verb.upper()} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION memberline_{table}_alone()"
            )
