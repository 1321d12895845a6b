"""What the text line answers without a turn of the dialogue: to machines, groups and other apps, once an hour."""

from __future__ import annotations

from typing import Literal

from backend.coop import display_phone
from backend.language import mark, tr
from bot.channels.sms.origin import APP_NAMES
from bot.dialogue import edge_texts
from bot.services import Services
from bot.web.twilio_guard import E164, TwilioForm

Wish = Literal["stop", "perhaps", "start", "help", "misdirected", "keep"]

ASKED, AUTOMATIC, GROUP, OTHER_APP, DANGER = "asked to stop", "automatic", "group", "other app", "danger"
"""The marks of the line's own answers."""
TO_A_MACHINE = mark(
    "That looks like an automatic reply, so I did nothing with it. I am automated too: write what you need, such as"
    " 'pay my bill'."
)
TO_A_GROUP = mark("I can't answer in a group: others would read it. Please text {number} by itself.")
TO_AN_APP = mark(
    "{coop}: I can't help on {app}. Please send a plain text to {number}, or call {phone}. If something is dangerous,"
    " call 911 first."
)
STAYS = mark("All right, texts stay on.")


def instead_of_a_turn(form: TwilioForm, app: str, kind: str | None) -> str | None:
    """The mark of the answer that such a text gets in place of a turn; None where the dialogue answers it."""
    if app:
        return OTHER_APP
    if form.get("OtherRecipients0") or form.get("OtherRecipients[0]"):
        return GROUP
    return AUTOMATIC if kind == "auto_reply" else None


def words(answer: str, app: str, services: Services, said: str = "") -> str:
    """The words of that answer; who `said` something of danger is told first whom to call."""
    if answer == DANGER:
        return edge_texts.danger_words(said, services.coop)
    return edge_texts.with_danger(_words(answer, app, services), said, services.coop)


def _words(answer: str, app: str, services: Services) -> str:
    number = services.settings.twilio_number or ""
    shown = display_phone(number) if E164.fullmatch(number) else number or services.coop.office_phone_display
    if answer == GROUP:
        return tr(TO_A_GROUP, number=shown)
    if answer == OTHER_APP:
        coop = services.coop
        phone = coop.office_phone_display
        return tr(TO_AN_APP, coop=coop.short_name, app=APP_NAMES.get(app, app), number=shown, phone=phone)
    return tr(TO_A_MACHINE)


def kept(expects: str) -> str:
    """After a no to the question if all texts are to stop; the question before it is still open."""
    stays = tr(STAYS)
    return f"{stays} {tr(edge_texts.STILL_ASKED, expected=edge_texts.expected(expects))}" if expects else stays
