"""Finds which numbers are accounts, and locks one while something about its money is decided."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account


async def existing_numbers(session: AsyncSession, digits: Collection[str]) -> frozenset[str]:
    """Those of the given digits, without dashes, that are the number of an account."""
    if not digits:
        return frozenset()
    query = select(Account.number_digits).where(Account.number_digits.in_(digits))
    return frozenset(await session.scalars(query))


async def lock_account(session: AsyncSession, account_id: int) -> Account:
    """The account, locked until this transaction ends: decisions about its money are made one at a time.

    On SQLite only one transaction can write anyway. On PostgreSQL this is NO KEY UPDATE, which still lets others insert
    rows that refer to the account.
    """
    query = (
        select(Account)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one()
