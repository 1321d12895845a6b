"""Renders a step of a call as TwiML. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, VoiceResponse

from backend.language import ENGLISH, SPANISH, current_language, other_language, use_language
from bot.channels.voice.listening.options import select_listen_options
from bot.channels.voice.speaking.speech import Span, make_spans, split_speech
from bot.channels.voice.steps import AskStep, CallStep, QueueStep, TransferStep, WaitStep
from bot.channels.voice.transfer import dialing

# Amazon Polly's voice and Twilio's locale for each language
VOICES = {ENGLISH: "Joanna-Neural", SPANISH: "Lupe-Neural"}
TWILIO_LANGUAGES = {ENGLISH: "en-US", SPANISH: "es-US"}
MAX_SAY_LENGTH = 1500
"""Characters of one <Say>: Polly takes 3000."""


@dataclass(frozen=True)
class CallContext:
    """What a document needs beside the step. `turn_path` is the path of the turn webhook.

    A transfer dials `person` (E.164) from `caller_id`, who is told of the call `call_id` before they take it; with none
    they are told nothing. `english_names`, such as the co-op's own, are said in English in a Spanish text too.
    """

    turn_path: str
    person: str
    caller_id: str | None
    call_id: str = ""
    english_names: tuple[str, ...] = ()


def render_twiml(step: CallStep, context: CallContext) -> str:
    """TwiML for a step."""
    names, base = context.english_names, context.turn_path
    response = VoiceResponse()
    with use_language(step.language):
        if isinstance(step, AskStep):
            _add_question(response, step, base, names)
            return str(response)
        add_says(response, step.texts, names)
    if isinstance(step, QueueStep):
        dialing.add_enqueue(response, step.position, base)
    elif isinstance(step, TransferStep):
        dialing.add_dial(
            response, step, base, person=context.person, caller_id=context.caller_id, call_id=context.call_id
        )
    elif isinstance(step, WaitStep):
        response.pause(length=1)
        response.redirect(step.position.build_url(base), method="POST")
    else:
        response.hangup()
    return str(response)


def add_says(parent: VoiceResponse | Gather, texts: Iterable[str], english_names: Iterable[str] = ()) -> None:
    """Add a <Say> for each text, and more for a long one."""
    names = tuple(english_names)
    for text in texts:
        spans = make_spans(text, names)
        if len(spans) > 1 and sum(len(span.text) for span in spans) <= MAX_SAY_LENGTH:
            _add_mixed_say(parent, spans)
            continue
        for piece in split_speech("".join(span.text for span in spans), MAX_SAY_LENGTH):
            parent.say(piece, **_voice())


def _add_mixed_say(parent: VoiceResponse | Gather, spans: Iterable[Span]) -> None:
    """One <Say> whose parts in the other language are marked, so that its voice says them in that one."""
    say = parent.say("", **_voice())
    for span in spans:
        if span.language == current_language():
            say.append(span.text)
        else:
            say.lang(span.text, xml_lang=TWILIO_LANGUAGES[span.language])


def _voice() -> dict[str, str]:
    language = current_language()
    return {"voice": f"Polly.{VOICES[language]}", "language": TWILIO_LANGUAGES[language]}


def _add_question(response: VoiceResponse, step: AskStep, base: str, names: tuple[str, ...]) -> None:
    add_says(response, step.uninterruptible, names)  # outside <Gather>: cannot be interrupted
    gather = _add_gather(response, step, base)
    if step.language_offer:
        with use_language(other_language(step.language)):
            add_says(gather, (step.language_offer,), names)  # a key at once interrupts it
    add_says(gather, step.interruptible, names)
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
