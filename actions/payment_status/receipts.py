"""The receipt of a payment by email once more, to the address on file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.turn import Turn
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.language import format_day
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments.models import Payment
from backend.payments.past_payments import PastPayment, list_payments
from backend.payments.receipts import email_receipt_again
from backend.reading.money.receipt_wish import NamedPayment, read_named_payment


async def mail_receipt(turn: Turn, identity: Identity, words: str) -> bool:
    """Mail the receipt of the payment that `words` name, or else of the last one. False if there is no such payment."""
    account, member = identity.known_account, identity.known_member
    named = read_named_payment(words, turn.backend.today())
    payment = _find_named(turn, await list_payments(turn.session, account.id), named)
    if payment is None:
        turn.utter("utter_receipt_none")
        return False
    values: dict[str, Any] = {
        "amount": format_cents(payment.amount_cents + payment.fee_cents),
        "day": format_day(_get_day(turn, payment), turn.backend.today()),
    }
    if not member.email:
        turn.utter("utter_receipt_no_email", **values)
    elif not isinstance(payment, Payment):
        turn.utter("utter_receipt_elsewhere", **values)
    else:
        await email_receipt_again(turn.session, turn.backend, payment)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        after = {"confirmation": payment.confirmation}
        await record_act(turn.session, turn.backend, conversation, "receipt_emailed", account.id, after=after)
        turn.utter("utter_receipt_mailed", **values)
    return True


def _find_named(turn: Turn, payments: Sequence[PastPayment], named: NamedPayment) -> PastPayment | None:
    """The newest that was paid and fits."""
    for payment in payments:
        sums = (payment.amount_cents, payment.amount_cents + payment.fee_cents)
        fits = (named.cents is None or named.cents in sums) and named.day in (None, _get_day(turn, payment))
        if payment.status == "posted" and fits:
            return payment
    return None


def _get_day(turn: Turn, payment: PastPayment) -> date:
    return payment.posted_on or payment.created_at.astimezone(turn.backend.coop.zone).date()
