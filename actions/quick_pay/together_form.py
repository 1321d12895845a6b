"""The part of Quick Pay that pays several accounts at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from actions.accounts.account_choice import format_account_label, list_other_accounts
from actions.accounts.forms import FIRST_WORDS, AccountForm, answer_beside_request
from actions.accounts.others_owing import name_account
from actions.base import ExternalCall, SlotQuestion
from actions.identity.forms import CODE, IDENTITY_SLOTS, IdentifiedForm
from actions.quick_pay import questions, together, together_payment
from actions.quick_pay.extract import DUE_DATE
from actions.quick_pay.questions import AMOUNT, CONFIRMED_QUOTE, DAY, METHOD
from actions.quick_pay.together import TOGETHER, LeftOut, Line
from actions.quick_pay.together_payment import LINES, QUOTE
from actions.turn import Turn
from backend.language import join_words, tr
from backend.members import identity as identities
from backend.members.identity import Identity
from backend.members.service import list_member_accounts
from backend.money import format_cents
from backend.payments import group_quotes, pay_links, prechecks
from backend.payments.balances import get_balance
from backend.reading.money.account_shares import REST
from backend.reading.money.amount import Amount
from backend.reading.money.due_questions import split_due_questions
from backend.reading.money.payment_words import is_question_about_payment

ACCOUNTS_READ = "accounts_read"
"""In the turn's notes: the message says which accounts are paid, and its amounts are theirs."""
WHICH = "together_which"
"""In the turn's notes: the member wants another amount and has not said for which account."""
MOST_BY_PHONE = 3
DAY_PROBLEMS = {"day_past": "past", "day_too_far": "too_far"}


class TogetherForm(AccountForm):
    slots: ClassVar[tuple[str, ...]] = (TOGETHER,)
    names_account_itself = True

    @abstractmethod
    async def ask_method(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        """The question for the method, or what comes after it."""

    async def accounts_told(self, turn: Turn, identity: Identity) -> Sequence[int]:
        return list(dict.fromkeys([*await super().accounts_told(turn, identity), *together.chosen_shares(turn)]))

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        identity = await turn.identity()
        if asked is None:
            await answer_beside_request(turn)
        if identity.member is not None and asked == CODE and turn.get(TOGETHER) and not turn.extract_values(CODE).code:
            turn.notes[ACCOUNTS_READ] = await together.correct(turn, identity, asked)
        if identity.member is None or asked in IDENTITY_SLOTS:
            return await super().extract_slots(turn, asked)
        if asked is None and turn.was_set(TOGETHER) and turn.text and await self._names_otherwise(turn, identity):
            turn.clear(TOGETHER)  # "pay the barn", after all of them were offered
        if turn.get(TOGETHER) is not None:
            is_read = await together.correct(turn, identity, asked)
        else:
            total = turn.get(AMOUNT) if isinstance(turn.get(AMOUNT), int) else None
            is_read = self._may_name_several(turn, asked) and await together.begin(
                turn, identity, turn.text, total=total
            )
            if not is_read:
                return await super().extract_slots(turn, asked)
        turn.notes[ACCOUNTS_READ] = is_read
        # without the switch to an account that the message names: it is one of several
        return await IdentifiedForm.extract_slots(self, turn, asked) or is_read

    async def _names_otherwise(self, turn: Turn, identity: Identity) -> bool:
        """Whether the words that take up the offer of all accounts name some of them, or amounts."""
        read, _accounts = await together.read_accounts(turn, identity, turn.text)
        return bool(read.shares or read.left_out) or isinstance(turn.extract_values(None).amount, Amount)

    def _may_name_several(self, turn: Turn, asked: str | None) -> bool:
        if not turn.text or not together.is_asked(asked) or is_question_about_payment(turn.text.strip()):
            return False
        return asked is None or not turn.has_act("ask") or turn.has_act("answer", "correct", "start")

    async def _extract_other_account(self, turn: Turn, identity: Identity) -> bool:
        if turn.get(TOGETHER) is None:
            return await super()._extract_other_account(turn, identity)
        number = turn.extract_values(None).member_number
        own = await list_member_accounts(turn.session, identity.known_member.id)
        if number is None or number.digits in {each.number_digits for each in own}:
            return False
        is_other = await super()._extract_other_account(turn, identity)
        if is_other:
            turn.clear(TOGETHER)
        return is_other

    async def on_identified(self, turn: Turn, identity: Identity) -> Identity:
        _asked, first_words = split_due_questions(str(turn.get(FIRST_WORDS) or ""))
        identity = await super().on_identified(turn, identity)
        if first_words:
            await together.begin(turn, identity, first_words)
        return identity

    def settle_amount(self, turn: Turn, total: int | None) -> None:
        """What the message says of amounts, where several accounts are paid; `total` is what was read out."""
        if turn.notes.get(ACCOUNTS_READ):
            if turn.get(AMOUNT) != total:
                turn.set(AMOUNT, total)
            turn.notes.pop("amount_problem", None)
        elif turn.button_value(AMOUNT) == "other" or turn.notes.pop("amount_problem", None):
            turn.set(AMOUNT, total)
            turn.notes[WHICH] = True
        else:
            together.take_amount(turn, total)

    async def tell_account(self, turn: Turn, identity: Identity) -> None:
        """Which of several accounts is being paid, and how to pay all of them."""
        if not (other := await list_other_accounts(turn, identity)):
            return
        await name_account(turn, identity)
        read, _accounts = await together.read_accounts(turn, identity, turn.text)
        if turn.get(AMOUNT) is None and not read.shares:
            told = tr('To pay both of your accounts together, say "both".')
            if len(other) > 1:
                told = tr('To pay all of your {count} accounts together, say "all accounts".', count=len(other) + 1)
            turn.utter("utter_told", told=told)

    async def next_together_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        await self._resolve_due_date(turn)
        lines, left_out = await together.work_out(turn, identity)
        if not lines:
            turn.utter("utter_told", told=together.format_remarks(identity, [], left_out))
            return None
        if len(lines) == 1:
            return await self._go_on_with_one(turn, identity, lines[0], left_out)
        turn.notes[LINES], total = lines, sum(line.amount_cents for line in lines)
        turn.set(AMOUNT, total)
        if told := self._find_amount_problem(turn, identity, lines, total):
            turn.clear(QUOTE, CONFIRMED_QUOTE)
            if REST in together.chosen_shares(turn).values():
                turn.clear(AMOUNT)  # the sum has a guess in it
            return SlotQuestion(CONFIRMED_QUOTE, "utter_question_pay_together_which", {"told": told}, is_new=True)
        if turn.notes.get("change"):
            return SlotQuestion(CONFIRMED_QUOTE, "utter_question_pay_change", is_new=True)
        if day_question := await self._find_day_problem(turn, lines):
            return day_question
        if turn.get(DAY) is None:
            turn.set(DAY, turn.backend.today().isoformat())
        asked = await self.ask_method(turn, identity)
        if isinstance(asked, SlotQuestion) and asked.slot == METHOD:
            self._tell_accounts(turn, identity, lines)  # the read-back says it by itself
        return asked

    def _tell_accounts(self, turn: Turn, identity: Identity, lines: Sequence[Line]) -> None:
        """Say which accounts are paid, when this message has chosen them."""
        if turn.channel == "voice" or not turn.was_set(TOGETHER) or turn.tracker.slots.get(TOGETHER):
            return
        listed = [
            tr(
                "{amount} on account {account}",
                amount=format_cents(line.amount_cents),
                account=format_account_label(line.account, identity),
            )
            for line in lines
        ]
        turn.utter("utter_told", told=tr("Together: {listed}.", listed=join_words(listed)))

    async def _resolve_due_date(self, turn: Turn) -> None:
        """The earliest of the due dates, where "the due date" was asked for."""
        if turn.get(DAY) != DUE_DATE:
            return
        days = [
            (await get_balance(turn.session, turn.backend, account_id)).due_on
            for account_id in together.chosen_shares(turn)
        ]
        today = turn.backend.today()
        turn.set(DAY, max(min(filter(None, days), default=today), today).isoformat())

    def _find_amount_problem(self, turn: Turn, identity: Identity, lines: Sequence[Line], total: int) -> str | None:
        """What to ask about the accounts and amounts, if anything."""
        most = turn.backend.coop.max_payment_cents
        names = [together.short_name(line.account, identity) for line in lines]
        example = tr(
            'For example "50 on {account}".', account=next((name for name in names if not name.isdigit()), names[-1])
        )
        waiting = turn.get(TOGETHER).get("waiting")
        most_accounts = MOST_BY_PHONE if turn.channel == "voice" else group_quotes.MOST_ACCOUNTS
        if waiting:
            amount = format_cents(waiting)
            return tr("Nothing has been paid. Which account is the {amount} for?", amount=amount) + " " + example
        if rest := next((line for line in lines if together.chosen_shares(turn)[line.account.id] == REST), None):
            account, due = together.short_name(rest.account, identity), format_cents(rest.balance.amount_due_cents)
            return tr(
                "Nothing has been paid. How much is the rest, for {account}? {due} is due there; or tell me how much "
                "it is in all.",
                account=account, due=due,
            )  # fmt: skip
        if turn.notes.get(WHICH):
            return tr("Nothing has been paid. How much, and on which account?") + " " + example
        if len(lines) > most_accounts:
            return tr(
                'I can pay up to {count} accounts in one go here. Which ones? For example "only {first} and {second}".',
                count=most_accounts, first=names[0], second=names[1],
            )  # fmt: skip
        if total > most:
            return tr("Together that is more than I may take here; the most is {limit}.", limit=format_cents(most)) + (
                " " + tr("How much, and on which account?")
            )
        return None

    async def _find_day_problem(self, turn: Turn, lines: Sequence[Line]) -> SlotQuestion | None:
        line, problem = lines[0], None
        if turn.get(DAY) not in (None, questions.ASK_DAY):
            found = await prechecks.find_warnings(
                turn.session, turn.backend, line.account, line.amount_cents, questions.get_chosen_day(turn)
            )
            problem = next((DAY_PROBLEMS[each.code] for each in found if each.code in DAY_PROBLEMS), None)
        if problem:
            turn.set(DAY, questions.ASK_DAY)
        if problem or turn.get(DAY) == questions.ASK_DAY or "day_problem" in turn.notes:
            return questions.build_day_question(turn, line.balance, problem=problem)
        return None

    async def _go_on_with_one(
        self, turn: Turn, identity: Identity, line: Line, left_out: Sequence[LeftOut]
    ) -> SlotQuestion | ExternalCall | None:
        """Only one account is left: it is paid as one account is."""
        identity = await identities.switch(turn.session, turn.backend, turn.conversation_id, line.account)
        turn.set_identity(identity)
        turn.clear(TOGETHER, QUOTE, CONFIRMED_QUOTE)
        turn.set("pay_account", line.account.id)
        turn.set(AMOUNT, line.amount_cents)
        if left_out:
            turn.utter("utter_told", told=together.format_remarks(identity, [], left_out))
        turn.utter("utter_balance_account", account=format_account_label(line.account, identity))
        return await self.next_task_question(turn, identity)

    async def ask_to_confirm_group(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall:
        """The read-back, once there are quotes of what is to be paid now."""
        lines = turn.notes[LINES]
        quotes = await group_quotes.open_quotes(turn.session, turn.backend, turn.conversation_id, turn.get(QUOTE))
        if not together_payment.is_still_quoted(quotes, lines):
            return ExternalCall(together_payment.create_group_quote)
        _lines, left_out = await together.work_out(turn, identity)
        return await together_payment.build_group_question(turn, identity, quotes, lines, left_out)

    async def send_links(self, turn: Turn) -> None:
        """A pay link for each account: the page of a link is about one."""
        questions.tell_where_cards_are_saved(turn)
        for line in turn.notes[LINES]:
            url = await pay_links.create(
                turn.session,
                turn.backend,
                turn.conversation_id,
                account_id=line.account.id,
                amount_cents=line.amount_cents,
                pay_on=questions.get_chosen_day(turn),
            )
            amount = tr(
                "{amount} on account {account}", amount=format_cents(line.amount_cents), account=line.account.separator
            )
            turn.utter("utter_pay_link", link=url, **{**questions.chosen_values(turn), "amount": amount})
