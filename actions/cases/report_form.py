"""The base of all report forms: place, phone, read-back and yes. Danger is filed before any of these."""

from __future__ import annotations

from abc import abstractmethod

from actions import side_questions, subject_matching
from actions.base import ExternalCall, SlotQuestion
from actions.cases.compound_agreement import answer_extras, find_agreement
from actions.cases.danger_form import DangerReportForm, member_name_details
from actions.cases.danger_talk import MIN_UNRELATED_INTENT_CONFIDENCE, add_danger_details
from actions.cases.danger_updates import DANGER_DENIED, handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.cases.kinds import format_case_title
from actions.cases.report_slots import THIS_CHAT, URGENT_RESPONSE, ReportLocation
from actions.cases.status_questions import answer_not_filed_yet
from actions.cases.ticket_corrections import PHONE_SAVED
from actions.cases.withdrawal import keep_ticket
from actions.conversation.feelings import acknowledge_feeling
from actions.danger import signals_danger
from actions.free_text import extract_place
from actions.identity.forms import NUMBER
from actions.quick_pay.questions import build_button
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.account_question import service as account_questions
from backend.agent_handoff.transcript import mask_line
from backend.contact.service import extract_phone
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.reading.acts.qualified_yes import QualifiedYes
from backend.reading.acts.yes_no import contains_yes
from backend.reading.contact.lost_phone import declines_to_give_phone, mentions_phone
from backend.reading.service.disconnection import says_coop_disconnected
from backend.reading.tickets.read_back_replies import may_refuse_report, says_power_is_out
from backend.reading.tickets.withdrawal import says_never_mind
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES

MIN_PERSON_CONFIDENCE = 0.6


async def handle_disconnected(turn: Turn) -> None:
    """Tell a disconnected member what their account says, where it is known, and hand off to an agent."""
    acknowledge_feeling(turn)
    identity = await turn.identity()
    if identity.account is not None:
        answer = await account_questions.answer(turn.session, turn.backend, identity.account, "shutoff", turn.full_text)
        if answer:
            turn.utter("utter_told", told=answer)
    turn.add_followup_action("action_person")


class ReportForm(DangerReportForm):
    """A form that files a ticket.

    A member number with the last four opens the account. An address is enough, so that a neighbor, a passer-by or a
    member without a bill at hand can report; nothing on file is told to them.

    Further notes of the turn: `worse` (the message was about a danger filed before), `not_yet` (a status question was
    answered, and the report continues), `done` (its own questions were reached).
    """

    is_number_optional = True

    @abstractmethod
    def kind(self, turn: Turn) -> str:
        """The kind of the ticket."""

    @abstractmethod
    async def next_report_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        """The next question of a report without danger; None once it was filed and that was said."""

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
        await handle_disconnected(turn)
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
        """A yes to the read-back files the report at once; the question beside it is answered after that."""
        if self._is_addressed_to_form(turn) and await handle_danger_update(turn):
            if turn.notes.get(DANGER_DENIED):
                self._close_task(turn)
                return None
            return await self._after_danger_update(turn, opened=turn.was_just_opened())
        if await self._handle_filed_report(turn):
            return await self._ask_next(turn, misses=0) if turn.notes.get("not_yet") else None
        if await self._handle_withheld_phone(turn):
            return await self._ask_next(turn, misses=0)
        if self._is_addressed_to_form(turn) and self._adds_to_danger(turn) and await add_danger_details(turn):
            return await self._after_danger_update(turn, opened=turn.was_just_opened())
        is_reply = not (turn.was_just_opened() or turn.other_action_answered(self.form))
        at_read_back = is_reply and turn.get(REQUESTED_SLOT) == self.slot_name("confirm")
        agreement = find_agreement(turn) if at_read_back and not turn.get("resuming") else None
        if agreement is not None and not is_yes(turn) and not signals_danger(turn):
            return await self._file_and_answer(turn, agreement)
        if at_read_back and not signals_danger(turn) and await self._handle_left_unfiled(turn):
            return None
        return await super()._handle_message(turn)

    async def _file_and_answer(self, turn: Turn, agreement: QualifiedYes) -> ExternalCall | None:
        """File the report with the facts beside the yes, then answer the question. One without an answer is noted."""
        turn.notes["agreed"] = True
        self._queue_other_requests(turn)
        turn.focus(None)
        unknown = bool(agreement.questions) and subject_matching.match_message(turn) is None
        turn.notes["more"] = bool(agreement.facts) or unknown
        self._save_words(turn, self.slot_name("confirm"), None)
        outside = await self._ask_next(turn, misses=0)
        await answer_extras(turn, agreement, self.form)
        return outside

    def _adds_to_danger(self, turn: Turn) -> bool:
        """Whether this more likely adds to the danger just reported than starts a report or answers a question."""
        if extract_place(turn, asked=turn.get(REQUESTED_SLOT) == self.slot_name("place")) or extract_phone(
            turn.text, strict=False
        ):
            return False
        if turn.was_just_opened():
            return turn.predictions.whole.confidence < MIN_UNRELATED_INTENT_CONFIDENCE
        return bool(self.get_report_slot(turn, "filed"))

    async def _after_danger_update(self, turn: Turn, *, opened: bool) -> ExternalCall | None:
        """Take the place and phone from the news as well: the open report may still lack them."""
        turn.notes["worse"] = True
        asked = turn.get(REQUESTED_SLOT) == self.slot_name("place")
        if not opened and self.get_report_slot(turn, "place") is None and (place := extract_place(turn, asked=asked)):
            turn.set(self.slot_name("place"), place)
        asked_phone = turn.get(REQUESTED_SLOT) == self.slot_name("phone")
        if taken := turn.notes.get(PHONE_SAVED) or (
            self._extract_phone(turn, self.slot_name("phone")) if asked_phone else None
        ):
            turn.set(self.slot_name("phone"), taken)
        return await super()._after_danger_update(turn, opened=opened)

    async def _handle_filed_report(self, turn: Turn) -> bool:
        """Answer a message about a ticket filed before. This report then ends, unless it still needs an answer."""
        if not self._is_addressed_to_form(turn):
            return False
        asked = turn.get(REQUESTED_SLOT) if not turn.was_just_opened() else None
        if (
            asked
            and not self.get_report_slot(turn, "filed")
            and not self.get_report_slot(turn, "danger")
            and await answer_not_filed_yet(turn)
        ):
            turn.notes["not_yet"] = True
            return True
        if not await answer_about_filed(turn):
            return False
        if self.get_report_slot(turn, "filed") and self._extract_besides_status(turn):
            turn.notes["not_yet"] = True
            return True
        if self.get_report_slot(turn, "filed") and turn.get(REQUESTED_SLOT) == self.slot_name("place"):
            self._set_requested_slot(turn, self.slot_name("place"), 0, keep=True)  # the place is still needed
            return True
        if turn.was_just_opened():
            self._pause_open_task(turn)
        self._close_task(turn)
        return True

    def _extract_besides_status(self, turn: Turn) -> bool:
        """`77 River Road, is somebody coming?`: read the place or phone that was asked for beside the question."""
        asked = turn.get(REQUESTED_SLOT)
        place = extract_place(turn, asked=False) if asked == self.slot_name("place") else None
        phone = extract_phone(turn.text, strict=False) if asked == self.slot_name("phone") else None
        if place:
            turn.set(self.slot_name("place"), place)
        if phone:
            turn.set(self.slot_name("phone"), phone)
        return bool(place or phone)

    async def _handle_withheld_phone(self, turn: Turn) -> bool:
        """A member who declines to give a phone number is not asked again; the answer then comes into the chat."""
        asked = turn.get(REQUESTED_SLOT)
        in_advance = (
            asked == self.slot_name("place") and self.get_report_slot(turn, "filed") and mentions_phone(turn.text)
        )
        if not (in_advance or asked == self.slot_name("phone")) or turn.other_action_answered(self.form):
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
        unwanted = self.is_only_question(turn) and is_no(turn) and not says_power_is_out(turn.full_text)
        if not dropped and not unwanted:
            return False
        await self.send_canceled(turn)
        self._close_task(turn)
        subject = subject_matching.match_message(turn)  # "never mind the report, I only want to know …"
        if subject is not None:
            await side_questions.answer_subject(turn, subject)
        return True

    def is_only_question(self, turn: Turn) -> bool:
        """Whether the member only asked for a status, and the report was offered."""
        return False

    def _is_declined(self, turn: Turn) -> bool:
        return may_refuse_report(turn.focused_text) and super()._is_declined(turn)

    # asking the next question

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        is_for_form = turn.was_just_opened() or not turn.other_action_answered(self.form)
        if is_for_form and signals_danger(turn) and not turn.notes.get("worse"):
            turn.set(self.slot_name("danger"), mask_line(turn.focused_text))
        if self.get_report_slot(turn, "danger"):
            return await self._next_danger_question(turn)
        ask = await super().next_question(turn)
        if ask is not None or "done" in turn.notes:
            return ask
        identity = await turn.identity()
        if identity.level >= Level.KNOWN and not self.is_level_reached(turn, identity):
            return None  # it needs a code, and none can be sent now
        self._continue_without_number(turn)  # the account is locked: an address is enough
        turn.notes["no_number"] = True
        return await self.next_task_question(turn, identity)

    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        ask = await self.next_report_question(turn, identity)
        turn.notes["done"] = True
        return ask

    async def read_back_and_file(
        self, turn: Turn, identity: Identity, where: ReportLocation, more: dict[str, str]
    ) -> tickets.FiledTicket | SlotQuestion:
        """File the report; or the question to ask first: how to reach the reporter, then the read-back.

        `more` goes into the ticket's details.
        """
        if turn.notes.get("added"):
            turn.utter("utter_case_words_added")
        phone_slot = str(self.get_report_slot(turn, "phone") or "")
        phone = await self._contact_phone(turn, identity)
        if (phone is None and not phone_slot) or turn.notes.get("other_phone"):
            return SlotQuestion(self.slot_name("phone"), "utter_question_case_phone")
        if not turn.notes.get("agreed"):
            return self._read_back(turn, where, phone, phone_slot)
        if phone is None:
            more = {**more, "reach": phone_slot}
        return await tickets.file_report(
            turn.session,
            turn.backend,
            turn.conversation_id,
            self.report(turn, identity, where, more, phone),
        )

    def report(
        self, turn: Turn, identity: Identity, where: ReportLocation, more: dict[str, str], phone: str | None
    ) -> tickets.Report:
        return tickets.Report(
            kind=self.kind(turn),
            details={**self.details(turn), **member_name_details(identity), **more},
            account_id=where.account.id if where.account else None,
            place=where.place,
            phone=phone,
            urgent=self.urgent(turn) or bool(turn.last_text_of(URGENT_RESPONSE)),
        )

    def details(self, turn: Turn) -> dict[str, str]:
        """The member's own words, for the ticket's details."""
        words = str(self.get_report_slot(turn, "words") or "")
        return {"words": words} if words else {}

    def urgent(self, turn: Turn) -> bool:
        """Whether somebody must look at it first."""
        return False

    def _read_back(self, turn: Turn, where: ReportLocation, phone: str | None, reach_slot: str) -> SlotQuestion:
        """`reach_slot` is used without a phone: an email address, or THIS_CHAT."""
        slot = self.slot_name("confirm")
        if self.get_report_slot(turn, "confirm") == "no":
            return SlotQuestion(slot, "utter_question_case_change", is_new=True)
        if phone:
            reach = tr("call the phone ending {last4}", last4=phone[-4:])
        elif reach_slot == THIS_CHAT:
            reach = tr("answer in this chat")
        else:
            reach = tr("write to {email}", email=reach_slot)
        state = "unknown" if turn.notes.get("nothing_known") else ""
        values = {
            "what": self.describe_report(turn),
            "where": where.display_text,
            "reach": reach,
            "state": "added" if turn.notes.get("added") else state,
        }
        buttons = [build_button(tr("Yes, report it"), **{slot: "yes"}), build_button(tr("No"), **{slot: "no"})]
        return SlotQuestion(slot, "utter_question_case_confirm", values, buttons, is_new=True)

    def describe_report(self, turn: Turn) -> str:
        """What is reported, as the read-back names it."""
        return format_case_title(self.kind(turn), self.details(turn))
