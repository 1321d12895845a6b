"""Texts of the pay pages that depend on the payment."""

from __future__ import annotations

from backend.coop import Coop
from backend.language import mark, tr
from backend.money import format_cents
from backend.payments.prechecks import NOTHING_DUE, PaymentWarning
from backend.payments.quotes import ReadBack
from bot.web.pages import format_day_with_year

DECLINE_REASONS = {
    "insufficient_funds": mark("there was not enough money in the account"),
    "expired_card": mark("the card has expired"),
    "authentication_required": mark("the bank wants to ask you first; enter the card again here, and it can"),
    "incorrect_cvc": mark("the security code did not match"),
    "processing_error": mark("the bank could not process it just now"),
    "card_velocity_exceeded": mark("the card has reached its limit for now"),
}
SHOWN_DIGITS = 3
OTHER_DECLINE_REASON = mark(
    "the bank did not approve it and gave no reason; the number on the back of the card can tell you more"
)


def format_decline_reason(code: str | None) -> str:
    """The reason, to follow `The payment was declined:`. A lost or stolen card has no text of its own."""
    return tr(DECLINE_REASONS.get(code or "", OTHER_DECLINE_REASON))


def format_consent(coop: Coop, read: ReadBack) -> str:
    """The consent, shown on the page and stored word for word with the payment."""
    day = format_day_with_year(read.pay_on)
    fee = tr("There is no fee.")
    if read.fee_cents:
        fee = tr("{amount} of it is a fee.", amount=format_cents(read.fee_cents))
    consent = tr(
        "I authorize {coop} to charge {total} to {method}, once, {when}, for account {account}.",
        coop=coop.name,
        total=format_cents(read.total_cents),
        method=read.method,
        when=tr("today, {day}", day=day) if read.pay_now else tr("on {day}", day=day),
        account=mask_account_number(read.account_number),
    )
    phone = coop.office_phone_display
    if read.pay_now:
        revocation = tr("Questions about this payment: {phone}.", phone=phone)
    else:
        revocation = tr("I can stop it until the day before by calling {phone}.", phone=phone)
    return f"{consent} {fee} {revocation}"


def format_button(read: ReadBack) -> str:
    """The one button of the read-back page."""
    total = format_cents(read.total_cents)
    return tr("Pay {total}", total=total) if read.pay_now else tr("Schedule {total}", total=total)


def mask_account_number(account_number: str) -> str:
    """`99999-001` as `...999-001`: the member recognizes it, and nobody else can use it: two digits or more are left
    out."""
    head, dash, tail = account_number.rpartition("-")
    shown = head[max(2, len(head) - SHOWN_DIGITS) :]
    return f"...{shown}-{tail}" if dash and head else f"...{account_number[-SHOWN_DIGITS:]}"


AHEAD = mark("Nothing is due on this account. What you pay now stays on it as a credit for the next bill.")
WARNING_TEXTS = {
    "account_closed": mark("This account is closed, so a payment cannot be taken here."),
    "nothing_due": mark("Nothing is due on this account any more."),
    "zero": mark("The amount must be more than zero."),
    "day_past": mark("The day of this payment has passed."),
    "method_removed": mark("This way to pay is no longer on file."),
    "absurd": mark("The most we can take here is {limit}."),
    "day_too_far": mark("The last day we can schedule is {last}."),
    "method_expired": mark("{label} will have expired by then."),
    "over_due": mark("This is {excess} more than is due. The rest stays as a credit."),
    "same_amount_recent": mark(
        "{amount} was paid minutes ago, confirmation {confirmation}. This would be a second payment."
    ),
    "pending_payment": mark("A payment of {amount}, confirmation {confirmation}, is still on its way."),
    "scheduled_exists": mark("{amount} is already scheduled for {day}."),
    "draft_soon": mark("A bank draft pays this bill by itself on {day}."),
    "autopay_soon": mark("Auto Pay pays this bill by itself on {day}."),
}
OTHER_WARNING = mark("Please call {phone} about this payment.")


def format_warning(coop: Coop, warning: PaymentWarning) -> str:
    """The text of a warning or of a reason why a payment is blocked."""
    if warning.code == NOTHING_DUE and not warning.blocking:
        return tr(AHEAD)
    given = warning.values
    amounts = {"amount": "amount_cents", "limit": "max_cents", "excess": "over_cents"}
    days = {"day": "on", "last": "last"}
    values = {name: format_cents(given[key]) for name, key in amounts.items() if key in given}
    values |= {name: format_day_with_year(given[key]) for name, key in days.items() if given.get(key)}
    values |= {name: str(given[name]) for name in ("label", "confirmation") if name in given}
    return tr(WARNING_TEXTS.get(warning.code, OTHER_WARNING), phone=coop.office_phone_display, **values)
