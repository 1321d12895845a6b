"""Messages go out by priority and at a sender's rate, and a job's lease belongs to who runs it

Revision ID: 0250
Revises: 0240
"""

import sqlalchemy as sa
from alembic import op

revision = "0250"
down_revision = "0240"
branch_labels = None
depends_on = None

PRIORITIES = {
    0: ("code", "callout", "on-call-code"),
    1: ("on-call-link", "link", "reply"),
    2: ("receipt", "notice", "ticket"),
}
LOCK_AUDIT = """
CREATE FUNCTION memberline_lock_audit() RETURNS TABLE (id integer, hash varchar) LANGUAGE plpgsql VOLATILE AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(7262002);
    -- a statement of its own, which sees what was committed while this waited for the lock
    RETURN QUERY SELECT audit.id, audit.hash FROM audit ORDER BY audit.id DESC LIMIT 1;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "send_rates",
        sa.Column("sender", sa.String(length=8), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_send_rates")),
    )
    op.add_column("outbox", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="3"))
    # a process of the version before that is still running writes neither: its messages are due at once
    due_at = sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default="1970-01-01 00:00:00+00:00")
    op.add_column("outbox", due_at)
    op.execute("UPDATE outbox SET due_at = COALESCE(not_before, created_at)")
    for priority, purposes in PRIORITIES.items():
        named = ", ".join(f"'{purpose}'" for purpose in purposes)
        op.execute(f"UPDATE outbox SET priority = {priority} WHERE purpose IN ({named})")  # noqa: S608 - constants
    op.create_index("ix_outbox_due", "outbox", ["status", "kind", "priority", "due_at", "id"])
    op.add_column("job_turns", sa.Column("owner", sa.String(length=32), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(LOCK_AUDIT)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION memberline_lock_audit()")
    op.drop_column("job_turns", "owner")
    op.drop_index("ix_outbox_due", "outbox")
    op.drop_column("outbox", "due_at")
    op.drop_column("outbox", "priority")
    op.drop_table("send_rates")
