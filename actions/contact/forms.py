"""Changing a phone, an email or a mailing address: which one, the new value, a read-back, a yes.

A new email gets a code. Once the member gives it here, password links may go to that address; otherwise after a day.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.given_phone import drop_own, was_own_told
from actions.identity.forms import CODE, IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.turn import NUMBER_TYPES, REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.contact import email_verification
from backend.contact import service as contact
from backend.contact.service import ContactField
from backend.language import join_words, mark, tr
from backend.members.identity import Identity
from backend.reading.contact.contact_change import detect_contact_kind, rejects_number
from backend.reading.contact.mailing_address import (
    extract_full_address,
    replace_house_number,
    replace_street,
    replace_unit,
)
from backend.reading.contact.phone_mentions import contains_phone_digits, detect_phone, remove_phone_digits
from backend.reading.numbers.digit_groups import spoken_to_digits

WHAT, VALUE, AGREED, EMAIL_CODE = "contact_what", "contact_value", "contact_agreed", "contact_proof"
SECOND_CHANGE = "contact_second"
"""A second change from the same message, as [what, value], made after the first."""
EMAIL_TO_VERIFY = "contact_proves"
"""The email now on file, to which a code was sent."""
CODE_GIVEN_HERE = "contact_code_here"
"""Whether a one-time code came back within this change."""
LATER = "later"
NUMBER_TYPES[EMAIL_CODE] = "code"
NOTICE_RECIPIENTS = {
    "old": mark("the old one"),
    "new": mark("the new one"),
    "email": mark("your email"),
    "phone": mark("your phone"),
}
NO_NOTICE = mark("No notice of it can be sent to what is on file.")
CODES_BY_EMAIL = mark("For 24 hours I still ask for a code by email before showing your account.")
OPENED_BY_OFFICE = mark("For 24 hours a code cannot go to the new phone yet; until then the office opens your account.")


class ContactForm(IdentifiedForm):
    form = "contact_form"
    task = "contact"
    title = mark("changing contact details")
    skill = "update_contact_info"
    slots: ClassVar[tuple[str, ...]] = (
        WHAT,
        VALUE,
        AGREED,
        EMAIL_CODE,
        EMAIL_TO_VERIFY,
        CODE_GIVEN_HERE,
        SECOND_CHANGE,
    )
    asks: ClassVar[dict[str, str]] = {WHAT: "choice", VALUE: "free_text", AGREED: "yes_no", EMAIL_CODE: "code"}
    files_ticket = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"update_contact_info"})

    def is_level_reached(self, turn: Turn, identity: Identity) -> bool:
        """By text, a code given for an earlier task is not enough: a forged sender would use that step-up. Beside the
        account page, being signed in is not: whoever finds the page open would take the account over."""
        reached = super().is_level_reached(turn, identity) and not identity.is_signed_in
        return reached and (turn.channel != "sms" or bool(turn.get(CODE_GIVEN_HERE)))

    async def _check_code(self, turn: Turn) -> bool:
        """Also note that the code came back within this change."""
        understood = await super()._check_code(turn)
        if turn.extract_values(CODE).code is not None and turn.get("code_trouble") is None:
            turn.set(CODE_GIVEN_HERE, True)
        return understood

    async def send_canceled(self, turn: Turn) -> None:
        if turn.get(EMAIL_TO_VERIFY):
            turn.utter("utter_contact_proof_later", value=turn.get(EMAIL_TO_VERIFY))
        else:
            turn.utter("utter_contact_unchanged")

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        """Ten digits of a new phone are no member number."""
        if turn.get(EMAIL_TO_VERIFY):
            return await self._extract_email_code(turn)
        is_phone_asked = asked in (VALUE, AGREED) and turn.get(WHAT) == "phone"
        if is_phone_asked and (self._contact_phone(turn) or detect_phone(turn.text)):
            return await self.extract_task_slots(turn, asked)
        words = turn.focused_text if asked or contains_phone_digits(turn.focused_text) else turn.full_text
        new, old = contact.extract_new_phone(words, strict=turn.backend.settings.production)
        if not old and asked is None:
            _, old = contact.extract_new_phone(turn.full_text, strict=turn.backend.settings.production)
        if old and turn.get(LAST4) is None:
            turn.set(LAST4, old[-4:])  # the old phone is the one on file
        if asked is None and new and not self._has_identity_numbers(turn, asked):
            understood = await self.extract_task_slots(turn, asked)
            turn.focus(remove_phone_digits(turn.focused_text))
            return await super().extract_slots(turn, asked) or understood
        return await super().extract_slots(turn, asked)

    def _contact_phone(self, turn: Turn) -> str | None:
        """The new phone (E.164). Outside production the demo members' fictional numbers are accepted."""
        strict, is_asked = turn.backend.settings.production, turn.get(REQUESTED_SLOT) in (VALUE, AGREED)
        new, old = contact.extract_new_phone(turn.focused_text, strict=strict)
        if not (new or old) and is_asked:  # digits in words, as a caller says them
            new, old = contact.extract_new_phone(spoken_to_digits(turn.text), strict=strict)
        if new is None and is_asked and not rejects_number(turn.focused_text):
            new = old  # "no, 815-555-0199" corrects the new one
        return drop_own(turn, new)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        understood = self._extract_contact_kind(turn, asked)
        understood = self._extract_value(turn, asked) or understood
        self._extract_second_change(turn, asked)
        if not understood and asked == AGREED and turn.get(VALUE):
            chosen = turn.button_value(AGREED)
            if chosen == "yes" or (chosen is None and is_yes(turn)):
                turn.notes["agreed"] = understood = True
            elif chosen == "no" or is_no(turn):
                turn.clear(VALUE)
                understood = True
        return understood

    async def _extract_email_code(self, turn: Turn) -> bool:
        """Note the result of the code as `email_code`: that of `email_verification.check`, or LATER."""
        code = turn.extract_values(EMAIL_CODE).code
        if code is not None:
            turn.notes["email_code"] = await email_verification.check(
                turn.session, turn.backend, turn.conversation_id, code
            )
        elif turn.button_value(AGREED) == LATER or is_no(turn) or turn.has_act("skip"):
            turn.notes["email_code"] = LATER
        return "email_code" in turn.notes

    def _extract_contact_kind(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.button_value(WHAT)
        if chosen is None and (asked in (None, WHAT) or turn.intent in self.opening_intents):
            chosen = detect_contact_kind(turn.text)
        if (
            chosen is None
            and turn.get(WHAT) is None
            and asked in (None, WHAT)
            and not self._has_identity_numbers(turn, asked)
        ):
            # the new value alone shows what is to be changed
            if contact.extract_email(turn.focused_text):
                chosen = "email"
            elif self._contact_phone(turn):
                chosen = "phone"
            elif contact.extract_address(turn.focused_text, False):
                chosen = "address"
        if chosen is None:
            return False
        if chosen != turn.get(WHAT):
            turn.clear(VALUE)
        turn.set(WHAT, chosen)
        return True

    def _extract_value(self, turn: Turn, asked: str | None) -> bool:
        what = turn.get(WHAT)
        found: str | None = None
        if what == "phone" and asked not in IDENTITY_SLOTS and not self._has_identity_numbers(turn, asked):
            found = self._contact_phone(turn)
        elif what == "email":
            found = drop_own(turn, contact.extract_email(turn.focused_text))
        elif what == "address" and asked not in IDENTITY_SLOTS:
            found = contact.extract_address(turn.focused_text, asked == VALUE)
            if before := turn.get(VALUE):
                found = self._correct_address(turn, str(before), found)
        if found is None:
            return was_own_told(turn)
        turn.set(VALUE, found)
        return True

    @staticmethod
    def _correct_address(turn: Turn, before: str, found: str | None) -> str | None:
        """`before` with the corrected street, unit or house number; None where none is corrected."""
        new = found or extract_full_address(turn.focused_text)
        if new:
            return replace_street(before, new)
        return replace_unit(before, turn.focused_text) or replace_house_number(before, turn.focused_text)

    def _extract_second_change(self, turn: Turn, asked: str | None) -> None:
        """`My phone is 815-555-0199 now and my email ann@example.com`: keep the one that is not changed first."""
        email = contact.extract_email(turn.focused_text)
        if asked in (CODE, LAST4, NUMBER) or email is None or not contains_phone_digits(turn.focused_text):
            return
        phone = contact.extract_new_phone(turn.focused_text, strict=turn.backend.settings.production)[0]
        values = {"email": email, "phone": phone}
        other = next((what for what, value in values.items() if drop_own(turn, value) and what != turn.get(WHAT)), None)
        if other is not None and turn.get(WHAT) in values:
            turn.set(SECOND_CHANGE, [other, values[other]])

    def _start_second_change(self, turn: Turn) -> bool:
        """Continue with the second change. False when there is none."""
        second = turn.get(SECOND_CHANGE)
        if not second:
            return False
        turn.clear(SECOND_CHANGE, AGREED)
        turn.notes.pop("agreed", None)
        turn.set(WHAT, second[0])
        turn.set(VALUE, second[1])
        return True

    def _has_identity_numbers(self, turn: Turn, asked: str | None) -> bool:
        """Whether the ten digits are a member number and last four, as in `99999-001 0142`."""
        if contains_phone_digits(turn.focused_text):
            return False
        values = turn.extract_values(None)
        return asked not in (VALUE, AGREED) and values.member_number is not None and values.last4 is not None

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        # the change is made, and only the code to the new address is missing: no step-up is needed for that
        if not turn.get(EMAIL_TO_VERIFY):
            return await super().next_question(turn)
        ask = self._ask_email_code(turn)
        if ask is not None or not turn.get(SECOND_CHANGE):
            return ask
        turn.clear(EMAIL_TO_VERIFY)
        self._start_second_change(turn)
        return await super().next_question(turn)

    def _ask_email_code(self, turn: Turn) -> SlotQuestion | None:
        value, result = str(turn.get(EMAIL_TO_VERIFY)), turn.notes.get("email_code")
        if result == "ok":
            turn.utter("utter_contact_proven", value=value)
            return None
        if result in (None, "wrong"):
            buttons = [build_button(tr("Later"), contact_agreed=LATER)]
            response = "utter_question_contact_proof_again" if result else "utter_question_contact_proof"
            return SlotQuestion(EMAIL_CODE, response, {"value": value}, buttons, is_new=bool(result))
        turn.utter("utter_contact_proof_later", value=value)
        return None

    async def _notice_values(self, turn: Turn, identity: Identity, what: ContactField) -> dict[str, str]:
        """Where notices of the change go, and how the account can be opened until a new phone may get codes."""
        assert identity.member is not None
        notified = await contact.list_notified(turn.session, turn.backend, turn.conversation_id, what)
        names = [
            tr(NOTICE_RECIPIENTS[which] if which != "other" else NOTICE_RECIPIENTS["email" if "@" in way else "phone"])
            for way, which in notified
        ]
        emailed = bool(identity.member.email) and identity.member.is_established("email", turn.backend.clock.now())
        return {
            "noticed": tr("A notice goes to {places}.", places=join_words(names)) if names else tr(NO_NOTICE),
            "proof": tr(CODES_BY_EMAIL if emailed else OPENED_BY_OFFICE),
        }

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.get(WHAT) is None:
            buttons = [
                build_button(tr("Phone"), contact_what="phone"),
                build_button(tr("Email"), contact_what="email"),
                build_button(tr("Mailing address"), contact_what="address"),
            ]
            return SlotQuestion(WHAT, "utter_question_contact_what", buttons=buttons)
        what = cast(ContactField, turn.get(WHAT))
        value = str(turn.get(VALUE) or "")
        if not value or not contact.is_usable(turn.backend, what, value):
            turn.clear(VALUE)
            return SlotQuestion(VALUE, f"utter_question_contact_{what}")
        values: dict[str, Any] = {"value": contact.format_value(what, value), "contact_what": what}
        if not turn.notes.get("agreed"):
            buttons = [
                build_button(tr("Yes, change it"), contact_agreed="yes"),
                build_button(tr("No"), contact_agreed="no"),
            ]
            return SlotQuestion(AGREED, "utter_question_contact_confirm", values, buttons)
        changed = await contact.change(turn.session, turn.backend, turn.conversation_id, identity, what, value)
        if changed:
            values |= await self._notice_values(turn, identity, what)
        turn.utter("utter_contact_changed" if changed else "utter_contact_same", **values)
        if changed and what == "email":
            if await email_verification.send(turn.session, turn.backend, turn.conversation_id, identity):
                turn.set(EMAIL_TO_VERIFY, value)
                return self._ask_email_code(turn)
            turn.utter("utter_contact_proof_later", value=value)
        return await self.next_task_question(turn, identity) if self._start_second_change(turn) else None
