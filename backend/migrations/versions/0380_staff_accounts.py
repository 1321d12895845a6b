"""Accounts of the office: invitations, roles, second steps, passkeys; sessions that can be seen

Revision ID: 0380
Revises: 0370
"""

import sqlalchemy as sa
from alembic import op

revision = "0380"
down_revision = "0370"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SESSION_COLUMNS = (
    ("way", sa.String(length=16), "password"),
    ("address", sa.String(length=64), ""),
    ("browser", sa.String(length=80), ""),
)


def upgrade() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_key", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="en", nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=16), server_default="invited", nullable=False),
        sa.Column("change", sa.Integer(), server_default="0", nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", TIME, nullable=True),
        sa.Column("link_hash", sa.String(length=64), nullable=True),
        sa.Column("link_expires_at", TIME, nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=True),
        sa.Column("invited_by", sa.String(length=60), server_default="", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("name_key", name=op.f("uq_staff_accounts_name_key")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_staff_accounts_link_hash")),
        sa.UniqueConstraint("subject", name=op.f("uq_staff_accounts_subject")),
    )
    op.create_index(op.f("ix_staff_accounts_email"), "staff_accounts", ["email"])
    op.create_table(
        "staff_code_apps",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("last_step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff_code_apps")),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery_codes")),
    )
    op.create_index(op.f("ix_staff_recovery_codes_name"), "staff_recovery_codes", ["name"])
    op.create_table(
        "staff_passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=2000), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkeys")),
        sa.UniqueConstraint("credential", name=op.f("uq_staff_passkeys_credential")),
    )
    op.create_index(op.f("ix_staff_passkeys_name"), "staff_passkeys", ["name"])
    op.create_table(
        "staff_challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), server_default="", nullable=False),
        sa.Column("secret", sa.String(length=300), server_default="", nullable=False),
        sa.Column("misses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_challenges")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_challenges_token_hash")),
    )
    for name, kind, default in SESSION_COLUMNS:
        op.add_column("staff_sessions", sa.Column(name, kind, server_default=default, nullable=False))
    op.add_column("staff_sessions", sa.Column("seen_at", TIME, nullable=True))
    op.create_index(op.f("ix_audit_act_at"), "audit", ["act", "at"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_at"), "audit")
    op.drop_index(op.f("ix_audit_act_at"), "audit")
    for name in ("seen_at", "browser", "address", "way"):
        op.drop_column("staff_sessions", name)
    for table in (
        "staff_challenges", "staff_passkeys", "staff_recovery_codes", "staff_code_apps", "staff_accounts",
    ):
        op.drop_table(table)
