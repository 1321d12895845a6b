"""What every report shares: where it is, how to reach whoever tells it, a read-back and a yes; danger before all."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from actions.base import Ask, Outside
from actions.cases.kinds import title
from actions.identity.forms import IDENTITY_SLOTS, LAST4, NUMBER, IdentifiedForm
from actions.place import read_place
from actions.quick_pay.questions import choose
from actions.turn import Turn
from actions.yes_no import said_no, said_yes
from backend.billing.models import Account
from backend.contact.service import read_email, read_phone
from backend.conversations.models import Conversation
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import Level
from backend.members.service import accounts_at_phone
from backend.reading.acts.polarity import names_yes
from backend.reading.danger import danger_in
from backend.reading.together import read_all
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket
from backend.tickets.places import place_key

MOST_WORDS = 600
FEW = 4  # fewer words than these say nothing that a crew needs
LACKS = re.compile(
    r"\b(?:(?:don'?t|do not|dont|didn'?t|doesn'?t|can'?t|cannot|cant) (?:have|know|remember|find|got|see|"
    r"get)|haven'?t got|"
    r"no idea|not sure|no (?:number|account|bill|member number)|not a member|without (?:it|a number)|lost it|idk|dunno|"
    r"forgot|not (?:at home|handy|on me)|isn'?t mine|not mine|not my account|no lo (?:tengo|se)|"
    r"no soy (?:socio|miembro))\b",
    re.IGNORECASE,
)
# "yes and hurry, it hums": a yes that tells more. What takes a part of it back is no yes.
YES_AND = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|yea|please do|go ahead|correct|sure)\b[\s,.!;-]+(?P<more>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
TAKES_BACK = re.compile(
    r"\b(?:but|no|not|don'?t|do not|wait|instead|except|actually|hold|rather|wrong|never)\b|\?", re.IGNORECASE
)
PHONE = re.compile(r"(?<![\d-])\(?\d{3}\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?![\d-])")
THIS_CHAT = "this chat"
NUMBER_TOLD = "number told"


@dataclass(frozen=True)
class Where:
    """Where it is. `shown` is how it may be read back: an address on file is not told to everybody."""

    account: Account | None
    place: str | None
    shown: str


class ReportingForm(IdentifiedForm):
    """A form that files a ticket. Its slots are named after its own word: `case_place`, `outage_place`.

    A member number with the last four opens the account; an address does as well, so that a neighbor, a passer-by or
    somebody without a bill at hand can report. Nothing on file is told to them.
    """

    word: ClassVar[str]

    @abstractmethod
    def kind(self, turn: Turn) -> str:
        """The kind of the ticket."""

    @abstractmethod
    async def listen_report(self, turn: Turn, asked: str | None) -> bool:
        """Read what this report alone has."""

    @abstractmethod
    async def next_report_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        """The next question, or what was done told; nobody is in danger."""

    def slot(self, name: str) -> str:
        return f"{self.word}_{name}"

    def held(self, turn: Turn, name: str) -> Any:
        return turn.get(self.slot(name))

    def level_needed(self, turn: Turn) -> Level:
        """Who has begun to give a member number goes on with it; nobody else is asked for one."""
        return Level.KNOWN if turn.get(NUMBER) and not self.held(turn, "no_number") else Level.ANONYMOUS

    async def cancelled(self, turn: Turn) -> None:
        """What was filed as danger stays filed; who wants to take it back says so."""
        number = self.held(turn, "filed")
        turn.say("utter_case_stands" if number else "utter_case_left", number=number or "", undo=undo(turn))

    # listening

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        if asked in IDENTITY_SLOTS and LACKS.search(turn.text):
            self._goes_without_number(turn)
            return True
        phone = self._phone_in(turn, asked)
        if phone:
            turn.set(self.slot("phone"), phone)
            turn.notes["phone"] = True
            self._number_beside(turn)
            await self.listen_task(turn, asked)
            return True
        return await super().listen(turn, asked)

    def _goes_without_number(self, turn: Turn) -> None:
        turn.clear(NUMBER, LAST4, "identity_failed")
        turn.set(self.slot("no_number"), True)

    def _phone_in(self, turn: Turn, asked: str | None) -> str | None:
        """Ten digits are a phone where one was asked for, or where they are written or named as one."""
        phone = read_phone(turn.text, strict=False)
        wanted = asked in (self.slot("phone"), self.slot("confirm"))
        written = PHONE.search(turn.text) or re.search(r"\b(?:phone|cell|call)\b", turn.text, re.IGNORECASE)
        return phone if phone and (wanted or written) else None

    def _number_beside(self, turn: Turn) -> None:
        """A member number in the same message; a phone's digits must not be read as one."""
        rest = read_all(PHONE.sub(" ", turn.text), asked=None, today=turn.backend.today())
        if PHONE.search(turn.text) and rest.number is not None and rest.number.complete:
            turn.set(NUMBER, rest.number.dashed)
            turn.set(LAST4, rest.last4)

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        heard = danger_in(turn.text)  # whatever was asked: no other skill's rule may take it away
        place = read_place(turn, asked=asked == self.slot("place") and not turn.get(NUMBER))
        if place:
            turn.set(self.slot("place"), place)
            heard = True
        elif asked == self.slot("place") and LACKS.search(turn.text):
            self._goes_without_number(turn)
            heard = turn.notes["no_number"] = True
        elif asked == self.slot("place") and "?" not in turn.text and len(turn.text.split()) >= FEW:
            turn.notes["more"] = True  # no place, but nothing that is told is lost
        if asked == self.slot("phone"):
            heard = self._listen_reach(turn) or heard
        if asked == self.slot("confirm"):
            heard = self._listen_confirm(turn, place) or heard
        heard = await self.listen_report(turn, asked) or heard
        if asked is None or heard or turn.notes.get("more"):
            self._keep_words(turn, asked, place)
        return heard

    def _listen_reach(self, turn: Turn) -> bool:
        """An email does too, and whoever has neither is answered in the chat itself."""
        email = read_email(turn.own_words)
        if email or said_no(turn) or LACKS.search(turn.text):
            turn.set(self.slot("phone"), email or THIS_CHAT)
            return True
        return False

    def _listen_confirm(self, turn: Turn, place: str | None) -> bool:
        chosen = turn.chosen(self.slot("confirm"))
        more = YES_AND.match(turn.text.strip())
        yes_and = more is not None and not TAKES_BACK.search(more["more"]) and not turn.removed
        # no money moves: "ok yes send it i guess" files a report that was read back and can be taken back
        likely = turn.does("affirm") and not turn.does("ask", "correct", "deny", "cancel") and names_yes(turn.text)
        agreed = said_yes(turn) or likely
        if chosen == "yes" or (chosen is None and (agreed or (yes_and and not place))):
            turn.notes["agreed"] = True
            if yes_and and not said_yes(turn):
                turn.notes["more"] = True
            return True
        if place or "phone" in turn.notes:
            turn.clear(self.slot("confirm"))
            return True
        if chosen == "no" or said_no(turn):
            turn.set(self.slot("confirm"), "no")
            return True
        if self.held(turn, "confirm") == "no" and turn.own_words:  # what to change was asked for
            turn.clear(self.slot("confirm"))
            return bool(turn.notes.setdefault("more", True))
        return False

    def _keep_words(self, turn: Turn, asked: str | None, place: str | None) -> None:
        """The first words are the description, and what is told later is added: nobody has to say it twice."""
        words = plain_line(turn.own_words.strip())
        before = str(self.held(turn, "words") or "")
        more = place is not None and len(words) > len(place) + 12  # more than the place itself
        if not words or words in before or not (asked is None or more or turn.notes.get("more")):
            return
        if asked is None and before and said_yes(turn):
            return  # a yes to what was offered: the words came with the offer
        turn.set(self.slot("words"), f"{before} / {words}"[:MOST_WORDS] if before else words[:MOST_WORDS])

    # asking

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        mine = turn.just_opened() or not turn.answered_something_else(self.form)
        if mine and danger_in(turn.text):
            turn.set(self.slot("danger"), plain_line(turn.own_words))
        if self.held(turn, "danger"):
            return await self._danger(turn)
        ask = await super().next_ask(turn)
        if ask is None and "done" not in turn.notes:  # the account is locked: an address will do
            self._goes_without_number(turn)
            turn.notes["no_number"] = True
            return await self.next_task_ask(turn, await turn.standing())
        return ask

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        ask = await self.next_report_ask(turn, standing)
        turn.notes["done"] = True
        return ask

    async def _danger(self, turn: Turn) -> Ask | None:
        """Filed at once, with what is known: who is in danger may not write again. Then where it is."""
        if not self.held(turn, "warned"):
            if (
                self.form == "outage_form" or turn.intent == "report_outage"
            ):  # else it was said before this form was asked
                turn.say("utter_outage_danger")
            turn.set(self.slot("warned"), True)
        standing = await turn.standing()
        where = await self.where(turn, standing)
        ticket = await self._danger_ticket(turn, standing, where)
        turn.set(self.slot("filed"), ticket.number)
        if self.held(turn, "place") is None:
            return Ask(self.slot("place"), "utter_question_outage_place", {"danger": True, "no_number": False})
        if self.held(turn, "warned") != NUMBER_TOLD:
            turn.say("utter_outage_ticket", number=ticket.number, danger=True, undo=undo(turn), case_kind=DANGER)
            turn.set(self.slot("warned"), NUMBER_TOLD)
            if ticket.phone is None:  # last of all: the crew may have to ask where exactly
                return Ask(self.slot("phone"), "utter_question_case_phone")
        elif ticket.phone is None and not self.held(turn, "phone"):
            return Ask(self.slot("phone"), "utter_question_case_phone")
        else:
            turn.say("utter_noted", what=tr("the phone number"))
        return None

    async def _danger_ticket(self, turn: Turn, standing: Standing, where: Where | None) -> Ticket:
        told = str(self.held(turn, "place") or "")
        number = self.held(turn, "filed")
        if number and (ticket := await tickets.find(turn.session, str(number))) is not None:
            await tickets.complete(turn.session, ticket, place=told or None, phone=await self._phone(turn, standing))
            return ticket
        details = {"words": str(self.held(turn, "danger")), **_name(standing)}
        if (before := self.held(turn, "words")) and str(before) not in details["words"]:
            details["words"] = f"{before} / {details['words']}"
        filed = await tickets.file(
            turn.session,
            turn.backend,
            turn.conversation_id,
            tickets.Report(
                kind=DANGER,
                details=details,
                account_id=where.account.id if where and where.account else None,
                place=told or None,
                phone=await self._phone(turn, standing),
                urgent=True,
            ),
        )
        return filed.ticket

    async def where(self, turn: Turn, standing: Standing) -> Where | None:
        """The place as told, else the address of the account that is open, or of the phone that writes or calls."""
        told = self.held(turn, "place")
        if standing.account is not None:
            place = told or standing.account.service_address or None
            named = tr("account {number}", number=standing.account.number)
            return Where(standing.account, place, f"{place}, {named}" if place else named)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        at_phone = await accounts_at_phone(turn.session, conversation.address) if conversation.address else []
        if told:
            key = place_key(str(told))
            same = [each for each in at_phone if place_key(each.service_address) == key]
            return Where(same[0] if same else None, str(told), str(told))
        if len(at_phone) != 1:
            return None
        # a caller's number can be forged, and then the address would be told to a stranger
        address = at_phone[0].service_address if conversation.attested else ""
        return Where(at_phone[0], at_phone[0].service_address, address or tr("the address on file for this phone"))

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
        words = str(self.held(turn, "words") or "")
        return tickets.Report(
            kind=self.kind(turn),
            details={**({"words": words} if words else {}), **_name(standing), **more},
            account_id=where.account.id if where.account else None,
            place=where.place,
            phone=phone,
            urgent=self.urgent(turn),
        )

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
        values = {"what": title(self.kind(turn)), "where": where.shown, "reach": reach, **self.read_back_values(turn)}
        buttons = [choose(tr("Yes, report it"), **{slot: "yes"}), choose(tr("No"), **{slot: "no"})]
        return Ask(slot, "utter_question_case_confirm", values, buttons, new=True)

    def read_back_values(self, turn: Turn) -> dict[str, Any]:
        """More values for the words of the read-back."""
        return {"state": ""}


def undo(turn: Turn) -> str:
    """How to take back what was filed."""
    if turn.channel == "voice":
        return tr("To take it back, say: withdraw it.")
    return tr("To take it back, send WITHDRAW IT.")


def _name(standing: Standing) -> dict[str, str]:
    return {"name": standing.member.name} if standing.member else {}
