"""What the pay pages show, and what their buttons do. The link's token is all that opens them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing.models import Account
from backend.billing.service import balance
from backend.payments import flow, gate, links
from backend.payments.errors import LinkGone
from backend.payments.models import PayLink, Payment, PaymentMethod, Quote, ScheduledPayment
from backend.payments.quotes import ReadBack, read_back
from bot.portal import wording

STATES = {"started": "pending", "authorised": "pending", "posted": "paid", "returned": "paid", "declined": "declined"}


@dataclass(frozen=True)
class Standing:
    """A link as its first page shows it. Amounts are cents; `due_cents` below zero is a credit."""

    link: PayLink
    account: str
    due_cents: int
    blocked: tuple[str, ...]
    warnings: tuple[str, ...]
    made: Made | None


@dataclass(frozen=True)
class Made:
    """What came of a link's confirmation: `paid`, `scheduled`, `pending` or `declined`."""

    state: str
    confirmation: str
    read: ReadBack
    reason: str
    due_cents: int


@dataclass(frozen=True)
class Check:
    """The read-back: exactly what a yes agrees to."""

    quote: Quote
    read: ReadBack
    consent: str
    button: str
    warnings: tuple[str, ...]


async def standing(backend: Backend, token: str) -> Standing:
    """The link and what stands in its way. Raises LinkGone."""
    async with backend.db.reading() as session:
        link = await _link(session, backend, token)
        account = await session.get_one(Account, link.account_id)
        owed = await balance(session, backend, account.id)
        made = await _made(session, backend, link)
        found = [] if made else await gate.concerns(session, backend, account, link.amount_cents, link.pay_on)
        texts = [(one.blocking, wording.concern(backend.coop, one)) for one in found]
        return Standing(
            link=link,
            account=wording.masked(account.number),
            due_cents=owed.amount_due_cents,
            blocked=tuple(text for blocking, text in texts if blocking),
            warnings=tuple(text for blocking, text in texts if not blocking),
            made=made,
        )


async def check(backend: Backend, token: str) -> Check:
    """The quote of the member's visit to the provider. Raises LinkGone, EntryNotComplete, PaymentRefused."""
    quote = await links.take_result(backend, token)
    async with backend.db.reading() as session:
        read = await read_back(session, quote)
        account = await session.get_one(Account, quote.account_id)
        method = await session.get_one(PaymentMethod, quote.method_id)
        found = await gate.concerns(session, backend, account, quote.amount_cents, quote.pay_on, method=method)
    return Check(
        quote=quote,
        read=read,
        consent=wording.consent(backend.coop, read),
        button=wording.button(read),
        warnings=tuple(wording.concern(backend.coop, one) for one in found if not one.blocking),
    )


async def agree(backend: Backend, token: str, quote_key: str) -> bool:
    """The member pressed the button under this quote. False: it is not what would be paid now, so read it again.

    Pressed twice, or on a page that was sent twice: one payment. Raises LinkGone, EntryNotComplete, PaymentRefused.
    """
    async with backend.db.reading() as session:
        link = await _link(session, backend, token)
        quote = await session.get(Quote, link.quote_id) if link.quote_id else None
        if quote is None or quote.key != quote_key:
            return False
        read = await read_back(session, quote)
    outcome = await flow.confirm(
        backend,
        quote.key,
        conversation_id=link.conversation_id,
        channel="web",
        wording=wording.consent(backend.coop, read),
        reply=wording.button(read),
    )
    return outcome.kind not in ("expired", "changed")


async def _link(session: AsyncSession, backend: Backend, token: str) -> PayLink:
    link = await links.find(session, backend, token)
    if link is None:
        raise LinkGone()
    return link


async def _made(session: AsyncSession, backend: Backend, link: PayLink) -> Made | None:
    quote = await session.get(Quote, link.quote_id) if link.quote_id else None
    if quote is None or quote.confirmed_at is None:
        return None
    payment = await session.scalar(select(Payment).where(Payment.key == quote.key))
    booked = await session.scalar(select(ScheduledPayment).where(ScheduledPayment.key == quote.key))
    state = STATES.get(payment.status) if payment else ("scheduled" if booked else None)
    made = payment or booked
    if state is None or made is None:
        return None  # given up on before anything was taken: the link may be tried again
    return Made(
        state=state,
        confirmation=made.confirmation,
        read=await read_back(session, quote),
        reason=wording.declined(payment.decline_code if payment else None),
        due_cents=(await balance(session, backend, link.account_id)).amount_due_cents,
    )
