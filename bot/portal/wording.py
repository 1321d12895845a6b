"""Words of the pay pages that depend on what happened."""

from __future__ import annotations

from backend.coop import Coop
from backend.money import format_cents
from backend.payments.gate import Concern
from backend.payments.quotes import ReadBack
from bot.portal.pages import long_day

DECLINED = {
    "insufficient_funds": "there was not enough money in the account",
    "expired_card": "the card has expired",
    "incorrect_cvc": "the security code did not match",
    "processing_error": "the bank could not process it just now",
    "card_velocity_exceeded": "the card has reached its limit for now",
}
DECLINED_OTHERWISE = (
    "the bank did not approve it and gave no reason; the number on the back of the card can tell you more"
)


def declined(code: str | None) -> str:
    """Why, in words that fit behind `The payment was declined:`. A lost or stolen card is not told apart."""
    return DECLINED.get(code or "", DECLINED_OTHERWISE)


def consent(coop: Coop, read: ReadBack) -> str:
    """What the member agrees to: shown on the page and kept, word for word."""
    when = f"today, {long_day(read.pay_on)}" if read.pay_now else f"on {long_day(read.pay_on)}"
    fee = "There is no fee."
    if read.fee_cents:
        fee = f"{format_cents(read.fee_cents)} of it is a fee."
    return (
        f"I authorize {coop.name} to charge {format_cents(read.total_cents)} to {read.method}, once, {when}, "
        f"for account {masked(read.account_number)}. {fee} {revoke(coop, read)}"
    )


def revoke(coop: Coop, read: ReadBack) -> str:
    phone = coop.office_phone_display
    if read.pay_now:
        return f"Questions about this payment: {phone}."
    return f"I can stop it until the day before by calling {phone}."


def button(read: ReadBack) -> str:
    """The one button of the read-back page."""
    total = format_cents(read.total_cents)
    return f"Pay {total}" if read.pay_now else f"Schedule {total}"


def masked(account_number: str) -> str:
    """`99999-001` as `...-001`: enough to know one's own, useless to anyone else."""
    head, dash, tail = account_number.rpartition("-")
    return f"...-{tail}" if dash and head else f"...{account_number[-3:]}"


def concern(coop: Coop, found: Concern) -> str:
    """One thing to know before paying, or the reason why not."""
    words = {
        "account_closed": "This account is closed, so a payment cannot be taken here.",
        "nothing_due": "Nothing is due on this account any more.",
        "zero": "The amount must be more than zero.",
        "day_past": "The day of this payment has passed.",
        "method_removed": "This way to pay is no longer on file.",
    }
    if found.code in words:
        return words[found.code]
    return _with_values(coop, found)


def _with_values(coop: Coop, found: Concern) -> str:
    told = found.values
    amount = format_cents(told["amount_cents"]) if "amount_cents" in told else ""
    day = long_day(told["on"]) if told.get("on") else ""
    match found.code:
        case "absurd":
            return f"The most we can take here is {format_cents(told['max_cents'])}."
        case "day_too_far":
            return f"The last day we can schedule is {long_day(told['last'])}."
        case "method_expired":
            return f"{told['label']} will have expired by then."
        case "over_due":
            return f"This is {format_cents(told['over_cents'])} more than is due. The rest stays as a credit."
        case "same_amount_recent":
            return (
                f"{amount} was paid minutes ago, confirmation {told['confirmation']}. This would be a second payment."
            )
        case "pending_payment":
            return f"A payment of {amount}, confirmation {told['confirmation']}, is still on its way."
        case "scheduled_exists":
            return f"{amount} is already scheduled for {day}."
        case "draft_soon":
            return f"A bank draft pays this bill by itself on {day}."
        case "autopay_soon":
            return f"Auto Pay pays this bill by itself on {day}."
    return f"Please call {coop.office_phone_display} about this payment."
