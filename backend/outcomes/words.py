"""What became of a conversation, in sentences that are true as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from backend.audit.models import AuditRow
from backend.billing.service import UNFINISHED
from backend.language import day_words, mark, tr
from backend.money import format_cents
from backend.outcomes.service import NOT_TAKEN, Became
from backend.payments.models import Payment, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

DEEDS = {
    "payment_confirmed": mark("your payment, number {number}"),
    "scheduled_payment_confirmed": mark("a scheduled payment, number {number}"),
    "scheduled_payment_cancelled": mark("a scheduled payment taken off"),
    "scheduled_payment_moved": mark("a scheduled payment moved to another day"),
    "autopay_set_up": mark("Auto Pay, set up"),
    "autopay_changed": mark("Auto Pay, changed"),
    "autopay_kept": mark("Auto Pay, kept on"),
    "autopay_cancelled": mark("Auto Pay, turned off"),
    "draft_changed": mark("your bank draft, changed"),
    "bank_draft_cancelled": mark("your bank draft, removed"),
    "alerts_on": mark("alerts, turned on"),
    "alerts_off": mark("alerts, turned off"),
    "paperless_on": mark("paperless bills, turned on"),
    "paperless_off": mark("paper bills, turned on"),
    "program_enrolled": mark("the billing program, joined"),
    "program_left": mark("the billing program, left"),
    "arrangement_granted": mark("a payment arrangement, number {number}"),
    "contact_phone": mark("your phone number, changed"),
    "contact_email": mark("your email address, changed"),
    "contact_address": mark("your mailing address, changed"),
    "email_proven": mark("your new email address, confirmed"),
    "ticket_noted": mark("a note on number {number}"),
    "ticket_withdrawn": mark("number {number}, taken back"),
    "ticket_restored": mark("number {number}, closed: the power is back"),
    "handover": mark("your talk, given to the office"),
}
"""Of what a talk did, by the act in the audit trail."""
LATER = {
    "autopay_set_up": mark("Auto Pay, set up to begin {day}"),
    "autopay_changed": mark("Auto Pay, changed from {day} on"),
    "autopay_kept": mark("Auto Pay, kept on, as agreed from {day} on"),
    "autopay_cancelled": mark("Auto Pay, set to end {day}"),
    "draft_changed": mark("your bank draft, changed from {day} on"),
    "bank_draft_cancelled": mark("your bank draft, set to end {day}"),
}
"""The same where it counts from a later day only, because a run is too near."""
STILL_ON_ITS_WAY = mark("your payment, number {number}, still on its way")
A_TICKET = mark("a report or request for our office, number {number}")
SOMETHING = mark("a change on your account")
MAILS = {
    "reset": mark("the mail with a link for a new password, asked for"),
    "user_id": mark("the mail with your user ID, asked for"),
}
A_LINK = mark("a link to pay, sent")
PAID = mark("Your payment of {total} is made. Confirmation {confirmation}.")
SCHEDULED = mark("Your payment of {total} is scheduled for {day}. Confirmation {confirmation}.")
NOT_PAID = mark("Your payment of {total} did not go through, and nothing was taken for it.")
RETURNED = mark("Your payment of {total} was sent back by the bank. Number {confirmation}.")
ON_ITS_WAY = mark(
    "Your payment of {total} is on its way, number {confirmation}, and I do not know yet if it went through. You get a"
    " message when it is settled; please do not pay it again before that."
)
DONE = mark("This was done: {things}.")


def sentences(backend: Backend, became: Became, *, spoken: bool = False) -> list[str]:
    """Money first. `spoken`: for the ear, where a number is told sign by sign."""
    told = [_of_payment(one, spoken) for one in became.payments]
    told += [_of_schedule(backend, one, spoken) for one in became.scheduled if one.status == "scheduled"]
    if others := list(_things(backend, became)):
        told.append(tr(DONE, things="; ".join(dict.fromkeys(others))))
    return told


def deed(backend: Backend, row: AuditRow) -> str:
    """A row of the audit trail in a few words."""
    after = row.after or {}
    number = str(after.get("number") or after.get("confirmation") or "")
    words = DEEDS.get(row.act) or (A_TICKET if row.act.startswith("ticket_") and number else SOMETHING)
    counts_from = date.fromisoformat(str(after["counts_from"])) if after.get("counts_from") else None
    if counts_from and row.act in LATER and counts_from > row.at.astimezone(backend.coop.zone).date():
        return tr(LATER[row.act], day=day_words(counts_from, backend.today()))
    return tr(words, number=number)


def things(backend: Backend, became: Became) -> list[str]:
    """All of it in a few words each, tickets apart: what was refused or called off is none."""
    told = []
    for payment in became.payments:
        if payment.status not in (*NOT_TAKEN, "returned"):
            words = STILL_ON_ITS_WAY if payment.status in UNFINISHED else DEEDS["payment_confirmed"]
            told.append(tr(words, number=payment.confirmation))
    for item in became.scheduled:
        if item.status == "scheduled":
            told.append(tr(DEEDS["scheduled_payment_confirmed"], number=item.confirmation))
    return list(dict.fromkeys([*told, *_things(backend, became)]))


def _things(backend: Backend, became: Became) -> Iterable[str]:
    yield from (deed(backend, row) for row in became.acts)
    for request in became.mails:
        yield tr(MAILS.get(request.kind, SOMETHING))
    if became.links_sent:
        yield tr(A_LINK)


def _of_payment(payment: Payment, spoken: bool) -> str:
    words = PAID
    if payment.status in UNFINISHED:
        words = ON_ITS_WAY
    elif payment.status in NOT_TAKEN:
        words = NOT_PAID
    elif payment.status == "returned":
        words = RETURNED
    return tr(words, total=format_cents(payment.total_cents), confirmation=_number(payment.confirmation, spoken))


def _of_schedule(backend: Backend, item: ScheduledPayment, spoken: bool) -> str:
    return tr(
        SCHEDULED,
        total=format_cents(item.amount_cents + item.fee_cents),
        day=day_words(item.run_on, backend.today()),
        confirmation=_number(item.confirmation, spoken),
    )


def _number(confirmation: str, spoken: bool) -> str:
    return ", ".join(confirmation.replace("-", "")) if spoken else confirmation
