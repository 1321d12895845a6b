"""What every report shares: where it is, how to reach whoever tells it, a read-back and a yes; danger before all."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from actions import side_questions
from actions.agenda import NOW as AGENDA_NOW
from actions.base import Ask, Outside
from actions.cases.agreeing import found_beside, lets_go, subject_beside, tell_beside, wants_a_person
from actions.cases.asked_after import not_filed_yet
from actions.cases.called import called
from actions.cases.cut_off import meet_cut_off
from actions.cases.filed import tell_of_the_filed
from actions.cases.kinds import title
from actions.cases.listening import NUMBER_TOLD, THIS_CHAT, URGENT_TOLD, ReportListening
from actions.cases.taking_back import let_stand, undo
from actions.cases.worse import tell_worse
from actions.danger import alarmed, say_what_to_do
from actions.identity.forms import NUMBER
from actions.person.in_danger import asks_for_a_person, person_in_danger
from actions.place import read_place
from actions.quick_pay.questions import choose
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no, said_yes
from backend.billing.models import Account
from backend.contact.service import read_phone
from backend.conversations.models import Conversation
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import Level
from backend.members.service import accounts_at_phone
from backend.reading.cut_off import cut_off_by_us
from backend.reading.hazard import is_only_need, signs_in
from backend.reading.life_support import power_is_out
from backend.reading.lost_phone import keeps_a_number, names_a_phone
from backend.reading.spanish import glossed
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER, OUTAGE
from backend.tickets.models import Ticket
from backend.tickets.places import place_key
from backend.tickets.same_event import OPEN


@dataclass(frozen=True)
class Where:
    """Where it is. `shown` is how it may be read back: an address on file is not told to everybody."""

    account: Account | None
    place: str | None
    shown: str


class ReportingForm(ReportListening):
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
        words = turn.text
        if turn.answered_something_else(self.form) or alarmed(turn) or not cut_off_by_us(words):
            return await super()._begin(turn)
        self._interrupt(turn)
        await meet_cut_off(turn)
        self._close(turn)
        return None

    # listening

    async def _hear(self, turn: Turn) -> Outside | None:
        """A yes to the read-back files at once; what was asked beside it is answered then."""
        if self._is_fresh(turn) and await tell_worse(turn):
            return await self._after_worse(turn, opened=turn.just_opened())
        if await self._is_of_the_filed(turn):
            return await self._ask(turn, misses=0) if turn.notes.get("not_yet") else None
        if await self._keeps_the_phone(turn):
            return await self._ask(turn, misses=0)
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

    def _is_fresh(self, turn: Turn) -> bool:
        """Whether the message was said to this form, or opens it."""
        return not (turn.answered_something_else(self.form) or turn.get("resuming") or turn.get(AGENDA_NOW))

    async def _after_worse(self, turn: Turn, *, opened: bool) -> Outside | None:
        """The report that it belongs to may still lack its place, and that may stand beside the news."""
        turn.notes["worse"] = True
        if not opened and self.held(turn, "place") is None and (place := read_place(turn, asked=False)):
            turn.set(self.slot("place"), place)
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
        if not lets_go(turn) and not (self.only_asked(turn) and said_no(turn)):
            return False
        await self.cancelled(turn)
        self._close(turn)
        subject = side_questions.subject_of(turn)
        if subject is not None:
            await side_questions.tell(turn, subject)
        return True

    def only_asked(self, turn: Turn) -> bool:
        """Whether it was only asked how something stands, and the report was our offer."""
        return False

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
        standing = await turn.standing()
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
            values: dict[str, Any] = {"danger": True, "no_number": False, "called": told}
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
        else:
            turn.say("utter_noted", what=tr("the phone number"))
        return None

    async def _tell_of_a_person(self, turn: Turn) -> None:
        """Who wished for a person beside the danger gets one as far as there is one now, and no call on Monday."""
        if (self._is_fresh(turn) or turn.just_opened()) and asks_for_a_person(turn):
            await person_in_danger(turn)

    def _signs(self, turn: Turn) -> frozenset[str]:
        """What was told of the danger."""
        words = str(self.held(turn, "danger"))
        return signs_in(words, glossed(words))

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

    async def _danger_ticket(self, turn: Turn, standing: Standing, where: Where | None) -> tickets.Filed:
        told = str(self.held(turn, "place") or "")
        number = self.held(turn, "filed")
        if number and (ticket := await tickets.find(turn.session, str(number))) is not None:
            await tickets.complete(
                turn.session, turn.backend, ticket, place=told or None, phone=await self._phone(turn, standing)
            )
            return tickets.Filed(ticket, new=False)
        details = {"words": str(self.held(turn, "danger")), **_name(standing)}
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

    async def where(self, turn: Turn, standing: Standing) -> Where | None:
        """The place as told, else the address of the account that is open, or of the phone that writes or calls."""
        told = self.held(turn, "place")
        if standing.account is not None:
            place = told or standing.account.service_address or None
            named = tr("account {number}", number=standing.account.number)
            shown = told or (place if standing.level >= Level.STEPPED_UP or standing.texting else None)
            return Where(standing.account, place, f"{shown}, {named}" if shown else named)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        at_phone = await accounts_at_phone(turn.session, conversation.address) if conversation.address else []
        if told:
            key = place_key(str(told))
            same = [each for each in at_phone if place_key(each.service_address) == key]
            return Where(same[0] if same else None, str(told), str(told))
        if len(at_phone) != 1:
            return None
        if not conversation.answers_reach_it and not self.held(turn, "danger"):
            return None  # a caller's number can be forged: the address would be told to a stranger
        return Where(at_phone[0], at_phone[0].service_address, at_phone[0].service_address)

    async def _phone(self, turn: Turn, standing: Standing) -> str | None:
        told = str(self.held(turn, "phone") or "")
        if told.startswith("+"):
            return told
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        return conversation.address or (standing.member.phone if standing.member else None)

    async def finish(self, turn: Turn, standing: Standing, where: Where, more: dict[str, str]) -> tickets.Filed | Ask:
        """Ask how to reach them and for a yes to the read-back; file what was read back."""
        told = str(self.held(turn, "phone") or "")
        phone = await self._phone(turn, standing)
        if phone is None and not told:
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
            details={**self.details(turn), **_name(standing), **more},
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
            "what": title(self.kind(turn), self.details(turn)),
            "where": where.shown,
            "reach": reach,
            **self.read_back_values(turn),
        }
        buttons = [choose(tr("Yes, report it"), **{slot: "yes"}), choose(tr("No"), **{slot: "no"})]
        return Ask(slot, "utter_question_case_confirm", values, buttons, new=True)

    def read_back_values(self, turn: Turn) -> dict[str, Any]:
        """More values for the words of the read-back."""
        return {"state": ""}


def _name(standing: Standing) -> dict[str, str]:
    return {"name": standing.member.name} if standing.member else {}
