"""The voice port by Twilio's ConversationRelay: the TwiML that opens a socket, and its frames. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Connect, VoiceResponse

from backend.config import Settings
from backend.coop import Coop
from backend.language import tr, use_language
from bot.channels.senders import phone_source
from bot.channels.voice.caller import CALL_ID, Caller
from bot.channels.voice.gather.render import TWILIO_LANGUAGES, VOICES, CallContext, add_says, render_twiml
from bot.channels.voice.pay.render import render_pay
from bot.channels.voice.port import CarrierEvent, Frame, InvalidFrame, Opening
from bot.channels.voice.relay import messages
from bot.channels.voice.relay.listening import select_relay_listening
from bot.channels.voice.speaking import menu, prompts
from bot.channels.voice.speaking.interruptions import RECONNECTED
from bot.channels.voice.steps import AskStep, CallStep, EndStep, PayStep, TransferStep, WaitStep
from bot.dialogue.messages import Reply
from bot.web.twilio_guard import parse_phone, socket_url

SOCKET_PATH = "/twilio/relay"
TURN_PATH = "/twilio/voice/relay/turn"
ENDED_PATH = "/twilio/voice/relay/ended"


class TwilioRelay:
    """A call by ConversationRelay: documents open the socket, dial and say goodbye; all else goes over the socket."""

    def __init__(self, settings: Settings, coop: Coop) -> None:
        self._settings = settings
        self._coop = coop
        self._folder = urlsplit(settings.public_url).path.rstrip("/")

    def render(self, caller: Caller, step: CallStep, *, reopened: int = 0) -> str:
        """Notices are said here; the question is said by the socket, in each language's own voice."""
        if isinstance(step, PayStep):
            return render_pay(step, self._folder, over_relay=True)
        if not isinstance(step, AskStep | WaitStep):
            caller_id = self._settings.twilio_number or caller.called_number
            turn_path, person = self._folder + TURN_PATH, self._coop.transfer_phone
            return render_twiml(step, CallContext(turn_path, person, caller_id, caller.call_id, self._coop.names))
        response = VoiceResponse()
        with use_language(step.language):
            add_says(response, list_words_before(step, reopened))
        response.append(self._build_connect(caller, step, reopened))
        return str(response)

    def _build_connect(self, caller: Caller, step: AskStep | WaitStep, reopened: int) -> Connect:
        action = f"{self._folder}{ENDED_PATH}" + (f"?again={reopened}" if reopened else "")
        connect = Connect(action=action, method="POST")
        with use_language(step.language):
            listening = select_relay_listening(step.reply if isinstance(step, AskStep) else menu.build_main_menu())
        relay = connect.conversation_relay(
            url=socket_url(self._settings, SOCKET_PATH),
            language=TWILIO_LANGUAGES[step.language],
            tts_provider="Amazon",
            voice=VOICES[step.language],
            dtmf_detection=True,
            profanity_filter=False,
            interruptible="any",
            preemptible=False,
            # what is said during a read-back, which cannot be interrupted, is no answer to it
            report_input_during_agent_speech="none",
            hints=listening.hints,
            speechTimeout=listening.speech_timeout,
            interrupt_sensitivity=listening.interrupt_sensitivity,
            ignoreBackchannel=listening.ignore_backchannel,
            backgroundNoiseReduction=True,
            echo_prompt_filtering=True,
            # a socket that drops, as when the app is restarted, is opened again within the call
            application_reconnect=True,
        )
        for language, voice in VOICES.items():
            relay.language(code=TWILIO_LANGUAGES[language], tts_provider="Amazon", voice=voice)
        for name, value in messages.build_parameters(self._settings, caller, step.position).items():
            relay.parameter(name=name, value=value)
        return connect

    def parse_opening(self, frame: Frame) -> Opening:
        """Raises InvalidFrame.

        Without the signature from our own TwiML the number counts as withheld: a handshake's signature does not expire,
        so whoever got hold of one could name any number.
        """
        call, account = frame.get("callSid"), self._settings.twilio_account_sid
        if frame.get("type") != "setup" or not isinstance(call, str) or not CALL_ID.fullmatch(call):
            raise InvalidFrame("a socket begins with its setup")
        if account and frame.get("accountSid") != account:
            raise InvalidFrame("the call belongs to another account")
        caller, parameters = parse_caller(self._settings, frame, call), messages.parse_parameters(frame)
        if not messages.is_caller_signed(self._settings, caller, parameters):
            caller = replace(caller, address=None, attested=False, source=phone_source(self._settings, None))
        return Opening(caller, messages.parse_place(parameters))

    def parse_event(self, frame: Frame) -> CarrierEvent | None:
        return messages.parse_event(frame)

    def render_step(self, step: CallStep) -> list[Frame]:
        if isinstance(step, TransferStep | PayStep | EndStep):
            return [messages.render_end(step)]
        sentences = messages.list_sentences(step)
        return [
            {
                "type": "text",
                "token": one.words if place == len(sentences) else f"{one.words} ",
                "last": place == len(sentences),
                "lang": TWILIO_LANGUAGES[one.language],
                "interruptible": one.interruptible,
                "preemptible": one.preemptible,
            }
            for place, one in enumerate(sentences, start=1)
        ]

    def render_language(self, language: str) -> Frame:
        code = TWILIO_LANGUAGES[language]
        return {"type": "language", "ttsLanguage": code, "transcriptionLanguage": code}

    def render_listening(self, reply: Reply, language: str, told: dict[str, Any]) -> list[Frame]:
        with use_language(language):
            listening = select_relay_listening(reply)
        code = TWILIO_LANGUAGES[language]
        config = {name: value for name, value in listening.as_config().items() if told.get(name) != value}
        frames: list[Frame] = [{"type": "config", **config}] if config else []
        if listening.hints and told.get(f"hints {code}") != listening.hints:
            frames.append({"type": "hints", "lang": code, "hints": listening.hints})
            told[f"hints {code}"] = listening.hints
        told.update(config)
        return frames

    def parse_handoff(self, form: Mapping[str, str]) -> CallStep | None:
        return messages.parse_handoff(form.get("HandoffData", ""))


def parse_caller(settings: Settings, frame: Frame, call_id: str) -> Caller:
    """Who a setup says calls, with the attestation that its parameters claim: neither is proven by the frame."""
    address = parse_phone(frame.get("from"))
    return Caller(
        call_id=call_id,
        address=address,
        attested=address is not None and messages.parse_parameters(frame).get("attested") == "1",
        source=phone_source(settings, address),
        called_number=parse_phone(frame.get("to")),
    )


def list_words_before(step: AskStep | WaitStep, reopened: int) -> tuple[str, ...]:
    """What a document says before it opens the socket: notices. A read-back belongs to its question."""
    words = (tr(RECONNECTED),) if reopened else ()
    if isinstance(step, WaitStep):
        return words
    asked = prompts.list_texts(step.reply)
    return (*words, *(line for line in step.uninterruptible if line not in asked))
