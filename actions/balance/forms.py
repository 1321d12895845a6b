"""What is owed and when, the last payment, and what is on its way."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from actions import agenda
from actions.accounts.account_choice import account_buttons, format_account_label, list_other_accounts
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.formatting import format_day
from actions.quick_pay.questions import balance_values
from actions.turn import Turn
from backend.account_question.automatic_payments import describe_next_automatic_charge
from backend.account_question.question import AccountQuestion
from backend.billing.models import Account
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.money import format_balance, format_cents
from backend.payments.balances import get_balance
from backend.reading.back_references import mentions_double_charge
from backend.reading.numbers.account_separator import names_all_accounts


class BalanceForm(AccountForm):
    form = "balance_form"
    backend_package = "backend.billing"
    task = "balance"
    title = mark("hearing the balance")
    skill = "check_balance"
    slots: ClassVar[tuple[str, ...]] = ()
    is_informational = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"check_balance", "check_due_date"})

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and mentions_double_charge(turn.text):  # told beside the wish, and answered after it
            slots = {"account_topic": "charged_twice", "account_words": turn.full_text}
            agenda.add_item(turn, "account_question_form", turn.full_text, slots)
        return False

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        other = await list_other_accounts(turn, identity)
        if other and names_all_accounts(turn.text):
            await self._send_all_balances(turn, identity, [identity.known_account, *other])
            return None
        if other:
            turn.utter("utter_balance_account", account=format_account_label(identity.known_account, identity))
        balance = await get_balance(turn.session, turn.backend, identity.known_account.id)
        turn.utter("utter_balance", **balance_values(turn, balance))
        today = turn.backend.today()
        if balance.last_payment_cents and balance.last_payment_on:
            day = format_day(balance.last_payment_on, today)
            turn.utter("utter_balance_last_payment", amount=format_cents(balance.last_payment_cents), day=day)
        if balance.pending_cents:
            turn.utter("utter_balance_pending", amount=format_cents(balance.pending_cents))
        for planned in balance.scheduled:
            day = format_day(planned.run_on, today)
            turn.utter("utter_balance_scheduled", amount=format_cents(planned.amount_cents), day=day)
        asked = AccountQuestion(turn.session, turn.backend, identity.known_account, turn.full_text)
        by_itself = await describe_next_automatic_charge(asked)
        for sentence in by_itself:
            turn.utter("utter_told", told=sentence)
        payable = balance.amount_due_cents > 0 and identity.known_account.status != "closed"
        payable = payable and (not by_itself or balance.past_due_cents > 0)  # what is taken by itself is not paid twice
        if not turn.get("paused_task") and not agenda.pending_items(turn):
            self._offer(turn, identity, other, owes=payable)
        return None

    def _offer(self, turn: Turn, identity: Identity, other: list[Account], *, owes: bool) -> None:
        if other:
            pay = [{"title": tr("Pay this one"), "payload": "/quick_pay"}] if owes else []
            turn.utter("utter_balance_others", buttons=pay + account_buttons(other, identity, self.skill))
        elif owes:
            turn.utter("utter_balance_offer")
        if owes:
            turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_amount": "bill"}})

    async def _send_all_balances(self, turn: Turn, identity: Identity, accounts: list[Account]) -> None:
        lines, total, days = [], 0, set[date | None]()
        for account in sorted(accounts, key=lambda each: each.number):
            balance = await get_balance(turn.session, turn.backend, account.id)
            total += balance.amount_due_cents
            owes = format_balance(balance.amount_due_cents)
            lines.append(tr("Account {account}: {owed}.", account=format_account_label(account, identity), owed=owes))
            if balance.amount_due_cents > 0:
                days.add(balance.due_on if balance.past_due_cents <= 0 else None)
        turn.utter("utter_balance_all", lines=" ".join(lines), total=format_balance(total))
        on = days.pop() if len(days) == 1 else None
        if on is not None:
            turn.utter("utter_told", told=tr("All of it is due {day}.", day=format_day(on, turn.backend.today())))
