"""Quick Pay: amount, day, method, a read-back, one yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, NamedTuple

from actions import agenda
from actions.accounts.account_choice import format_account_in_question
from actions.accounts.others_owing import tell_others_owing
from actions.base import ExternalCall, SlotQuestion
from actions.disambiguation import save_identity_numbers
from actions.quick_pay import keypad, questions, together
from actions.quick_pay.extract import (
    WHOLE_BILL,
    extract_button_values,
    extract_payment_details,
    find_hinted_method,
    resolve_amount_and_day,
)
from actions.quick_pay.questions import AGREED, AMOUNT, CONFIRMED_QUOTE, DAY, METHOD, METHOD_HINT
from actions.quick_pay.quote_and_pay import (
    confirm_payment,
    create_quote,
    describe_effect,
    has_unfinished_payment,
    pays_ahead,
    send_already_paid,
)
from actions.quick_pay.together import TOGETHER
from actions.quick_pay.together_form import ACCOUNTS_READ, WHICH, TogetherForm
from actions.quick_pay.together_payment import LINES
from actions.scheduled.moves import queue_move
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.language import mark, tr
from backend.members.identity import CodeRefused, Identity, is_allowed
from backend.members.levels import NEEDS, Level
from backend.payments import group_quotes, groups, pay_links, prechecks, quotes
from backend.payments import service as payments
from backend.payments.balances import Balance, get_balance
from backend.payments.models import PaymentMethod
from backend.reading.money.account_shares import splits_between_places
from backend.reading.money.payment_method import asks_amount_owed, extract_method_last4
from backend.reading.money.payment_plan import parse_payment_plan
from backend.reading.money.payment_words import (
    asks_about_overpayment,
    asks_how_guests_pay,
    asks_to_change_payment,
    detect_parts_to_change,
    is_question_about_payment,
)
from backend.reading.money.scheduled_payment import extract_existing_act

QUOTE, ACCOUNT, NEEDS_CODE_OVER_BILL = "pay_quote", "pay_account", "pay_over"
MONEY_ON_ITS_WAY_CODES = ("draft_soon", "autopay_soon", "scheduled_exists", "pending_payment")
"""Warnings that come before all others: money is on its way to this bill already."""
SLOT_BY_PART = {"amount": AMOUNT, "day": DAY, "method": METHOD}
AMOUNT_PROBLEMS = ("zero", "absurd")
DAY_PROBLEMS = {"day_past": "past", "day_too_far": "too_far"}


class _Stop(NamedTuple):
    """A warning keeps the payment from going on: `question` asks about it, or the task ends without one."""

    question: SlotQuestion | None


class QuickPayForm(TogetherForm):
    form = "quick_pay_form"
    backend_package = "backend.payments"
    task = "quick_pay"
    title = mark("paying a bill")
    skill = "quick_pay"
    explanation_response = "utter_pay_explained"
    opening_intents: ClassVar[frozenset[str]] = frozenset({"quick_pay", "schedule_payment"})
    slots: ClassVar[tuple[str, ...]] = (
        AMOUNT,
        DAY,
        METHOD,
        METHOD_HINT,
        AGREED,
        CONFIRMED_QUOTE,
        QUOTE,
        ACCOUNT,
        NEEDS_CODE_OVER_BILL,
    )
    asks: ClassVar[dict[str, str]] = {
        AMOUNT: "amount",
        DAY: "day",
        METHOD: "method",
        AGREED: "yes_no",
        CONFIRMED_QUOTE: "yes_no",
    }

    def asks_for_explanation(self, text: str) -> bool:
        return asks_how_guests_pay(text)

    def level_needed(self, turn: Turn) -> Level:
        """Paying needs less than using a method that is saved on the account."""
        return NEEDS["saved_method" if turn.get(METHOD) == "saved" else self.skill]

    def is_level_reached(self, turn: Turn, identity: Identity) -> bool:
        if turn.get(NEEDS_CODE_OVER_BILL):  # is_allowed() would take a text from the phone on file for the code
            return identity.level >= NEEDS["saved_method"]
        return is_allowed(identity, "saved_method" if turn.get(METHOD) == "saved" else self.skill)

    def is_requested(self, turn: Turn) -> bool:
        """As in the base class, except for a question about scheduled payments, which have a task of their own."""
        return super().is_requested(turn) and extract_existing_act(turn.text) is None

    async def _start(self, turn: Turn) -> ExternalCall | None:
        if not turn.other_action_answered(self.form) and await queue_move(turn):
            self._close_task(turn)
            return None
        if turn.other_action_answered(self.form) or not wants_split_payment(turn):
            return await super()._start(turn)
        self._pause_open_task(turn)
        self._switch_to_arrangement(turn)
        return None

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        if splits_between_places(turn.text):  # it only sounds like an arrangement
            turn.acts = [replace(act, kind="answer", intent="quick_pay") for act in turn.acts]
            turn.focus(turn.full_text, "quick_pay")
        if asked == CONFIRMED_QUOTE or turn.has_act("ask") or not wants_split_payment(turn):
            return await super()._handle_reply(turn, asked)
        self._switch_to_arrangement(turn)
        return None

    def _switch_to_arrangement(self, turn: Turn) -> None:
        save_identity_numbers(turn)
        agenda.add_item(turn, "arrangement_form", turn.full_text, {})
        self._close_task(turn)

    def _is_faq_question(self, turn: Turn) -> bool:
        return super()._is_faq_question(turn) and not asks_about_overpayment(turn.text)

    async def _answer_side_question(self, turn: Turn) -> bool:
        if turn.get(REQUESTED_SLOT) == AMOUNT and asks_amount_owed(turn.text):
            return True  # the question for the amount comes again and has the answer
        if not asks_about_overpayment(turn.text):
            return await super()._answer_side_question(turn)
        turn.utter("utter_pay_more_where")
        return True

    async def send_canceled(self, turn: Turn) -> None:
        """Say that nothing was paid, unless it was: a yes may have paid although its turn was lost."""
        may_have_paid = await self._was_quote_confirmed(turn) or await has_unfinished_payment(turn)
        if not (may_have_paid and await send_already_paid(turn)):
            turn.utter("utter_pay_canceled")

    async def _was_quote_confirmed(self, turn: Turn) -> bool:
        key = turn.get(QUOTE)
        find = group_quotes.is_confirmed if groups.is_group_key(key) else quotes.is_confirmed
        return await find(turn.session, turn.conversation_id, key)

    # reading the message

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if await self._was_quote_confirmed(turn):
            self._confirm_quote(turn)  # the outcome is told before the message is read
            return True
        total = turn.get(AMOUNT)
        is_read = extract_button_values(turn) or await extract_payment_details(turn, asked)
        if is_read or turn.notes.get(ACCOUNTS_READ):
            if turn.get(TOGETHER):
                self.settle_amount(turn, total)
            turn.clear(QUOTE, CONFIRMED_QUOTE, NEEDS_CODE_OVER_BILL)
            return True
        if asked == AMOUNT and is_yes(turn):
            turn.set(AMOUNT, WHOLE_BILL)  # it is read back before it is paid
            return True
        if asked == AGREED and (is_yes(turn) or is_no(turn)):
            turn.notes["agreed"] = is_yes(turn)
            return True
        return asked == CONFIRMED_QUOTE and self._extract_confirmation_reply(turn)

    def _confirm_quote(self, turn: Turn) -> None:
        turn.set(CONFIRMED_QUOTE, turn.get(QUOTE))

    def _extract_confirmation_reply(self, turn: Turn) -> bool:
        if turn.get(QUOTE) and is_yes(turn):
            self._confirm_quote(turn)
            return True
        if is_question_about_payment(turn.text.strip()):
            return False
        named = [SLOT_BY_PART[part] for part in detect_parts_to_change(turn.text)]
        if named or is_no(turn) or asks_to_change_payment(turn.text.strip()):
            if turn.get(TOGETHER) and AMOUNT in named:
                named.remove(AMOUNT)
                turn.notes[WHICH] = True
            turn.clear(*named, QUOTE, CONFIRMED_QUOTE)
            if DAY in named:
                turn.set(DAY, questions.ASK_DAY)
            turn.notes["change"] = not named and not turn.notes.get(WHICH)
            return True
        return False

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        if asked == CONFIRMED_QUOTE:
            turn.clear(QUOTE, CONFIRMED_QUOTE)
            turn.notes["change"] = True
            return True
        if asked not in (DAY, METHOD):
            return False
        turn.clear(AMOUNT)
        return True

    def describe_slot(self, turn: Turn, slot: str) -> str:
        return questions.format_slot(turn, slot)

    def on_account_changed(self, turn: Turn) -> None:
        turn.clear(AMOUNT, DAY, AGREED, CONFIRMED_QUOTE, QUOTE, ACCOUNT, NEEDS_CODE_OVER_BILL)

    # asking the next question

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        is_repeated_yes = turn.was_just_opened() and not turn.other_action_answered(self.form) and is_yes(turn)
        if turn.notes.get("ended") or (is_repeated_yes and await send_already_paid(turn)):
            return None
        account = identity.known_account
        if turn.get(ACCOUNT) not in (None, account.id):
            turn.clear(AMOUNT, DAY, METHOD, AGREED, CONFIRMED_QUOTE, QUOTE)  # another account: nothing carries over
        if turn.get(ACCOUNT) is None and turn.get(TOGETHER) is None:
            await self.tell_account(turn, identity)
        turn.set(ACCOUNT, account.id)
        if not turn.get(CONFIRMED_QUOTE) and await self._was_quote_confirmed(turn):
            self._confirm_quote(turn)  # a yes whose turn was lost: its outcome is told
        if turn.get(CONFIRMED_QUOTE):
            # before the balance is looked at: a repeated yes gets its number although nothing is owed any more
            return ExternalCall(confirm_payment)
        if turn.get(TOGETHER) is not None:
            return await self.next_together_question(turn, identity)
        balance = await get_balance(turn.session, turn.backend, account.id)
        await resolve_amount_and_day(turn, balance, account.id)
        is_more = isinstance(turn.get(AMOUNT), int) and turn.get(AMOUNT) > balance.amount_due_cents
        if is_more and await together.begin_with_sum(turn, identity, turn.get(AMOUNT)):
            return await self.next_together_question(turn, identity)
        if account.status == "closed":
            turn.utter("utter_pay_account_closed")
            return None
        if balance.owes_nothing and not pays_ahead(turn):
            turn.utter("utter_pay_nothing_due", **questions.balance_values(turn, balance))
            if not await tell_others_owing(turn, identity):
                turn.utter("utter_told", told=tr(questions.HOW_TO_PAY_AHEAD))
            return None
        if turn.notes.get("change"):
            return SlotQuestion(CONFIRMED_QUOTE, "utter_question_pay_change", is_new=True)
        return await self._ask_details(turn, identity, balance)

    async def _ask_details(
        self, turn: Turn, identity: Identity, balance: Balance
    ) -> SlotQuestion | ExternalCall | None:
        # while no amount is chosen, the warnings are for paying all; a prepaid account has no such amount
        amount = max(balance.amount_due_cents, 1) if turn.get(AMOUNT) is None else int(turn.get(AMOUNT))
        day = questions.get_chosen_day(turn)
        warnings = await prechecks.find_warnings(turn.session, turn.backend, identity.known_account, amount, day)
        on_its_way = [warning for warning in warnings if warning.code in MONEY_ON_ITS_WAY_CODES]
        if stop := self._handle_warnings(turn, on_its_way, balance):
            return stop.question
        if turn.get(AMOUNT) is None:
            return questions.build_amount_question(turn, balance)
        if stop := self._handle_warnings(turn, warnings, balance):
            return stop.question
        if turn.get(DAY) == questions.ASK_DAY or "day_problem" in turn.notes:
            return questions.build_day_question(turn, balance)
        if turn.get(DAY) is None:
            turn.set(DAY, turn.backend.today().isoformat())  # not asked: it is read back before the yes
        return await self.ask_method(turn, identity)

    def _handle_warnings(
        self, turn: Turn, warnings: Sequence[prechecks.PaymentWarning], balance: Balance
    ) -> _Stop | None:
        """Go through the warnings that the member has not agreed to. None if nothing stands in the way of paying."""
        for warning in warnings:
            if warning.fingerprint in (turn.get(AGREED) or []):
                continue
            if stop := self._handle_warning(turn, warning, balance):
                return stop
        return None

    def _handle_warning(self, turn: Turn, warning: prechecks.PaymentWarning, balance: Balance) -> _Stop | None:
        if warning.code in AMOUNT_PROBLEMS:
            turn.clear(AMOUNT)
            return _Stop(questions.build_amount_question(turn, balance, problem=warning.code))
        if warning.code in DAY_PROBLEMS:
            turn.set(DAY, questions.ASK_DAY)
            return _Stop(questions.build_day_question(turn, balance, problem=DAY_PROBLEMS[warning.code]))
        if warning.blocking:
            return None  # next_task_question() has told what else blocks; an expired card is refused in ask_method()
        answer = turn.notes.pop("agreed", None)
        if answer is None:
            return _Stop(questions.build_agreement_question(turn, warning, balance))
        if answer:
            turn.set(AGREED, [*(turn.get(AGREED) or []), warning.fingerprint])
            return None
        if warning.code == "over_due":
            turn.clear(AMOUNT)
            return _Stop(questions.build_amount_question(turn, balance))
        if warning.code == "after_due":
            turn.set(DAY, questions.ASK_DAY)
            return _Stop(questions.build_day_question(turn, balance))
        turn.utter("utter_pay_left_to_autopay")
        return _Stop(None)

    async def ask_method(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        methods = await payments.list_saved_methods(turn.session, identity.known_member.id)
        entered = await keypad.find_chosen_entry(turn, identity.known_member.id)
        with_keypad = keypad.is_offered(turn)
        chosen = self._resolve_saved(turn, methods) if methods or with_keypad else "link"
        if chosen == "link":
            await (self.send_links(turn) if turn.get(TOGETHER) else self._send_link(turn, identity))
            return None
        if with_keypad and entered is None and (not methods or keypad.wants_new_method(chosen)):
            return keypad.build_new_method_question(turn)
        method = entered or next((m for m in methods if str(m.id) == chosen), None)
        opened = is_allowed(identity, "saved_method")
        if method is None or not (opened or entered):
            return questions.build_method_question(turn, methods, opened=opened, with_keypad=with_keypad)
        expires_on = prechecks.card_expiry_date(method)
        if expires_on is not None and expires_on < questions.get_chosen_day(turn):
            turn.clear(METHOD)
            if entered is not None:
                return keypad.build_new_method_question(turn, expired=method)
            return questions.build_method_question(turn, methods, opened=True, expired=method, with_keypad=with_keypad)
        if method.saved and identity.level < NEEDS["saved_method"] and await self._is_over_bill(turn, identity):
            # a text's sender can be forged: without a code it pays no more than the bill (docs/decisions/0009)
            turn.set(METHOD, "saved")
            turn.set(METHOD_HINT, method.label.lower())
            turn.set(NEEDS_CODE_OVER_BILL, True)
            turn.utter("utter_pay_code_for_more")
            return await self.next_question(turn)
        if turn.get(TOGETHER):
            return await self.ask_to_confirm_group(turn, identity)
        quote = await quotes.open_quote(turn.session, turn.backend, turn.conversation_id, turn.get(QUOTE))
        if quote is None:
            return ExternalCall(create_quote)
        read_back = await quotes.read_back_quote(turn.session, quote)
        account = identity.known_account
        named = format_account_in_question(turn, account, identity)
        is_same = account.number == read_back.account_number
        note = await describe_effect(turn, quote)
        return questions.build_confirm_question(turn, read_back, named if is_same else read_back.account_number, note)

    def _resolve_saved(self, turn: Turn, methods: Sequence[PaymentMethod]) -> str | None:
        """The chosen method, with "saved" replaced by the one that the member's words meant, if they meant one."""
        if turn.get(METHOD) != "saved":
            return turn.get(METHOD)
        hint = str(turn.get(METHOD_HINT) or "")
        chosen = find_hinted_method(hint, methods)
        if chosen is None and (last4 := extract_method_last4(hint)):
            turn.notes["no_such_way"] = last4
        elif chosen is None and len(methods) == 1:
            chosen = str(methods[0].id)
        turn.set(METHOD, chosen)
        return chosen

    async def _is_over_bill(self, turn: Turn, identity: Identity) -> bool:
        """Whether more is paid than is owed, on the account or on one of several."""
        amounts = {line.account.id: line.amount_cents for line in turn.notes.get(LINES, ())}
        if not turn.get(TOGETHER):
            amounts = {identity.known_account.id: int(turn.get(AMOUNT))}
        return not all(
            [
                await quotes.is_within_balance(turn.session, turn.backend, account_id, cents)
                for account_id, cents in amounts.items()
            ]
        )

    async def _send_link(self, turn: Turn, identity: Identity) -> None:
        ahead = (await get_balance(turn.session, turn.backend, identity.known_account.id)).owes_nothing
        if ahead:
            turn.utter("utter_told", told=tr(questions.PAID_AHEAD))
        url = await pay_links.create(
            turn.session,
            turn.backend,
            turn.conversation_id,
            account_id=identity.known_account.id,
            amount_cents=int(turn.get(AMOUNT)),
            pay_on=date.fromisoformat(turn.get(DAY)),
            ahead=ahead,
        )
        questions.tell_where_cards_are_saved(turn)
        turn.utter("utter_pay_link", link=url, **questions.chosen_values(turn))

    async def on_code_refused(self, turn: Turn, refused: CodeRefused) -> SlotQuestion | ExternalCall | None:
        """Offer a pay link instead: it needs no code."""
        turn.utter("utter_pay_no_code_link")
        turn.clear(NEEDS_CODE_OVER_BILL)
        turn.set(METHOD, "link")
        return await self.next_question(turn)


def wants_split_payment(turn: Turn) -> bool:
    """Whether the message names amounts on several days, which is a plan: `60 on Monday and the rest on the 15th`."""
    parts = parse_payment_plan(turn.text, turn.backend.today()).parts
    return len({part.on for part in parts}) > 1 and all(part.on and part.share for part in parts)
