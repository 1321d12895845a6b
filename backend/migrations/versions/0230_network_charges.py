"""A card network's own objects for our charges and refunds, and what it reports

Revision ID: 0230
Revises: 0220
"""

import sqlalchemy as sa
from alembic import op

revision = "0230"
down_revision = "0220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "network_charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("off_session", sa.Boolean(), nullable=False),
        sa.Column("decline_code", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_charges")),
        sa.UniqueConstraint("key", name=op.f("uq_network_charges_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_network_charges_ref")),
    )
    op.create_table(
        "network_refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("charge_key", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_refunds")),
        sa.UniqueConstraint("key", name=op.f("uq_network_refunds_key")),
    )
    op.create_index(op.f("ix_network_refunds_charge_key"), "network_refunds", ["charge_key"], unique=False)
    op.create_table(
        "network_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_network_events_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_network_events_key"), "network_events", ["key"], unique=False)
    op.create_index(
        "uq_network_events_return",
        "network_events",
        ["key"],
        unique=True,
        sqlite_where=sa.text("kind = 'return'"),
        postgresql_where=sa.text("kind = 'return'"),
    )


def downgrade() -> None:
    op.drop_table("network_events")
    op.drop_table("network_refunds")
    op.drop_table("network_charges")
