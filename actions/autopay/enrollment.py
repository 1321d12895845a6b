"""Setting up Auto Pay, or changing its day or method: all of it is read back before a yes."""

from __future__ import annotations

from collections.abc import Sequence

from actions.autopay import questions
from actions.autopay.extract import find_method
from actions.autopay.slot_filling import (
    CONFIRM,
    DAY,
    EXCLUDED_METHOD_PREFIX,
    METHOD,
    PROGRESS,
    READ_OUT,
    AutoPaySlotFilling,
)
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.turn import Turn
from backend.autopay import service
from backend.autopay.cautions import find_cautions
from backend.autopay.formatting import format_bill, format_fee, format_run_day, format_start
from backend.autopay.schedule import find_active_draft, first_run_day, runs_after_due_date
from backend.billing import bills
from backend.language import format_day, format_long_date, join_words, tr
from backend.members.identity import Identity
from backend.money import format_cents
from backend.payments import prechecks
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.money.autopay_words import DUE_DATE


class AutoPayEnrollment(AutoPaySlotFilling):
    """A form that asks for the day and the method, reads them back, and enrolls after a yes."""

    async def _next_of_enrollment(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        draft = await find_active_draft(turn.session, identity.known_account.id)
        replacement = draft_replacement_key(identity.known_account.id)
        if draft is not None and not self._has_step(turn, replacement):
            answer = turn.notes.pop("yes", None)
            if answer is None:
                method = await turn.session.get_one(PaymentMethod, draft.method_id)
                return SlotQuestion(PROGRESS, "utter_question_autopay_replace", {"method": method.label})
            if not answer:
                turn.utter("utter_autopay_draft_kept")
                return None
            self._remember_step(turn, replacement)
        return await self._ask_details(turn, identity)

    def _ask_day(self, turn: Turn) -> SlotQuestion:
        buttons = [
            build_button(tr("On the due date"), auto_day=DUE_DATE),
            build_button(tr("Another day"), auto_day="other"),
        ]
        if turn.notes.get("no_such_day"):
            return SlotQuestion(DAY, "utter_question_autopay_day_none")
        if turn.notes.get("other_day"):
            return SlotQuestion(DAY, "utter_question_autopay_day_other")
        return SlotQuestion(DAY, "utter_question_autopay_day", {}, buttons)

    async def _ask_details(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        saved = await payments.list_saved_methods(turn.session, identity.known_member.id)
        methods = [m for m in saved if not self._has_step(turn, f"{EXCLUDED_METHOD_PREFIX} {m.id}")]
        if not self._usable_methods(turn, methods):
            turn.utter("utter_auto_no_method")
            return None
        if turn.get(DAY) in (None, "other") or turn.notes.get("no_such_day"):
            turn.clear(DAY)
            return self._ask_day(turn)
        day = None if turn.get(DAY) == DUE_DATE else int(turn.get(DAY))
        if day and not self._has_step(turn, f"late{day}"):
            issued = await bills.list_bills(turn.session, identity.known_account.id)
            if issued and runs_after_due_date(day, issued[-1].issued_on, issued[-1].due_on):
                answer = turn.notes.pop("yes", None)
                if answer is None:
                    return SlotQuestion(PROGRESS, "utter_question_autopay_late", {"when": format_run_day(day)})
                if not answer:
                    turn.clear(DAY)
                    return self._ask_day(turn)
                self._remember_step(turn, f"late{day}")
        method = self._select_method(turn, methods)
        if isinstance(method, SlotQuestion):
            return method
        return await self._ask_confirm(turn, identity, method, day)

    def _select_method(self, turn: Turn, methods: Sequence[PaymentMethod]) -> PaymentMethod | SlotQuestion:
        usable = self._usable_methods(turn, methods)
        method = find_method(methods, turn.get(METHOD))
        if method is None and len(methods) == 1:
            method = methods[0]
        if method and method not in usable:
            turn.clear(METHOD)
            return questions.build_method_question(METHOD, usable, expired=method)
        if method is None:
            return questions.build_method_question(METHOD, methods)
        turn.set(METHOD, str(method.id))
        return method

    def _usable_methods(self, turn: Turn, methods: Sequence[PaymentMethod]) -> list[PaymentMethod]:
        """The methods that have not expired by the first day on which Auto Pay could run."""
        first = first_run_day(turn.backend.today(), turn.backend.coop)
        return [method for method in methods if (prechecks.card_expiry_date(method) or first) >= first]

    async def _ask_confirm(
        self, turn: Turn, identity: Identity, method: PaymentMethod, day: int | None
    ) -> SlotQuestion | ExternalCall | None:
        answer = turn.notes.get("yes")
        read_back = [identity.known_account.id, method.id, day]
        if answer and turn.get(READ_OUT) == read_back:
            await self._submit(turn, identity, method, day)
            return None
        if answer is False:
            turn.clear(READ_OUT)  # a later yes counts only after another read-back
            return SlotQuestion(CONFIRM, "utter_question_autopay_change")
        account_id = identity.known_account.id
        starts_on = await service.new_autopay_start(turn.session, turn.backend, account_id)
        next_run = await service.forecast_next_run(turn.session, turn.backend, account_id, day, starts_on)
        if turn.get(READ_OUT) != read_back:
            await self._send_notes(turn, identity.known_account.id, method, day)
            turn.set(READ_OUT, read_back)
        return SlotQuestion(
            CONFIRM,
            "utter_question_autopay_confirm",
            {
                "name": identity.known_member.name,
                "account": identity.known_account.number,
                "method": method.label,
                "when": format_run_day(day),
                "starting": format_start(turn.backend.coop, turn.backend.today(), next_run, starts_on),
                "fee_words": format_fee(turn.backend.coop, method),
                "today": format_long_date(turn.backend.today()),
            },
        )

    async def _send_notes(self, turn: Turn, account_id: int, method: PaymentMethod, day: int | None) -> None:
        """Tell what to know before a yes: money on its way, a bill that is due too soon, a card that ends soon."""
        today = turn.backend.today()
        found = await find_cautions(turn.session, turn.backend, account_id, method, day)
        if found.pending_cents:
            turn.utter("utter_autopay_note_pending", amount=format_cents(found.pending_cents))
        if (item := found.scheduled) is not None:
            amount, on = format_cents(item.amount_cents), format_day(item.run_on, today)
            turn.utter("utter_autopay_note_scheduled", amount=amount, day=on)
        if found.uncovered:  # in one sentence: members miss the second of two notes that are alike
            listed = [format_bill(bill, cents, today) for bill, cents in found.uncovered]
            turn.utter("utter_autopay_note_uncovered", bills=join_words(listed))
        if found.expires_on:
            turn.utter("utter_autopay_note_expiring", method=method.label, day=format_day(found.expires_on, today))

    async def _submit(self, turn: Turn, identity: Identity, method: PaymentMethod, day: int | None) -> None:
        account_id = identity.known_account.id
        agreement = turn.agreement_to("utter_question_autopay_confirm", identity)
        row = await service.find_autopay(turn.session, account_id)
        if row is not None and row.is_wanted:
            done = await service.change(
                turn.session,
                turn.backend,
                account_id=account_id,
                method_id=method.id,
                day_of_month=day,
                agreement=agreement,
            )
            turn.utter("utter_autopay_changed", **questions.result_values(turn, done, method.label, day))
            return
        done = await service.enroll(
            turn.session,
            turn.backend,
            account_id=account_id,
            method_id=method.id,
            day_of_month=day,
            replace_draft=self._has_step(turn, draft_replacement_key(account_id)),
            agreement=agreement,
        )
        turn.utter("utter_autopay_done", **questions.result_values(turn, done, method.label, day))


def draft_replacement_key(account_id: int) -> str:
    """The step in PROGRESS of a yes to replace the draft of this account."""
    return f"draft of {account_id}"
