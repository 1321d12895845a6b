"""When and what is owed, and what follows when it is late."""

from __future__ import annotations

from backend.account_questions.asked import Asked
from backend.account_questions.automatic import taken_automatically, taken_by_itself
from backend.alerts.kinds import together
from backend.billing.service import Balance
from backend.language import tr
from backend.money import format_balance, format_cents


async def due_when(asked: Asked) -> str:
    """What is due and on which day."""
    owed = await asked.balance()
    if owed.amount_due_cents < 0:
        return tr("Nothing is due: the account has a credit of {amount}.", amount=format_cents(-owed.amount_due_cents))
    if owed.amount_due_cents == 0:
        return tr("Nothing is due on this account now.")
    if owed.past_due_cents > 0:
        return _past_due(asked, owed)
    amount = format_cents(owed.amount_due_cents)
    if owed.due_on is None:  # owed outside of any bill
        return tr("{amount} is due now.", amount=amount)
    return tr("{amount} is due {when}.", amount=amount, when=asked.when(owed.due_on))


async def shutoff(asked: Asked) -> str:
    """Whether anything is past due. The day of a shutoff is the office's to set and to tell; nothing is promised."""
    owed = await asked.balance()
    if owed.past_due_cents <= 0:
        parts = [tr("Nothing is past due on this account, so nothing owed calls for a shutoff.")]
        if owed.amount_due_cents > 0 and owed.due_on:
            amount = format_cents(owed.amount_due_cents)
            parts.append(tr("{amount} is due {when}.", amount=amount, when=asked.when(owed.due_on)))
            parts += await taken_by_itself(asked)
        return " ".join(parts)
    said = tr(
        "{amount} is past due on this account. The office sets the day of a shutoff and can tell you where yours "
        "stands: {phone}.",
        amount=format_cents(owed.past_due_cents),
        phone=asked.phone,
    )
    return said + _on_its_way(owed)


async def late_fee_now(asked: Asked) -> str:
    """Whether a late charge is to be expected, and what one is here where the co-op has said."""
    owed = await asked.balance()
    if owed.past_due_cents > 0 and owed.due_on:
        said = tr(
            "{amount} has been past due since {day}, so a late charge can come on the next bill.",
            amount=format_cents(owed.past_due_cents),
            day=asked.day(owed.due_on),
        )
    elif owed.amount_due_cents > 0 and owed.due_on:
        said = tr(
            "Nothing is past due now: {amount} is due {when}, and a late charge can come only after that.",
            amount=format_cents(owed.amount_due_cents),
            when=asked.when(owed.due_on),
        )
    else:
        said = tr("Nothing is past due on this account now, so no late charge is coming.")
    fee = asked.backend.coop.fact("late_fee")
    return f"{said} {tr('The late charge here is {fee}.', fee=fee)}" if fee else said


async def what_is_left(asked: Asked) -> str:
    """What is owed once what is on its way and what is scheduled have come off it."""
    owed = await asked.balance()
    coming = []
    if owed.pending_cents:
        coming.append(tr("{amount} on its way", amount=format_cents(owed.pending_cents)))
    coming += [
        tr("{amount} scheduled for {day}", amount=format_cents(item.amount_cents), day=asked.day(item.run_on))
        for item in owed.scheduled
    ]
    if not coming:
        return await _nothing_coming(asked, owed)
    left = owed.amount_due_cents - owed.pending_cents - sum(item.amount_cents for item in owed.scheduled)
    return tr(
        "Your balance is {owed}. With {coming} taken off, it comes to {left}.",
        owed=format_balance(owed.amount_due_cents),
        coming=together(coming),
        left=format_balance(left),
    )


async def _nothing_coming(asked: Asked, owed: Balance) -> str:
    """`Do I owe anything, am I behind?`: what is due and when, whether any is late, and what is taken by itself."""
    said = [await due_when(asked)]
    if owed.amount_due_cents > 0 and owed.past_due_cents <= 0:
        said.append(tr("Nothing is past due."))
    said += await taken_automatically(asked) or [tr("No payment is on its way or scheduled.")]
    return " ".join(said)


def _past_due(asked: Asked, owed: Balance) -> str:
    amount = format_cents(owed.past_due_cents)
    rest = owed.amount_due_cents - owed.past_due_cents
    if rest > 0 and owed.next_due_on:
        return tr(
            "{amount} is past due, and {rest} is due {when}.",
            amount=amount,
            rest=format_cents(rest),
            when=asked.when(owed.next_due_on),
        )
    if owed.due_on:
        return tr("{amount} is past due: it was due on {day}.", amount=amount, day=asked.day(owed.due_on))
    return tr("{amount} is past due.", amount=amount)


def _on_its_way(owed: Balance) -> str:
    if not owed.pending_cents:
        return ""
    return " " + tr("{amount} is on its way and not counted yet.", amount=format_cents(owed.pending_cents))
