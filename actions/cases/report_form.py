"""The base of all report forms: place, phone, read-back and yes.

A danger is filed before the place, the phone or a read-back is asked for.
"""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum, auto

from actions import side_questions, subject_matching
from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.cases.compound_agreement import answer_extras, find_agreement
from actions.cases.danger_form import DangerReportForm, member_name_details
from actions.cases.danger_talk import MIN_UNRELATED_INTENT_CONFIDENCE, add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.cases.kinds import format_case_title
from actions.cases.report_notes import report_notes
from actions.cases.report_slots import THIS_CHAT, URGENT_RESPONSE, ReportLocation
from actions.cases.status_questions import answer_not_filed_yet
from actions.cases.withdrawal import keep_ticket
from actions.danger import signals_danger
from actions.free_text import extract_place
from actions.given_phone import read_phone
from actions.identity.forms import NUMBER
from actions.person.agent_handoff import handoff_disconnected
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.contact.service import extract_phone
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.reading.acts.qualified_yes import QualifiedYes
from backend.reading.acts.yes_no import contains_yes
from backend.reading.contact.call_requests import wants_other_phone
from backend.reading.contact.lost_phone import declines_to_give_phone, mentions_phone
from backend.reading.service.disconnection import says_coop_disconnected
from backend.reading.tickets.read_back_replies import may_refuse_report, says_power_is_out
from backend.reading.tickets.withdrawal import says_never_mind
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES

MIN_PERSON_CONFIDENCE = 0.6


class FiledReply(Enum):
    """What a message about a ticket filed before leaves to do."""

    NONE = auto()  # it is about no such ticket
    ANSWERED = auto()  # nothing more is to be said now
    GO_ON = auto()  # it is answered, and this report asks its next question


class ReportForm(DangerReportForm):
    """A form that files a ticket.

    A member number with the last four opens the account. An address is enough, so that a neighbor, a passer-by or a
    member without a bill at hand can report; nothing on file is told to them.
    """

    is_number_optional = True

    @abstractmethod
    def find_kind(self, turn: Turn) -> str:
        """The kind of the ticket."""

    @abstractmethod
    async def next_report_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        """The next question of a report without danger; None after the report was filed and the member was told."""

    def level_needed(self, turn: Turn) -> Level:
        """A member who has given a member number is asked for the last four; nobody else is asked for either."""
        return Level.KNOWN if turn.get(NUMBER) and not self.get_report_slot(turn, "no_number") else Level.ANONYMOUS

    async def send_canceled(self, turn: Turn) -> None:
        """Say that nothing was filed, or that the danger filed already stays filed until it is withdrawn."""
        number = self.get_report_slot(turn, "filed")
        ticket = await tickets.find(turn.session, str(number)) if number else None
        if ticket is None or ticket.status not in OPEN_STATUSES:
            turn.utter("utter_case_left")
        else:
            await keep_ticket(turn, ticket)

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """A danger is filed at once. A disconnected member needs an agent, and neither a crew nor an address."""
        if turn.other_action_answered(self.form):
            return await super()._start(turn)
        if signals_danger(turn):
            return await self._report_danger_now(turn)
        if not says_coop_disconnected(turn.text):
            return await super()._start(turn)
        self._pause_open_task(turn)
        await handoff_disconnected(turn)
        self._close_task(turn)
        return None

    async def _report_danger_now(self, turn: Turn) -> ExternalCall | None:
        """File a danger before anything else in this message; its other requests come after it."""
        self._pause_open_task(turn)
        turn.clear("offer")
        turn.set("open_task", self.form)
        self._queue_other_requests(turn)
        await self.extract_slots(turn, None)
        return await self._ask_next(turn, misses=0)

    def _name_task_when_unsure(self, turn: Turn) -> None:
        """In danger the safety advice comes first, and not the name of the task."""
        if not signals_danger(turn):
            super()._name_task_when_unsure(turn)

    async def _answer_questions(self, turn: Turn) -> bool:
        return not signals_danger(turn) and await super()._answer_questions(turn)

    # reading the message

    async def _handle_message(self, turn: Turn) -> ExternalCall | None:
        """What the message may be is tried in this order: news of the danger; a question about a ticket filed before; a
        phone withheld; more about the danger; the reply to the read-back; else any answer."""
        if self._is_addressed_to_form(turn) and await handle_danger_update(turn):
            if report_notes(turn).is_danger_denied:
                self._close_task(turn)
                return None
            return await self._after_danger_update(turn, opened=turn.was_just_opened())
        reply = await self._handle_filed_report(turn)
        if reply is FiledReply.ANSWERED:
            return None
        if reply is FiledReply.GO_ON or await self._handle_withheld_phone(turn):
            return await self._ask_next(turn, misses=0)
        if self._is_addressed_to_form(turn) and self._may_add_to_danger(turn) and await add_danger_details(turn):
            return await self._after_danger_update(turn, opened=turn.was_just_opened())
        is_reply = not (turn.was_just_opened() or turn.other_action_answered(self.form))
        at_read_back = is_reply and turn.get(REQUESTED_SLOT) == self.slot_name("confirm")
        if at_read_back and not signals_danger(turn):
            return await self._reply_to_read_back(turn)
        return await super()._handle_message(turn)

    async def _reply_to_read_back(self, turn: Turn) -> ExternalCall | None:
        """A yes files the report at once; a question beside it is answered after that. With another phone wanted and
        none given, it is asked for, and the report is read back once more."""
        if wants_other_phone(turn.full_text) and self._extract_phone(turn, self.slot_name("confirm")) is None:
            turn.clear(self.slot_name("phone"))
            report_notes(turn).has_other_phone = True
            return await self._ask_next(turn, misses=0)
        agreement = None if turn.get("resuming") or is_yes(turn) else find_agreement(turn)
        if agreement is not None:
            return await self._file_and_answer(turn, agreement)
        if await self._handle_left_unfiled(turn):
            return None
        return await super()._handle_message(turn)

    async def _file_and_answer(self, turn: Turn, agreement: QualifiedYes) -> ExternalCall | None:
        """File the report with the facts beside the yes, then answer the question. One without an answer is noted."""
        report_notes(turn).agreed = True
        self._queue_other_requests(turn)
        turn.focus(None)
        unknown = bool(agreement.questions) and subject_matching.match_message(turn) is None
        report_notes(turn).keeps_words = bool(agreement.facts) or unknown
        self._save_words(turn, self.slot_name("confirm"), None)
        outside = await self._ask_next(turn, misses=0)
        await answer_extras(turn, agreement, self.form)
        return outside

    def _may_add_to_danger(self, turn: Turn) -> bool:
        """Whether the message may add to a danger already reported: it gives no place or phone, and asks for nothing
        else."""
        asks_place = turn.get(REQUESTED_SLOT) == self.slot_name("place")
        if extract_place(turn, asked=asks_place) or extract_phone(turn.text, strict=False):
            return False
        if turn.was_just_opened():
            # the classifier is unsure that it opens this form
            return turn.predictions.whole.confidence < MIN_UNRELATED_INTENT_CONFIDENCE
        return bool(self.get_report_slot(turn, "filed"))

    async def _after_danger_update(self, turn: Turn, *, opened: bool) -> ExternalCall | None:
        """Take the place and phone from the news as well: the open report may still lack them."""
        notes, asked = report_notes(turn), turn.get(REQUESTED_SLOT)
        notes.is_danger_update = True
        if not opened and self.get_report_slot(turn, "place") is None:
            place = extract_place(turn, asked=asked == self.slot_name("place"))
            if place:
                turn.set(self.slot_name("place"), place)
        phone = notes.phone_saved
        if not phone and asked == self.slot_name("phone"):
            phone = self._extract_phone(turn, asked)
        if phone:
            turn.set(self.slot_name("phone"), phone)
        return await super()._after_danger_update(turn, opened=opened)

    async def _handle_filed_report(self, turn: Turn) -> FiledReply:
        """Answer a message about a ticket filed before. This report then ends, unless it still needs an answer."""
        if not self._is_addressed_to_form(turn):
            return FiledReply.NONE
        asked = turn.get(REQUESTED_SLOT) if not turn.was_just_opened() else None
        is_filed = bool(self.get_report_slot(turn, "filed"))
        is_unfiled_report = asked and not is_filed and not self.get_report_slot(turn, "danger")
        if is_unfiled_report and await answer_not_filed_yet(turn):
            return FiledReply.GO_ON
        if not await answer_about_filed(turn):
            return FiledReply.NONE
        if is_filed and self._extract_besides_status(turn):
            return FiledReply.GO_ON
        if is_filed and turn.get(REQUESTED_SLOT) == self.slot_name("place"):
            self._set_requested_slot(turn, self.slot_name("place"), 0, keep=True)  # the place is still needed
            return FiledReply.ANSWERED
        if turn.was_just_opened():
            self._pause_open_task(turn)
        self._close_task(turn)
        return FiledReply.ANSWERED

    def _extract_besides_status(self, turn: Turn) -> bool:
        """`77 River Road, is somebody coming?`: read the place or phone that was asked for beside the question."""
        asked = turn.get(REQUESTED_SLOT)
        place = extract_place(turn, asked=False) if asked == self.slot_name("place") else None
        phone = read_phone(turn) if asked == self.slot_name("phone") else None
        if place:
            turn.set(self.slot_name("place"), place)
        if phone:
            turn.set(self.slot_name("phone"), phone)
        return bool(place or phone)

    async def _handle_withheld_phone(self, turn: Turn) -> bool:
        """A member who declines to give a phone number is not asked again; the answer then comes into the chat."""
        asked = turn.get(REQUESTED_SLOT)
        declines_early = (
            asked == self.slot_name("place") and self.get_report_slot(turn, "filed") and mentions_phone(turn.text)
        )
        if not (declines_early or asked == self.slot_name("phone")) or turn.other_action_answered(self.form):
            return False
        if extract_phone(turn.text, strict=False) or not declines_to_give_phone(turn.text):
            return False
        turn.set(self.slot_name("phone"), THIS_CHAT)
        if place := extract_place(turn, asked=False):
            turn.set(self.slot_name("place"), place)
        return True

    async def _handle_left_unfiled(self, turn: Turn) -> bool:
        """Whether the read-back is left without a yes: for an agent, or dropped, or never wanted."""
        parts = (turn.predictions.whole, *turn.predictions.clauses)
        asks_person = any(
            part.intent == "speak_to_human" and part.confidence >= MIN_PERSON_CONFIDENCE for part in parts
        )
        if asks_person and not is_yes(turn):  # "no. I want to talk to a person"
            self._set_requested_slot(turn, self.slot_name("confirm"), 0, keep=True)
            turn.add_followup_action("action_person")
            return True
        dropped = says_never_mind(turn.text) and not contains_yes(turn.text)
        unwanted = self.is_our_offer(turn) and is_no(turn) and not says_power_is_out(turn.full_text)
        if not dropped and not unwanted:
            return False
        await self.send_canceled(turn)
        self._close_task(turn)
        subject = subject_matching.match_message(turn)  # "never mind the report, I only want to know …"
        if subject is not None:
            await side_questions.answer_subject(turn, subject)
        return True

    def is_our_offer(self, turn: Turn) -> bool:
        """Whether the member only asked for a status, and this report is our offer."""
        return False

    def _is_declined(self, turn: Turn) -> bool:
        """Whether the report is declined. The no of `no power since noon` is about the power, and wants a report."""
        return may_refuse_report(turn.focused_text) and super()._is_declined(turn)

    # asking the next question

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        is_for_form = turn.was_just_opened() or not turn.other_action_answered(self.form)
        if is_for_form and signals_danger(turn) and not report_notes(turn).is_danger_update:
            turn.set(self.slot_name("danger"), mask_line(turn.focused_text))
        if self.get_report_slot(turn, "danger"):
            return await self._next_danger_question(turn)
        ask = await super().next_question(turn)
        if ask is not None or report_notes(turn).are_report_questions_reached:
            return ask
        # no question, and the report's own questions were not reached: the member could not be identified
        identity = await turn.identity()
        if identity.level >= Level.KNOWN and not self.is_level_reached(turn, identity):
            return None  # it needs a code, and `_ask_code` has said that none can be sent now
        self._continue_without_number(turn)  # the account is locked: an address is enough
        return await self.next_task_question(turn, identity)

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        ask = await self.next_report_question(turn, identity)
        report_notes(turn).are_report_questions_reached = True
        return ask

    async def read_back_and_file(
        self, turn: Turn, identity: Identity, where: ReportLocation, more: dict[str, str]
    ) -> tickets.FiledTicket | SlotQuestion:
        """File the report; or the question to ask first: how to reach the reporter, then the read-back.

        `more` goes into the ticket's details.
        """
        if report_notes(turn).added_details:
            turn.utter("utter_case_words_added")
        reach_otherwise = str(self.get_report_slot(turn, "phone") or "")
        phone = await self._contact_phone(turn, identity)
        if (phone is None and not reach_otherwise) or report_notes(turn).has_other_phone:
            return SlotQuestion(self.slot_name("phone"), "utter_question_case_phone")
        if not report_notes(turn).agreed:
            return self._read_back(turn, where, phone, reach_otherwise)
        if phone is None:
            more = {**more, "reach": reach_otherwise}
        return await tickets.file_report(
            turn.session,
            turn.backend,
            turn.conversation_id,
            self.build_report(turn, identity, where, more, phone),
        )

    def build_report(
        self, turn: Turn, identity: Identity, where: ReportLocation, more: dict[str, str], phone: str | None
    ) -> tickets.Report:
        return tickets.Report(
            kind=self.find_kind(turn),
            details={**self.list_details(turn), **member_name_details(identity), **more},
            account_id=where.account.id if where.account else None,
            place=where.place,
            phone=phone,
            urgent=self.is_urgent(turn) or bool(turn.last_text_of(URGENT_RESPONSE)),
        )

    def list_details(self, turn: Turn) -> dict[str, str]:
        """The member's own words, for the ticket's details."""
        words = str(self.get_report_slot(turn, "words") or "")
        return {"words": words} if words else {}

    def is_urgent(self, turn: Turn) -> bool:
        """Whether the ticket is urgent. `build_report` also makes it urgent when the member was already told so."""
        return False

    def _read_back(self, turn: Turn, where: ReportLocation, phone: str | None, reach_otherwise: str) -> SlotQuestion:
        """`reach_otherwise` is used without a phone: an email address, or THIS_CHAT."""
        slot = self.slot_name("confirm")
        if self.get_report_slot(turn, "confirm") == "no":
            return SlotQuestion(slot, "utter_question_case_change", is_new=True)
        if phone:
            reach = tr("call the phone ending {last4}", last4=phone[-4:])
        elif reach_otherwise == THIS_CHAT:
            reach = tr("answer in this chat") if turn.channel != "voice" else tr("answer when you call again")
        else:
            reach = tr("write to {email}", email=reach_otherwise)
        state = "unknown" if report_notes(turn).is_outage_unknown else ""
        values = {
            "what": self.describe_report(turn),
            "where": where.display_text,
            "reach": reach,
            "state": "added" if report_notes(turn).added_details else state,
        }
        buttons = [build_button(tr("Yes, report it"), **{slot: "yes"}), build_button(tr("No"), **{slot: "no"})]
        return SlotQuestion(slot, "utter_question_case_confirm", values, buttons, is_new=True)

    def describe_report(self, turn: Turn) -> str:
        """What is reported, as the read-back names it."""
        return format_case_title(self.find_kind(turn), self.list_details(turn))
