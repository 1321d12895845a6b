"""Finds accounts for the office by what a caller says: a number, a name, a phone, an email or an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from backend.billing.models import Account
from backend.members.models import Member
from backend.members.service import find_account, list_member_accounts
from backend.reading.contact.phone_numbers import InvalidPhone, parse_phone
from backend.reading.normalize import strip_accents
from backend.tickets.place_matching import ABBREVIATIONS

MAX_HITS = 20
MIN_LETTERS = 3
"""Fewer letters and digits would list a good part of the members."""
TYPO_LETTERS = 4
"""A shorter word must be as it is written: one wrong letter of three is another name."""
MAX_CANDIDATES = 500
NUMBER = re.compile(r"[\d\s.-]+")
MIN_END_DIGITS = 4
"""So many of the last digits of a number find it."""


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


async def search_members(session: AsyncSession, words: str) -> list[Account]:
    """The first MAX_HITS accounts of a number (full, the member's, or the last digits), an email, or as
    `search_accounts`.

    Where nothing is so, those of a name that differs by accents or by one letter a word. The member is loaded.
    """
    words = words.strip()
    if NUMBER.fullmatch(words) and (found := await _find_by_number(session, words)):
        return found
    if NUMBER.fullmatch(words) and (ending := await _list_ending(session, words)):
        others = await search_accounts(session, words)  # it may be a house number as well
        return [*ending, *(one for one in others if one not in ending)][:MAX_HITS]
    if "@" in words:
        return await _list_of(session, func.lower(Member.email) == words.lower())
    return await search_accounts(session, words) or await _search_alike(session, words)


async def _find_by_number(session: AsyncSession, number: str) -> list[Account]:
    account = await find_account(session, number)
    if account is not None:
        return [account]
    return await _list_of(session, Member.number == re.sub(r"[\s.-]", "", number))


async def _list_ending(session: AsyncSession, words: str) -> list[Account]:
    """The accounts whose number, or whose member's, ends with these digits."""
    digits = re.sub(r"\D", "", words)
    if len(digits) < MIN_END_DIGITS:
        return []
    ends = or_(func.replace(Account.number, "-", "").endswith(digits), Member.number.endswith(digits))
    return await _list_of(session, ends)


async def find_member_account(session: AsyncSession, number: str) -> tuple[Account, list[Account]] | None:
    """The account of a full number, or the first open one of a member's number; and all accounts of that member.

    None for neither, and for a member without any account.
    """
    account = await find_account(session, number)
    if account is None:
        theirs = await _list_of(session, Member.number == number.strip())
        account = next((one for one in theirs if one.status == "open"), theirs[0] if theirs else None)
    return (account, await list_member_accounts(session, account.member_id)) if account else None


async def list_accounts(session: AsyncSession, ids: Sequence[int]) -> list[Account]:
    """The accounts with these ids in their order, with the member loaded."""
    found = {account.id: account for account in await _list_of(session, Account.id.in_(ids))}
    return [found[one] for one in ids if one in found]


async def _search_alike(session: AsyncSession, words: str) -> list[Account]:
    parts = re.findall(r"\w+", strip_accents(words).lower())
    if sum(len(part) for part in parts) < MIN_LETTERS:
        return []
    # one wrong letter leaves one of these pieces whole, so that the database can look for them
    alike = [
        or_(*(func.lower(Member.name).contains(piece, autoescape=True) for piece in _pieces(part))) for part in parts
    ]
    candidates = await session.execute(select(Member.id, Member.name).where(*alike).limit(MAX_CANDIDATES))
    chosen = [row.id for row in candidates if _is_alike(row.name, parts)]
    return await _list_of(session, Member.id.in_(chosen[:MAX_HITS])) if chosen else []


def _pieces(part: str) -> set[str]:
    half, third = len(part) // 2, len(part) // 3
    if len(part) < TYPO_LETTERS:
        return {part}
    return {piece for piece in (part[:half], part[half:], part[:third], part[-third:]) if piece}


def _is_alike(name: str, parts: list[str]) -> bool:
    """Whether each part begins a word of the name, give or take one letter."""
    there = re.findall(r"\w+", strip_accents(name).lower())
    return all(any(_differs_by_one(part, word) for word in there) for part in parts)


def _differs_by_one(part: str, word: str) -> bool:
    """At most one letter is other, missing, too much, or in the place of its neighbor."""
    if word.startswith(part):
        return True
    if len(part) < TYPO_LETTERS or abs(len(part) - len(word)) > 1:
        return False
    at = next((at for at, (one, other) in enumerate(zip(part, word, strict=False)) if one != other), len(part))
    mine, theirs = part[at:], word[at:]
    swapped = mine[:2] == theirs[1::-1] and mine[2:] == theirs[2:]
    return swapped or mine[1:] == theirs[1:] or mine[1:] == theirs or mine == theirs[1:]


def are_near_names(words: str, found: Sequence[Account]) -> bool:
    """Whether `words` are a name that nobody of `found` has, so that they are only near it."""
    parts = re.findall(r"\w+", strip_accents(words).lower())
    if not parts or any(part.isdigit() for part in parts) or "@" in words:
        return False
    known = [
        strip_accents(f"{account.member.name} {account.service_address} {account.member.email}").lower()
        for account in found
    ]
    return not any(all(any(one in text for one in _spellings(part)) for part in parts) for text in known)


async def _list_of(session: AsyncSession, condition: ColumnElement[bool]) -> list[Account]:
    query = select(Account).join(Account.member).options(contains_eager(Account.member)).where(condition)
    return list(await session.scalars(query.order_by(Account.number).limit(MAX_HITS)))


def _is_in_address(part: str) -> ColumnElement[bool]:
    address = func.lower(Account.service_address)
    return or_(*(address.contains(each, autoescape=True) for each in sorted(_spellings(part))))


def _spellings(part: str) -> set[str]:
    """A word of an address as it is and with its kind of street written out or short."""
    longer = {long for long, short in ABBREVIATIONS.items() if short == part}
    return {part, ABBREVIATIONS.get(part, part), *longer}
