"""The TwiML of a line that is out of order, from coop.toml alone. Pure."""

from __future__ import annotations

from collections.abc import Callable

from twilio.twiml.voice_response import VoiceResponse

from backend.coop import Coop
from backend.language import LANGUAGES, mark, tr, use_language
from bot.channels.voice.gather.render import add_says
from bot.channels.voice.transfer.dialing import DIAL_SECONDS, TURN_PATH

HOLDS = 2
"""How often a caller is asked to hold before the numbers are told: together about a minute, the time of a restart."""
HOLD_SECONDS = 20

HOLD = mark("I am sorry, something is wrong on our side. Please hold, I am coming back to you.")
STILL_HOLDING = mark("Thank you for holding. I am still trying.")
LAST_RESORT = mark(
    "I am sorry, the automated assistant of {coop} is out of order right now. Our office is at {phone}, {hours}. "
    "For an outage or danger call {outage}, day or night."
)
STAY_FOR_OUTAGE = mark("For an outage or danger stay on the line: I am connecting you to the outage line now.")
CONNECTING_OFFICE = mark("Please stay on the line: I am connecting you to our office.")
NO_ANSWER = mark("Nobody answers there right now. Please call {phone}, or {outage} for an outage or danger. Goodbye.")


def render_hold(turn_path: str, times: int) -> str:
    """Ask the caller to hold, then come back to the call; `times` counts the holds before this one."""
    response = VoiceResponse()
    _say_in_both(response, lambda: tr(STILL_HOLDING if times else HOLD))
    response.pause(length=HOLD_SECONDS)
    response.redirect(f"{turn_path}?again={times + 1}", method="POST")
    return str(response)


def render_last_resort(coop: Coop, *, office_is_open: bool = False, caller_id: str | None = None) -> str:
    """The numbers, then the outage line, which answers day and night; in office hours the office.

    A file does not know the hour, so it dials no office.
    """
    response = VoiceResponse()
    _say_in_both(response, lambda: _format(LAST_RESORT, coop))
    _say_in_both(response, lambda: tr(CONNECTING_OFFICE if office_is_open else STAY_FOR_OUTAGE))
    response.dial(
        coop.transfer_phone if office_is_open else coop.outage_phone, timeout=DIAL_SECONDS, caller_id=caller_id
    )
    _say_in_both(response, lambda: _format(NO_ANSWER, coop))
    response.hangup()
    return str(response)


def list_files(coop: Coop, public_path: str) -> dict[str, str]:
    """By name the files of deploy/twiml: `fallback.xml` for the carrier, and all for the proxy."""
    turn_path = public_path.rstrip("/") + TURN_PATH
    holds = {f"hold-{times + 1}.xml": render_hold(turn_path, times) for times in range(HOLDS)}
    return {"fallback.xml": render_last_resort(coop), **holds}


def _format(template: str, coop: Coop) -> str:
    """With the opening hours as they stand in coop.toml: a file must not name this week's closed days."""
    return tr(
        template,
        coop=coop.name,
        hours=coop.hours_text,
        phone=coop.office_phone_display,
        outage=coop.outage_phone_display,
    )


def _say_in_both(response: VoiceResponse, text: Callable[[], str]) -> None:
    """Nobody has chosen a language that is known here."""
    for language in LANGUAGES:
        with use_language(language):
            add_says(response, (text(),))
