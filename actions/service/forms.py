"""Starting, stopping or moving service: what the office needs, as a ticket. New people need no member number."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar

from actions.base import Ask, Outside
from actions.free_text import free_text
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.quick_pay.questions import choose
from actions.turn import ASKED_AS, Turn
from actions.words import day_for_the_office, day_words
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.coop import display_phone
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.reading.day import Day, DayProblem
from backend.reading.digits import spoken_to_digits
from backend.tickets import service as tickets

KIND, ADDRESS, DAY, NAME, PHONE = "service_kind", "service_address", "service_day", "service_name", "service_phone"
ASKED_AS[DAY] = "date"
KINDS = (
    ("move", re.compile(r"\b(move|moving|moved|transfer|switch (?:it|service|my)|relocat\w+)\b", re.IGNORECASE)),
    (
        "stop",
        re.compile(
            r"\b(stop|disconnect|cancel|end|shut (?:it |my \w+ |the \w+ )?off|turn (?:it |my \w+ |the \w+ )?off|"
            r"close my account|take .* out of my name|moving out|final bill)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "start",
        re.compile(
            r"\b(start|new|begin|hook\w*|connect\w*|turn(?:ed)? (?:it |my \w+ |the \w+ )?on|turned on|sign up|apply|"
            r"application|become a member|put .* in my name|moving in|set ?up|get (?:power|electric\w*|lights))\b",
            re.IGNORECASE,
        ),
    ),
)
STREET = re.compile(
    r"\d+\s+(?:[nsew]\.?\s+)?[a-z].*|.*\b(?:road|street|lane|avenue|highway|route|county)\b.*", re.IGNORECASE
)
NAMED = re.compile(r"^(?:my name is|this is|i am|i'm|it is|it's|name is|name)\s+", re.IGNORECASE)
A_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'&-]){1,78}(?:[^\W\d_]|\.)")


class ServiceForm(IdentifiedForm):
    form = "service_form"
    skill = "start_stop_service"
    slots = (*IDENTITY_SLOTS, KIND, ADDRESS, DAY, NAME, PHONE)
    opens_with: ClassVar[frozenset[str]] = frozenset({"start_stop_service"})

    def level_needed(self, turn: Turn) -> Level:
        """What exists is stopped or moved by its member; somebody new has no number yet."""
        return NEEDS[self.skill] if turn.get(KIND) in ("stop", "move") else Level.ANONYMOUS

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = self._hear_kind(turn, asked)
        said = turn.read(asked)
        if isinstance(said.day, Day):
            turn.set(DAY, said.day.on.isoformat())
            heard = True
        elif asked == DAY and isinstance(said.day, DayProblem) and said.day.code == "past":
            turn.notes["past"] = heard = True
        if asked == PHONE and (phone := read_phone(turn.text, strict=False)):
            turn.set(PHONE, phone)
            heard = True
        elif asked == ADDRESS and (place := free_text(turn)) and (STREET.fullmatch(turn.text.strip()) or not heard):
            turn.set(ADDRESS, place)
            heard = True
        elif asked == NAME:
            heard = self._hear_name(turn) or heard
        return heard

    def _hear_kind(self, turn: Turn, asked: str | None) -> bool:
        chosen = turn.chosen(KIND)
        if chosen is None and (asked in (None, KIND) or turn.get(KIND) is None):
            chosen = next((kind for kind, words in KINDS if words.search(turn.text)), None)
        if chosen:
            turn.set(KIND, chosen)
        return chosen is not None

    def _hear_name(self, turn: Turn) -> bool:
        name = NAMED.sub("", turn.text.strip()).strip() if free_text(turn) else ""
        if not A_NAME.fullmatch(name) or re.search(r"\d{4}", spoken_to_digits(name)):
            return False  # a phone number, said in words, is no name
        turn.set(NAME, turn.own(name))
        return True

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        kind = turn.get(KIND)
        if kind is None:
            buttons = [
                choose(tr("Start service"), service_kind="start"),
                choose(tr("Stop service"), service_kind="stop"),
                choose(tr("Move service"), service_kind="move"),
            ]
            return Ask(KIND, "utter_question_service_kind", buttons=buttons)
        await self._fill(turn, standing)
        if turn.get(ADDRESS) is None:
            return Ask(ADDRESS, "utter_question_service_address")
        if turn.get(DAY) is None:
            problem = "_past" if turn.notes.get("past") else ""
            return Ask(DAY, f"utter_question_service_day{problem}", {"service_kind": kind})
        if turn.get(NAME) is None:
            return Ask(NAME, "utter_question_service_name")
        if turn.get(PHONE) is None:
            return Ask(PHONE, "utter_question_service_phone")
        await self._open(turn, standing)
        return None

    async def _fill(self, turn: Turn, standing: Standing) -> None:
        """What is known need not be asked."""
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        if standing.member is not None:
            turn.set(NAME, standing.member.name)
            turn.set(PHONE, standing.member.phone)
        elif turn.get(PHONE) is None and conversation.address:
            turn.set(PHONE, conversation.address)
        if standing.account is not None and turn.get(KIND) == "stop":
            turn.set(ADDRESS, standing.account.service_address or "the address on file")

    async def _open(self, turn: Turn, standing: Standing) -> None:
        day, today = date.fromisoformat(turn.get(DAY)), turn.backend.today()
        details = {
            "wish": f"{turn.get(KIND)} service",
            "address": str(turn.get(ADDRESS)),
            "day": day_for_the_office(day, today),
            "name": str(turn.get(NAME)),
            "phone": display_phone(str(turn.get(PHONE))),
        }
        ticket = await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="service",
            details=details,
            account_id=standing.account.id if standing.account else None,
        )
        last4 = str(turn.get(PHONE))[-4:]
        turn.say(
            "utter_service_ticket",
            number=ticket.number,
            service_kind=turn.get(KIND),
            day=day_words(day, today),
            last4=last4,
        )
