"""What a message says about a payment: an amount, a day, a way to pay, in any order and in the middle of anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from actions.identity.forms import CODE
from actions.quick_pay.questions import ASK_DAY, METHOD_HINT, NOT_PREFIX
from actions.turn import NUMBER_TYPES, Turn
from actions.yes_no import is_yes
from backend.members.identity import Identity, is_allowed
from backend.money import share_of
from backend.payments import service as payments
from backend.payments.balances import Balance, get_balance
from backend.payments.models import PaymentMethod
from backend.reading.back_references import is_same_as_last_time, refers_to_other, resolve_half, resolve_later_day
from backend.reading.dates.day_parsing import ParsedDay, is_due_date_requested
from backend.reading.extract_all import ExtractedValues, extract_all
from backend.reading.money.amount import Amount, detect_share_alone
from backend.reading.money.payment_method import (
    NOT_ON_FILE,
    SAVED_WORDS,
    WANTS_OTHER_METHOD,
    WANTS_PAY_LINK,
    detect_method_kind,
    extract_method_last4,
    names_method_to_pay,
    pays_whole_bill,
)
from backend.reading.money.payment_words import (
    has_letters,
    is_question_about_payment,
    wants_another_day,
)
from backend.reading.normalize import clean_text, find_corrections, remove_reason

AMOUNT, DAY, METHOD, CONFIRM = "pay_amount", "pay_day", "pay_method", "pay_confirm"
AGREED = "pay_agreed"
NUMBER_TYPES.update({AMOUNT: "amount", DAY: "date", CONFIRM: "change"})
DUE_DATE = "due"  # the due date, until it is known whose bill it is
WHOLE_BILL = "bill"
"""The bill that is to be paid, with no word of how much: all of it, unless a part of it is past due."""
SHARES = ("all", "half", "past_due", WHOLE_BILL)  # of the amount due, likewise


def extract_button_values(turn: Turn) -> bool:
    """Take what a pressed button carries."""
    understood = False
    for slot in (AMOUNT, DAY, METHOD):
        value = turn.button_value(slot)
        if value is None:
            continue
        understood = True
        if value == "other":
            turn.set(slot, ASK_DAY if slot == DAY else None)
        else:
            turn.set(slot, turn.backend.today().isoformat() if value == "today" else value)
    return understood


async def extract_payment_details(turn: Turn, asked: str | None) -> bool:
    """Read the amount, the day and the method out of the words. Returns whether anything new was said."""
    values = turn.extract_values(asked)
    if not turn.text or values.code or (asked == CODE and not has_letters(turn.text)):
        return False
    before = {slot: turn.get(slot) for slot in (AMOUNT, DAY, METHOD, METHOD_HINT)}
    if (bare := remove_reason(turn.text)) != turn.text:
        values = replace(
            values, day=extract_all(bare, asked=NUMBER_TYPES.get(asked or ""), today=turn.backend.today()).day
        )
    if asked == CODE and values.amount is None and values.member_number is None:
        values = replace(
            values, share=values.share or detect_share_alone(turn.text), amount=_extract_changed_amount(turn)
        )
    await _extract_amount(turn, values)
    _extract_day(turn, values)
    await _extract_method(turn, asked)
    _extract_whole_bill(turn)
    troubled = "amount_problem" in turn.notes or "day_problem" in turn.notes
    # said again it is no miss; behind a yes it only says what was read out
    named = asked not in (AGREED, CONFIRM) and (isinstance(values.day, ParsedDay) or isinstance(values.amount, Amount))
    return troubled or named or any(turn.get(slot) != value for slot, value in before.items())


def _extract_changed_amount(turn: Turn) -> Amount | None:
    """A new amount where a code is asked for: "no, make it 60". Without a word of change figures are a code's."""
    if not find_corrections(clean_text(turn.text)):
        return None
    amount = extract_all(turn.text, asked="change", today=turn.backend.today()).amount
    return amount if isinstance(amount, Amount) else None


def _extract_whole_bill(turn: Turn) -> None:
    """`Pay my bill on Friday`: with a day or a way to pay, the whole of it; it is read back before the yes."""
    chosen = turn.get(DAY) not in (None, ASK_DAY) or turn.get(METHOD) is not None
    if chosen and turn.get(AMOUNT) is None and "amount_problem" not in turn.notes and pays_whole_bill(turn.text):
        turn.set(AMOUNT, WHOLE_BILL)


async def _extract_amount(turn: Turn, values: ExtractedValues) -> None:
    present = turn.get(AMOUNT) if isinstance(turn.get(AMOUNT), int) else None
    if (half := resolve_half(turn.text, present)) is not None:
        turn.set(AMOUNT, half)
    elif is_same_as_last_time(turn.text) and (cents := await _last_payment_cents(turn)):
        turn.set(AMOUNT, cents)
    elif values.share and not is_question_about_payment(turn.text.strip()):
        turn.set(AMOUNT, values.share)
    elif isinstance(values.amount, Amount):
        turn.set(AMOUNT, values.amount.cents)
    elif values.amount is not None:
        turn.clear(AMOUNT)
        turn.notes["amount_problem"] = "unclear" if values.amount.code == "not_a_number" else values.amount.code


async def _last_payment_cents(turn: Turn) -> int | None:
    """Cents of the last payment, once it is known whose account it is."""
    identity = await turn.identity()
    if identity.account is None:
        return None
    return (await get_balance(turn.session, turn.backend, identity.account.id)).last_payment_cents


def _extract_day(turn: Turn, values: ExtractedValues) -> None:
    present = turn.get(DAY)
    chosen = date.fromisoformat(present) if present and present not in (DUE_DATE, ASK_DAY) else None
    if is_due_date_requested(turn.text):
        turn.set(DAY, DUE_DATE)
    elif (later := resolve_later_day(turn.text, chosen)) is not None:
        turn.set(DAY, later.isoformat())
    elif isinstance(values.day, ParsedDay):
        turn.set(DAY, values.day.day.isoformat())
    elif values.day is not None:
        turn.set(DAY, ASK_DAY)
        turn.notes["day_problem"] = values.day.code
        turn.notes["nearest_day"] = values.day.nearest
    elif wants_another_day(turn.text) and not is_question_about_payment(turn.text.strip()):
        turn.set(DAY, ASK_DAY)


async def _extract_method(turn: Turn, asked: str | None) -> None:
    words = remove_reason(turn.text).lower()  # "the visa, because my checking is for the rent"
    if turn.was_redacted:
        turn.set(METHOD, "link")  # they wanted to pay with what must not be sent here: the secure page takes it
        return
    # asked which way, "another card" is one that is not on file; asked for the yes, it asks for the choice again
    if WANTS_PAY_LINK.search(words) or (asked == METHOD and NOT_ON_FILE.search(words)):
        turn.set(METHOD, "link")
        return
    identity = await turn.identity()
    if _wants_other_method(turn, asked, words):
        await _select_other_method(turn, identity, words)
        return
    if asked == METHOD and is_yes(turn) and not await _has_several_methods(turn, identity):
        turn.set(METHOD, "saved")  # asked whether to pay with what is saved or by link, a yes is for the first
        return
    named = _names_method(words, asked) or (bool(SAVED_WORDS.search(words)) and detect_method_kind(words) is not None)
    if identity.member is not None and is_allowed(identity, "saved_method"):
        methods = await payments.list_saved_methods(turn.session, identity.member.id)
        chosen = find_named_method(words, methods, METHOD if named else asked)
        if chosen is not None:
            turn.set(METHOD, chosen)
            return
        if named and (last4 := extract_method_last4(words)):
            turn.notes["no_such_way"] = last4
            turn.clear(METHOD)
            return
    elif named:
        # what is on file is not named before the step up; which one was meant is kept until then
        turn.set(METHOD_HINT, words)
        turn.set(METHOD, "saved")
        return
    if SAVED_WORDS.search(words):
        turn.set(METHOD, "saved")


def _names_method(words: str, asked: str | None) -> bool:
    """Whether a saved way is named; in few words where the task has asked something, in plain ones at any time."""
    if asked in (METHOD, CONFIRM):
        return (
            detect_method_kind(words) is not None
            or names_method_to_pay(words, answers=True)
            or bool(extract_method_last4(words))
        )
    return names_method_to_pay(words, answers=asked in (AMOUNT, DAY, CODE))


def _wants_other_method(turn: Turn, asked: str | None, words: str) -> bool:
    """Whether another way than the one that was named is wished."""
    if asked not in (METHOD, CONFIRM) and (asked != CODE or turn.get(METHOD) in (None, "link")):
        return False
    return bool(WANTS_OTHER_METHOD.search(words)) or refers_to_other(words)


async def _select_other_method(turn: Turn, identity: Identity, words: str) -> None:
    """Of two saved ways the other one; before the step up, which one was named first is kept for that."""
    if (hint := turn.get(METHOD_HINT)) and turn.get(METHOD) == "saved" and refers_to_other(words):
        turn.set(METHOD_HINT, hint.removeprefix(NOT_PREFIX) if hint.startswith(NOT_PREFIX) else NOT_PREFIX + hint)
        turn.set(METHOD, "saved")
        return
    turn.set(METHOD, await _find_other_of_two(turn, identity) if refers_to_other(words) else None)
    turn.clear(METHOD_HINT)


async def _has_several_methods(turn: Turn, identity: Identity) -> bool:
    """Whether several saved ways were named: a yes is then for none of them."""
    if identity.member is None or not is_allowed(identity, "saved_method"):
        return False
    return len(await payments.list_saved_methods(turn.session, identity.member.id)) > 1


async def _find_other_of_two(turn: Turn, identity: Identity) -> str | None:
    """Of two saved ways to pay, the one that is not chosen; with more it is asked."""
    if identity.member is None or not is_allowed(identity, "saved_method"):
        return None
    methods = await payments.list_saved_methods(turn.session, identity.member.id)
    others = [str(method.id) for method in methods if str(method.id) != turn.get(METHOD)]
    return others[0] if len(methods) == 2 and len(others) == 1 else None


def find_hinted_method(hint: str, methods: Sequence[PaymentMethod]) -> str | None:
    """The saved way that was named before it could be looked up: its id, `saved` for several, None for none."""
    named = find_named_method(hint.removeprefix(NOT_PREFIX), methods, METHOD)
    if not hint.startswith(NOT_PREFIX):
        return named
    others = [str(method.id) for method in methods if str(method.id) != named]
    return others[0] if named not in (None, "saved") and len(others) == 1 else "saved"


def find_named_method(words: str, methods: Sequence[PaymentMethod], asked: str | None) -> str | None:
    """The one saved method that the words fit: its brand, its last four digits where asked, or its kind."""
    fitting = [m for m in methods if m.brand.lower() in words or (asked in (METHOD, CONFIRM) and m.last4 in words)]
    if not fitting and asked in (METHOD, CONFIRM):
        if extract_method_last4(words):
            return None  # it is not on file
        fitting = [m for m in methods if m.kind == detect_method_kind(words)]
    if not fitting:
        return None
    return str(fitting[0].id) if len(fitting) == 1 else "saved"


def resolve_amount_and_day(turn: Turn, balance: Balance) -> None:
    """Once it is known whose bill it is: put cents for "all of it" and a date for "the due date"."""
    values: dict[str, Any] = {}
    due = balance.amount_due_cents
    if turn.get(AMOUNT) == "past_due" and balance.past_due_cents <= 0 < due:
        turn.clear(AMOUNT)  # not the whole bill: that was not wished
        turn.notes["amount_problem"] = "not_past_due"
    elif turn.get(AMOUNT) == WHOLE_BILL and 0 < balance.past_due_cents < due:
        turn.clear(AMOUNT)  # all of it, or what is past due?
    elif turn.get(AMOUNT) in SHARES:
        shares = {"all": due, WHOLE_BILL: due, "half": share_of(due, 1, 2), "past_due": balance.past_due_cents or due}
        values[AMOUNT] = shares[turn.get(AMOUNT)]
    if turn.get(DAY) == DUE_DATE:
        today = turn.backend.today()
        values[DAY] = max(balance.due_on or today, today).isoformat()
    for slot, value in values.items():
        turn.set(slot, value)
