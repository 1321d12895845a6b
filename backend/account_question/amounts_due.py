"""What is owed and when, and what happens when it is late."""

from __future__ import annotations

from backend.account_question.automatic_payments import describe_next_automatic_charge, describe_next_charge
from backend.account_question.question import AccountQuestion
from backend.arrangement.next_part import describe_next_part, describe_plan_due
from backend.billing.prepaid import describe_left
from backend.language import join_words, tr
from backend.money import format_balance, format_cents
from backend.payments.balances import Balance


async def describe_due_date(asked: AccountQuestion) -> str:
    owed = await asked.balance()
    if owed.prepaid:
        return f"{describe_left(owed.prepaid)} {tr('A prepaid account has no bill and no due date.')}"
    if owed.amount_due_cents < 0:
        return tr("Nothing is due: the account has a credit of {amount}.", amount=format_cents(-owed.amount_due_cents))
    if owed.amount_due_cents == 0:
        return tr("Nothing is due on this account now.")
    if plan_due := await describe_plan_due(asked.session, asked.backend, asked.account.id, owed, numbered=True):
        # the days of the arrangement stand for the bill's
        answer = tr("You owe {amount}.", amount=format_cents(owed.amount_due_cents))
        return " ".join([answer, *describe_given_back(owed), plan_due])
    if owed.past_due_cents > 0:
        answer = _describe_past_due(asked, owed)
    elif owed.due_on is None:  # owed outside of any bill
        answer = tr("{amount} is due now.", amount=format_cents(owed.amount_due_cents))
    else:
        amount, when = format_cents(owed.amount_due_cents), asked.format_when(owed.due_on)
        answer = tr("{amount} is due {when}.", amount=amount, when=when)
    arranged = await describe_next_part(asked.session, asked.backend, asked.account.id, owed)
    return " ".join([answer, *describe_given_back(owed), *arranged])


def describe_given_back(owed: Balance) -> list[str]:
    """That a part of what is owed is a refund; nothing for most accounts."""
    if owed.given_back_cents <= 0:
        return []
    amount = format_cents(owed.given_back_cents)
    return [tr("Of that, {amount} was given back to you and is owed again.", amount=amount)]


async def describe_shutoff(asked: AccountQuestion) -> str:
    """Whether anything is past due. No day is named: only the office sets the day of a shutoff."""
    owed = await asked.balance()
    if owed.prepaid:
        return f"{describe_left(owed.prepaid)} {_describe_zero(asked)}"
    if owed.past_due_cents <= 0:
        parts = [tr("Nothing is past due on this account, so nothing owed calls for a shutoff.")]
        if owed.amount_due_cents > 0 and owed.due_on:
            amount = format_cents(owed.amount_due_cents)
            parts.append(tr("{amount} is due {when}.", amount=amount, when=asked.format_when(owed.due_on)))
            parts += await describe_next_charge(asked)
        return " ".join(parts)
    answer = tr(
        "{amount} is past due on this account. The office sets the day of a shutoff and can tell you where yours "
        "stands: {phone}.",
        amount=format_cents(owed.past_due_cents),
        phone=asked.office_phone,
    )
    if owed.pending_cents:
        answer += " " + tr("{amount} is on its way and not counted yet.", amount=format_cents(owed.pending_cents))
    return answer


async def describe_late_fee(asked: AccountQuestion) -> str:
    """Whether to expect a late charge, and how much it is where coop.toml says."""
    owed = await asked.balance()
    if owed.prepaid:
        return f"{tr('A prepaid account has no late charge.')} {describe_left(owed.prepaid)}"
    if owed.past_due_cents > 0 and owed.due_on:
        answer = tr(
            "{amount} has been past due since {day}, so a late charge can come on the next bill.",
            amount=format_cents(owed.past_due_cents),
            day=asked.format_day(owed.due_on),
        )
    elif owed.amount_due_cents > 0 and owed.due_on:
        answer = tr(
            "Nothing is past due now: {amount} is due {when}, and a late charge can come only after that.",
            amount=format_cents(owed.amount_due_cents),
            when=asked.format_when(owed.due_on),
        )
    else:
        answer = tr("Nothing is past due on this account now, so no late charge is coming.")
    fee = asked.backend.coop.get_fact("late_fee")
    return f"{answer} {tr('The late charge here is {fee}.', fee=fee)}" if fee else answer


async def describe_remaining(asked: AccountQuestion) -> str:
    """What is owed after pending and scheduled payments."""
    owed = await asked.balance()
    if owed.prepaid:
        return describe_left(owed.prepaid)
    coming = []
    if owed.pending_cents:
        coming.append(tr("{amount} on its way", amount=format_cents(owed.pending_cents)))
    coming += [
        tr("{amount} scheduled for {day}", amount=format_cents(item.amount_cents), day=asked.format_day(item.run_on))
        for item in owed.scheduled
    ]
    if not coming:
        # as for `Do I owe anything?`: what is due, whether any of it is late, and the next automatic charge
        sentences = [await describe_due_date(asked)]
        if owed.amount_due_cents > 0 and owed.past_due_cents <= 0:
            sentences.append(tr("Nothing is past due."))
        sentences += await describe_next_automatic_charge(asked) or [tr("No payment is on its way or scheduled.")]
        return " ".join(sentences)
    return tr(
        "Your balance is {owed}. With {coming} taken off, it comes to {left}.",
        owed=format_balance(owed.amount_due_cents),
        coming=join_words(coming),
        left=format_balance(owed.uncovered_cents),
    )


async def describe_prepaid(asked: AccountQuestion) -> str:
    """What is left and for how many days, and what happens at zero."""
    owed = await asked.balance()
    if owed.prepaid is None:
        return f"{tr('This account is billed by the month; it is not prepaid.')} {await describe_due_date(asked)}"
    return f"{describe_left(owed.prepaid)} {_describe_zero(asked)}"


def _describe_zero(asked: AccountQuestion) -> str:
    """What happens when nothing is left: the co-op's own rule, or that it is the office's to tell."""
    coop = asked.backend.coop
    shutoff, back = coop.get_fact("prepaid_shutoff"), coop.get_fact("prepaid_reconnect")
    parts = [tr("When nothing is left, the power can be turned off.")]
    if shutoff:
        parts = [tr("When nothing is left, the power can be turned off {when}.", when=shutoff)]
    if back:
        parts.append(tr("After a payment it is back {when}.", when=back))
    if not shutoff or not back:
        parts.append(tr("The office can tell you the rest at {phone}.", phone=asked.office_phone))
    return " ".join(parts)


def _describe_past_due(asked: AccountQuestion, owed: Balance) -> str:
    amount = format_cents(owed.past_due_cents)
    rest = owed.amount_due_cents - owed.past_due_cents
    if rest > 0 and owed.next_due_on:
        return tr(
            "{amount} is past due, and {rest} is due {when}.",
            amount=amount,
            rest=format_cents(rest),
            when=asked.format_when(owed.next_due_on),
        )
    if owed.due_on:
        return tr("{amount} is past due: it was due on {day}.", amount=amount, day=asked.format_day(owed.due_on))
    return tr("{amount} is past due.", amount=amount)
