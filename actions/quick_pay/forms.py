"""Quick Pay: how much, which day, which way, a read-back, one yes."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar

from actions.accounts.choice import all_of_them, label, others
from actions.accounts.forms import SAID, OfSeveralForm
from actions.base import Ask, Outside
from actions.quick_pay import questions
from actions.quick_pay.hearing import BILL, QUESTION, asks_about_more, hear_choices, hear_words, hinted, settle
from actions.quick_pay.in_parts import hand_over, keep_for_each, pays_in_parts
from actions.quick_pay.paying import make_quote, on_its_way, pay, say_already
from actions.scheduled.words import act_on_existing
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no, said_yes
from backend.billing import service as billing
from backend.language import mark
from backend.members.identity import Standing, may
from backend.members.levels import NEEDS, Level
from backend.payments import gate, links, quotes
from backend.payments import service as payments
from backend.reading.pay_way import asks_what_is_owed, last4_of_way

AMOUNT, DAY, METHOD, AGREED, CONFIRM = "pay_amount", "pay_day", "pay_method", "pay_agreed", "pay_confirm"
QUOTE, ACCOUNT, OVER = "pay_quote", "pay_account", "pay_over"
HINT = questions.HINT
TASK = (AMOUNT, DAY, METHOD, HINT, AGREED, CONFIRM, QUOTE, ACCOUNT, OVER)
# said before anything else: money that is already on its way to this bill
FIRST = ("draft_soon", "autopay_soon", "scheduled_exists", "pending_payment")
CHANGE_IT = re.compile(r"(no,? )?(change|edit|fix|redo)\b( it| that| something| this)?", re.IGNORECASE)
# what a member may want to be different, without saying yet what it should be
CHANGES = {
    AMOUNT: re.compile(r"\b(amount|how much|sum)\b", re.IGNORECASE),
    DAY: re.compile(r"\b(day|date|when)\b", re.IGNORECASE),
    METHOD: re.compile(r"\b(method|way to pay|way|card|bank|account)\b", re.IGNORECASE),
}
WRONG_AMOUNT = ("zero", "absurd")
WRONG_DAY = {"day_past": "past", "day_too_far": "too_far"}


class QuickPayForm(OfSeveralForm):
    form = "quick_pay_form"
    task = "quick_pay"
    title = mark("paying a bill")
    skill = "quick_pay"
    explains = "utter_pay_explained"
    explains_on = re.compile(
        r"\b(without (logging|signing|a log ?in|an account|a user)|guest|what do i need|how does (it|this|quick ?pay)|"
        r"someone else|somebody else|my (mom|mother|dad|father|parent|grand|neighbor|friend|son|daughter)\w*('s)?)\b",
        re.IGNORECASE,
    )
    opens_with: ClassVar[frozenset[str]] = frozenset({"quick_pay", "schedule_payment"})
    slots: ClassVar[tuple[str, ...]] = (*TASK,)
    asks: ClassVar[dict[str, str]] = {
        AMOUNT: "amount",
        DAY: "day",
        METHOD: "method",
        AGREED: "yes_no",
        CONFIRM: "yes_no",
    }

    def level_needed(self, turn: Turn) -> Level:
        """Paying opens early; what is saved on the account opens with a step up."""
        return NEEDS["saved_method" if turn.get(METHOD) == "saved" else self.skill]

    def opened(self, turn: Turn, standing: Standing) -> bool:
        if turn.get(OVER):
            return standing.level >= NEEDS["saved_method"]
        return may(standing, "saved_method" if turn.get(METHOD) == "saved" else self.skill)

    def is_meant(self, turn: Turn) -> bool:
        """`What payments are scheduled?` is about those that are there already."""
        return super().is_meant(turn) and act_on_existing(turn.text) is None

    async def _begin(self, turn: Turn) -> Outside | None:
        if turn.answered_something_else(self.form) or not pays_in_parts(turn):
            return await super()._begin(turn)
        self._interrupt(turn)
        hand_over(turn)
        self._close(turn)
        return None

    async def _follow(self, turn: Turn, asked: str | None) -> Outside | None:
        if asked == CONFIRM or turn.does("ask") or not pays_in_parts(turn):
            return await super()._follow(turn, asked)
        hand_over(turn)
        self._close(turn)
        return None

    def _is_of_the_faq(self, turn: Turn) -> bool:
        return super()._is_of_the_faq(turn) and not asks_about_more(turn.text)

    async def _answered_aside(self, turn: Turn) -> bool:
        if turn.get(REQUESTED) == AMOUNT and asks_what_is_owed(turn.text):
            return True  # the question that is asked again tells it
        if not asks_about_more(turn.text):
            return await super()._answered_aside(turn)
        turn.say("utter_pay_more_where")
        return True

    async def cancelled(self, turn: Turn) -> None:
        """Nothing is called paid or unpaid without a look: the turn of a yes may have been lost behind its payment."""
        looks = await self._said_yes_before(turn) or await on_its_way(turn)
        if not (looks and await say_already(turn)):
            turn.say("utter_pay_cancelled")

    async def _said_yes_before(self, turn: Turn) -> bool:
        return await quotes.was_confirmed(turn.session, turn.conversation_id, turn.get(QUOTE))

    # hearing

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if await self._said_yes_before(turn):
            turn.set(CONFIRM, turn.get(QUOTE))  # what came of it is told before anything else is taken in
            return True
        changed = hear_choices(turn) or await hear_words(turn, asked)
        if changed:
            turn.clear(QUOTE, CONFIRM, OVER)
            return True
        if asked == AMOUNT and said_yes(turn):
            turn.set(AMOUNT, BILL)  # "how much would you like to pay?" "yes": read back before it is paid
            return True
        if asked == AGREED:
            return self._hear_agreement(turn)
        if asked == CONFIRM:
            return self._hear_confirmation(turn)
        return False

    def _hear_agreement(self, turn: Turn) -> bool:
        if said_yes(turn):
            turn.notes["agreed"] = True
        elif said_no(turn):
            turn.notes["agreed"] = False
        return "agreed" in turn.notes

    def _hear_confirmation(self, turn: Turn) -> bool:
        if turn.get(QUOTE) and said_yes(turn):
            turn.set(CONFIRM, turn.get(QUOTE))
            return True
        if QUESTION.search(turn.text.strip()):
            return False
        named = [slot for slot, words in CHANGES.items() if words.search(turn.text)]
        if named or said_no(turn) or CHANGE_IT.match(turn.text.strip()):
            turn.clear(*named, QUOTE, CONFIRM)
            if DAY in named:
                turn.set(DAY, questions.ASK)
            turn.notes["change"] = not named
            return True
        return False

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        if asked == CONFIRM:
            turn.clear(QUOTE, CONFIRM)
            turn.notes["change"] = True
            return True
        before = {DAY: AMOUNT, METHOD: AMOUNT}.get(asked or "")
        if before is None:
            return False
        turn.clear(before)
        return True

    def told(self, turn: Turn, slot: str) -> str:
        return questions.told(turn, slot)

    async def identified(self, turn: Turn, standing: Standing) -> Standing:
        said = str(turn.get(SAID) or "")
        standing = await super().identified(turn, standing)
        if all_of_them(said) and (other := await others(turn, standing)):
            keep_for_each(turn, other)
        return standing

    def account_changed(self, turn: Turn) -> None:
        turn.clear(AMOUNT, DAY, AGREED, CONFIRM, QUOTE, ACCOUNT, OVER)

    # asking

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        said_again = turn.just_opened() and not turn.answered_something_else(self.form) and said_yes(turn)
        if turn.notes.get("ended") or (said_again and await say_already(turn)):
            return None
        account = standing.account
        assert account is not None  # level 1 is a level on an account
        if turn.get(ACCOUNT) not in (None, account.id):
            turn.clear(AMOUNT, DAY, METHOD, AGREED, CONFIRM, QUOTE)  # another account: nothing carries over
        if turn.get(ACCOUNT) is None and (other := await others(turn, standing)):
            turn.say("utter_balance_account", account=label(account, standing))
            if turn.just_opened() and all_of_them(turn.text):
                keep_for_each(turn, other)
        turn.set(ACCOUNT, account.id)
        if not turn.get(CONFIRM) and await self._said_yes_before(turn):
            turn.set(CONFIRM, turn.get(QUOTE))  # a yes whose turn was lost: what came of it is told, and not asked anew
        if turn.get(CONFIRM):
            return Outside(pay)  # a yes delivered again gets its number, also when nothing is owed any more
        balance = await billing.balance(turn.session, turn.backend, account.id)
        settle(turn, balance)
        if account.status == "closed":
            turn.say("utter_pay_account_closed")
            return None
        if balance.amount_due_cents <= 0:
            turn.say("utter_pay_nothing_due", **questions.owed(turn, balance))
            return None
        if turn.notes.get("change"):
            return Ask(CONFIRM, "utter_question_pay_change", new=True)
        return await self._ask_details(turn, standing, balance)

    async def _ask_details(self, turn: Turn, standing: Standing, balance: billing.Balance) -> Ask | Outside | None:
        found = await self._concerns(turn, standing, balance)
        ask = self._ask_concern(turn, [c for c in found if c.code in FIRST], balance)
        if ask is not None or turn.notes.get("ended"):
            return ask
        if turn.get(AMOUNT) is None:
            return questions.amount(turn, balance)
        ask = self._ask_concern(turn, [c for c in found if c.code not in FIRST], balance)
        if ask is not None or turn.notes.get("ended"):
            return ask
        if turn.get(DAY) == questions.ASK or "day_problem" in turn.notes:
            return questions.day(turn, balance)
        if turn.get(DAY) is None:
            turn.set(
                DAY, turn.backend.today().isoformat()
            )  # read back before the yes; another day may be named any time
        return await self._ask_method(turn, standing)

    async def _concerns(self, turn: Turn, standing: Standing, balance: billing.Balance) -> list[gate.Concern]:
        """What speaks against paying like this; while no amount is chosen, against paying all."""
        assert standing.account is not None
        amount = balance.amount_due_cents if turn.get(AMOUNT) is None else int(turn.get(AMOUNT))
        return await gate.concerns(turn.session, turn.backend, standing.account, amount, questions.chosen_day(turn))

    def _ask_concern(self, turn: Turn, found: list[gate.Concern], balance: billing.Balance) -> Ask | None:
        """Asked about once each, or refused with a reason."""
        agreed = list(turn.get(AGREED) or [])
        for concern in found:
            if concern.fingerprint in agreed:
                continue
            ask = self._about(turn, concern, agreed, balance)
            if ask is not None or turn.notes.get("ended"):
                return ask
        return None

    def _about(self, turn: Turn, concern: gate.Concern, agreed: list[str], balance: billing.Balance) -> Ask | None:
        if concern.code in WRONG_AMOUNT:
            turn.clear(AMOUNT)
            return questions.amount(turn, balance, problem=concern.code)
        if concern.code in WRONG_DAY:
            turn.set(DAY, questions.ASK)
            return questions.day(turn, balance, problem=WRONG_DAY[concern.code])
        if concern.blocking:
            return None  # told at the question it belongs to
        answer = turn.notes.pop("agreed", None)
        if answer is None:
            return questions.agreement(turn, concern, balance)
        if answer:
            agreed.append(concern.fingerprint)
            turn.set(AGREED, agreed)
        elif concern.code == "over_due":
            turn.clear(AMOUNT)
            return questions.amount(turn, balance)
        elif concern.code == "after_due":
            turn.set(DAY, questions.ASK)
            return questions.day(turn, balance)
        else:
            turn.say("utter_pay_left_to_autopay")
            turn.notes["ended"] = True
        return None

    async def _ask_method(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        assert standing.member is not None
        methods = await payments.saved_methods(turn.session, standing.member.id)
        chosen = turn.get(METHOD)
        if not methods:
            chosen = "link"
        if chosen == "saved":
            hint = str(turn.get(HINT) or "")
            chosen = hinted(hint, methods)
            if chosen is None and (last4 := last4_of_way(hint)):
                turn.notes["no_such_way"] = last4
            elif len(methods) == 1:
                chosen = str(methods[0].id)
            turn.set(METHOD, chosen)
        if chosen == "link":
            await self._send_link(turn, standing)
            return None
        method = next((m for m in methods if str(m.id) == chosen), None)
        opened = may(standing, "saved_method")
        if method is None or not opened:
            return questions.method(turn, methods, opened=opened)
        ends = gate.method_ends(method)
        if ends is not None and ends < questions.chosen_day(turn):
            turn.clear(METHOD)
            return questions.method(turn, methods, opened=True, expired=method)
        if standing.level < NEEDS["saved_method"] and not await self._within_the_bill(turn, standing):
            turn.set(METHOD, "saved")
            turn.set(HINT, method.label.lower())
            turn.set(OVER, True)
            turn.say("utter_pay_code_for_more")
            return await self.next_ask(turn)
        quote = await quotes.open_quote(turn.session, turn.backend, turn.conversation_id, turn.get(QUOTE))
        if quote is None:
            return Outside(make_quote)
        return questions.confirmation(turn, await quotes.read_back(turn.session, quote))

    async def _within_the_bill(self, turn: Turn, standing: Standing) -> bool:
        assert standing.account is not None
        return await quotes.within_the_bill(turn.session, turn.backend, standing.account.id, int(turn.get(AMOUNT)))

    async def _send_link(self, turn: Turn, standing: Standing) -> None:
        assert standing.account is not None
        _link, url = await links.create(
            turn.session,
            turn.backend,
            turn.conversation_id,
            account_id=standing.account.id,
            amount_cents=int(turn.get(AMOUNT)),
            pay_on=date.fromisoformat(turn.get(DAY)),
        )
        turn.say("utter_pay_link", link=url, **questions.said(turn))

    async def code_refused(self, turn: Turn, reason: str) -> Ask | Outside | None:
        """No code can be sent: a pay link needs none."""
        turn.say("utter_pay_no_code_link")
        turn.clear(OVER)
        turn.set(METHOD, "link")
        return await self.next_ask(turn)
