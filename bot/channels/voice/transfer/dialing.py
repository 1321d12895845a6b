"""The TwiML that connects a caller with the office, and the addresses that Twilio asks meanwhile. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from twilio.twiml.voice_response import Dial, VoiceResponse

from bot.channels.voice.steps import CallPosition, TransferStep

TURN_PATH = "/twilio/voice/turn"
TRANSFER_PATH = "/twilio/voice/transfer"
WHISPER, WHISPER_KEY = "whisper", "whisper/key"
WAIT, WAIT_KEY = "wait", "wait/key"
OFFICE, OFFICE_KEY, CONNECT, MUSIC = "office", "office/key", "connect", "music.wav"
DIAL_SECONDS = 25
"""How long the office's phone rings."""
QUEUE = "office"


def build_url(turn_base: str, name: str, **values: object) -> str:
    """The path of one of this room's addresses; `turn_base` is the path of the turn webhook."""
    folder = turn_base.rpartition("/twilio/")[0]
    path = f"{folder}{TRANSFER_PATH}/{name}"
    return f"{path}?{urlencode(values)}" if values else path


def add_dial(
    response: VoiceResponse, step: TransferStep, turn_base: str, *, person: str, caller_id: str | None, call_id: str
) -> None:
    """Dial `person` (E.164), who hears the whisper and takes the caller by a key: a voicemail presses none.

    Without a `call_id` there is no whisper.
    """
    dial = Dial(
        number=None if call_id else person,
        action=step.position.build_url(turn_base),
        method="POST",
        timeout=DIAL_SECONDS,
        caller_id=caller_id,
        answer_on_bridge=True,
    )
    if call_id:
        dial.number(person, url=build_url(turn_base, WHISPER, call=call_id), method="POST")
    response.append(dial)


def add_enqueue(response: VoiceResponse, position: CallPosition, turn_base: str) -> None:
    """Let the caller wait in the queue; why the wait ended is posted to `position`."""
    response.enqueue(
        QUEUE,
        action=position.build_url(turn_base),
        method="POST",
        wait_url=build_url(turn_base, WAIT, turn=position.turn, asked=position.question_turn),
        wait_url_method="POST",
    )
