"""A message that answers no question of ours, with no task open: by what it does, one thing after the other."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from actions import agenda, registry, side_questions
from actions.accounts.choice import FEW_WORDS
from actions.accounts.forms import hear_account
from actions.base import MISSES_BEFORE_A_PERSON
from actions.cases.taking_back import WITHDRAW, tell_what_stands
from actions.conversation.done import tell_what_is_done
from actions.conversation.undo import take_back
from actions.danger import heed
from actions.manner import comfort
from actions.person.handing_over import hand_over
from actions.quick_pay.paying import say_already
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.reading.acts.signals import is_request, only_social
from backend.reading.amount import Amount
from backend.reading.day import Day

PAYING = re.compile(r"\bpay(?:ing)?\b", re.IGNORECASE)


async def resolve(turn: Turn, response: str) -> None:
    """Do what the message wishes; where it wishes nothing that is known, say `response`, a person at the third time."""
    if heed(turn):
        return
    comfort(turn)
    offer = turn.get("offer")
    turn.clear("offer")
    for step in STEPS:
        if await step(turn, offer):
            turn.set("misses", 0)
            return
    await again(turn, response)


async def _hold(turn: Turn, offer: Any) -> bool:
    if not turn.does("hold"):
        return False
    turn.say("utter_hold")
    turn.set("offer", offer)  # what was offered still stands when they are back
    return True


async def _take_back(turn: Turn, offer: Any) -> bool:
    """Taken back where that is meant; else what stands is named: nothing is "not open" that is."""
    if WITHDRAW.search(turn.text) and await take_back(turn):
        return True
    if not (turn.does("cancel") or turn.intent == "cancel"):
        return False
    meant = any(act.kind == "cancel" and act.certain for act in turn.acts)
    if not (meant and await take_back(turn)) and not await tell_what_stands(turn):
        turn.say("utter_nothing_open")
    return True


async def _offered(turn: Turn, offer: Any) -> bool:
    """A yes or a no to what was offered, or a yes delivered again after the payment that it made."""
    asked_for = isinstance(offer, dict) and turn.intent == "out_of_scope" and is_request(turn.text)
    if said_yes(turn) or asked_for:  # "can somebody look at it" takes up what was offered, which is read back first
        if offer:
            take_up(turn, offer)
        return bool(offer) or await say_already(turn)
    if offer and (said_no(turn) or turn.does("cancel")):
        turn.say("utter_nothing_more")
        return True
    return False


async def _asked(turn: Turn, offer: Any) -> bool:
    if not turn.does("ask"):
        return False
    if await tell_what_is_done(turn):
        return True
    if agenda.WHATS_LEFT.search(turn.text):
        agenda.tell(turn)
    elif not await side_questions.answer_all(turn):
        if turn.does("start"):
            return False
        side_questions.offer_a_call(turn)
    return True


async def _wished(turn: Turn, offer: Any) -> bool:
    """A wish in one of several clauses, where the message as a whole looked like none."""
    openers = [registry.opener_of(act.intent) for act in turn.acts if act.kind == "start"]
    opener = next((name for name in openers if name), None)
    if opener is None:
        return False
    agenda.take_in(turn, turn.acts, "")
    return agenda.go_on(turn)


async def _figures(turn: Turn, offer: Any) -> bool:
    """An amount is only ever for a payment; a number alone opens the account, and where it stands is told."""
    said = turn.read("pay_amount" if offer else None)
    if said.number is not None and said.number.complete:
        turn.set("member_number", said.number.dashed)
    if said.last4:
        turn.set("phone_last4", said.last4)
    if said.amount is not None or said.share is not None:
        if isinstance(said.amount, Amount):
            turn.set("pay_amount", said.amount.cents)
        turn.follow_with("quick_pay_form")
        return True
    if isinstance(said.day, Day) and PAYING.search(turn.text):
        turn.set("pay_day", said.day.on.isoformat())
        turn.follow_with("quick_pay_form")
        return True
    if turn.has_set("member_number") or (turn.has_set("phone_last4") and turn.get("member_number")):
        turn.follow_with("balance_form")
        return True
    return False


async def _another_account(turn: Turn, offer: Any) -> bool:
    """`And the barn?`: where that account of the member stands is what is wanted."""
    if len(turn.text.split()) > FEW_WORDS or not await hear_account(turn):
        return False
    turn.follow_with("balance_form")
    return True


async def _known_subject(turn: Turn, offer: Any) -> bool:
    subject = side_questions.subject_of(turn)
    if subject is not None:
        await side_questions.tell(turn, subject)
    return subject is not None


async def _no_more(turn: Turn, offer: Any) -> bool:
    if not (turn.intent == "deny" or turn.does("deny")):
        return False
    turn.say("utter_nothing_more")
    return True


async def _person(turn: Turn, offer: Any) -> bool:
    if not turn.does("person"):
        return False
    turn.follow_with("action_person")
    return True


async def _felt(turn: Turn, offer: Any) -> bool:
    """Who is upset and has not said what they need is asked for it, and a person offered."""
    if not turn.does("feeling") or turn.does("answer", "correct"):
        return False
    turn.say("utter_feeling_what_now")
    return True


async def _social(turn: Turn, offer: Any) -> bool:
    if turn.intent not in ("greet", "thank", "goodbye") and not only_social(turn.text):
        return False
    turn.say("utter_answer_thank")
    return True


STEPS: tuple[Callable[[Turn, Any], Awaitable[bool]], ...] = (
    _hold,
    _person,
    _another_account,
    _offered,
    _take_back,
    _asked,
    _wished,
    _figures,
    _no_more,
    _known_subject,
    _felt,
    _social,
)


def take_up(turn: Turn, offer: str | dict[str, Any]) -> None:
    """Open what was offered, with what is known for it."""
    if isinstance(offer, str):
        offer = {"opener": offer}
    for slot, value in (offer.get("slots") or {}).items():
        turn.set(slot, value)
    turn.follow_with(str(offer["opener"]))


async def again(turn: Turn, response: str) -> None:
    """Say that nothing came of the words; a person at the third time in a row."""
    misses = int(turn.get("misses") or 0) + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        await hand_over(turn, "utter_person_after_misses")
        misses = 0
    else:
        turn.say(response, misses=misses)
    turn.set("misses", misses)
