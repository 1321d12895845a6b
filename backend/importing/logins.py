"""The user IDs of members.csv, made before: they go on working."""

from __future__ import annotations

from collections.abc import Iterator

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.importing.bulk_load import BATCH, BulkLoader, RowValues
from backend.importing.errors import ErrorReport
from backend.importing.fields import InvalidField
from backend.importing.staging import Staging
from backend.importing.table import ParsedRow
from backend.logins.models import Login
from backend.logins.service import USER_ID, fold_user_id


def parse_user_id(value: str) -> str:
    """Kept in small letters: case makes no difference at sign-in, so two must not differ by it alone."""
    if not USER_ID.fullmatch(value):
        raise InvalidField("is not a user ID: 4 to 64 letters, digits, . _ @ + or -, with a letter among them")
    return fold_user_id(value)


def parse_password_hash(value: str) -> str:
    """argon2's own text."""
    try:
        extract_parameters(value)
    except InvalidHashError:
        raise InvalidField(
            "is not an argon2 hash (leave it empty: the member sets a password by Forgot Password?)"
        ) from None
    return value


def find_row_errors(row: ParsedRow) -> Iterator[str]:
    if row["password_hash"] and not row["user_id"]:
        yield "a password_hash needs a user_id"


async def reject_taken_user_ids(session: AsyncSession, staging: Staging, faults: ErrorReport) -> None:
    """A user ID that somebody in the database has already."""
    for batch in staging.batches("SELECT line, user_id FROM members WHERE user_id IS NOT NULL", BATCH):
        query = select(Login.user_key).where(Login.user_key.in_([key for _line, key in batch]))
        taken = set(await session.scalars(query))
        for line, key in batch:
            if key in taken:
                faults.add("members.csv", line, f"user ID {key} is there already")


async def load_logins(loader: BulkLoader) -> None:
    names = (
        "member_id",
        "user_id",
        "user_key",
        "password_hash",
        "first_name",
        "last_name",
        "created_at",
        "password_set_at",
    )
    await loader.load(Login, names, _login_rows(loader))


def _login_rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, m.user_id, m.password_hash, m.name FROM members m JOIN member_ids i ON i.number = m.number "
        "WHERE m.user_id IS NOT NULL ORDER BY m.line"
    )
    for id_, key, secret, name in loader.staging.rows(query):
        first, _, last = name.partition(" ")
        yield id_, key, key, secret or "", first[:80], last[:80], loader.now, loader.now
