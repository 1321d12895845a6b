"""Paperless bills, on and off: an email when a bill is ready in place of paper, with the member's consent."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions import agenda
from actions.accounts.forms import AccountForm
from actions.alerts.questions import confirmation_values
from actions.base import ExternalCall, SlotQuestion
from actions.identity.forms import IDENTITY_SLOTS
from actions.quick_pay.questions import build_button
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.alerts import service as alerts
from backend.alerts.parsing import parse_alert_request
from backend.alerts.service import ChangeAuthor
from backend.language import mark, tr
from backend.members.identity import Identity

CHOICE, AGREED = "paper_wish", "paper_agreed"
WANTS_NO_PAPER = re.compile(
    r"\b(don'?t|do not|no|not|stop|without|instead of|less|save|quit|end|cancel|off|rid of)\b[\w ]{0,24}"
    r"\b(paper|mail(ed|ing)?|printed)\b(?!less)|\bfrom paper\b",
    re.IGNORECASE,
)
WANTS_PAPER = re.compile(
    r"\b(stop|end|cancel|quit|leave|off|undo|out of|no(t)?|remove)\b[\w ]{0,24}\b(paper ?less|e-?bills?|electronic)"
    r"|\bpaper\b(?! ?less)|\b(by|in the) (us )?mail\b|\bmail(ed)? (me|it|them|my)\b|\bprinted\b",
    re.IGNORECASE,
)
WANTS_ELECTRONIC = re.compile(
    r"\bpaper ?less\b|\be-?(bill|statement|mail)|\belectronic|\bgreen\b|\bonline\b", re.IGNORECASE
)
BY_EMAIL_INSTEAD = re.compile(
    r"(?<!instead of )(?<!not )(?<!rather than )\b(?:by|via|through|to|over|as an?) (?:my )?e-?mails?\b"
    r"|\be-?mail(?:ed)?\b.{0,16}\binstead\b(?! of)",
    re.IGNORECASE,
)
"""How they are to come, whatever else is named: "it comes on paper, can it come by email instead"."""
OWN_EMAIL_ADDRESS = re.compile(r"\bmy e-?mail\b|@", re.IGNORECASE)
BACK_TO_PAPER = re.compile(r"\bpaper\b.{0,12}\b(?:instead|again|back)\b|\bback (?:to|on) paper\b", re.IGNORECASE)
ASKS_STATUS = re.compile(r"^(am i|is my|are my|do i|how (do|am|are|is)|check if)\b", re.IGNORECASE)


def extract_choice(text: str) -> str | None:
    """`email` or `paper`: how the member wants bills to come. None when it is not said."""
    if ASKS_STATUS.search(text.strip()):
        return None
    if WANTS_NO_PAPER.search(text) or (BY_EMAIL_INSTEAD.search(text) and not BACK_TO_PAPER.search(text)):
        return "email"
    if WANTS_PAPER.search(text):
        return "paper"
    return "email" if WANTS_ELECTRONIC.search(text) else None


CONFIRMATION_SENT = mark("A note of this is on its way to your email.")
NO_CONFIRMATION_SENT = mark("There is no email on file, so no note of it is sent.")


class BillNotificationsForm(AccountForm):
    form = "bill_notifications_form"
    backend_package = "backend.alerts"
    task = "paperless"
    title = mark("how bills come")
    skill = "bill_notifications"
    slots: ClassVar[tuple[str, ...]] = (CHOICE, AGREED)
    asks: ClassVar[dict[str, str]] = {CHOICE: "choice", AGREED: "yes_no"}
    opening_intents: ClassVar[frozenset[str]] = frozenset({"bill_notifications"})

    async def send_canceled(self, turn: Turn) -> None:
        turn.utter("utter_bills_unchanged")

    def _queue_alert(self, turn: Turn) -> None:
        """`Go paperless and text me when the bill is ready`: the text is an alert, which comes after this."""
        alert = parse_alert_request(turn.text)
        by_text = alert.verb == "on" and alert.kinds and "text" in alert.channels
        if by_text and agenda.add_item(turn, "alerts_form", turn.focused_text, {}):
            turn.utter("utter_agenda_added", tasks=tr("alerts"))

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if turn.intent == "update_contact_info" and OWN_EMAIL_ADDRESS.search(turn.text):
            return False  # a new address is no wish for bills by email
        wish = turn.button_value(CHOICE)
        if asked is None:
            self._queue_alert(turn)
        if asked == AGREED:
            if is_yes(turn):
                turn.notes["agreed"] = True
                return True
            if is_no(turn):
                turn.notes["ended"] = True
                return True
        if wish is None and asked not in IDENTITY_SLOTS and (asked is not None or turn.intent in self.opening_intents):
            wish = extract_choice(turn.text)
        if wish is None and asked == CHOICE and (is_yes(turn) or is_no(turn)):
            wish = "switch" if is_yes(turn) else "stay"
        if wish is None:
            return False
        turn.set(CHOICE, wish)
        return True

    async def next_task_question(self, turn: Turn, standing: Identity) -> SlotQuestion | ExternalCall | None:
        assert standing.account is not None
        assert standing.member is not None
        paperless = await alerts.is_paperless(turn.session, standing.account.id)
        now, other = ("email", "paper") if paperless else ("paper", "email")
        wish = {"switch": other, "stay": now}.get(str(turn.get(CHOICE)), turn.get(CHOICE))
        if turn.notes.get("ended"):
            turn.utter("utter_bills_unchanged")
            return None
        if wish is None:
            buttons = [build_button(tr("Yes, switch"), paper_wish="switch"), build_button(tr("No"), paper_wish="stay")]
            return SlotQuestion(CHOICE, "utter_question_bills", {"state": now}, buttons)
        if wish == now:
            turn.utter("utter_bills_same", state=now)
            return None
        if wish == "email" and not standing.member.email:
            turn.utter("utter_bills_no_email")
            return None
        values: dict[str, Any] = {"account": standing.account.number, "email": standing.member.email or ""}
        if not turn.notes.get("agreed"):
            buttons = [{"title": tr("Yes, do it"), "payload": "/affirm"}, {"title": tr("No"), "payload": "/deny"}]
            return SlotQuestion(AGREED, f"utter_question_bills_{wish}", values, buttons)
        await self._switch(turn, standing, wish)
        return None

    async def _switch(self, turn: Turn, standing: Identity, wish: str) -> None:
        assert standing.account is not None
        author = ChangeAuthor(
            turn.conversation_id,
            turn.channel,
            int(standing.level),
            wording=turn.last_text_of(f"utter_question_bills_{wish}"),
            reply=turn.exact_reply,
        )
        switch = alerts.enroll_paperless if wish == "email" else alerts.cancel_paperless
        quoted = await switch(turn.session, turn.backend, standing.account, author)
        emailed = standing.member is not None and bool(standing.member.email)
        turn.utter(
            f"utter_bills_now_{wish}",
            note=tr(CONFIRMATION_SENT if emailed else NO_CONFIRMATION_SENT),
            **confirmation_values(quoted),
        )
