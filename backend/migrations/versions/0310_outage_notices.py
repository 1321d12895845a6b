"""Members are told of outages, and their reports belong to one

Revision ID: 0310
Revises: 0300
"""

import sqlalchemy as sa
from alembic import op

revision = "0310"
down_revision = "0300"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    for name in ("by_accounts", "tells", "is_dangerous"):
        op.add_column("known_outages", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("known_outages", sa.Column("told_estimate_at", TIME, nullable=True))
    source = sa.Column("source", sa.String(length=16), server_default="office", nullable=False)
    op.add_column("known_outages", source)
    op.add_column("known_outages", sa.Column("source_key", sa.String(length=120), nullable=True))
    op.add_column("known_outages", sa.Column("gone_since", TIME, nullable=True))
    op.create_index(op.f("ix_known_outages_source_key"), "known_outages", ["source_key"], unique=True)
    op.add_column("outbox", sa.Column("not_after", TIME, nullable=True))
    with op.batch_alter_table("tickets") as table:
        table.add_column(sa.Column("outage_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_tickets_outage_id"), "known_outages", ["outage_id"], ["id"])
        table.create_index(op.f("ix_tickets_outage_id"), ["outage_id"])
    _create_accounts()
    _create_announcements()
    _create_notices()


def _create_accounts() -> None:
    op.create_table(
        "outage_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["outage_id"], ["known_outages.id"], name=op.f("fk_outage_accounts_outage_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_outage_accounts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_accounts")),
    )
    op.create_index("uq_outage_accounts_account", "outage_accounts", ["outage_id", "account_id"], unique=True)
    op.create_index(op.f("ix_outage_accounts_account_id"), "outage_accounts", ["account_id"])


def _create_announcements() -> None:
    op.create_table(
        "outage_announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("held_until", TIME, nullable=True),
        sa.Column("after_account", sa.Integer(), nullable=False),
        sa.Column("after_ticket", sa.Integer(), nullable=False),
        sa.Column("upto_notice", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["outage_id"], ["known_outages.id"], name=op.f("fk_outage_announcements_outage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_announcements")),
    )
    stage = ["outage_id", "stage", "number"]
    op.create_index("uq_outage_announcements_stage", "outage_announcements", stage, unique=True)
    op.create_index(op.f("ix_outage_announcements_status"), "outage_announcements", ["status"])


def _create_notices() -> None:
    owners = {"outage_id": "known_outages", "announcement_id": "outage_announcements", "account_id": "accounts"}
    op.create_table(
        "outage_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in owners),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=5), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_outage_notices_{name}"))
            for name, table in {**owners, "message_id": "outbox"}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_notices")),
    )
    once = ["outage_id", "account_id", "stage", "way"]
    op.create_index("uq_outage_notices_stage", "outage_notices", once, unique=True)
    for name in ("announcement_id", "account_id", "message_id"):
        op.create_index(op.f(f"ix_outage_notices_{name}"), "outage_notices", [name])


def downgrade() -> None:
    for name in ("outage_notices", "outage_announcements", "outage_accounts"):
        op.drop_table(name)
    with op.batch_alter_table("tickets") as table:
        table.drop_index(op.f("ix_tickets_outage_id"))
        table.drop_constraint(op.f("fk_tickets_outage_id"), type_="foreignkey")
        table.drop_column("outage_id")
    op.drop_column("outbox", "not_after")
    op.drop_index(op.f("ix_known_outages_source_key"), "known_outages")
    for name in ("gone_since", "source_key", "source", "told_estimate_at", "is_dangerous", "tells", "by_accounts"):
        op.drop_column("known_outages", name)
