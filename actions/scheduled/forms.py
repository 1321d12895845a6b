"""Scheduled payments: show, move or cancel one, until the day before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from actions.account_question.requests_during_code import queue_request
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SkillAction, SlotQuestion
from actions.buttons import build_button
from actions.identity.forms import CODE, IDENTITY_SLOTS
from actions.quick_pay.questions import format_last_day
from actions.scheduled.latest_payment import find_standing_payment, tell_stays
from actions.turn import NUMBER_TYPES, Turn
from actions.yes_no import is_no, note_agreement
from backend.account_question.automatic_payments import describe_next_automatic_charge
from backend.account_question.question import AccountQuestion
from backend.autopay import service as automatic
from backend.autopay.formatting import format_next_run, format_run_day
from backend.autopay.models import AutoPay
from backend.autopay.schedule import find_active_draft
from backend.billing.prepaid import describe_left
from backend.language import format_day, mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments import service as payments
from backend.payments.balances import list_scheduled
from backend.payments.models import PaymentMethod, ScheduledPayment
from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.money.amount import Amount
from backend.reading.money.scheduled_payment import asks_to_move_payment, extract_existing_act

ACT, ITEM_ID, DAY, CONFIRM = "sched_act", "sched_item", "sched_day", "sched_confirm"
NUMBER_TYPES.update({DAY: "date"})


class ActionSchedulePayment(SkillAction):
    """Opens the form for a payment on a later day: a new one, or one that is scheduled already."""

    action_name = "action_schedule_payment"

    async def act(self, turn: Turn) -> None:
        act = extract_existing_act(turn.text)
        turn.clear(ACT)
        if act:
            turn.set(ACT, act)
        turn.add_followup_action("scheduled_form" if act else "quick_pay_form")


class ScheduledPaymentsForm(AccountForm):
    form = "scheduled_form"
    backend_package = "backend.payments"
    task = "scheduled"
    title = mark("scheduled payments")
    skill = "manage_scheduled"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"schedule_payment"})
    slots: ClassVar[tuple[str, ...]] = (ACT, ITEM_ID, DAY, CONFIRM)
    asks: ClassVar[dict[str, str]] = {ACT: "choice", ITEM_ID: "choice", DAY: "day", CONFIRM: "yes_no"}
    shows_status_first = True

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        understood = turn.set_button_values(ACT, ITEM_ID)
        if asked in IDENTITY_SLOTS:
            return understood or (asked == CODE and turn.get(ACT) in ("show", None) and queue_request(turn))
        if asked == ACT and not understood and is_no(turn):
            turn.set(ACT, "leave")
            return True
        if asked in (ACT, None) and not understood:
            is_move = asked == ACT and asks_to_move_payment(turn.text)
            if act := "move" if is_move else extract_existing_act(turn.text):
                turn.set(ACT, act)
                understood = True
        if turn.get(ACT) == "move" and asked != ITEM_ID:
            understood = self._extract_day(turn, asked) or understood
        if asked == CONFIRM and not understood:
            understood = note_agreement(turn)
        return understood

    async def send_canceled(self, turn: Turn) -> None:
        """Leaving the question cancels no payment."""
        item = await find_standing_payment(turn) if turn.get(ACT) == "cancel" else None
        if item is not None:
            tell_stays(turn, item)
        else:
            turn.utter("utter_sched_left")

    def on_account_changed(self, turn: Turn) -> None:
        turn.clear(ITEM_ID, CONFIRM)

    def _extract_day(self, turn: Turn, asked: str | None) -> bool:
        day = turn.extract_values(asked).day
        if isinstance(day, ParsedDay):
            turn.set(DAY, day.day.isoformat())
        elif day is not None and asked == DAY:
            turn.clear(DAY)
            turn.notes["day_problem"] = day.code
        return day is not None

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        items = await list_scheduled(turn.session, identity.known_account.id)
        if not items:
            await self._send_none_scheduled(turn, identity.known_account.id)
            return None
        act = turn.get(ACT)
        chosen = self._select_item(turn, items) if turn.notes.get("yes") is False else None
        if chosen is not None and act == "cancel":
            tell_stays(turn, chosen)
            return None
        if act == "leave" or turn.notes.get("yes") is False:
            turn.utter("utter_sched_left")
            return None
        if act not in ("cancel", "move"):
            return await self._show(turn, items)
        item = self._select_item(turn, items)
        if item is None:
            return await self._ask_which_item(turn, items)
        if item.run_on <= turn.backend.today():
            turn.utter("utter_sched_too_late", **await self._item_values(turn, item))
            return None
        return await (self._cancel if act == "cancel" else self._reschedule)(turn, identity, item)

    async def _send_none_scheduled(self, turn: Turn, account_id: int) -> None:
        """Say that no payment is scheduled, and name the automatic payment if there is one."""
        autopay = await automatic.find_autopay(turn.session, account_id)
        row = autopay if autopay and autopay.is_wanted else await find_active_draft(turn.session, account_id)
        if row is None:
            turn.utter("utter_sched_none")
            return
        method = await turn.session.get_one(PaymentMethod, row.method_id)
        next_run = await automatic.find_next_run(turn.session, turn.backend, row)
        turn.utter(
            "utter_sched_none_autopay" if isinstance(row, AutoPay) else "utter_sched_none_draft",
            method=method.label,
            when=format_run_day(row.day_of_month if isinstance(row, AutoPay) else None),
            next=format_next_run(next_run, turn.backend.today()),
        )

    async def _show(self, turn: Turn, items: Sequence[ScheduledPayment]) -> SlotQuestion:
        for item in items:
            turn.utter("utter_sched_item", **await self._item_values(turn, item))
        buttons = [
            build_button(tr("Another day"), sched_act="move"),
            build_button(tr("Cancel it"), sched_act="cancel"),
            build_button(tr("Leave it as it is"), sched_act="leave"),
        ]
        return SlotQuestion(ACT, "utter_question_sched_act", {}, buttons)

    def _select_item(self, turn: Turn, items: Sequence[ScheduledPayment]) -> ScheduledPayment | None:
        """The payment that is meant: the only one, the one chosen, or the only one of the amount or day named."""
        if len(items) == 1:
            return items[0]
        for item in items:
            if str(item.id) == str(turn.get(ITEM_ID)):
                return item
        values = turn.extract_values(None)
        matches = [
            item
            for item in items
            if (isinstance(values.amount, Amount) and values.amount.cents == item.amount_cents)
            or (isinstance(values.day, ParsedDay) and values.day.day == item.run_on)
        ]
        if len(matches) != 1:
            return None
        turn.set(ITEM_ID, str(matches[0].id))
        if turn.get(DAY) == matches[0].run_on.isoformat():
            turn.clear(DAY)  # it named the payment, and is not the day to move it to
        return matches[0]

    async def _ask_which_item(self, turn: Turn, items: Sequence[ScheduledPayment]) -> SlotQuestion:
        buttons = []
        for item in items:
            values = await self._item_values(turn, item)
            title = tr("{amount} on {day}", amount=values["amount"], day=values["day"])
            buttons.append(build_button(title, sched_item=str(item.id)))
        return SlotQuestion(ITEM_ID, "utter_question_sched_item", {}, buttons)

    async def _item_values(self, turn: Turn, item: ScheduledPayment) -> dict[str, Any]:
        method = await turn.session.get_one(PaymentMethod, item.method_id)
        return {
            "amount": format_cents(item.amount_cents + item.fee_cents),
            "day": format_day(item.run_on, turn.backend.today()),
            "method": method.label,
            "confirmation": item.confirmation,
        }

    async def _cancel(self, turn: Turn, identity: Identity, item: ScheduledPayment) -> SlotQuestion | None:
        values = await self._item_values(turn, item)
        if not turn.notes.get("yes"):
            return SlotQuestion(CONFIRM, "utter_question_sched_cancel", values)
        done = await payments.cancel_scheduled(
            turn.session,
            turn.backend,
            scheduled_id=item.id,
            account_id=item.account_id,
            actor=turn.conversation_id,
            level=int(identity.level),
            channel=turn.channel,
        )
        if done:
            values["rest"] = await self._format_still_owed(turn, identity)
        turn.utter("utter_sched_canceled" if done else "utter_sched_too_late", **values)
        return None

    async def _format_still_owed(self, turn: Turn, identity: Identity) -> str:
        """What happens with the bill now: nothing is owed, it is paid automatically, or the member has to pay it."""
        asked = AccountQuestion(turn.session, turn.backend, identity.known_account, "")
        owed = await asked.balance()
        if owed.prepaid:
            return describe_left(owed.prepaid)
        if owed.uncovered_cents <= 0:
            return tr("What is owed now is covered without it.")
        if taken := await describe_next_automatic_charge(asked):
            return " ".join(taken)
        if owed.past_due_cents > 0:
            return tr("{amount} is past due; please pay it another way.", amount=format_cents(owed.past_due_cents))
        return tr("Please pay the bill another way by its due date.")

    async def _reschedule(self, turn: Turn, identity: Identity, item: ScheduledPayment) -> SlotQuestion | None:
        values = await self._item_values(turn, item)
        to = date.fromisoformat(turn.get(DAY)) if turn.get(DAY) else None
        refused = turn.notes.get("day_problem")
        if to is not None:
            refused = await payments.find_move_problem(turn.session, turn.backend, item, to)
        if to is None or refused:
            turn.clear(DAY)
            response = f"utter_question_sched_day_{refused}" if refused else "utter_question_sched_day"
            return SlotQuestion(DAY, response, {**values, "last_day": format_last_day(turn)})
        values["to"] = format_day(to, turn.backend.today())
        if not turn.notes.get("yes"):
            return SlotQuestion(CONFIRM, "utter_question_sched_move", values)
        moved = await payments.move_scheduled(
            turn.session,
            turn.backend,
            scheduled_id=item.id,
            account_id=item.account_id,
            run_on=to,
            agreement=turn.agreement_to("utter_question_sched_move", identity),
        )
        turn.utter("utter_sched_moved" if moved else "utter_sched_too_late", **values)
        return None
