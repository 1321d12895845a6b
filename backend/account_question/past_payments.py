"""Past payments: the last ones, and duplicate charges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from backend.account_question.question import AccountQuestion
from backend.language import tr
from backend.money import format_cents
from backend.payments.models import PENDING_STATUSES, Payment
from backend.payments.past_payments import PastPayment, is_paid_at_counter, list_payments
from backend.payments.refund_status import describe_refunds
from backend.reading.money.amount import Amount, parse_amount

LOOK_BACK = timedelta(days=35)
DUPLICATE_WINDOW = timedelta(days=3)
TAKEN_STATUSES = (*PENDING_STATUSES, "posted")
_MAILED_PAYMENT = re.compile(
    r"\b(?:checks?|cheques?|mail(?:ed)?|money order|correo|giro|envi[eé]|mand[eé])\b", re.IGNORECASE
)


async def describe_last_payment(asked: AccountQuestion) -> str:
    """The payment whose amount the words name, else the newest ones."""
    made = await list_payments(asked.session, asked.account.id)
    # a bare number is no amount here: it may be that of a check
    named = parse_amount(asked.english_words, 0, asked=False)
    if not isinstance(named, Amount) or named.cents <= 0:
        return " ".join(await _describe_newest(asked, made))
    for payment in made:
        if named.cents in (payment.amount_cents, payment.total_cents):
            return await _describe(asked, payment)
    none = tr("I see no payment of {amount} on this account.", amount=format_cents(named.cents))
    return " ".join([none, *(await _describe_newest(asked, made))[:1]])


async def describe_duplicate_charge(asked: AccountQuestion) -> str:
    """Whether two payments of one amount within DUPLICATE_WINDOW were taken in the last LOOK_BACK."""
    since = asked.today - LOOK_BACK
    made = await list_payments(asked.session, asked.account.id)
    taken = [one for one in made if one.status in TAKEN_STATUSES and asked.payment_date(one) >= since]
    if not taken:
        return tr("No payment was taken on this account in the last {days} days.", days=LOOK_BACK.days)
    for newer, older in combinations(taken, 2):  # the newest pair first
        near = asked.payment_date(newer) - asked.payment_date(older) <= DUPLICATE_WINDOW
        if near and newer.total_cents == older.total_cents:
            return tr(
                "Yes, I see two payments of {amount}: on {first}, number {number}, and on {second}, number {other}. "
                "If only one was meant, the office can look into it: {phone}.",
                amount=format_cents(newer.total_cents),
                first=asked.format_day(asked.payment_date(older)),
                number=older.confirmation,
                second=asked.format_day(asked.payment_date(newer)),
                other=newer.confirmation,
                phone=asked.office_phone,
            )
    if len(taken) == 1:
        return tr(
            "No, one payment was taken in the last {days} days: {payment}.",
            days=LOOK_BACK.days,
            payment=_format_payment(asked, taken[0]),
        )
    return tr(
        "No, in the last {days} days no two payments of one amount are within {near} days of each other. "
        "The newest are {newer} and {older}.",
        days=LOOK_BACK.days,
        near=DUPLICATE_WINDOW.days,
        newer=_format_payment(asked, taken[0]),
        older=_format_payment(asked, taken[1]),
    )


async def _describe_newest(asked: AccountQuestion, made: Sequence[PastPayment]) -> list[str]:
    """Sentences about the newest attempt, and the last successful one if different."""
    if not made:
        sentences = [tr("No payment is on this account yet.")]
    else:
        sentences = [await _describe(asked, made[0])]
        posted = next((one for one in made if one.status == "posted"), None)
        if posted is not None and posted is not made[0]:
            sentences.append(tr("The last one that went through: {payment}.", payment=_format_payment(asked, posted)))
    has_arrived = bool(made) and not isinstance(made[0], Payment)
    if _MAILED_PAYMENT.search(asked.words) and not has_arrived:
        sentences.append(tr("What comes by mail shows here once the office has posted it."))
    return sentences


async def _describe(asked: AccountQuestion, payment: PastPayment) -> str:
    """The outcome of the payment, and of its refunds."""
    refunds = await describe_refunds(asked.session, asked.backend, payment, names_method=False)
    return f"{_format_status(asked, payment)} {refunds}".rstrip()


def _format_status(asked: AccountQuestion, payment: PastPayment) -> str:
    words = _format_payment(asked, payment)
    if payment.status == "posted":
        return tr("Your payment went through: {payment}.", payment=words)
    if payment.status in PENDING_STATUSES:
        return tr("Your payment is on its way: {payment}.", payment=words)
    if payment.status == "returned":
        return tr("The bank sent your payment back, so it is due again: {payment}.", payment=words)
    return tr("Your payment did not go through, and nothing was taken: {payment}.", payment=words)


def _format_payment(asked: AccountQuestion, payment: PastPayment) -> str:
    if is_paid_at_counter(payment):
        return tr(
            "{amount} paid at the counter on {day}, number {number}",
            amount=format_cents(payment.total_cents),
            day=asked.format_day(asked.payment_date(payment)),
            number=payment.confirmation,
        )
    return tr(
        "{amount} on {day}, number {number}",
        amount=format_cents(payment.total_cents),
        day=asked.format_day(asked.payment_date(payment)),
        number=payment.confirmation,
    )
