"""Tells the web talk what became of a payment that was still on its way when the talk was answered.

A text conversation gets the receipt; an open page would go on saying "on its way" until somebody asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import service as conversations
from backend.conversations.cards import build_card
from backend.conversations.models import Conversation
from backend.language import ENGLISH, format_day, mark, tr, use_language
from backend.money import format_cents
from backend.payments.models import Payment, PaymentMethod

if TYPE_CHECKING:
    from backend.app import Backend

PAID = mark("Your payment of {amount} is through: it is paid. Your confirmation number is {number}.")
NOT_PAID = mark("Your payment of {amount} did not go through. Nothing was taken. Its number was {number}.")


async def tell_talk(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """Add the outcome of a posted, declined or voided payment to the stream of its web talk, if it has one."""
    talk = await session.get(Conversation, payment.conversation_id) if payment.conversation_id else None
    if talk is None or talk.channel != "web" or payment.channel != "web":
        return
    paid = payment.status == "posted"
    amount = format_cents(payment.total_cents)
    method = await session.get_one(PaymentMethod, payment.method_id)
    with use_language(talk.language):
        text = tr(PAID if paid else NOT_PAID, amount=amount, number=payment.confirmation)
        hints = {"card": "paid" if paid else "declined", "amount": amount, "number": payment.confirmation}
        if paid:
            hints["fee"] = format_cents(payment.fee_cents) if payment.fee_cents else tr("No fee")
            hints["method"] = method.label
            hints["day"] = format_day(payment.posted_on or backend.today(), backend.today())
    message: dict[str, Any] = {"text": text, "buttons": [], "image": None, "alt": None, "link": None}
    message["card"] = build_card(hints, talk.language, backend.settings.public_url)
    if talk.language != ENGLISH:
        message["lang"] = talk.language
    # the page shows an answer to one question once
    reply_to = f"payment-{payment.confirmation}-{payment.status}"
    await conversations.push(session, backend, talk.id, {"reply_to": reply_to, "messages": [message]})
