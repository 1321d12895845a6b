"""Renders a step of a call as TwiML. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from twilio.twiml.voice_response import Gather, VoiceResponse

from backend.language import ENGLISH, SPANISH, current_language, other_language, use_language
from bot.channels.voice.listening.options import select_listen_options
from bot.channels.voice.speaking.speech import make_speakable, split_speech
from bot.channels.voice.steps import AskStep, CallStep, QueueStep, TransferStep, WaitStep
from bot.channels.voice.transfer import dialing

# Amazon Polly's voice and Twilio's locale for each language
VOICES = {ENGLISH: "Joanna-Neural", SPANISH: "Lupe-Neural"}
TWILIO_LANGUAGES = {ENGLISH: "en-US", SPANISH: "es-US"}
MAX_SAY_LENGTH = 1500
"""Characters of one <Say>: Polly takes 3000."""


def render_twiml(step: CallStep, base: str, person: str, caller_id: str | None, call_id: str = "") -> str:
    """TwiML for a step. `base` is the path of the turn webhook; a transfer dials `person` (E.164) from `caller_id`.

    `call_id` is the call of which `person` is told before they take it.
    """
    response = VoiceResponse()
    with use_language(step.language):
        if isinstance(step, AskStep):
            _add_question(response, step, base)
            return str(response)
        add_says(response, step.texts)
    if isinstance(step, QueueStep):
        dialing.add_enqueue(response, step.position, base)
    elif isinstance(step, TransferStep):
        dialing.add_dial(response, step, base, person=person, caller_id=caller_id, call_id=call_id)
    elif isinstance(step, WaitStep):
        response.pause(length=1)
        response.redirect(step.position.build_url(base), method="POST")
    else:
        response.hangup()
    return str(response)


def add_says(parent: VoiceResponse | Gather, texts: Iterable[str]) -> None:
    """Add a <Say> for each text, and more for a long one."""
    for text in texts:
        for piece in split_speech(make_speakable(text), MAX_SAY_LENGTH):
            voice, locale = VOICES[current_language()], TWILIO_LANGUAGES[current_language()]
            parent.say(piece, voice=f"Polly.{voice}", language=locale)


def _add_question(response: VoiceResponse, step: AskStep, base: str) -> None:
    add_says(response, step.uninterruptible)  # outside <Gather>: cannot be interrupted
    gather = _add_gather(response, step, base)
    if step.language_offer:
        with use_language(other_language(step.language)):
            add_says(gather, (step.language_offer,))  # a key at once interrupts it
    add_says(gather, step.interruptible)
    # some carriers send no empty result: this makes silence a reprompt there too
    response.redirect(step.position.build_url(base), method="POST")


def _add_gather(response: VoiceResponse, step: AskStep, base: str) -> Gather:
    options = select_listen_options(step.reply)
    return response.gather(
        input="dtmf speech",
        action=step.position.build_url(base),
        method="POST",
        language=TWILIO_LANGUAGES[current_language()],
        timeout=options.timeout,
        speech_timeout=options.speech_timeout,
        speech_model="phone_call",
        enhanced=True,
        profanity_filter=False,  # a filtered word is asterisks, which mean something else on a phone
        num_digits=options.num_digits,
        finish_on_key="#",
        hints=options.hints or None,
        barge_in=True,
        action_on_empty_result=True,
    )
