"""Payments set for a later day: shown, moved to another day, cancelled, until the day before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from actions.account_question.beside import keep_wish
from actions.accounts.forms import OfSeveralForm
from actions.autopay.details import agreement_of
from actions.autopay.listening import AGREE
from actions.autopay.questions import next_words, when
from actions.base import Ask, Outside, SkillAction
from actions.identity.forms import CODE, IDENTITY_SLOTS
from actions.quick_pay.questions import choose, last_day
from actions.scheduled.words import MOVE, act_on_existing
from actions.turn import ASKED_AS, Turn
from actions.words import day_words
from actions.yes_no import said_no, said_yes
from backend.account_questions.asked import Asked
from backend.account_questions.automatic import taken_automatically
from backend.autopay import service as automatic
from backend.autopay.models import AutoPay
from backend.autopay.schedule import active_draft
from backend.billing import service as billing
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_cents
from backend.payments import service as payments
from backend.payments.models import PaymentMethod, ScheduledPayment
from backend.reading.amount import Amount
from backend.reading.day import Day

ACT, ITEM, DAY, CONFIRM = "sched_act", "sched_item", "sched_day", "sched_confirm"
ASKED_AS.update({DAY: "date"})


class ActionSchedulePayment(SkillAction):
    """A payment for a later day: one to be made, or one that is there already."""

    action_name = "action_schedule_payment"

    async def act(self, turn: Turn) -> None:
        wished = act_on_existing(turn.text)
        turn.clear(ACT)
        if wished:
            turn.set(ACT, wished)
        turn.follow_with("scheduled_form" if wished else "quick_pay_form")


class ScheduledForm(OfSeveralForm):
    form = "scheduled_form"
    task = "scheduled"
    title = mark("scheduled payments")
    skill = "manage_scheduled"
    opens_with: ClassVar[frozenset[str]] = frozenset({"schedule_payment"})
    slots: ClassVar[tuple[str, ...]] = (ACT, ITEM, DAY, CONFIRM)
    asks: ClassVar[dict[str, str]] = {ACT: "choice", ITEM: "choice", DAY: "day", CONFIRM: "yes_no"}
    shows_first = True

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_choices(turn)
        if asked in IDENTITY_SLOTS:
            return heard or (asked == CODE and turn.get(ACT) in ("show", None) and keep_wish(turn))
        if asked == ACT and not heard and said_no(turn):
            turn.set(ACT, "leave")
            return True
        if asked in (ACT, None) and not heard and (wished := self._wished(turn, asked)):
            turn.set(ACT, wished)
            heard = True
        if turn.get(ACT) == "move" and asked != ITEM:
            heard = self._hear_day(turn, asked) or heard
        if asked == CONFIRM and not heard:
            yes = bool(AGREE.fullmatch(turn.text.strip())) or said_yes(turn)
            if yes or said_no(turn):
                turn.notes["yes"] = yes
                heard = True
        return heard

    def account_changed(self, turn: Turn) -> None:
        turn.clear(ITEM, CONFIRM)

    def _hear_choices(self, turn: Turn) -> bool:
        chosen = {slot: turn.chosen(slot) for slot in (ACT, ITEM)}
        for slot, value in chosen.items():
            if value is not None:
                turn.set(slot, value)
        return any(value is not None for value in chosen.values())

    def _wished(self, turn: Turn, asked: str | None) -> str | None:
        if asked == ACT and MOVE.search(turn.text):
            return "move"
        return act_on_existing(turn.text)

    def _hear_day(self, turn: Turn, asked: str | None) -> bool:
        said = turn.read(asked).day
        if isinstance(said, Day):
            turn.set(DAY, said.on.isoformat())
        elif said is not None and asked == DAY:
            turn.clear(DAY)
            turn.notes["day_problem"] = said.code
        return said is not None

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None
        items = await billing.scheduled(turn.session, standing.account.id)
        if not items:
            await self._none(turn, standing.account.id)
            return None
        act = turn.get(ACT)
        if act == "leave" or turn.notes.get("yes") is False:
            turn.say("utter_sched_left")
            return None
        if act not in ("cancel", "move"):
            return await self._show(turn, items)
        item = self._item(turn, items)
        if item is None:
            return await self._which(turn, items)
        if item.run_on <= turn.backend.today():
            turn.say("utter_sched_too_late", **await self._words(turn, item))
            return None
        return await (self._cancel if act == "cancel" else self._move)(turn, standing, item)

    async def _none(self, turn: Turn, account_id: int) -> None:
        """No payment set for a day; what is taken automatically is named all the same."""
        autopay = await automatic.autopay_of(turn.session, account_id)
        row = autopay if autopay and autopay.wanted else await active_draft(turn.session, account_id)
        if row is None:
            turn.say("utter_sched_none")
            return
        method = await turn.session.get_one(PaymentMethod, row.method_id)
        coming = await automatic.next_of(turn.session, turn.backend, row)
        turn.say(
            "utter_sched_none_autopay" if isinstance(row, AutoPay) else "utter_sched_none_draft",
            method=method.label,
            when=when(row.day_of_month if isinstance(row, AutoPay) else None),
            next=next_words(coming, turn.backend.today()),
        )

    async def _show(self, turn: Turn, items: Sequence[ScheduledPayment]) -> Ask:
        for item in items:
            turn.say("utter_sched_item", **await self._words(turn, item))
        buttons = [
            choose(tr("Another day"), sched_act="move"),
            choose(tr("Cancel it"), sched_act="cancel"),
            choose(tr("Leave it as it is"), sched_act="leave"),
        ]
        return Ask(ACT, "utter_question_sched_act", {}, buttons)

    def _item(self, turn: Turn, items: Sequence[ScheduledPayment]) -> ScheduledPayment | None:
        """The one that is meant: the only one, the one chosen, or the one of the amount or day that was named."""
        if len(items) == 1:
            return items[0]
        chosen = [item for item in items if str(item.id) == str(turn.get(ITEM))]
        if chosen:
            return chosen[0]
        said = turn.read(None)
        fitting = [
            item
            for item in items
            if (isinstance(said.amount, Amount) and said.amount.cents == item.amount_cents)
            or (isinstance(said.day, Day) and said.day.on == item.run_on)
        ]
        if len(fitting) != 1:
            return None
        turn.set(ITEM, str(fitting[0].id))
        if turn.get(DAY) == fitting[0].run_on.isoformat():
            turn.clear(DAY)  # the day named which one, not where to
        return fitting[0]

    async def _which(self, turn: Turn, items: Sequence[ScheduledPayment]) -> Ask:
        buttons = []
        for item in items:
            words = await self._words(turn, item)
            buttons.append(
                choose(tr("{amount} on {day}", amount=words["amount"], day=words["day"]), sched_item=str(item.id))
            )
        return Ask(ITEM, "utter_question_sched_item", {}, buttons)

    async def _words(self, turn: Turn, item: ScheduledPayment) -> dict[str, Any]:
        method = await turn.session.get_one(PaymentMethod, item.method_id)
        return {
            "amount": format_cents(item.amount_cents + item.fee_cents),
            "day": day_words(item.run_on, turn.backend.today()),
            "method": method.label,
            "confirmation": item.confirmation,
            "confirmation_spoken": ", ".join(item.confirmation.replace("-", "")),
        }

    async def _cancel(self, turn: Turn, standing: Standing, item: ScheduledPayment) -> Ask | None:
        words = await self._words(turn, item)
        if not turn.notes.get("yes"):
            return Ask(CONFIRM, "utter_question_sched_cancel", words)
        done = await payments.cancel_scheduled(
            turn.session,
            turn.backend,
            scheduled_id=item.id,
            account_id=item.account_id,
            actor=turn.conversation_id,
            level=int(standing.level),
            channel=turn.channel,
        )
        if done:
            words["rest"] = await self._still_owed(turn, standing)
        turn.say("utter_sched_cancelled" if done else "utter_sched_too_late", **words)
        return None

    async def _still_owed(self, turn: Turn, standing: Standing) -> str:
        """What is to become of the bill now: nothing is owed, it is taken by itself, or it is the member's to pay."""
        assert standing.account is not None
        asked = Asked(turn.session, turn.backend, standing.account, "")
        owed = await asked.balance()
        if owed.uncovered_cents <= 0:
            return tr("What is owed now is covered without it.")
        if taken := await taken_automatically(asked):
            return " ".join(taken)
        if owed.past_due_cents > 0:
            return tr("{amount} is past due; please pay it another way.", amount=format_cents(owed.past_due_cents))
        return tr("Please pay the bill another way by its due date.")

    async def _move(self, turn: Turn, standing: Standing, item: ScheduledPayment) -> Ask | None:
        words = await self._words(turn, item)
        to = date.fromisoformat(turn.get(DAY)) if turn.get(DAY) else None
        refused = turn.notes.get("day_problem")
        if to is not None:
            refused = await payments.cannot_move(turn.session, turn.backend, item, to)
        if to is None or refused:
            turn.clear(DAY)
            response = f"utter_question_sched_day_{refused}" if refused else "utter_question_sched_day"
            return Ask(DAY, response, {**words, "last_day": last_day(turn)})
        words["to"] = day_words(to, turn.backend.today())
        if not turn.notes.get("yes"):
            return Ask(CONFIRM, "utter_question_sched_move", words)
        moved = await payments.move_scheduled(
            turn.session,
            turn.backend,
            scheduled_id=item.id,
            account_id=item.account_id,
            run_on=to,
            agreement=agreement_of(turn, standing, "utter_question_sched_move"),
        )
        turn.say("utter_sched_moved" if moved else "utter_sched_too_late", **words)
        return None
