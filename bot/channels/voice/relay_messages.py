"""What goes over the socket of Twilio's ConversationRelay, and the TwiML before and behind it. Pure."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, VoiceResponse

from backend.config import Settings
from backend.coop import Coop
from backend.language import ENGLISH, SPANISH, speaking, tr
from backend.reading.phones import is_withheld
from bot.channels.senders import keyed, source_of
from bot.channels.voice import menu, saying
from bot.channels.voice.call import CALL_ID, Caller
from bot.channels.voice.listening import ALWAYS, NUMBERS
from bot.channels.voice.render import TWILIO_LANGUAGES, say_all
from bot.channels.voice.speech import speakable
from bot.channels.voice.steps import End, HandOver, Place, Step, Wait
from bot.web.twilio_guard import E164, socket_url

RELAY_PATH = "/twilio/relay"
VOICES = {ENGLISH: "Joanna-Neural", SPANISH: "Lupe-Neural"}
KEYS = frozenset("0123456789*#")
MOST_WORDS = 20

Frame = dict[str, Any]


class BadFrame(ValueError):
    """Nothing that Twilio would send."""


@dataclass(frozen=True)
class Spoken:
    """The caller said this; `last` is False for what may still change."""

    words: str
    last: bool = True


@dataclass(frozen=True)
class Pressed:
    """The caller pressed one key."""

    key: str


@dataclass(frozen=True)
class Interrupted:
    """The caller spoke into what was being said."""


Event = Spoken | Pressed | Interrupted


def connect(settings: Settings, coop: Coop, caller: Caller, ended_path: str) -> str:
    """The TwiML that opens a relay: who answers is heard to its end, then the choices."""
    response = VoiceResponse()
    say_all(response, (menu.opening(coop),))
    opening = saying.question(menu.main_menu(), Place(1))
    connect_ = Connect(action=urlsplit(settings.public_url).path + ended_path, method="POST")
    relay = connect_.conversation_relay(
        url=socket_url(settings, RELAY_PATH),
        language=TWILIO_LANGUAGES[ENGLISH],
        tts_provider="Amazon",
        voice=VOICES[ENGLISH],
        dtmf_detection=True,
        profanity_filter=False,
        welcome_greeting=" ".join(speakable(line) for line in (opening.aside, *opening.then)),
        welcome_greeting_interruptible="any",
        interruptible="any",
        # what is said into a read-back, which cannot be interrupted, was no answer to it
        report_input_during_agent_speech="none",
        hints=f"{tr(menu.SPOKEN)}, {NUMBERS}, {ALWAYS}, español, Spanish",
    )
    for language, voice in VOICES.items():
        relay.language(code=TWILIO_LANGUAGES[language], tts_provider="Amazon", voice=voice)
    for name, value in _vouched(settings, caller).items():
        relay.parameter(name=name, value=value)
    response.append(connect_)
    return str(response)


def _vouched(settings: Settings, caller: Caller) -> dict[str, str]:
    """What the signed webhook told of the caller, for the socket: its own words are only as good as its handshake."""
    attested = "1" if caller.attested else "0"
    return {"attested": attested, "pass": _pass(settings, caller.call, caller.address, attested)}


def _pass(settings: Settings, call: str, address: str | None, attested: str) -> str:
    return keyed(settings, "relay-pass", f"{call} {address} {attested}")


def caller_of(settings: Settings, setup: Mapping[str, Any]) -> Caller:
    """Who calls, from the first message of a socket. Raises BadFrame.

    A caller for whom our own TwiML did not vouch is one who withholds the number: a handshake's signature has no time
    in it, and whoever had got hold of one could name any number.
    """
    call, account = setup.get("callSid"), settings.twilio_account_sid
    if setup.get("type") != "setup" or not isinstance(call, str) or not CALL_ID.fullmatch(call):
        raise BadFrame("a socket begins with its setup")
    if account and setup.get("accountSid") != account:
        raise BadFrame("the call belongs to another account")
    vouched = setup.get("customParameters")
    vouched = vouched if isinstance(vouched, dict) else {}
    address, attested = _phone(setup.get("from")), str(vouched.get("attested", "0"))
    good = hmac.compare_digest(_pass(settings, call, address, attested).encode(), str(vouched.get("pass")).encode())
    address = address if good else None
    return Caller(
        call=call,
        address=address,
        attested=good and address is not None and attested == "1",
        source=source_of(settings, address),
        ours=_phone(setup.get("to")),
    )


def _phone(value: Any) -> str | None:
    return value if isinstance(value, str) and E164.fullmatch(value) and not is_withheld(value) else None


def frame(data: Any) -> Frame:
    """A message of the socket. Raises BadFrame."""
    if not isinstance(data, str):
        raise BadFrame("not a text")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if not isinstance(found, dict):
        raise BadFrame("not an object")
    return found


def event(message: Frame) -> Event | None:
    """What a message tells; None when it is nothing to act on, such as a kind that is new."""
    kind = message.get("type")
    if kind == "prompt":
        words = message.get("voicePrompt")
        return Spoken(words if isinstance(words, str) else "", message.get("last") is not False)
    if kind == "dtmf":
        key = message.get("digit")
        return Pressed(key) if isinstance(key, str) and key in KEYS else None
    return Interrupted() if kind == "interrupt" else None


def frames(step: Step) -> list[Frame]:
    """The messages that say a step. Where the relay ends, its last words are said by the TwiML behind it."""
    if isinstance(step, HandOver | End):
        return [{"type": "end", "handoffData": _hand_off(step)}]
    with speaking(step.language):
        if isinstance(step, Wait):
            return _texts([(line, True) for line in step.words])
        return _texts([(line, False) for line in step.first] + [(line, True) for line in step.then])


def language_frame(language: str) -> Frame:
    """The message that goes over to another language, in speaking and in listening."""
    code = TWILIO_LANGUAGES[language]
    return {"type": "language", "ttsLanguage": code, "transcriptionLanguage": code}


def _texts(lines: list[tuple[str, bool]]) -> list[Frame]:
    spoken = [(words, free) for line, free in lines if (words := speakable(line))]
    return [
        {
            "type": "text",
            "token": words if place == len(spoken) else f"{words} ",
            "last": place == len(spoken),
            "interruptible": free,
            "preemptible": False,
        }
        for place, (words, free) in enumerate(spoken, start=1)
    ]


def _hand_off(step: HandOver | End) -> str:
    data: dict[str, Any] = {"reason": "end", "words": list(step.words), "language": step.language}
    if isinstance(step, HandOver):
        data |= {"reason": "transfer", "turn": step.place.turn, "asked": step.place.asked}
    return json.dumps(data, separators=(",", ":"))


def handed_off(data: str) -> Step | None:
    """The step with which a relay ended; None when it broke off, or for what is none of ours."""
    try:
        found = frame(data)
    except BadFrame:
        return None
    words, turn, asked = found.get("words"), found.get("turn"), found.get("asked")
    if not isinstance(words, list) or len(words) > MOST_WORDS or not all(isinstance(one, str) for one in words):
        return None
    language = SPANISH if found.get("language") == SPANISH else ENGLISH
    if found.get("reason") == "end":
        return End(tuple(words), language)
    if found.get("reason") != "transfer" or not isinstance(turn, int) or not isinstance(asked, int):
        return None
    place = Place(turn, asked, after_dial=True)
    return HandOver(tuple(words), place, language) if 0 <= asked < turn else None
