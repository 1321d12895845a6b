"""An outage: danger first and at once; else where it is, a read-back, a yes, a ticket. Also how an outage stands."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from actions import follow_ups
from actions.base import Ask, Outside
from actions.cases.called import called
from actions.cases.kinds import kind_of_outage
from actions.cases.reporting import ReportingForm
from actions.cases.taking_back import undo
from actions.cases.where import Where
from actions.danger import alarmed
from actions.outage.known import known_values
from actions.outage.restored import BACK, STATUS, account_meant, note_denied, note_restored, tell_restored
from actions.turn import Turn
from backend.language import mark
from backend.members.identity import Standing
from backend.providers.outages.base import Outage
from backend.reading.asks_after import denies_it_is_back, denies_reporting, tells_it_is_fine
from backend.reading.life_support import depends_on_power
from backend.reading.tickets_named import kinds_named
from backend.tickets import service as tickets
from backend.tickets.kinds import MAY_TURN_DANGEROUS, POWER
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_theirs

OWN = ("place", "phone", "confirm", "words", "status", "no_number", "danger", "warned", "filed")
ASKS_OF_ONE = re.compile(
    r"^\W*(?:so |hi |hello |hey |um+ |uh+ )*(?:is|are) there (?:an?|any|some)?.*\b(?:outages?|out|off)\b|"
    r"\b(?:any|known) outages?\b|\bdo you (?:guys )?(?:know|have)\b.*\bout|\bare you aware\b|"
    r"\boutage (?:map|status|update)\b|"
    r"^\W*(?:so |hi |hello |hey |um+ )*(?:is|are) (?:the |my |our )?(?:power|lights?|electric\w*) "
    r"(?:\w+ )?(?:out|off|down)\b",
    re.IGNORECASE,
)

OF_MONEY = re.compile(r"\b(?:credits?|refund\w*|reimburs\w*|compensat\w*|discount)\b", re.IGNORECASE)
"""What an outage is worth on a bill: no place is needed for it."""
AREA = re.compile(r"\b(?:in|around|near|en|por) (?!(?:My|The|Our|Mi|La)\b)[A-Z][a-z]+")
"""A town that is named."""


class OutageForm(ReportingForm):
    form = "outage_form"
    task = "outage"
    title = mark("reporting an outage")
    skill = "report_outage"
    word = "outage"
    slots: ClassVar[tuple[str, ...]] = tuple(f"outage_{name}" for name in OWN)
    asks: ClassVar[dict[str, str]] = {"outage_place": "place", "outage_phone": "phone", "outage_confirm": "yes_no"}
    files = True
    opens_with: ClassVar[frozenset[str]] = frozenset({"report_outage", "outage_status"})

    async def _only_asked_about(self, turn: Turn) -> bool:
        """When it will be back is answered from what is known of the place, and not in general."""
        of_one = turn.intent == "outage_status" or ASKS_OF_ONE.search(turn.text) or self._is_told(turn)
        if of_one and not OF_MONEY.search(turn.text) and not await follow_ups.is_of_another(turn, self.task):
            return False
        return await super()._only_asked_about(turn)

    def _is_told(self, turn: Turn) -> bool:
        """Whether something is told that must not wait, or that another action has understood already."""
        return alarmed(turn) or turn.get(STATUS) == BACK

    def _name_when_unsure(self, turn: Turn) -> None:
        if turn.get(STATUS) != BACK:
            super()._name_when_unsure(turn)

    async def _answer_questions(self, turn: Turn) -> bool:
        if turn.just_opened() and (
            self._is_told(turn) or turn.intent == "outage_status" or ASKS_OF_ONE.search(turn.text)
        ):
            return False
        return await super()._answer_questions(turn)

    def only_asked(self, turn: Turn) -> bool:
        return bool(self.held(turn, "status"))

    def kind(self, turn: Turn) -> str:
        return kind_of_outage(str(self.held(turn, "words") or ""))

    def urgent(self, turn: Turn) -> bool:
        """Somebody's life may hang on the power."""
        return depends_on_power(str(self.held(turn, "words") or ""))

    async def listen_report(self, turn: Turn, asked: str | None) -> bool:
        fine = turn.intent == "outage_restored" or (asked is None and tells_it_is_fine(turn.whole_words))
        if fine and not denies_it_is_back(turn.whole_words) and not alarmed(turn):
            turn.notes["restored"] = True
            return True
        if turn.get(STATUS) == BACK:
            return False
        if asked is None and denies_reporting(turn.whole_words) and not alarmed(turn):
            return bool(turn.notes.setdefault("denied", True))
        if turn.intent == "outage_status" or (asked is None and ASKS_OF_ONE.search(turn.text)):
            turn.set(self.slot("status"), True)
            return True
        if asked is not None and turn.intent == "report_outage" and len(turn.text.split()) > 2:
            turn.clear(self.slot("status"))
            turn.notes["more"] = True
            return asked != self.slot("place")  # kept, but it tells no place
        return False

    def read_back_values(self, turn: Turn) -> dict[str, Any]:
        unknown = turn.notes.get("nothing_known") and not turn.notes.get("added")
        return {"state": "unknown"} if unknown else super().read_back_values(turn)

    async def next_report_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        if turn.get(STATUS) == BACK:
            return await self._hear_where_it_is_back(turn, standing)
        if turn.notes.get("restored") or turn.notes.get("denied"):
            await self._hear_that_none_is_wished(turn)
            return None
        if self.urgent(turn) and not self.held(turn, "warned"):
            turn.say("utter_outage_life_support")
            turn.set(self.slot("warned"), True)
        if self.held(turn, "status") and (mine := await self._with_the_crew(turn)):
            turn.say("utter_outage_stands", number=mine.number, called=await called(turn, mine), known=False, own=True)
            return None
        where = await self._where_reported(turn) if self.held(turn, "status") and not self.held(turn, "place") else None
        where = where or await self.where(turn, standing) or await self._where_reported(turn)
        if where is None:
            return await self._ask_where(turn)
        known = await turn.backend.outages.known(turn.session, where.place, where.account.id if where.account else None)
        before = await self._told_before(turn, standing, where)
        if self.held(turn, "status") and await self._tell_status(turn, known, before):
            return None
        if before:
            await self._add(turn, standing, where, known)
            return None
        filed = await self.finish(turn, standing, where, {})
        if isinstance(filed, Ask):
            return filed
        if not filed.own:
            await self._tell_added(turn, filed, known)
            return None
        ticket, kind = filed.ticket, filed.ticket.kind
        team = await called(turn, ticket, first=True)
        said: dict[str, Any] = {
            "number": ticket.number, "called": team, "undo": undo(turn, ticket), "case_kind": kind,
        }  # fmt: skip
        if kind == "damage":
            turn.say("utter_case_filed", **said)
            return None
        turn.say("utter_outage_ticket", danger=False, **said)
        self._tell_known(turn, known)
        return None

    async def _ask_where(self, turn: Turn) -> Ask | None:
        if await self._told_of_an_area(turn):
            return None
        told = "no_number" in turn.notes
        heard = "heard" in turn.notes
        values = {"danger": False, "no_number": told, "heard": heard}
        return Ask(self.slot("place"), "utter_question_outage_place", values, new=told or heard)

    async def _told_of_an_area(self, turn: Turn) -> bool:
        """`Is there an outage in Elizabeth`: what is known there; of whose house it is nobody has spoken."""
        if not (turn.just_opened() and self.held(turn, "status") and AREA.search(turn.own_words)):
            return False
        known = await turn.backend.outages.known(turn.session, turn.own_words, None)
        self._tell_known(turn, known)
        if known is None:
            turn.say("utter_outage_area")
        turn.set("offer", {"opener": self.form, "slots": {}})
        return True

    async def _hear_that_none_is_wished(self, turn: Turn) -> None:
        if turn.notes.get("restored"):
            await tell_restored(turn, await account_meant(turn), asked=True)
        else:
            await note_denied(turn)

    async def _with_the_crew(self, turn: Turn) -> Ticket | None:
        """What this conversation reported that is no outage: `how long do they take` means that crew."""
        if "outage" in kinds_named(turn.text) or not turn.just_opened():
            return None
        standing = await tickets.of_conversation(turn.session, turn.conversation_id)
        return next((one for one in standing if one.kind in MAY_TURN_DANGEROUS - POWER), None)

    async def _hear_where_it_is_back(self, turn: Turn, standing: Standing) -> Ask | None:
        """Which house it is, so that nobody is sent there for nothing."""
        place, phone = self.held(turn, "place"), str(self.held(turn, "phone") or "")
        if standing.account is not None:
            await tell_restored(turn, standing.account)
        elif place or phone.startswith("+"):
            await note_restored(turn, str(place) if place else None, phone or None)
        else:
            values = {"no_number": "no_number" in turn.notes}
            return Ask(self.slot("place"), "utter_question_outage_back", values, new=values["no_number"])
        return None

    async def _where_reported(self, turn: Turn) -> Where | None:
        """Where this conversation has reported one: who asks when it will be back is not asked where again."""
        for ticket in await tickets.of_conversation(turn.session, turn.conversation_id):
            if ticket.kind in POWER and ticket.place:
                return Where(None, ticket.place, ticket.place)
        return None

    async def _told_before(self, turn: Turn, standing: Standing, where: Where) -> Ticket | None:
        """The open ticket that this belongs to."""
        report = self.report(turn, standing, where, {}, await self._phone(turn, standing))
        return await tickets.same_as(turn.session, turn.backend, turn.conversation_id, report)

    async def _tell_status(self, turn: Turn, known: Outage | None, before: Ticket | None) -> bool:
        """Answer how it stands. False when nothing is known or reported there: then it is offered to report it."""
        self._tell_known(turn, known)
        if before:
            told = await called(turn, before)
            own = await is_theirs(turn.session, turn.backend, before, turn.conversation_id)
            number = before.number if own else ""
            turn.say("utter_outage_stands", number=number, called=told, known=known is not None, own=own)
        turn.notes["nothing_known"] = not known and not before
        return bool(known or before)

    def _tell_known(self, turn: Turn, known: Outage | None) -> None:
        if known is not None:
            turn.say("utter_outage_known", **known_values(turn, known))

    async def _add(self, turn: Turn, standing: Standing, where: Where, known: Outage | None) -> None:
        """Still out, or told again: it goes to the ticket that is open, and nothing has to be agreed to."""
        report = self.report(turn, standing, where, {}, await self._phone(turn, standing))
        filed = await tickets.file(turn.session, turn.backend, turn.conversation_id, report)
        await self._tell_added(turn, filed, known)

    async def _tell_added(self, turn: Turn, filed: tickets.Filed, known: Outage | None) -> None:
        """The number is told to whose ticket it is, and to nobody who only names the address."""
        number = filed.ticket.number if filed.own else ""
        turn.say("utter_outage_noted", number=number, called=await called(turn, filed.ticket), own=filed.own)
        self._tell_known(turn, known)
