"""The messages of Twilio's ConversationRelay, and the TwiML that opens it. Pure."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, VoiceResponse

from backend.config import Settings
from backend.coop import Coop
from backend.language import ENGLISH, SPANISH, tr, use_language
from backend.providers.payments.base import MethodKind
from bot.channels.senders import keyed_hash, phone_source
from bot.channels.voice.call import CALL_ID, Caller
from bot.channels.voice.gather.render import TWILIO_LANGUAGES, VOICES, add_says
from bot.channels.voice.listening.options import COMMON_HINTS, NUMBER_HINTS
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.speaking.speech import make_speakable
from bot.channels.voice.steps import CallPosition, CallStep, EndStep, PayStep, TransferStep, WaitStep
from bot.web.twilio_guard import parse_phone, socket_url

RELAY_PATH = "/twilio/relay"
VALID_KEYS = frozenset("0123456789*#")
MAX_HANDOFF_TEXTS = 20

Frame = dict[str, Any]


class InvalidFrame(ValueError):
    """A message that Twilio would not send."""


@dataclass(frozen=True)
class SpeechEvent:
    """The caller said this; while `is_final` is False the words may still change."""

    words: str
    is_final: bool = True


@dataclass(frozen=True)
class KeyEvent:
    """The caller pressed one key."""

    key: str


@dataclass(frozen=True)
class InterruptEvent:
    """The caller spoke into what was being said."""


RelayEvent = SpeechEvent | KeyEvent | InterruptEvent


def render_connect(
    settings: Settings,
    coop: Coop,
    caller: Caller,
    ended_path: str,
    *,
    resumed: tuple[str, ...] | None = None,
    language: str = ENGLISH,
) -> str:
    """The TwiML that opens a relay: the opening, which cannot be interrupted, then the choices.

    `resumed`: what to say in `language` instead when a call comes back to the relay; the socket asks the open question.
    """
    response = VoiceResponse()
    with use_language(language):
        add_says(response, (menu.format_opening(coop),) if resumed is None else resumed)
    opening = prompts.build_question(menu.build_main_menu(), CallPosition(1))
    greeting = " ".join(make_speakable(line) for line in (opening.language_offer, *opening.interruptible))
    connect = Connect(action=urlsplit(settings.public_url).path + ended_path, method="POST")
    relay = connect.conversation_relay(
        url=socket_url(settings, RELAY_PATH),
        language=TWILIO_LANGUAGES[ENGLISH],
        tts_provider="Amazon",
        voice=VOICES[ENGLISH],
        dtmf_detection=True,
        profanity_filter=False,
        welcome_greeting=greeting if resumed is None else None,
        welcome_greeting_interruptible="any",
        interruptible="any",
        # what is said during a read-back, which cannot be interrupted, is no answer to it
        report_input_during_agent_speech="none",
        hints=f"{tr(menu.SPEECH_HINTS)}, {NUMBER_HINTS}, {COMMON_HINTS}, español, Spanish",
    )
    for language, voice in VOICES.items():
        relay.language(code=TWILIO_LANGUAGES[language], tts_provider="Amazon", voice=voice)
    # what the signed webhook says of the caller goes on to the socket, whose own messages are not signed
    attested = "1" if caller.attested else "0"
    relay.parameter(name="attested", value=attested)
    relay.parameter(name="pass", value=_sign_caller(settings, caller.call_id, caller.address, attested))
    if resumed is not None:
        relay.parameter(name="resumed", value="1")
    response.append(connect)
    return str(response)


def _sign_caller(settings: Settings, call: str, address: str | None, attested: str) -> str:
    return keyed_hash(settings, "relay-pass", f"{call} {address} {attested}")


def parse_setup(settings: Settings, setup: Mapping[str, Any]) -> Caller:
    """Who calls, from the first message of a socket. Raises InvalidFrame.

    Without the signature from our own TwiML the number counts as withheld: a handshake's signature does not expire, so
    whoever got hold of one could name any number.
    """
    call, account = setup.get("callSid"), settings.twilio_account_sid
    if setup.get("type") != "setup" or not isinstance(call, str) or not CALL_ID.fullmatch(call):
        raise InvalidFrame("a socket begins with its setup")
    if account and setup.get("accountSid") != account:
        raise InvalidFrame("the call belongs to another account")
    parameters = setup.get("customParameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    address, attested = parse_phone(setup.get("from")), str(parameters.get("attested", "0"))
    signature = _sign_caller(settings, call, address, attested)
    if not hmac.compare_digest(signature.encode(), str(parameters.get("pass")).encode()):
        address = None
    return Caller(
        call_id=call,
        address=address,
        attested=address is not None and attested == "1",
        source=phone_source(settings, address),
        called_number=parse_phone(setup.get("to")),
    )


def is_resumed(setup: Mapping[str, Any]) -> bool:
    """Whether the call comes back to the relay, and is not greeted again."""
    parameters = setup.get("customParameters")
    return isinstance(parameters, dict) and parameters.get("resumed") == "1"


def parse_frame(data: Any) -> Frame:
    """A message of the socket. Raises InvalidFrame."""
    if not isinstance(data, str):
        raise InvalidFrame("not a text")
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidFrame("not JSON") from None
    if not isinstance(frame, dict):
        raise InvalidFrame("not an object")
    return frame


def parse_event(message: Frame) -> RelayEvent | None:
    """The event of a message; None for nothing to act on, such as an unknown type."""
    kind = message.get("type")
    if kind == "prompt":
        words = message.get("voicePrompt")
        return SpeechEvent(words if isinstance(words, str) else "", message.get("last") is not False)
    if kind == "dtmf":
        key = message.get("digit")
        return KeyEvent(key) if isinstance(key, str) and key in VALID_KEYS else None
    return InterruptEvent() if kind == "interrupt" else None


def render_frames(step: CallStep) -> list[Frame]:
    """The messages that say a step. At the end of a relay the last words are said by the TwiML that follows."""
    if isinstance(step, TransferStep | PayStep | EndStep):
        handoff: Frame = {"reason": "end", "words": list(step.texts), "language": step.language}
        if isinstance(step, TransferStep | PayStep):
            handoff |= {"reason": "transfer", "turn": step.position.turn, "asked": step.position.question_turn}
        if isinstance(step, PayStep):
            handoff |= {"reason": "pay", "kind": step.kind, "connector": step.connector, "token": step.token_type}
        return [{"type": "end", "handoffData": json.dumps(handoff, separators=(",", ":"))}]
    with use_language(step.language):
        if isinstance(step, WaitStep):
            return _render_text_frames([(line, True) for line in step.texts])
        return _render_text_frames(
            [(line, False) for line in step.uninterruptible] + [(line, True) for line in step.interruptible]
        )


def render_language_frame(language: str) -> Frame:
    """The message that changes the language of speech and recognition."""
    code = TWILIO_LANGUAGES[language]
    return {"type": "language", "ttsLanguage": code, "transcriptionLanguage": code}


def _render_text_frames(lines: list[tuple[str, bool]]) -> list[Frame]:
    """One message for each (text, can be interrupted); `last` marks the end of what is said."""
    spoken = [(words, free) for line, free in lines if (words := make_speakable(line))]
    return [
        {
            "type": "text",
            "token": words if position == len(spoken) else f"{words} ",
            "last": position == len(spoken),
            "interruptible": free,
            "preemptible": False,
        }
        for position, (words, free) in enumerate(spoken, start=1)
    ]


def parse_handoff(data: str) -> CallStep | None:
    """The step with which a relay ended; None if it broke off, or if the data is not ours."""
    try:
        handoff = parse_frame(data)
    except InvalidFrame:
        return None
    words, turn, asked = handoff.get("words"), handoff.get("turn"), handoff.get("asked")
    if not isinstance(words, list) or len(words) > MAX_HANDOFF_TEXTS or not all(isinstance(one, str) for one in words):
        return None
    language = SPANISH if handoff.get("language") == SPANISH else ENGLISH
    if handoff.get("reason") == "end":
        return EndStep(tuple(words), language)
    if not isinstance(turn, int) or not isinstance(asked, int) or not 0 <= asked < turn:
        return None
    if handoff.get("reason") == "pay":
        return _parse_pay(handoff, tuple(words), CallPosition(turn, asked), language)
    if handoff.get("reason") != "transfer":
        return None
    position = CallPosition(turn, asked, is_after_dial=True)
    return TransferStep(tuple(words), position, language)


def _parse_pay(handoff: Frame, words: tuple[str, ...], position: CallPosition, language: str) -> PayStep | None:
    kind = next((kind for kind in get_args(MethodKind) if kind == handoff.get("kind")), None)
    connector, token_type = handoff.get("connector"), handoff.get("token")
    if kind is None or not isinstance(connector, str) or not isinstance(token_type, str):
        return None
    return PayStep(words, position, kind, connector, token_type, over_relay=True, language=language)
