"""Identifying the member: asked once, before any task that needs it, and not again while it is valid."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from actions import side_questions
from actions.base import ExternalCall, SlotQuestion
from actions.form import Form
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no
from backend.billing import service as billing
from backend.coop import format_phone
from backend.language import tr
from backend.members import identity as identities
from backend.members import lock_notices
from backend.members.identity import Identity
from backend.members.levels import NEEDS, Level
from backend.members.service import is_issued_length, strip_to_digits
from backend.reading.acts.signals import asks_how_it_works, is_request
from backend.reading.contact.lost_phone import is_phone_lost, lacks_requested_number
from backend.reading.contact.phone_mentions import detect_phone, is_new_phone
from backend.reading.numbers.account_separator import extract_separator_alone, is_partial_number
from backend.reading.numbers.member_number import MemberNumber

NO_PHONE = "no_phone"
"""The phone on file is out of reach: a code goes by email."""
PENDING_PROOF = ["proof", ""]
"""In `code_sent`: a code stands in for number and last four, and where it went, if anywhere, is not told."""
UNPROVEN = "unproven"
"""No code can reach them, and the task goes to the office without one."""
CODE_TROUBLE = "code_trouble"
PHONE_TYPED = "phone_typed"
NUMBER, LAST4, CODE = "member_number", "phone_last4", "one_time_code"
IDENTITY_SLOTS = (NUMBER, LAST4, CODE)
MIN_NUMBER_DIGITS = 5  # fewer digits beside a number already given are not another number


class IdentifiedForm(Form):
    """A form whose skill opens at a level of identity (`backend/members/levels.py` says which)."""

    slots: ClassVar[tuple[str, ...]] = (*IDENTITY_SLOTS, "identity_failed", "code_sent", "code_trouble")
    asks: ClassVar[dict[str, str]] = {NUMBER: "member_number", LAST4: "last4", CODE: "code"}
    skill: ClassVar[str]
    is_number_optional: ClassVar[bool] = False
    """Whether the task goes on, in a way of its own, for who has no member number at hand."""
    files_without_code: ClassVar[bool] = False
    """Whether the task is filed for the office without a code, where none can reach the member."""
    explanation_response: ClassVar[str | None] = (
        None  # a response: what the task is, told to who asks before who they are is known
    )

    @abstractmethod
    async def extract_task_slots(self, turn: Turn, asked: str | None) -> bool:
        """As `extract_slots`, for the skill's own slots."""

    @abstractmethod
    async def next_task_question(self, turn: Turn, identity: Identity) -> SlotQuestion | ExternalCall | None:
        """As `next_question`, once the member's level is reached."""

    def level_needed(self, turn: Turn) -> Level:
        """The level this task needs now; a skill may need more for a part of it."""
        return NEEDS[self.skill]

    def is_level_reached(self, turn: Turn, identity: Identity) -> bool:
        """Whether the level this task needs now is reached, or can only be reached at the office."""
        if self.files_without_code and identity.level >= Level.KNOWN and turn.get(CODE_TROUBLE) == UNPROVEN:
            return True
        return identity.level >= self.level_needed(turn)

    async def on_identified(self, turn: Turn, identity: Identity) -> Identity:
        """Called as soon as the member is identified. Returns the identity after it."""
        return identity

    def on_account_changed(self, turn: Turn) -> None:
        """The member has gone over to another account: forget what was said about the one before."""

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """A number and last four that did not match are not held against the next task: it asks for them anew."""
        if turn.get("identity_failed"):
            turn.clear(LAST4, "identity_failed", *([NUMBER] if self.is_number_optional else []))
        return await super()._start(turn)

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        identity = await turn.identity()
        opened = self.is_level_reached(turn, identity)
        to_step_up = self.level_needed(turn) >= Level.STEPPED_UP or (self.files_without_code and asked == CODE)
        if is_phone_lost(turn.focused_text) and not opened and to_step_up:
            turn.set("code_trouble", NO_PHONE)
            if asked == CODE:
                return True
        explained = not opened and self._explain_task(turn)
        if asked == CODE:
            understood = await self._check_code(turn)
        elif identity.level < Level.KNOWN:
            understood = self._extract_identity(turn, asked)
            understood = await self._is_phone_instead_of_number(turn, asked) or understood
        else:
            understood = await self._extract_other_account(turn, identity)
        return await self.extract_task_slots(turn, asked) or understood or explained

    def asks_for_explanation(self, text: str) -> bool:
        """Whether a message that opens the task asks what `explanation_response` answers."""
        return asks_how_it_works(text)

    def _explain_task(self, turn: Turn) -> bool:
        """Answer `how does that work?`; it is no miss, whatever else was asked."""
        if (
            self.explanation_response is None
            or turn.intent not in self.opening_intents
            or not self.asks_for_explanation(turn.text)
        ):
            return False
        if is_request(turn.text):
            return False  # "can you stop it" asks for it, and not how it works
        turn.utter(self.explanation_response)
        turn.notes["explained"] = True
        return True

    async def _extract_other_account(self, turn: Turn, identity: Identity) -> bool:
        """A whole number in the middle of anything, other than the one that is open: that one is meant now."""
        values = turn.extract_values(turn.get(REQUESTED_SLOT))
        if (
            values.member_number is None
            or not values.member_number.is_complete
            or values.member_number.digits == identity.known_account.number_digits
        ):
            return False
        self.on_account_changed(turn)
        account = await billing.find_account(turn.session, values.member_number.digits)
        if account is not None and account.member_id == identity.known_account.member_id:
            turn.set_identity(await identities.switch(turn.session, turn.backend, turn.conversation_id, account))
            return True
        await identities.end_identity(turn.session, turn.backend, turn.conversation_id)
        turn.set_identity(identities.ANONYMOUS)
        turn.set(NUMBER, values.member_number.dashed)
        turn.set(LAST4, values.last4)
        return True

    def _extract_identity(self, turn: Turn, asked: str | None) -> bool:
        values = turn.extract_values(asked)
        if asked == LAST4 and is_no(turn) and not values.last4 and not self._has_complete_number(turn, asked):
            turn.clear(NUMBER, LAST4, "identity_failed")  # "no, that number was wrong"
            return True
        understood = self._extract_member_number(turn, asked, values.member_number)
        if values.last4 and not (asked != LAST4 and is_new_phone(turn.text)):
            turn.set(LAST4, values.last4)
            understood = True
        if understood:
            turn.clear("identity_failed")
        return understood

    def _extract_member_number(self, turn: Turn, asked: str | None, number: MemberNumber | None) -> bool:
        if number is not None and number.is_complete:
            turn.set(NUMBER, number.dashed)
            return True
        if asked != NUMBER:
            if number is None or turn.get(NUMBER) or not is_partial_number(number.digits):
                return False
            turn.set(NUMBER, number.digits)  # it was called the member number; what is behind the dash is asked for
            return True
        separator = extract_separator_alone(turn.text)
        if separator is not None and turn.get(NUMBER):
            return self._join_separator(turn, separator)
        if number is None or (turn.get(NUMBER) and len(number.digits) < MIN_NUMBER_DIGITS):
            return False
        turn.set(NUMBER, number.digits)
        return True

    async def _is_phone_instead_of_number(self, turn: Turn, asked: str | None) -> bool:
        """Whether a phone number was given where the member number was asked for; it counts as no failed attempt."""
        if asked != NUMBER and not turn.was_set(NUMBER):
            return False
        typed = detect_phone(turn.text)
        if typed is None or not (typed.is_certain or typed.digits == strip_to_digits(str(turn.get(NUMBER) or ""))):
            return False
        if not typed.is_certain and await is_issued_length(turn.session, len(typed.digits)):
            return False
        turn.clear(NUMBER)
        turn.notes[PHONE_TYPED] = True
        return True

    def _join_separator(self, turn: Turn, digits: str) -> bool:
        """A member who gave the number without its separator may give just the separator next."""
        base = str(turn.get(NUMBER) or "")
        if base and "-" not in base and len(digits) == 3:
            turn.set(NUMBER, f"{base}-{digits}")
            return True
        return False

    async def _check_code(self, turn: Turn) -> bool:
        code = turn.extract_values(CODE).code
        if code is None:
            return turn.get("code_sent") == PENDING_PROOF and self._extract_identity(turn, None)
        result = await identities.check_code(turn.session, turn.backend, turn.conversation_id, code=code)
        turn.set_identity(result.identity)
        turn.set("code_trouble", None if result.status == "ok" else result.status)
        return True

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        identity = await turn.identity()
        if identity.level < Level.KNOWN and self.level_needed(turn) >= Level.KNOWN:
            outcome = await self._identify(turn)
            if not isinstance(outcome, Identity):
                return outcome
            identity = await self.on_identified(turn, outcome)
        if turn.get("code_sent") == PENDING_PROOF:  # it was given
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")
        if turn.get("open_task") == self.form and not self.is_informational:
            await side_questions.answer_queued_questions(turn)
        if not self.is_level_reached(turn, identity):
            return await self._ask_code(turn)
        self._clear_code_state(turn)
        return await self.next_task_question(turn, identity)

    def _clear_code_state(self, turn: Turn) -> None:
        turn.clear("code_sent")
        if turn.get(CODE_TROUBLE) != UNPROVEN:
            turn.clear(CODE_TROUBLE)

    async def _identify(self, turn: Turn) -> SlotQuestion | Identity | None:
        """The next identity question, None when the member is locked out for now, or the identity reached."""
        if turn.get("code_sent") == PENDING_PROOF:
            if not (turn.was_set(NUMBER) or turn.was_set(LAST4) or turn.get("code_trouble") == "expired"):
                return await self._ask_proof(turn)
            turn.clear("code_sent", "code_trouble")  # other ones were given, or a new code is due: all is judged anew
        number, last4 = turn.get(NUMBER), turn.get(LAST4)
        if not number and not turn.notes.get(PHONE_TYPED):
            number = await identities.account_number_of_sender(turn.session, turn.conversation_id)
            if number and not last4:
                return SlotQuestion(LAST4, "utter_question_phone_last4_of_sender")
        if (ask := self._ask_missing_identity(turn, number)) is not None:
            return ask
        result = await identities.identify(turn.session, turn.backend, turn.conversation_id, number=number, last4=last4)
        if result.status == "ok":
            turn.clear(*IDENTITY_SLOTS, "code_sent")
            if turn.get("code_trouble") != NO_PHONE:
                turn.clear("code_trouble")
            turn.set_identity(result.identity)
            return result.identity
        if result.status == "proof":
            turn.set("code_sent", PENDING_PROOF)
            return SlotQuestion(CODE, "utter_question_proof", is_new=True)
        if result.status == "locked":
            turn.clear(*IDENTITY_SLOTS, "code_sent")
            self._send_locked(turn, result)
            return None
        if result.needs_separator:
            return SlotQuestion(NUMBER, "utter_question_separator", {"given": number}, is_new=True)
        turn.set("identity_failed", True)
        return SlotQuestion(LAST4, "utter_question_identity_again", is_new=True)

    @staticmethod
    def _ask_missing_identity(turn: Turn, number: str | None) -> SlotQuestion | None:
        """What is still missing before number and last four can be judged."""
        if not number and turn.notes.get(PHONE_TYPED):
            return SlotQuestion(NUMBER, "utter_question_number_not_phone", is_new=True)
        if not number:
            return SlotQuestion(NUMBER, "utter_question_member_number")
        if "-" not in number and len(number) < 7:
            return SlotQuestion(NUMBER, "utter_question_separator", {"given": number}, is_new=True)
        if not turn.get(LAST4):
            return SlotQuestion(LAST4, "utter_question_phone_last4")
        if turn.get("identity_failed"):  # told when it failed; nothing has been tried since
            return SlotQuestion(LAST4, "utter_question_identity_still")
        return None

    def _send_locked(self, turn: Turn, result: identities.IdentityResult) -> None:
        if result.locked_for is None:  # no more codes for now either
            turn.utter("utter_code_locked")
        else:
            turn.utter("utter_identity_locked", span=lock_notices.format_span(result.locked_for))

    async def _ask_proof(self, turn: Turn) -> SlotQuestion | None:
        """While a code stands in for number and last four. Whether one was sent is never said."""
        trouble = turn.get("code_trouble")
        if trouble == "wrong":
            turn.set("code_trouble", "told")
            return SlotQuestion(CODE, "utter_question_proof_again", is_new=True)
        if trouble == "another":
            turn.set("code_trouble", "told")
            return SlotQuestion(CODE, "utter_question_code_another", is_new=True)
        if trouble == NO_PHONE:
            asked = await identities.resend_challenge(turn.session, turn.backend, turn.conversation_id, by_email=True)
            turn.clear("code_trouble")
            if asked:
                return SlotQuestion(CODE, "utter_question_proof", is_new=True)
            trouble = "locked"
        if trouble == "locked":
            turn.clear(*IDENTITY_SLOTS, "code_sent", "code_trouble")
            turn.utter("utter_code_locked")
            return None
        return SlotQuestion(CODE, "utter_question_proof_still")

    async def _ask_code(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        if turn.get(CODE_TROUBLE) == UNPROVEN:  # of a task before
            turn.clear(CODE_TROUBLE)
        trouble = turn.get(CODE_TROUBLE)
        if trouble == "wrong":
            turn.set("code_trouble", "told")
            return SlotQuestion(CODE, "utter_question_code_again", is_new=True)
        if trouble == "another":
            turn.set("code_trouble", "told")
            return SlotQuestion(CODE, "utter_question_code_another", is_new=True)
        if trouble == "told":  # and no other code has been tried since
            return SlotQuestion(CODE, "utter_question_code_still")
        if trouble == "locked":
            turn.clear("code_trouble")
            turn.utter("utter_code_locked")
            return None
        by_email = trouble == NO_PHONE
        if by_email and turn.get("code_sent") and turn.get("code_sent")[0] == "text":
            turn.utter("utter_code_another_way")
        elif turn.get("code_sent") and trouble != "expired" and not by_email:
            return SlotQuestion(
                CODE, "utter_question_code", {"where": identities.CodeSent(*turn.get("code_sent")).masked}
            )
        sent = await identities.send_code(turn.session, turn.backend, turn.conversation_id, by_email=by_email)
        gone_there = isinstance(sent, identities.CodeSent) and turn.get("code_sent") == [sent.channel, sent.to]
        reason = (
            sent.reason
            if isinstance(sent, identities.CodeRefused)
            else "nowhere_else"
            if by_email and gone_there
            else ""
        )
        if self.files_without_code and reason not in ("", "too_many"):
            return await self._continue_without_code(turn)
        if by_email and reason:
            self._hand_off_identity(turn)
            return None
        if isinstance(sent, identities.CodeRefused):
            return await self.on_code_refused(turn, sent.reason)
        turn.set("code_sent", [sent.channel, sent.to])
        turn.clear("code_trouble")  # told once: what comes next is read as the new code, and sends no other
        return SlotQuestion(
            CODE,
            "utter_question_code_expired" if not by_email and trouble else "utter_question_code",
            {"where": sent.masked},
            is_new=True,
        )

    async def _continue_without_code(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        """No code reaches them: it goes to the office all the same, which hears so and finds out who asks."""
        turn.utter("utter_code_unproven")
        turn.set(CODE_TROUBLE, UNPROVEN)
        turn.clear("code_sent")
        return await self.next_task_question(turn, await turn.identity())

    def _hand_off_identity(self, turn: Turn) -> None:
        """Who they are cannot be shown here: a person at the office finds them."""
        turn.utter("utter_identity_by_office")
        turn.clear("code_trouble", "code_sent")
        turn.add_followup_action("action_person")

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        """Tell a member without a complete number once where to find it; then hand off to an agent."""
        lacks = asked in (NUMBER, LAST4) and not self.is_number_optional and lacks_requested_number(turn.focused_text)
        if not lacks or turn.extract_values(asked).last4 or self._has_complete_number(turn, asked):
            return await super()._handle_reply(turn, asked)
        self._extract_identity(turn, asked)
        if turn.get("misses") or is_partial_number(str(turn.get(NUMBER) or "")):
            self._set_requested_slot(turn, asked, 0, keep=True)
            self._hand_off_identity(turn)
            return None
        return await self._ask_next(turn, misses=1)

    @staticmethod
    def _has_complete_number(turn: Turn, asked: str | None) -> bool:
        number = turn.extract_values(asked).member_number
        return number is not None and number.is_complete

    async def on_code_refused(self, turn: Turn, reason: str) -> SlotQuestion | ExternalCall | None:
        """No code can be sent: said plainly; a skill that has another way overrides this."""
        if reason == "too_many":
            number = turn.backend.settings.twilio_number
            by_text = ""
            if number:
                by_text = tr(
                    " Text us at {text_us} from the phone on file: there it goes on.", text_us=format_phone(number)
                )
            turn.utter("utter_code_refused_for_now", by_text=by_text)
            return None
        turn.utter("utter_code_refused")  # nothing on file takes one, and it will not in 15 minutes: it takes a person
        turn.clear("code_trouble", "code_sent")
        turn.add_followup_action("action_person")
        return None
