"""The read-back of a payment on the account page, and what came of it. One account or several, by one yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.arrangement.next_part import describe_quote
from backend.billing.models import Account
from backend.language import join_words, tr
from backend.logins.portal_conversations import PORTAL
from backend.members.levels import Level
from backend.money import format_cents
from backend.outbox.copies import MessageCopy, list_copies
from backend.payments import confirm, group_confirm, group_quotes, groups, prechecks, quotes
from backend.payments.group_quotes import Share
from backend.payments.models import Payment, PaymentMethod, Quote, ScheduledPayment
from backend.payments.quotes import ReadBack
from backend.payments.receipts import copy_key
from bot.portal import pay_texts
from bot.portal.pay_actions import PAYMENT_STATES

OPEN, CONFIRMED, GONE = "open", "confirmed", "gone"


@dataclass(frozen=True)
class PaymentReview:
    """What is read back; cents. `lines` are (account number, place, cents). `consent` is stored word for word;
    `plan_notes` say what it does to a payment arrangement."""

    key: str
    lines: Sequence[tuple[str, str, int]]
    amount_cents: int
    fee_cents: int
    method: str
    pay_on: date
    pay_now: bool
    consent: str
    button_text: str
    warnings: Sequence[str]
    plan_notes: Sequence[str] = ()

    @property
    def total_cents(self) -> int:
        return self.amount_cents + self.fee_cents


@dataclass(frozen=True)
class MadePayment:
    """One payment that came of a yes. `state` is paid, scheduled, pending, declined or voided; `copies` say what was
    sent about it."""

    state: str
    item: Payment | ScheduledPayment
    account_number: str
    method: str
    reason: str
    due_cents: int
    copies: Sequence[MessageCopy]

    @property
    def total_cents(self) -> int:
        return self.item.amount_cents + self.item.fee_cents


async def make_quotes(
    backend: Backend, conversation_id: str, shares: Sequence[Share], method_id: int, pay_on: date, *, ahead: bool
) -> str:
    """The key of what is to be read back. Raises PaymentRefused, MethodNotUsable and FiguresUnknown.

    `ahead` is for one account that owes nothing (`quotes.make_quote`).
    """
    level = int(Level.STEPPED_UP)
    if len(shares) > 1:
        return await group_quotes.make_group_quote(
            backend, conversation_id, shares=shares, method_id=method_id, pay_on=pay_on, level=level
        )
    quote = await quotes.make_quote(
        backend,
        conversation_id,
        account_id=shares[0].account_id,
        amount_cents=shares[0].amount_cents,
        method_id=method_id,
        pay_on=pay_on,
        level=level,
        ahead=ahead,
    )
    return quote.key


async def list_quotes(session: AsyncSession, conversation_id: str, key: str) -> Sequence[Quote]:
    """The quotes that this key stands for, open or not; none for another browser's key."""
    if groups.is_group_key(key):
        return await group_quotes.list_quotes(session, conversation_id, key)
    query = select(Quote).where(Quote.key == key, Quote.conversation_id == conversation_id)
    return (await session.scalars(query)).all()


def find_state(backend: Backend, found: Sequence[Quote]) -> str:
    if any(quote.confirmed_at for quote in found):
        return CONFIRMED
    now = backend.clock.now()
    return OPEN if found and all(quote.expires_at > now for quote in found) else GONE


async def load_review(session: AsyncSession, backend: Backend, key: str, found: Sequence[Quote]) -> PaymentReview:
    """The read-back of these quotes, which are open."""
    lines, read, warnings, plan_notes = [], [], [], []
    for quote in found:
        account = await session.get_one(Account, quote.account_id)
        read_back = await quotes.read_back_quote(session, quote)
        lines.append((account.number, account.service_address, quote.amount_cents))
        read.append(read_back)
        for warning in await prechecks.find_quote_warnings(session, backend, quote):
            if not warning.blocking:
                words = pay_texts.format_warning(backend.coop, warning)
                warnings.append(f"{account.number}: {words}" if len(found) > 1 else words)
        if note := await describe_quote(session, backend, quote):
            plan_notes.append(f"{account.number}: {note}" if len(found) > 1 else note)
    return PaymentReview(
        key=key,
        lines=lines,
        amount_cents=sum(one.amount_cents for one in read),
        fee_cents=sum(one.fee_cents for one in read),
        method=read[0].method,
        pay_on=read[0].pay_on,
        pay_now=read[0].pay_now,
        consent=format_consent(backend, read),
        button_text=format_button(read),
        warnings=warnings,
        plan_notes=plan_notes,
    )


def format_consent(backend: Backend, read: Sequence[ReadBack]) -> str:
    """For one account the words of the pay pages; for several, each with its amount."""
    if len(read) == 1:
        return pay_texts.format_consent(backend.coop, read[0])
    day = pay_texts.format_day_with_year(read[0].pay_on)
    parts = [
        tr(
            "{amount} for account {account}",
            amount=format_cents(one.total_cents),
            account=pay_texts.mask_account_number(one.account_number),
        )
        for one in read
    ]
    fees = sum(one.fee_cents for one in read)
    fee = tr("{amount} of it is a fee.", amount=format_cents(fees)) if fees else tr("There is no fee.")
    words = tr(
        "I authorize {coop} to charge {total} in all to {method}, once, {when}: {parts}.",
        coop=backend.coop.name,
        total=format_cents(sum(one.total_cents for one in read)),
        method=read[0].method,
        when=tr("today, {day}", day=day) if read[0].pay_now else tr("on {day}", day=day),
        parts=join_words(parts),
    )
    phone = backend.coop.office_phone_display
    if read[0].pay_now:
        return f"{words} {fee} {tr('Questions about this payment: {phone}.', phone=phone)}"
    return f"{words} {fee} {tr('I can stop it until the day before by calling {phone}.', phone=phone)}"


def format_button(read: Sequence[ReadBack]) -> str:
    """`Pay $112.40 now`, or `Schedule $112.40`."""
    total = format_cents(sum(one.total_cents for one in read))
    return tr("Pay {total} now", total=total) if read[0].pay_now else tr("Schedule {total}", total=total)


async def confirm_quotes(backend: Backend, conversation_id: str, key: str, found: Sequence[Quote]) -> bool:
    """Pay or schedule what was read back. False when it no longer holds. Sent twice, it is done once."""
    async with backend.db.read_session() as session:
        read = [await quotes.read_back_quote(session, quote) for quote in found]
    for quote in found:
        await backend.billing.refresh(backend.db, quote.account_id)
    words = {
        "conversation_id": conversation_id,
        "channel": PORTAL,
        "wording": format_consent(backend, read),
        "reply": format_button(read),
    }
    if groups.is_group_key(key):
        return (await group_confirm.confirm_group(backend, key, **words)).kind not in ("expired", "changed")
    return (await confirm.confirm_quote(backend, key, **words)).kind not in ("expired", "changed")


async def list_made(session: AsyncSession, backend: Backend, found: Sequence[Quote]) -> list[MadePayment]:
    """What came of the confirmed quotes, in their order."""
    made = []
    for quote in found:
        item: Payment | ScheduledPayment | None = await session.scalar(select(Payment).where(Payment.key == quote.key))
        item = item or await session.scalar(select(ScheduledPayment).where(ScheduledPayment.key == quote.key))
        if item is None:
            continue
        account = await session.get_one(Account, quote.account_id)
        method = await session.get_one(PaymentMethod, quote.method_id)
        owed = await backend.billing.balance(session, account.id, backend.today())
        state = PAYMENT_STATES.get(item.status, "voided") if isinstance(item, Payment) else "scheduled"
        code = item.decline_code if isinstance(item, Payment) else None
        reason = pay_texts.format_decline_reason(code)
        copies = await list_copies(session, copy_key(item))
        made.append(MadePayment(state, item, account.number, method.label, reason, owed.amount_due_cents, copies))
    return made
