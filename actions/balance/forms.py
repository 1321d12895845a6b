"""What is owed and when it is due, the last payment, and payments that are on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from actions import agenda
from actions.accounts.account_choice import account_buttons, format_account_label, list_other_accounts
from actions.accounts.forms import FIRST_WORDS, AccountForm
from actions.accounts.others_owing import tell_others_owing
from actions.base import ExternalCall, SlotQuestion
from actions.quick_pay.questions import balance_values
from actions.turn import Turn
from backend.account_question.amounts_due import describe_given_back
from backend.account_question.automatic_payments import describe_next_automatic_charge
from backend.account_question.question import AccountQuestion
from backend.arrangement.next_part import describe_next_part, describe_plan_due
from backend.billing.models import Account
from backend.billing.prepaid import describe_left
from backend.language import format_day, mark, tr
from backend.members.identity import Identity
from backend.money import format_balance, format_cents
from backend.payments.balances import Balance, get_balance
from backend.payments.past_payments import find_last_payment
from backend.payments.refund_status import describe_refunds
from backend.reading.back_references import mentions_double_charge
from backend.reading.numbers.account_separator import names_all_accounts

ALL = "all_accounts"
"""In the turn's notes: the words that opened the task name all accounts."""


class BalanceForm(AccountForm):
    form = "balance_form"
    backend_package = "backend.billing"
    task = "balance"
    title = mark("the balance")
    skill = "check_balance"
    slots: ClassVar[tuple[str, ...]] = ()
    is_informational = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"check_balance", "check_due_date"})

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is None and mentions_double_charge(turn.text):  # answered after the balance
            slots = {"account_topic": "charged_twice", "account_words": turn.full_text}
            agenda.add_item(turn, "account_question_form", turn.full_text, slots)
        return False

    async def on_identified(self, turn: Turn, identity: Identity) -> Identity:
        """`What do I owe in all` comes before the number and counts after it."""
        turn.notes[ALL] = names_all_accounts(str(turn.get(FIRST_WORDS) or ""))
        return await super().on_identified(turn, identity)

    async def accounts_told(self, turn: Turn, identity: Identity) -> Sequence[int]:
        known = await super().accounts_told(turn, identity)
        if known and _names_all(turn):
            return [*known, *(account.id for account in await list_other_accounts(turn, identity))]
        return known

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        other = await list_other_accounts(turn, identity)
        if other and _names_all(turn):
            await self._send_all_balances(turn, identity, [identity.known_account, *other])
            return None
        if other:
            turn.utter("utter_balance_account", account=format_account_label(identity.known_account, identity))
        balance = await get_balance(turn.session, turn.backend, identity.known_account.id)
        if balance.prepaid:
            turn.utter("utter_told", told=describe_left(balance.prepaid))
        else:
            await self._send_balance(turn, identity.known_account.id, balance)
        if balance.owes_nothing:
            await tell_others_owing(turn, identity)
        today = turn.backend.today()
        if send_last_payment(turn, balance):
            await _send_refunds(turn, identity.known_account.id)
        if balance.pending_cents:
            turn.utter("utter_balance_pending", amount=format_cents(balance.pending_cents))
        for planned in balance.scheduled:
            day = format_day(planned.run_on, today)
            turn.utter("utter_balance_scheduled", amount=format_cents(planned.amount_cents), day=day)
        asked = AccountQuestion(turn.session, turn.backend, identity.known_account, turn.full_text)
        automatic = await describe_next_automatic_charge(asked)
        for sentence in automatic:
            turn.utter("utter_told", told=sentence)
        can_pay = balance.amount_due_cents > 0 and identity.known_account.status != "closed"
        can_pay = can_pay and (not automatic or balance.past_due_cents > 0)  # else the bill would be paid twice
        if turn.get("paused_task") or agenda.pending_items(turn):
            return None
        if balance.prepaid and not other:
            offer_to_add_money(turn)
        else:
            self._offer(turn, identity, other, can_pay=can_pay)
        return None

    async def _send_balance(self, turn: Turn, account_id: int, balance: Balance) -> None:
        """What is owed and when: by the arrangement that holds, which stands for the bill's day; else by the bill."""
        plan_due = await describe_plan_due(turn.session, turn.backend, account_id, balance, numbered=True)
        late: list[str] = []
        if plan_due:
            turn.utter("utter_told", told=tr("You owe {amount}.", amount=format_cents(balance.amount_due_cents)))
        else:
            turn.utter("utter_balance", **balance_values(turn, balance))
            late = await describe_next_part(turn.session, turn.backend, account_id, balance)
        for sentence in [*describe_given_back(balance), *filter(None, [plan_due]), *late]:
            turn.utter("utter_told", told=sentence)

    def _offer(self, turn: Turn, identity: Identity, other: list[Account], *, can_pay: bool) -> None:
        """Offer to pay, or the balance of another account."""
        if other:
            pay = [{"title": tr("Pay this one"), "payload": "/quick_pay"}] if can_pay else []
            turn.utter("utter_balance_others", buttons=pay + account_buttons(other, identity, self.skill))
        elif can_pay:
            turn.utter("utter_balance_offer")
        if can_pay:
            turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_amount": "bill"}})

    def _offer_all(self, turn: Turn, owing: Sequence[int]) -> None:
        """Offer to pay all accounts that owe something: `pay it` means what was just told."""
        if len(owing) < 2 or turn.get("paused_task") or agenda.pending_items(turn):
            return
        shares = {"shares": [[account_id, "all"] for account_id in owing], "named": [], "waiting": None}
        turn.set("offer", {"opener": "quick_pay_form", "slots": {"pay_together": shares}})
        buttons = [
            {"title": tr("Pay all of them"), "payload": "/quick_pay"},
            {"title": tr("No, thank you"), "payload": "/thank"},
        ]
        turn.utter("utter_told", buttons=buttons, told=tr("Would you like to pay all of them together?"))

    async def _send_all_balances(self, turn: Turn, identity: Identity, accounts: list[Account]) -> None:
        lines, total, owing = list[str](), 0, list[int]()
        due_days = set[date | None]()  # None: an account that is past due, or has an arrangement's days
        for account in sorted(accounts, key=lambda each: each.number):
            balance = await get_balance(turn.session, turn.backend, account.id)
            if not balance.prepaid:  # what is left on one, or a credit, pays nothing of what another account owes
                total += max(balance.amount_due_cents, 0)
            owed = describe_left(balance.prepaid) if balance.prepaid else f"{format_balance(balance.amount_due_cents)}."
            plan_due = await describe_plan_due(turn.session, turn.backend, account.id, balance)
            owed = f"{owed} {plan_due}".strip()
            lines.append(tr("Account {account}: {owed}", account=format_account_label(account, identity), owed=owed))
            if balance.amount_due_cents > 0 and not balance.prepaid:
                if account.status != "closed":
                    owing.append(account.id)
                due_days.add(balance.due_on if balance.past_due_cents <= 0 and not plan_due else None)
        turn.utter("utter_balance_all", lines=" ".join(lines), total=format_balance(total))
        due_on = due_days.pop() if len(due_days) == 1 else None
        if due_on is not None:
            turn.utter("utter_told", told=tr("All of it is due {day}.", day=format_day(due_on, turn.backend.today())))
        self._offer_all(turn, owing)


def _names_all(turn: Turn) -> bool:
    return bool(turn.notes.get(ALL)) or names_all_accounts(turn.text)


def offer_to_add_money(turn: Turn) -> None:
    """Offer to pay into a prepaid account."""
    add = {"title": tr("Add money"), "payload": "/quick_pay"}
    turn.utter("utter_told", buttons=[add], told=tr("Would you like to add money to it?"))
    turn.set("offer", {"opener": "quick_pay_form", "slots": {}})


def send_last_payment(turn: Turn, balance: Balance) -> bool:
    """Tell the last payment. False if there is none."""
    if not balance.last_payment_cents or not balance.last_payment_on:
        return False
    day = format_day(balance.last_payment_on, turn.backend.today())
    turn.utter("utter_balance_last_payment", amount=format_cents(balance.last_payment_cents), day=day)
    return True


async def _send_refunds(turn: Turn, account_id: int) -> None:
    """Say that the payment just told was given back, in all or in part."""
    last = await find_last_payment(turn.session, account_id)
    if last is None:
        return
    if told := await describe_refunds(turn.session, turn.backend, last, names_method=False):
        turn.utter("utter_told", told=told)
