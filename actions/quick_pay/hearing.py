"""What a message says about a payment: an amount, a day, a way to pay, in any order and in the middle of anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from actions.identity.forms import CODE, IDENTITY_SLOTS
from actions.quick_pay.questions import ASK
from actions.turn import ASKED_AS, Turn
from actions.yes_no import said_yes
from backend.billing import service as billing
from backend.members.identity import Standing, may
from backend.money import share_of
from backend.payments import service as payments
from backend.payments.models import PaymentMethod
from backend.reading.amount import Amount, share_alone
from backend.reading.day import Day, wants_due_date
from backend.reading.references import as_last_time, half_of, later_than, means_the_other
from backend.reading.together import Everything, read_all
from backend.reading.wording import without_reason

AMOUNT, DAY, METHOD, CONFIRM = "pay_amount", "pay_day", "pay_method", "pay_confirm"
AGREED = "pay_agreed"
HINT = "pay_method_hint"
ASKED_AS.update({AMOUNT: "amount", DAY: "date", CONFIRM: "change"})
DUE = "due"  # the due date, until it is known whose bill it is
OTHER_DAY = re.compile(
    r"\b(another|different|other|later) (day|date|time)\b|\bnot today\b|\blater\b|"
    r"\b(schedule|post-?date) (it|this|that|a payment)\b",
    re.IGNORECASE,
)
SHARES = ("all", "half", "past_due")  # of the amount due, likewise
WORDS = re.compile(r"[^\W\d_]{2}")
"""Anything but figures."""
LINK_WORDS = re.compile(r"\b(link|new (card|bank)|(not|isn't) (saved|on file)|online)\b", re.IGNORECASE)
OTHER_WORDS = re.compile(
    r"\b((an)?other|different) (card|bank|account|one|way|method)\b|\b(not|no) (that|the) (card|visa|one)\b",
    re.IGNORECASE,
)
NONE_ON_FILE = re.compile(
    r"\b((an)?other|different) (\w+ )?(card|bank)\b|"
    r"^\W*(an)?other (bank )?account( (of|de) (bank|banco|bank account))?\W*$",
    re.IGNORECASE,
)
SAVED_WORDS = re.compile(r"\b(saved|on file|on (my|the) account|same card|usual|my card|card i have)\b", re.IGNORECASE)
# "what is my balance" asks for it; only "my balance" pays it
QUESTION = re.compile(
    r"^(yes,? |ok,? |and )?(what|how|when|which|where|why|who|tell me|can you tell|do i|is |are )|\?$", re.IGNORECASE
)
BRAND_WORDS = re.compile(
    r"\b(visa|master ?card|amex|american express|discover|checking|savings|"
    r"(the|my) bank( account)?)\b",
    re.IGNORECASE,
)
CARD_WORDS = re.compile(r"\b(card|credit|debit)\b", re.IGNORECASE)
BANK_WORDS = re.compile(r"\b(bank|checking|savings?|e-?check)\b", re.IGNORECASE)


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
    before = {slot: turn.get(slot) for slot in (AMOUNT, DAY, METHOD)}
    if (bare := without_reason(turn.text)) != turn.text:
        said = replace(said, day=read_all(bare, asked=ASKED_AS.get(asked or ""), today=turn.backend.today()).day)
    if asked == CODE and said.amount is None and said.number is None:
        said = replace(said, share=said.share or share_alone(turn.text))
    await _hear_amount(turn, said)
    _hear_day(turn, said)
    if asked not in IDENTITY_SLOTS or asked == CODE:
        await _hear_method(turn, asked)
    troubled = "amount_problem" in turn.notes or "day_problem" in turn.notes
    # said again it is no miss; behind a yes it only says what was read out
    named = asked not in (AGREED, CONFIRM) and (isinstance(said.day, Day) or isinstance(said.amount, Amount))
    return troubled or named or any(turn.get(slot) != value for slot, value in before.items())


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
    words = turn.text.lower()
    if turn.removed:
        turn.set(METHOD, "link")  # they wanted to pay with what must not be sent here: the secure page takes it
        return
    # asked which way, "another card" is one that is not on file; asked for the yes, it asks for the choice again
    if LINK_WORDS.search(words) or (asked == METHOD and NONE_ON_FILE.search(words)):
        turn.set(METHOD, "link")
        return
    standing = await turn.standing()
    if asked in (METHOD, CONFIRM) and (OTHER_WORDS.search(words) or means_the_other(words)):
        turn.set(METHOD, await _other_of_two(turn, standing) if means_the_other(words) else None)
        turn.clear(HINT)
        return
    if asked == METHOD and said_yes(turn) and not await _has_a_choice(turn, standing):
        turn.set(METHOD, "saved")  # asked whether to pay with what is saved or by link, a yes is for the first
        return
    if standing.member is not None and may(standing, "saved_method"):
        methods = await payments.saved_methods(turn.session, standing.member.id)
        named = named_method(words, methods, asked)
        if named is not None:
            turn.set(METHOD, named)
            return
    elif BRAND_WORDS.search(words) or (asked == METHOD and (CARD_WORDS.search(words) or BANK_WORDS.search(words))):
        # what is on file is not named before the step up; which one was meant is kept until then
        turn.set(HINT, words)
        turn.set(METHOD, "saved")
        return
    if SAVED_WORDS.search(words):
        turn.set(METHOD, "saved")


def names_a_way(words: str) -> bool:
    """`With my card`: a way to pay."""
    return any(pattern.search(words) for pattern in (BRAND_WORDS, CARD_WORDS, BANK_WORDS, SAVED_WORDS))


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


def named_method(words: str, methods: Sequence[PaymentMethod], asked: str | None) -> str | None:
    """The one saved method that the words fit: its brand, its last four digits where asked, or its kind."""
    fitting = [m for m in methods if m.brand.lower() in words or (asked in (METHOD, CONFIRM) and m.last4 in words)]
    if not fitting and asked in (METHOD, CONFIRM):
        kinds = {"card"} if CARD_WORDS.search(words) else {"bank"} if BANK_WORDS.search(words) else set()
        fitting = [m for m in methods if m.kind in kinds]
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
    elif turn.get(AMOUNT) in SHARES:
        shares = {"all": due, "half": share_of(due, 1, 2), "past_due": balance.past_due_cents or due}
        values[AMOUNT] = shares[turn.get(AMOUNT)]
    if turn.get(DAY) == DUE:
        today = turn.backend.today()
        values[DAY] = max(balance.due_on or today, today).isoformat()
    for slot, value in values.items():
        turn.set(slot, value)
