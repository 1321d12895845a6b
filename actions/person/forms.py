"""A call from the office at a time that a member chooses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from actions.base import Ask, Outside
from actions.form import Form
from actions.person.subject import CANCELS, cancel_call, said_before, subject_in
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.words import day_for_the_office, day_words, when_words
from actions.yes_no import said_no, said_yes
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.coop import at_clock, clock_text
from backend.language import mark, tr
from backend.reading.moment import Moment, call_time, read_moment
from backend.tickets import service as tickets

WHEN, DAY, PHONE, CONFIRM = "callback_when", "callback_day", "callback_phone", "callback_confirm"
UNCLEAR, ABOUT, BEFORE, TRIED = "callback_unclear", "callback_about", "callback_before", "callback_tried"
PHONE_FIGURES = re.compile(r"\+?1?[ .-]?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}")


class CallbackForm(Form):
    form = "callback_form"
    task = "person"
    title = mark("arranging a call back")
    slots: ClassVar[tuple[str, ...]] = (WHEN, DAY, PHONE, CONFIRM, UNCLEAR, ABOUT, BEFORE, TRIED)
    asks: ClassVar[dict[str, str]] = {WHEN: "time", DAY: "day", PHONE: "phone", CONFIRM: "yes_no"}
    opens_with: ClassVar[frozenset[str]] = frozenset()

    async def cancelled(self, turn: Turn) -> None:
        if not (CANCELS.search(turn.text) and await cancel_call(turn)):
            turn.say("utter_callback_cancelled")

    # listening

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        if asked is not None and CANCELS.search(turn.text):
            return bool(turn.notes.setdefault("cancelled", True))
        if asked == CONFIRM and self._agrees(turn):
            return True
        heard = self._hear_phone(turn, asked)
        heard = self._hear_time(turn, PHONE_FIGURES.sub(" ", turn.text), asked) or heard
        about = subject_in(turn) if asked is None or not heard else None
        if about and turn.get(ABOUT) is None and (asked is None or asked in (WHEN, CONFIRM)):
            turn.set(ABOUT, about)
            heard = heard or (asked is not None and turn.does("answer", "volunteer", "correct"))
        if asked != CONFIRM:
            return heard
        if heard:
            turn.clear(CONFIRM)
        elif turn.chosen(CONFIRM) == "no" or said_no(turn):
            turn.clear(WHEN, DAY, UNCLEAR)
            heard = True
        return heard

    def _agrees(self, turn: Turn) -> bool:
        if turn.chosen(CONFIRM) == "yes" or said_yes(turn):
            turn.notes["agreed"] = True
        return "agreed" in turn.notes

    def _hear_phone(self, turn: Turn, asked: str | None) -> bool:
        phone = read_phone(turn.text, strict=False)
        if phone:
            turn.set(PHONE, phone)
        return phone is not None

    def _hear_time(self, turn: Turn, text: str, asked: str | None) -> bool:
        if asked == PHONE and not turn.does("correct"):
            return False
        coop = turn.backend.coop
        said = read_moment(text, turn.backend.today(), coop.hours)
        if said is None:
            return False
        day = turn.get(DAY) or turn.get(WHEN)
        if said.day is None and day and not said.soon and said.after is None:  # "no, at 11": on the same day
            said = replace(said, day=datetime.fromisoformat(day).date())
        now = turn.backend.clock.now().astimezone(coop.zone)
        when = call_time(said, now, coop.span_on)
        turn.clear(WHEN, DAY, UNCLEAR)
        if when is not None:
            turn.set(WHEN, when.isoformat())
            turn.set(UNCLEAR, said.vague or None)
        elif said.day is not None and said.at is None and call_time(Moment(said.day, soon=True), now, coop.span_on):
            turn.set(DAY, said.day.isoformat())
        else:
            turn.notes["closed_then"] = self._why_closed(turn, said, now)
        return True

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
        if turn.just_opened() and turn.get(ABOUT) is None:
            turn.set(BEFORE, said_before(turn))
        if turn.get(WHEN) is None:
            return self._ask_time(turn)
        phone = turn.get(PHONE) or await self._known_phone(turn)
        if phone is None:
            return Ask(PHONE, "utter_question_callback_phone")
        if turn.get(UNCLEAR) and not turn.notes.get("agreed"):
            return self._read_back(turn, phone)
        await self._promise(turn, phone)
        return None

    def _ask_time(self, turn: Turn) -> Ask:
        if closed := turn.notes.get("closed_then"):
            return Ask(WHEN, "utter_question_callback_closed", closed, new=True)
        if turn.get(DAY):
            day = day_words(date.fromisoformat(turn.get(DAY)), turn.backend.today())
            return Ask(WHEN, "utter_question_callback_hour", {"day": day})
        return Ask(WHEN, "utter_question_callback_when")

    def _read_back(self, turn: Turn, phone: str) -> Ask:
        buttons = [choose(tr("Yes"), **{CONFIRM: "yes"}), choose(tr("No"), **{CONFIRM: "no"})]
        return Ask(CONFIRM, "utter_question_callback_confirm", self._values(turn, phone), buttons, new=True)

    def _values(self, turn: Turn, phone: str) -> dict[str, Any]:
        when = datetime.fromisoformat(turn.get(WHEN))
        day = when_words(when.date(), turn.backend.today())
        return {"day": day, "at": at_clock(when.time()), "last4": phone[-4:]}

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
            "when": f"{day_for_the_office(when.date(), turn.backend.today())}, {clock_text(when.time())}",
        }
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
        )
        turn.say("utter_callback_set", number=ticket.number, **self._values(turn, phone))
