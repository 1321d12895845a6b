"""The TwiML of a caller who waits in the queue, and of the office that takes the first of it. Pure."""

from __future__ import annotations

from twilio.twiml.voice_response import Dial, VoiceResponse

from backend.language import ENGLISH, current_language, tr, use_language
from bot.channels.voice.gather.render import TWILIO_LANGUAGES, add_says
from bot.channels.voice.speaking import transfers
from bot.channels.voice.transfer import dialing

KEY_SECONDS = 1
"""After the music, which itself can be interrupted by a key."""
CONNECT_SECONDS = 5
"""A caller who hung up at this moment does not keep the office waiting for the next."""


def render_round(turn_base: str, *, position: int, wait_round: int, key_url: str) -> str:
    """One round of waiting: the place in line (1 is next), what may be pressed or said, and music."""
    response = VoiceResponse()
    if position == 1:
        place = tr(transfers.STILL_FIRST if wait_round else transfers.FIRST_IN_LINE)
    else:
        place = tr(transfers.STILL_IN_LINE if wait_round else transfers.PLACE_IN_LINE, place=position)
    gather = response.gather(
        input="dtmf speech",
        action=key_url,
        method="POST",
        language=TWILIO_LANGUAGES[current_language()],
        num_digits=1,
        finish_on_key="",
        timeout=KEY_SECONDS,
        speech_timeout=1,
        hints=tr(transfers.WAITING_HINTS),
        action_on_empty_result=True,
    )
    add_says(gather, (place, tr(transfers.WAITING_KEYS)))
    gather.play(dialing.build_url(turn_base, dialing.MUSIC))
    response.redirect(key_url, method="POST")
    return str(response)


def render_leave() -> str:
    response = VoiceResponse()
    response.leave()
    return str(response)


def render_take_first(turn_base: str) -> str:
    """Connect the office, which has pressed the key, with the first of the queue."""
    response = VoiceResponse()
    dial = Dial(timeout=CONNECT_SECONDS)
    dial.queue(dialing.QUEUE, url=dialing.build_url(turn_base, dialing.CONNECT), method="POST")
    response.append(dial)
    response.hangup()
    return str(response)


def render_caller_is_gone() -> str:
    response = VoiceResponse()
    with use_language(ENGLISH):
        add_says(response, (tr(transfers.CALLER_IS_GONE),))
    response.hangup()
    return str(response)


def render_connect() -> str:
    """What the caller hears at the moment of being connected."""
    response = VoiceResponse()
    add_says(response, (tr(transfers.BEING_CONNECTED),))
    return str(response)
