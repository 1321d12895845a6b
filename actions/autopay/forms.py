"""Auto Pay: set up, change, end. All of it is read back before a yes, and the consent keeps exactly those words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from actions import agenda
from actions.accounts.account_choice import format_account_in_question
from actions.autopay import questions
from actions.autopay.enrollment import AutoPayEnrollment
from actions.autopay.extract import asks_whether_enrolled, extract_day_in_question
from actions.autopay.slot_filling import (
    CALL_OFFERED,
    CALLED_INVALID,
    CONFIRM,
    DAY,
    EXCLUDED_METHOD_PREFIX,
    METHOD,
    METHOD_ASKED,
    NEW_CARD_EXPLAINED,
    NON_ENROLLMENT_CHANGES,
    PROGRESS,
    READ_OUT,
    WANTED_CHANGE,
    asked_while_off,
)
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.scheduled.moves import queue_move
from actions.turn import REQUESTED_SLOT, Turn
from backend.autopay import service
from backend.autopay.formatting import format_next_run, format_run_day
from backend.autopay.models import AutoPay
from backend.autopay.schedule import find_active_draft, first_run_day
from backend.language import format_day, mark, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments import prechecks
from backend.payments.balances import list_scheduled
from backend.payments.models import PaymentMethod
from backend.reading.back_references import asks_about_next_payment, refers_to_new_method
from backend.reading.money.autopay_words import DUE_DATE
from backend.reading.money.payment_method import extract_payment_part


class AutoPayForm(AutoPayEnrollment):
    form = "autopay_form"
    task = "autopay"
    title = mark("Auto Pay")
    skill = "setup_autopay"
    explanation_response = "utter_autopay_explained"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"setup_autopay", "change_or_cancel_autopay"})
    slots: ClassVar[tuple[str, ...]] = (WANTED_CHANGE, DAY, METHOD, PROGRESS, CONFIRM, READ_OUT)
    asks: ClassVar[dict[str, str]] = {
        WANTED_CHANGE: "choice",
        DAY: "day",
        METHOD: "method",
        PROGRESS: "yes_no",
        CONFIRM: "yes_no",
    }
    shows_status_first = True

    # reading the message

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """`Move that payment to another day` sounds like Auto Pay; a payment that was scheduled may be meant."""
        if turn.other_action_answered(self.form) or not await queue_move(turn):
            return await super()._start(turn)
        self._close_task(turn)
        return None

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        if await queue_move(turn):
            self._close_task(turn)
            return None
        if refers_to_new_method(turn.text):
            # "I have a new one" means a card here; the act would be read as a request to change the phone or address
            turn.acts = [
                replace(act, kind="answer")
                if act.kind in ("start", "ask") and act.intent == "update_contact_info"
                else act
                for act in turn.acts
            ]
        return await super()._handle_reply(turn, asked)

    async def send_canceled(self, turn: Turn) -> None:
        if asked_while_off(turn):
            turn.utter("utter_autopay_nothing_to_stop")
        else:
            await super().send_canceled(turn)

    def _queue_other_requests(self, turn: Turn) -> None:
        super()._queue_other_requests(turn)
        is_first = turn.was_just_opened() and turn.get("agenda") is None
        if is_first and (words := extract_payment_part(turn.text)):
            agenda.add_item(turn, "quick_pay_form", words, {}, confirm=True)

    def answers_opening_question(self, turn: Turn) -> bool:
        return asks_whether_enrolled(turn)

    async def _answer_side_question(self, turn: Turn) -> bool:
        """Answer whether some day can be had (`so the 31st works?`), or whether the next run is still made."""
        is_cancel = turn.get(REQUESTED_SLOT) == CONFIRM and turn.get(WANTED_CHANGE) == "cancel"
        if is_cancel and asks_about_next_payment(turn.text) and await self._answer_about_next_run(turn):
            return True
        if (day := extract_day_in_question(turn)) is None:
            return await super()._answer_side_question(turn)
        turn.utter("utter_autopay_day_works", when=format_run_day(int(day)))
        if turn.get(DAY) is None:
            turn.set(DAY, day)
        return True

    async def _answer_about_next_run(self, turn: Turn) -> bool:
        """Answer whether the next run is still made after Auto Pay is turned off. False if there is no run."""
        identity = await turn.identity()
        row = await service.find_autopay(turn.session, identity.account.id) if identity.account else None
        next_run = await service.find_next_run(turn.session, turn.backend, row) if row is not None else None
        if row is None or next_run is None:
            return False
        today = turn.backend.today()
        late = await service.find_effective_date(turn.session, turn.backend, row) > today
        turn.utter("utter_autopay_next_if_off", late=late, next_day=format_day(next_run.on, today))
        return True

    def on_account_changed(self, turn: Turn) -> None:
        turn.clear(PROGRESS, CONFIRM, READ_OUT)

    # asking the next question

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if identity.known_account.status == "closed":
            turn.utter("utter_autopay_closed")
            return None
        row = await service.find_autopay(turn.session, identity.known_account.id)
        is_on = row is not None and row.is_wanted
        if turn.get(WANTED_CHANGE) == "change" and turn.get(DAY) and not is_on:
            turn.clear(WANTED_CHANGE)  # there is no Auto Pay to change: with a day given, set it up
        if self._answered_call_offer(turn):
            if turn.notes["yes"]:
                agenda.add_item(turn, "callback_form", "", {"callback_about": tr("a new card for Auto Pay")})
            else:
                turn.utter("utter_nothing_more")
            return None
        if turn.notes.get("new_method") and (ask := self._explain_new_card(turn, is_on)):
            return ask
        if row is not None and is_on:
            return await self._next_when_on(turn, identity, row)
        if turn.get(WANTED_CHANGE) in NON_ENROLLMENT_CHANGES:
            return await self._next_when_off(turn, identity, row)
        return await self._next_of_enrollment(turn, identity)

    def _answered_call_offer(self, turn: Turn) -> bool:
        return self._has_step(turn, CALL_OFFERED) and "new_method" not in turn.notes and "yes" in turn.notes

    def _explain_new_card(self, turn: Turn, is_on: bool) -> SlotQuestion | None:
        """Say where a new card is saved; the second time, offer a call."""
        if self._has_step(turn, NEW_CARD_EXPLAINED):
            self._remember_step(turn, CALL_OFFERED)
            return SlotQuestion(PROGRESS, "utter_auto_new_again", is_new=True)
        self._remember_step(turn, NEW_CARD_EXPLAINED)
        if is_on or turn.get(WANTED_CHANGE) not in NON_ENROLLMENT_CHANGES:
            turn.utter("utter_auto_new_method")
        return None

    async def _next_when_off(
        self, turn: Turn, identity: Identity, row: AutoPay | None
    ) -> SlotQuestion | ExternalCall | None:
        """With no Auto Pay to change or stop, offer to set it up, or say how a new card is added."""
        if await find_active_draft(turn.session, identity.known_account.id):
            turn.utter("utter_autopay_off_draft")
            return None
        remaining = await service.find_remaining_run(turn.session, turn.backend, row) if row else None
        if row is not None and row.change_on and remaining is not None:
            today = turn.backend.today()
            ends_on = format_day(row.change_on, today)
            turn.utter("utter_autopay_ending", counts_from=ends_on, next=format_next_run(remaining, today))
            return None
        answer = turn.notes.pop("yes", None)
        if answer is None and turn.get(WANTED_CHANGE) == "cancel":
            answer = False  # who wants it stopped is not asked whether they want it
        if answer is None:
            # a change to another day was made an enrollment before, so that what is left is about the card
            wants_other_card = turn.get(WANTED_CHANGE) == "change"
            if wants_other_card and not self._has_step(turn, NEW_CARD_EXPLAINED):
                self._remember_step(turn, NEW_CARD_EXPLAINED)
            state = "card" if wants_other_card else "off"
            return SlotQuestion(PROGRESS, "utter_question_autopay_off", {"state": state})
        if not answer:
            turn.utter("utter_autopay_nothing_to_stop")
            await self._send_scheduled_stays(turn, identity.known_account.id)
            return None
        turn.clear(WANTED_CHANGE)
        return await self._next_of_enrollment(turn, identity)

    async def _next_when_on(self, turn: Turn, identity: Identity, row: AutoPay) -> SlotQuestion | ExternalCall | None:
        wanted = turn.get(WANTED_CHANGE)
        if turn.notes.get("pause"):
            turn.utter("utter_autopay_no_pause")
        if wanted == "leave":
            turn.utter("utter_autopay_left")
            return None
        if wanted == "cancel":
            return await self._ask_or_cancel(turn, identity, row)
        if wanted == "change":
            return await self._ask_change(turn, identity, row)
        turn.utter("utter_autopay_status", **await self._status_values(turn, row))
        if wanted == "show":
            method = await turn.session.get_one(PaymentMethod, row.method_id)
            if why := prechecks.find_method_problem(
                identity.known_account, method, first_run_day(turn.backend.today(), turn.backend.coop)
            ):
                turn.utter("utter_told", told=tr("It cannot run like this: {why}.", why=why))
            return None
        return self._ask_wanted_change()

    async def _status_values(self, turn: Turn, row: AutoPay) -> dict[str, Any]:
        method_id = row.method_id if row.active else row.change_method_id or row.method_id
        method = await turn.session.get_one(PaymentMethod, method_id)
        next_run = await service.find_next_run(turn.session, turn.backend, row)
        return {
            "method": method.label,
            "when": format_run_day(row.day_of_month if row.active else row.change_day_of_month),
            "next": format_next_run(next_run, turn.backend.today()),
        }

    def _ask_wanted_change(self) -> SlotQuestion:
        buttons = [
            build_button(tr("Another day"), auto_act="change", auto_day="other"),
            build_button(tr("Another card or account"), auto_act="change", auto_method="ask"),
            build_button(tr("Turn it off"), auto_act="cancel"),
            build_button(tr("Leave it as it is"), auto_act="leave"),
        ]
        return SlotQuestion(WANTED_CHANGE, "utter_question_autopay_act", {}, buttons)

    async def _ask_or_cancel(self, turn: Turn, identity: Identity, row: AutoPay) -> SlotQuestion | None:
        if "yes" not in turn.notes:
            next_run = await service.find_next_run(turn.session, turn.backend, row)
            today = turn.backend.today()
            effective_on = await service.find_effective_date(turn.session, turn.backend, row)
            values = {
                "account": format_account_in_question(turn, identity.known_account, identity),
                "late": effective_on > today,
                "next_day": format_day(next_run.on, today) if next_run else "",
            }
            return SlotQuestion(CONFIRM, "utter_question_autopay_cancel", values)
        if not turn.notes["yes"]:
            turn.utter("utter_autopay_left")
            return None
        agreement = turn.agreement_to("utter_question_autopay_cancel", identity)
        done = await service.cancel(
            turn.session, turn.backend, account_id=identity.known_account.id, agreement=agreement
        )
        turn.utter("utter_autopay_canceled", **questions.result_values(turn, done, "", None))
        await self._send_scheduled_stays(turn, identity.known_account.id)
        return None

    async def _send_scheduled_stays(self, turn: Turn, account_id: int) -> None:
        """Say that scheduled payments are not part of Auto Pay and are still made."""
        for item in await list_scheduled(turn.session, account_id):
            amount, on = format_cents(item.amount_cents + item.fee_cents), format_day(item.run_on, turn.backend.today())
            turn.utter("utter_autopay_scheduled_stays", amount=amount, day=on)

    async def _ask_change(self, turn: Turn, identity: Identity, row: AutoPay) -> SlotQuestion | ExternalCall | None:
        """Ask for what is to change; what the member did not mention stays.

        A method that the member calls invalid is excluded, and another is asked for unless it was named with it. The
        method `ask` is the button "Another card or account".
        """
        is_called_invalid = self._has_step(turn, CALLED_INVALID)
        if turn.get(METHOD) == "ask" or (is_called_invalid and not self._has_step(turn, METHOD_ASKED)):
            has_named_method = turn.get(METHOD) not in (None, "ask")  # "the card is no good, just use my checking"
            if is_called_invalid:
                if not has_named_method:
                    turn.utter("utter_auto_new_method")
                    self._remember_step(turn, NEW_CARD_EXPLAINED)
                self._remember_step(turn, f"{EXCLUDED_METHOD_PREFIX} {row.method_id}")
            if not has_named_method:
                turn.clear(METHOD)
            self._remember_step(turn, METHOD_ASKED)
        if turn.get(DAY) is None and turn.notes.get("other_day"):
            return self._ask_day(turn)
        if turn.get(DAY) is None and turn.get(METHOD) is None and not self._has_step(turn, METHOD_ASKED):
            turn.utter("utter_autopay_status", **await self._status_values(turn, row))
            return self._ask_wanted_change()
        if turn.get(DAY) is None:
            turn.set(DAY, str(row.day_of_month) if row.day_of_month else DUE_DATE)
        if turn.get(METHOD) is None and not self._has_step(turn, METHOD_ASKED):
            turn.set(METHOD, str(row.method_id))
        return await self._ask_details(turn, identity)
