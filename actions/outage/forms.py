"""Reporting an outage, and what is known about one. A danger in the report is filed before anything is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from actions import agenda, follow_ups
from actions.alerts.wishes import open_outage_alerts
from actions.base import ExternalCall, SlotQuestion
from actions.cases.conversation_tickets import format_callout_status, format_withdraw_hint, is_own
from actions.cases.report_form import ReportForm
from actions.cases.report_notes import report_notes
from actions.cases.report_slots import THIS_CHAT, ReportLocation
from actions.danger import signals_danger
from actions.outage.ended import answer_if_ended
from actions.outage.known_outage import send_known_outage, send_outage_count
from actions.outage.restored import (
    RESTORED,
    STATUS_SLOT,
    close_restored_outage,
    find_account,
    note_denied,
    note_restored,
)
from actions.turn import REQUESTED_SLOT, Turn
from backend.alerts.parsing import wants_outage_alert
from backend.language import mark, tr
from backend.members.identity import Identity
from backend.providers.outages.base import OutageInfo
from backend.reading.acts.signals import is_question
from backend.reading.hazards.life_support import depends_on_power
from backend.reading.service.outages import (
    asks_for_compensation,
    asks_if_outage,
    detect_outage_kind,
    names_town,
    says_only_here,
    states_outage,
)
from backend.reading.tickets.status_questions import (
    denies_power_is_back,
    denies_reporting,
    only_asks_if_back,
    says_power_is_fine,
)
from backend.reading.tickets.ticket_kinds import detect_ticket_kinds
from backend.tickets import service as tickets
from backend.tickets.kinds import MAY_BECOME_DANGER, POWER_KINDS
from backend.tickets.models import Ticket

KNOWN_OUTAGE = "known_outage"
"""In the notes of the turn: the id of the outage that the report belongs to."""
ALERT_WISH = "alert_wish"
"""In the notes of the turn: nothing is to be reported, and outages are to be told of."""
SLOT_SUFFIXES = ("place", "phone", "confirm", "words", "status", "no_number", "danger", "warned", "filed")


class OutageForm(ReportForm):
    form = "outage_form"
    task = "outage"
    title = mark("reporting an outage")
    skill = "report_outage"
    slot_prefix = "outage"
    slots: ClassVar[tuple[str, ...]] = tuple(f"outage_{name}" for name in SLOT_SUFFIXES)
    asks: ClassVar[dict[str, str]] = {"outage_place": "place", "outage_phone": "phone", "outage_confirm": "yes_no"}
    files_ticket = True
    opening_intents: ClassVar[frozenset[str]] = frozenset({"report_outage", "outage_status"})

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """Who wants to be told of outages reports none: that is an alert."""
        if turn.other_action_answered(self.form) or signals_danger(turn) or not _wants_alert(turn):
            return await super()._start(turn)
        self._close_task(turn)
        open_outage_alerts(turn)
        return None

    def _wants_handoff(self, turn: Turn) -> bool:
        """A person who is wanted beside an outage comes after the report, which is on the agenda then."""
        wants = super()._wants_handoff(turn)
        if wants and turn.was_just_opened() and states_outage(turn.full_text, turn.text):
            agenda.add_item(turn, "action_person", turn.full_text, {})
            return False
        return wants

    async def _handle_opening_question(self, turn: Turn) -> bool:
        """A question about one outage opens the form; a general one is answered from knowledge/."""
        is_specific = turn.intent == "outage_status" or asks_if_outage(turn.text) or self._must_not_wait(turn)
        if (
            is_specific
            and not asks_for_compensation(turn.text)
            and not await follow_ups.follows_other_task(turn, self.task)
        ):
            return False
        return await super()._handle_opening_question(turn)

    def _must_not_wait(self, turn: Turn) -> bool:
        """Whether a danger is reported, or the restored action has opened this form to ask for the place."""
        return signals_danger(turn) or turn.get(STATUS_SLOT) == RESTORED

    def _name_task_when_unsure(self, turn: Turn) -> None:
        if turn.get(STATUS_SLOT) != RESTORED:
            super()._name_task_when_unsure(turn)

    async def _answer_questions(self, turn: Turn) -> bool:
        if turn.was_just_opened() and (
            self._must_not_wait(turn) or turn.intent == "outage_status" or asks_if_outage(turn.text)
        ):
            return False
        return await super()._answer_questions(turn)

    def is_our_offer(self, turn: Turn) -> bool:
        return bool(self.get_report_slot(turn, "status"))

    def find_kind(self, turn: Turn) -> str:
        return detect_outage_kind(str(self.get_report_slot(turn, "words") or ""))

    def is_urgent(self, turn: Turn) -> bool:
        """Whether somebody depends on the power, such as on an oxygen machine."""
        return depends_on_power(str(self.get_report_slot(turn, "words") or ""))

    async def extract_report_slots(self, turn: Turn, asked: str | None) -> bool:
        asks_if_back = only_asks_if_back(turn.full_text)
        if asks_if_back and not turn.get(STATUS_SLOT):
            turn.set(STATUS_SLOT, True)
        fine = (turn.intent == "outage_restored" and not asks_if_back) or (
            asked is None and says_power_is_fine(turn.full_text)
        )
        if fine and not denies_power_is_back(turn.full_text) and not signals_danger(turn):
            turn.notes["restored"] = True
            return True
        if turn.get(STATUS_SLOT) == RESTORED:
            return False
        if asked is not None and _wants_alert(turn) and not signals_danger(turn):
            return bool(turn.notes.setdefault(ALERT_WISH, True))
        if asked is None and denies_reporting(turn.full_text) and not signals_danger(turn):
            return bool(turn.notes.setdefault("denied", True))
        if turn.intent == "outage_status" or (asked is None and asks_if_outage(turn.text)):
            turn.set(self.slot_name("status"), True)
            return True
        if asked is not None and turn.intent == "report_outage" and len(turn.text.split()) > 2:
            turn.clear(self.slot_name("status"))
            report_notes(turn).keeps_words = True
            return asked != self.slot_name("place")  # the words are kept, but they are no place
        return False

    async def next_report_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        if turn.get(STATUS_SLOT) == RESTORED:
            return await self._handle_restored_place(turn, identity)
        if await self._ends_without_report(turn):
            return None
        if self.is_urgent(turn) and not self.get_report_slot(turn, "warned"):
            turn.utter("utter_outage_life_support")
            turn.set(self.slot_name("warned"), True)
        asks_status = self.get_report_slot(turn, "status")
        if asks_status and (crew_ticket := await self._find_crew_ticket(turn)):
            called = await format_callout_status(turn, crew_ticket)
            turn.utter("utter_outage_stands", number=crew_ticket.number, called=called, known=False, own=True)
            return None
        reported = await self._find_reported_location(turn)
        prefers_reported = reported is not None and asks_status and not self.get_report_slot(turn, "place")
        where = reported if prefers_reported else await self.resolve_location(turn, identity) or reported
        if where is None:
            return await self._ask_place(turn)
        known = None
        if not says_only_here(str(self.get_report_slot(turn, "words") or "")):
            account_id = where.account.id if where.account else None
            known = await turn.backend.outages.find_outage(turn.session, where.place, account_id)
        turn.notes[KNOWN_OUTAGE] = known.outage_id if known else None
        report = self.build_report(turn, identity, where, {}, await self._contact_phone(turn, identity))
        ticket = await tickets.find_same_ticket(turn.session, turn.backend, turn.conversation_id, report)
        if await self._tell_status(turn, where, known, ticket):
            return None
        if ticket:  # it is still out, or reported again: this goes onto the open ticket without a read-back
            added = await tickets.file_report(turn.session, turn.backend, turn.conversation_id, report)
            await self._send_added(turn, added, known)
            return None
        if known and not asks_status and self._is_plain_outage(turn, report):
            await self._count_report(turn, report, known)
            return None
        asks_phone_next = report.phone is None and turn.channel == "web"
        if report_notes(turn).is_outage_unknown and asks_phone_next and turn.get(REQUESTED_SLOT) != "outage_phone":
            turn.utter("utter_told", told=tr("I know of no outage there. I can report one."))
        filed = await self.read_back_and_file(turn, identity, where, {})
        if isinstance(filed, SlotQuestion):
            return filed
        await self._send_filed(turn, filed, known)
        return None

    async def _ends_without_report(self, turn: Turn) -> bool:
        """Whether the power is back, nobody reported it, or only an alert is wanted; that is then done."""
        if turn.notes.get("restored"):
            await close_restored_outage(turn, await find_account(turn), asked=True)
        elif turn.notes.get("denied"):
            await note_denied(turn)
        elif turn.notes.get(ALERT_WISH):
            turn.set("open_task", None)
            open_outage_alerts(turn)
        else:
            return False
        return True

    async def _tell_status(
        self, turn: Turn, where: ReportLocation, known: OutageInfo | None, before: Ticket | None
    ) -> bool:
        """Answer who only asks. False where nothing is known, or the power is told to be out."""
        is_new = not (known or before)
        if is_new and self._asks_if_over(turn) and await answer_if_ended(turn, where.place, where.account):
            return True
        return bool(self.get_report_slot(turn, "status")) and await self._send_status(turn, known, before)

    def _asks_if_over(self, turn: Turn) -> bool:
        """Whether the power is only asked about, and not told to be out."""
        words = str(self.get_report_slot(turn, "words") or "")
        asks = bool(self.get_report_slot(turn, "status")) or (turn.was_just_opened() and is_question(turn.text))
        return asks and not states_outage(words, words) and not self.is_urgent(turn)

    async def _send_filed(self, turn: Turn, filed: tickets.FiledTicket, known: OutageInfo | None) -> None:
        if not filed.is_own:
            await self._send_added(turn, filed, known)
            return
        ticket = filed.ticket
        values: dict[str, Any] = {
            "number": ticket.number,
            "called": await format_callout_status(turn, ticket, just_filed=True),
            "undo": format_withdraw_hint(turn, ticket),
            "case_kind": ticket.kind,
        }
        if ticket.kind == "damage":
            turn.utter("utter_case_filed", **values)
            return
        turn.utter("utter_outage_ticket", danger=False, **values)
        await send_known_outage(turn, known)

    def _is_plain_outage(self, turn: Turn, report: tickets.Report) -> bool:
        """Whether it is reported that the power is out, and nothing else that a crew must know of."""
        return report.kind == "outage" and not report.urgent and not report_notes(turn).is_outage_unknown

    async def _count_report(self, turn: Turn, report: tickets.Report, known: OutageInfo) -> None:
        """In an outage that is known: say what is known, and count the report with it. Nothing more is asked."""
        await send_known_outage(turn, known)
        if report.phone is None and turn.channel == "web":
            report = replace(report, details={**report.details, "reach": THIS_CHAT})
        filed = await tickets.file_report(turn.session, turn.backend, turn.conversation_id, report)
        undo = format_withdraw_hint(turn, filed.ticket)
        turn.utter("utter_outage_counted", number=filed.ticket.number, undo=undo)

    def build_report(
        self, turn: Turn, identity: Identity, where: ReportLocation, more: dict[str, str], phone: str | None
    ) -> tickets.Report:
        report = super().build_report(turn, identity, where, more, phone)
        return replace(report, outage_id=turn.notes.get(KNOWN_OUTAGE))

    async def _ask_place(self, turn: Turn) -> SlotQuestion | None:
        """The question for the place; None for `is there an outage in Elizabeth`, which is answered for that town."""
        if self._asks_if_over(turn) and await answer_if_ended(turn):
            return None
        asks_status = turn.was_just_opened() and self.get_report_slot(turn, "status")
        if asks_status and names_town(turn.focused_text):
            known = await turn.backend.outages.find_outage(turn.session, turn.focused_text, None)
            await send_known_outage(turn, known)
            if known is None:
                turn.utter("utter_outage_area")
            turn.set("offer", {"opener": self.form, "slots": {}})
            return None
        if asks_status:
            await send_outage_count(turn)
        no_number, was_noted = report_notes(turn).lacks_number, report_notes(turn).has_details_for_place
        values = {"danger": False, "no_number": no_number, "heard": was_noted}
        slot = self.slot_name("place")
        return SlotQuestion(slot, "utter_question_outage_place", values, is_new=no_number or was_noted)

    async def _find_crew_ticket(self, turn: Turn) -> Ticket | None:
        """Another crew ticket of this conversation, which `how long do they take` then means."""
        if "outage" in detect_ticket_kinds(turn.text) or not turn.was_just_opened():
            return None
        filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
        return next((one for one in filed if one.kind in MAY_BECOME_DANGER - POWER_KINDS), None)

    async def _handle_restored_place(self, turn: Turn, identity: Identity) -> SlotQuestion | None:
        """Power is back: close the outage, or ask where, so that no crew drives there for nothing."""
        place, phone = self.get_report_slot(turn, "place"), str(self.get_report_slot(turn, "phone") or "")
        if identity.account is not None:
            await close_restored_outage(turn, identity.account)
        elif place or phone.startswith("+"):
            await note_restored(turn, str(place) if place else None, phone or None)
        else:
            values = {"no_number": report_notes(turn).lacks_number}
            return SlotQuestion(
                self.slot_name("place"), "utter_question_outage_back", values, is_new=values["no_number"]
            )
        return None

    async def _find_reported_location(self, turn: Turn) -> ReportLocation | None:
        """The place of this conversation's own report, so that a question about it needs no place."""
        for ticket in await tickets.list_of_conversation(turn.session, turn.conversation_id):
            if ticket.kind in POWER_KINDS and ticket.place:
                return ReportLocation(None, ticket.place, ticket.place)
        return None

    async def _send_status(self, turn: Turn, known: OutageInfo | None, before: Ticket | None) -> bool:
        """Say what is known or reported there. False when nothing is; a report is then offered."""
        await send_known_outage(turn, known)
        if before:
            called = await format_callout_status(turn, before)
            own = await is_own(turn, before)
            number = before.number if own else ""
            turn.utter("utter_outage_stands", number=number, called=called, known=known is not None, own=own)
        report_notes(turn).is_outage_unknown = not known and not before
        return bool(known or before)

    async def _send_added(self, turn: Turn, filed: tickets.FiledTicket, known: OutageInfo | None) -> None:
        """Say what is known, and that the report was added. The number is not told to somebody who only gives the
        address."""
        await send_known_outage(turn, known)
        number = filed.ticket.number if filed.is_own else ""
        turn.utter(
            "utter_outage_noted",
            number=number,
            called=await format_callout_status(turn, filed.ticket),
            own=filed.is_own,
        )


def _wants_alert(turn: Turn) -> bool:
    return wants_outage_alert(turn.focused_text, turn.text)
