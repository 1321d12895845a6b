"""Who is speaking: asked once, at the head of any task that needs it, and never again while it holds."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import ClassVar

from actions.base import Ask, Outside
from actions.form import Form
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no
from backend.billing import service as billing
from backend.members import identity
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.reading.acts.signals import is_request
from backend.reading.digits import spoken_to_digits
from backend.reading.lost_phone import lacks_a_number, lost_phone
from backend.reading.member_number import NumberReading

NO_PHONE = "no_phone"
"""The phone on file is out of reach: a code goes by email."""
PARTLY = re.compile(r"\d{5,6}")  # without the digits behind the dash
NUMBER, LAST4, CODE = "member_number", "phone_last4", "one_time_code"
IDENTITY_SLOTS = (NUMBER, LAST4, CODE)
SEPARATOR_ALONE = re.compile(r"\D*(\d{3})\D*")  # the three digits behind the dash, sent alone
# a question about the task itself, which needs no account to be answered
ASKS_HOW = re.compile(
    r"\b(how (do|does|can|would|to)|what (is|are|day|kinds?|types?|sorts?|can|happens|do i need|does)|what'?s|"
    r"where|which|why can'?t|can (i|you)|could i|is it possible|do you (have|offer)|difference|when do(es)?|"
    r"tell me about)\b",
    re.IGNORECASE,
)
SHORTEST_NUMBER = 5  # fewer digits beside a number already given are not another number


class IdentifiedForm(Form):
    """A form whose skill opens at a level of identity (`backend/members/levels.py` says which)."""

    slots: ClassVar[tuple[str, ...]] = (*IDENTITY_SLOTS, "identity_failed", "code_sent", "code_trouble")
    asks: ClassVar[dict[str, str]] = {NUMBER: "member_number", LAST4: "last4", CODE: "code"}
    skill: ClassVar[str]
    number_is_optional: ClassVar[bool] = False
    """Whether the task goes on, in a way of its own, for who has no member number at hand."""
    explains: ClassVar[str | None] = None  # a response: what the task is, told to who asks before who they are is known
    explains_on: ClassVar[re.Pattern[str]] = ASKS_HOW

    @abstractmethod
    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        """As `Form.listen`, for the skill's own slots."""

    @abstractmethod
    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        """As `Form.next_ask`, once the member's level is reached."""

    def level_needed(self, turn: Turn) -> Level:
        """The level this task needs now; a skill may need more for a part of it."""
        return NEEDS[self.skill]

    def opened(self, turn: Turn, standing: Standing) -> bool:
        """Whether the level this task needs now is reached."""
        return standing.level >= self.level_needed(turn)

    def account_changed(self, turn: Turn) -> None:
        """The member has gone over to another account: forget what was said about the one before."""

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        standing = await turn.standing()
        opened = self.opened(turn, standing)
        if lost_phone(turn.own_words) and not opened and self.level_needed(turn) >= Level.STEPPED_UP:
            turn.set("code_trouble", NO_PHONE)
            if asked == CODE:
                return True
        explained = not opened and self._tell_how(turn)
        if asked == CODE:
            heard = await self._listen_code(turn)
        elif standing.level < Level.KNOWN:
            heard = self._listen_identity(turn, asked)
        else:
            heard = await self._listen_for_another_account(turn, standing)
        return await self.listen_task(turn, asked) or heard or explained

    def _tell_how(self, turn: Turn) -> bool:
        """Answer `how does that work?`; it is no miss, whatever else was asked."""
        if self.explains is None or turn.intent not in self.opens_with or not self.explains_on.search(turn.text):
            return False
        if is_request(turn.text):
            return False  # "can you stop it" asks for it, and not how it works
        turn.say(self.explains)
        turn.notes["explained"] = True
        return True

    async def _listen_for_another_account(self, turn: Turn, standing: Standing) -> bool:
        """A whole number in the middle of anything, other than the one that is open: that one is meant now."""
        said = turn.read(turn.get(REQUESTED))
        assert standing.account is not None
        if said.number is None or not said.number.complete or said.number.digits == standing.account.number_digits:
            return False
        self.account_changed(turn)
        account = await billing.find_account(turn.session, said.number.digits)
        if account is not None and account.member_id == standing.account.member_id:
            turn.stands_as(await identity.switch(turn.session, turn.backend, turn.conversation_id, account))
            return True
        await identity.forget(turn.session, turn.backend, turn.conversation_id)
        turn.stands_as(identity.ANONYMOUS)
        turn.set(NUMBER, said.number.dashed)
        turn.set(LAST4, said.last4)
        return True

    def _listen_identity(self, turn: Turn, asked: str | None) -> bool:
        if asked == LAST4 and said_no(turn):
            turn.clear(NUMBER, LAST4, "identity_failed")  # "no, that number was wrong"
            return True
        said = turn.read(asked)
        heard = self._listen_number(turn, asked, said.number)
        if said.last4:
            turn.set(LAST4, said.last4)
            heard = True
        if heard:
            turn.clear("identity_failed")
        return heard

    def _listen_number(self, turn: Turn, asked: str | None, number: NumberReading | None) -> bool:
        if number is not None and number.complete:
            turn.set(NUMBER, number.dashed)
            return True
        if asked != NUMBER:
            if number is None or turn.get(NUMBER) or not PARTLY.fullmatch(number.digits):
                return False
            turn.set(NUMBER, number.digits)  # it was called the member number; what is behind the dash is asked for
            return True
        part = SEPARATOR_ALONE.fullmatch(spoken_to_digits(turn.text))
        if part is not None and turn.get(NUMBER):
            return self._joined(turn, part[1])
        if number is None or (turn.get(NUMBER) and len(number.digits) < SHORTEST_NUMBER):
            return False
        turn.set(NUMBER, number.digits)
        return True

    def _joined(self, turn: Turn, digits: str) -> bool:
        """A member who gave the number without its separator may give just the separator next."""
        base = str(turn.get(NUMBER) or "")
        if base and "-" not in base and len(digits) == 3:
            turn.set(NUMBER, f"{base}-{digits}")
            return True
        return False

    async def _listen_code(self, turn: Turn) -> bool:
        code = turn.read(CODE).code
        if code is None:
            return False
        result = await identity.check_code(turn.session, turn.backend, turn.conversation_id, code=code)
        turn.stands_as(result.standing)
        turn.set("code_trouble", None if result.status == "ok" else result.status)
        return True

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        standing = await turn.standing()
        if standing.level < Level.KNOWN and self.level_needed(turn) >= Level.KNOWN:
            outcome = await self._identify(turn)
            if not isinstance(outcome, Standing):
                return outcome
            standing = outcome
        if not self.opened(turn, standing):
            return await self._ask_code(turn)
        turn.clear("code_trouble", "code_sent")
        return await self.next_task_ask(turn, standing)

    async def _identify(self, turn: Turn) -> Ask | Standing | None:
        """A question about identity, None when the door is closed for now, or the standing reached."""
        number, last4 = turn.get(NUMBER), turn.get(LAST4)
        if not number and (number := await identity.number_of_sender(turn.session, turn.conversation_id)) and not last4:
            return Ask(LAST4, "utter_question_phone_last4_of_sender")
        if not number:
            return Ask(NUMBER, "utter_question_member_number")
        if "-" not in number and len(number) < 7:
            return Ask(NUMBER, "utter_question_separator", {"given": number}, new=True)
        if not last4:
            return Ask(LAST4, "utter_question_phone_last4")
        if turn.get("identity_failed"):  # told when it failed; nothing has been tried since
            return Ask(LAST4, "utter_question_identity_still")
        result = await identity.identify(turn.session, turn.backend, turn.conversation_id, number=number, last4=last4)
        if result.status == "ok":
            turn.clear(*IDENTITY_SLOTS, "code_sent")
            if turn.get("code_trouble") != NO_PHONE:
                turn.clear("code_trouble")
            turn.stands_as(result.standing)
            return result.standing
        if result.status in ("locked", "throttled"):
            turn.clear(*IDENTITY_SLOTS)
            turn.say("utter_identity_locked")
            return None
        if result.needs_separator:
            return Ask(NUMBER, "utter_question_separator", {"given": number}, new=True)
        turn.set("identity_failed", True)
        return Ask(LAST4, "utter_question_identity_again", new=True)

    async def _ask_code(self, turn: Turn) -> Ask | Outside | None:
        trouble = turn.get("code_trouble")
        if trouble == "wrong":
            turn.set("code_trouble", "told")
            return Ask(CODE, "utter_question_code_again", new=True)
        if trouble == "told":  # and no other code has been tried since
            return Ask(CODE, "utter_question_code_still")
        if trouble == "locked":
            turn.clear("code_trouble")
            turn.say("utter_identity_locked")
            return None
        by_email = trouble == NO_PHONE
        if by_email and turn.get("code_sent") and turn.get("code_sent")[0] == "text":
            turn.say("utter_code_another_way")
        elif turn.get("code_sent") and trouble != "expired" and not by_email:
            return Ask(CODE, "utter_question_code", {"where": identity.CodeSent(*turn.get("code_sent")).masked})
        sent = await identity.send_code(turn.session, turn.backend, turn.conversation_id, by_email=by_email)
        if by_email and (isinstance(sent, identity.CodeRefused) or turn.get("code_sent") == [sent.way, sent.to]):
            self._by_office(turn)
            return None
        if isinstance(sent, identity.CodeRefused):
            return await self.code_refused(turn, sent.reason)
        turn.set("code_sent", [sent.way, sent.to])
        turn.clear("code_trouble")  # told once: what comes next is read as the new code, and sends no other
        return Ask(
            CODE,
            "utter_question_code_expired" if not by_email and trouble else "utter_question_code",
            {"where": sent.masked},
            new=True,
        )

    def _by_office(self, turn: Turn) -> None:
        """Who they are cannot be shown here: a person at the office finds them."""
        turn.say("utter_identity_by_office")
        turn.clear("code_trouble", "code_sent")
        turn.follow_with("action_person")

    async def _follow(self, turn: Turn, asked: str | None) -> Outside | None:
        """Who has no number, or no more of it, hears once where it stands, and is then given a person."""
        lacks = asked in (NUMBER, LAST4) and not self.number_is_optional and lacks_a_number(turn.own_words)
        if not lacks or turn.read(asked).last4 or self._whole_number(turn, asked):
            return await super()._follow(turn, asked)
        self._listen_identity(turn, asked)
        if turn.get("misses") or PARTLY.fullmatch(str(turn.get(NUMBER) or "")):
            self._request(turn, asked, 0, keep=True)
            self._by_office(turn)
            return None
        return await self._ask(turn, misses=1)

    @staticmethod
    def _whole_number(turn: Turn, asked: str | None) -> bool:
        number = turn.read(asked).number
        return number is not None and number.complete

    async def code_refused(self, turn: Turn, reason: str) -> Ask | Outside | None:
        """No code can be sent: said plainly; a skill that has another way overrides this."""
        if reason == "too_many":
            turn.say("utter_code_refused_for_now")
            return None
        turn.say("utter_code_refused")  # nothing on file takes one, and it will not in 15 minutes: it takes a person
        turn.clear("code_trouble", "code_sent")
        turn.follow_with("action_person")
        return None
