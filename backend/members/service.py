"""Finds members and accounts by number or phone."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from backend.billing.models import Account
from backend.members.models import Member

ACCOUNT_SUFFIX_LENGTH = 3  # digits after the dash
MEMBER_NUMBER_LENGTHS = range(4, 13)  # digits before it


def strip_to_digits(number: str) -> str:
    """`99999-001` and `99999 001` → `99999001`. Text, so that leading zeros stay."""
    return "".join(character for character in number if character in "0123456789")


def lacks_account_suffix(number: str) -> bool:
    """Whether the three digits after the dash are missing, by the number's shape alone, so that nothing is revealed."""
    if len(strip_to_digits(number)) < MEMBER_NUMBER_LENGTHS.start + ACCOUNT_SUFFIX_LENGTH:
        return True
    return "-" in number and len(strip_to_digits(number.partition("-")[2])) < ACCOUNT_SUFFIX_LENGTH


async def find_account(session: AsyncSession, number: str) -> Account | None:
    """The account with this full number, with or without dash, and its member loaded."""
    query = (
        select(Account)
        .options(joinedload(Account.member))
        .where(Account.number_digits == strip_to_digits(number))
        .execution_options(populate_existing=True)  # rows do not expire at a commit: a loaded one may be out of date
    )
    return (await session.execute(query)).scalar_one_or_none()


async def reload_account(session: AsyncSession, account_id: int) -> Account | None:
    """The account as it is in the database now, with its member loaded."""
    return await session.get(Account, account_id, options=[joinedload(Account.member)], populate_existing=True)


async def is_issued_length(session: AsyncSession, length: int) -> bool:
    """Whether the co-op has full account numbers of this length; reveals no particular one."""
    query = select(Account.id).where(func.length(Account.number_digits) == length).limit(1)
    return await session.scalar(query) is not None


async def longest_issued_length(session: AsyncSession) -> int:
    """The digits of the co-op's longest full account number; 0 where there are no accounts."""
    return await session.scalar(select(func.max(func.length(Account.number_digits)))) or 0


async def list_member_accounts(session: AsyncSession, member_id: int) -> list[Account]:
    """All of a member's accounts, in the order of their numbers."""
    query = select(Account).where(Account.member_id == member_id).order_by(Account.number)
    return list(await session.scalars(query))


async def list_accounts_at_phone(session: AsyncSession, phone: str) -> list[Account]:
    """The open accounts of members with this phone (E.164) on file, with the member loaded. Proves nothing about who is
    using the phone."""
    query = (
        select(Account)
        .join(Account.member)
        .options(contains_eager(Account.member))
        .where(Member.phone == phone, Account.status == "open")
        .order_by(Account.number)
    )
    return list(await session.scalars(query))
