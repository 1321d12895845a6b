"""Setting Auto Pay up, or to another day or method: what is read out whole before it is agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actions.autopay import questions
from actions.autopay.hearing import DUE, find
from actions.autopay.listening import AGREED, CONFIRM, DAY, METHOD, NOT, REPLACE, SOON, TOLD, AutoPayListening
from actions.base import Ask, Outside
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import date_words, day_words
from backend.autopay import service
from backend.autopay.consent import Agreement
from backend.autopay.cover import open_bills
from backend.autopay.models import AutoPay
from backend.autopay.schedule import active_draft, comes_late, first_day, runs_next
from backend.billing import bills
from backend.billing import service as billing
from backend.language import tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.payments import gate
from backend.payments import service as payments
from backend.payments.models import PaymentMethod


class AutoPayDetails(AutoPayListening):
    """A form that asks for the day and the method, reads them out, and does what is agreed to."""

    async def _ask_enrol(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        draft = await active_draft(turn.session, standing.account.id)
        agreed_to = replacing(standing.account.id)
        if draft is not None and agreed_to not in (turn.get(AGREED) or []):
            method = await turn.session.get_one(PaymentMethod, draft.method_id)
            ask = Ask(AGREED, "utter_question_autopay_replace", {"method": method.label})
            outcome = self._agree(turn, agreed_to, ask)
            if outcome is not None or turn.notes.get("ended"):
                return outcome
        return await self._ask_details(turn, standing)

    def _agree(self, turn: Turn, name: str, ask: Ask) -> Ask | None:
        """Ask once whether to go on in spite of something; a no ends it, or takes the day back."""
        answer = turn.notes.pop("yes", None)
        if answer is None:
            return ask
        if answer:
            turn.set(AGREED, [*(turn.get(AGREED) or []), name])
            return None
        if not name.startswith(REPLACE):
            turn.clear(DAY)
            return self._ask_day(turn)
        turn.say("utter_autopay_draft_kept")
        turn.notes["ended"] = True
        return None

    def _ask_day(self, turn: Turn) -> Ask:
        buttons = [choose(tr("On the due date"), auto_day=DUE), choose(tr("Another day"), auto_day="other")]
        if turn.notes.get("no_such_day"):
            return Ask(DAY, "utter_question_autopay_day_none")
        if turn.notes.get("other_day"):
            return Ask(DAY, "utter_question_autopay_day_other")
        return Ask(DAY, "utter_question_autopay_day", {}, buttons)

    async def _ask_details(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        assert standing.member is not None
        refused = turn.get(AGREED) or []
        saved = await payments.saved_methods(turn.session, standing.member.id)
        methods = [method for method in saved if f"{NOT} {method.id}" not in refused]
        if not self._usable(turn, methods):
            turn.say("utter_auto_no_method")
            return None
        if turn.get(DAY) in (None, "other") or turn.notes.get("no_such_day"):
            turn.clear(DAY)
            return self._ask_day(turn)
        day = None if turn.get(DAY) == DUE else int(turn.get(DAY))
        if day and await self._is_late(turn, standing.account.id, day) and f"late{day}" not in (turn.get(AGREED) or []):
            ask = Ask(AGREED, "utter_question_autopay_late", {"when": questions.when(day)})
            outcome = self._agree(turn, f"late{day}", ask)
            if outcome is not None:
                return outcome
        method = self._method(turn, methods)
        if isinstance(method, Ask):
            return method
        return await self._ask_confirm(turn, standing, method, day)

    def _method(self, turn: Turn, methods: Sequence[PaymentMethod]) -> PaymentMethod | Ask:
        usable = self._usable(turn, methods)
        method = find(methods, turn.get(METHOD))
        if method is None and len(methods) == 1:
            method = methods[0]
        if method and method not in usable:
            turn.clear(METHOD)
            return questions.ask_method(METHOD, turn, usable, expired=method)
        if method is None:
            return questions.ask_method(METHOD, turn, methods)
        turn.set(METHOD, str(method.id))
        return method

    def _usable(self, turn: Turn, methods: Sequence[PaymentMethod]) -> list[PaymentMethod]:
        """Those that have not expired by the first day on which Auto Pay could run."""
        first = first_day(turn.backend.today(), turn.backend.coop)
        return [method for method in methods if (gate.method_ends(method) or first) >= first]

    async def _is_late(self, turn: Turn, account_id: int, day: int) -> bool:
        """Whether that day of the month comes after the due date in any month, going by the newest bill."""
        issued = await bills.of_account(turn.session, account_id)
        return bool(issued) and comes_late(day, issued[-1].issued_on, issued[-1].due_on)

    async def _ask_confirm(
        self, turn: Turn, standing: Standing, method: PaymentMethod, day: int | None
    ) -> Ask | Outside | None:
        assert standing.account is not None
        assert standing.member is not None
        answer = turn.notes.get("yes")
        read_out = [standing.account.id, method.id, day]
        if answer and turn.get(TOLD) == read_out:
            await self._do(turn, standing, method, day)
            return None
        if answer is False:
            turn.clear(TOLD)  # a yes counts only for what is read out after this
            return Ask(CONFIRM, "utter_question_autopay_change")
        starts_on = await service.begins_on(turn.session, turn.backend, standing.account.id)
        coming = await service.next_payment(turn.session, turn.backend, standing.account.id, day, starts_on)
        if turn.get(TOLD) != read_out:
            await self._notes(turn, standing.account.id, method, day)
            turn.set(TOLD, read_out)
        return Ask(
            CONFIRM,
            "utter_question_autopay_confirm",
            {
                "name": standing.member.name,
                "account": standing.account.number,
                "method": method.label,
                "when": questions.when(day),
                "starting": questions.starting(turn, coming, starts_on),
                "fee_words": questions.fee_words(turn, method),
                "today": date_words(turn.backend.today()),
            },
        )

    async def _notes(self, turn: Turn, account_id: int, method: PaymentMethod, day: int | None) -> None:
        """What to know before agreeing: money on its way, a bill that is due too soon, a card that ends soon."""
        today = turn.backend.today()
        starts_on = await service.begins_on(turn.session, turn.backend, account_id)
        near = await self._still_runs(turn, account_id, starts_on)
        stands = await billing.balance(turn.session, turn.backend, account_id)
        if stands.pending_cents:
            turn.say("utter_autopay_note_pending", amount=format_cents(stands.pending_cents))
        for item in stands.scheduled[:1]:
            amount, on = format_cents(item.amount_cents), day_words(item.run_on, today)
            turn.say("utter_autopay_note_scheduled", amount=amount, day=on)
        left = [
            questions.bill_words(bill, cents, today)
            for bill, cents in await open_bills(turn.session, turn.backend, account_id, today)
            if runs_next(day, starts_on, bill.issued_on, bill.due_on, today) is None and bill.due_on not in near
        ]
        if left:  # in one sentence: of two notes alike a member hears the first
            turn.say("utter_autopay_note_uncovered", bills=questions.listed(left))
        ends = gate.method_ends(method)
        if ends and ends < starts_on + SOON:
            turn.say("utter_autopay_note_expiring", method=method.label, day=day_words(ends, today))

    async def _still_runs(self, turn: Turn, account_id: int, starts_on: date) -> set[date]:
        """Due dates of bills that what is there now still takes, before what is agreed to begins."""
        row = await service.autopay_of(turn.session, account_id)
        before = row if row is not None and row.active else await active_draft(turn.session, account_id)
        if before is None:
            return set()
        today = turn.backend.today()
        day, since = (before.day_of_month, before.starts_on) if isinstance(before, AutoPay) else (None, None)
        runs = [
            (bill.due_on, runs_next(day, since, bill.issued_on, bill.due_on, today))
            for bill, _ in await open_bills(turn.session, turn.backend, account_id, today)
        ]
        return {due_on for due_on, on in runs if on is not None and on < starts_on}

    async def _do(self, turn: Turn, standing: Standing, method: PaymentMethod, day: int | None) -> None:
        assert standing.account is not None
        account_id = standing.account.id
        agreement = agreement_of(turn, standing, "utter_question_autopay_confirm")
        row = await service.autopay_of(turn.session, account_id)
        if row is not None and row.wanted:
            done = await service.change(
                turn.session,
                turn.backend,
                account_id=account_id,
                method_id=method.id,
                day_of_month=day,
                agreement=agreement,
            )
            turn.say("utter_autopay_changed", **questions.done_words(turn, done, method.label, day))
            return
        done = await service.enrol(
            turn.session,
            turn.backend,
            account_id=account_id,
            method_id=method.id,
            day_of_month=day,
            replace_draft=replacing(account_id) in (turn.get(AGREED) or []),
            agreement=agreement,
        )
        turn.say("utter_autopay_done", **questions.done_words(turn, done, method.label, day))


def replacing(account_id: int) -> str:
    """What a yes to replacing the draft is remembered as: it is for this account alone."""
    return f"{REPLACE}{account_id}"


def agreement_of(turn: Turn, standing: Standing, response: str) -> Agreement:
    """The exact words that were read out, and the exact reply."""
    return Agreement(
        actor=turn.conversation_id,
        level=int(standing.level),
        channel=turn.channel,
        wording=turn.words_of(response),
        reply=turn.said,
    )
