"""What the text line answers without a turn of the dialogue: to machines, groups and other apps, once an hour."""

from __future__ import annotations

from typing import Literal

from backend.coop import format_phone
from backend.language import mark, tr
from bot.channels.sms.origin import APP_NAMES
from bot.dialogue import edge_texts
from bot.services import Services
from bot.web.twilio_guard import E164, TwilioForm

TextingRequest = Literal["stop", "perhaps", "start", "help", "misdirected", "keep"]

ASKED_TO_STOP, AUTOMATIC_REPLY, GROUP_TEXT, OTHER_APP, DANGER = (
    "asked to stop",
    "automatic",
    "group",
    "other app",
    "danger",
)
"""The marks of the line's own answers."""
MACHINE_ANSWER = mark(
    "That looks like an automatic reply, so I did nothing with it. I am automated too: write what you need, such as"
    " 'pay my bill'."
)
GROUP_ANSWER = mark("I can't answer in a group: others would read it. Please text {number} by itself.")
OTHER_APP_ANSWER = mark(
    "{coop}: I can't help on {app}. Please send a plain text to {number}, or call {phone}. If something is dangerous,"
    " call 911 first."
)
TEXTS_STAY_ON = mark("All right, texts stay on.")


def select_own_reply(form: TwilioForm, app: str, kind: str | None) -> str | None:
    """The mark of the answer that such a text gets in place of a turn; None where the dialogue answers it."""
    if app:
        return OTHER_APP
    if form.get("OtherRecipients0") or form.get("OtherRecipients[0]"):
        return GROUP_TEXT
    return AUTOMATIC_REPLY if kind == "auto_reply" else None


def format_own_reply(answer: str, app: str, services: Services, said: str = "") -> str:
    """The words of that answer; who `said` something of danger is told first whom to call."""
    if answer == DANGER:
        return edge_texts.format_danger_advice(said, services.coop)
    return edge_texts.add_danger_advice(_format_answer(answer, app, services), said, services.coop)


def _format_answer(answer: str, app: str, services: Services) -> str:
    number = services.settings.twilio_number or ""
    shown = format_phone(number) if E164.fullmatch(number) else number or services.coop.office_phone_display
    if answer == GROUP_TEXT:
        return tr(GROUP_ANSWER, number=shown)
    if answer == OTHER_APP:
        coop = services.coop
        phone = coop.office_phone_display
        return tr(OTHER_APP_ANSWER, coop=coop.short_name, app=APP_NAMES.get(app, app), number=shown, phone=phone)
    return tr(MACHINE_ANSWER)


def format_texts_kept(expects: str) -> str:
    """After a no to the question if all texts are to stop; the question before it is still open."""
    stays = tr(TEXTS_STAY_ON)
    return f"{stays} {tr(edge_texts.PLEASE_SEND, expected=edge_texts.format_expected(expects))}" if expects else stays
