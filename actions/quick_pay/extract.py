"""Reads an amount, a day and a method of payment out of a message, in any order and among anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from actions.identity.forms import CODE
from actions.quick_pay import keypad
from actions.quick_pay.questions import (
    AGREED,
    AMOUNT,
    ASK_DAY,
    CONFIRMED_QUOTE,
    DAY,
    METHOD,
    METHOD_HINT,
    NOT_PREFIX,
    PLAN_DUE,
)
from actions.turn import NUMBER_TYPES, Turn
from actions.yes_no import is_no, is_yes
from backend.arrangement.next_part import describe_plan_due, find_next_cents
from backend.members.identity import is_allowed
from backend.money import share_of
from backend.payments import service as payments
from backend.payments.balances import Balance, get_balance
from backend.payments.models import PaymentMethod
from backend.reading.back_references import is_same_as_last_time, refers_to_other, resolve_half, resolve_later_day
from backend.reading.dates.day_parsing import ParsedDay, is_due_date_requested
from backend.reading.extract_all import ExtractedValues, extract_all
from backend.reading.money.amount import Amount, detect_share_alone
from backend.reading.money.amount_correction import correct_amount
from backend.reading.money.payment_method import (
    NOT_ON_FILE,
    OPENS_WITH_OTHER,
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
    is_unmarked_sum,
    wants_another_day,
)
from backend.reading.normalize import clean_text, find_corrections, remove_reason

NUMBER_TYPES.update({AMOUNT: "amount", DAY: "date", CONFIRMED_QUOTE: "change"})
DUE_DATE = "due"
"""The value of DAY for the due date until the account is known."""
WHOLE_BILL = "bill"
"""The value of AMOUNT for "pay my bill": all of it, unless a part of it is past due. Where a payment arrangement holds,
its next part: no more is due."""
SHARES = ("all", "half", "past_due", WHOLE_BILL)
"""Values of AMOUNT for a share of the amount due, until the account is known. After that it is cents."""


def extract_button_values(turn: Turn) -> bool:
    """Set the slots to what a pressed button carries. Returns whether it carries anything."""
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
    """Read the amount, the day and the method into their slots. Returns whether the message had any."""
    values = turn.extract_values(asked)
    if not turn.text or values.code or (asked == CODE and not has_letters(turn.text)):
        return False
    today = turn.backend.today()
    before = {slot: turn.get(slot) for slot in (AMOUNT, DAY, METHOD, METHOD_HINT)}
    if (bare := remove_reason(turn.text)) != turn.text:  # a day in a reason is not the day to pay
        values = replace(values, day=extract_all(bare, asked=NUMBER_TYPES.get(asked or ""), today=today).day)
    if asked == CODE and values.amount is None and values.member_number is None:
        # "no, make it 60"; without a word of change a number is an attempt at the code
        is_change = find_corrections(clean_text(turn.text))
        amount = extract_all(turn.text, asked="change", today=today).amount if is_change else None
        share = values.share or detect_share_alone(turn.text)
        values = replace(values, share=share, amount=amount if isinstance(amount, Amount) else None)
    if asked == METHOD or (asked in (AGREED, CONFIRMED_QUOTE) and is_no(turn)):
        values = _add_half(turn, values)
    await _extract_amount(turn, values)
    _extract_day(turn, values)
    await _extract_method(turn, asked)
    # "pay my bill on Friday": with a day or a method it means all of it, and is read back before the yes
    is_chosen = turn.get(DAY) not in (None, ASK_DAY) or turn.get(METHOD) is not None
    if is_chosen and turn.get(AMOUNT) is None and "amount_problem" not in turn.notes and pays_whole_bill(turn.text):
        turn.set(AMOUNT, WHOLE_BILL)
    if "amount_problem" in turn.notes or "day_problem" in turn.notes:
        return True
    # a repeated value is no miss; but beside a yes or no it only repeats the read-back
    if asked not in (AGREED, CONFIRMED_QUOTE) and (
        isinstance(values.day, ParsedDay) or isinstance(values.amount, Amount)
    ):
        return True
    return any(turn.get(slot) != value for slot, value in before.items())


def _add_half(turn: Turn, values: ExtractedValues) -> ExtractedValues:
    """`Half now, visa` at the question how to pay, and `no, I said half` at the read-back."""
    is_half = values.share is None and values.amount is None and detect_share_alone(turn.text) == "half"
    return replace(values, share="half") if is_half else values


async def _extract_amount(turn: Turn, values: ExtractedValues) -> None:
    present = turn.get(AMOUNT) if isinstance(turn.get(AMOUNT), int) else None
    if (half := resolve_half(turn.text, present)) is not None:
        turn.set(AMOUNT, half)
    elif present is not None and (corrected := correct_amount(turn.text, present)) is not None:
        turn.set(AMOUNT, corrected)
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
    """The last payment in cents; None before the member is identified."""
    account = (await turn.identity()).account
    return (await get_balance(turn.session, turn.backend, account.id)).last_payment_cents if account else None


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
    if keypad.is_offered(turn) and keypad.extract_new_method(turn, words, asked):
        return
    if turn.was_redacted:
        turn.set(METHOD, "link")  # a card or bank number must not be sent here: the secure page takes it
        return
    # before a choice "another card" is not on file; at the read-back it asks for the choice again
    if WANTS_PAY_LINK.search(words) or _names_other_method(turn, words, asked):
        turn.set(METHOD, "link")
        return
    methods = await _list_allowed_methods(turn)
    can_change = asked in (METHOD, CONFIRMED_QUOTE) or (asked == CODE and turn.get(METHOD) not in (None, "link"))
    if can_change and (WANTS_OTHER_METHOD.search(words) or refers_to_other(words)):
        _select_other_method(turn, methods or [], words)
        return
    if asked == METHOD and is_yes(turn) and len(methods or []) <= 1:
        turn.set(METHOD, "saved")  # the question was "with what is saved, or by link?"
        return
    is_saved = bool(SAVED_WORDS.search(words))
    is_named = _names_method(words, asked) or (is_saved and detect_method_kind(words) is not None)
    if methods is not None:
        chosen = find_named_method(words, methods, METHOD if is_named else asked)
        if chosen is not None:
            turn.set(METHOD, chosen)
            return
        if is_named and (last4 := extract_method_last4(words)):
            turn.notes["no_such_way"] = last4
            turn.clear(METHOD)
            return
    elif is_named:
        # nothing on file is named before the step up, so the member's words are kept until then
        turn.set(METHOD_HINT, words)
        turn.set(METHOD, "saved")
        return
    if is_saved:
        turn.set(METHOD, "saved")


def _names_other_method(turn: Turn, words: str, asked: str | None) -> bool:
    """Whether a way to pay is named that is not on file: the link takes it, whenever it is to be charged."""
    if asked == METHOD:
        return bool(NOT_ON_FILE.search(words))
    is_chosen = turn.get(METHOD) is not None or asked in (AGREED, CONFIRMED_QUOTE)
    return not is_chosen and bool(NOT_ON_FILE.search(words) or OPENS_WITH_OTHER.search(words))


async def _list_allowed_methods(turn: Turn) -> Sequence[PaymentMethod] | None:
    """The member's saved methods; None if the identity level does not allow to see them."""
    identity = await turn.identity()
    if identity.member is None or not is_allowed(identity, "saved_method"):
        return None
    return await payments.list_saved_methods(turn.session, identity.member.id)


def _names_method(words: str, asked: str | None) -> bool:
    """Whether a saved method is named. A bare word such as "checking" counts only as an answer."""
    if asked in (METHOD, CONFIRMED_QUOTE):
        return (
            detect_method_kind(words) is not None
            or names_method_to_pay(words, answers=True)
            or bool(extract_method_last4(words))
        )
    return names_method_to_pay(words, answers=asked in (AMOUNT, DAY, CODE))


def _select_other_method(turn: Turn, methods: Sequence[PaymentMethod], words: str) -> None:
    """Choose the other one of two saved methods, if the words say so; else clear the choice, to ask again.

    Before the step up, when the methods are not known, the hint of the first choice is kept and marked as negated.
    """
    is_other = refers_to_other(words)
    if (hint := turn.get(METHOD_HINT)) and turn.get(METHOD) == "saved" and is_other:
        turn.set(METHOD_HINT, hint.removeprefix(NOT_PREFIX) if hint.startswith(NOT_PREFIX) else NOT_PREFIX + hint)
        turn.set(METHOD, "saved")
        return
    others = [str(method.id) for method in methods if str(method.id) != turn.get(METHOD)]
    turn.set(METHOD, others[0] if is_other and len(methods) == 2 and len(others) == 1 else None)
    turn.clear(METHOD_HINT)


def find_hinted_method(hint: str, methods: Sequence[PaymentMethod]) -> str | None:
    """The saved method that a hint means: its id, `saved` if several fit, None if none does."""
    named = find_named_method(hint.removeprefix(NOT_PREFIX), methods, METHOD)
    if not hint.startswith(NOT_PREFIX):
        return named
    others = [str(method.id) for method in methods if str(method.id) != named]
    return others[0] if named not in (None, "saved") and len(others) == 1 else "saved"


def find_named_method(words: str, methods: Sequence[PaymentMethod], asked: str | None) -> str | None:
    """The saved method that the words name: its id, `saved` if several fit, None if none does.

    The brand counts always; last four digits and the kind only if `asked` is METHOD or CONFIRMED_QUOTE.
    """
    matches = [
        m for m in methods if m.brand.lower() in words or (asked in (METHOD, CONFIRMED_QUOTE) and m.last4 in words)
    ]
    if not matches and asked in (METHOD, CONFIRMED_QUOTE):
        if extract_method_last4(words):
            return None  # it is not on file
        matches = [m for m in methods if m.kind == detect_method_kind(words)]
    if not matches:
        return None
    return str(matches[0].id) if len(matches) == 1 else "saved"


def _check_unmarked_sum(turn: Turn, due_cents: int) -> None:
    """`11240` of a caller who said one twelve forty: the amount due, if that is it; any other such sum is asked for."""
    cents = turn.get(AMOUNT)
    if turn.channel != "voice" or not turn.was_set(AMOUNT) or not isinstance(cents, int) or cents <= due_cents:
        return
    if not is_unmarked_sum(turn.text):
        return
    if cents == due_cents * 100:
        turn.set(AMOUNT, due_cents)
    else:
        turn.clear(AMOUNT)
        turn.notes["amount_problem"] = "unclear"


async def resolve_amount_and_day(turn: Turn, balance: Balance, account_id: int) -> None:
    """Replace "all of it" by cents and "the due date" by a date, for the account of `balance`."""
    due = balance.amount_due_cents
    next_cents = await find_next_cents(turn.session, turn.backend, account_id, balance)
    if next_cents:
        words = await describe_plan_due(turn.session, turn.backend, account_id, balance, numbered=True)
        turn.notes[PLAN_DUE] = (words, next_cents)
    _check_unmarked_sum(turn, due)
    if balance.prepaid and turn.get(AMOUNT) in SHARES:
        turn.clear(AMOUNT)  # there is no bill to pay all or half of
    if turn.get(AMOUNT) == "past_due" and balance.past_due_cents <= 0 < due:
        turn.clear(AMOUNT)  # the member did not ask to pay the whole bill
        turn.notes["amount_problem"] = "not_past_due"
    elif turn.get(AMOUNT) == WHOLE_BILL and 0 < balance.past_due_cents < due and not next_cents:
        turn.clear(AMOUNT)  # all of it, or what is past due?
    elif turn.get(AMOUNT) in SHARES:
        half, past_due = share_of(due, 1, 2), balance.past_due_cents or due
        shares = {"all": due, WHOLE_BILL: next_cents or due, "half": half, "past_due": past_due}
        turn.set(AMOUNT, shares[turn.get(AMOUNT)])
    if turn.get(DAY) == DUE_DATE:
        today = turn.backend.today()
        turn.set(DAY, max(balance.due_on or today, today).isoformat())
