"""The words by which carriers let people stop and start messages. They come before everything else."""

from __future__ import annotations

import re
from typing import Literal

from backend.coop import Coop
from backend.language import tr

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop"})
START_WORDS_IF_STOPPED = START_WORDS | {"yes"}
# the same wishes in Spanish; CANCELAR is not among them: it leaves a task, as NEVER MIND does
STOP_WORDS_ES = frozenset({"alto", "parar", "pare", "detener", "basta", "baja", "darme de baja"})
START_WORDS_ES_IF_STOPPED = frozenset({"iniciar", "empezar", "comenzar"})
HELP_WORDS = frozenset({"help", "info"})
# People revoke in their own words too, and every reasonable way counts; but "stop the payment" is about the payment.
_NEVER = r"(stop|quit|do not|dont|no more)"
_OBJECT = r"(texts|messages|text messages)"
STOP_PHRASES = re.compile(
    r"((ok|okay|hey|please|can you|could you|would you|will you) )*"
    r"(stop|stop all|unsubscribe|unsubscribe me|opt ?out|opt me out|i (want|would like) to (opt out|unsubscribe)"
    r"|take me off (your|the|this) list"
    rf"|{_NEVER} (texting|messaging|text|message|contacting)( me)?"
    rf"|{_NEVER} (send|sending)( me)? {_OBJECT}( to me)?"
    rf"|{_NEVER} {_OBJECT})"
    r"( (please|thanks|thank you|now|anymore|any more|again))*"
)

STOP_PHRASES_ES = re.compile(
    r"(por favor )?((ya )?no (me )?(manden|mande|envi[ae]n|env[ií]en?)( m[aá]s)? (textos|mensajes)( m[aá]s)?|"
    r"no m[aá]s (textos|mensajes)|dej(en|e) de (mandar|enviar)me (textos|mensajes)|quiero darme de baja)( por favor)?"
)

Wish = Literal["stop", "start", "help"]


def wish(body: str, opt_out_type: str = "", *, stopped: bool) -> Wish | None:
    """What a text says about receiving texts, if it says that and nothing else.

    `opt_out_type` is Twilio's own finding where Advanced Opt-Out is on. YES means "start" only from a phone that has
    stopped: to anyone else it answers a question.
    """
    told = opt_out_type.strip().lower()
    if told == "stop":
        return "stop"
    if told == "start":
        return "start"
    if told == "help":
        return "help"
    words = re.sub(r"[^\w\s]+", "", body).strip().lower()
    words = re.sub(r"\s+", " ", words)
    if words in STOP_WORDS or STOP_PHRASES.fullmatch(words) or _stop_in_spanish(words):
        return "stop"
    if words in (START_WORDS_IF_STOPPED | START_WORDS_ES_IF_STOPPED if stopped else START_WORDS):
        return "start"
    return "help" if words in HELP_WORDS else None


def _stop_in_spanish(words: str) -> bool:
    return words in STOP_WORDS_ES or bool(STOP_PHRASES_ES.fullmatch(words))


def confirmation(kind: Wish, coop: Coop) -> str:
    """What is answered; one part."""
    values = {"coop": coop.short_name, "phone": coop.office_phone_display}
    if kind == "stop":
        return tr("{coop}: You will get no more texts from us. Text START to get them again. Office: {phone}", **values)
    if kind == "start":
        return tr(
            "{coop}: Texts are on again. Say what you need, such as 'pay my bill'. Text STOP to end.",
            coop=coop.short_name,
        )
    return tr(
        "{coop}: pay a bill or ask about your account here. Office {phone}. Msg & data rates may apply."
        " Text STOP to end.",
        **values,
    )
