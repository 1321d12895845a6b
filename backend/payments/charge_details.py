"""What a network is told of a charge besides its amount: how it was authorized, what for, and on whose statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.consents.models import Consent
from backend.members.models import Member
from backend.payments.models import Payment, PaymentMethod, Quote
from backend.providers.payments.base import ChargeDetails, EntryClass

if TYPE_CHECKING:
    from backend.app import Backend

STANDING_CONSENTS = {"autopay": "autopay", "draft": "bank_draft"}
"""The channel of an automatic payment → the kind of consent that allows it."""


async def load_details(
    session: AsyncSession, backend: Backend, payment: Payment, method: PaymentMethod
) -> ChargeDetails:
    """The details of the payment's charge. They come from its row and from what was agreed to before it was made, so
    that a repeat says the same."""
    account = await session.get_one(Account, payment.account_id)
    member = await session.get_one(Member, account.member_id)
    confirmed_now = select(Quote.id).where(Quote.key == payment.key)
    return ChargeDetails(
        entry_class=await _find_entry_class(session, payment) if method.kind == "bank" else None,
        channel=payment.channel,
        descriptor=backend.coop.statement_descriptor,
        account_number=account.number,
        customer_ref=member.number,
        fee_cents=payment.fee_cents,
        off_session=await session.scalar(confirmed_now) is None,
    )


async def _find_entry_class(session: AsyncSession, payment: Payment) -> EntryClass | None:
    """TEL for a yes by phone, WEB for one by text or on a page. None for a standing authorization that was not given
    here: the older bank drafts were signed on paper."""
    channel: str | None = payment.channel
    if channel in STANDING_CONSENTS:
        given = (
            select(Consent.channel)
            .where(
                Consent.account_id == payment.account_id,
                Consent.kind == STANDING_CONSENTS[channel],
                Consent.at <= payment.created_at,
            )
            .order_by(Consent.id.desc())
            .limit(1)
        )
        channel = await session.scalar(given)
    if channel is None:
        return None
    return "TEL" if channel == "voice" else "WEB"
