"""Finds accounts for the office by what a caller says: a name, a phone or an address."""

from __future__ import annotations

import re
from contextlib import suppress

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from backend.billing.models import Account
from backend.members.models import Member
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone
from backend.tickets.place_matching import ABBREVIATIONS

MAX_HITS = 20
MIN_LETTERS = 3
"""Fewer letters and digits would list a good part of the members."""


async def search_accounts(session: AsyncSession, words: str) -> list[Account]:
    """The first MAX_HITS accounts, closed ones too, whose member's name or phone or whose service address it is.

    All the words must be in the name or in the address, in any order; streets and their abbreviations are alike. The
    member is loaded. Too few letters find nothing.
    """
    parts = re.findall(r"\w+", words.lower())
    if sum(len(part) for part in parts) < MIN_LETTERS:
        return []
    found = [
        and_(*(func.lower(Member.name).contains(part, autoescape=True) for part in parts)),
        and_(*(_is_in_address(part) for part in parts)),
    ]
    with suppress(InvalidPhone):  # then it is a name or an address
        found.append(Member.phone == parse_phone(words))
    query = (
        select(Account)
        .join(Account.member)
        .options(contains_eager(Account.member))
        .where(or_(*found))
        .order_by(Account.number)
        .limit(MAX_HITS)
    )
    return list(await session.scalars(query))


def _is_in_address(part: str) -> ColumnElement[bool]:
    address = func.lower(Account.service_address)
    spellings = {part, ABBREVIATIONS.get(part, part)}
    spellings |= {long for long, short in ABBREVIATIONS.items() if short == part}
    return or_(*(address.contains(each, autoescape=True) for each in sorted(spellings)))
