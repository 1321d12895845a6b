"""What is owed and when, the last payment, and what is on its way."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from actions import agenda
from actions.accounts.choice import ALL, account_buttons, label, others
from actions.accounts.forms import OfSeveralForm
from actions.base import Ask, Outside
from actions.quick_pay.questions import owed
from actions.turn import Turn
from actions.words import day_words
from backend.account_questions.asked import Asked
from backend.account_questions.automatic import taken_automatically
from backend.billing import service as billing
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.money import format_balance, format_cents
from backend.reading.references import speaks_of_twice


class BalanceForm(OfSeveralForm):
    form = "balance_form"
    task = "balance"
    title = mark("hearing the balance")
    skill = "check_balance"
    slots: ClassVar[tuple[str, ...]] = ()
    informs = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"check_balance", "check_due_date"})

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and speaks_of_twice(turn.text):  # told beside the wish, and answered after it
            slots = {"account_topic": "charged_twice", "account_words": turn.whole_words}
            agenda.add(turn, "account_question_form", turn.whole_words, slots)
        return False

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.account is not None  # level 1 is a level on an account
        other = await others(turn, standing)
        if other and ALL.search(turn.text):
            await self._tell_all(turn, standing, [standing.account, *other])
            return None
        if other:
            turn.say("utter_balance_account", account=label(standing.account, standing))
        balance = await billing.balance(turn.session, turn.backend, standing.account.id)
        turn.say("utter_balance", **owed(turn, balance))
        today = turn.backend.today()
        if balance.last_payment_cents and balance.last_payment_on:
            day = day_words(balance.last_payment_on, today)
            turn.say("utter_balance_last_payment", amount=format_cents(balance.last_payment_cents), day=day)
        if balance.pending_cents:
            turn.say("utter_balance_pending", amount=format_cents(balance.pending_cents))
        for planned in balance.scheduled:
            day = day_words(planned.run_on, today)
            turn.say("utter_balance_scheduled", amount=format_cents(planned.amount_cents), day=day)
        asked = Asked(turn.session, turn.backend, standing.account, turn.whole_words)
        by_itself = await taken_automatically(asked)
        for told in by_itself:
            turn.say("utter_told", told=told)
        payable = balance.amount_due_cents > 0 and standing.account.status != "closed"
        payable = payable and (not by_itself or balance.past_due_cents > 0)  # what is taken by itself is not paid twice
        if not turn.get("paused_task") and not agenda.wishes(turn):
            self._offer(turn, standing, other, owes=payable)
        return None

    def _offer(self, turn: Turn, standing: Standing, other: list[Account], *, owes: bool) -> None:
        if other:
            pay = [{"title": tr("Pay this one"), "payload": "/quick_pay"}] if owes else []
            turn.say("utter_balance_others", buttons=pay + account_buttons(other, standing, self.skill))
        elif owes:
            turn.say("utter_balance_offer")
        if owes:
            turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_amount": "bill"}})

    async def _tell_all(self, turn: Turn, standing: Standing, accounts: list[Account]) -> None:
        lines, total, days = [], 0, set[date | None]()
        for account in sorted(accounts, key=lambda each: each.number):
            balance = await billing.balance(turn.session, turn.backend, account.id)
            total += balance.amount_due_cents
            owes = format_balance(balance.amount_due_cents)
            lines.append(tr("Account {account}: {owed}.", account=label(account, standing), owed=owes))
            if balance.amount_due_cents > 0:
                days.add(balance.due_on if balance.past_due_cents <= 0 else None)
        turn.say("utter_balance_all", lines=" ".join(lines), total=format_balance(total))
        on = days.pop() if len(days) == 1 else None
        if on is not None:
            turn.say("utter_told", told=tr("All of it is due {day}.", day=day_words(on, turn.backend.today())))
