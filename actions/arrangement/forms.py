"""A payment arrangement: a plan of amounts and days, read back, then granted by rule or sent to the office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from actions import agenda, side_questions
from actions.accounts.others_owing import name_account, tell_others_owing
from actions.agenda import pending_items
from actions.arrangement.formatting import format_plan, format_plan_for_office
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.conversation.undo import undo_last_action
from actions.disambiguation import save_identity_numbers
from actions.formatting import format_on_day
from actions.free_text import extract_free_text
from actions.identity.forms import IdentifiedForm
from actions.quick_pay.questions import METHOD_HINT, balance_values
from actions.turn import NUMBER_TYPES, REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.account_question.amounts_due import describe_shutoff
from backend.account_question.question import AccountQuestion
from backend.alerts.parsing import asks_for_reminder
from backend.arrangement import plan as plans
from backend.arrangement import service as arrangements
from backend.arrangement.plan import Plan
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments.balances import Balance, get_balance
from backend.reading.money.account_shares import splits_between_places
from backend.reading.money.arrangement_talk import (
    asks_how_it_works,
    asks_if_all_at_once,
    asks_if_automatic,
    cancels_arrangement,
    extract_payment_position,
    remove_frequency_lead,
    remove_notice_day,
    says_rest_unknown,
    wants_autopay,
)
from backend.reading.money.payment_method import mentions_method
from backend.reading.money.payment_plan import Frequency, RequestedPlan, parse_payment_plan, plan_from_slot
from backend.reading.service.disconnection import detect_disconnection_topic, only_asks_about_shutoff
from backend.tickets import service as tickets

AMOUNT, DAY, REST, FREQUENCY, CONFIRM = (
    "arrangement_amount",
    "arrangement_day",
    "arrangement_rest",
    "arrangement_often",
    "arrangement_confirm",
)
PLAN, MISSING, OWED, NOTICE, NOTICE_TOLD = (
    "arrangement_plan",
    "arrangement_missing",
    "arrangement_owed",
    "arrangement_notice",
    "arrangement_told",
)
NUMBER_TYPES.update({AMOUNT: "amount", DAY: "date", REST: "date", CONFIRM: "change"})
SLOT_FOR_MISSING = {
    plans.AMOUNT: AMOUNT,
    plans.EACH: AMOUNT,
    plans.DAY: DAY,
    plans.START: DAY,
    plans.REST: REST,
    plans.EVERY: FREQUENCY,
}
"""By what the plan lacks: the slot that asks for it."""
FREQUENCY_CHOICES = {
    "1 week": (mark("Every week"), Frequency(1, "week")),
    "2 week": (mark("Every two weeks"), Frequency(2, "week")),
    "1 month": (mark("Every month"), Frequency(1, "month")),
}
PAYMENT_LIKE_INTENTS = frozenset({"quick_pay", "schedule_payment", "check_balance", "inform", "setup_autopay"})
"""Intents that the classifier may find in a part of the plan."""
QUICK_PAY = "quick_pay_form"
ALERTS = "alerts_form"


class ArrangementForm(IdentifiedForm):
    form = "arrangement_form"
    task = "arrangement"
    title = mark("asking for a payment arrangement")
    skill = "payment_arrangement"
    slots: ClassVar[tuple[str, ...]] = (AMOUNT, DAY, REST, FREQUENCY, CONFIRM, PLAN, MISSING, OWED, NOTICE, NOTICE_TOLD)
    asks: ClassVar[dict[str, str]] = {AMOUNT: "amount", DAY: "day", REST: "day", FREQUENCY: "choice", CONFIRM: "yes_no"}
    files_ticket = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"payment_arrangement"})

    async def send_canceled(self, turn: Turn) -> None:
        turn.utter("utter_arrangement_left")

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """`Cancel the arrangement` ends an arrangement and starts none; parts for accounts are a payment of today."""
        if not turn.other_action_answered(self.form) and (opener := self._find_meant_task(turn)):
            self._pause_open_task(turn)
            save_identity_numbers(turn)
            agenda.add_item(turn, opener, turn.full_text, {})
            self._close_task(turn)
            return None
        if turn.other_action_answered(self.form) or not cancels_arrangement(turn.text):
            return await super()._start(turn)
        self._pause_open_task(turn)
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        if not await undo_last_action(turn):
            account = (await turn.identity()).account
            active = await arrangements.active_arrangement(turn.session, account.id) if account else None
            if active is None:
                turn.utter("utter_arrangement_none")
            else:
                turn.utter("utter_undo_arrangement", number=active.number)
        self._close_task(turn)
        return None

    def _find_meant_task(self, turn: Turn) -> str | None:
        """The form that is meant by words that only sound like an arrangement."""
        if asks_for_reminder(turn.text):
            return ALERTS
        return QUICK_PAY if self._is_for_accounts(turn) else None

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        if not asks_for_reminder(turn.text):
            return await super()._handle_reply(turn, asked)
        agenda.add_item(turn, ALERTS, turn.full_text, {})
        self._close_task(turn)
        return None

    def _is_for_accounts(self, turn: Turn) -> bool:
        parts = self._read_plan(turn).parts
        return splits_between_places(turn.text) and not any(part.on for part in parts)

    # a payment that is part of the plan is no request to pay now, and "can I pay it on Friday?" asks for the plan

    async def _handle_opening_question(self, turn: Turn) -> bool:
        if self._read_plan(turn).is_empty:
            if not only_asks_about_shutoff(turn.text):
                return await super()._handle_opening_question(turn)
            offered = turn.tracker.slots.get("offer")
            await side_questions.answer_shutoff(turn, offer=self.form)
            turn.set("offer", offered or turn.get("offer"))  # an offer from before stays open
            return True
        self._treat_acts_as_plan(turn)
        return False

    def _queue_other_requests(self, turn: Turn) -> None:
        self._treat_acts_as_plan(turn)
        super()._queue_other_requests(turn)

    async def _answer_side_question(self, turn: Turn) -> bool:
        """Answer how a plan works for the plan of this task."""
        if asks_if_all_at_once(turn.text):
            requested = plan_from_slot(turn.get(PLAN))
            is_one = not requested.is_empty and len(plans.build_plan(requested, int(turn.get(OWED) or 0)).parts) == 1
            turn.utter("utter_arrangement_at_once", state="one" if is_one else "parts")
            return True
        if asks_if_automatic(turn.text) and not wants_autopay(turn.text):
            turn.utter("utter_arrangement_not_by_itself")
            return True
        if not asks_how_it_works(turn.text):
            return await super()._answer_side_question(turn)
        turn.utter("utter_arrangement_how")
        return True

    def _read_plan(self, turn: Turn) -> RequestedPlan:
        number_type = NUMBER_TYPES.get(str(turn.get(REQUESTED_SLOT) or ""))
        return parse_payment_plan(remove_notice_day(turn.text), turn.backend.today(), number_type)

    def _treat_acts_as_plan(self, turn: Turn) -> None:
        """Read questions and requests that name a part of the plan as answers."""
        if asks_if_all_at_once(turn.text) or self._read_plan(turn).is_empty:
            return
        turn.acts = [
            replace(act, kind="answer")
            if act.kind == "ask" or (act.kind == "start" and act.intent in PAYMENT_LIKE_INTENTS)
            else act
            for act in turn.acts
        ]

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        if asked != CONFIRM:
            return False
        turn.set(CONFIRM, "no")
        return True

    # reading the message

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        notice = detect_disconnection_topic(turn.text)
        if asks_if_all_at_once(turn.text):
            return False
        if notice and turn.get(NOTICE) != "notice":
            turn.set(NOTICE, notice)
        agreed = turn.button_value(CONFIRM) == "yes" or (turn.get(CONFIRM) != "no" and is_yes(turn))
        if asked == CONFIRM and agreed:
            turn.notes["agreed"] = True
            return True
        understood = self._extract_plan(turn, asked)
        if asked == CONFIRM and not understood and mentions_method(turn.text):
            turn.utter("utter_arrangement_way_later")  # the hint is for the part of today, which is offered at the end
            turn.set(METHOD_HINT, turn.text.lower())
            return True
        if understood:
            turn.clear(CONFIRM)
        elif asked == CONFIRM and (turn.button_value(CONFIRM) == "no" or is_no(turn)):
            turn.set(CONFIRM, "no")
            return True
        return understood or (asked == REST and self._extract_rest(turn))

    def _extract_plan(self, turn: Turn, asked: str | None) -> bool:
        before = plan_from_slot(turn.get(PLAN))
        chosen = FREQUENCY_CHOICES.get(turn.button_value(FREQUENCY) or "")
        if chosen:
            requested, which, words = RequestedPlan(frequency=chosen[1]), None, ""
        else:
            many = len(plans.build_plan(before, int(turn.get(OWED) or 0)).parts) if asked == CONFIRM else 0
            plan_words = remove_notice_day(turn.text)
            which, words = extract_payment_position(plan_words, many) if many else (None, plan_words)
            requested = parse_payment_plan(words, turn.backend.today(), NUMBER_TYPES.get(asked or ""))
        if requested.day_problem and asked in (DAY, REST, CONFIRM):
            turn.notes["day_problem"] = requested.day_problem
        if asked == FREQUENCY and requested.frequency is None:
            requested = parse_payment_plan(f"every {remove_frequency_lead(words)}", turn.backend.today())
        requested = replace(requested, day_problem="")
        if requested.is_empty:
            return "day_problem" in turn.notes
        missing, index = turn.get(MISSING) or (None, 0)
        due = int(turn.get(OWED) or 0)
        if before.is_empty:
            after = requested
        elif asked in SLOT_FOR_MISSING.values() and missing:
            after = plans.apply_answer(before, requested, missing, index, due)
        else:
            after = plans.apply_correction(before, requested, due, which, turn.backend.today())
        turn.set(PLAN, after.to_slot())
        return after != before or asked in SLOT_FOR_MISSING.values() or "day_problem" in turn.notes

    def _extract_rest(self, turn: Turn) -> bool:
        """Save how the rest is to be paid, in the member's words; a bare yes or no does not say."""
        before = plan_from_slot(turn.get(PLAN))
        if says_rest_unknown(turn.text):
            turn.set(PLAN, replace(before, is_rest_open=True).to_slot())
            return True
        words = None if is_yes(turn) or is_no(turn) else extract_free_text(turn)
        if words is None or len(words.split()) < 3:
            return False
        turn.set(PLAN, replace(before, words=words).to_slot())
        return True

    # asking the next question

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        account = identity.known_account
        balance = await get_balance(turn.session, turn.backend, account.id)
        due = balance.amount_due_cents
        if due <= 0:
            await name_account(turn, identity)
            turn.utter("utter_arrangement_nothing_due")
            await tell_others_owing(turn, identity)
            return None
        if turn.get(OWED) is None:
            await name_account(turn, identity)
        await self._handle_notice(turn, account, balance)
        turn.set(OWED, due)
        plan = plans.build_plan(plan_from_slot(turn.get(PLAN)), due)
        turn.set(MISSING, [plan.missing_field, plan.missing_index] if plan.missing_field else None)
        if plan.missing_field:
            return self._ask_missing(turn, balance, plan)
        if [part.on for part in plan.parts] == [turn.backend.today()] and not plan.remaining_cents:
            self._offer(turn, due)  # all of it today: nothing to arrange
            return None
        if not turn.get(NOTICE) and is_paid_before_due(plan, balance):
            turn.utter("utter_arrangement_in_time", **balance_values(turn, balance))
            self._offer(turn, due, plan.parts[0].on)
            return None
        return await self._confirm(turn, account.id, balance, plan)

    async def _handle_notice(self, turn: Turn, account: Account, balance: Balance) -> None:
        """Say what to do about a shutoff notice: it does not wait for a ticket. If nothing is past due, say so."""
        if turn.get(NOTICE) == "shutoff" and balance.past_due_cents <= 0:
            if not turn.get(NOTICE_TOLD):
                asked = AccountQuestion(turn.session, turn.backend, account, turn.full_text)
                turn.utter("utter_told", told=await describe_shutoff(asked))
            turn.clear(NOTICE)
            turn.set(NOTICE_TOLD, True)
        if turn.get(NOTICE) and not turn.get(NOTICE_TOLD):
            now_open = turn.backend.coop.is_open(turn.backend.clock.now())
            turn.utter("utter_arrangement_notice", office_open=now_open, state=turn.get(NOTICE))
            turn.set(NOTICE_TOLD, True)

    def _ask_missing(self, turn: Turn, balance: Balance, plan: Plan) -> SlotQuestion:
        requested = plan_from_slot(turn.get(PLAN))
        today = turn.backend.today()
        values: dict[str, Any] = {
            **balance_values(turn, balance),
            "rest": format_cents(plan.remaining_cents),
            "amount": format_cents(plan.cents) if plan.cents else "",
            "day": format_on_day(plan.on, today) if plan.on else "",
            "count": requested.count or 0,
            "known": "day" if plan.on else "amount" if plan.cents else "",
        }
        slot = SLOT_FOR_MISSING[plan.missing_field or plans.AMOUNT]
        problem = turn.notes.get("day_problem")
        if problem and slot in (DAY, REST):
            return SlotQuestion(slot, f"utter_question_arrangement_day_{problem}", values, is_new=True)
        buttons = []
        if slot == FREQUENCY:
            buttons = [build_button(tr(title), **{FREQUENCY: value}) for value, (title, _) in FREQUENCY_CHOICES.items()]
        # after an answer it is another question, though the slot may be the same
        return SlotQuestion(
            slot, f"utter_question_arrangement_{plan.missing_field}", values, buttons, is_new=plan.missing_index > 0
        )

    async def _confirm(self, turn: Turn, account_id: int, balance: Balance, plan: Plan) -> SlotQuestion | None:
        why_not = await arrangements.refusal_reasons(
            turn.session, turn.backend, account_id, plan.parts, notice=bool(turn.get(NOTICE))
        )
        values: dict[str, Any] = {"plan": self._format_plan(turn, plan), "state": "office" if why_not else "granted"}
        if not turn.notes.get("agreed"):
            if turn.get(CONFIRM) == "no":
                return SlotQuestion(CONFIRM, "utter_question_arrangement_change", values)
            if problem := turn.notes.get("day_problem"):
                return SlotQuestion(CONFIRM, f"utter_question_arrangement_day_{problem}", values, is_new=True)
            buttons = [build_button(tr("Yes"), **{CONFIRM: "yes"}), build_button(tr("No"), **{CONFIRM: "no"})]
            return SlotQuestion(CONFIRM, "utter_question_arrangement_confirm", values, buttons, is_new=True)
        if not why_not:
            made = await arrangements.grant(turn.session, turn.backend, turn.conversation_id, account_id, plan.parts)
            if made is not None:
                turn.utter("utter_arrangement_granted", number=made.number, **values)
                self._offer_today(turn, plan)
                return None
            why_not = ["there is an arrangement already"]
        await self._send_to_office(turn, account_id, balance, plan, why_not)
        self._offer_today(turn, plan)
        return None

    def _format_plan(self, turn: Turn, plan: Plan) -> str:
        words = plan_from_slot(turn.get(PLAN)).words
        if not words:
            return format_plan(plan.parts, turn.backend.today(), plan.remaining_cents)
        plan_text, rest = format_plan(plan.parts, turn.backend.today()), format_cents(plan.remaining_cents)
        return tr('{plan}; for the other {rest}: "{words}"', plan=plan_text, rest=rest, words=words)

    async def _send_to_office(
        self, turn: Turn, account_id: int, balance: Balance, plan: Plan, why_not: list[str]
    ) -> None:
        requested = plan_from_slot(turn.get(PLAN))
        details = {
            "owes": format_cents(balance.amount_due_cents),
            "past due": format_cents(balance.past_due_cents),
            "plan": format_plan_for_office(plan.parts, turn.backend.today()) or "none yet",
        }
        if plan.remaining_cents > 0:
            details["the rest"] = f"{format_cents(plan.remaining_cents)}: {requested.words or 'not known yet'}"
        details["not granted at once"] = "; ".join(why_not)
        if turn.get(NOTICE):
            state = "a notice" if turn.get(NOTICE) == "notice" else "feared"
            details["disconnection"] = f"{state}, says the member"
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="arrangement",
            details=details,
            account_id=account_id,
            urgent=bool(turn.get(NOTICE)),
        )
        turn.utter("utter_arrangement_ticket", number=ticket.number, plan=self._format_plan(turn, plan))

    def _offer_today(self, turn: Turn, plan: Plan) -> None:
        today = sum(part.cents for part in plan.parts if part.on == turn.backend.today())
        if today:
            self._offer(turn, today)

    def _offer(self, turn: Turn, cents: int, on: date | None = None) -> None:
        """Offer to pay it now, or on a later day."""
        if turn.get("paused_task") or pending_items(turn):
            return
        today = turn.backend.today()
        slots: dict[str, Any] = {"pay_amount": cents}
        if on is not None:
            slots["pay_day"] = on.isoformat()
        if turn.get(METHOD_HINT):
            slots |= {"pay_method": "saved", METHOD_HINT: turn.get(METHOD_HINT)}
        values: dict[str, Any] = {"amount": format_cents(cents), "day": format_on_day(on, today) if on else ""}
        turn.utter("utter_arrangement_offer_day" if on else "utter_arrangement_offer_today", **values)
        turn.set("offer", {"opener": "quick_pay_form", "slots": slots})


def is_paid_before_due(plan: Plan, balance: Balance) -> bool:
    """Whether one payment covers it all by the due date; that needs no arrangement."""
    if len(plan.parts) != 1 or plan.remaining_cents or balance.past_due_cents > 0 or balance.due_on is None:
        return False
    return plan.parts[0].on <= balance.due_on
