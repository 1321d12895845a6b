"""Whether a payment went through: the one with a confirmation number, or the newest ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from actions.accounts.forms import AccountForm
from actions.balance.forms import send_last_payment
from actions.base import ExternalCall, SlotQuestion
from actions.turn import Turn
from backend.language import format_day, mark, tr
from backend.members.identity import Identity
from backend.money import format_balance, format_cents
from backend.payments import service as payments
from backend.payments.balances import get_balance
from backend.payments.models import ScheduledPayment
from backend.payments.past_payments import PastPayment, is_paid_at_counter, list_payments
from backend.payments.refund_status import describe_refunds
from backend.payments.return_codes import RETURN_REASONS
from backend.reading.money.payment_words import extract_confirmation, has_digit

MAX_PAYMENTS = 2
NO_REASON = mark("no reason given")
LOOKBACK = timedelta(days=60)


class PaymentStatusForm(AccountForm):
    form = "payment_status_form"
    backend_package = "backend.payments"
    task = "payment_status"
    title = mark("asking whether a payment went through")
    skill = "payment_confirmation"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"payment_confirmation"})
    slots: ClassVar[tuple[str, ...]] = ("sched_item",)
    is_informational = True

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        confirmation = extract_confirmation(turn.focused_text)  # not `text`: as Spanish, a "Y" in it would be "and"
        if confirmation:
            turn.set("sched_item", confirmation)
        return confirmation is not None

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        account_id, confirmation = identity.known_account.id, turn.get("sched_item")
        if confirmation:
            found = await payments.find_by_confirmation(turn.session, account_id, confirmation.replace(",", ""))
            if found is not None:
                await self._send_status(turn, found)
                return None
            if has_digit(confirmation):  # letters alone may be no number at all
                turn.utter("utter_status_unknown", given=confirmation.upper())
        await self._send_newest(turn, account_id)
        return None

    async def _send_newest(self, turn: Turn, account_id: int) -> None:
        since = turn.backend.clock.now() - LOOKBACK
        made = await list_payments(turn.session, account_id, count=MAX_PAYMENTS)
        newest: Sequence[PastPayment] = [payment for payment in made if payment.created_at >= since]
        balance = await get_balance(turn.session, turn.backend, account_id)
        for payment in newest:
            await self._send_status(turn, payment)
        for item in balance.scheduled:
            await self._send_status(turn, item)
        if not newest and not balance.scheduled:
            if turn.last_text_of("utter_status_none"):  # the member heard that before and says that they paid
                turn.utter("utter_status_none_still")
                about = f"{tr('a payment that does not show')}: {turn.full_text}"
                turn.set("offer", {"opener": "callback_form", "slots": {"callback_about": about}})
                return
            turn.utter("utter_status_none")
            send_last_payment(turn, balance)  # an older one, for "when did we pay last"
        turn.utter("utter_status_owed", left=format_balance(balance.amount_due_cents))

    async def _send_status(self, turn: Turn, payment: PastPayment | ScheduledPayment) -> None:
        amount = format_cents(payment.amount_cents + payment.fee_cents)
        values: dict[str, Any] = {"amount": amount, "confirmation": payment.confirmation}
        today, zone = turn.backend.today(), turn.backend.coop.zone
        if not isinstance(payment, ScheduledPayment):
            day = payment.posted_on or payment.created_at.astimezone(zone).date()
            refunds = await describe_refunds(turn.session, turn.backend, payment, names_method=False)
            status = f"{_format_status(payment)} {refunds}".rstrip()
            turn.utter("utter_status_payment", **values, day=format_day(day, today), status=status)
        elif payment.status == "scheduled":
            turn.utter("utter_status_scheduled", **values, day=format_day(payment.run_on, today))
        else:
            canceled = payment.status == "canceled"
            status = tr("was canceled. Nothing was taken.") if canceled else tr("was not made.")
            turn.utter("utter_status_schedule_over", **values, day=format_day(payment.run_on, today), status=status)


def _format_status(payment: PastPayment) -> str:
    if is_paid_at_counter(payment):
        return tr("paid at the counter, and booked.")
    if payment.status == "undone":
        return tr("paid at the counter, but taken off again. The amount is due again.")
    if payment.status == "posted":
        return tr("it went through.")
    if payment.status == "returned":
        reason = tr(RETURN_REASONS.get(payment.decline_code or "", NO_REASON))
        return tr("your bank sent it back ({reason}), and the amount is due again.", reason=reason)
    if payment.status == "declined":
        return tr("it was declined. Nothing was taken.")
    if payment.status == "voided":
        return tr("it did not go through. Nothing was taken.")
    return tr("it is on its way, not settled yet. Please do not pay again meanwhile.")
