"""What every report shares: where it is, how to reach whoever tells it, a read-back and a yes; danger before all."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from actions import side_questions, subjects
from actions.base import Ask, Outside
from actions.cases.agreeing import found_beside, lets_go, subject_beside, tell_beside, wants_a_person
from actions.cases.asked_after import not_filed_yet
from actions.cases.cut_off import meet_cut_off
from actions.cases.danger_reporting import DangerReporting, name_of
from actions.cases.danger_talk import SURE_OF_ELSE, add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.kinds import title
from actions.cases.listening import THIS_CHAT, URGENT_TOLD
from actions.cases.phone_told import TAKEN
from actions.cases.taking_back import let_stand
from actions.cases.where import Where
from actions.cases.worse import LEFT, tell_worse
from actions.danger import alarmed
from actions.identity.forms import NUMBER
from actions.place import read_place
from actions.quick_pay.questions import choose
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no, said_yes
from backend.contact.service import read_phone
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import Level
from backend.reading.at_the_read_back import may_refuse, tells_it_is_out
from backend.reading.cut_off import cut_off_by_us
from backend.reading.lost_phone import keeps_a_number, names_a_phone
from backend.tickets import service as tickets
from backend.tickets.same_event import OPEN


class ReportingForm(DangerReporting):
    """A form that files a ticket. Its slots are named after its own word: `case_place`, `outage_place`.

    A member number with the last four opens the account; an address does as well, so that a neighbor, a passer-by or
    somebody without a bill at hand can report. Nothing on file is told to them.
    """

    number_is_optional = True

    @abstractmethod
    def kind(self, turn: Turn) -> str:
        """The kind of the ticket."""

    @abstractmethod
    async def next_report_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        """The next question, or what was done told; nobody is in danger."""

    def level_needed(self, turn: Turn) -> Level:
        """Who has begun to give a member number goes on with it; nobody else is asked for one."""
        return Level.KNOWN if turn.get(NUMBER) and not self.held(turn, "no_number") else Level.ANONYMOUS

    async def cancelled(self, turn: Turn) -> None:
        """What was filed as danger stays filed; who wants to take it back says so."""
        number = self.held(turn, "filed")
        ticket = await tickets.find(turn.session, str(number)) if number else None
        if ticket is None or ticket.status not in OPEN:
            turn.say("utter_case_left")
        else:
            await let_stand(turn, ticket)

    async def _begin(self, turn: Turn) -> Outside | None:
        """Whoever was shut off needs a person, and hears what stands on the account; no crew and no address."""
        if turn.answered_something_else(self.form):
            return await super()._begin(turn)
        if alarmed(turn):
            return await self._report_at_once(turn)
        if not cut_off_by_us(turn.text):
            return await super()._begin(turn)
        self._interrupt(turn)
        await meet_cut_off(turn)
        self._close(turn)
        return None

    async def _report_at_once(self, turn: Turn) -> Outside | None:
        """A danger is filed before what is asked in the same breath is answered; other wishes come after it."""
        self._interrupt(turn)
        turn.clear("offer")
        turn.set("open_task", self.form)
        self._keep_for_later(turn)
        await self.listen(turn, None)
        return await self._ask(turn, misses=0)

    def _name_when_unsure(self, turn: Turn) -> None:
        """Whoever is in danger hears what to do, and not what they were taken to wish."""
        if not alarmed(turn):
            super()._name_when_unsure(turn)

    async def _answer_questions(self, turn: Turn) -> bool:
        return not alarmed(turn) and await super()._answer_questions(turn)

    # listening

    async def _hear(self, turn: Turn) -> Outside | None:
        """A yes to the read-back files at once; what was asked beside it is answered then."""
        if self._is_fresh(turn) and await tell_worse(turn):
            if turn.notes.get(LEFT):
                self._close(turn)
                return None
            return await self._after_worse(turn, opened=turn.just_opened())
        if await self._is_of_the_filed(turn):
            return await self._ask(turn, misses=0) if turn.notes.get("not_yet") else None
        if await self._keeps_the_phone(turn):
            return await self._ask(turn, misses=0)
        if self._is_fresh(turn) and self._adds_to_a_danger(turn) and await add_to_danger_talk(turn):
            return await self._after_worse(turn, opened=turn.just_opened())
        asked, fresh = turn.get(REQUESTED), not (turn.just_opened() or turn.answered_something_else(self.form))
        found = found_beside(turn) if fresh and asked == self.slot("confirm") and not turn.get("resuming") else None
        if found is None or said_yes(turn) or alarmed(turn):
            leaves = fresh and asked == self.slot("confirm") and not alarmed(turn)
            return None if leaves and await self._is_left_unfiled(turn) else await super()._hear(turn)
        turn.notes["agreed"] = True
        self._keep_for_later(turn)
        turn.focus(None)
        unknown = bool(found.questions) and subject_beside(turn, found) is None
        turn.notes["more"] = bool(found.facts) or unknown
        self._keep_words(turn, asked, None)
        outside = await self._ask(turn, misses=0)
        await tell_beside(turn, found, self.form)
        return outside

    def _adds_to_a_danger(self, turn: Turn) -> bool:
        """Whether this is likelier more of the danger that was just reported than a report or an answer of its own."""
        if read_place(turn, asked=turn.get(REQUESTED) == self.slot("place")) or read_phone(turn.text, strict=False):
            return False
        if turn.just_opened():
            return turn.statistics.whole.confidence < SURE_OF_ELSE
        return bool(self.held(turn, "filed"))

    async def _after_worse(self, turn: Turn, *, opened: bool) -> Outside | None:
        """The report that it belongs to may still lack its place, and that may stand beside the news."""
        turn.notes["worse"] = True
        asked = turn.get(REQUESTED) == self.slot("place")
        if not opened and self.held(turn, "place") is None and (place := read_place(turn, asked=asked)):
            turn.set(self.slot("place"), place)
        asked_phone = turn.get(REQUESTED) == self.slot("phone")
        if taken := turn.notes.get(TAKEN) or (self._phone_in(turn, self.slot("phone")) if asked_phone else None):
            turn.set(self.slot("phone"), taken)
        return await super()._after_worse(turn, opened=opened)

    async def _is_of_the_filed(self, turn: Turn) -> bool:
        """Whether this is about what was filed before, and no second report of it: this one is left."""
        if not self._is_fresh(turn):
            return False
        asked = turn.get(REQUESTED) if not turn.just_opened() else None
        if asked and not self.held(turn, "filed") and not self.held(turn, "danger") and await not_filed_yet(turn):
            turn.notes["not_yet"] = True
            return True
        if not await tell_of_the_filed(turn):
            return False
        if self.held(turn, "filed") and self._takes_what_is_beside(turn):
            turn.notes["not_yet"] = True
            return True
        if self.held(turn, "filed") and turn.get(REQUESTED) == self.slot("place"):
            self._request(turn, self.slot("place"), 0, keep=True)  # where it is was asked, and still is
            return True
        if turn.just_opened():
            self._interrupt(turn)
        self._close(turn)
        return True

    def _takes_what_is_beside(self, turn: Turn) -> bool:
        """`77 River Road, is somebody coming?`: the place, or the phone, that was asked for stands beside it."""
        asked = turn.get(REQUESTED)
        place = read_place(turn, asked=False) if asked == self.slot("place") else None
        phone = read_phone(turn.text, strict=False) if asked == self.slot("phone") else None
        if place:
            turn.set(self.slot("place"), place)
        if phone:
            turn.set(self.slot("phone"), phone)
        return bool(place or phone)

    async def _keeps_the_phone(self, turn: Turn) -> bool:
        """Who would rather give no phone number is not asked again: it is reported without it."""
        asked = turn.get(REQUESTED)
        ahead = asked == self.slot("place") and self.held(turn, "filed") and names_a_phone(turn.text)
        if not (ahead or asked == self.slot("phone")) or turn.answered_something_else(self.form):
            return False
        if read_phone(turn.text, strict=False) or not keeps_a_number(turn.text):
            return False
        turn.set(self.slot("phone"), THIS_CHAT)
        if place := read_place(turn, asked=False):
            turn.set(self.slot("place"), place)
        return True

    async def _is_left_unfiled(self, turn: Turn) -> bool:
        """Whether the report is left at its read-back: for a person, or let go, or it was never wished."""
        if wants_a_person(turn) and not said_yes(turn):
            self._request(turn, self.slot("confirm"), 0, keep=True)
            turn.follow_with("action_person")
            return True
        unwished = self.only_asked(turn) and said_no(turn) and not tells_it_is_out(turn.whole_words)
        if not lets_go(turn) and not unwished:
            return False
        await self.cancelled(turn)
        self._close(turn)
        subject = subjects.subject_of(turn)
        if subject is not None:
            await side_questions.tell(turn, subject)
        return True

    def only_asked(self, turn: Turn) -> bool:
        """Whether it was only asked how something stands, and the report was our offer."""
        return False

    def _is_refused(self, turn: Turn) -> bool:
        return may_refuse(turn.own_words) and super()._is_refused(turn)

    # asking

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        mine = turn.just_opened() or not turn.answered_something_else(self.form)
        if mine and alarmed(turn) and not turn.notes.get("worse"):
            turn.set(self.slot("danger"), plain_line(turn.own_words))
        if self.held(turn, "danger"):
            return await self._danger(turn)
        ask = await super().next_ask(turn)
        if ask is not None or "done" in turn.notes:
            return ask
        standing = await turn.standing()
        if standing.level >= Level.KNOWN and not self.opened(turn, standing):
            return None  # no code for now, and it is not filed without one
        self._goes_without_number(turn)  # the account is locked: an address will do
        turn.notes["no_number"] = True
        return await self.next_task_ask(turn, standing)

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        ask = await self.next_report_ask(turn, standing)
        turn.notes["done"] = True
        return ask

    async def finish(self, turn: Turn, standing: Standing, where: Where, more: dict[str, str]) -> tickets.Filed | Ask:
        """Ask how to reach them and for a yes to the read-back; file what was read back."""
        if turn.notes.get("added"):
            turn.say("utter_case_words_added")
        told = str(self.held(turn, "phone") or "")
        phone = await self._phone(turn, standing)
        if (phone is None and not told) or turn.notes.get("other_phone"):
            return Ask(self.slot("phone"), "utter_question_case_phone")
        if not turn.notes.get("agreed"):
            return self._read_back(turn, where, phone, told)
        if phone is None:
            more = {**more, "reach": told}
        return await tickets.file(
            turn.session,
            turn.backend,
            turn.conversation_id,
            self.report(turn, standing, where, more, phone),
        )

    def report(
        self, turn: Turn, standing: Standing, where: Where, more: dict[str, str], phone: str | None
    ) -> tickets.Report:
        return tickets.Report(
            kind=self.kind(turn),
            details={**self.details(turn), **name_of(standing), **more},
            account_id=where.account.id if where.account else None,
            place=where.place,
            phone=phone,
            urgent=self.urgent(turn) or bool(turn.words_of(URGENT_TOLD)),
        )

    def details(self, turn: Turn) -> dict[str, str]:
        """What is told of it: the member's own words."""
        words = str(self.held(turn, "words") or "")
        return {"words": words} if words else {}

    def urgent(self, turn: Turn) -> bool:
        """Whether somebody must look at it first."""
        return False

    def _read_back(self, turn: Turn, where: Where, phone: str | None, told: str) -> Ask:
        slot = self.slot("confirm")
        if self.held(turn, "confirm") == "no":
            return Ask(slot, "utter_question_case_change", new=True)
        if phone:
            reach = tr("call the phone ending {last4}", last4=phone[-4:])
        else:
            reach = tr("answer in this chat") if told == THIS_CHAT else tr("write to {email}", email=told)
        values = {
            "what": self.what(turn),
            "where": where.shown,
            "reach": reach,
            **self.read_back_values(turn),
        }
        buttons = [choose(tr("Yes, report it"), **{slot: "yes"}), choose(tr("No"), **{slot: "no"})]
        return Ask(slot, "utter_question_case_confirm", values, buttons, new=True)

    def what(self, turn: Turn) -> str:
        """What is reported, as the read-back names it."""
        return title(self.kind(turn), self.details(turn))

    def read_back_values(self, turn: Turn) -> dict[str, Any]:
        """More values for the words of the read-back."""
        return {"state": "added" if turn.notes.get("added") else ""}
