"""The frames that the relays of Twilio and Telnyx have in common, and the data that goes on when one ends. Pure."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from backend.config import Settings
from backend.language import ENGLISH, SPANISH, other_language, use_language
from backend.providers.payments.base import MethodKind
from bot.channels.senders import keyed_hash
from bot.channels.voice.caller import Caller
from bot.channels.voice.port import (
    CarrierEvent,
    ConfigUpdatedEvent,
    ErrorEvent,
    Frame,
    InterruptEvent,
    InvalidFrame,
    KeyEvent,
    SpeechEvent,
)
from bot.channels.voice.relay.sentences import split_sentences
from bot.channels.voice.speaking.speech import make_speakable
from bot.channels.voice.steps import AskStep, CallPosition, CallStep, EndStep, PayStep, TransferStep, WaitStep

VALID_KEYS = frozenset("0123456789*#")
MAX_HANDOFF_TEXTS = 20
MAX_DIGITS = 5
MAX_TURN = 9999
SIGNING_PURPOSE = "relay-pass"


class SpokenSentence:
    """One sentence as a carrier gets it: `words`, their `language`, and whether the caller may cut it off."""

    def __init__(self, words: str, language: str, *, interruptible: bool, preemptible: bool = False) -> None:
        self.words = words
        self.language = language
        self.interruptible = interruptible
        self.preemptible = preemptible


def list_sentences(step: AskStep | WaitStep) -> list[SpokenSentence]:
    """All that is said in a step, in order."""
    return list(_iterate_sentences(step))


def _iterate_sentences(step: AskStep | WaitStep) -> Iterator[SpokenSentence]:
    if isinstance(step, WaitStep):
        # the answer itself does not wait for the end of these words
        yield from _speak(step.texts, step.language, interruptible=True, preemptible=True)
        return
    yield from _speak(step.uninterruptible, step.language, interruptible=False)
    if step.language_offer:
        yield from _speak((step.language_offer,), other_language(step.language), interruptible=True)
    yield from _speak(step.interruptible, step.language, interruptible=True)


def _speak(
    lines: tuple[str, ...], language: str, *, interruptible: bool, preemptible: bool = False
) -> Iterator[SpokenSentence]:
    with use_language(language):
        spoken = [make_speakable(sentence) for line in lines for sentence in split_sentences(line)]
    for words in spoken:
        if words:
            yield SpokenSentence(words, language, interruptible=interruptible, preemptible=preemptible)


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


def parse_event(frame: Frame) -> CarrierEvent | None:
    """The event of a frame; None for nothing to act on, such as an unknown type."""
    kind = frame.get("type")
    if kind == "prompt":
        words = frame.get("voicePrompt")
        return SpeechEvent(words if isinstance(words, str) else "", frame.get("last") is not False)
    if kind == "dtmf":
        key = frame.get("digit")
        return KeyEvent(key) if isinstance(key, str) and key in VALID_KEYS else None
    if kind == "interrupt":
        heard = frame.get("utteranceUntilInterrupt")
        return InterruptEvent(heard if isinstance(heard, str) else "")
    if kind == "error":
        return ErrorEvent(str(frame.get("description") or ""))
    return ConfigUpdatedEvent() if kind == "configUpdated" else None


def sign_caller(settings: Settings, caller: Caller) -> str:
    """The pass with which a socket, whose frames are unsigned, proves who the document said is calling."""
    attested = "1" if caller.attested else "0"
    return keyed_hash(settings, SIGNING_PURPOSE, f"{caller.call_id} {caller.address} {attested}")


def is_caller_signed(settings: Settings, caller: Caller, parameters: Mapping[str, Any]) -> bool:
    return hmac.compare_digest(sign_caller(settings, caller).encode(), str(parameters.get("pass")).encode())


def build_parameters(settings: Settings, caller: Caller, position: CallPosition) -> dict[str, str]:
    """What a document tells its socket: the caller, and the place in the call."""
    return {
        "attested": "1" if caller.attested else "0",
        "pass": sign_caller(settings, caller),
        "turn": str(position.turn),
        "asked": str(position.question_turn),
        "offers": str(position.offers),
    }


def parse_parameters(frame: Frame) -> dict[str, Any]:
    parameters = frame.get("customParameters")
    return parameters if isinstance(parameters, dict) else {}


def parse_place(parameters: Mapping[str, Any]) -> CallPosition | None:
    """The place in the call; None where there is none that can be."""
    texts = [str(parameters.get("turn")), str(parameters.get("asked")), str(parameters.get("offers", 0))]
    if not all(text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS for text in texts):
        return None
    turn, asked, offers = map(int, texts)
    return CallPosition(turn, asked, offers=offers) if 0 <= asked < turn <= MAX_TURN else None


def render_end(step: TransferStep | PayStep | EndStep) -> Frame:
    """The message that ends a relay. The last words are said to their end by the document that follows."""
    handoff: Frame = {"reason": "end", "words": list(step.texts), "language": step.language}
    if isinstance(step, TransferStep | PayStep):
        at = step.position
        handoff |= {"reason": "transfer", "turn": at.turn, "asked": at.question_turn, "offers": at.offers}
    if isinstance(step, PayStep):
        handoff |= {"reason": "pay", "kind": step.kind, "connector": step.connector, "token": step.token_type}
    return {"type": "end", "handoffData": json.dumps(handoff, separators=(",", ":"))}


def parse_handoff(data: str) -> CallStep | None:
    """The step with which a relay ended; None if it broke off, or if the data is not ours."""
    try:
        handoff = parse_frame(data)
    except InvalidFrame:
        return None
    words = handoff.get("words")
    if not isinstance(words, list) or len(words) > MAX_HANDOFF_TEXTS or not all(isinstance(one, str) for one in words):
        return None
    language = SPANISH if handoff.get("language") == SPANISH else ENGLISH
    if handoff.get("reason") == "end":
        return EndStep(tuple(words), language)
    position = parse_place(handoff)
    if position is None:
        return None
    if handoff.get("reason") == "pay":
        return _parse_pay(handoff, tuple(words), position, language)
    if handoff.get("reason") != "transfer":
        return None
    return TransferStep(tuple(words), replace(position, is_after_dial=True), language)


def _parse_pay(handoff: Frame, words: tuple[str, ...], position: CallPosition, language: str) -> PayStep | None:
    kind = next((kind for kind in get_args(MethodKind) if kind == handoff.get("kind")), None)
    connector, token_type = handoff.get("connector"), handoff.get("token")
    if kind is None or not isinstance(connector, str) or not isinstance(token_type, str):
        return None
    return PayStep(words, position, kind, connector, token_type, language=language)
