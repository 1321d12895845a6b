"""Reads a message into the slots of a report: place, phone, description, and the answer to the read-back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from actions.accounts.account_choice import find_asked_accounts
from actions.cases.report_notes import report_notes
from actions.danger import signals_danger
from actions.free_text import extract_place
from actions.given_phone import read_phone, was_own_told
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.turn import Turn
from actions.yes_no import is_no, is_yes
from backend.billing.models import Account
from backend.contact.own_contacts import first_to_call
from backend.contact.service import extract_email
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.service import list_accounts_at_phone
from backend.reading.acts.signals import is_question
from backend.reading.acts.yes_no import contains_yes
from backend.reading.contact.phone_mentions import (
    contains_formatted_phone,
    extract_phone_ending,
    remove_formatted_phones,
    remove_phone_digits,
)
from backend.reading.extract_all import extract_all
from backend.reading.service.dead_places import parts_without_power
from backend.reading.spanish import english_form
from backend.reading.tickets.read_back_replies import (
    extract_crossing,
    extract_town,
    lacks_number,
    says_none_present,
    says_power_is_out,
)
from backend.reading.tickets.report_details import (
    has_no_number,
    is_last4_only,
    is_yes_with_more,
    names_phone,
)
from backend.tickets.place_correction import extract_corrected_place
from backend.tickets.place_matching import make_place_key

MAX_DESCRIPTION_LENGTH = 600
URGENT_RESPONSE = "utter_arrangement_notice"
"""A member who got this response was told that the request is urgent, so any ticket filed after it is urgent."""
MAX_ADDITIONS = 3
"""After so many messages with details and no place, the question for the place counts as missed."""
MIN_DETAIL_WORDS = 4
"""A message with fewer words contains nothing that a crew needs."""
MAX_PLAIN_YES_WORDS = 6
"""A longer yes says more, such as `yes, and call before they come, there is a mean dog`: the crew must read it."""
THIS_CHAT = "this chat"
"""Value of the phone slot for a reporter without phone and email: the answer comes into the chat."""
TICKET_NUMBER_SENT = "number told"
"""Value of the `warned` slot once the ticket's number was said."""
NON_DETAIL_ACTS = (
    "ask", "affirm", "deny", "cancel", "skip", "hold", "repeat", "person", "language", "social", "unclear",
)  # fmt: skip
"""A reply to the read-back with one of these acts adds no detail to the report."""


@dataclass(frozen=True)
class ReportLocation:
    """Where it is. `display_text` may be read back: an address on file is not told to everybody."""

    account: Account | None
    place: str | None
    display_text: str


class ReportSlots(IdentifiedForm):
    """A form whose slots make up a report. Their names start with `slot_prefix`: `case_place`, `outage_place`."""

    slot_prefix: ClassVar[str]

    @abstractmethod
    async def extract_report_slots(self, turn: Turn, asked: str | None) -> bool:
        """Read the slots that only this form has. Returns whether anything was for them."""

    def slot_name(self, name: str) -> str:
        return f"{self.slot_prefix}_{name}"

    def get_report_slot(self, turn: Turn, name: str) -> Any:
        return turn.get(self.slot_name(name))

    # where it is, and whom to call

    async def resolve_location(self, turn: Turn, identity: Identity) -> ReportLocation | None:
        """The place that was given, else the address of the open account, or of the phone that writes or calls."""
        given = self.get_report_slot(turn, "place")
        if identity.account is not None:
            place = given or identity.account.service_address or None
            number = tr("account {number}", number=identity.account.number)
            shown = given or (place if identity.level >= Level.STEPPED_UP or identity.is_texting else None)
            return ReportLocation(identity.account, place, f"{shown}, {number}" if shown else number)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        at_phone = await list_accounts_at_phone(turn.session, conversation.address) if conversation.address else []
        if given:
            key = make_place_key(str(given))
            same = [account for account in at_phone if make_place_key(account.service_address) == key]
            account = self._find_dead_account(turn, same) or next(iter(same), None)
            return ReportLocation(account, str(given), str(given))
        account = self._find_dead_account(turn, at_phone)
        if account is None:
            return None
        if not conversation.replies_reach_sender and not self.get_report_slot(turn, "danger"):
            return None  # a caller's number can be forged: the address would be told to a stranger
        return ReportLocation(account, account.service_address, account.service_address)

    def _find_dead_account(self, turn: Turn, accounts: Sequence[Account]) -> Account | None:
        """The only one, or the one that the report names by its place: `no power at the barn, the house is fine`."""
        if len(accounts) < 2:
            return next(iter(accounts), None)
        words = english_form(str(self.get_report_slot(turn, "words") or turn.full_text), turn.language)
        named = [find_asked_accounts(part, "", accounts) for part in parts_without_power(words)]
        found = {account.id: account for part in named for account in part}
        return next(iter(found.values())) if len(found) == 1 else None

    async def get_shareable_place(self, turn: Turn) -> str | None:
        """The report's place, where it may be read back."""
        if place := self.get_report_slot(turn, "place"):
            return str(place)
        where = await self.resolve_location(turn, await turn.identity())
        return where.place if where is not None and where.place and where.place in where.display_text else None

    async def _contact_phone(self, turn: Turn, identity: Identity) -> str | None:
        """The phone (E.164) that was given, else the one that this conversation comes from (none in web chat), else the
        one on file."""
        phone = str(self.get_report_slot(turn, "phone") or "")
        if phone.startswith("+"):
            return phone
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        on_file = identity.member.phone if identity.member else None
        return first_to_call(turn.backend, conversation.address, on_file)

    # reading the message

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked in IDENTITY_SLOTS and has_no_number(turn.text):
            self._continue_without_number(turn)
            return True
        if self._extract_last4_after_number(turn, asked):
            return True
        phone = self._extract_phone(turn, asked)
        if phone:
            turn.set(self.slot_name("phone"), phone)
            report_notes(turn).has_phone = True
            self._extract_number_besides_phone(turn)
            await self.extract_task_slots(turn, asked)
            return True
        if was_own_told(turn):  # its digits are no member number
            turn.focus(remove_phone_digits(turn.focused_text))
        return await super().extract_slots(turn, asked) or was_own_told(turn)

    def _extract_last4_after_number(self, turn: Turn, asked: str | None) -> bool:
        """Four digits at the question for the place, after a member number: the account then has the address."""
        number = turn.get(NUMBER)
        if not (number and asked == self.slot_name("place") and not turn.get(LAST4) and is_last4_only(turn.text)):
            return False
        last4 = turn.extract_values(LAST4).last4
        if last4:
            turn.set(LAST4, last4)
        return bool(last4)

    def _continue_without_number(self, turn: Turn) -> None:
        turn.clear(NUMBER, LAST4, "identity_failed")
        turn.set(self.slot_name("no_number"), True)
        report_notes(turn).lacks_number = True

    def _extract_phone(self, turn: Turn, asked: str | None) -> str | None:
        """Ten digits are a phone where one was asked for, or where they are written or named as one."""
        number = extract_all(turn.text, asked=None, today=turn.backend.today()).member_number
        if number is not None and number.is_complete and not contains_formatted_phone(turn.text):
            return None  # a member number with its separator may have ten digits as well
        wanted = asked in (self.slot_name("phone"), self.slot_name("confirm"))
        if wanted or contains_formatted_phone(turn.text) or names_phone(turn.text):
            return read_phone(turn)
        return None

    def _extract_number_besides_phone(self, turn: Turn) -> None:
        """A member number in the same message; the phone's digits must not be read as one."""
        rest = extract_all(remove_formatted_phones(turn.text), asked=None, today=turn.backend.today())
        if contains_formatted_phone(turn.text) and rest.member_number is not None and rest.member_number.is_complete:
            turn.set(NUMBER, rest.member_number.dashed)
            turn.set(LAST4, rest.last4)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        is_danger = signals_danger(turn)
        understood = is_danger  # whatever was asked: no other skill's rule may take a danger away
        place = await self._extract_place(turn, asked)
        if place:
            turn.set(self.slot_name("place"), place)
            understood = True
        elif asked == self.slot_name("place") and has_no_number(turn.text):
            self._continue_without_number(turn)
            understood = True
        elif asked == self.slot_name("place") and len(turn.text.split()) >= MIN_DETAIL_WORDS:
            is_asking = "?" in turn.text or (is_question(turn.text) and not is_danger)
            if not is_asking:
                report_notes(turn).keeps_words = True  # no place, but the details are kept
                if self._keeps_details(turn):
                    understood = True
        if asked == self.slot_name("phone"):
            # "I don't know, 815-555-7788" contains one, whatever it says before
            if place is None and self._extract_phone(turn, asked) is None:
                understood = self._extract_reach(turn) or understood
            if lacks_number(turn.focused_text):
                report_notes(turn).keeps_words = True  # a pole without a tag: a detail, and no refusal
                understood = True
        if asked == self.slot_name("confirm"):
            understood = self._extract_confirmation(turn, place) or understood
        understood = await self.extract_report_slots(turn, asked) or understood
        if asked is None or understood or report_notes(turn).keeps_words:
            self._save_words(turn, asked, place)
        return understood

    async def _extract_place(self, turn: Turn, asked: str | None) -> str | None:
        """The place, also as a correction of the one given or read back: `yes, but it's 36, not 35`."""
        at_read_back = asked == self.slot_name("confirm")
        known = await self.get_shareable_place(turn) if at_read_back or asked == self.slot_name("phone") else None
        if known:
            words = turn.focused_text
            is_change = self.get_report_slot(turn, "confirm") == "no"  # the member was asked what to change
            if corrected := extract_corrected_place(f"no, {words}" if is_change else words, known):
                return corrected
            if at_read_back and (crossing := extract_crossing(words)):
                return crossing
            town, _ = extract_town(words)
            if town and "," not in known and at_read_back and not turn.has_act("affirm", "deny"):
                return f"{known}, {town}"
        return extract_place(turn, asked=asked == self.slot_name("place") and not turn.get(NUMBER))

    def _keeps_details(self, turn: Turn) -> bool:
        """Whether this adds to the report and requests nothing else: it is kept, and the place is asked for again."""
        additions = str(self.get_report_slot(turn, "words") or "").count(" / ")
        if (
            additions >= MAX_ADDITIONS
            or self._is_clearly_other_task(turn)
            or turn.has_act("start", "cancel", "person", "repeat", "skip")
        ):
            return False
        report_notes(turn).has_details_for_place = True
        return True

    def _extract_reach(self, turn: Turn) -> bool:
        """An email instead of a phone; a member without either is answered in this chat."""
        email = extract_email(turn.focused_text)
        if email or is_no(turn) or has_no_number(turn.text):
            turn.set(self.slot_name("phone"), email or THIS_CHAT)
            return True
        return False

    def _extract_confirmation(self, turn: Turn, place: str | None) -> bool:
        """Read the answer to the read-back: a yes, another place or phone, a no, or details to add."""
        end = extract_phone_ending(turn.text)
        if end is not None and end not in turn.open_question.text:  # "mine ends 2203": the whole number is asked for
            turn.clear(self.slot_name("phone"))
            report_notes(turn).has_other_phone = True
            return True
        chosen = turn.button_value(self.slot_name("confirm"))
        was_refused = self.get_report_slot(turn, "confirm") == "no"
        # behind a no an "ok" with more is no yes: "ok, my number is 99999-001"
        yes_and = is_yes_with_more(turn.text) and not turn.was_redacted and (not was_refused or contains_yes(turn.text))
        # no money moves, and a report can be withdrawn, so "ok yes send it i guess" is enough
        likely = (
            turn.has_act("affirm") and not turn.has_act("ask", "correct", "deny", "cancel") and contains_yes(turn.text)
        )
        agreed = is_yes(turn) or likely
        if chosen == "yes" or (chosen is None and (agreed or (yes_and and not place))):
            report_notes(turn).agreed = True
            if (yes_and and not is_yes(turn)) or len(turn.focused_text.split()) > MAX_PLAIN_YES_WORDS:
                report_notes(turn).keeps_words = True
            return True
        if place or report_notes(turn).has_phone:
            turn.clear(self.slot_name("confirm"))
            return True
        if chosen is None and self._is_harmless_no(turn):
            report_notes(turn).keeps_words = report_notes(turn).added_details = True
            return True
        if chosen == "no" or is_no(turn):
            turn.set(self.slot_name("confirm"), "no")
            return True
        if was_refused and turn.focused_text:  # the member was asked what to change
            turn.clear(self.slot_name("confirm"))
            report_notes(turn).keeps_words = True
            return True
        if self._is_added_detail(turn):
            report_notes(turn).keeps_words = report_notes(turn).added_details = True
            return True
        return False

    def _is_harmless_no(self, turn: Turn) -> bool:
        """`No pole number`, `no wires down that I see`, `no, it is still dark`: a no that refuses nothing."""
        out = self.slot_prefix == "outage" and is_no(turn) and says_power_is_out(turn.full_text)
        texts = (turn.text, turn.focused_text)
        return out or any(lacks_number(text) or says_none_present(text) for text in texts)

    def _is_added_detail(self, turn: Turn) -> bool:
        """`The barn one`, in reply to the read-back: neither a yes nor a no, and no question or request."""
        adds = turn.has_act("volunteer", "answer", "correct") and not self._is_clearly_other_task(turn)
        asks = "?" in turn.text or is_question(turn.text) or turn.has_act(*NON_DETAIL_ACTS)
        return adds and not asks and len(turn.focused_text.split()) > 1

    def _save_words(self, turn: Turn, asked: str | None, place: str | None) -> None:
        """The first words are the description, and later ones are added: nobody has to say it twice."""
        words = mask_line(turn.focused_text.strip())
        before = str(self.get_report_slot(turn, "words") or "")
        more = place is not None and len(words) > len(place) + 12  # more than the place itself
        if not words or words in before or not (asked is None or more or report_notes(turn).keeps_words):
            return
        if asked is None and before and is_yes(turn):
            return  # a yes to an offer, which brought the words with it
        description = f"{before} / {words}" if before else words
        turn.set(self.slot_name("words"), description[:MAX_DESCRIPTION_LENGTH])
