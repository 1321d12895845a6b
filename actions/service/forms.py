"""Starting, stopping or moving service: what the office needs, as a ticket. New people need no member number."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

from actions import agenda
from actions.base import Ask, Outside
from actions.cases.taking_back import take_back
from actions.follow_ups import LAST
from actions.identity.forms import CODE, IdentifiedForm
from actions.quick_pay.questions import choose
from actions.service.hearing import (
    RENAMED,
    bill_address,
    bill_goes_to,
    corrects_the_bill,
    kind_in,
    moves_out,
    name_alone,
    name_inside,
    place_in,
    takes_the_request_back,
    without_place,
)  # fmt: skip
from actions.turn import ASKED_AS, REQUESTED, Turn
from actions.which_wish import keep_who
from actions.words import day_for_the_office, when_words
from actions.yes_no import said_no, said_yes
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.coop import display_phone
from backend.language import mark, tr
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.reading.address import address_said, with_unit
from backend.reading.day import Day, DayProblem
from backend.reading.digits import spoken_to_digits
from backend.reading.electrician import off_for_an_electrician
from backend.reading.name import name_corrected, name_said
from backend.reading.phone_figures import is_parted_as_phone
from backend.reading.spanish import glossed
from backend.reading.together import read_all
from backend.tickets import service as tickets

KIND, ADDRESS, DAY, NAME, PHONE = "service_kind", "service_address", "service_day", "service_name", "service_phone"
FINAL_BILL, CONFIRM, MOVING_OUT = "service_final_bill", "service_confirm", "service_moving_out"
ASKED_AS[DAY] = "date"
_DEPOSIT = r"dep[oó]sit\w*"
PAYS_DEPOSIT = re.compile(
    rf"\b(?:pay\w*|pag\w+|give|put down|how much)\b.{{0,24}}\b{_DEPOSIT}|\b{_DEPOSIT}\b.{{0,30}}\b(?:pay|pag\w+)\b",
    re.I,
)
PAYS = re.compile(r"\b(?:how (?:much|do i pay|can i pay)|pay it|pagarlo|lo pago|cu[aá]nto es)\b", re.IGNORECASE)
BILL_ELSEWHERE = re.compile(
    r"\b(?:bill|factura|recibo)\b.{0,30}\b(?:(?:other|another|different|otra) (?:address|place|direc\w*)|elsewhere|"
    r"somewhere else)\b",
    re.IGNORECASE,
)
"""The last bill goes to another address, which is asked for."""
SERVED = re.compile(r"\b(?:service|power|electric\w*|turn(?:ed)? off|shut off|stop (?:it )?at)\b", re.IGNORECASE)


class ServiceForm(IdentifiedForm):
    form = "service_form"
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
    files = True
    files_unproven = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"start_stop_service"})

    def level_needed(self, turn: Turn) -> Level:
        """What exists is stopped or moved by its member, who gives a code; somebody new has no number yet."""
        return NEEDS["stop_move_service"] if turn.get(KIND) in ("stop", "move") else Level.ANONYMOUS

    async def cancelled(self, turn: Turn) -> None:
        turn.say("utter_service_left")

    async def _begin(self, turn: Turn) -> Outside | None:
        """Off for an electrician and back on the same day stops no service: it is a request of its own."""
        if turn.answered_something_else(self.form):
            return await super()._begin(turn)
        if takes_the_request_back(turn.text):
            self._interrupt(turn)
            if not await take_back(turn):
                turn.say("utter_service_none")
            self._close(turn)
            return None
        if not off_for_an_electrician(turn.whole_words):
            return await super()._begin(turn)
        self._interrupt(turn)
        keep_who(turn)
        agenda.add(turn, "case_form", turn.whole_words, {"case_kind": "electrician"})
        self._close(turn)
        return None

    # listening

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        """A phone's ten digits are no member number where a phone is asked for, or where they are written as one."""
        phone = read_phone(turn.text, strict=False)
        if phone and (asked in (PHONE, CONFIRM) or is_parted_as_phone(turn.text)):
            turn.set(PHONE, phone)
            if asked in (PHONE, CONFIRM, None) and turn.read("member_number").number is None:
                await self.listen_task(turn, asked)
                return True
        return await super().listen(turn, asked)

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if asked == CONFIRM and self._agrees(turn):
            return True
        if asked == CODE and turn.read(CODE).code is not None:
            return False  # six digits are a day or a house number to who looks for one
        heard = PHONE in turn.notes or turn.has_set(PHONE)
        heard = self._hear_kind(turn, asked) or heard
        if asked == FINAL_BILL:
            return self._hear_final_bill(turn)
        if PAYS_DEPOSIT.search(turn.text) or (turn.get(LAST) == "deposit" and PAYS.search(turn.text)):
            turn.say("utter_service_deposit")
            heard = True
        heard = self._hear_bill_address(turn, asked) or heard
        place = place_in(turn, asked=False, kind=turn.get(KIND))
        if asked == CONFIRM and place is None and not heard and turn.get(ADDRESS):
            place = with_unit(str(turn.get(ADDRESS)), turn.own_words)
        heard = self._hear_day(turn, asked, place) or heard
        if asked == ADDRESS and place is None:
            place = place_in(turn, asked=True, kind=turn.get(KIND))
        elif asked == ADDRESS and not heard:
            place = place_in(turn, asked=True, kind=turn.get(KIND)) or place
        if place and place != turn.get(FINAL_BILL):
            turn.set(ADDRESS, place)
            heard = True
        heard = self._hear_name(turn, asked) or heard
        return self._hear_changes(turn, asked, heard)

    def _agrees(self, turn: Turn) -> bool:
        if turn.chosen(CONFIRM) == "yes" or (turn.get(CONFIRM) != "no" and said_yes(turn)):
            turn.notes["agreed"] = True
        return "agreed" in turn.notes

    def _hear_changes(self, turn: Turn, asked: str | None, heard: bool) -> bool:
        """At the read-back: what was changed is read back again; a no without a change asks for it."""
        if asked != CONFIRM:
            return heard
        if heard:
            turn.clear(CONFIRM)
        elif turn.chosen(CONFIRM) == "no" or said_no(turn):
            turn.set(CONFIRM, "no")
            heard = True
        return heard

    def _hear_kind(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.chosen(KIND)
        if chosen is None and asked == CONFIRM:
            found = RENAMED.search(turn.text)
            named = (found["kind"] or found["plain"]).lower() if found else None
            chosen = "move" if named == "transfer" else named
        elif chosen is None and (asked in (None, KIND) or turn.get(KIND) is None):
            chosen = kind_in(turn.text)
        if asked in (None, KIND) and (moves_out(turn.text) or BILL_ELSEWHERE.search(turn.text)):
            turn.set(MOVING_OUT, True)
        if chosen and chosen != turn.get(KIND):
            turn.set(KIND, chosen)
            return True
        return chosen is not None and asked != CONFIRM

    def _hear_day(self, turn: Turn, asked: str | None, place: str | None) -> bool:
        text = without_place(turn.text, place)
        said = read_all(text, asked=ASKED_AS.get(asked or ""), today=turn.backend.today())
        if isinstance(said.day, Day):
            turn.set(DAY, said.day.on.isoformat())
            turn.notes["day"] = True
            return True
        if asked in (DAY, CONFIRM) and isinstance(said.day, DayProblem) and said.day.code == "past":
            turn.notes["past"] = True
            turn.clear(DAY)
            return True
        return False

    def _hear_bill_address(self, turn: Turn, asked: str | None) -> bool:
        """Where the last bill goes, told beside other things, or put right at the read-back."""
        found = bill_address(turn.own_words) if turn.get(KIND) == "stop" else None
        bill, place = str(turn.get(FINAL_BILL) or ""), str(turn.get(ADDRESS) or "")
        if found is None and asked == CONFIRM and address_said(bill) and not SERVED.search(turn.text):
            new = address_said(turn.own_words) or with_unit(bill, turn.own_words)
            found = new if new and corrects_the_bill(new, bill, place) else None
        if found:
            turn.set(FINAL_BILL, found)
            turn.set(MOVING_OUT, True)
        return found is not None

    def _is_steering(self, turn: Turn) -> bool:
        if turn.get(REQUESTED) == NAME and name_said(turn.own_words):
            return False  # "I told you already, Ruth Abbott" leaves nothing
        return super()._is_steering(turn)

    def _keep_for_later(self, turn: Turn) -> None:
        if not PAYS_DEPOSIT.search(turn.text):  # that is of this request, and disputes no charge
            super()._keep_for_later(turn)

    def _hear_name(self, turn: Turn, asked: str | None) -> bool:
        known = str(turn.get(NAME) or "")
        if asked == CONFIRM and known and (name := name_corrected(turn.own_words, known)):
            turn.set(NAME, name)
            return True
        if inside := name_inside(turn.own_words):
            turn.set(NAME, inside)
            return True
        if asked == ADDRESS and not turn.get(NAME) and name_alone(turn.own_words) and not turn.get(ADDRESS):
            turn.set(NAME, turn.own_words.strip(" .,"))
            return True
        if asked != NAME:
            return False
        name = name_said(turn.own_words)
        if name is None or re.search(r"\d{4}", spoken_to_digits(name)):
            return False  # a phone number, said in words, is no name
        turn.set(NAME, name)
        return True

    def _hear_final_bill(self, turn: Turn) -> bool:
        goes_to = turn.chosen(FINAL_BILL) or bill_goes_to(turn)
        if goes_to:
            turn.set(FINAL_BILL, goes_to)
        return goes_to is not None

    # asking

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        kind = turn.get(KIND)
        if kind is None and standing.member is None and turn.get(ADDRESS) and turn.get(DAY):
            turn.set(KIND, kind := "start")  # nobody's account, a place and a day: it is read back as a start
        if kind is None:
            buttons = [
                choose(tr("Start service"), service_kind="start"),
                choose(tr("Stop service"), service_kind="stop"),
                choose(tr("Move service"), service_kind="move"),
            ]
            return Ask(KIND, "utter_question_service_kind", buttons=buttons)
        if turn.get(ADDRESS) is None and not (kind == "stop" and standing.account is not None):
            return Ask(ADDRESS, "utter_question_service_address", {"service_kind": kind})
        if turn.get(DAY) is None:
            problem = "_past" if turn.notes.get("past") else ""
            return Ask(DAY, f"utter_question_service_day{problem}", {"service_kind": kind})
        if turn.get(NAME) is None and standing.member is None:
            return Ask(NAME, "utter_question_service_name")
        phone = await self._phone(turn, standing)
        if phone is None:
            return Ask(PHONE, "utter_question_service_phone")
        if kind == "stop" and turn.get(MOVING_OUT) and turn.get(FINAL_BILL) is None:
            return self._ask_final_bill(standing)
        if not turn.notes.get("agreed"):
            return self._read_back(turn, standing, phone)
        await self._open(turn, standing, phone)
        return None

    async def _phone(self, turn: Turn, standing: Standing) -> str | None:
        """The phone that was told, else the one on file, else the one that writes or calls."""
        if turn.get(PHONE):
            return str(turn.get(PHONE))
        if standing.member is not None:
            return standing.member.phone
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        return conversation.address or None

    def _ask_final_bill(self, standing: Standing) -> Ask:
        has_email = bool(standing.member and standing.member.email)
        buttons = [choose(tr("The email on file"), **{FINAL_BILL: "email"})] if has_email else []
        return Ask(FINAL_BILL, "utter_question_service_final_bill", {"known": has_email}, buttons)

    def _read_back(self, turn: Turn, standing: Standing, phone: str) -> Ask:
        if turn.get(CONFIRM) == "no":
            return Ask(CONFIRM, "utter_question_service_change")
        day = when_words(date.fromisoformat(turn.get(DAY)), turn.backend.today())
        values: dict[str, Any] = {
            "service_kind": turn.get(KIND),
            "where": self._where(turn, standing),
            "day": day,
            "who": tr(", for {name}", name=turn.get(NAME)) if turn.get(NAME) else "",
            "bill": self._bill_words(turn),
            "last4": phone[-4:],
        }
        buttons = [choose(tr("Yes"), **{CONFIRM: "yes"}), choose(tr("No"), **{CONFIRM: "no"})]
        return Ask(CONFIRM, "utter_question_service_confirm", values, buttons, new=True)

    def _where(self, turn: Turn, standing: Standing) -> str:
        """The address as it was told; one on file is not told to whoever knows a member number."""
        told = str(turn.get(ADDRESS) or "")
        return told or tr("account {number}", number=standing.account.number if standing.account else "")

    def _bill_words(self, turn: Turn) -> str:
        to = str(turn.get(FINAL_BILL) or "")
        known = {"email": tr("the email on file"), "mail": tr("the address on file")}
        if not to or to == "unknown":
            return ""
        return tr(", the final bill to {to}", to=known.get(to, to))

    def _details(self, turn: Turn, standing: Standing, phone: str) -> dict[str, str]:
        account, member = standing.account, standing.member
        on_file = (account.service_address or "the address on file") if account else ""
        details = {
            "wish": f"{turn.get(KIND)} service",
            "address": str(turn.get(ADDRESS) or on_file),
            "day": day_for_the_office(date.fromisoformat(turn.get(DAY)), turn.backend.today()),
            "name": str(turn.get(NAME) or (member.name if member else "")),
            "phone": display_phone(phone),
        }
        if turn.get(KIND) == "move" and on_file:
            details["moves from"] = on_file
        if turn.get(KIND) == "stop" and turn.get(MOVING_OUT):
            known = {
                "email": f"the email on file, {member.email if member else ''}",
                "mail": "the address on file",
                "unknown": "not known yet",
            }
            if any(moves_out(glossed(str(said.get("text") or ""))) for said in self._heard(turn)):
                details["reason"] = "moving out"
            details["final bill to"] = known.get(str(turn.get(FINAL_BILL)), str(turn.get(FINAL_BILL)))
        return details

    @staticmethod
    def _heard(turn: Turn) -> list[dict[str, Any]]:
        return [event for event in turn.tracker.events if event.get("event") == "user"]

    async def _open(self, turn: Turn, standing: Standing, phone: str) -> None:
        details = self._details(turn, standing, phone)
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="service",
            details=details,
            account_id=standing.account.id if standing.account else None,
            place=details["address"],
            phone=phone,
        )
        day = when_words(date.fromisoformat(turn.get(DAY)), turn.backend.today())
        turn.say(
            "utter_service_ticket",
            number=ticket.number,
            service_kind=turn.get(KIND),
            day=day,
            last4=phone[-4:],
        )
