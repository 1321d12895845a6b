"""A card or bank account keyed in during a call, as one way to pay."""

from __future__ import annotations

from actions.base import SlotQuestion
from actions.buttons import build_button
from actions.quick_pay import questions
from actions.quick_pay.questions import METHOD, NEW_METHOD
from actions.turn import Turn
from backend.language import mark, tr
from backend.payments.keypad_entries import ENTERED, find_entered, list_keypad_kinds
from backend.payments.models import PaymentMethod
from backend.reading.money.payment_method import (
    NOT_ON_FILE,
    WANTS_KEYPAD,
    WANTS_PAY_LINK,
    WANTS_TEXTED_LINK,
    detect_method_kind,
)

KEYPAD_VALUES = {"card": "keypad_card", "bank": "keypad_bank"}
"""The values of METHOD that ask the phone line to take it on the keypad, by kind."""
TITLES = {
    "card": mark("Enter a card on the keypad"),
    "bank": mark("Enter a checking account on the keypad"),
}


def is_offered(turn: Turn) -> bool:
    return bool(list_keypad_kinds(turn.backend, turn.channel))


def wants_new_method(chosen: str | None) -> bool:
    return chosen == NEW_METHOD or chosen in KEYPAD_VALUES.values()


async def find_chosen_entry(turn: Turn, member_id: int) -> PaymentMethod | None:
    """What was keyed in during this call, where it is what the member pays with."""
    chosen = turn.get(METHOD)
    entry = await find_entered(turn.session, turn.conversation_id, member_id)
    if chosen == ENTERED:
        turn.set(METHOD, str(entry.id) if entry else NEW_METHOD)
        return entry
    return entry if entry is not None and chosen == str(entry.id) else None


def build_new_method_question(turn: Turn, *, expired: PaymentMethod | None = None) -> SlotQuestion:
    """How to give what is not on file. If the keypad was chosen, it is said first what to key in.

    The last button is pressed by the phone line itself, when it was keyed in.
    """
    kinds = list_keypad_kinds(turn.backend, turn.channel)
    for kind in kinds:
        if turn.get(METHOD) == KEYPAD_VALUES[kind]:
            turn.utter(f"utter_pay_keypad_{kind}")
    turn.set(METHOD, NEW_METHOD)
    buttons = [build_button(tr(TITLES[kind]), pay_method=KEYPAD_VALUES[kind]) for kind in kinds]
    buttons.append(build_button(tr("Get a secure link by text"), pay_method="link"))
    buttons.append(build_button(tr("It is entered"), pay_method=ENTERED))
    return questions.build_method_choice(turn, buttons, expired=expired)


def extract_new_method(turn: Turn, words: str, asked: str | None) -> bool:
    """Read a way that is not on file: the keypad, or a link by text. Returns whether the words name one."""
    chosen = _read_new_method(turn, words, asked)
    if chosen is not None:
        turn.set(METHOD, chosen)
    return chosen is not None


def _read_new_method(turn: Turn, words: str, asked: str | None) -> str | None:
    if turn.was_redacted:
        return NEW_METHOD  # a number that was spoken was not kept: it can be keyed in
    kinds = list_keypad_kinds(turn.backend, turn.channel)
    kind = detect_method_kind(words)
    by_kind = KEYPAD_VALUES[kind] if kind in kinds else KEYPAD_VALUES[kinds[0]] if len(kinds) == 1 else NEW_METHOD
    if WANTS_KEYPAD.search(words) and asked in (METHOD, questions.CONFIRMED_QUOTE):
        return by_kind
    if asked == METHOD and WANTS_TEXTED_LINK.search(words):
        return "link"
    if asked == METHOD and (NOT_ON_FILE.search(words) or WANTS_PAY_LINK.search(words)):
        return by_kind
    return by_kind if asked == METHOD and turn.get(METHOD) == NEW_METHOD and kind in kinds else None
