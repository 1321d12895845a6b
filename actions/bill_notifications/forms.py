"""Paperless bills, on and off: an email when a bill is ready instead of paper, with the member's consent."""

from __future__ import annotations

from typing import Any, ClassVar

from actions import agenda
from actions.accounts.forms import AccountForm
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.identity.forms import IDENTITY_SLOTS
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.alerts import service as alerts
from backend.alerts.parsing import parse_alert_request
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.reading.service.bill_delivery import (
    extract_choice,
    names_own_email_address,
)

CHOICE, AGREED = "paper_wish", "paper_agreed"


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

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if turn.intent == "update_contact_info" and names_own_email_address(turn.text):
            return False  # a new address is no request for bills by email
        choice = turn.button_value(CHOICE)
        if asked is None:  # "go paperless and text me when the bill is ready": the text is an alert
            alert = parse_alert_request(turn.text)
            if alert.verb == "on" and alert.kinds and "text" in alert.channels:
                agenda.add_item(turn, "alerts_form", turn.focused_text, {}, confirm=True)
        if asked == AGREED:
            if is_yes(turn):
                turn.notes["agreed"] = True
                return True
            if is_no(turn):
                turn.notes["ended"] = True
                return True
        if choice is None and asked not in IDENTITY_SLOTS and (asked or turn.intent in self.opening_intents):
            choice = extract_choice(turn.text)
        if choice is None and asked == CHOICE and (is_yes(turn) or is_no(turn)):
            choice = "switch" if is_yes(turn) else "stay"
        if choice is None:
            return False
        turn.set(CHOICE, choice)
        return True

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        paperless = await alerts.is_paperless(turn.session, identity.known_account.id)
        now, other = ("email", "paper") if paperless else ("paper", "email")
        choice = {"switch": other, "stay": now}.get(str(turn.get(CHOICE)), turn.get(CHOICE))
        if turn.notes.get("ended"):
            turn.utter("utter_bills_unchanged")
            return None
        if choice is None:
            buttons = [build_button(tr("Yes, switch"), paper_wish="switch"), build_button(tr("No"), paper_wish="stay")]
            return SlotQuestion(CHOICE, "utter_question_bills", {"state": now}, buttons)
        if choice == now:
            turn.utter("utter_bills_same", state=now)
            return None
        if choice == "email" and not identity.known_member.email:
            turn.utter("utter_bills_no_email")
            return None
        values: dict[str, Any] = {"account": identity.known_account.number, "email": identity.known_member.email or ""}
        if not turn.notes.get("agreed"):
            buttons = [{"title": tr("Yes, do it"), "payload": "/affirm"}, {"title": tr("No"), "payload": "/deny"}]
            return SlotQuestion(AGREED, f"utter_question_bills_{choice}", values, buttons)
        agreement = turn.agreement_to(f"utter_question_bills_{choice}", identity)
        switch = alerts.enroll_paperless if choice == "email" else alerts.cancel_paperless
        confirmation = await switch(turn.session, turn.backend, identity.known_account, agreement)
        note = tr("There is no email on file, so no note of it is sent.")
        if identity.known_member.email:
            note = tr("A note of this is on its way to your email.")
        turn.utter(f"utter_bills_now_{choice}", note=note, confirmation=confirmation)
        return None
