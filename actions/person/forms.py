"""A call from the office at a time that a member chooses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from actions.base import Ask, Outside
from actions.cases.listening import URGENT_TOLD
from actions.form import SURE_OF_ANOTHER, Form
from actions.person.booked import booked, call_words, phone_of, tell_what_stands
from actions.person.subject import (
    CANCELS,
    cancel_call,
    named,
    said_before,
    shortened,
    subject,
    subject_in,
    telling,
)  # fmt: skip
from actions.quick_pay.questions import choose
from actions.turn import REQUESTED, Turn
from actions.words import day_for_the_office, day_words
from actions.yes_no import said_no, said_yes
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.coop import at_clock, clock_text
from backend.language import mark, tr
from backend.reading.moment import Moment, call_end, call_time, read_moment, without_past
from backend.reading.phone_ending import phone_ending
from backend.reading.phone_figures import without_phone_figures
from backend.tickets import service as tickets

WHEN, DAY, PHONE, CONFIRM = "callback_when", "callback_day", "callback_phone", "callback_confirm"
UNTIL, ABOUT, BEFORE, TRIED = "callback_until", "callback_about", "callback_before", "callback_tried"
OTHER_END = "callback_other_end"
"""How the phone ends that they are to call instead, as long as the whole of it is not known."""
UNKNOWN_END = "unknown"
ANOTHER_PHONE = re.compile(
    r"\b(?:my|the|a|an|mi|el|al|otro) (?:(?:cell|mobile|home|work|other|new|house|wife'?s|husband'?s|different|"
    r"right) ?)*"
    r"(?:phone|number|cell|mobile|landline|line|celular|tel[eé]fono|n[uú]mero)\b|\bnot this (?:one|number|phone)\b|"
    r"\b(?:different|wrong|another) (?:number|phone)\b",
    re.IGNORECASE,
)
SUBJECT_ALONE = 4
ASKS_FOR_IT = re.compile(r"\b(?:number|phone|records?|on file|have it|got it|know it|caller id)\b", re.IGNORECASE)
EXAMPLE = time(10)


class CallbackForm(Form):
    form = "callback_form"
    task = "person"
    title = mark("arranging a call back")
    slots: ClassVar[tuple[str, ...]] = (WHEN, DAY, PHONE, CONFIRM, UNTIL, ABOUT, BEFORE, TRIED, OTHER_END)
    asks: ClassVar[dict[str, str]] = {WHEN: "time", DAY: "day", PHONE: "phone", CONFIRM: "yes_no"}
    opens_with: ClassVar[frozenset[str]] = frozenset()
    LATE: ClassVar[int] = 15  # minutes: "now" is still now when its read-back is answered; later it is another time

    def _goes_to_a_person(self, turn: Turn) -> bool:
        """Here they are on the way to one."""
        return (
            turn.channel == "voice"
            and turn.backend.coop.is_open(turn.backend.clock.now())
            and super()._goes_to_a_person(turn)
        )

    async def cancelled(self, turn: Turn) -> None:
        if not (CANCELS.search(turn.text) and await cancel_call(turn)):
            turn.say("utter_callback_cancelled")

    # listening

    async def _hear(self, turn: Turn) -> Outside | None:
        """A phone number given where it was asked for is an answer, whatever is said beside it."""
        fresh = not (turn.just_opened() or turn.answered_something_else(self.form) or turn.get("resuming"))
        if fresh and turn.get(REQUESTED) == PHONE and self._hear_phone(turn, PHONE):
            self._hear_subject(turn, PHONE, heard=True)
            return await self._ask(turn, misses=0)
        return await super()._hear(turn)

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        if asked is not None and CANCELS.search(turn.text):
            return bool(turn.notes.setdefault("cancelled", True))
        if asked is None:
            await self._begin_with_the_booked(turn)
        if asked == CONFIRM and self._agrees(turn):
            return True
        heard = self._hear_phone(turn, asked) or await self._hear_other_phone(turn, asked)
        heard = self._hear_time(turn, without_phone_figures(turn.text), asked) or heard
        heard = heard or self._takes_the_example(turn, asked)
        heard = self._hear_subject(turn, asked, heard) or heard
        if asked != CONFIRM:
            return heard
        if heard:
            turn.clear(CONFIRM)
        elif turn.chosen(CONFIRM) == "no" or said_no(turn):
            turn.clear(WHEN, DAY, UNTIL)
            heard = True
        return heard

    async def _begin_with_the_booked(self, turn: Turn) -> None:
        """A call that this talk has arranged is moved, and not arranged again."""
        ticket = await booked(turn)
        if ticket is None or ticket.due_at is None:
            return
        turn.notes["booked"] = ticket
        turn.set(PHONE, turn.get(PHONE) or phone_of(ticket))
        turn.set(ABOUT, (telling(turn.whole_words) and subject_in(turn.whole_words)) or ticket.details.get("about"))

    def _hear_subject(self, turn: Turn, asked: str | None, heard: bool) -> bool:
        """What it is about, told at any question; other words only where nothing is known of it yet."""
        about = named(turn.own_words) if asked is not None else None
        if about is None and asked == WHEN and not heard and not turn.does("ask", "deny", "cancel", "person"):
            about = _only_subject(turn)
        is_news = turn.intent == "report_outage" and turn.statistics.whole.confidence >= SURE_OF_ANOTHER
        if about is None and turn.get(ABOUT) is None and not heard and asked in (WHEN, CONFIRM) and not is_news:
            about = subject_in(turn.own_words)
        if not about:
            return False
        turn.notes["subject"] = asked == WHEN and about != turn.get(ABOUT)
        turn.set(ABOUT, about)
        return turn.does("answer", "volunteer", "correct", "person") or bool(turn.notes["subject"])

    def _agrees(self, turn: Turn) -> bool:
        if turn.chosen(CONFIRM) == "yes" or said_yes(turn):
            turn.notes["agreed"] = True
        return "agreed" in turn.notes

    def _hear_phone(self, turn: Turn, asked: str | None) -> bool:
        phone = read_phone(turn.text, strict=False)
        if phone:
            turn.set(PHONE, phone)
            turn.clear(OTHER_END)
        return phone is not None

    async def _hear_other_phone(self, turn: Turn, asked: str | None) -> bool:
        """`Mine ends 2203`, `no, my cell`: another phone is meant; the whole of it is asked for."""
        end = phone_ending(turn.text)
        known = str(turn.get(PHONE) or await self._known_phone(turn) or "")
        if end is None and asked == CONFIRM and said_no(turn) and ANOTHER_PHONE.search(turn.text):
            end = ""
        if end is None or (end and known.endswith(end)):
            return False
        turn.clear(PHONE)
        turn.set(OTHER_END, end or UNKNOWN_END)
        return True

    def _takes_the_example(self, turn: Turn, asked: str | None) -> bool:
        """A yes to `for example: Monday at 10:00 AM` takes that time, which is read back before it is arranged."""
        example = self._example(turn)
        if asked != WHEN or example is None or turn.get(DAY) or self._next_day(turn) not in turn.question.said:
            return False
        if not said_yes(turn):
            return False
        turn.set(WHEN, example.isoformat())
        turn.clear(UNTIL)
        return True

    def _hear_time(self, turn: Turn, text: str, asked: str | None) -> bool:
        if asked == PHONE and not turn.does("correct"):
            return False
        coop = turn.backend.coop
        said = read_moment(without_past(text), turn.backend.today(), coop.hours)
        if said is None:
            return False
        said = self._beside_what_stands(turn, said)
        now = turn.backend.clock.now().astimezone(coop.zone)
        when = call_time(said, now, coop.span_on)
        turn.clear(WHEN, DAY, UNTIL)
        end = call_end(said, when, coop.span_on) if when is not None else None
        if when is not None and not (said.until and end is None):
            turn.set(WHEN, when.isoformat())
            turn.set(UNTIL, end.isoformat() if end else None)
        elif said.day is not None and said.at is None and call_time(Moment(said.day, soon=True), now, coop.span_on):
            turn.set(DAY, said.day.isoformat())
        elif asked is not None or said.day not in (None, now.date()):  # "now" at a closed office: they heard that it is
            turn.notes["closed_then"] = self._why_closed(turn, said, now)
        return True

    def _beside_what_stands(self, turn: Turn, said: Moment) -> Moment:
        """`No, at 11`: on the same day. `Tuesday instead`: at the same time."""
        ticket, zone = turn.notes.get("booked"), turn.backend.coop.zone
        stood = turn.get(WHEN) or (ticket and ticket.due_at.astimezone(zone).isoformat())
        if said.soon or said.after is not None:
            return said
        if said.day is None and (day := turn.get(DAY) or stood):
            return replace(said, day=datetime.fromisoformat(day).date())
        if said.at is None and not said.first and stood:
            until = time.fromisoformat(turn.get(UNTIL)) if turn.get(UNTIL) else None
            return replace(said, at=datetime.fromisoformat(stood).time(), until=until)
        return said

    def _why_closed(self, turn: Turn, said: Moment, now: datetime) -> dict[str, Any]:
        day = said.day or (now + said.after if said.after else now).date()
        holiday = turn.backend.coop.holiday(day) if said.day or said.after else None
        span = turn.backend.coop.span_on(day)
        past = False
        if said.at is not None and span is not None and said.day == now.date():
            past = span[0] <= said.at < min(span[1], now.time())
        return {
            "state": "holiday" if holiday else "past" if past else "closed",
            "day": day_words(day, now.date()),
            "holiday": holiday or "",
        }

    # asking

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        if turn.notes.get("cancelled"):
            await self.cancelled(turn)
            return None
        if turn.just_opened():
            turn.set(ABOUT, turn.get(ABOUT) or subject(turn))
            turn.set(BEFORE, turn.get(BEFORE) or said_before(turn))
        self._drop_what_is_past(turn)
        if turn.get(WHEN) is None:
            if turn.notes.get("booked") and not turn.notes.get("closed_then"):
                await tell_what_stands(turn)
                return None
            return self._ask_time(turn)
        phone = turn.get(PHONE) or (None if turn.get(OTHER_END) else await self._known_phone(turn))
        if phone is None and turn.get(OTHER_END) not in (None, UNKNOWN_END):
            return Ask(PHONE, "utter_question_callback_other_phone", {"last4": turn.get(OTHER_END)})
        if phone is None:
            return Ask(PHONE, "utter_question_callback_phone")
        if not turn.notes.get("agreed"):
            return self._read_back(turn, phone)
        await self._promise(turn, phone)
        return None

    def _drop_what_is_past(self, turn: Turn) -> None:
        """A time that was read back may be over by the yes: the office closes, a talk is taken up the next day."""
        now = turn.backend.clock.now().astimezone(turn.backend.coop.zone)
        if turn.get(DAY) and date.fromisoformat(turn.get(DAY)) < now.date():
            turn.clear(DAY)
        if not turn.get(WHEN):
            return
        when, end = datetime.fromisoformat(turn.get(WHEN)), self._end(turn)
        day, span = when.date(), turn.backend.coop.span_on(when.date())
        over = datetime.combine(day, end, when.tzinfo) if end else when + timedelta(minutes=self.LATE)
        if span is not None and now < over and turn.backend.coop.is_open(max(when, now)):
            return
        turn.clear(WHEN, DAY, UNTIL)
        turn.notes.pop("agreed", None)
        turn.notes["closed_then"] = {"state": "past", "day": day_words(day, now.date()), "holiday": ""}

    def _ask_time(self, turn: Turn) -> Ask:
        if closed := turn.notes.get("closed_then"):
            return Ask(WHEN, "utter_question_callback_closed", closed, new=True)
        if turn.notes.get("subject"):
            turn.say("utter_callback_subject", about=shortened(str(turn.get(ABOUT))).rstrip(" ?.!…"))
        if turn.get(DAY):
            day = day_words(date.fromisoformat(turn.get(DAY)), turn.backend.today())
            return Ask(WHEN, "utter_question_callback_hour", {"day": day})
        return Ask(WHEN, "utter_question_callback_when", {"example": self._next_day(turn)})

    def _next_day(self, turn: Turn) -> str:
        """A time of the next day after today on which somebody is there, in words: at ten, or when they open."""
        example = self._example(turn)
        if example is None:
            return tr("the next working day")
        return f"{day_words(example.date(), turn.backend.today())} {at_clock(example.time())}"

    @staticmethod
    def _example(turn: Turn) -> datetime | None:
        coop = turn.backend.coop
        day = coop.working_day_after(turn.backend.today())
        span = coop.span_on(day) if day else None
        if day is None or span is None:
            return None
        at = EXAMPLE if span[0] <= EXAMPLE < span[1] else span[0]
        return datetime.combine(day, at, coop.zone)

    def _read_back(self, turn: Turn, phone: str) -> Ask:
        buttons = [choose(tr("Yes"), **{CONFIRM: "yes"}), choose(tr("No"), **{CONFIRM: "no"})]
        return Ask(CONFIRM, "utter_question_callback_confirm", self._values(turn, phone), buttons, new=True)

    def _values(self, turn: Turn, phone: str) -> dict[str, Any]:
        when = datetime.fromisoformat(turn.get(WHEN))
        return call_words(turn, when, self._end(turn), phone, turn.get(ABOUT))

    def _end(self, turn: Turn) -> time | None:
        return time.fromisoformat(turn.get(UNTIL)) if turn.get(UNTIL) else None

    async def _answered_aside(self, turn: Turn) -> bool:
        """Who asks why a number is wanted hears that, and nothing of member numbers."""
        if turn.get(REQUESTED) == PHONE and ASKS_FOR_IT.search(turn.text):
            turn.say("utter_callback_why_phone")
            return True
        return await super()._answered_aside(turn)

    async def _known_phone(self, turn: Turn) -> str | None:
        """The phone that writes or calls, else the one on file of somebody who has shown who they are."""
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        standing = await turn.standing()
        return conversation.address or (standing.member.phone if standing.member else None)

    async def _promise(self, turn: Turn, phone: str) -> None:
        when = datetime.fromisoformat(turn.get(WHEN))
        standing = await turn.standing()
        details = {
            "name": standing.member.name if standing.member else "not identified",
            "phone": phone,
            "level": standing.level.name.lower().replace("_", " "),
            "when": self._when_for_the_office(turn, when),
        }
        if end := self._end(turn):
            details["until"] = end.isoformat()
        told = {"about": ABOUT, "said before": BEFORE, "tried": TRIED}
        details |= {label: str(turn.get(slot)) for label, slot in told.items() if turn.get(slot)}
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="callback",
            details=details,
            account_id=standing.account.id if standing.account else None,
            phone=phone,
            due_at=when,
            urgent=bool(turn.words_of(URGENT_TOLD)),
        )
        turn.say("utter_callback_set", number=ticket.number, **self._values(turn, phone))

    def _when_for_the_office(self, turn: Turn, when: datetime) -> str:
        end = self._end(turn)
        until = f" to {clock_text(end)}" if end else ""
        return f"{day_for_the_office(when.date(), turn.backend.today())}, {clock_text(when.time())}{until}"


def _only_subject(turn: Turn) -> str | None:
    """`My bill.`: so few words at the question for a time name what the call is about."""
    words = turn.own_words.strip(" .!")
    if "?" in words or len(words.split()) > SUBJECT_ALONE or not telling(words):
        return None
    return words
