"""Auto Pay: set up, change, end. What is agreed to is read out whole, and kept in exactly those words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from actions import agenda, registry, side_questions
from actions.autopay import questions
from actions.autopay.details import AutoPayDetails, agreement_of
from actions.autopay.hearing import DUE, asks_whether, day_asked_about
from actions.autopay.listening import (
    ACT,
    AGREED,
    CALL,
    CONFIRM,
    CURRENT_NOT_GOOD,
    DAY,
    METHOD,
    NOT,
    NOT_ENROLLING,
    TOLD,
    TOLD_NEW,
    asked_off,
)
from actions.base import Ask, Outside
from actions.quick_pay.questions import choose
from actions.turn import REQUESTED, Turn
from actions.words import day_words
from backend.autopay import service
from backend.autopay.models import AutoPay
from backend.autopay.schedule import active_draft, first_day, takes_effect
from backend.billing import service as billing
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.payments import gate
from backend.payments.models import PaymentMethod
from backend.reading.pay_way import also_pays
from backend.reading.references import asks_about_the_next, names_a_new_one


class AutoPayForm(AutoPayDetails):
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

    async def _follow(self, turn: Turn, asked: str | None) -> Outside | None:
        if names_a_new_one(turn.text):  # a card, while Auto Pay is talked of, and no phone or address
            own = [act.kind in ("start", "ask") and act.intent == "update_contact_info" for act in turn.acts]
            turn.acts = [replace(act, kind="answer") if to else act for act, to in zip(turn.acts, own, strict=True)]
        return await super()._follow(turn, asked)

    async def cancelled(self, turn: Turn) -> None:
        if asked_off(turn):
            turn.say("utter_autopay_nothing_to_stop")
        else:
            await super().cancelled(turn)

    def _keep_for_later(self, turn: Turn) -> None:
        super()._keep_for_later(turn)
        first = turn.just_opened() and turn.get("agenda") is None
        if first and (words := also_pays(turn.text)) and agenda.add(turn, "quick_pay_form", words, {}):
            turn.say("utter_agenda_added", tasks=tr(registry.title_of("quick_pay_form")))

    async def _answer_questions(self, turn: Turn) -> bool:
        if turn.just_opened() and asks_whether(turn):  # the task itself tells it
            return await side_questions.answer_others(turn, self.form)
        return await super()._answer_questions(turn)

    async def _answered_aside(self, turn: Turn) -> bool:
        """`So the 31st works?`: whether a day can be had is answered for that day."""
        ends = turn.get(REQUESTED) == CONFIRM and turn.get(ACT) == "cancel"
        if ends and asks_about_the_next(turn.text) and await self._told_of_the_next(turn):
            return True
        if (day := day_asked_about(turn)) is None:
            return await super()._answered_aside(turn)
        turn.say("utter_autopay_day_works", when=questions.when(int(day)))
        if turn.get(DAY) is None:
            turn.set(DAY, day)
        return True

    async def _told_of_the_next(self, turn: Turn) -> bool:
        """Whether the run that comes next is still made once Auto Pay is off."""
        standing = await turn.standing()
        row = await service.autopay_of(turn.session, standing.account.id) if standing.account else None
        coming = await service.next_of(turn.session, turn.backend, row) if row is not None else None
        if row is None or coming is None:
            return False
        today = turn.backend.today()
        late = takes_effect(today, coming.on if row.active else None, turn.backend.coop) > today
        turn.say("utter_autopay_next_if_off", late=late, next_day=day_words(coming.on, today))
        return True

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
        if turn.get(ACT) == "change" and turn.get(DAY) and (row is None or not row.wanted):
            turn.clear(ACT)  # with a day it is set up; there is none to change
        off = row is None or not row.wanted
        if CALL in (turn.get(AGREED) or []) and "new_method" not in turn.notes and "yes" in turn.notes:
            if turn.notes["yes"]:
                agenda.add(turn, "callback_form", "", {"callback_about": "a new card for Auto Pay"})
            else:
                turn.say("utter_nothing_more")
            return None
        if turn.notes.get("new_method"):
            if TOLD_NEW in (turn.get(AGREED) or []):
                self._remember(turn, CALL)
                return Ask(AGREED, "utter_auto_new_again", new=True)
            self._remember(turn, TOLD_NEW)
            if not (off and turn.get(ACT) in NOT_ENROLLING):
                turn.say("utter_auto_new_method")
        if row is not None and not off:
            return await self._ask_enrolled(turn, standing, row)
        if turn.get(ACT) in NOT_ENROLLING:
            return await self._ask_off(turn, standing)
        return await self._ask_enrol(turn, standing)

    async def _ask_off(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        """Nothing to change or stop: Auto Pay is offered, and how a new card comes onto the account told."""
        assert standing.account is not None
        if await active_draft(turn.session, standing.account.id):
            turn.say("utter_autopay_off_draft")
            return None
        row = await service.autopay_of(turn.session, standing.account.id)
        last = await service.last_run_before_the_end(turn.session, turn.backend, row) if row else None
        if row is not None and row.change_on and last is not None:
            today = turn.backend.today()
            ends = day_words(row.change_on, today)
            turn.say("utter_autopay_ending", counts_from=ends, next=questions.next_words(last, today))
            return None
        answer = turn.notes.pop("yes", None)
        if answer is None:
            card = turn.get(ACT) == "change"
            if card and TOLD_NEW not in (turn.get(AGREED) or []):
                self._remember(turn, TOLD_NEW)
            return Ask(AGREED, "utter_question_autopay_off", {"state": "card" if card else "off"})
        if not answer:
            turn.say("utter_autopay_nothing_to_stop")
            await self._still_goes_out(turn, standing.account.id)
            return None
        turn.clear(ACT)
        return await self._ask_enrol(turn, standing)

    async def _ask_enrolled(self, turn: Turn, standing: Standing, row: AutoPay) -> Ask | Outside | None:
        assert standing.account is not None
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
            method = await turn.session.get_one(PaymentMethod, row.method_id)
            if why := gate.unusable(standing.account, method, first_day(turn.backend.today(), turn.backend.coop)):
                turn.say("utter_told", told=tr("It cannot run like this: {why}.", why=why))
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
            counts_from = takes_effect(today, coming.on if coming and row.active else None, turn.backend.coop)
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
        await self._still_goes_out(turn, standing.account.id)
        return None

    async def _still_goes_out(self, turn: Turn, account_id: int) -> None:
        """A payment for a later day is no part of Auto Pay, and stays when that is off."""
        for item in await billing.scheduled(turn.session, account_id):
            amount, on = format_cents(item.amount_cents + item.fee_cents), day_words(item.run_on, turn.backend.today())
            turn.say("utter_autopay_scheduled_stays", amount=amount, day=on)

    async def _ask_change(self, turn: Turn, standing: Standing, row: AutoPay) -> Ask | Outside | None:
        agreed = turn.get(AGREED) or []
        if turn.get(METHOD) == "ask" or (CURRENT_NOT_GOOD in agreed and "ask_method" not in agreed):
            named = turn.get(METHOD) not in (None, "ask")  # "the card is no good, just use my checking"
            if CURRENT_NOT_GOOD in agreed:
                if not named:
                    turn.say("utter_auto_new_method")
                    self._remember(turn, TOLD_NEW)
                self._remember(turn, f"{NOT} {row.method_id}")
            if not named:
                turn.clear(METHOD)
            self._remember(turn, "ask_method")
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
