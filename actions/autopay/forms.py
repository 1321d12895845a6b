"""Auto Pay: set up, change, end. What is agreed to is read out whole, and kept in exactly those words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from actions.accounts.forms import OfSeveralForm
from actions.autopay import questions
from actions.autopay.hearing import DUE, find, hear_act, hear_day, hear_method
from actions.base import Ask, Outside
from actions.identity.forms import IDENTITY_SLOTS
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import date_words, day_words
from actions.yes_no import said_no, said_yes
from backend.autopay import service
from backend.autopay.consent import Agreement
from backend.autopay.cover import open_bills
from backend.autopay.models import AutoPay
from backend.autopay.schedule import active_draft, comes_late, first_day, runs_next, takes_effect
from backend.billing import bills
from backend.billing import service as billing
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.payments import gate
from backend.payments import service as payments
from backend.payments.models import PaymentMethod

ACT, DAY, METHOD, AGREED, CONFIRM, TOLD = (
    "auto_act",
    "auto_day",
    "auto_method",
    "auto_agreed",
    "auto_confirm",
    "auto_told",
)
# the word that the text asks for; a lone YES is taken by carriers as opting in
AGREE = re.compile(r"(yes,? )?(i )?agree[.! ]*", re.IGNORECASE)
SOON = timedelta(days=60)  # a card that ends so soon after the first run is mentioned
REPLACE = "draft of "


class AutoPayForm(OfSeveralForm):
    form = "autopay_form"
    task = "autopay"
    title = mark("Auto Pay")
    skill = "setup_autopay"
    explains = "utter_autopay_explained"
    opens_with: ClassVar[frozenset[str]] = frozenset({"setup_autopay", "change_or_cancel_autopay"})
    slots: ClassVar[tuple[str, ...]] = (ACT, DAY, METHOD, AGREED, CONFIRM, TOLD)
    asks: ClassVar[dict[str, str]] = {ACT: "choice", DAY: "day", METHOD: "method", AGREED: "yes_no", CONFIRM: "yes_no"}
    shows_first = True

    # hearing

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_choices(turn)
        if turn.intent in self.opens_with and asked not in IDENTITY_SLOTS:
            heard = self._hear_act(turn) or heard
        if asked == ACT and not heard:
            heard = self._hear_act(turn) or self._leave(turn)
        if turn.text and (asked not in IDENTITY_SLOTS or turn.intent in self.opens_with):
            heard = await self._hear_details(turn, asked) or heard
        if asked in (CONFIRM, AGREED) and not heard:
            heard = self._hear_yes_no(turn)
        return heard

    def _hear_choices(self, turn: Turn) -> bool:
        heard = False
        for slot in (ACT, DAY, METHOD):
            value = turn.chosen(slot)
            if value is None:
                continue
            heard = True
            if value == "other":
                turn.notes["other_day"] = True
            else:
                turn.set(slot, value)
        return heard

    def _hear_act(self, turn: Turn) -> bool:
        wished = hear_act(turn)
        if wished is None and turn.intent == "change_or_cancel_autopay":
            wished = "change"
        if wished == "pause":
            turn.notes["pause"] = True
            return True
        if wished and not (turn.intent == "setup_autopay" and wished != "show"):
            turn.set(ACT, wished)
        return wished is not None

    def _leave(self, turn: Turn) -> bool:
        if said_no(turn):
            turn.set(ACT, "leave")
        return said_no(turn)

    async def _hear_details(self, turn: Turn, asked: str | None) -> bool:
        day = hear_day(turn, asked == DAY)
        method = await hear_method(turn, asked, METHOD)
        if day == "0":
            turn.notes["no_such_day"] = True
            return True
        if day:
            turn.set(DAY, day)
        if method:
            turn.set(METHOD, method)
        if (day or method) and turn.get(ACT) in ("show", None) and asked == ACT:
            turn.set(ACT, "change")
        return bool(day or method or turn.notes.get("new_method"))

    def _hear_yes_no(self, turn: Turn) -> bool:
        yes = bool(AGREE.fullmatch(turn.text.strip())) or said_yes(turn)
        if yes or said_no(turn):
            turn.notes["yes"] = yes
        return "yes" in turn.notes

    def account_changed(self, turn: Turn) -> None:
        turn.clear(AGREED, CONFIRM, TOLD)

    # asking

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        assert standing.member is not None
        if standing.account.status == "closed":
            turn.say("utter_autopay_closed")
            return None
        row = await service.autopay_of(turn.session, standing.account.id)
        if row is not None and row.wanted:
            return await self._ask_enrolled(turn, standing, row)
        if turn.get(ACT) in ("cancel", "change", "show", "leave"):
            draft = await active_draft(turn.session, standing.account.id)
            turn.say("utter_autopay_off_draft" if draft else "utter_autopay_off")
            return None
        return await self._ask_enrol(turn, standing)

    async def _ask_enrolled(self, turn: Turn, standing: Standing, row: AutoPay) -> Ask | Outside | None:
        act = turn.get(ACT)
        if turn.notes.get("pause"):
            turn.say("utter_autopay_no_pause")
        if act == "leave":
            turn.say("utter_autopay_left")
            return None
        if act == "cancel":
            return await self._ask_cancel(turn, standing, row)
        if act == "change":
            return await self._ask_change(turn, standing, row)
        turn.say("utter_autopay_status", **await self._status(turn, row))
        if act == "show":
            return None
        return self._ask_act()

    async def _status(self, turn: Turn, row: AutoPay) -> dict[str, Any]:
        waiting = not row.active
        method = await turn.session.get_one(PaymentMethod, (row.change_method_id if waiting else None) or row.method_id)
        coming = await service.next_of(turn.session, turn.backend, row)
        return {
            "method": method.label,
            "when": questions.when(row.change_day_of_month if waiting else row.day_of_month),
            "next": questions.next_words(coming, turn.backend.today()),
        }

    def _ask_act(self) -> Ask:
        buttons = [
            choose(tr("Another day"), auto_act="change", auto_day="other"),
            choose(tr("Another card or account"), auto_act="change", auto_method="ask"),
            choose(tr("Turn it off"), auto_act="cancel"),
            choose(tr("Leave it as it is"), auto_act="leave"),
        ]
        return Ask(ACT, "utter_question_autopay_act", {}, buttons)

    async def _ask_cancel(self, turn: Turn, standing: Standing, row: AutoPay) -> Ask | None:
        assert standing.account is not None
        if "yes" not in turn.notes:
            coming = await service.next_of(turn.session, turn.backend, row)
            today = turn.backend.today()
            counts_from = takes_effect(today, coming.on if coming and row.active else None)
            values = {
                "account": standing.account.number,
                "late": counts_from > today,
                "next_day": day_words(coming.on, today) if coming else "",
            }
            return Ask(CONFIRM, "utter_question_autopay_cancel", values)
        if not turn.notes["yes"]:
            turn.say("utter_autopay_left")
            return None
        agreement = agreement_of(turn, standing, "utter_question_autopay_cancel")
        done = await service.cancel(turn.session, turn.backend, account_id=standing.account.id, agreement=agreement)
        turn.say("utter_autopay_cancelled", **questions.done_words(turn, done, "", None))
        return None

    async def _ask_change(self, turn: Turn, standing: Standing, row: AutoPay) -> Ask | Outside | None:
        if turn.get(METHOD) == "ask":
            turn.clear(METHOD)
            turn.set(AGREED, [*(turn.get(AGREED) or []), "ask_method"])
        if turn.get(DAY) is None and turn.notes.get("other_day"):
            return self._ask_day(turn)
        if turn.get(DAY) is None and turn.get(METHOD) is None and "ask_method" not in (turn.get(AGREED) or []):
            turn.say("utter_autopay_status", **await self._status(turn, row))
            return self._ask_act()
        if turn.get(DAY) is None:
            turn.set(DAY, str(row.day_of_month) if row.day_of_month else DUE)
        if turn.get(METHOD) is None and "ask_method" not in (turn.get(AGREED) or []):
            turn.set(METHOD, str(row.method_id))
        return await self._ask_details(turn, standing)

    async def _ask_enrol(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        draft = await active_draft(turn.session, standing.account.id)
        agreed_to = _replacing(standing.account.id)
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
        methods = await payments.saved_methods(turn.session, standing.member.id)
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
        if turn.notes.get("new_method"):
            turn.say("utter_auto_new_method")
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
        first = first_day(turn.backend.today())
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
        starts_on = first_day(turn.backend.today())
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
                "starting": questions.starting(turn, coming),
                "fee_words": questions.fee_words(turn, method),
                "today": date_words(turn.backend.today()),
            },
        )

    async def _notes(self, turn: Turn, account_id: int, method: PaymentMethod, day: int | None) -> None:
        """What to know before agreeing: money on its way, a bill that is due too soon, a card that ends soon."""
        today = turn.backend.today()
        starts_on = first_day(today)
        stands = await billing.balance(turn.session, turn.backend, account_id)
        if stands.pending_cents:
            turn.say("utter_autopay_note_pending", amount=format_cents(stands.pending_cents))
        for item in stands.scheduled[:1]:
            amount, on = format_cents(item.amount_cents), day_words(item.run_on, today)
            turn.say("utter_autopay_note_scheduled", amount=amount, day=on)
        for bill, cents in await open_bills(turn.session, turn.backend, account_id, today):
            if runs_next(day, starts_on, bill.issued_on, bill.due_on, today) is None:
                due_on = day_words(bill.due_on, today)
                turn.say("utter_autopay_note_uncovered", amount=format_cents(cents), day=due_on)
                break
        ends = gate.method_ends(method)
        if ends and ends < starts_on + SOON:
            turn.say("utter_autopay_note_expiring", method=method.label, day=day_words(ends, today))

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
            replace_draft=_replacing(account_id) in (turn.get(AGREED) or []),
            agreement=agreement,
        )
        turn.say("utter_autopay_done", **questions.done_words(turn, done, method.label, day))


def _replacing(account_id: int) -> str:
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
