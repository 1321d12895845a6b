"""Pay links: our page for one account and amount, in front of the provider's own card page.

A link is stored by its token's hash alone, is valid for half an hour and pays once. Like every payment it goes through
confirm_quote, with the link's conversation.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import ENGLISH, tr
from backend.members.levels import Level
from backend.payments import prechecks
from backend.payments.errors import CardEntryIncomplete, PayLinkInvalid, PaymentRefused
from backend.payments.models import PayLink, PaymentMethod, Quote
from backend.payments.quotes import write_quote
from backend.providers.payments.base import EntryResult, HostedEntry

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=30)


async def count_links(session: AsyncSession, conversation_id: str, since: datetime) -> int:
    """How many links a conversation was given after `since`."""
    query = select(func.count()).select_from(PayLink)
    query = query.where(PayLink.conversation_id == conversation_id, PayLink.created_at >= since)
    return int(await session.scalar(query) or 0)


async def create(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    *,
    account_id: int,
    amount_cents: int,
    pay_on: date,
    ahead: bool = False,
) -> str:
    """The address of a new link. `ahead` as in `quotes.make_quote`. Raises PaymentRefused for what blocks."""
    account = await session.get_one(Account, account_id)
    found = await prechecks.find_warnings(session, backend, account, amount_cents, pay_on, ahead=ahead)
    if refused := prechecks.blocking_warnings(found):
        raise PaymentRefused(refused)
    token = secrets.token_urlsafe(16)
    now = backend.clock.now()
    link = PayLink(
        token_hash=_hash(token),
        conversation_id=conversation_id,
        account_id=account_id,
        amount_cents=amount_cents,
        pay_on=pay_on,
        pay_now=pay_on == backend.today(),
        ahead=ahead,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(link)
    await session.flush()
    return pay_page_url(backend, token)


def pay_page_url(backend: Backend, token: str) -> str:
    return f"{backend.settings.public_url}/portal/pay/{token}"


async def find(session: AsyncSession, backend: Backend, token: str) -> PayLink | None:
    """The link, unless it is unknown or has expired. One that has paid is found, with `used_at`."""
    query = select(PayLink).where(PayLink.token_hash == _hash(token), PayLink.expires_at > backend.clock.now())
    return await session.scalar(query)


async def link_language(session: AsyncSession, token: str) -> str:
    """The language of the conversation that the link came from, even once the link has expired; else English."""
    query = select(Conversation.language).join(PayLink, PayLink.conversation_id == Conversation.id)
    return await session.scalar(query.where(PayLink.token_hash == _hash(token))) or ENGLISH


async def begin_entry(backend: Backend, token: str) -> HostedEntry:
    """The provider's page for the member's card or bank account. Raises PayLinkInvalid."""
    async with backend.db.read_session() as session:
        link = await _get_link(session, backend, token)
        if link.used_at:
            raise PayLinkInvalid()
        account = await session.get_one(Account, link.account_id)
    entry = await backend.payments.open_entry(
        reference=account.masked_number,
        amount_cents=link.amount_cents,
        description=tr("{coop} electric bill", coop=backend.coop.name),
        return_url=f"{pay_page_url(backend, token)}/return",
    )
    async with backend.db.transaction() as session:
        link = await _get_link(session, backend, token)
        await lock_account(session, link.account_id)
        await session.refresh(link)
        if link.used_at:
            raise PayLinkInvalid()
        # a read-back still open in another tab must not pay beside the one that comes of this visit
        stale = update(Quote).where(Quote.id == link.quote_id, Quote.confirmed_at.is_(None))
        await session.execute(stale.values(expires_at=backend.clock.now()))
        link.entry_id, link.quote_id = entry.entry_id, None
    return entry


async def quote_from_entry(backend: Backend, token: str) -> Quote:
    """The quote to read back after the member was at the provider's page; the same one however often it is asked for.

    Raises PayLinkInvalid, CardEntryIncomplete, and PaymentRefused for what blocks by now. A link that has paid gives
    its quote, whose confirmation then has the outcome `already`.
    """
    async with backend.db.read_session() as session:
        link = await _get_link(session, backend, token)
        if link.quote_id and (quote := await _find_valid_quote(session, backend, link)):
            return quote
        if link.used_at:
            raise PayLinkInvalid()
        if link.entry_id is None:
            raise CardEntryIncomplete(abandoned=False)
    result = await backend.payments.entry_result(link.entry_id)
    if result.status != "complete":
        raise CardEntryIncomplete(abandoned=result.status == "abandoned")
    return await _write_link_quote(backend, token, link.entry_id, result)


async def _write_link_quote(backend: Backend, token: str, entry_id: str, result: EntryResult) -> Quote:
    async with backend.db.transaction() as session:
        link = await _get_link(session, backend, token)
        account = await lock_account(session, link.account_id)
        await session.refresh(link)
        if link.quote_id and (quote := await _find_valid_quote(session, backend, link)):
            return quote
        if link.used_at or link.entry_id != entry_id:
            raise PayLinkInvalid()
        quote = await write_quote(
            session,
            backend,
            link.conversation_id,
            account=account,
            amount_cents=link.amount_cents,
            method=await _find_or_add_method(session, account, result),
            pay_on=link.pay_on,
            level=Level.KNOWN,
            ahead=link.ahead,
        )
        link.quote_id = quote.id
        return quote


async def _find_or_add_method(session: AsyncSession, account: Account, result: EntryResult) -> PaymentMethod:
    """The card or account typed on the provider's page, for this one payment: not `saved`, so no list shows it."""
    known = select(PaymentMethod).where(
        PaymentMethod.member_id == account.member_id,
        PaymentMethod.token == result.token,
        PaymentMethod.saved.is_(False),
    )
    if method := await session.scalar(known):
        return method
    method = PaymentMethod(
        member_id=account.member_id,
        token=result.token,
        kind=result.kind,
        brand=result.brand,
        last4=result.last4,
        exp_month=result.exp_month,
        exp_year=result.exp_year,
        saved=False,
    )
    session.add(method)
    await session.flush()
    return method


async def _find_valid_quote(session: AsyncSession, backend: Backend, link: PayLink) -> Quote | None:
    """The link's quote while it can be confirmed, or has been."""
    quote = await session.get_one(Quote, link.quote_id)
    return quote if quote.confirmed_at or quote.expires_at > backend.clock.now() else None


async def _get_link(session: AsyncSession, backend: Backend, token: str) -> PayLink:
    link = await find(session, backend, token)
    if link is None:
        raise PayLinkInvalid()
    return link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
