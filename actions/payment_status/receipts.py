"""The receipt of a payment by email once more, to the address on file. What one yes paid together has one each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from actions.accounts.account_choice import find_named_account, list_other_accounts
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.language import format_day, join_words, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments.groups import list_paid_with
from backend.payments.models import Payment
from backend.payments.past_payments import PastPayment, list_payments
from backend.payments.receipts import email_receipt_again
from backend.reading.money.receipt_wish import NamedPayment, read_named_payment


async def mail_receipt(turn: Turn, identity: Identity, words: str) -> bool:
    """Mail the receipt of the payment that `words` name, or else of the last one: on the open account, or on any that
    was paid in this conversation. False if there is no such payment.

    Where several accounts were paid by one yes, the receipts of all of them are mailed, unless the words name the
    amount of one alone.
    """
    account, member = identity.known_account, identity.known_member
    named = read_named_payment(words, turn.backend.today())
    made = await list_payments(turn.session, account.id)
    others = await list_other_accounts(turn, identity)
    if find_named_account(words, member.number, [account, *others]) is None:
        made = sorted([*made, *await _list_of_talk(turn, others)], key=_made_at, reverse=True)
    payment = _find_named(turn, made, named) or await _find_by_group_total(turn, made, named)
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
    elif len(together := await _list_together(turn, payment, named)) > 1:
        await _mail(turn, together)
        turn.utter("utter_told", told=await _word_mailed(turn, together))
    else:
        await _mail(turn, [payment])
        turn.utter("utter_receipt_mailed", **values)
    return True


def _made_at(payment: PastPayment) -> tuple[datetime, int]:
    """When it was made; of two of one moment ours in their order."""
    return payment.created_at, payment.id if isinstance(payment, Payment) else 0


async def _list_of_talk(turn: Turn, accounts: Sequence[Account]) -> list[Payment]:
    """What was paid in this conversation on these accounts: `the receipt` right after is of that."""
    ids = [account.id for account in accounts]
    paid = select(Payment).where(Payment.conversation_id == turn.conversation_id, Payment.account_id.in_(ids))
    return list(await turn.session.scalars(paid))


async def _mail(turn: Turn, payments: Sequence[Payment]) -> None:
    conversation = await turn.session.get_one(Conversation, turn.conversation_id)
    for payment in payments:
        await email_receipt_again(turn.session, turn.backend, payment)
        after = {"confirmation": payment.confirmation}
        await record_act(turn.session, turn.backend, conversation, "receipt_emailed", payment.account_id, after=after)


async def _list_together(turn: Turn, payment: Payment, named: NamedPayment) -> list[Payment]:
    """The posted payments of the same yes, this one among them; it alone where its own amount is named."""
    if named.cents in (payment.amount_cents, payment.amount_cents + payment.fee_cents):
        return [payment]
    others = [each for each in await list_paid_with(turn.session, payment) if isinstance(each, Payment)]
    return sorted([payment, *(each for each in others if each.status == "posted")], key=lambda each: each.id)


async def _find_by_group_total(turn: Turn, made: Sequence[PastPayment], named: NamedPayment) -> Payment | None:
    """The newest whose amounts of one yes come to the sum that is named."""
    for payment in made if named.cents is not None else ():
        if not isinstance(payment, Payment) or payment.status != "posted":
            continue
        together = await _list_together(turn, payment, NamedPayment(None, None))
        sums = (
            sum(each.amount_cents for each in together),
            sum(each.amount_cents + each.fee_cents for each in together),
        )
        if named.cents in sums and named.day in (None, _get_day(turn, payment)):
            return payment
    return None


async def _word_mailed(turn: Turn, payments: Sequence[Payment]) -> str:
    told = []
    for payment in payments:
        account = await turn.session.get_one(Account, payment.account_id)
        amount = format_cents(payment.amount_cents + payment.fee_cents)
        told.append(tr("{amount} for account {account}", amount=amount, account=account.masked_number))
    return tr("I am sending the receipts to the email on your account: {listed}.", listed=join_words(told))


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
