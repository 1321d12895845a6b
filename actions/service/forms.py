"""Starting, stopping or moving service: a ticket with what the office needs. A start needs no member number."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from actions import agenda
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.cases.withdrawal import withdraw_ticket
from actions.disambiguation import save_identity_numbers
from actions.follow_ups import LAST_SUBJECT
from actions.formatting import format_day_for_office, format_on_day
from actions.given_phone import read_phone, was_own_told
from actions.identity.forms import CODE, CODE_TROUBLE, UNPROVEN, IdentifiedForm
from actions.service.extract import extract_bill_destination, extract_service_address
from actions.turn import NUMBER_TYPES, REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.contact.own_contacts import first_to_call
from backend.conversations.models import Conversation
from backend.coop import format_phone
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.members.levels import NEEDS, Level
from backend.reading.contact.mailing_address import extract_full_address, replace_unit
from backend.reading.contact.person_name import extract_corrected_name, parse_person_name
from backend.reading.contact.phone_mentions import contains_formatted_phone, remove_phone_digits
from backend.reading.dates.day_parsing import DayProblem, ParsedDay
from backend.reading.extract_all import extract_all
from backend.reading.numbers.digit_groups import spoken_to_digits
from backend.reading.service.electrician_work import is_off_for_electrician
from backend.reading.service.service_change import (
    asks_about_deposit,
    asks_how_to_pay,
    cancels_request,
    corrects_bill_address,
    extract_bill_address,
    extract_changed_kind,
    extract_kind,
    extract_name,
    has_four_digits,
    is_bare_name,
    is_moving_out,
    mentions_service,
    remove_place,
    sends_bill_elsewhere,
)
from backend.reading.spanish import to_english
from backend.tickets import service as tickets

KIND, ADDRESS, DAY, NAME, PHONE = "service_kind", "service_address", "service_day", "service_name", "service_phone"
FINAL_BILL, CONFIRM, MOVING_OUT = "service_final_bill", "service_confirm", "service_moving_out"
NUMBER_TYPES[DAY] = "date"


class ServiceForm(IdentifiedForm):
    form = "service_form"
    backend_package = "backend.tickets"
    task = "service"
    title = mark("starting, stopping or moving service")
    skill = "start_stop_service"
    slots: ClassVar[tuple[str, ...]] = (KIND, ADDRESS, DAY, NAME, PHONE, FINAL_BILL, CONFIRM, MOVING_OUT)
    asks: ClassVar[dict[str, str]] = {
        KIND: "choice",
        ADDRESS: "place",
        DAY: "day",
        NAME: "name",
        PHONE: "phone",
        FINAL_BILL: "choice",
        CONFIRM: "yes_no",
    }
    files_ticket = True
    files_without_code = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"start_stop_service"})

    def level_needed(self, turn: Turn) -> Level:
        """Existing service is stopped or moved by its member, who gives a code; a new member has no number yet."""
        return NEEDS["stop_move_service"] if turn.get(KIND) in ("stop", "move") else Level.ANONYMOUS

    def is_level_reached(self, turn: Turn, identity: Identity) -> bool:
        """Beside the account page, being signed in is no code: whoever finds the page open would end the service."""
        is_left_open = identity.is_signed_in and self.level_needed(turn) > Level.KNOWN
        return super().is_level_reached(turn, identity) and not (is_left_open and turn.get(CODE_TROUBLE) != UNPROVEN)

    async def send_canceled(self, turn: Turn) -> None:
        turn.utter("utter_service_left")

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """A disconnection for an electrician, back on the same day, is a case and stops no service."""
        if turn.other_action_answered(self.form):
            return await super()._start(turn)
        if cancels_request(turn.text):
            self._pause_open_task(turn)
            if not await withdraw_ticket(turn):
                turn.utter("utter_service_none")
            self._close_task(turn)
            return None
        if not is_off_for_electrician(turn.full_text):
            return await super()._start(turn)
        self._pause_open_task(turn)
        save_identity_numbers(turn)
        agenda.add_item(turn, "case_form", turn.full_text, {"case_kind": "electrician"})
        self._close_task(turn)
        return None

    # reading the message

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        """Ten digits are a phone, and no member number, where one was asked for or where they are written as one."""
        is_phone = asked in (PHONE, CONFIRM) or contains_formatted_phone(turn.text)
        if phone := read_phone(turn) if is_phone else None:
            turn.set(PHONE, phone)
            if asked in (PHONE, CONFIRM, None) and turn.extract_values("member_number").member_number is None:
                await self.extract_task_slots(turn, asked)
                return True
        if was_own_told(turn):  # its digits are no member number
            turn.focus(remove_phone_digits(turn.focused_text))
        return await super().extract_slots(turn, asked) or was_own_told(turn)

    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked == CONFIRM and (turn.button_value(CONFIRM) == "yes" or (turn.get(CONFIRM) != "no" and is_yes(turn))):
            turn.notes["agreed"] = True
        if asked == CONFIRM and "agreed" in turn.notes:
            return True
        if asked == CODE and turn.extract_values(CODE).code is not None:
            return False  # the six digits could be read as a day or a house number
        understood = PHONE in turn.notes or turn.was_set(PHONE)
        understood = self._extract_service_kind(turn, asked) or understood
        if asked == FINAL_BILL:
            destination = turn.button_value(FINAL_BILL) or extract_bill_destination(turn)
            if destination:
                turn.set(FINAL_BILL, destination)
            return destination is not None
        if asks_about_deposit(turn.text) or (turn.get(LAST_SUBJECT) == "deposit" and asks_how_to_pay(turn.text)):
            turn.utter("utter_service_deposit")
            understood = True
        understood = self._extract_bill_address(turn, asked) or understood
        place = extract_service_address(turn, asked=False, kind=turn.get(KIND))
        if asked == CONFIRM and place is None and not understood and turn.get(ADDRESS):
            place = replace_unit(str(turn.get(ADDRESS)), turn.focused_text)
        understood = self._extract_day(turn, asked, place) or understood
        if asked == ADDRESS and place is None:
            place = extract_service_address(turn, asked=True, kind=turn.get(KIND))
        elif asked == ADDRESS and not understood:
            place = extract_service_address(turn, asked=True, kind=turn.get(KIND)) or place
        if place and place != turn.get(FINAL_BILL):
            turn.set(ADDRESS, place)
            understood = True
        understood = self._extract_name(turn, asked) or understood
        return self._extract_changes(turn, asked, understood)

    def _extract_changes(self, turn: Turn, asked: str | None, understood: bool) -> bool:
        """In reply to the read-back, a change is read back again; a no without one asks what to change."""
        if asked != CONFIRM:
            return understood
        if understood:
            turn.clear(CONFIRM)
        elif turn.button_value(CONFIRM) == "no" or is_no(turn):
            turn.set(CONFIRM, "no")
            understood = True
        return understood

    def _extract_service_kind(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.button_value(KIND)
        if chosen is None and asked == CONFIRM:
            chosen = extract_changed_kind(turn.text)
        elif chosen is None and (asked in (None, KIND) or turn.get(KIND) is None):
            chosen = extract_kind(turn.text)
        if asked in (None, KIND) and (is_moving_out(turn.text) or sends_bill_elsewhere(turn.text)):
            turn.set(MOVING_OUT, True)
        if chosen and chosen != turn.get(KIND):
            turn.set(KIND, chosen)
            return True
        return chosen is not None and asked != CONFIRM

    def _extract_day(self, turn: Turn, asked: str | None, place: str | None) -> bool:
        text = remove_place(turn.text, place)
        values = extract_all(text, asked=NUMBER_TYPES.get(asked or ""), today=turn.backend.today())
        if isinstance(values.day, ParsedDay):
            turn.set(DAY, values.day.day.isoformat())
            turn.notes["day"] = True
            return True
        if asked in (DAY, CONFIRM) and isinstance(values.day, DayProblem) and values.day.code == "past":
            turn.notes["past"] = True
            turn.clear(DAY)
            return True
        return False

    def _extract_bill_address(self, turn: Turn, asked: str | None) -> bool:
        """Read where the final bill goes: beside other values, or as a correction of the read-back."""
        found = extract_bill_address(turn.focused_text) if turn.get(KIND) == "stop" else None
        bill, place = str(turn.get(FINAL_BILL) or ""), str(turn.get(ADDRESS) or "")
        if found is None and asked == CONFIRM and extract_full_address(bill) and not mentions_service(turn.text):
            new = extract_full_address(turn.focused_text) or replace_unit(bill, turn.focused_text)
            found = new if new and corrects_bill_address(new, bill, place) else None
        if found:
            turn.set(FINAL_BILL, found)
            turn.set(MOVING_OUT, True)
        return found is not None

    def _may_be_control_message(self, turn: Turn) -> bool:
        if turn.get(REQUESTED_SLOT) == NAME and parse_person_name(turn.focused_text):
            return False  # "I told you already, Ruth Abbott" is no control message
        return super()._may_be_control_message(turn)

    def _queue_other_requests(self, turn: Turn) -> None:
        if not asks_about_deposit(turn.text):  # a question about this request, which disputes no charge
            super()._queue_other_requests(turn)

    def _extract_name(self, turn: Turn, asked: str | None) -> bool:
        known = str(turn.get(NAME) or "")
        if asked == CONFIRM and known and (name := extract_corrected_name(turn.focused_text, known)):
            turn.set(NAME, name)
            return True
        if inside := extract_name(turn.focused_text):
            turn.set(NAME, inside)
            return True
        if asked == ADDRESS and not turn.get(NAME) and is_bare_name(turn.focused_text) and not turn.get(ADDRESS):
            turn.set(NAME, turn.focused_text.strip(" .,"))
            return True
        if asked != NAME:
            return False
        name = parse_person_name(turn.focused_text)
        if name is None or has_four_digits(spoken_to_digits(name)):
            return False  # a phone number spoken in words
        turn.set(NAME, name)
        return True

    # asking the next question

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        kind = turn.get(KIND)
        if kind is None and identity.member is None and turn.get(ADDRESS) and turn.get(DAY):
            turn.set(KIND, kind := "start")  # a place, a day and no account: it is read back as a start
        if kind is None:
            buttons = [
                build_button(tr("Start service"), service_kind="start"),
                build_button(tr("Stop service"), service_kind="stop"),
                build_button(tr("Move service"), service_kind="move"),
            ]
            return SlotQuestion(KIND, "utter_question_service_kind", buttons=buttons)
        if turn.get(ADDRESS) is None and not (kind == "stop" and identity.account is not None):
            return SlotQuestion(ADDRESS, "utter_question_service_address", {"service_kind": kind})
        if turn.get(DAY) is None:
            problem = "_past" if turn.notes.get("past") else ""
            return SlotQuestion(DAY, f"utter_question_service_day{problem}", {"service_kind": kind})
        if turn.get(NAME) is None and identity.member is None:
            return SlotQuestion(NAME, "utter_question_service_name")
        phone = await self._contact_phone(turn, identity)
        if phone is None:
            return SlotQuestion(PHONE, "utter_question_service_phone")
        if kind == "stop" and turn.get(MOVING_OUT) and turn.get(FINAL_BILL) is None:
            has_email = bool(identity.member and identity.member.email)
            buttons = [build_button(tr("The email on file"), **{FINAL_BILL: "email"})] if has_email else []
            return SlotQuestion(FINAL_BILL, "utter_question_service_final_bill", {"known": has_email}, buttons)
        if not turn.notes.get("agreed"):
            return self._read_back(turn, identity, phone)
        await self._open_ticket(turn, identity, phone)
        return None

    async def _contact_phone(self, turn: Turn, identity: Identity) -> str | None:
        """The phone (E.164) that was given, else the one on file, else the one that writes or calls."""
        if turn.get(PHONE):
            return str(turn.get(PHONE))
        if identity.member is not None:
            return identity.member.phone
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        return first_to_call(turn.backend, conversation.address)

    def _read_back(self, turn: Turn, identity: Identity, phone: str) -> SlotQuestion:
        if turn.get(CONFIRM) == "no":
            return SlotQuestion(CONFIRM, "utter_question_service_change")
        day = format_on_day(date.fromisoformat(turn.get(DAY)), turn.backend.today())
        # an address on file is not told to everybody who knows a member number
        account_number = identity.account.number if identity.account else ""
        final_bill = str(turn.get(FINAL_BILL) or "")
        on_file = {"email": tr("the email on file"), "mail": tr("the address on file")}
        values: dict[str, Any] = {
            "service_kind": turn.get(KIND),
            "where": str(turn.get(ADDRESS) or "") or tr("account {number}", number=account_number),
            "day": day,
            "who": tr(", for {name}", name=turn.get(NAME)) if turn.get(NAME) else "",
            "bill": tr(", the final bill to {to}", to=on_file.get(final_bill, final_bill))
            if final_bill not in ("", "unknown")
            else "",
            "last4": phone[-4:],
        }
        buttons = [build_button(tr("Yes"), **{CONFIRM: "yes"}), build_button(tr("No"), **{CONFIRM: "no"})]
        return SlotQuestion(CONFIRM, "utter_question_service_confirm", values, buttons, is_new=True)

    def _details(self, turn: Turn, identity: Identity, phone: str) -> dict[str, str]:
        """The ticket's details, in English for the office."""
        account, member = identity.account, identity.member
        on_file = (account.service_address or "the address on file") if account else ""
        details = {
            "wish": f"{turn.get(KIND)} service",
            "address": str(turn.get(ADDRESS) or on_file),
            "day": format_day_for_office(date.fromisoformat(turn.get(DAY)), turn.backend.today()),
            "name": str(turn.get(NAME) or (member.name if member else "")),
            "phone": format_phone(phone),
        }
        if turn.get(KIND) == "move" and on_file:
            details["moves from"] = on_file
        if turn.get(KIND) == "stop" and turn.get(MOVING_OUT):
            known = {
                "email": f"the email on file, {member.email if member else ''}",
                "mail": "the address on file",
                "unknown": "not known yet",
            }
            texts = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
            if any(is_moving_out(to_english(text)) for text in texts):
                details["reason"] = "moving out"
            details["final bill to"] = known.get(str(turn.get(FINAL_BILL)), str(turn.get(FINAL_BILL)))
        return details

    async def _open_ticket(self, turn: Turn, identity: Identity, phone: str) -> None:
        details = self._details(turn, identity, phone)
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="service",
            details=details,
            account_id=identity.account.id if identity.account else None,
            place=details["address"],
            phone=phone,
        )
        day = format_on_day(date.fromisoformat(turn.get(DAY)), turn.backend.today())
        values = {"service_kind": turn.get(KIND), "day": day, "last4": phone[-4:]}
        turn.utter("utter_service_ticket", number=ticket.number, **values)
