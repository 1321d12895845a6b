"""Who is speaking: asked once, at the head of any task that needs it, and never again while it holds."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import ClassVar

from actions import side_questions
from actions.base import Ask, Outside
from actions.form import Form
from actions.turn import REQUESTED, Turn
from actions.yes_no import said_no
from backend.billing import service as billing
from backend.coop import display_phone
from backend.language import tr
from backend.members import identity, lock_notices
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.members.service import has_numbers_of, plain_digits
from backend.reading.acts.signals import is_request
from backend.reading.digits import spoken_to_digits
from backend.reading.lost_phone import lacks_a_number, lost_phone
from backend.reading.member_number import NumberReading
from backend.reading.phone_ending import is_another_phone
from backend.reading.phone_typed import phone_typed

NO_PHONE = "no_phone"
"""The phone on file is out of reach: a code goes by email."""
PROOF = ["proof", ""]
"""In `code_sent`: a code stands in for number and last four, and where it went, if anywhere, is not told."""
UNPROVEN = "unproven"
"""No code can reach them, and the task goes to the office without one."""
TROUBLE = "code_trouble"
PHONE_TYPED = "phone_typed"
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
    files_unproven: ClassVar[bool] = False
    """Whether the task is filed for the office without a code, where none can reach the member."""
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
        """Whether the level this task needs now is reached, or can only be reached at the office."""
        if self.files_unproven and standing.level >= Level.KNOWN and turn.get(TROUBLE) == UNPROVEN:
            return True
        return standing.level >= self.level_needed(turn)

    async def identified(self, turn: Turn, standing: Standing) -> Standing:
        """What is to be done as soon as it is known who speaks; where they stand after it."""
        return standing

    def account_changed(self, turn: Turn) -> None:
        """The member has gone over to another account: forget what was said about the one before."""

    async def _begin(self, turn: Turn) -> Outside | None:
        """A number and last four that did not match are not held against the next task: it asks for them anew."""
        if turn.get("identity_failed"):
            turn.clear(LAST4, "identity_failed", *([NUMBER] if self.number_is_optional else []))
        return await super()._begin(turn)

    async def listen(self, turn: Turn, asked: str | None) -> bool:
        standing = await turn.standing()
        opened = self.opened(turn, standing)
        to_step_up = self.level_needed(turn) >= Level.STEPPED_UP or (self.files_unproven and asked == CODE)
        if lost_phone(turn.own_words) and not opened and to_step_up:
            turn.set("code_trouble", NO_PHONE)
            if asked == CODE:
                return True
        explained = not opened and self._tell_how(turn)
        if asked == CODE:
            heard = await self._listen_code(turn)
        elif standing.level < Level.KNOWN:
            heard = self._listen_identity(turn, asked)
            heard = await self._is_phone(turn, asked) or heard
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
        said = turn.read(asked)
        if asked == LAST4 and said_no(turn) and not said.last4 and not self._whole_number(turn, asked):
            turn.clear(NUMBER, LAST4, "identity_failed")  # "no, that number was wrong"
            return True
        heard = self._listen_number(turn, asked, said.number)
        if said.last4 and not (asked != LAST4 and is_another_phone(turn.text)):
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

    async def _is_phone(self, turn: Turn, asked: str | None) -> bool:
        """A phone number where the member number was asked for: it is no guess at anybody's."""
        if asked != NUMBER and not turn.has_set(NUMBER):
            return False
        typed = phone_typed(turn.text)
        if typed is None or not (typed.certain or typed.digits == plain_digits(str(turn.get(NUMBER) or ""))):
            return False
        if not typed.certain and await has_numbers_of(turn.session, len(typed.digits)):
            return False
        turn.clear(NUMBER)
        turn.notes[PHONE_TYPED] = True
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
            return turn.get("code_sent") == PROOF and self._listen_identity(turn, None)
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
            standing = await self.identified(turn, outcome)
        if turn.get("code_sent") == PROOF:  # it was given
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")
        if turn.get("open_task") == self.form and not self.informs:
            await side_questions.answer_waiting(turn)
        if not self.opened(turn, standing):
            return await self._ask_code(turn)
        self._forget_codes(turn)
        return await self.next_task_ask(turn, standing)

    def _forget_codes(self, turn: Turn) -> None:
        turn.clear("code_sent")
        if turn.get(TROUBLE) != UNPROVEN:
            turn.clear(TROUBLE)

    async def _identify(self, turn: Turn) -> Ask | Standing | None:
        """A question about identity, None when the door is closed for now, or the standing reached."""
        if turn.get("code_sent") == PROOF:
            if not (turn.has_set(NUMBER) or turn.has_set(LAST4) or turn.get("code_trouble") == "expired"):
                return await self._ask_proof(turn)
            turn.clear("code_sent", "code_trouble")  # other ones were given, or a new code is due: all is judged anew
        number, last4 = turn.get(NUMBER), turn.get(LAST4)
        if not number and not turn.notes.get(PHONE_TYPED):
            number = await identity.number_of_sender(turn.session, turn.conversation_id)
            if number and not last4:
                return Ask(LAST4, "utter_question_phone_last4_of_sender")
        if (ask := self._ask_who(turn, number)) is not None:
            return ask
        result = await identity.identify(turn.session, turn.backend, turn.conversation_id, number=number, last4=last4)
        if result.status == "ok":
            turn.clear(*IDENTITY_SLOTS, "code_sent")
            if turn.get("code_trouble") != NO_PHONE:
                turn.clear("code_trouble")
            turn.stands_as(result.standing)
            return result.standing
        if result.status == "proof":
            turn.set("code_sent", PROOF)
            return Ask(CODE, "utter_question_proof", new=True)
        if result.status == "locked":
            turn.clear(*IDENTITY_SLOTS, "code_sent")
            self._say_locked(turn, result)
            return None
        if result.needs_separator:
            return Ask(NUMBER, "utter_question_separator", {"given": number}, new=True)
        turn.set("identity_failed", True)
        return Ask(LAST4, "utter_question_identity_again", new=True)

    @staticmethod
    def _ask_who(turn: Turn, number: str | None) -> Ask | None:
        """What is still missing before number and last four can be judged."""
        if not number and turn.notes.get(PHONE_TYPED):
            return Ask(NUMBER, "utter_question_number_not_phone", new=True)
        if not number:
            return Ask(NUMBER, "utter_question_member_number")
        if "-" not in number and len(number) < 7:
            return Ask(NUMBER, "utter_question_separator", {"given": number}, new=True)
        if not turn.get(LAST4):
            return Ask(LAST4, "utter_question_phone_last4")
        if turn.get("identity_failed"):  # told when it failed; nothing has been tried since
            return Ask(LAST4, "utter_question_identity_still")
        return None

    def _say_locked(self, turn: Turn, result: identity.IdentityResult) -> None:
        if result.locked_for is None:  # no more codes for now either
            turn.say("utter_code_locked")
        else:
            turn.say("utter_identity_locked", span=lock_notices.in_words(result.locked_for))

    async def _ask_proof(self, turn: Turn) -> Ask | None:
        """While a code stands in for number and last four. Whether one was sent is never said."""
        trouble = turn.get("code_trouble")
        if trouble == "wrong":
            turn.set("code_trouble", "told")
            return Ask(CODE, "utter_question_proof_again", new=True)
        if trouble == "another":
            turn.set("code_trouble", "told")
            return Ask(CODE, "utter_question_code_another", new=True)
        if trouble == NO_PHONE:
            asked = await identity.ask_proof_again(turn.session, turn.backend, turn.conversation_id, by_email=True)
            turn.clear("code_trouble")
            if asked:
                return Ask(CODE, "utter_question_proof", new=True)
            trouble = "locked"
        if trouble == "locked":
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")
            turn.say("utter_code_locked")
            return None
        return Ask(CODE, "utter_question_proof_still")

    async def _ask_code(self, turn: Turn) -> Ask | Outside | None:
        if turn.get(TROUBLE) == UNPROVEN:  # of a task before
            turn.clear(TROUBLE)
        trouble = turn.get(TROUBLE)
        if trouble == "wrong":
            turn.set("code_trouble", "told")
            return Ask(CODE, "utter_question_code_again", new=True)
        if trouble == "another":
            turn.set("code_trouble", "told")
            return Ask(CODE, "utter_question_code_another", new=True)
        if trouble == "told":  # and no other code has been tried since
            return Ask(CODE, "utter_question_code_still")
        if trouble == "locked":
            turn.clear("code_trouble")
            turn.say("utter_code_locked")
            return None
        by_email = trouble == NO_PHONE
        if by_email and turn.get("code_sent") and turn.get("code_sent")[0] == "text":
            turn.say("utter_code_another_way")
        elif turn.get("code_sent") and trouble != "expired" and not by_email:
            return Ask(CODE, "utter_question_code", {"where": identity.CodeSent(*turn.get("code_sent")).masked})
        sent = await identity.send_code(turn.session, turn.backend, turn.conversation_id, by_email=by_email)
        gone_there = isinstance(sent, identity.CodeSent) and turn.get("code_sent") == [sent.way, sent.to]
        reason = (
            sent.reason if isinstance(sent, identity.CodeRefused) else "nowhere_else" if by_email and gone_there else ""
        )
        if self.files_unproven and reason not in ("", "too_many"):
            return await self._go_on_unproven(turn)
        if by_email and reason:
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

    async def _go_on_unproven(self, turn: Turn) -> Ask | Outside | None:
        """No code reaches them: it goes to the office all the same, which hears so and finds out who asks."""
        turn.say("utter_code_unproven")
        turn.set(TROUBLE, UNPROVEN)
        turn.clear("code_sent")
        return await self.next_task_ask(turn, await turn.standing())

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
            number = turn.backend.settings.twilio_number
            by_text = ""
            if number:
                by_text = tr(
                    " Text us at {text_us} from the phone on file: there it goes on.", text_us=display_phone(number)
                )
            turn.say("utter_code_refused_for_now", by_text=by_text)
            return None
        turn.say("utter_code_refused")  # nothing on file takes one, and it will not in 15 minutes: it takes a person
        turn.clear("code_trouble", "code_sent")
        turn.follow_with("action_person")
        return None
