"""Formats the outcome of a conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from backend.audit.models import AuditRow
from backend.language import format_day, mark, tr
from backend.money import format_cents
from backend.outcomes.service import NOT_TAKEN_STATUSES, ConversationOutcome
from backend.payments.models import PENDING_STATUSES, Payment, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

ACT_TEXTS = {
    "payment_confirmed": mark("your payment, number {number}"),
    "scheduled_payment_confirmed": mark("a scheduled payment, number {number}"),
    "scheduled_payment_canceled": mark("a scheduled payment taken off"),
    "scheduled_payment_moved": mark("a scheduled payment moved to another day"),
    "autopay_set_up": mark("Auto Pay, set up"),
    "autopay_changed": mark("Auto Pay, changed"),
    "autopay_kept": mark("Auto Pay, kept on"),
    "autopay_canceled": mark("Auto Pay, turned off"),
    "draft_changed": mark("your bank draft, changed"),
    "bank_draft_canceled": mark("your bank draft, removed"),
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
"""Audit act -> its text."""
DEFERRED_ACT_TEXTS = {
    "autopay_set_up": mark("Auto Pay, set up to begin {day}"),
    "autopay_changed": mark("Auto Pay, changed from {day} on"),
    "autopay_kept": mark("Auto Pay, kept on, as agreed from {day} on"),
    "autopay_canceled": mark("Auto Pay, set to end {day}"),
    "draft_changed": mark("your bank draft, changed from {day} on"),
    "bank_draft_canceled": mark("your bank draft, set to end {day}"),
}
"""Where the change takes effect later, because the next run is too near."""
PENDING_SHORT = mark("your payment, number {number}, still on its way")
TICKET_SHORT = mark("a report or request for our office, number {number}")
OTHER_CHANGE = mark("a change on your account")
MAIL_TEXTS = {
    "reset": mark("the mail with a link for a new password, asked for"),
    "user_id": mark("the mail with your user ID, asked for"),
}
PAID_TEXT = mark("Your payment of {total} is made. Confirmation {confirmation}.")
NOT_PAID_TEXT = mark("Your payment of {total} did not go through, and nothing was taken for it.")
RETURNED_TEXT = mark("Your payment of {total} was sent back by the bank. Number {confirmation}.")
PENDING_TEXT = mark(
    "Your payment of {total} is on its way, number {confirmation}, and I do not know yet if it went through. You get a"
    " message when it is settled; please do not pay it again before that."
)


def format_outcome(backend: Backend, became: ConversationOutcome, *, spoken: bool = False) -> list[str]:
    """Sentences, payments first. `spoken`: spell confirmation numbers, for calls."""
    sentences = [_format_payment(one, spoken) for one in became.payments]
    sentences += [_format_scheduled(backend, one, spoken) for one in became.scheduled if one.status == "scheduled"]
    if others := list(_iterate_acts(backend, became)):
        sentences.append(tr("This was done: {things}.", things="; ".join(dict.fromkeys(others))))
    return sentences


def format_act(backend: Backend, row: AuditRow) -> str:
    after = row.after or {}
    number = str(after.get("number") or after.get("confirmation") or "")
    words = ACT_TEXTS.get(row.act) or (TICKET_SHORT if row.act.startswith("ticket_") and number else OTHER_CHANGE)
    counts_from = date.fromisoformat(str(after["counts_from"])) if after.get("counts_from") else None
    if counts_from and row.act in DEFERRED_ACT_TEXTS and counts_from > row.at.astimezone(backend.coop.zone).date():
        return tr(DEFERRED_ACT_TEXTS[row.act], day=format_day(counts_from, backend.today()))
    return tr(words, number=number)


def list_acts(backend: Backend, became: ConversationOutcome) -> list[str]:
    """Everything that was done, in a few words each; refused or canceled payments are left out."""
    acts = []
    for payment in became.payments:
        if payment.status not in (*NOT_TAKEN_STATUSES, "returned"):
            words = PENDING_SHORT if payment.status in PENDING_STATUSES else ACT_TEXTS["payment_confirmed"]
            acts.append(tr(words, number=payment.confirmation))
    for item in became.scheduled:
        if item.status == "scheduled":
            acts.append(tr(ACT_TEXTS["scheduled_payment_confirmed"], number=item.confirmation))
    return list(dict.fromkeys([*acts, *_iterate_acts(backend, became)]))


def _iterate_acts(backend: Backend, became: ConversationOutcome) -> Iterable[str]:
    yield from (format_act(backend, row) for row in became.acts)
    for request in became.mails:
        yield tr(MAIL_TEXTS.get(request.kind, OTHER_CHANGE))
    if became.links_sent:
        yield tr("a link to pay, sent")


def _format_payment(payment: Payment, spoken: bool) -> str:
    words = PAID_TEXT
    if payment.status in PENDING_STATUSES:
        words = PENDING_TEXT
    elif payment.status in NOT_TAKEN_STATUSES:
        words = NOT_PAID_TEXT
    elif payment.status == "returned":
        words = RETURNED_TEXT
    return tr(words, total=format_cents(payment.total_cents), confirmation=_number(payment.confirmation, spoken))


def _format_scheduled(backend: Backend, item: ScheduledPayment, spoken: bool) -> str:
    return tr(
        "Your payment of {total} is scheduled for {day}. Confirmation {confirmation}.",
        total=format_cents(item.amount_cents + item.fee_cents),
        day=format_day(item.run_on, backend.today()),
        confirmation=_number(item.confirmation, spoken),
    )


def _number(confirmation: str, spoken: bool) -> str:
    return ", ".join(confirmation.replace("-", "")) if spoken else confirmation
