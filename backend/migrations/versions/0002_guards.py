"""What the database itself refuses: a payment going back, and any change to the ledger or the audit trail

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FORWARD = {
    "started": ("authorised", "declined", "voided"),
    "authorised": ("posted", "declined", "voided"),
    "posted": ("returned",),
}
WRITTEN_ONCE = ("ledger_entries", "audit")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, name in _triggers():
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
    if postgresql:
        op.execute("DROP FUNCTION memberline_forward_only()")
        op.execute("DROP FUNCTION memberline_written_once()")


def _triggers() -> list[tuple[str, str]]:
    once = [(table, f"{table}_no_{verb}") for table in WRITTEN_ONCE for verb in ("update", "delete")]
    return [("payments", "payments_forward_only"), *once]


def _allowed() -> str:
    """True in SQL for a step that a payment may take."""
    steps = [
        f"(OLD.status = '{old}' AND NEW.status IN ({', '.join(repr(new) for new in news)}))"
        for old, news in FORWARD.items()
    ]
    return " OR ".join(steps)


def _sqlite() -> None:
    op.execute(
        "CREATE TRIGGER payments_forward_only BEFORE UPDATE OF status ON payments "
        f"WHEN NEW.status <> OLD.status AND NOT ({_allowed()}) "
        "BEGIN SELECT RAISE(ABORT, 'a payment never goes back'); END"
    )
    for table in WRITTEN_ONCE:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
            )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION memberline_forward_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.status <> OLD.status AND NOT ({_allowed()}) THEN "
        "RAISE EXCEPTION 'a payment never goes back' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION memberline_written_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is written once', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    op.execute(
        "CREATE TRIGGER payments_forward_only BEFORE UPDATE OF status ON payments "
        "FOR EACH ROW EXECUTE FUNCTION memberline_forward_only()"
    )
    for table in WRITTEN_ONCE:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION memberline_written_once()"
            )
