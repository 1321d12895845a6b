"""Changing a phone, an email or a mailing address: which one, the new one, a read-back, a yes.

A new email is sent a code, which may be given back here: password links go there at once then, and else after a day.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

from actions.base import Ask, Outside
from actions.identity.forms import CODE, IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.quick_pay.questions import choose
from actions.turn import ASKED_AS, REQUESTED, Turn
from actions.yes_no import said_no, said_yes
from backend.alerts.kinds import together
from backend.contact import proving
from backend.contact import service as contact
from backend.contact.service import What
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.reading.address import address_said, with_number, with_part, with_unit
from backend.reading.phone_figures import has_phone_figures, without_phone_figures

WHAT, VALUE, AGREED, PROOF = "contact_what", "contact_value", "contact_agreed", "contact_proof"
SECOND = "contact_second"
"""A second change told in the same message, [what, value]. It comes after the first."""
PROVES = "contact_proves"
"""The email that is on file now, and that a code was sent to."""
CODE_HERE = "contact_code_here"
"""A code has come back in the midst of this very change."""
LATER = "later"
NOT_IT = re.compile(r"\b(?:not|isn'?t|old|viejo)\b", re.IGNORECASE)
ASKED_AS.update({PROOF: "code"})
WORDS: tuple[tuple[What, re.Pattern[str]], ...] = (
    ("email", re.compile(r"\be-?mails?(?: address)?\b", re.IGNORECASE)),
    ("phone", re.compile(r"\b(phone|cell|mobile|landline|telephone|number)\b", re.IGNORECASE)),
    ("address", re.compile(r"\b(address|po box|mailing|moved|where you (?:mail|send))\b", re.IGNORECASE)),
)


NOTICED = {
    "old": mark("the old one"),
    "new": mark("the new one"),
    "email": mark("your email"),
    "phone": mark("your phone"),
}
NO_NOTICE = mark("No notice of it can be sent to what is on file.")
BY_EMAIL = mark("For 24 hours I still ask for a code by email before showing your account.")
BY_OFFICE = mark("For 24 hours a code cannot go to the new phone yet; until then the office opens your account.")


class ContactForm(IdentifiedForm):
    form = "contact_form"
    task = "contact"
    title = mark("changing contact details")
    skill = "update_contact_info"
    slots: ClassVar[tuple[str, ...]] = (WHAT, VALUE, AGREED, PROOF, PROVES, CODE_HERE, SECOND)
    asks: ClassVar[dict[str, str]] = {WHAT: "choice", VALUE: "free_text", AGREED: "yes_no", PROOF: "code"}
    files = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"update_contact_info"})

    def opened(self, turn: Turn, standing: Standing) -> bool:
        """By text, not by a code that came back for something else: for as long as that holds, whoever forges the
        sender writes into a talk that has stepped up."""
        return super().opened(turn, standing) and (turn.channel != "sms" or bool(turn.get(CODE_HERE)))

    async def _listen_code(self, turn: Turn) -> bool:
        heard = await super()._listen_code(turn)
        if turn.read(CODE).code is not None and turn.get("code_trouble") is None:
            turn.set(CODE_HERE, True)
        return heard

    async def cancelled(self, turn: Turn) -> None:
        if turn.get(PROVES):
            turn.say("utter_contact_proof_later", value=turn.get(PROVES))
        else:
            turn.say("utter_contact_unchanged")

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        """A new phone's ten digits in the first message are no member number."""
        if turn.get(PROVES):
            return await self._hear_proof(turn)
        if asked in (VALUE, AGREED) and turn.get(WHAT) == "phone" and self._phone(turn):
            return await self.listen_task(turn, asked)  # ten digits here are the new phone, and open no other account
        words = turn.own_words if asked or has_phone_figures(turn.own_words) else turn.whole_words
        new, old = contact.read_new_phone(words, strict=turn.backend.settings.production)
        if not old and asked is None:
            _, old = contact.read_new_phone(turn.whole_words, strict=turn.backend.settings.production)
        if old and turn.get(LAST4) is None:
            turn.set(LAST4, old[-4:])  # the one that is on file
        if asked is None and new and not self._identity_inside(turn, asked):
            heard = await self.listen_task(turn, asked)
            rest = without_phone_figures(turn.own_words)
            turn.focus(rest)
            return await super().listen(turn, asked) or heard
        return await super().listen(turn, asked)

    def _phone(self, turn: Turn) -> str | None:
        """A number that exists; the made-up ones of the demo members are taken where no real member is served."""
        new, old = contact.read_new_phone(turn.own_words, strict=turn.backend.settings.production)
        if new is None and turn.get(REQUESTED) in (VALUE, AGREED) and not NOT_IT.search(turn.own_words):
            return old  # "no, 815-555-0199" puts the new one right
        return new

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_what(turn, asked)
        heard = self._hear_value(turn, asked) or heard
        self._hear_second(turn, asked)
        if not heard and asked == AGREED and turn.get(VALUE):
            chosen = turn.chosen(AGREED)
            if chosen == "yes" or (chosen is None and said_yes(turn)):
                turn.notes["agreed"] = heard = True
            elif chosen == "no" or said_no(turn):
                turn.clear(VALUE)
                heard = True
        return heard

    async def _hear_proof(self, turn: Turn) -> bool:
        code = turn.read(PROOF).code
        if code is not None:
            turn.notes["email_code"] = await proving.check(turn.session, turn.backend, turn.conversation_id, code)
        elif turn.chosen(AGREED) == LATER or said_no(turn) or turn.does("skip"):
            turn.notes["email_code"] = LATER
        return "email_code" in turn.notes

    def _hear_what(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.chosen(WHAT)
        if chosen is None and (asked in (None, WHAT) or turn.intent in self.opens_with):
            chosen = next((what for what, words in WORDS if words.search(turn.text)), None)
        if (
            chosen is None
            and turn.get(WHAT) is None
            and asked in (None, WHAT)
            and not self._identity_inside(turn, asked)
        ):
            chosen = self._what_is_given(turn)
        if chosen is None:
            return False
        if chosen != turn.get(WHAT):
            turn.clear(VALUE)
        turn.set(WHAT, chosen)
        return True

    def _what_is_given(self, turn: Turn) -> What | None:
        """The new value alone tells what is to be changed."""
        if contact.read_email(turn.own_words):
            return "email"
        if self._phone(turn):
            return "phone"
        return "address" if contact.read_address(turn.own_words, False) else None

    def _hear_value(self, turn: Turn, asked: str | None) -> bool:
        what = turn.get(WHAT)
        found: str | None = None
        if what == "phone" and asked not in IDENTITY_SLOTS and not self._identity_inside(turn, asked):
            found = self._phone(turn)
        elif what == "email":
            found = contact.read_email(turn.own_words)
        elif what == "address" and asked not in IDENTITY_SLOTS:
            found = contact.read_address(turn.own_words, asked == VALUE)
            if turn.get(VALUE):
                found = self._corrected_address(turn, str(turn.get(VALUE)), found)
        if found is None:
            return False
        turn.set(VALUE, found)
        return True

    @staticmethod
    def _corrected_address(turn: Turn, before: str, found: str | None) -> str | None:
        """A part that is put right changes that part, and the rest of the address stays."""
        new = found or address_said(turn.own_words)
        if new:
            return with_part(before, new)
        return with_unit(before, turn.own_words) or with_number(before, turn.own_words)

    def _hear_second(self, turn: Turn, asked: str | None) -> None:
        """`My phone is 815-555-0199 now and my email ann@example.com`: one after the other, and none is dropped."""
        email = contact.read_email(turn.own_words)
        if asked in (CODE, LAST4, NUMBER) or email is None or not has_phone_figures(turn.own_words):
            return
        phone = contact.read_new_phone(turn.own_words, strict=turn.backend.settings.production)[0]
        values = {"email": email, "phone": phone}
        other = next((what for what, value in values.items() if value and what != turn.get(WHAT)), None)
        if other is not None and turn.get(WHAT) in values:
            turn.set(SECOND, [other, values[other]])

    def _take_second(self, turn: Turn) -> bool:
        """Go over to the second change, if there is one."""
        second = turn.get(SECOND)
        if not second:
            return False
        turn.clear(SECOND, AGREED)
        turn.notes.pop("agreed", None)
        turn.set(WHAT, second[0])
        turn.set(VALUE, second[1])
        return True

    def _identity_inside(self, turn: Turn, asked: str | None) -> bool:
        """`99999-001 0142` has the digits of a phone, and is none."""
        if has_phone_figures(turn.own_words):
            return False
        said = turn.read(None)
        return asked not in (VALUE, AGREED) and said.number is not None and said.last4 is not None

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        # the change is made: what is left needs no more than the code that went to the new address
        if not turn.get(PROVES):
            return await super().next_ask(turn)
        ask = self._ask_email_code(turn)
        if ask is not None or not turn.get(SECOND):
            return ask
        turn.clear(PROVES)
        self._take_second(turn)
        return await super().next_ask(turn)

    def _ask_email_code(self, turn: Turn) -> Ask | None:
        value, heard = str(turn.get(PROVES)), turn.notes.get("email_code")
        if heard == "ok":
            turn.say("utter_contact_proven", value=value)
            return None
        if heard in (None, "wrong"):
            buttons = [choose(tr("Later"), contact_agreed=LATER)]
            response = "utter_question_contact_proof_again" if heard else "utter_question_contact_proof"
            return Ask(PROOF, response, {"value": value}, buttons, new=bool(heard))
        turn.say("utter_contact_proof_later", value=value)
        return None

    async def _told(self, turn: Turn, standing: Standing, what: What) -> dict[str, str]:
        """Whom the change is told, and what opens the account until a new phone may."""
        assert standing.member is not None
        told = await contact.noticed(turn.session, turn.conversation_id, what)
        names = [
            tr(NOTICED[which] if which != "other" else NOTICED["email" if "@" in way else "phone"])
            for way, which in told
        ]
        emailed = bool(standing.member.email) and standing.member.settled("email", turn.backend.clock.now())
        return {
            "noticed": tr("A notice goes to {places}.", places=together(names)) if names else tr(NO_NOTICE),
            "proof": tr(BY_EMAIL if emailed else BY_OFFICE),
        }

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        if turn.get(WHAT) is None:
            buttons = [
                choose(tr("Phone"), contact_what="phone"),
                choose(tr("Email"), contact_what="email"),
                choose(tr("Mailing address"), contact_what="address"),
            ]
            return Ask(WHAT, "utter_question_contact_what", buttons=buttons)
        what = cast(What, turn.get(WHAT))
        if turn.get(VALUE) is None:
            return Ask(VALUE, f"utter_question_contact_{what}")
        value = str(turn.get(VALUE))
        values: dict[str, Any] = {"value": contact.shown(what, value), "contact_what": what}
        if not turn.notes.get("agreed"):
            buttons = [choose(tr("Yes, change it"), contact_agreed="yes"), choose(tr("No"), contact_agreed="no")]
            return Ask(AGREED, "utter_question_contact_confirm", values, buttons)
        changed = await contact.change(turn.session, turn.backend, turn.conversation_id, standing, what, value)
        if changed:
            values |= await self._told(turn, standing, what)
        turn.say("utter_contact_changed" if changed else "utter_contact_same", **values)
        if not changed or what != "email":
            return await self.next_task_ask(turn, standing) if self._take_second(turn) else None
        if not await proving.send(turn.session, turn.backend, turn.conversation_id, standing):
            turn.say("utter_contact_proof_later", value=value)
            return await self.next_task_ask(turn, standing) if self._take_second(turn) else None
        turn.set(PROVES, value)
        return self._ask_email_code(turn)
