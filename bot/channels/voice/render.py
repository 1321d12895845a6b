"""A step of a call in, TwiML out. No I/O: the same arguments give the same answer."""

from __future__ import annotations

from collections.abc import Iterable

from twilio.twiml.voice_response import Gather, VoiceResponse

from backend.language import ENGLISH, SPANISH, current, other_language, speaking
from bot.channels.voice.listening import listening_for
from bot.channels.voice.saying import choices_of
from bot.channels.voice.speech import in_pieces, speakable
from bot.channels.voice.steps import Ask, HandOver, Step, Wait

# what Twilio speaks and hears each language with
VOICES = {ENGLISH: "Polly.Joanna-Neural", SPANISH: "Polly.Lupe-Neural"}
TWILIO_LANGUAGES = {ENGLISH: "en-US", SPANISH: "es-US"}
LONGEST_SAY = 1500  # Polly takes 3000, and spaced digits were added before this is counted
DIAL_SECONDS = 25


def twiml(step: Step, base: str, person: str, caller_id: str | None) -> str:
    """`base` is the path of the turn webhook. A person is at the number `person`, called from `caller_id`."""
    with speaking(step.language):
        return _twiml(step, base, person, caller_id)


def _twiml(step: Step, base: str, person: str, caller_id: str | None) -> str:
    response = VoiceResponse()
    if isinstance(step, Ask):
        _asking(response, step, base)
    elif isinstance(step, HandOver):
        _connecting(response, step, base, person, caller_id)
    elif isinstance(step, Wait):
        say_all(response, step.words)
        response.pause(length=1)
        response.redirect(step.place.url(base), method="POST")
    else:
        say_all(response, step.words)
        response.hangup()
    return str(response)


def say_all(parent: VoiceResponse | Gather, texts: Iterable[str]) -> None:
    """One <Say> a text, or more for a long one."""
    for text in texts:
        for piece in in_pieces(speakable(text), LONGEST_SAY):
            parent.say(piece, voice=VOICES[current()], language=TWILIO_LANGUAGES[current()])


def _asking(response: VoiceResponse, step: Ask, base: str) -> None:
    say_all(response, step.first)  # outside <Gather>: heard to its end
    gather = _gather(response, step, base)
    with speaking(other_language(step.language)):
        say_all(gather, (step.aside,) if step.aside else ())  # a key at once interrupts it
    say_all(gather, step.then)
    # for a carrier that does not send an empty result: silence is a reprompt there too
    response.redirect(step.place.url(base), method="POST")


def _connecting(response: VoiceResponse, step: HandOver, base: str, person: str, caller_id: str | None) -> None:
    say_all(response, step.words)
    response.dial(
        person,
        action=step.place.url(base),
        method="POST",
        timeout=DIAL_SECONDS,
        caller_id=caller_id,
        answer_on_bridge=True,
    )


def _gather(response: VoiceResponse, step: Ask, base: str) -> Gather:
    listening = listening_for(step.reply, tuple(button.title for button in choices_of(step.reply)))
    return response.gather(
        input="dtmf speech",
        action=step.place.url(base),
        method="POST",
        language=TWILIO_LANGUAGES[current()],
        timeout=listening.timeout,
        speech_timeout=listening.speech_timeout,
        speech_model="phone_call",
        enhanced=True,
        profanity_filter=False,  # a filtered word is asterisks, which mean something else on a phone
        num_digits=listening.num_digits,
        finish_on_key="#",
        hints=listening.hints or None,
        barge_in=True,
        action_on_empty_result=True,
    )
