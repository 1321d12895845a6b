"""Logins to the portal, their sessions, links and misses

Revision ID: 0010
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _at(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)


def _create(table: str, *columns: sa.Column, unique: tuple[str, ...] = (), indexes: tuple[tuple[str, ...], ...] = ()) -> None:
    keys = [sa.UniqueConstraint(name, name=op.f(f"uq_{table}_{name}")) for name in unique]
    op.create_table(table, *columns, *keys)
    for names in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, list(names))


def _member_id(table: str, **options: bool) -> sa.Column:
    return _foreign(table, "member_id", "members", **options)


def _foreign(table: str, name: str, to: str, nullable: bool = False, primary_key: bool = False) -> sa.Column:
    key = sa.ForeignKey(f"{to}.id", name=op.f(f"fk_{table}_{name}_{to}"))
    return sa.Column(name, sa.Integer(), key, nullable=nullable, primary_key=primary_key)


def upgrade() -> None:
    _create(
        "logins",
        _id(),
        _member_id("logins"),
        _text("user_id", 64),
        _text("user_key", 64),
        _text("password_hash", 200),
        _text("first_name", 80),
        _text("last_name", 80),
        _at("created_at"),
        _at("password_set_at"),
        unique=("member_id", "user_key"),
    )
    _create("holder_proofs", _member_id("holder_proofs", primary_key=True), _text("digits_hash", 64))
    _create(
        "portal_sessions",
        _id(),
        _text("token_hash", 64),
        _foreign("portal_sessions", "login_id", "logins"),
        _at("started_at"),
        _at("seen_at"),
        unique=("token_hash",),
        indexes=(("login_id",),),
    )
    _create(
        "login_misses",
        _id(),
        _at("at"),
        _text("source", 80),
        _text("target", 64),
        indexes=(("source", "at"), ("target", "at")),
    )
    _create(
        "mail_requests",
        _id(),
        _text("kind", 12),
        _member_id("mail_requests", nullable=True),
        _text("reference", 16),
        _text("asked_by", 80),
        _text("channel", 12),
        _at("asked_at"),
        _at("done_at", nullable=True),
        indexes=(("member_id",), ("done_at", "id")),
    )
    _create(
        "reset_tokens",
        _id(),
        _text("token_hash", 64),
        _foreign("reset_tokens", "login_id", "logins"),
        _at("created_at"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        unique=("token_hash",),
        indexes=(("login_id",),),
    )
    _create(
        "creation_links",
        _id(),
        _text("token_hash", 64),
        _text("asked_by", 80),
        _foreign("creation_links", "account_id", "accounts", nullable=True),
        _text("first_name", 80),
        _text("last_name", 80),
        _text("email", 254),
        _at("created_at"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        unique=("token_hash",),
    )


def downgrade() -> None:
    for table in (
        "creation_links",
        "reset_tokens",
        "mail_requests",
        "login_misses",
        "portal_sessions",
        "holder_proofs",
        "logins",
    ):
        op.drop_table(table)
