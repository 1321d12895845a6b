"""What is said while a caller asks for time or is not heard: waiting, checking in, and offering other help. Pure."""

from __future__ import annotations

from dataclasses import replace

from backend.coop import Coop
from backend.language import mark, tr
from bot.channels.voice.listening.options import select_listen_options
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.steps import AskStep, CallPosition, EndStep
from bot.dialogue.messages import Message, Reply

HOLD_SECONDS = 60
"""How long a caller who said "hold on" is waited for."""
CHECK_IN_SECONDS = 30
MAX_MISSES = 3
"""Silences or words not understood, one after the other; with the last, other help is offered."""
MAX_OFFERS = 2
"""Of other help in one call; then it ends with the phone numbers, so that no line that only hums goes on for hours."""
TAKE_YOUR_TIME = mark("Take your time. I will wait.")
CHECK_IN = mark("I am still here. There is no hurry.")
ENOUGH_WAITED = mark("I am still here. Let us go on.")
ALL_RIGHT = mark("All right.")
TROUBLE = mark("I am having trouble hearing you.")
NOT_GETTING_IT = mark("I am sorry, I am not getting this right.")
OFFER_PERSON = mark("Would you like to talk to a person?")
OFFER_CALL = mark(
    "The office is closed right now. For an outage or danger call {outage}, day or night. "
    "Shall the office call you back?"
)
CALL_ME_BACK = mark("please call me back")
CALL_US = mark(
    "I still cannot hear you well. Please call our office at {phone}. It is open {hours}. For an outage or danger call "
    "{outage}, day or night."
)


def is_wait(reply: Reply) -> bool:
    """Whether the dialogue's own answer says that it waits."""
    return any(message.hints.get("act") == "wait" for message in reply.messages)


def build_hold(asked: Reply, position: CallPosition, *words: str) -> AskStep:
    """Wait in silence, at the same question; `words` replace our own."""
    return AskStep(asked, replace(position, holds=1, misses=0), (), words or (tr(TAKE_YOUR_TIME),))


def build_hold_on(asked: Reply, position: CallPosition) -> AskStep | None:
    """Go on waiting after one more silence, with one word halfway; None when it is enough."""
    silence = select_listen_options(asked).timeout
    waited = position.holds * silence
    if waited >= HOLD_SECONDS:
        return None
    words = (tr(CHECK_IN),) if waited - silence < CHECK_IN_SECONDS <= waited else ()
    return AskStep(asked, replace(position, holds=position.holds + 1), (), words)


def build_help_offer(coop: Coop, *, is_open: bool) -> Reply:
    """A person, or while nobody is in the office a call back."""
    text = tr(OFFER_PERSON) if is_open else menu.format_with_office(OFFER_CALL, coop)
    return Reply((Message(text, hints={"expect": "confirm"}),))


def ask_for_help_offer(coop: Coop, position: CallPosition, *words: str, is_open: bool) -> AskStep:
    """Ask whether other help is wanted. The question at `position` stays open behind it."""
    offer = build_help_offer(coop, is_open=is_open)
    place = replace(position, misses=MAX_MISSES, offers=position.offers + 1, holds=0, part=0)
    return AskStep(offer, place, words, (*prompts.list_texts(offer), tr(menu.YES_NO_KEYS)))


def end_with_phones(coop: Coop, *words: str) -> EndStep:
    return EndStep((*words, menu.format_with_office(CALL_US, coop), tr(menu.GOODBYE)))
