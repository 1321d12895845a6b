"""A call from the office at a time that a member chooses."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from actions.base import Ask, Form, Outside
from actions.turn import Turn
from actions.words import day_for_the_office, day_words
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.coop import at_clock, clock_text
from backend.reading.moment import call_time, read_moment
from backend.tickets import service as tickets

WHEN, DAY, PHONE = "callback_when", "callback_day", "callback_phone"


class CallbackForm(Form):
    form = "callback_form"
    slots = (WHEN, DAY, PHONE)
    opens_with: ClassVar[frozenset[str]] = frozenset()

    async def cancelled(self, turn: Turn) -> None:
        turn.say("utter_callback_cancelled")

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        phone = read_phone(turn.text, strict=False)
        if phone:
            turn.set(PHONE, phone)
        return (asked != PHONE and self._hear_time(turn)) or phone is not None

    def _hear_time(self, turn: Turn) -> bool:
        coop = turn.backend.coop
        said = read_moment(turn.text, turn.backend.today(), coop.hours)
        if said is None:
            return False
        if said.day is None and turn.get(DAY) and not said.soon:
            said = type(said)(date.fromisoformat(turn.get(DAY)), said.at)
        now = turn.backend.clock.now().astimezone(coop.zone)
        when = call_time(said, now, coop.hours)
        turn.clear(WHEN, DAY)
        if when is not None:
            turn.set(WHEN, when.isoformat())
        elif said.day is not None and said.at is None and f"{said.day:%A}".lower() in coop.hours:
            turn.set(DAY, said.day.isoformat())
        else:
            turn.notes["closed_then"] = True
        return True

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        if turn.get(WHEN) is None:
            return self._ask_time(turn)
        phone = turn.get(PHONE) or await self._known_phone(turn)
        if phone is None:
            return Ask(PHONE, "utter_question_callback_phone")
        await self._promise(turn, phone)
        return None

    def _ask_time(self, turn: Turn) -> Ask:
        if turn.notes.get("closed_then"):
            return Ask(WHEN, "utter_question_callback_closed")
        if turn.get(DAY):
            day = day_words(date.fromisoformat(turn.get(DAY)), turn.backend.today())
            return Ask(WHEN, "utter_question_callback_hour", {"day": day})
        return Ask(WHEN, "utter_question_callback_when")

    async def _known_phone(self, turn: Turn) -> str | None:
        """The phone that writes or calls, else the one on file of somebody who has shown who they are."""
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        standing = await turn.standing()
        return conversation.address or (standing.member.phone if standing.member else None)

    async def _promise(self, turn: Turn, phone: str) -> None:
        when = datetime.fromisoformat(turn.get(WHEN))
        standing = await turn.standing()
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="callback",
            details={
                "name": standing.member.name if standing.member else "not identified",
                "phone": phone,
                "level": standing.level.name.lower().replace("_", " "),
                "when": f"{day_for_the_office(when.date(), turn.backend.today())}, {clock_text(when.time())}",
            },
            account_id=standing.account.id if standing.account else None,
            due_at=when,
        )
        day = day_words(when.date(), turn.backend.today())
        turn.say("utter_callback_set", number=ticket.number, day=day, at=at_clock(when.time()), last4=phone[-4:])
