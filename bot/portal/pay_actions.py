"""What the pay pages show, and what their buttons do. The token of the link is the permission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.arrangement.next_part import describe_quote
from backend.billing.models import Account
from backend.members.service import list_member_accounts
from backend.outbox.copies import MessageCopy, list_copies
from backend.payments import confirm, pay_links, prechecks
from backend.payments.balances import get_balance
from backend.payments.errors import PayLinkInvalid
from backend.payments.models import PayLink, Payment, Quote, ScheduledPayment
from backend.payments.quotes import ReadBack, read_back_quote
from backend.payments.receipts import copy_key
from bot.portal import pay_texts
from bot.portal.summary import describe_time

PAYMENT_STATES = {
    "started": "pending",
    "authorized": "pending",
    "posted": "paid",
    "returned": "paid",
    "declined": "declined",
}


@dataclass(frozen=True)
class PayLinkView:
    """A pay link. Amounts are cents; `due_cents` below zero is a credit, and what is left where `is_prepaid`.

    `as_of` is the time of the amount due in words; empty if it is of now.
    """

    link: PayLink
    member_id: int
    account: str
    due_cents: int
    is_prepaid: bool
    as_of: str
    blocking_reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    result: PayLinkResult | None


@dataclass(frozen=True)
class PayLinkResult:
    """The result of a link's payment. `state` is `paid`, `scheduled`, `pending` or `declined`; `copies` say what was
    sent."""

    state: str
    confirmation: str
    read_back: ReadBack
    reason: str
    due_cents: int
    is_prepaid: bool
    copies: Sequence[MessageCopy]
    others_due_cents: int
    """What is due on the member's other accounts, for the member alone: whoever has the link may pay for them."""

    @property
    def others_owe(self) -> bool:
        return self.others_due_cents > 0


@dataclass(frozen=True)
class PaymentReview:
    """What the member is asked to agree to. `consent` is stored word for word with the payment.

    `plan_note` says what it does to a payment arrangement, for the member alone: whoever has the link may pay.
    """

    quote: Quote
    read_back: ReadBack
    consent: str
    button_text: str
    warnings: tuple[str, ...]
    plan_note: str


async def load_pay_link(backend: Backend, token: str) -> PayLinkView:
    """The link, its result if it was paid, else what blocks it or should be known.

    Raises PayLinkInvalid, and FiguresUnknown.
    """
    async with backend.db.read_session() as session:
        account_id = (await _load_link(session, backend, token)).account_id
    await backend.billing.refresh(backend.db, account_id)
    async with backend.db.read_session() as session:
        link = await _load_link(session, backend, token)
        account = await session.get_one(Account, link.account_id)
        balance = await get_balance(session, backend, account.id)
        result = await _load_result(session, backend, link)
        warnings = []
        if result is None:
            warnings = await prechecks.find_warnings(
                session, backend, account, link.amount_cents, link.pay_on, ahead=link.ahead
            )
        texts = [(warning.blocking, pay_texts.format_warning(backend.coop, warning)) for warning in warnings]
        return PayLinkView(
            link=link,
            member_id=account.member_id,
            account=pay_texts.mask_account_number(account.number),
            due_cents=balance.amount_due_cents,
            is_prepaid=balance.prepaid is not None,
            as_of=describe_time(backend, balance),
            blocking_reasons=tuple(text for blocking, text in texts if blocking),
            warnings=tuple(text for blocking, text in texts if not blocking),
            result=result,
        )


async def review_payment(backend: Backend, token: str) -> PaymentReview:
    """The quote for the method just entered. Raises PayLinkInvalid, CardEntryIncomplete, PaymentRefused."""
    quote = await pay_links.quote_from_entry(backend, token)
    async with backend.db.read_session() as session:
        read_back = await read_back_quote(session, quote)
        warnings = await prechecks.find_quote_warnings(session, backend, quote)
        plan_note = await describe_quote(session, backend, quote)
    return PaymentReview(
        quote=quote,
        read_back=read_back,
        consent=pay_texts.format_consent(backend.coop, read_back),
        button_text=pay_texts.format_button(read_back),
        warnings=tuple(pay_texts.format_warning(backend.coop, one) for one in warnings if not one.blocking),
        plan_note=plan_note,
    )


async def agree_to_payment(backend: Backend, token: str, quote_key: str) -> bool:
    """Pay or schedule this quote. Returns False when it no longer holds and must be shown again.

    Pressed twice it pays once. Raises PayLinkInvalid, CardEntryIncomplete, PaymentRefused.
    """
    async with backend.db.read_session() as session:
        link = await _load_link(session, backend, token)
        quote = await session.get(Quote, link.quote_id) if link.quote_id else None
        if quote is None or quote.key != quote_key:
            return False
        read_back = await read_back_quote(session, quote)
    await backend.billing.refresh(backend.db, quote.account_id)
    confirmed = await confirm.confirm_quote(
        backend,
        quote.key,
        conversation_id=link.conversation_id,
        channel="web",
        wording=pay_texts.format_consent(backend.coop, read_back),
        reply=pay_texts.format_button(read_back),
    )
    return confirmed.kind not in ("expired", "changed")


async def _load_link(session: AsyncSession, backend: Backend, token: str) -> PayLink:
    link = await pay_links.find(session, backend, token)
    if link is None:
        raise PayLinkInvalid()
    return link


async def _load_result(session: AsyncSession, backend: Backend, link: PayLink) -> PayLinkResult | None:
    quote = await session.get(Quote, link.quote_id) if link.quote_id else None
    if quote is None or quote.confirmed_at is None:
        return None
    payment = await session.scalar(select(Payment).where(Payment.key == quote.key))
    scheduled = await session.scalar(select(ScheduledPayment).where(ScheduledPayment.key == quote.key))
    state = PAYMENT_STATES.get(payment.status) if payment else ("scheduled" if scheduled else None)
    row = payment or scheduled
    if state is None or row is None:
        return None  # abandoned before anything was charged: the link may be used again
    balance = await get_balance(session, backend, link.account_id)
    return PayLinkResult(
        state=state,
        confirmation=row.confirmation,
        read_back=await read_back_quote(session, quote),
        reason=pay_texts.format_decline_reason(payment.decline_code if payment else None),
        due_cents=balance.amount_due_cents,
        is_prepaid=balance.prepaid is not None,
        copies=await list_copies(session, copy_key(row)),
        others_due_cents=await _sum_others_due(session, backend, link.account_id),
    )


async def _sum_others_due(session: AsyncSession, backend: Backend, account_id: int) -> int:
    """Cents due on the member's other open accounts; a credit or what is prepaid on one pays for no other."""
    account = await session.get_one(Account, account_id)
    total = 0
    for other in await list_member_accounts(session, account.member_id):
        if other.id == account_id or other.status == "closed":
            continue
        balance = await get_balance(session, backend, other.id)
        total += 0 if balance.prepaid else max(balance.amount_due_cents, 0)
    return total
