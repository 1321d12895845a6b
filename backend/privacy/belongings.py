"""Which accounts, conversations and addresses are one member's, and no one else's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.contact.service import which_side
from backend.conversations.models import Conversation
from backend.errors import MemberlineError
from backend.logins.models import Login
from backend.members.models import PROBATION_PERIOD, Member
from backend.outbox.models import OutboxMessage

if TYPE_CHECKING:
    from backend.app import Backend

IDENTIFYING_ACTS = ("identified", "account_switched", "stepped_up")


class NoSuchMember(MemberlineError):
    """No member has this number."""

    code = "no_such_member"


@dataclass(frozen=True, slots=True)
class Address:
    """A phone (E.164) or email in the time in which it was the member's (aware UTC; None: without a limit)."""

    value: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is one member's.

    `mixed` are conversations in which another member's account was talked about too, `shared` addresses that another
    member has on file as well: what is in them cannot be told apart by machine.
    """

    member: Member
    accounts: tuple[Account, ...]
    conversations: tuple[str, ...]
    mixed: tuple[str, ...]
    addresses: tuple[Address, ...]
    shared: tuple[str, ...]
    login_id: int | None

    @property
    def account_ids(self) -> list[int]:
        return [account.id for account in self.accounts]


async def collect_belongings(session: AsyncSession, backend: Backend, number: str) -> Belongings:
    """Look up the member `99999`. Raises NoSuchMember."""
    member = await session.scalar(select(Member).where(Member.number == number.strip()))
    if member is None:
        hint = " (the number before the dash)" if "-" in number else ""
        raise NoSuchMember(f"no member has the number {number}{hint}")
    accounts = (await session.scalars(select(Account).where(Account.member_id == member.id))).all()
    ids = [account.id for account in accounts]
    everything = await _addresses(session, backend, member, ids)
    shared = await _shared(session, member, everything)
    addresses = tuple(address for address in everything if address.value not in shared)
    own, mixed = await _conversations(session, member, ids, addresses)
    login = await session.scalar(select(Login.id).where(Login.member_id == member.id))
    return Belongings(member, tuple(accounts), own, mixed, addresses, tuple(sorted(shared)), login)


async def _addresses(session: AsyncSession, backend: Backend, member: Member, accounts: list[int]) -> list[Address]:
    """The phone and email on file, and earlier ones: the notices of a change went to the old and the new one."""
    found = [Address(member.phone, member.phone_changed_at)] if member.phone else []
    found += [Address(member.email, member.email_changed_at)] if member.email else []
    current = {address.value for address in found}
    changes = select(AuditRow).where(
        AuditRow.account_id.in_(accounts), AuditRow.act.in_(("contact_phone", "contact_email"))
    )
    began: dict[str, datetime] = {}
    for row in await session.scalars(changes.order_by(AuditRow.id)):
        notices = select(OutboxMessage.recipient).where(
            OutboxMessage.dedupe_key.startswith(f"contact:{row.id}:", autoescape=True)
        )
        for value in await session.scalars(notices):
            side = which_side(backend, row, value)
            if side == "new":
                began[value] = row.at
            elif side == "old" and value not in current:
                # for a day it hears of money and of changes as well
                found.append(Address(value, began.get(value), row.at + PROBATION_PERIOD + timedelta(minutes=1)))
    return found


async def _shared(session: AsyncSession, member: Member, addresses: Iterable[Address]) -> set[str]:
    """The addresses that another member has on file now."""
    values = [address.value for address in addresses]
    query = select(Member.phone, Member.email).where(
        Member.id != member.id, or_(Member.phone.in_(values), func.lower(Member.email).in_([v.lower() for v in values]))
    )
    theirs = {value.lower() for row in await session.execute(query) for value in row if value}
    return {value for value in values if value.lower() in theirs}


async def _conversations(
    session: AsyncSession, member: Member, accounts: list[int], addresses: Iterable[Address]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the member's alone, mixed with another member's), by what the audit trail says was identified in them.

    A text line's conversation belongs to its phone for good, so its phone counts as well.
    """
    phones = [
        and_(Conversation.address == each.value, _within(each, Conversation.started_at))
        for each in addresses
        if each.value.startswith("+")
    ]
    by_phone = select(Conversation.id).where(or_(false(), *phones))
    by_row = select(Conversation.id).where(
        or_(Conversation.member_id == member.id, Conversation.account_id.in_(accounts))
    )
    by_act = select(AuditRow.actor).where(AuditRow.account_id.in_(accounts), AuditRow.act.in_(IDENTIFYING_ACTS))
    named = {each for query in (by_phone, by_row, by_act) for each in await session.scalars(query)}
    there = set(await session.scalars(select(Conversation.id).where(Conversation.id.in_(named))))
    others: set[str] = set()
    acts = select(AuditRow.actor).where(
        AuditRow.actor.in_(there), AuditRow.account_id.is_not(None), AuditRow.account_id.not_in(accounts)
    )
    rows = select(Conversation.id).where(
        Conversation.id.in_(there), Conversation.account_id.is_not(None), Conversation.account_id.not_in(accounts)
    )
    for query in (acts, rows):
        others |= set(await session.scalars(query))
    return tuple(sorted(there - others)), tuple(sorted(others))


def _within(address: Address, column: object) -> ColumnElement[bool]:
    """Whether the time in `column` falls into the time in which the address was the member's."""
    at: ColumnElement[datetime] = column  # type: ignore[assignment]
    limits = [at >= address.since] if address.since else []
    return and_(true(), *limits, *([at <= address.until] if address.until else []))


def messages_to(belongings: Belongings) -> ColumnElement[bool]:
    """Which rows of the outbox went to the member alone."""
    chosen = [
        and_(func.lower(OutboxMessage.recipient) == each.value.lower(), _within(each, OutboxMessage.created_at))
        for each in belongings.addresses
    ]
    return or_(false(), *chosen)
