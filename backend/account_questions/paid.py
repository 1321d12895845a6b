"""What was paid and from what: the last payment, whether one was taken twice, what is saved to pay with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from backend.account_questions.asked import Asked
from backend.alerts.kinds import together
from backend.autopay.schedule import active_draft
from backend.autopay.service import autopay_of
from backend.billing.service import UNFINISHED
from backend.language import SPANISH, current, tr
from backend.money import format_cents
from backend.payments import gate
from backend.payments.models import Payment, PaymentMethod
from backend.payments.service import payments_of, saved_methods
from backend.reading.amount import Amount, read_amount
from backend.reading.spanish.gloss import glossed

LOOK_BACK = timedelta(days=35)
"""As far as two charges of one bill can be apart from being noticed."""
TWICE_WITHIN = timedelta(days=3)
TAKEN = (*UNFINISHED, "posted")
_BY_MAIL = re.compile(r"\b(?:checks?|cheques?|mail(?:ed)?|money order|correo|giro|envi[eé]|mand[eé])\b", re.IGNORECASE)


async def last_payment(asked: Asked) -> str:
    """The payment that the words name by its amount, else the newest ones: what is on its way, what went through."""
    made = await payments_of(asked.session, asked.account.id)
    named = _amount_named(asked.words)
    if named is not None:
        fitting = [one for one in made if named in (one.amount_cents, one.total_cents)]
        if fitting:
            return _told(asked, fitting[0])
        said = tr("I see no payment of {amount} on this account.", amount=format_cents(named))
        return " ".join([said, *_newest(asked, made)[:1]])
    return " ".join(_newest(asked, made))


async def saved(asked: Asked) -> str:
    """The saved cards and bank accounts by kind and last four, and which one has expired or is paid from by itself."""
    methods = await saved_methods(asked.session, asked.account.member_id)
    if not methods:
        return tr("No card or bank account is saved with us.")
    said = [tr("Saved with us: {methods}.", methods=together([method.label for method in methods]))]
    said += [
        tr("It cannot be used: {why}.", why=why)
        for method in methods
        if (why := gate.unusable(asked.account, method, asked.today))
    ]
    row = await autopay_of(asked.session, asked.account.id)
    by_itself = row if row is not None and row.active else await active_draft(asked.session, asked.account.id)
    if by_itself is not None:
        method = await asked.session.get_one(PaymentMethod, by_itself.method_id)
        if method.member_id == asked.account.member_id:  # another's label is not theirs to hear
            said.append(tr("Your bills are paid by themselves from {method}.", method=method.label))
    return " ".join(said)


async def charged_twice(asked: Asked) -> str:
    """Whether two payments of one amount were taken within three days, in the last 35; declined ones took nothing."""
    since = asked.today - LOOK_BACK
    made = await payments_of(asked.session, asked.account.id)
    taken = [one for one in made if one.status in TAKEN and asked.day_of(one) >= since]
    if not taken:
        return tr("No payment was taken on this account in the last {days} days.", days=LOOK_BACK.days)
    for newer, older in combinations(taken, 2):  # the newest pair first
        near = asked.day_of(newer) - asked.day_of(older) <= TWICE_WITHIN
        if near and newer.total_cents == older.total_cents:
            return _twice(asked, newer, older)
    if len(taken) == 1:
        return tr(
            "No, one payment was taken in the last {days} days: {payment}.",
            days=LOOK_BACK.days,
            payment=_in_words(asked, taken[0]),
        )
    return tr(
        "No, in the last {days} days no two payments of one amount are within {near} days of each other. "
        "The newest are {newer} and {older}.",
        days=LOOK_BACK.days,
        near=TWICE_WITHIN.days,
        newer=_in_words(asked, taken[0]),
        older=_in_words(asked, taken[1]),
    )


def _twice(asked: Asked, newer: Payment, older: Payment) -> str:
    return tr(
        "Yes, I see two payments of {amount}: on {first}, number {number}, and on {second}, number {other}. "
        "If only one was meant, the office can look into it: {phone}.",
        amount=format_cents(newer.total_cents),
        first=asked.day(asked.day_of(older)),
        number=older.confirmation,
        second=asked.day(asked.day_of(newer)),
        other=newer.confirmation,
        phone=asked.phone,
    )


def _amount_named(words: str) -> int | None:
    """The cents that are spoken of; a bare number may be that of a check."""
    read = read_amount(glossed(words) if current() == SPANISH else words, 0, asked=False)
    return read.cents if isinstance(read, Amount) and read.cents > 0 else None


def _newest(asked: Asked, made: Sequence[Payment]) -> list[str]:
    """Sentences: the newest attempt, and the last one that went through where that is another."""
    if not made:
        said = [tr("No payment is on this account yet.")]
    else:
        said = [_told(asked, made[0])]
        posted = next((one for one in made if one.status == "posted"), None)
        if posted is not None and posted is not made[0]:
            said.append(tr("The last one that went through: {payment}.", payment=_in_words(asked, posted)))
    if _BY_MAIL.search(asked.words):
        said.append(tr("What comes by mail shows here once the office has posted it."))
    return said


def _told(asked: Asked, payment: Payment) -> str:
    words = _in_words(asked, payment)
    if payment.status == "posted":
        return tr("Your payment went through: {payment}.", payment=words)
    if payment.status in UNFINISHED:
        return tr("Your payment is on its way: {payment}.", payment=words)
    if payment.status == "returned":
        return tr("The bank sent your payment back, so it is due again: {payment}.", payment=words)
    return tr("Your payment did not go through, and nothing was taken: {payment}.", payment=words)


def _in_words(asked: Asked, payment: Payment) -> str:
    return tr(
        "{amount} on {day}, number {number}",
        amount=format_cents(payment.total_cents),
        day=asked.day(asked.day_of(payment)),
        number=payment.confirmation,
    )
