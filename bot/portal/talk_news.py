"""After a payment on the secure page the web talk that gave the link goes on by itself: it says what became of it."""

from __future__ import annotations

from backend.conversations.models import Conversation
from backend.language import mark, tr, use_language
from backend.money import format_cents
from bot.dialogue.messages import Message
from bot.portal.pay_actions import PayLinkView
from bot.services import Services
from bot.web.pages import format_day_with_year

WORDS = {
    "paid": mark("I see your payment of {amount} on the secure page. It is paid. Is there anything else?"),
    "scheduled": mark("I see what you set up on the secure page: {amount} on {day}. Is there anything else?"),
    "pending": mark(
        "I see your payment of {amount} on the secure page. The payment network has not answered yet; please do not "
        "pay again meanwhile."
    ),
    "declined": mark("The payment of {amount} on the secure page was declined. Nothing was taken."),
}


async def tell_talk(services: Services, view: PayLinkView, page: str) -> None:
    """Add it to the web talk of the link, once for each result however often the page is sent. Texts get receipts.
    `page` is the address of the link."""
    result, link = view.result, view.link
    if result is None or result.state not in WORDS:
        return
    async with services.backend.db.transaction() as session:
        talk = await session.get(Conversation, link.conversation_id)
        if talk is None or talk.channel != "web":
            return
        amount = format_cents(result.read_back.total_cents)
        with use_language(talk.language):
            day = format_day_with_year(result.read_back.pay_on)
            text = tr(WORDS[result.state], amount=amount, day=day)
            hints = {"card": result.state, "amount": amount, "number": result.confirmation}
            if result.state != "declined":
                hints["used"] = page  # its button in the talk is over
            if result.state in ("paid", "scheduled"):
                paid = result.read_back
                fee = format_cents(paid.fee_cents) if paid.fee_cents else tr("No fee")
                hints |= {"fee": fee, "method": paid.method, "day": day}
        # the page of the chat shows an answer to one question once
        reply_to = f"pay-{link.id}-{result.state}-{result.confirmation}"
        await services.pushes.push(session, talk.id, (Message(text, hints=hints),), reply_to, talk.language)
    services.pushes.notify(link.conversation_id)
