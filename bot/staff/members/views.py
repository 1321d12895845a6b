"""Loads what every page about a member shows: who it is, what is owed, and what a clerk must not miss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.arrangement.next_part import describe_plan_due
from backend.arrangement.service import active_arrangement
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.schedule import find_active
from backend.billing.figures import format_as_of
from backend.billing.models import Account
from backend.language import format_short_date, tr
from backend.logins import signin
from backend.logins.models import Login
from backend.logins.service import login_of_member
from backend.members import rate_limits
from backend.members.models import Member
from backend.members.search import find_member_account
from backend.money import format_cents
from backend.outbox.service import is_opted_out
from backend.payments.balances import Balance, get_balance
from backend.providers.billing.base import FiguresUnknown
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class Flag:
    """A word beside the name; `kind` is the badge's: good, warn, bad or empty."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class MemberView:
    """One account of a member, and what is known of it now. Amounts are cents.

    `balance` is None when another system has not said what is owed; `as_of` is its time in words when it is not of now.
    `locked_until` (UTC): until then strangers need a code at this member. `slowed`: wrong passwords hold up the
    account page. `plan_due` says what is due by the arrangement that holds; empty without one. `new_contacts` are
    those of phone and email that are too new to prove anything.
    """

    account: Account
    accounts: Sequence[Account]
    member: Member
    login: Login | None
    balance: Balance | None
    as_of: str
    arrangement: Arrangement | None
    plan_due: str
    automatic: AutoPay | LegacyDraft | None
    tickets: Sequence[Ticket]
    texts_stopped: bool
    locked_until: datetime | None
    slowed: bool
    new_contacts: frozenset[str]
    former_phone: str | None  # E.164, as long as the one on file is new
    flags: Sequence[Flag]

    @property
    def url(self) -> str:
        return member_url(self.account)


def member_url(account: Account) -> str:
    return f"/staff/members/{account.number}"


async def load_member(backend: Backend, number: str) -> MemberView | None:
    """The account of a full number, or the first open one of a member's number. None for neither."""
    async with backend.db.read_session() as session:
        found = await find_member_account(session, number)
    if found is None:
        return None
    await backend.billing.refresh(backend.db, found[0].id)
    async with backend.db.read_session() as session:
        return await _load(session, backend, *found)


async def _load(session: AsyncSession, backend: Backend, account: Account, accounts: Sequence[Account]) -> MemberView:
    member = await session.get_one(Member, account.member_id)
    login = await login_of_member(session, member.id)
    try:
        balance = await get_balance(session, backend, account.id)
    except FiguresUnknown:
        balance = None
    target = rate_limits.hash_target(backend, account.number_digits)
    mine = or_(Ticket.account_id.in_([each.id for each in accounts]), Ticket.phone == member.phone)
    open_tickets = select(Ticket).where(mine, Ticket.status.in_(OPEN_STATUSES))
    now = backend.clock.now()
    values = {
        "former_phone": member.former_contact("phone", now),
        "new_contacts": frozenset(way for way in ("phone", "email") if not member.is_established(way, now)),
        "balance": balance,
        "plan_due": await describe_plan_due(session, backend, account.id, balance) if balance else "",
        "automatic": await find_active(session, account.id),
        "arrangement": await active_arrangement(session, account.id),
        "tickets": list(await session.scalars(open_tickets.order_by(Ticket.urgent.desc(), Ticket.id.desc()).limit(20))),
        "texts_stopped": await is_opted_out(session, member.phone),
        "locked_until": await rate_limits.find_member_lock(session, backend, target),
        "slowed": login is not None and await signin.is_slowed(session, backend, login),
    }
    bare = MemberView(account, accounts, member, login, as_of=_time_of(backend, balance), flags=(), **values)  # type: ignore[arg-type]
    flags = [*_money_flags(bare), *_person_flags(bare)]
    return replace(bare, flags=flags)


def _time_of(backend: Backend, balance: Balance | None) -> str:
    if balance is None or balance.as_of is None:
        return ""
    return format_as_of(balance.as_of, backend.clock.now(), backend.coop.zone)


def _money_flags(view: MemberView) -> list[Flag]:
    """What is wrong comes first."""
    balance, found = view.balance, []
    if view.account.status != "open":
        found.append(Flag(tr("Account closed"), "bad"))
    if balance and balance.disconnect_on:
        found.append(Flag(tr("Shutoff {day}", day=format_short_date(balance.disconnect_on)), "bad"))
    if balance and balance.past_due_cents > 0:
        found.append(Flag(tr("Past due {amount}", amount=format_cents(balance.past_due_cents)), "bad"))
    if view.arrangement:
        found.append(Flag(tr("Payment arrangement"), "warn"))
    if balance and balance.prepaid:
        found.append(Flag(tr("Prepaid")))
    if view.automatic:
        found.append(Flag(tr("Auto Pay") if view.automatic.kind == "autopay" else tr("Bank or card draft"), "good"))
    return found


def _person_flags(view: MemberView) -> list[Flag]:
    member, found = view.member, []
    if any(ticket.kind == "medical" for ticket in view.tickets):
        found.append(Flag(tr("Medical equipment"), "bad"))
    if view.locked_until or view.slowed:
        found.append(Flag(tr("Locked after wrong tries"), "warn"))
    if view.texts_stopped:
        found.append(Flag(tr("Texts stopped"), "warn"))
    if "phone" in view.new_contacts:
        found.append(Flag(tr("New phone"), "warn"))
    if member.email and "email" in view.new_contacts:
        found.append(Flag(tr("New email"), "warn"))
    if member.language == "es":
        found.append(Flag(tr("Spanish")))
    return found
