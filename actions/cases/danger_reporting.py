"""A danger is filed at once, with what is known; where it is and whom to call are asked for after that."""

from __future__ import annotations

from typing import Any

from actions.agenda import NOW as AGENDA_NOW
from actions.base import Ask
from actions.cases.called import called
from actions.cases.danger_talk import SAYS_SOMETHING, note
from actions.cases.listening import NUMBER_TOLD, THIS_CHAT
from actions.cases.phone_told import TAKEN, call_at
from actions.cases.taking_back import undo
from actions.cases.where import Where, WhereReported
from actions.danger import say_what_to_do, signs_told
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER
from actions.person.in_danger import asks_for_a_person, person_in_danger
from actions.turn import REQUESTED, Turn
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import Level
from backend.reading.hazard import HAZARDS, is_only_need, signs_in
from backend.reading.life_support import power_is_out
from backend.reading.of_the_filed import still_wrong
from backend.reading.spanish import glossed
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER, OUTAGE
from backend.tickets.models import Ticket
from backend.tickets.places import place_key
from backend.tickets.same_event import SAME_WITHIN
from backend.tickets.signs import HAZARD


class DangerReporting(WhereReported):
    """A report that may turn out to be of a danger."""

    def _is_fresh(self, turn: Turn) -> bool:
        """Whether the message was said to this form, or opens it."""
        return not (turn.answered_something_else(self.form) or turn.get("resuming") or turn.get(AGENDA_NOW))

    async def _danger(self, turn: Turn) -> Ask | None:
        """Filed at once, with what is known: who is in danger may not write again. Then where it is."""
        if not self.held(turn, "warned"):
            if stands := await self._danger_that_stands(turn):
                words = str(self.held(turn, "danger"))
                await tickets.add_note(turn.session, turn.backend, stands, turn.conversation_id, words)
                turn.say("utter_case_added", number=stands.number, called=await called(turn, stands), own=True)
                return None
            if (
                self.form == "outage_form" or turn.intent == "report_outage"
            ):  # else it was said before this form was asked
                say_what_to_do(turn, self._signs(turn))
            turn.set(self.slot("warned"), True)
        await self._know_who(turn)
        standing = await turn.standing()
        if self.held(turn, "place") is None and (place := await self._place_of_before(turn)):
            turn.set(self.slot("place"), place)
        where = await self.where(turn, standing)
        filed = await self._danger_ticket(turn, standing, where)
        ticket = filed.ticket
        told = f" {filed.passed_on}" if filed.passed_on else await called(turn, ticket, first=True)
        if not filed.own:  # another has told of it: what was said is added, and nothing of theirs is asked or changed
            turn.say("utter_case_added", number="", called=told, own=False)
            await self._tell_of_a_person(turn)
            return None
        turn.set(self.slot("filed"), ticket.number)
        if self.held(turn, "place") is None and not (standing.account and ticket.place):
            await self._tell_of_a_person(turn)
            again = turn.get(REQUESTED) == self.slot("place") and not turn.just_opened()
            half = again and turn.get(NUMBER) and not turn.get(LAST4)
            values: dict[str, Any] = {"danger": True, "no_number": False, "called": told}
            values["again"] = "half" if half else again
            return Ask(self.slot("place"), "utter_question_outage_place", values)
        if self.held(turn, "warned") != NUMBER_TOLD:
            more: dict[str, Any] = {"danger": True, "undo": undo(turn, ticket), "case_kind": ticket.kind}
            turn.say("utter_outage_ticket", number=ticket.number, called=told, **more)
            turn.set(self.slot("warned"), NUMBER_TOLD)
            await self._tell_of_a_person(turn)
            if ticket.phone is None and not self.held(
                turn, "phone"
            ):  # last of all: the crew may have to ask where exactly
                return Ask(self.slot("phone"), "utter_question_case_phone")
        elif ticket.phone is None and not self.held(turn, "phone"):
            return Ask(self.slot("phone"), "utter_question_case_phone")
        elif self.held(turn, "phone") == THIS_CHAT:
            turn.say("utter_filed_no_phone", number=ticket.number, called=await called(turn, ticket))
        elif not turn.notes.get(TAKEN):
            turn.say("utter_noted", what=tr("the phone number"))
        return None

    async def _know_who(self, turn: Turn) -> None:
        """A member number and last four that were given tell where it is. Nobody in danger is asked to prove them."""
        known = (await turn.standing()).level >= Level.KNOWN
        if self.held(turn, "filed") and turn.get(NUMBER) and turn.get(LAST4) and not known:
            await self._identify(turn)
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")

    async def _tell_of_a_person(self, turn: Turn) -> None:
        """Who wished for a person beside the danger gets one as far as there is one now, and no call on Monday."""
        if (self._is_fresh(turn) or turn.just_opened()) and asks_for_a_person(turn):
            await person_in_danger(turn)

    def _signs(self, turn: Turn) -> frozenset[str]:
        """What was told of the danger."""
        words = str(self.held(turn, "danger"))
        return signs_in(words, glossed(words)) | signs_told(turn, reported=False)

    def _danger_kind(self, turn: Turn) -> str:
        """Danger; but who only needs air or medicine needs power: no wire is to be looked for."""
        if not is_only_need(self._signs(turn)):
            return DANGER
        told = f"{self.held(turn, 'words') or ''} {self.held(turn, 'danger')}"
        outage = power_is_out(told) or (self.form == "outage_form" and bool(self.held(turn, "words")))
        return OUTAGE if outage else "medical"

    async def _danger_that_stands(self, turn: Turn) -> Ticket | None:
        """The danger that this talk has reported, when it is told once more and of no other place."""
        told = self.held(turn, "place")
        for ticket in await tickets.of_conversation(turn.session, turn.conversation_id):
            if ticket.kind == DANGER and ticket.place and (not told or place_key(str(told)) == ticket.place_key):
                return ticket
        return None

    async def _place_of_before(self, turn: Turn) -> str | None:
        """Where it was when this talk told of it before: `they left and the line is still down`."""
        if self.held(turn, "filed") or not still_wrong(str(self.held(turn, "danger"))):
            return None
        since = turn.backend.clock.now() - SAME_WITHIN
        told = await lookup.told_in(turn.session, turn.conversation_id, None, since)
        own = (one for one in told if one.conversation_id == turn.conversation_id and one.kind == DANGER)
        return next((one.place for one in own if one.place), None)

    async def _danger_ticket(self, turn: Turn, standing: Standing, where: Where | None) -> tickets.Filed:
        told = str(self.held(turn, "place") or "")
        number = self.held(turn, "filed")
        if number and (ticket := await tickets.find(turn.session, str(number))) is not None:
            await self._keep_the_rest(turn, ticket)
            phone = await self._phone(turn, standing)
            await tickets.complete(turn.session, turn.backend, ticket, place=told or None, phone=phone)
            if where is not None and where.account is not None and not ticket.place:
                await tickets.place_on_file(turn.session, turn.backend, ticket, where.account)
            if phone and phone != ticket.phone and phone == self.held(turn, "phone"):
                await call_at(turn, ticket, phone)  # told after the one that it came with
            return tickets.Filed(ticket, new=False)
        words = str(self.held(turn, "danger"))
        details = {"words": words, **name_of(standing)}
        if (heard := signs_told(turn, reported=False) - signs_in(words, glossed(words))) and heard <= set(HAZARDS):
            details[HAZARD] = min(heard)
        if (before := self.held(turn, "words")) and str(before) not in details["words"]:
            details["words"] = f"{before} / {details['words']}"
        filed = await tickets.file(
            turn.session,
            turn.backend,
            turn.conversation_id,
            tickets.Report(
                kind=self._danger_kind(turn),
                details=details,
                account_id=where.account.id if where and where.account else None,
                place=told or None,
                phone=await self._phone(turn, standing),
                urgent=True,
            ),
        )
        if not filed.new and filed.own and filed.ticket.place:
            turn.set(self.slot("place"), filed.ticket.place)  # told before, with what it has grown out of
        return filed

    async def _keep_the_rest(self, turn: Turn, ticket: Ticket) -> None:
        """What is said beside the place or the phone goes on the report, too: who is hurt, the way in, what stands by.

        Not before it was filed, and not what a note has already.
        """
        beside = len(turn.whole_words.split()) - len(str(self.held(turn, "place") or "").split())
        if self._is_fresh(turn) and not turn.just_opened() and beside >= SAYS_SOMETHING:
            await note(turn, ticket)


def name_of(standing: Standing) -> dict[str, str]:
    return {"name": standing.member.name} if standing.member else {}
