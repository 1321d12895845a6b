"""A payment arrangement: a plan of amounts and days, read back; then granted by rule, or sent to the office."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from actions import side_questions
from actions.agenda import wishes
from actions.arrangement.hearing import (
    NOT_KNOWN,
    asks_how_it_works,
    asks_if_at_once,
    asks_if_by_itself,
    ends_it,
    which_payment,
    without_notice_day,
)  # fmt: skip
from actions.arrangement.words import plan_for_the_office, plan_words
from actions.base import Ask, Outside
from actions.conversation.undo import take_back
from actions.free_text import free_text
from actions.identity.forms import IdentifiedForm
from actions.quick_pay.questions import HINT, choose, owed
from actions.turn import ASKED_AS, Turn
from actions.words import when_words
from actions.yes_no import said_no, said_yes
from backend.account_questions.asked import Asked
from backend.account_questions.owed import shutoff
from backend.arrangements import plan as plans
from backend.arrangements import service as arrangements
from backend.arrangements.plan import Plan
from backend.billing import service as billing
from backend.billing.models import Account
from backend.billing.service import Balance
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.reading.pay_way import names_a_way
from backend.reading.plan import Every, SaidPlan, from_data, read_plan
from backend.reading.shutoff import only_fears, speaks_of
from backend.tickets import service as tickets

AMOUNT, DAY, REST, OFTEN, CONFIRM = (
    "arrangement_amount",
    "arrangement_day",
    "arrangement_rest",
    "arrangement_often",
    "arrangement_confirm",
)
PLAN, MISSING, OWED, NOTICE, TOLD = (
    "arrangement_plan",
    "arrangement_missing",
    "arrangement_owed",
    "arrangement_notice",
    "arrangement_told",
)
ASKED_AS.update({AMOUNT: "amount", DAY: "date", REST: "date", CONFIRM: "change"})
ASKS_FOR = {
    plans.AMOUNT: AMOUNT,
    plans.EACH: AMOUNT,
    plans.DAY: DAY,
    plans.START: DAY,
    plans.REST: REST,
    plans.EVERY: OFTEN,
}
"""The slot that asks for what is missing."""
OFTEN_CHOICES = {
    "1 week": (mark("Every week"), Every(1, "week")),
    "2 week": (mark("Every two weeks"), Every(2, "week")),
    "1 month": (mark("Every month"), Every(1, "month")),
}
OFTEN_LEAD = re.compile(r"(?:once|in|a|an|the|each|every|maybe|about|like|every one)\b\s*", re.IGNORECASE)
PLANS_TO_ENROLL = re.compile(r"\b(?:enroll?|sign up|set up|turn on|on auto|have auto)\b", re.IGNORECASE)
PAYING = frozenset({"quick_pay", "schedule_payment", "check_balance", "inform", "setup_autopay"})
"""What a payment of the plan sounds like to who does not see that it is one."""


class ArrangementForm(IdentifiedForm):
    form = "arrangement_form"
    task = "arrangement"
    title = mark("asking for a payment arrangement")
    skill = "payment_arrangement"
    slots: ClassVar[tuple[str, ...]] = (AMOUNT, DAY, REST, OFTEN, CONFIRM, PLAN, MISSING, OWED, NOTICE, TOLD)
    asks: ClassVar[dict[str, str]] = {AMOUNT: "amount", DAY: "day", REST: "day", OFTEN: "choice", CONFIRM: "yes_no"}
    files = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"payment_arrangement"})

    async def cancelled(self, turn: Turn) -> None:
        turn.say("utter_arrangement_left")

    async def _begin(self, turn: Turn) -> Outside | None:
        """`Cancel the arrangement` ends what stands, or hears that none was made here; it begins none."""
        if turn.answered_something_else(self.form) or not ends_it(turn.text):
            return await super()._begin(turn)
        self._interrupt(turn)
        if turn.get("paused_task") == self.form:
            turn.clear("paused_task")
        if not await take_back(turn):
            await self._tell_what_runs(turn)
        self._close(turn)
        return None

    async def _tell_what_runs(self, turn: Turn) -> None:
        standing = await turn.standing()
        runs = await arrangements.active(turn.session, standing.account.id) if standing.account else None
        if runs is None:
            turn.say("utter_arrangement_none")
        else:
            turn.say("utter_undo_arrangement", number=runs.number)

    # a payment that is a part of the plan is no wish to pay now, and "can I pay it on Friday?" asks for the plan

    async def _only_asked_about(self, turn: Turn) -> bool:
        if self._plan_in(turn).empty:
            if not only_fears(turn.text):
                return await super()._only_asked_about(turn)
            offered = turn.tracker.slots.get("offer")
            await side_questions.tell_of_shutoff(turn, offer=self.form)
            turn.set("offer", offered or turn.get("offer"))  # what was offered before still stands
            self._close(turn)
            return True
        self._take_as_plan(turn)
        return False

    def _keep_for_later(self, turn: Turn) -> None:
        self._take_as_plan(turn)
        super()._keep_for_later(turn)

    async def _answered_aside(self, turn: Turn) -> bool:
        """How a plan works is answered for this plan, which was offered here."""
        if asks_if_at_once(turn.text):
            turn.say("utter_arrangement_at_once", state="parts" if self._is_in_parts(turn) else "one")
            return True
        if asks_if_by_itself(turn.text) and not PLANS_TO_ENROLL.search(turn.text):
            turn.say("utter_arrangement_not_by_itself")
            return True
        if not asks_how_it_works(turn.text):
            return await super()._answered_aside(turn)
        turn.say("utter_arrangement_how")
        return True

    @staticmethod
    def _is_in_parts(turn: Turn) -> bool:
        """Whether the plan, as far as it was told, has more than one payment; one that was not told yet may have."""
        said = from_data(turn.get(PLAN))
        return said.empty or len(plans.settle(said, int(turn.get(OWED) or 0)).parts) != 1

    def _plan_in(self, turn: Turn) -> SaidPlan:
        return read_plan(
            without_notice_day(turn.text), turn.backend.today(), ASKED_AS.get(str(turn.get("requested_slot") or ""))
        )

    def _take_as_plan(self, turn: Turn) -> None:
        if asks_if_at_once(turn.text) or self._plan_in(turn).empty:
            return
        turn.acts = [
            replace(act, kind="answer") if act.kind == "ask" or (act.kind == "start" and act.intent in PAYING) else act
            for act in turn.acts
        ]

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        if asked != CONFIRM:
            return False
        turn.set(CONFIRM, "no")
        return True

    # listening

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        told = speaks_of(turn.text)
        if asks_if_at_once(turn.text):
            return False
        if told and turn.get(NOTICE) != "notice":
            turn.set(NOTICE, told)
        if asked == CONFIRM and self._agrees(turn):
            return True
        heard = self._hear_plan(turn, asked)
        if asked == CONFIRM and not heard and names_a_way(turn.text):
            turn.say("utter_arrangement_way_later")  # it is kept for the part of today, which is offered at the end
            turn.set(HINT, turn.text.lower())
            turn.notes["way"] = True
            return True
        if heard:
            turn.clear(CONFIRM)
        elif asked == CONFIRM and (turn.chosen(CONFIRM) == "no" or said_no(turn)):
            turn.set(CONFIRM, "no")
            return True
        return heard or (asked == REST and self._hear_rest(turn))

    def _agrees(self, turn: Turn) -> bool:
        if turn.chosen(CONFIRM) == "yes" or (turn.get(CONFIRM) != "no" and said_yes(turn)):
            turn.notes["agreed"] = True
        return "agreed" in turn.notes

    def _hear_plan(self, turn: Turn, asked: str | None) -> bool:
        before = from_data(turn.get(PLAN))
        chosen = OFTEN_CHOICES.get(turn.chosen(OFTEN) or "")
        if chosen:
            said, which, words = SaidPlan(every=chosen[1]), None, ""
        else:
            many = len(plans.settle(before, int(turn.get(OWED) or 0)).parts) if asked == CONFIRM else 0
            told = without_notice_day(turn.text)
            which, words = which_payment(told, many) if many else (None, told)
            said = read_plan(words, turn.backend.today(), ASKED_AS.get(asked or ""))
        if said.day_problem and asked in (DAY, REST, CONFIRM):
            turn.notes["day_problem"] = said.day_problem
        if asked == OFTEN and said.every is None:
            said = read_plan(f"every {OFTEN_LEAD.sub('', words.strip())}", turn.backend.today())
        said = replace(said, day_problem="")
        if said.empty:
            return "day_problem" in turn.notes
        after = self._taken_in(turn, before, said, asked, which)
        turn.set(PLAN, after.as_data())
        return after != before or asked in ASKS_FOR.values() or "day_problem" in turn.notes

    def _taken_in(self, turn: Turn, before: SaidPlan, said: SaidPlan, asked: str | None, which: int | None) -> SaidPlan:
        if before.empty:
            return said
        missing, at = turn.get(MISSING) or (None, 0)
        due = int(turn.get(OWED) or 0)
        if asked in ASKS_FOR.values() and missing:
            return plans.answered(before, said, missing, at, due)
        return plans.corrected(before, said, due, which, turn.backend.today())

    def _hear_rest(self, turn: Turn) -> bool:
        """How the rest is paid in words that are no plan; a bare yes or no does not say."""
        before = from_data(turn.get(PLAN))
        if NOT_KNOWN.search(turn.text):
            turn.set(PLAN, replace(before, open_rest=True).as_data())
            return True
        words = None if said_yes(turn) or said_no(turn) else free_text(turn)
        if words is None or len(words.split()) < 3:
            return False
        turn.set(PLAN, replace(before, words=words).as_data())
        return True

    # asking

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        account = standing.account
        assert account is not None  # level 1 is a level on an account
        balance = await billing.balance(turn.session, turn.backend, account.id)
        due = balance.amount_due_cents
        if due <= 0:
            turn.say("utter_arrangement_nothing_due")
            return None
        await self._take_seriously(turn, account, balance)
        turn.set(OWED, due)
        plan = plans.settle(from_data(turn.get(PLAN)), due)
        turn.set(MISSING, [plan.missing, plan.at] if plan.missing else None)
        if plan.missing:
            return self._missing(turn, balance, plan)
        if [part.on for part in plan.parts] == [turn.backend.today()] and not plan.left:
            self._offer(turn, due)  # all of it today: nothing to arrange
            return None
        if not turn.get(NOTICE) and _in_time(plan, balance):
            turn.say("utter_arrangement_in_time", **owed(turn, balance))
            self._offer(turn, due, plan.parts[0].on)
            return None
        return await self._confirm(turn, account.id, balance, plan)

    async def _take_seriously(self, turn: Turn, account: Account, balance: Balance) -> None:
        """Power that is about to be cut off does not wait for a ticket; who fears it for nothing is told so."""
        if turn.get(NOTICE) == "shutoff" and balance.past_due_cents <= 0:
            if not turn.get(TOLD):
                asked = Asked(turn.session, turn.backend, account, turn.whole_words)
                turn.say("utter_told", told=await shutoff(asked))
            turn.clear(NOTICE)
            turn.set(TOLD, True)
        if turn.get(NOTICE) and not turn.get(TOLD):
            now_open = turn.backend.coop.is_open(turn.backend.clock.now())
            turn.say("utter_arrangement_notice", office_open=now_open, state=turn.get(NOTICE))
            turn.set(TOLD, True)

    def _missing(self, turn: Turn, balance: Balance, plan: Plan) -> Ask:
        said = from_data(turn.get(PLAN))
        today = turn.backend.today()
        values: dict[str, Any] = {
            **owed(turn, balance),
            "rest": format_cents(plan.left),
            "amount": format_cents(plan.cents) if plan.cents else "",
            "day": when_words(plan.on, today) if plan.on else "",
            "count": said.count or 0,
            "known": "day" if plan.on else "amount" if plan.cents else "",
        }
        slot = ASKS_FOR[plan.missing or plans.AMOUNT]
        problem = turn.notes.get("day_problem")
        if problem and slot in (DAY, REST):
            return Ask(slot, f"utter_question_arrangement_day_{problem}", values, new=True)
        buttons = []
        if slot == OFTEN:
            buttons = [choose(tr(title), **{OFTEN: value}) for value, (title, _) in OFTEN_CHOICES.items()]
        # after something was heard it is another question, though the slot may be the same
        return Ask(slot, f"utter_question_arrangement_{plan.missing}", values, buttons, new=plan.at > 0)

    async def _confirm(self, turn: Turn, account_id: int, balance: Balance, plan: Plan) -> Ask | None:
        why_not = await self._why_not(turn, account_id, plan)
        values: dict[str, Any] = {"plan": self._words(turn, plan), "state": "office" if why_not else "granted"}
        if not turn.notes.get("agreed"):
            if turn.get(CONFIRM) == "no":
                return Ask(CONFIRM, "utter_question_arrangement_change", values)
            if problem := turn.notes.get("day_problem"):
                return Ask(CONFIRM, f"utter_question_arrangement_day_{problem}", values, new=True)
            buttons = [choose(tr("Yes"), **{CONFIRM: "yes"}), choose(tr("No"), **{CONFIRM: "no"})]
            return Ask(CONFIRM, "utter_question_arrangement_confirm", values, buttons, new=True)
        if not why_not:
            made = await arrangements.grant(turn.session, turn.backend, turn.conversation_id, account_id, plan.parts)
            if made is not None:
                turn.say("utter_arrangement_granted", number=made.number, **values)
                self._offer_today(turn, plan)
                return None
            why_not = ["there is an arrangement already"]
        await self._send(turn, account_id, balance, plan, why_not)
        self._offer_today(turn, plan)
        return None

    async def _why_not(self, turn: Turn, account_id: int, plan: Plan) -> list[str]:
        notice = bool(turn.get(NOTICE))
        return await arrangements.why_not(turn.session, turn.backend, account_id, plan.parts, notice=notice)

    def _words(self, turn: Turn, plan: Plan) -> str:
        words = from_data(turn.get(PLAN)).words
        if not words:
            return plan_words(plan.parts, turn.backend.today(), plan.left)
        told = plan_words(plan.parts, turn.backend.today())
        return tr('{plan}; for the other {rest}: "{words}"', plan=told, rest=format_cents(plan.left), words=words)

    async def _send(self, turn: Turn, account_id: int, balance: Balance, plan: Plan, why_not: list[str]) -> None:
        said = from_data(turn.get(PLAN))
        details = {
            "owes": format_cents(balance.amount_due_cents),
            "past due": format_cents(balance.past_due_cents),
            "plan": plan_for_the_office(plan.parts, turn.backend.today()) or "none yet",
        }
        if plan.left > 0:
            details["the rest"] = f"{format_cents(plan.left)}: {said.words or 'not known yet'}"
        details["not granted at once"] = "; ".join(why_not)
        if turn.get(NOTICE):
            spoken = "a notice" if turn.get(NOTICE) == "notice" else "feared"
            details["disconnection"] = f"{spoken}, says the member"
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="arrangement",
            details=details,
            account_id=account_id,
            urgent=bool(turn.get(NOTICE)),
        )
        turn.say("utter_arrangement_ticket", number=ticket.number, plan=self._words(turn, plan))

    def _offer_today(self, turn: Turn, plan: Plan) -> None:
        today = sum(part.cents for part in plan.parts if part.on == turn.backend.today())
        if today:
            self._offer(turn, today)

    def _offer(self, turn: Turn, cents: int, on: date | None = None) -> None:
        """Offer to pay it now, or on a later day."""
        if turn.get("paused_task") or wishes(turn):
            return
        today = turn.backend.today()
        slots: dict[str, Any] = {"pay_amount": cents}
        if on is not None:
            slots["pay_day"] = on.isoformat()
        if turn.get(HINT):
            slots |= {"pay_method": "saved", HINT: turn.get(HINT)}
        values: dict[str, Any] = {"amount": format_cents(cents), "day": when_words(on, today) if on else ""}
        turn.say("utter_arrangement_offer_day" if on else "utter_arrangement_offer_today", **values)
        turn.set("offer", {"opener": "quick_pay_form", "slots": slots})


def _in_time(plan: Plan, balance: Balance) -> bool:
    """Whether all of it is paid at once and before it is late: nothing has to be arranged for that."""
    if len(plan.parts) != 1 or plan.left or balance.past_due_cents > 0 or balance.due_on is None:
        return False
    return plan.parts[0].on <= balance.due_on
