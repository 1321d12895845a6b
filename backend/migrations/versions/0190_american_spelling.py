"""One spelling: payments are authorized, schedules canceled, programs have enrollments

Revision ID: 0190
Revises: 0185
"""

import sqlalchemy as sa
from alembic import op

revision = "0190"
down_revision = "0185"
branch_labels = None
depends_on = None

OLD, NEW = "authorised", "authorized"


def upgrade() -> None:
    _spell_payments(OLD, NEW)
    op.execute("UPDATE scheduled_payments SET status = 'canceled' WHERE status = 'cancelled'")
    _move_enrollments("program_enrolments", "program_enrollments")


def downgrade() -> None:
    _move_enrollments("program_enrollments", "program_enrolments")
    op.execute("UPDATE scheduled_payments SET status = 'cancelled' WHERE status = 'canceled'")
    _spell_payments(NEW, OLD)


def _spell_payments(old: str, new: str) -> None:
    """Rename a payment's second status, in the rows and in the trigger that lets none go back."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER payments_forward_only{' ON payments' if postgresql else ''}")
    op.execute(f"UPDATE payments SET status = '{new}' WHERE status = '{old}'")
    steps = (
        f"(OLD.status = 'started' AND NEW.status IN ('{new}', 'declined', 'voided')) OR "
        f"(OLD.status = '{new}' AND NEW.status IN ('posted', 'declined', 'voided')) OR "
        "(OLD.status = 'posted' AND NEW.status IN ('returned'))"
    )
    refused = f"NEW.status <> OLD.status AND NOT ({steps})"
    if not postgresql:
        op.execute(
            f"CREATE TRIGGER payments_forward_only BEFORE UPDATE OF status ON payments WHEN {refused} "
            "BEGIN SELECT RAISE(ABORT, 'a payment never goes back'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION memberline_forward_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {refused} THEN "
        "RAISE EXCEPTION 'a payment never goes back' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER payments_forward_only BEFORE UPDATE OF status ON payments "
        "FOR EACH ROW EXECUTE FUNCTION memberline_forward_only()"
    )


def _move_enrollments(old: str, new: str) -> None:
    """Copy the rows into a table of the new name, so that its keys and indexes bear that name as well."""
    for index in ("uq_program_active", f"ix_{old}_account_id"):
        op.drop_index(index, table_name=old)
    op.create_table(
        new,
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
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{new}_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{new}")),
        sa.UniqueConstraint("confirmation", name=op.f(f"uq_{new}_confirmation")),
    )
    columns = (
        "id, account_id, program, amount_cents, confirmation, started_on, figured_on, ended_on, end_reason, created_at"
    )
    op.execute(f"INSERT INTO {new} ({columns}) SELECT {columns} FROM {old}")
    op.drop_table(old)
    op.create_index(op.f(f"ix_{new}_account_id"), new, ["account_id"], unique=False)
    active = sa.text("ended_on IS NULL")
    op.create_index("uq_program_active", new, ["account_id"], unique=True, sqlite_where=active, postgresql_where=active)
    if op.get_bind().dialect.name == "postgresql":
        # the copied ids leave the new table's sequence at its start
        op.execute(f"SELECT setval(pg_get_serial_sequence('{new}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {new}), false)")
