"""A call from the office at a time that a member chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from actions.base import ExternalCall, SlotQuestion
from actions.buttons import build_button
from actions.cases.compound_agreement import find_agreement
from actions.cases.report_slots import URGENT_RESPONSE
from actions.form import MIN_OTHER_TASK_CONFIDENCE, Form
from actions.formatting import format_day_for_office
from actions.given_phone import read_phone, was_own_told
from actions.person.booked_call import call_values, cancel_call, find_booked_call, send_booked_call, ticket_phone
from actions.person.call_subject import find_subject, list_earlier_messages
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no, is_yes
from backend.contact.own_contacts import first_to_call
from backend.conversations.models import Conversation
from backend.coop import format_at_clock, format_clock
from backend.language import format_day, mark, tr
from backend.reading.contact.call_requests import asks_about_phone_on_file, cancels_call, names_another_phone
from backend.reading.contact.call_subject import content_words, extract_named_subject, extract_subject, shorten
from backend.reading.contact.phone_mentions import extract_phone_ending, remove_phone_digits
from backend.reading.dates.call_time import (
    RequestedTime,
    find_call_end,
    find_call_start,
    parse_call_time,
    remove_past_events,
)
from backend.reading.live_agent_request import wants_call
from backend.tickets import service as tickets

WHEN, DAY, PHONE, CONFIRM = "callback_when", "callback_day", "callback_phone", "callback_confirm"
UNTIL, ABOUT, BEFORE, TRIED = "callback_until", "callback_about", "callback_before", "callback_tried"
OTHER_LAST4 = "callback_other_end"
"""The last four of another phone that the member wants to be called at, until its full number is known."""
UNKNOWN_LAST4 = "unknown"
MAX_SUBJECT_ONLY_WORDS = 4
GRACE_AFTER_START = timedelta(minutes=15)
"""A chosen time is still good for this long after it began ("now", when the yes comes late)."""
EXAMPLE_TIME = time(10)


@dataclass
class CallbackNotes:
    """What this message did, for the rest of the turn."""

    is_canceled: bool = False
    agreed: bool = False  # the read-back was accepted
    booked_at: datetime | None = None  # the local time of the call arranged before, which is moved
    is_new_subject: bool = False  # the subject was given where the time was asked for
    refused_time: dict[str, Any] | None = None  # why the requested time is not possible, as values of the response


def callback_notes(turn: Turn) -> CallbackNotes:
    notes: CallbackNotes = turn.notes.setdefault("callback", CallbackNotes())
    return notes


def _reports_outage(turn: Turn) -> bool:
    """Whether the message reports an outage, which is no part of a call back."""
    return turn.intent == "report_outage" and turn.predictions.whole.confidence >= MIN_OTHER_TASK_CONFIDENCE


class CallbackForm(Form):
    form = "callback_form"
    backend_package = "backend.tickets"
    task = "person"
    title = mark("arranging a call back")
    slots: ClassVar[tuple[str, ...]] = (
        WHEN,
        DAY,
        PHONE,
        CONFIRM,
        UNTIL,
        ABOUT,
        BEFORE,
        TRIED,
        OTHER_LAST4,
    )
    asks: ClassVar[dict[str, str]] = {WHEN: "time", DAY: "day", PHONE: "phone", CONFIRM: "yes_no"}
    opening_intents: ClassVar[frozenset[str]] = frozenset()

    def _wants_handoff(self, turn: Turn) -> bool:
        """This form itself leads to an agent, so only a caller in office hours is transferred from it."""
        is_open = turn.backend.coop.is_open(turn.backend.clock.now())
        wants_now = turn.channel == "voice" and is_open and not wants_call(turn.full_text)
        return wants_now and super()._wants_handoff(turn)

    async def send_canceled(self, turn: Turn) -> None:
        if not (cancels_call(turn.text) and await cancel_call(turn)):
            turn.utter("utter_callback_canceled")

    # reading the message

    async def _handle_message(self, turn: Turn) -> ExternalCall | None:
        """A phone number at the question for it is an answer, whatever else the message says."""
        is_reply = not (turn.was_just_opened() or turn.other_action_answered(self.form) or turn.get("resuming"))
        if is_reply and turn.get(REQUESTED_SLOT) == PHONE and self._extract_callback_phone(turn):
            self._extract_subject(turn, PHONE, understood=True)
            return await self._ask_next(turn, misses=0)
        return await super()._handle_message(turn)

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        if asked is not None and cancels_call(turn.text):
            callback_notes(turn).is_canceled = True
            return True
        if asked is None:
            await self._load_booked_call(turn)
        is_agreed = callback_notes(turn).agreed or turn.button_value(CONFIRM) == "yes" or is_yes(turn)
        if asked == CONFIRM and (is_agreed or find_agreement(turn) is not None):
            callback_notes(turn).agreed = True
            return True
        if asked is not None and _reports_outage(turn):
            return False  # the 19 of "my power is out at 19 Birch Lane" is no time
        understood = self._extract_callback_phone(turn) or await self._extract_other_phone(turn, asked)
        if self._extract_time(turn, remove_phone_digits(turn.text), asked):
            understood = True
        if not understood:
            understood = self._accept_example_time(turn, asked)
        if self._extract_subject(turn, asked, understood=understood):
            understood = True
        if asked != CONFIRM:
            return understood
        if understood:
            turn.clear(CONFIRM)
        elif turn.button_value(CONFIRM) == "no" or is_no(turn):
            turn.clear(WHEN, DAY, UNTIL)
            understood = True
        return understood

    async def _load_booked_call(self, turn: Turn) -> None:
        """Start from the call that this conversation has arranged, which is then moved."""
        ticket = await find_booked_call(turn)
        if ticket is None or ticket.due_at is None:
            return
        callback_notes(turn).booked_at = ticket.due_at.astimezone(turn.backend.coop.zone)
        turn.set(PHONE, turn.get(PHONE) or ticket_phone(ticket))
        about = extract_subject(turn.full_text) if content_words(turn.full_text) else None
        turn.set(ABOUT, about or ticket.details.get("about"))

    def _extract_subject(self, turn: Turn, asked: str | None, *, understood: bool) -> bool:
        """Save the subject. Returns whether it counts as an answer: beside a question it may stand there by chance."""
        about = self._find_subject(turn, asked, understood=understood)
        if about is None:
            return False
        notes = callback_notes(turn)
        notes.is_new_subject = asked == WHEN and about != turn.get(ABOUT)
        turn.set(ABOUT, about)
        return notes.is_new_subject or turn.has_act("answer", "volunteer", "correct", "person")

    @staticmethod
    def _find_subject(turn: Turn, asked: str | None, *, understood: bool) -> str | None:
        """What the call is about.

        A subject that is named ("about my bill") counts at any question; other words count only if nothing else in the
        message was `understood`.
        """
        if asked is not None and (named := extract_named_subject(turn.focused_text)):
            return named
        if understood:
            return None
        if asked == WHEN and not turn.has_act("ask", "deny", "cancel", "person"):
            bare = turn.focused_text.strip(" .!")  # "My bill."
            if "?" not in bare and len(bare.split()) <= MAX_SUBJECT_ONLY_WORDS and content_words(bare):
                return bare
        if turn.get(ABOUT) is None and asked in (WHEN, CONFIRM) and not _reports_outage(turn):
            return extract_subject(turn.focused_text) or None
        return None

    def _extract_callback_phone(self, turn: Turn) -> bool:
        phone = read_phone(turn)
        if phone:
            turn.set(PHONE, phone)
            turn.clear(OTHER_LAST4)
        return phone is not None or was_own_told(turn)

    async def _extract_other_phone(self, turn: Turn, asked: str | None) -> bool:
        """`Mine ends 2203`, `no, my cell`: another phone is meant, and its full number is asked for."""
        last4 = extract_phone_ending(turn.text)
        known = str(turn.get(PHONE) or await self._find_known_phone(turn) or "")
        if last4 is None and asked == CONFIRM and is_no(turn) and names_another_phone(turn.text):
            last4 = UNKNOWN_LAST4
        if last4 is None or known.endswith(last4):
            return False
        turn.clear(PHONE)
        turn.set(OTHER_LAST4, last4)
        return True

    def _accept_example_time(self, turn: Turn, asked: str | None) -> bool:
        """A yes to `for example: Monday at 10:00 AM` chooses that time, which is then read back."""
        example = self._example_time(turn)
        if asked != WHEN or example is None or turn.get(DAY) or not is_yes(turn):
            return False
        if self._format_example_time(turn) not in turn.open_question.text:
            return False
        turn.set(WHEN, example.isoformat())
        turn.clear(UNTIL)
        return True

    def _extract_time(self, turn: Turn, text: str, asked: str | None) -> bool:
        if asked == PHONE and not turn.has_act("correct"):
            return False
        coop = turn.backend.coop
        requested = parse_call_time(remove_past_events(text), turn.backend.today(), coop.hours)
        if requested is None:
            return False
        requested = self._complete_from_earlier_time(turn, requested)
        now = turn.backend.clock.now().astimezone(coop.zone)
        when = find_call_start(requested, now, coop.hours_on)
        turn.clear(WHEN, DAY, UNTIL)
        end = find_call_end(requested, when, coop.hours_on) if when is not None else None
        if when is not None and not (requested.until and end is None):
            turn.set(WHEN, when.isoformat())
            turn.set(UNTIL, end.isoformat() if end else None)
        elif (
            requested.day is not None
            and requested.time_of_day is None
            and find_call_start(RequestedTime(requested.day, as_soon_as_possible=True), now, coop.hours_on)
        ):
            turn.set(DAY, requested.day.isoformat())  # a day alone, with office hours left: ask for the time
        elif asked is not None or requested.day not in (None, now.date()):
            # not for "now" in the message that began it: the member was just told that the office is closed
            callback_notes(turn).refused_time = self._explain_refused_time(turn, requested, now)
        return True

    def _complete_from_earlier_time(self, turn: Turn, requested: RequestedTime) -> RequestedTime:
        """`No, at 11`: on the same day. `Tuesday instead`: at the same time."""
        booked_at = callback_notes(turn).booked_at
        earlier = turn.get(WHEN) or (booked_at and booked_at.isoformat())
        if requested.as_soon_as_possible or requested.delay is not None:
            return requested
        if requested.day is None and (day := turn.get(DAY) or earlier):
            return replace(requested, day=datetime.fromisoformat(day).date())
        if requested.time_of_day is None and not requested.at_opening and earlier:
            until = time.fromisoformat(turn.get(UNTIL)) if turn.get(UNTIL) else None
            return replace(requested, time_of_day=datetime.fromisoformat(earlier).time(), until=until)
        return requested

    def _explain_refused_time(self, turn: Turn, requested: RequestedTime, now: datetime) -> dict[str, Any]:
        day = requested.day or (now + requested.delay if requested.delay else now).date()
        holiday = turn.backend.coop.holiday_name(day) if requested.day or requested.delay else None
        span = turn.backend.coop.hours_on(day)
        past = False
        if requested.time_of_day is not None and span is not None and requested.day == now.date():
            past = span[0] <= requested.time_of_day < min(span[1], now.time())
        return {
            "state": "holiday" if holiday else "past" if past else "closed",
            "day": format_day(day, now.date()),
            "holiday": holiday or "",
        }

    # asking the next question

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        if callback_notes(turn).is_canceled:
            await self.send_canceled(turn)
            return None
        if turn.was_just_opened():
            turn.set(ABOUT, turn.get(ABOUT) or find_subject(turn))
            turn.set(BEFORE, turn.get(BEFORE) or list_earlier_messages(turn))
        self._drop_past_time(turn)
        if turn.get(WHEN) is None:
            if callback_notes(turn).booked_at and not callback_notes(turn).refused_time:
                await send_booked_call(turn)
                return None
            return self._ask_time(turn)
        phone = turn.get(PHONE) or (None if turn.get(OTHER_LAST4) else await self._find_known_phone(turn))
        if phone is None and turn.get(OTHER_LAST4) not in (None, UNKNOWN_LAST4):
            return SlotQuestion(PHONE, "utter_question_callback_other_phone", {"last4": turn.get(OTHER_LAST4)})
        if phone is None:
            return SlotQuestion(PHONE, "utter_question_callback_phone")
        if not callback_notes(turn).agreed:
            return self._read_back(turn, phone)
        await self._file_callback(turn, phone)
        return None

    def _drop_past_time(self, turn: Turn) -> None:
        """Drop a chosen time that has passed or is now outside office hours, when the yes comes late."""
        now = turn.backend.clock.now().astimezone(turn.backend.coop.zone)
        if turn.get(DAY) and date.fromisoformat(turn.get(DAY)) < now.date():
            turn.clear(DAY)
        if not turn.get(WHEN):
            return
        when, end = datetime.fromisoformat(turn.get(WHEN)), self._end_time(turn)
        day, span = when.date(), turn.backend.coop.hours_on(when.date())
        ends_at = datetime.combine(day, end, when.tzinfo) if end else when + GRACE_AFTER_START
        if span is not None and now < ends_at and turn.backend.coop.is_open(max(when, now)):
            return
        turn.clear(WHEN, DAY, UNTIL)
        callback_notes(turn).agreed = False
        callback_notes(turn).refused_time = {"state": "past", "day": format_day(day, now.date()), "holiday": ""}

    def _ask_time(self, turn: Turn) -> SlotQuestion:
        if closed := callback_notes(turn).refused_time:
            return SlotQuestion(WHEN, "utter_question_callback_closed", closed, is_new=True)
        if callback_notes(turn).is_new_subject:
            turn.utter("utter_callback_subject", about=shorten(str(turn.get(ABOUT))).rstrip(" ?.!…"))
        if turn.get(DAY):
            day = format_day(date.fromisoformat(turn.get(DAY)), turn.backend.today())
            return SlotQuestion(WHEN, "utter_question_callback_hour", {"day": day, "on": turn.get(DAY)})
        return SlotQuestion(WHEN, "utter_question_callback_when", {"example": self._format_example_time(turn)})

    def _format_example_time(self, turn: Turn) -> str:
        """A time on the next working day, in words: at ten, or when the office opens."""
        example = self._example_time(turn)
        if example is None:
            return tr("the next working day")
        return f"{format_day(example.date(), turn.backend.today())} {format_at_clock(example.time())}"

    @staticmethod
    def _example_time(turn: Turn) -> datetime | None:
        coop = turn.backend.coop
        day = coop.working_day_after(turn.backend.today())
        span = coop.hours_on(day) if day else None
        if day is None or span is None:
            return None
        at = EXAMPLE_TIME if span[0] <= EXAMPLE_TIME < span[1] else span[0]
        return datetime.combine(day, at, coop.zone)

    def _read_back(self, turn: Turn, phone: str) -> SlotQuestion:
        buttons = [build_button(tr("Yes"), **{CONFIRM: "yes"}), build_button(tr("No"), **{CONFIRM: "no"})]
        return SlotQuestion(
            CONFIRM, "utter_question_callback_confirm", self._call_values(turn, phone), buttons, is_new=True
        )

    def _call_values(self, turn: Turn, phone: str) -> dict[str, Any]:
        when = datetime.fromisoformat(turn.get(WHEN))
        return call_values(turn, when, self._end_time(turn), phone, turn.get(ABOUT))

    def _end_time(self, turn: Turn) -> time | None:
        return time.fromisoformat(turn.get(UNTIL)) if turn.get(UNTIL) else None

    async def _answer_side_question(self, turn: Turn) -> bool:
        """Say why the phone number is needed; the base class would explain member numbers."""
        if turn.get(REQUESTED_SLOT) == PHONE and asks_about_phone_on_file(turn.text):
            turn.utter("utter_callback_why_phone")
            return True
        return await super()._answer_side_question(turn)

    async def _find_known_phone(self, turn: Turn) -> str | None:
        """The phone (E.164) that this conversation comes from (none in web chat), else the identified member's."""
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        identity = await turn.identity()
        on_file = identity.member.phone if identity.member else None
        return first_to_call(turn.backend, conversation.address, on_file)

    async def _file_callback(self, turn: Turn, phone: str) -> None:
        when = datetime.fromisoformat(turn.get(WHEN))
        identity = await turn.identity()
        details = {
            "name": identity.member.name if identity.member else "not identified",
            "phone": phone,
            "level": identity.level.name.lower().replace("_", " "),
        }
        end = self._end_time(turn)
        until = f" to {format_clock(end)}" if end else ""
        day = format_day_for_office(when.date(), turn.backend.today())
        details["when"] = f"{day}, {format_clock(when.time())}{until}"
        if end:
            details["until"] = end.isoformat()
        slot_by_label = {"about": ABOUT, "said before": BEFORE, "tried": TRIED}
        details |= {label: str(turn.get(slot)) for label, slot in slot_by_label.items() if turn.get(slot)}
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="callback",
            details=details,
            account_id=identity.account.id if identity.account else None,
            phone=phone,
            due_at=when,
            urgent=bool(turn.last_text_of(URGENT_RESPONSE)),
        )
        turn.utter("utter_callback_set", number=ticket.number, **self._call_values(turn, phone))
