"""What a message says about a payment: an amount, a day, a way to pay, in any order and in the middle of anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from actions.identity.forms import CODE
from actions.quick_pay.questions import ASK, HINT, NOT_THIS
from actions.turn import ASKED_AS, Turn
from actions.yes_no import said_yes
from backend.billing import service as billing
from backend.members.identity import Standing, may
from backend.money import share_of
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.amount import Amount, share_alone
from backend.reading.day import Day, wants_due_date
from backend.reading.pay_way import (
    LINK_WORDS,
    NONE_ON_FILE,
    OTHER_WORDS,
    SAVED_WORDS,
    kind_of_way,
    last4_of_way,
    pays_the_bill,
    pays_with,
)
from backend.reading.references import as_last_time, half_of, later_than, means_the_other
from backend.reading.together import Everything, read_all
from backend.reading.wording import clean, corrections, without_reason

AMOUNT, DAY, METHOD, CONFIRM = "pay_amount", "pay_day", "pay_method", "pay_confirm"
AGREED = "pay_agreed"
ASKED_AS.update({AMOUNT: "amount", DAY: "date", CONFIRM: "change"})
DUE = "due"  # the due date, until it is known whose bill it is
OTHER_DAY = re.compile(
    r"\b(another|different|other|later) (day|date|time)\b|\bnot today\b|\blater\b|"
    r"\b(schedule|post-?date) (it|this|that|a payment)\b",
    re.IGNORECASE,
)
BILL = "bill"
"""The bill that is to be paid, with no word of how much: all of it, unless a part of it is past due."""
SHARES = ("all", "half", "past_due", BILL)  # of the amount due, likewise
WORDS = re.compile(r"[^\W\d_]{2}")
"""Anything but figures."""
# "what is my balance" asks for it; only "my balance" pays it
QUESTION = re.compile(
    r"^(yes,? |ok,? |and )?(what|how|when|which|where|why|who|tell me|can you tell|do i|is |are )|\?$", re.IGNORECASE
)
MORE = re.compile(
    r"\b(?:what|where|how)\b.{0,40}\b(?:extra|the rest|overpay\w*|more than|too much|left ?over|difference|"
    r"sobra|resto)\b|"
    r"\b(?:extra|the rest|overpay\w*|pay (?:too much|more)|left ?over|sobra|resto)\b.{0,40}\b(?:where|go(?:es)?|"
    r"happens?|va|pasa|lost|back|credit)\b",
    re.IGNORECASE,
)


def asks_about_more(text: str) -> bool:
    """`Where does the extra money go?`, of a payment over what is owed."""
    return bool(MORE.search(text))


def hear_choices(turn: Turn) -> bool:
    """Take what a pressed button carries."""
    heard = False
    for slot in (AMOUNT, DAY, METHOD):
        value = turn.chosen(slot)
        if value is None:
            continue
        heard = True
        if value == "other":
            turn.set(slot, ASK if slot == DAY else None)
        else:
            turn.set(slot, turn.backend.today().isoformat() if value == "today" else value)
    return heard


async def hear_words(turn: Turn, asked: str | None) -> bool:
    """Read the amount, the day and the method out of the words. Returns whether anything new was said."""
    said = turn.read(asked)
    if not turn.text or said.code or (asked == CODE and not WORDS.search(turn.text)):
        return False
    before = {slot: turn.get(slot) for slot in (AMOUNT, DAY, METHOD, HINT)}
    if (bare := without_reason(turn.text)) != turn.text:
        said = replace(said, day=read_all(bare, asked=ASKED_AS.get(asked or ""), today=turn.backend.today()).day)
    if asked == CODE and said.amount is None and said.number is None:
        said = replace(said, share=said.share or share_alone(turn.text), amount=_changed_to(turn))
    await _hear_amount(turn, said)
    _hear_day(turn, said)
    await _hear_method(turn, asked)
    _hear_the_bill(turn)
    troubled = "amount_problem" in turn.notes or "day_problem" in turn.notes
    # said again it is no miss; behind a yes it only says what was read out
    named = asked not in (AGREED, CONFIRM) and (isinstance(said.day, Day) or isinstance(said.amount, Amount))
    return troubled or named or any(turn.get(slot) != value for slot, value in before.items())


def _changed_to(turn: Turn) -> Amount | None:
    """A new amount where a code is asked for: "no, make it 60". Without a word of change figures are a code's."""
    if not corrections(clean(turn.text)):
        return None
    amount = read_all(turn.text, asked="change", today=turn.backend.today()).amount
    return amount if isinstance(amount, Amount) else None


def _hear_the_bill(turn: Turn) -> None:
    """`Pay my bill on Friday`: with a day or a way to pay, the whole of it; it is read back before the yes."""
    chosen = turn.get(DAY) not in (None, ASK) or turn.get(METHOD) is not None
    if chosen and turn.get(AMOUNT) is None and "amount_problem" not in turn.notes and pays_the_bill(turn.text):
        turn.set(AMOUNT, BILL)


async def _hear_amount(turn: Turn, said: Everything) -> None:
    present = turn.get(AMOUNT) if isinstance(turn.get(AMOUNT), int) else None
    if (half := half_of(turn.text, present)) is not None:
        turn.set(AMOUNT, half)
    elif as_last_time(turn.text) and (cents := await _last_payment(turn)):
        turn.set(AMOUNT, cents)
    elif said.share and not QUESTION.search(turn.text.strip()):
        turn.set(AMOUNT, said.share)
    elif isinstance(said.amount, Amount):
        turn.set(AMOUNT, said.amount.cents)
    elif said.amount is not None:
        turn.clear(AMOUNT)
        turn.notes["amount_problem"] = "unclear" if said.amount.code == "not_a_number" else said.amount.code


async def _last_payment(turn: Turn) -> int | None:
    """Cents of the last payment, once it is known whose account it is."""
    standing = await turn.standing()
    if standing.account is None:
        return None
    return (await billing.balance(turn.session, turn.backend, standing.account.id)).last_payment_cents


def _hear_day(turn: Turn, said: Everything) -> None:
    present = turn.get(DAY)
    chosen = date.fromisoformat(present) if present and present not in (DUE, ASK) else None
    if wants_due_date(turn.text):
        turn.set(DAY, DUE)
    elif (later := later_than(turn.text, chosen)) is not None:
        turn.set(DAY, later.isoformat())
    elif isinstance(said.day, Day):
        turn.set(DAY, said.day.on.isoformat())
    elif said.day is not None:
        turn.set(DAY, ASK)
        turn.notes["day_problem"] = said.day.code
        turn.notes["nearest_day"] = said.day.nearest
    elif OTHER_DAY.search(turn.text) and not QUESTION.search(turn.text.strip()):
        turn.set(DAY, ASK)


async def _hear_method(turn: Turn, asked: str | None) -> None:
    words = without_reason(turn.text).lower()  # "the visa, because my checking is for the rent"
    if turn.removed:
        turn.set(METHOD, "link")  # they wanted to pay with what must not be sent here: the secure page takes it
        return
    # asked which way, "another card" is one that is not on file; asked for the yes, it asks for the choice again
    if LINK_WORDS.search(words) or (asked == METHOD and NONE_ON_FILE.search(words)):
        turn.set(METHOD, "link")
        return
    standing = await turn.standing()
    if _means_another(turn, asked, words):
        await _take_another(turn, standing, words)
        return
    if asked == METHOD and said_yes(turn) and not await _has_a_choice(turn, standing):
        turn.set(METHOD, "saved")  # asked whether to pay with what is saved or by link, a yes is for the first
        return
    named = _names_one(words, asked) or (bool(SAVED_WORDS.search(words)) and kind_of_way(words) is not None)
    if standing.member is not None and may(standing, "saved_method"):
        methods = await payments.saved_methods(turn.session, standing.member.id)
        chosen = named_method(words, methods, METHOD if named else asked)
        if chosen is not None:
            turn.set(METHOD, chosen)
            return
        if named and (last4 := last4_of_way(words)):
            turn.notes["no_such_way"] = last4
            turn.clear(METHOD)
            return
    elif named:
        # what is on file is not named before the step up; which one was meant is kept until then
        turn.set(HINT, words)
        turn.set(METHOD, "saved")
        return
    if SAVED_WORDS.search(words):
        turn.set(METHOD, "saved")


def _names_one(words: str, asked: str | None) -> bool:
    """Whether a saved way is named; in few words where the task has asked something, in plain ones at any time."""
    if asked in (METHOD, CONFIRM):
        return kind_of_way(words) is not None or pays_with(words, answers=True) or bool(last4_of_way(words))
    return pays_with(words, answers=asked in (AMOUNT, DAY, CODE))


def _means_another(turn: Turn, asked: str | None, words: str) -> bool:
    """Whether another way than the one that was named is wished."""
    if asked not in (METHOD, CONFIRM) and (asked != CODE or turn.get(METHOD) in (None, "link")):
        return False
    return bool(OTHER_WORDS.search(words)) or means_the_other(words)


async def _take_another(turn: Turn, standing: Standing, words: str) -> None:
    """Of two saved ways the other one; before the step up, which one was named first is kept for that."""
    if (hint := turn.get(HINT)) and turn.get(METHOD) == "saved" and means_the_other(words):
        turn.set(HINT, hint.removeprefix(NOT_THIS) if hint.startswith(NOT_THIS) else NOT_THIS + hint)
        turn.set(METHOD, "saved")
        return
    turn.set(METHOD, await _other_of_two(turn, standing) if means_the_other(words) else None)
    turn.clear(HINT)


async def _has_a_choice(turn: Turn, standing: Standing) -> bool:
    """Whether several saved ways were named: a yes is then for none of them."""
    if standing.member is None or not may(standing, "saved_method"):
        return False
    return len(await payments.saved_methods(turn.session, standing.member.id)) > 1


async def _other_of_two(turn: Turn, standing: Standing) -> str | None:
    """Of two saved ways to pay, the one that is not chosen; with more it is asked."""
    if standing.member is None or not may(standing, "saved_method"):
        return None
    methods = await payments.saved_methods(turn.session, standing.member.id)
    others = [str(method.id) for method in methods if str(method.id) != turn.get(METHOD)]
    return others[0] if len(methods) == 2 and len(others) == 1 else None


def hinted(hint: str, methods: Sequence[PaymentMethod]) -> str | None:
    """The saved way that was named before it could be looked up: its id, `saved` for several, None for none."""
    named = named_method(hint.removeprefix(NOT_THIS), methods, METHOD)
    if not hint.startswith(NOT_THIS):
        return named
    others = [str(method.id) for method in methods if str(method.id) != named]
    return others[0] if named not in (None, "saved") and len(others) == 1 else "saved"


def named_method(words: str, methods: Sequence[PaymentMethod], asked: str | None) -> str | None:
    """The one saved method that the words fit: its brand, its last four digits where asked, or its kind."""
    fitting = [m for m in methods if m.brand.lower() in words or (asked in (METHOD, CONFIRM) and m.last4 in words)]
    if not fitting and asked in (METHOD, CONFIRM):
        if last4_of_way(words):
            return None  # it is not on file
        fitting = [m for m in methods if m.kind == kind_of_way(words)]
    if not fitting:
        return None
    return str(fitting[0].id) if len(fitting) == 1 else "saved"


def settle(turn: Turn, balance: billing.Balance) -> None:
    """Once it is known whose bill it is: put cents for "all of it" and a date for "the due date"."""
    values: dict[str, Any] = {}
    due = balance.amount_due_cents
    if turn.get(AMOUNT) == "past_due" and balance.past_due_cents <= 0 < due:
        turn.clear(AMOUNT)  # not the whole bill: that was not wished
        turn.notes["amount_problem"] = "not_past_due"
    elif turn.get(AMOUNT) == BILL and 0 < balance.past_due_cents < due:
        turn.clear(AMOUNT)  # all of it, or what is past due?
    elif turn.get(AMOUNT) in SHARES:
        shares = {"all": due, BILL: due, "half": share_of(due, 1, 2), "past_due": balance.past_due_cents or due}
        values[AMOUNT] = shares[turn.get(AMOUNT)]
    if turn.get(DAY) == DUE:
        today = turn.backend.today()
        values[DAY] = max(balance.due_on or today, today).isoformat()
    for slot, value in values.items():
        turn.set(slot, value)
