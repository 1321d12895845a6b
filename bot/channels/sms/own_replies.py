"""What the text line answers by itself, without the engine: opt-outs, HELP, machines, groups and other apps."""

from __future__ import annotations

from typing import Literal

from backend.conversations.models import InboundMessage
from backend.coop import Coop, format_phone
from backend.language import mark, tr
from backend.reading.normalize import to_plain_text
from backend.reading.texts.opt_out import detect_opt_out, is_opt_in
from bot.channels.sms.origin import APP_NAMES
from bot.dialogue import edge_texts
from bot.services import Services
from bot.web.twilio_guard import E164, TwilioForm

START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})

OptRequest = Literal["stop", "perhaps", "start", "help"]
TextingRequest = OptRequest | Literal["misdirected", "keep"]
OPT_OUT_TYPES: dict[str, OptRequest] = {"stop": "stop", "start": "start", "help": "help"}

OWN_REPLY_HINT = "own"
"""The hint of a stored message that tells which of the line's own answers it is; these are its values."""
ASKED_TO_STOP, AUTOMATIC_REPLY, GROUP_TEXT = "asked to stop", "automatic", "group"
OTHER_APP, DANGER = "other app", "danger"
MACHINE_ANSWER = mark(
    "That looks like an automatic reply, so I did nothing with it. I am automated too: write what you need, such as"
    " 'pay my bill'."
)
GROUP_ANSWER = mark("I can't answer in a group: others would read it. Please text {number} by itself.")
OTHER_APP_ANSWER = mark(
    "{coop}: I can't help on {app}. Please send a plain text to {number}, or call {phone}. If something is dangerous,"
    " call 911 first."
)


def is_own_reply(row: InboundMessage, mark: str) -> bool:
    """Whether the line answered this message by itself, with the answer `mark`."""
    messages = (row.reply or {}).get("messages", [])
    return any((message.get("hints") or {}).get(OWN_REPLY_HINT) == mark for message in messages)


def detect_opt_request(body: str, opt_out_type: str = "", *, stopped: bool, idle: bool = True) -> OptRequest | None:
    """A request to stop or start texts, or for help; `perhaps` where a stop may be meant and must be asked about.

    `opt_out_type` is Twilio's own finding where Advanced Opt-Out is on, and wins. YES means "start" only from a phone
    that has stopped texts: from anyone else it answers a question. `idle`: no question is open. A bare CANCEL, END or
    QUIT is an opt-out even in the middle of a task, as the carriers and 47 CFR 64.1200(a)(10) require.
    """
    if found_by_twilio := OPT_OUT_TYPES.get(opt_out_type.strip().lower()):
        return found_by_twilio
    word = to_plain_text(body).strip(" .,!?\t\r\n\"'")
    if word in START_WORDS or (stopped and is_opt_in(body)):
        return "start"
    return "help" if word in HELP_WORDS else detect_opt_out(body, idle=idle)


def format_confirmation(kind: OptRequest, coop: Coop) -> str:
    """The answer to an opt-out, opt-in or HELP; it fits one SMS segment."""
    values = {"coop": coop.short_name, "phone": coop.office_phone_display}
    if kind == "stop":
        return tr("{coop}: You will get no more texts from us. Text START to get them again. Office: {phone}", **values)
    if kind == "start":
        return tr(
            "{coop}: Texts are on again. Say what you need, such as 'pay my bill'. Text STOP to end.",
            coop=coop.short_name,
        )
    if kind == "perhaps":
        # it must not ask for a YES: carriers take that word for an opt-in
        return tr("Stop all texts from {coop} to this phone? Reply STOP, or NO to keep them.", coop=coop.short_name)
    return tr(
        "{coop}: pay a bill or ask about your account here. Office {phone}. Msg & data rates may apply."
        " Text STOP to end.",
        **values,
    )


def format_texts_kept(expects: str) -> str:
    """The answer to a no when asked whether to stop all texts; the question that was open before still is."""
    text = tr("All right, texts stay on.")
    if expects:
        text += " " + tr(edge_texts.PLEASE_SEND, expected=edge_texts.format_expected(expects))
    return text


def select_own_reply(form: TwilioForm, app: str, kind: str | None) -> str | None:
    """The mark of the answer that replaces a turn; None where the dialogue answers."""
    if app:
        return OTHER_APP
    if form.get("OtherRecipients0") or form.get("OtherRecipients[0]"):
        return GROUP_TEXT
    return AUTOMATIC_REPLY if kind == "auto_reply" else None


def format_own_reply(answer: str, app: str, services: Services, said: str = "") -> str:
    """The words of an own answer; if `said` reports a danger they begin with whom to call."""
    if answer == DANGER:
        return edge_texts.format_danger_advice(said, services.coop)
    coop, number = services.coop, services.settings.twilio_number or ""
    shown = format_phone(number) if E164.fullmatch(number) else number or coop.office_phone_display
    if answer == GROUP_TEXT:
        words = tr(GROUP_ANSWER, number=shown)
    elif answer == OTHER_APP:
        values = {"coop": coop.short_name, "app": APP_NAMES.get(app, app), "phone": coop.office_phone_display}
        words = tr(OTHER_APP_ANSWER, number=shown, **values)
    else:
        words = tr(MACHINE_ANSWER)
    return edge_texts.add_danger_advice(words, said, coop)
