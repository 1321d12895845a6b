"""The words by which carriers let people stop and start messages. They come before everything else."""

from __future__ import annotations

import re
from typing import Literal

from backend.coop import Coop

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop"})
START_WORDS_IF_STOPPED = START_WORDS | {"yes"}
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
    if words in STOP_WORDS or STOP_PHRASES.fullmatch(words):
        return "stop"
    if words in (START_WORDS_IF_STOPPED if stopped else START_WORDS):
        return "start"
    return "help" if words in HELP_WORDS else None


def confirmation(kind: Wish, coop: Coop) -> str:
    """What is answered; one part."""
    phone = coop.office_phone_display
    if kind == "stop":
        return f"{coop.short_name}: You will get no more texts from us. Text START to get them again. Office: {phone}"
    if kind == "start":
        return f"{coop.short_name}: Texts are on again. Say what you need, such as 'pay my bill'. Text STOP to end."
    return (
        f"{coop.short_name}: pay a bill or ask about your account here. Office {phone}. Msg & data rates may apply."
        " Text STOP to end."
    )
