"""The voice port by Telnyx's Conversation Relay: its TeXML, and the frames in which it differs from Twilio's. Pure.

Telnyx documents no `lang`, `interruptible` or `preemptible` of a text, nor settings that change during a call. So
another language is spoken between two `language` frames, and a read-back can be interrupted: a yes to one that was not
heard to its end does not count (`session.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, VoiceResponse

from backend.config import Settings
from backend.coop import Coop
from backend.language import ENGLISH, SPANISH, use_language
from bot.channels.voice.caller import CALL_ID, Caller
from bot.channels.voice.gather.render import CallContext, render_twiml
from bot.channels.voice.port import CarrierEvent, Frame, InvalidFrame, Opening
from bot.channels.voice.relay import messages
from bot.channels.voice.relay.twilio import list_words_before, parse_caller
from bot.channels.voice.speaking.speech import make_speakable
from bot.channels.voice.steps import AskStep, CallStep, EndStep, PayStep, TransferStep, WaitStep
from bot.dialogue.messages import Reply
from bot.web.twilio_guard import socket_url

SOCKET_PATH = "/telnyx/relay"
TURN_PATH = "/telnyx/voice/turn"
ENDED_PATH = "/telnyx/voice/ended"
VOICES = {ENGLISH: "Telnyx.Natural.abbie", SPANISH: "Telnyx.NaturalHD.albion"}
TELNYX_LANGUAGES = {ENGLISH: "en", SPANISH: "es"}


def normalize_call_id(call: object) -> str | None:
    """Telnyx's `v2:…` as `v2-…`, since a colon parts call and turn in our own identifiers; None for no identifier."""
    plain = call.replace(":", "-") if isinstance(call, str) else ""
    return plain if CALL_ID.fullmatch(plain) else None


class TelnyxRelay:
    def __init__(self, settings: Settings, coop: Coop) -> None:
        self._settings = settings
        self._coop = coop
        self._folder = urlsplit(settings.public_url).path.rstrip("/")

    def render(self, caller: Caller, step: CallStep, *, reopened: int = 0) -> str:
        """TeXML has the verbs of TwiML that are used here."""
        if not isinstance(step, AskStep | WaitStep):
            path = self._folder + TURN_PATH
            called, names = caller.called_number, self._coop.names
            return render_twiml(step, CallContext(path, self._coop.transfer_phone, called, english_names=names))
        response = VoiceResponse()
        with use_language(step.language):
            for line in list_words_before(step, reopened):
                response.say(make_speakable(line), voice=VOICES[step.language])
        action = f"{self._folder}{ENDED_PATH}" + (f"?again={reopened}" if reopened else "")
        connect = Connect(action=action)
        relay = connect.conversation_relay(
            url=socket_url(self._settings, SOCKET_PATH),
            language=TELNYX_LANGUAGES[step.language],
            voice=VOICES[step.language],
            transcription_provider="deepgram",
            interruptible="any",
            dtmf_detection=True,
        )
        for language, voice in VOICES.items():
            relay.language(code=TELNYX_LANGUAGES[language], voice=voice, transcription_provider="deepgram")
        for name, value in messages.build_parameters(self._settings, caller, step.position).items():
            relay.parameter(name=name, value=value)
        response.append(connect)
        return str(response)

    def parse_opening(self, frame: Frame) -> Opening:
        """Raises InvalidFrame. Telnyx signs no handshake: the pass from our own TeXML shows that the call is real."""
        call = normalize_call_id(frame.get("callSid"))
        if frame.get("type") != "setup" or call is None:
            raise InvalidFrame("a socket begins with its setup")
        caller = replace(parse_caller(self._settings, frame, call), is_on_twilio=False)
        parameters = messages.parse_parameters(frame)
        if not messages.is_caller_signed(self._settings, caller, parameters):
            raise InvalidFrame("the call is not one that we connected")
        return Opening(caller, messages.parse_place(parameters))

    def parse_event(self, frame: Frame) -> CarrierEvent | None:
        return messages.parse_event(frame)

    def render_step(self, step: CallStep) -> list[Frame]:
        if isinstance(step, TransferStep | PayStep | EndStep):
            return [messages.render_end(step)]
        frames: list[Frame] = []
        sentences = messages.list_sentences(step)
        for place, one in enumerate(sentences, start=1):
            before = sentences[place - 2].language if place > 1 else step.language
            if one.language != before:
                frames.append({"type": "language", "ttsLanguage": TELNYX_LANGUAGES[one.language]})
            is_last = place == len(sentences) or sentences[place].language != one.language
            frames.append({"type": "text", "token": one.words if is_last else f"{one.words} ", "last": is_last})
        return frames

    def render_language(self, language: str) -> Frame:
        code = TELNYX_LANGUAGES[language]
        return {"type": "language", "ttsLanguage": code, "transcriptionLanguage": code}

    def render_listening(self, reply: Reply, language: str, told: dict[str, Any]) -> list[Frame]:
        return []

    def parse_handoff(self, form: Mapping[str, str]) -> CallStep | None:
        return messages.parse_handoff(form.get("HandoffData", ""))
