"""The words by which people stop texts and start them again, what is answered to them, and the one question asked."""

from __future__ import annotations

from typing import Literal

from backend.coop import Coop
from backend.language import tr
from backend.reading.normalize import to_plain_text
from backend.reading.texts.opt_out import detect_opt_out, is_opt_in

START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})

OptRequest = Literal["stop", "perhaps", "start", "help"]
OPT_OUT_TYPES: dict[str, OptRequest] = {"stop": "stop", "start": "start", "help": "help"}


def detect_opt_request(body: str, opt_out_type: str = "", *, stopped: bool, idle: bool = True) -> OptRequest | None:
    """What a text says about receiving texts, if it says that; `perhaps` where it may mean that none are wished.

    `opt_out_type` is Twilio's own finding where Advanced Opt-Out is on. YES means "start" only from a phone that has
    stopped: to anyone else it answers a question. `idle`: no question is open.
    """
    if told := OPT_OUT_TYPES.get(opt_out_type.strip().lower()):
        return told
    word = to_plain_text(body).strip(" .,!?\t\r\n\"'")
    if word in START_WORDS or (stopped and is_opt_in(body)):
        return "start"
    return "help" if word in HELP_WORDS else detect_opt_out(body, idle=idle)


def format_confirmation(kind: OptRequest, coop: Coop) -> str:
    """What is answered; one part."""
    values = {"coop": coop.short_name, "phone": coop.office_phone_display}
    if kind == "stop":
        return tr("{coop}: You will get no more texts from us. Text START to get them again. Office: {phone}", **values)
    if kind == "start":
        return tr(
            "{coop}: Texts are on again. Say what you need, such as 'pay my bill'. Text STOP to end.",
            coop=coop.short_name,
        )
    if kind == "perhaps":
        # a prompt must ask for no other word of the carriers': they take YES for a wish to start
        return tr("Stop all texts from {coop} to this phone? Reply STOP, or NO to keep them.", coop=coop.short_name)
    return tr(
        "{coop}: pay a bill or ask about your account here. Office {phone}. Msg & data rates may apply."
        " Text STOP to end.",
        **values,
    )
