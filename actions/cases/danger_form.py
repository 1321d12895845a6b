"""Filing a danger: at once, with what is known, since the reporter may not write again. Place and phone come after."""

from __future__ import annotations

from typing import Any

from actions.agenda import CURRENT_ITEM
from actions.base import SlotQuestion
from actions.cases.conversation_tickets import add_ticket_note, format_callout_status, format_withdraw_hint
from actions.cases.danger_talk import MIN_FACT_WORDS
from actions.cases.report_notes import report_notes
from actions.cases.report_slots import THIS_CHAT, TICKET_NUMBER_SENT, ReportLocation, ReportSlots
from actions.cases.ticket_corrections import set_ticket_phone
from actions.danger import detect_signs, send_safety_advice
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER
from actions.person.agent_handoff import handoff_in_danger, requests_person
from actions.turn import REQUESTED_SLOT, Turn
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.reading.hazards.hazard_signs import HAZARDS, find_hazard_signs, is_only_medical_need
from backend.reading.hazards.life_support import says_power_is_out_now
from backend.reading.spanish import to_english
from backend.reading.tickets.report_questions import says_still_out
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.danger_signs import HAZARD
from backend.tickets.deduplication import SAME_EVENT_WINDOW
from backend.tickets.kinds import DANGER, OUTAGE
from backend.tickets.models import Ticket
from backend.tickets.place_matching import make_place_key


class DangerReportForm(ReportSlots):
    """A report that may turn out to be of a danger."""

    def _is_addressed_to_form(self, turn: Turn) -> bool:
        """Whether the message answers this form or opens it."""
        return not (turn.other_action_answered(self.form) or turn.get("resuming") or turn.get(CURRENT_ITEM))

    async def _next_danger_question(self, turn: Turn) -> SlotQuestion | None:
        """File the danger or update its ticket, then ask for what is missing: the place, last the phone."""
        if not self.get_report_slot(turn, "warned"):
            if open_ticket := await self._find_open_danger(turn):
                await add_ticket_note(turn, open_ticket, str(self.get_report_slot(turn, "danger")))
                called = await format_callout_status(turn, open_ticket)
                turn.utter("utter_case_added", number=open_ticket.number, called=called, own=True)
                return None
            if self.form == "outage_form" or turn.intent == "report_outage":  # otherwise `warn_in_task` has given it
                send_safety_advice(turn, self._collect_signs(turn))
            turn.set(self.slot_name("warned"), True)
        await self._identify_from_numbers(turn)
        identity = await turn.identity()
        if self.get_report_slot(turn, "place") is None and (place := await self._find_earlier_place(turn)):
            turn.set(self.slot_name("place"), place)
        where = await self.resolve_location(turn, identity)
        filed = await self._file_or_update_danger(turn, identity, where)
        ticket = filed.ticket
        if filed.relayed_text:
            called = f" {filed.relayed_text}"
        else:
            called = await format_callout_status(turn, ticket, just_filed=True)
        if not filed.is_own:  # somebody else's ticket: this was added, and nothing on it may be read or changed
            turn.utter("utter_case_added", number="", called=called, own=False)
            await self._handle_person_request(turn)
            return None
        turn.set(self.slot_name("filed"), ticket.number)
        if self.get_report_slot(turn, "place") is None and not (identity.account and ticket.place):
            await self._handle_person_request(turn)
            again = turn.get(REQUESTED_SLOT) == self.slot_name("place") and not turn.was_just_opened()
            half = again and turn.get(NUMBER) and not turn.get(LAST4)  # a member number without its last four
            values: dict[str, Any] = {"danger": True, "no_number": False, "called": called}
            values["again"] = "half" if half else again
            return SlotQuestion(self.slot_name("place"), "utter_question_outage_place", values)
        lacks_phone = ticket.phone is None and not self.get_report_slot(turn, "phone")
        if self.get_report_slot(turn, "warned") != TICKET_NUMBER_SENT:
            undo = format_withdraw_hint(turn, ticket)
            more: dict[str, Any] = {"danger": True, "undo": undo, "case_kind": ticket.kind}
            turn.utter("utter_outage_ticket", number=ticket.number, called=called, **more)
            turn.set(self.slot_name("warned"), TICKET_NUMBER_SENT)
            await self._handle_person_request(turn)
        elif self.get_report_slot(turn, "phone") == THIS_CHAT:
            turn.utter("utter_filed_no_phone", number=ticket.number, called=await format_callout_status(turn, ticket))
        elif not lacks_phone and not report_notes(turn).phone_saved:
            turn.utter("utter_noted", what=tr("the phone number"))
        if lacks_phone:  # the crew may have to ask where exactly
            return SlotQuestion(self.slot_name("phone"), "utter_question_case_phone")
        return None

    async def _identify_from_numbers(self, turn: Turn) -> None:
        """Use a member number and last four to find the place. Nobody in danger is asked for a code."""
        known = (await turn.identity()).level >= Level.KNOWN
        if self.get_report_slot(turn, "filed") and turn.get(NUMBER) and turn.get(LAST4) and not known:
            await self._identify(turn)
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")

    async def _handle_person_request(self, turn: Turn) -> None:
        """A member who also asks for a person gets one who can answer now, and no call back days later."""
        if (self._is_addressed_to_form(turn) or turn.was_just_opened()) and requests_person(turn):
            await handoff_in_danger(turn)

    def _collect_signs(self, turn: Turn) -> frozenset[str]:
        """The signs in the description of the danger and in this message."""
        words = str(self.get_report_slot(turn, "danger"))
        return find_hazard_signs(words, to_english(words)) | detect_signs(turn, reported=False)

    def _detect_danger_kind(self, turn: Turn) -> str:
        """`danger`; but for somebody who only needs power for a medical device, `outage` or `medical`."""
        if not is_only_medical_need(self._collect_signs(turn)):
            return DANGER
        report_words = f"{self.get_report_slot(turn, 'words') or ''} {self.get_report_slot(turn, 'danger')}"
        outage = says_power_is_out_now(report_words) or (
            self.form == "outage_form" and bool(self.get_report_slot(turn, "words"))
        )
        return OUTAGE if outage else "medical"

    async def _find_open_danger(self, turn: Turn) -> Ticket | None:
        """This conversation's open danger ticket, when the danger is reported again and at no other place."""
        place = self.get_report_slot(turn, "place")
        for ticket in await tickets.list_of_conversation(turn.session, turn.conversation_id):
            if ticket.kind == DANGER and ticket.place and (not place or make_place_key(str(place)) == ticket.place_key):
                return ticket
        return None

    async def _find_earlier_place(self, turn: Turn) -> str | None:
        """The place of the same danger reported before: `they left and the line is still down`."""
        if self.get_report_slot(turn, "filed") or not says_still_out(str(self.get_report_slot(turn, "danger"))):
            return None
        since = turn.backend.clock.now() - SAME_EVENT_WINDOW
        recent = await lookup.list_for_conversation(turn.session, turn.conversation_id, None, since)
        own = (one for one in recent if one.conversation_id == turn.conversation_id and one.kind == DANGER)
        return next((one.place for one in own if one.place), None)

    async def _file_or_update_danger(
        self, turn: Turn, identity: Identity, where: ReportLocation | None
    ) -> tickets.FiledTicket:
        """File the danger, or complete the ticket that was filed at an earlier message of this form."""
        place = str(self.get_report_slot(turn, "place") or "")
        number = self.get_report_slot(turn, "filed")
        if number and (ticket := await tickets.find(turn.session, str(number))) is not None:
            await self._note_extra_words(turn, ticket)
            phone = await self._contact_phone(turn, identity)
            await tickets.complete(turn.session, turn.backend, ticket, place=place or None, phone=phone)
            if where is not None and where.account is not None and not ticket.place:
                await tickets.use_place_on_file(turn.session, turn.backend, ticket, where.account)
            if phone and phone != ticket.phone and phone == self.get_report_slot(turn, "phone"):
                await set_ticket_phone(turn, ticket, phone)  # the ticket was filed with another one
            return tickets.FiledTicket(ticket, is_new=False)
        words = str(self.get_report_slot(turn, "danger"))
        details = {"words": words, **member_name_details(identity)}
        # signs that only the engine's model finds cannot be found in the ticket's words again, so they are stored
        new_signs = detect_signs(turn, reported=False) - find_hazard_signs(words, to_english(words))
        if new_signs and new_signs <= set(HAZARDS):
            details[HAZARD] = min(new_signs)
        if (before := self.get_report_slot(turn, "words")) and str(before) not in details["words"]:
            details["words"] = f"{before} / {details['words']}"
        filed = await tickets.file_report(
            turn.session,
            turn.backend,
            turn.conversation_id,
            tickets.Report(
                kind=self._detect_danger_kind(turn),
                details=details,
                account_id=where.account.id if where and where.account else None,
                place=place or None,
                phone=await self._contact_phone(turn, identity),
                urgent=True,
            ),
        )
        if not filed.is_new and filed.is_own and filed.ticket.place:
            turn.set(self.slot_name("place"), filed.ticket.place)  # of the earlier report that became this danger
        return filed

    async def _note_extra_words(self, turn: Turn, ticket: Ticket) -> None:
        """Note a message that says more than the place or phone: who is hurt, the way in, what is nearby."""
        extra = len(turn.full_text.split()) - len(str(self.get_report_slot(turn, "place") or "").split())
        if self._is_addressed_to_form(turn) and not turn.was_just_opened() and extra >= MIN_FACT_WORDS:
            await add_ticket_note(turn, ticket)


def member_name_details(identity: Identity) -> dict[str, str]:
    return {"name": identity.member.name} if identity.member else {}
