"""Identifies the member: once, before any task that needs it, and not again while the identity is valid."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from actions import current_figures, side_questions
from actions.base import ExternalCall, SlotQuestion
from actions.form import Form
from actions.identity.code_again import AGAIN, format_wait, send_again, tell_what_was_sent, wants_another_code
from actions.turn import REQUESTED_SLOT, Turn
from actions.yes_no import is_no
from backend.coop import format_phone
from backend.language import tr
from backend.members import identity as identities
from backend.members import lock_notices
from backend.members.identity import Identity
from backend.members.levels import NEEDS, Level
from backend.members.service import find_account, is_issued_length, strip_to_digits
from backend.reading.acts.signals import asks_how_it_works, is_request
from backend.reading.contact.lost_phone import is_phone_lost, lacks_requested_number
from backend.reading.contact.phone_mentions import detect_phone, is_new_phone
from backend.reading.numbers.account_separator import extract_separator_alone, is_partial_number
from backend.reading.numbers.member_number import MemberNumber

CODE_SENT = "code_sent"
"""The slot for where a code went, as [channel, address]; or PENDING_PROOF."""
PENDING_PROOF = ["proof", ""]
"""An identity challenge: a code may decide instead of number and last four, and where it went is not told."""
CODE_TROUBLE = "code_trouble"
"""The slot for what was wrong with a code: NO_PHONE, UNPROVEN, AGAIN, "told" (it is known), a status of CodeResult."""
NO_PHONE = "no_phone"
"""The member does not have the phone on file: a code goes by email."""
UNPROVEN = "unproven"
"""No code can reach the member, and the task goes to the office without one."""
IDENTITY_FAILED = "identity_failed"
PHONE_LENGTHS = (10, 11)
"""Digits of a phone, without and with the 1 in front."""
PHONE_TYPED = "phone_typed"
"""In the turn's notes: a phone number was given for the member number."""
NUMBER, LAST4, CODE = "member_number", "phone_last4", "one_time_code"
IDENTITY_SLOTS = (NUMBER, LAST4, CODE)
MIN_NUMBER_DIGITS = 5  # fewer digits beside a number already given are not another number


class IdentifiedForm(Form):
    """A form whose skill needs a level of identity (`backend/members/levels.py`)."""

    slots: ClassVar[tuple[str, ...]] = (*IDENTITY_SLOTS, IDENTITY_FAILED, CODE_SENT, CODE_TROUBLE)
    asks: ClassVar[dict[str, str]] = {NUMBER: "member_number", LAST4: "last4", CODE: "code"}
    skill: ClassVar[str]
    is_number_optional: ClassVar[bool] = False
    """Whether the task has a way of its own for a member who has no member number at hand."""
    files_without_code: ClassVar[bool] = False
    """Whether the task goes to the office without a code if none can reach the member."""
    explanation_response: ClassVar[str | None] = None
    """The response to "how does it work?" at the first message, before the member is identified."""

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
        """Called as soon as the member is identified. Returns the identity to go on with."""
        return identity

    async def on_ready(self, turn: Turn, identity: Identity) -> None:
        """Called before each question of the task itself, once the level is reached."""

    async def accounts_told(self, turn: Turn, identity: Identity) -> Sequence[int]:
        """The ids of the accounts whose amounts this message is answered with."""
        return [identity.account.id] if identity.account else []

    def on_account_changed(self, turn: Turn) -> None:
        """Called when the member switches to another account: clear what is about the one before."""

    async def _start(self, turn: Turn) -> ExternalCall | None:
        """A number and last four that did not match are asked for anew in the next task."""
        if turn.get(IDENTITY_FAILED):
            turn.clear(LAST4, IDENTITY_FAILED, *([NUMBER] if self.is_number_optional else []))
        return await super()._start(turn)

    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        identity = await turn.identity()
        is_reached = self.is_level_reached(turn, identity)
        needs_code = self.level_needed(turn) >= Level.STEPPED_UP or (self.files_without_code and asked == CODE)
        if is_phone_lost(turn.focused_text) and not is_reached and needs_code:
            turn.set(CODE_TROUBLE, NO_PHONE)
            if asked == CODE:
                return True
        explained = not is_reached and self._explain_task(turn)
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
        """Answer `how does that work?`. Returns whether it was asked, and so is no miss."""
        if (
            self.explanation_response is None
            or turn.intent not in self.opening_intents
            or not self.asks_for_explanation(turn.text)
            or is_request(turn.text)  # "can you stop it" asks for it, and not how it works
        ):
            return False
        turn.utter(self.explanation_response)
        turn.notes["explained"] = True
        return True

    async def _extract_other_account(self, turn: Turn, identity: Identity) -> bool:
        """Switch to the account of a complete number other than the open one; a stranger's number starts over."""
        asked = turn.get(REQUESTED_SLOT)
        values = turn.extract_values(asked)
        number = values.member_number
        if number is not None and self.question_type(asked) == "phone" and len(number.digits) in PHONE_LENGTHS:
            return False  # "five five five, five five one, two four zero six" is the phone that was asked for
        if number is None or not number.is_complete or number.digits == identity.known_account.number_digits:
            return False
        self.on_account_changed(turn)
        account = await find_account(turn.session, number.digits)
        if account is not None and account.member_id == identity.known_account.member_id:
            turn.set_identity(await identities.switch(turn.session, turn.backend, turn.conversation_id, account))
            return True
        await identities.end_identity(turn.session, turn.backend, turn.conversation_id)
        turn.set_identity(identities.ANONYMOUS)
        turn.set(NUMBER, number.dashed)
        turn.set(LAST4, values.last4)
        return True

    def _extract_identity(self, turn: Turn, asked: str | None) -> bool:
        values = turn.extract_values(asked)
        if asked == LAST4 and is_no(turn) and not values.last4 and not self._has_complete_number(turn, asked):
            turn.clear(NUMBER, LAST4, IDENTITY_FAILED)  # "no, that number was wrong"
            return True
        understood = self._extract_member_number(turn, asked, values.member_number)
        if values.last4 and not (asked != LAST4 and is_new_phone(turn.text)):
            turn.set(LAST4, values.last4)
            understood = True
        if understood:
            turn.clear(IDENTITY_FAILED)
        return understood

    def _extract_member_number(self, turn: Turn, asked: str | None, number: MemberNumber | None) -> bool:
        if number is not None and number.is_complete:
            turn.set(NUMBER, number.dashed)
            return True
        if asked != NUMBER:
            if number is None or turn.get(NUMBER) or not is_partial_number(number.digits):
                return False
            turn.set(NUMBER, number.digits)  # the separator is asked for next
            return True
        given = str(turn.get(NUMBER) or "")
        separator = extract_separator_alone(turn.text)
        if separator is not None and given:
            if "-" in given or len(separator) != 3:
                return False
            turn.set(NUMBER, f"{given}-{separator}")
            return True
        if number is None or (given and len(number.digits) < MIN_NUMBER_DIGITS):
            return False
        turn.set(NUMBER, number.digits)
        return True

    async def _is_phone_instead_of_number(self, turn: Turn, asked: str | None) -> bool:
        """Whether a phone number was given for the member number; that is no failed attempt."""
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

    async def _check_code(self, turn: Turn) -> bool:
        code = turn.extract_values(CODE).code
        if code is None:
            return turn.get(CODE_SENT) == PENDING_PROOF and self._extract_identity(turn, None)
        result = await identities.check_code(turn.session, turn.backend, turn.conversation_id, code=code)
        turn.set_identity(result.identity)
        turn.set(CODE_TROUBLE, None if result.status == "ok" else result.status)
        return True

    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        identity = await turn.identity()
        if identity.level < Level.KNOWN and self.level_needed(turn) >= Level.KNOWN:
            outcome = await self._identify(turn)
            if not isinstance(outcome, Identity):
                return outcome
            identity = await self.on_identified(turn, outcome)
        # first what is owed: a question that waits for the account may be about it
        if missing := current_figures.not_refreshed(turn, await self.accounts_told(turn, identity)):
            return ExternalCall(partial(current_figures.refresh, account_ids=missing))
        if turn.get(CODE_SENT) == PENDING_PROOF:  # the code came back
            turn.clear(*IDENTITY_SLOTS, CODE_SENT, CODE_TROUBLE)
        if turn.get("open_task") == self.form and not self.is_informational:
            await side_questions.answer_queued_questions(turn)
        if not self.is_level_reached(turn, identity):
            if turn.get(CODE_TROUBLE) == AGAIN and turn.get(CODE_SENT):
                return await self._send_code_again(turn)
            return await self._ask_code(turn)
        turn.clear(CODE_SENT)
        if turn.get(CODE_TROUBLE) != UNPROVEN:
            turn.clear(CODE_TROUBLE)
        await self.on_ready(turn, identity)
        return await self.next_task_question(turn, identity)

    async def _identify(self, turn: Turn) -> SlotQuestion | Identity | None:
        """The next identity question, or the identity reached, or None if the member is locked out for now."""
        if turn.get(CODE_SENT) == PENDING_PROOF:
            if not (turn.was_set(NUMBER) or turn.was_set(LAST4) or turn.get(CODE_TROUBLE) == "expired"):
                return await self._ask_proof(turn)
            turn.clear(CODE_SENT, CODE_TROUBLE)  # another number or last four was given, or a new code is due
        number, last4 = turn.get(NUMBER), turn.get(LAST4)
        if not number and not turn.notes.get(PHONE_TYPED):
            number = await identities.account_number_of_sender(turn.session, turn.conversation_id)
            if number and not last4:
                return SlotQuestion(LAST4, "utter_question_phone_last4_of_sender")
        if (ask := self._ask_missing_identity(turn, number)) is not None:
            return ask
        result = await identities.identify(turn.session, turn.backend, turn.conversation_id, number=number, last4=last4)
        if result.status == "ok":
            # the level is kept in the database and not in a slot, which a Rasa payload could set (docs/decisions/0001)
            turn.clear(*IDENTITY_SLOTS, CODE_SENT)
            if turn.get(CODE_TROUBLE) != NO_PHONE:
                turn.clear(CODE_TROUBLE)
            turn.set_identity(result.identity)
            return result.identity
        if result.status == "proof":
            turn.set(CODE_SENT, PENDING_PROOF)
            return SlotQuestion(CODE, "utter_question_proof", is_new=True)
        if result.status == "locked":
            turn.clear(*IDENTITY_SLOTS, CODE_SENT)
            if result.locked_for is None:  # no more codes for now either
                turn.utter("utter_code_locked")
            else:
                turn.utter("utter_identity_locked", span=lock_notices.format_span(result.locked_for))
            return None
        if result.needs_separator:
            return SlotQuestion(NUMBER, "utter_question_separator", {"given": number}, is_new=True)
        turn.set(IDENTITY_FAILED, True)
        return SlotQuestion(LAST4, "utter_question_identity_again", is_new=True)

    @staticmethod
    def _ask_missing_identity(turn: Turn, number: str | None) -> SlotQuestion | None:
        """The question for what is missing; None if number and last four can be checked."""
        if not number and turn.notes.get(PHONE_TYPED):
            return SlotQuestion(NUMBER, "utter_question_number_not_phone", is_new=True)
        if not number:
            return SlotQuestion(NUMBER, "utter_question_member_number")
        if "-" not in number and len(number) < 7:
            return SlotQuestion(NUMBER, "utter_question_separator", {"given": number}, is_new=True)
        if not turn.get(LAST4):
            return SlotQuestion(LAST4, "utter_question_phone_last4")
        if turn.get(IDENTITY_FAILED):  # the member was told so when it failed, and has tried nothing since
            return SlotQuestion(LAST4, "utter_question_identity_still")
        return None

    @staticmethod
    def _ask_code_again(turn: Turn, wrong_response: str) -> SlotQuestion | None:
        """Ask again after a wrong code, or for a second one, and remember that the member was told why."""
        responses = {"wrong": wrong_response, "another": "utter_question_code_another"}
        if (trouble := turn.get(CODE_TROUBLE)) not in responses:
            return None
        turn.set(CODE_TROUBLE, "told")
        return SlotQuestion(CODE, responses[trouble], is_new=True)

    async def _ask_proof(self, turn: Turn) -> SlotQuestion | None:
        """Ask for the code of an identity challenge. Whether one was sent is never said."""
        if (ask := self._ask_code_again(turn, "utter_question_proof_again")) is not None:
            return ask
        trouble = turn.get(CODE_TROUBLE)
        if trouble in (NO_PHONE, AGAIN):
            by_email = trouble == NO_PHONE
            asked = await identities.resend_challenge(
                turn.session, turn.backend, turn.conversation_id, by_email=by_email
            )
            turn.clear(CODE_TROUBLE)
            if asked:
                return SlotQuestion(CODE, "utter_question_proof", is_new=True)
        if trouble in (NO_PHONE, "locked"):
            turn.clear(*IDENTITY_SLOTS, CODE_SENT, CODE_TROUBLE)
            turn.utter("utter_code_locked")
            return None
        return SlotQuestion(CODE, "utter_question_proof_still")

    async def _ask_code(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        """Send a code unless one is on its way, and ask for it."""
        if turn.get(CODE_TROUBLE) == UNPROVEN:  # it is from an earlier task
            turn.clear(CODE_TROUBLE)
        if (ask := self._ask_code_again(turn, "utter_question_code_again")) is not None:
            return ask
        trouble, before = turn.get(CODE_TROUBLE), turn.get(CODE_SENT)
        if trouble == "told":  # no other code has been tried since
            return SlotQuestion(CODE, "utter_question_code_still")
        if trouble == "locked":
            turn.clear(CODE_TROUBLE)
            turn.utter("utter_code_locked")
            return None
        by_email = trouble == NO_PHONE
        if by_email and before and before[0] == "text":
            turn.utter("utter_code_another_way")
        elif before and trouble != "expired" and not by_email:
            return SlotQuestion(CODE, "utter_question_code", {"where": identities.CodeSent(*before).masked})
        sent = await identities.send_code(turn.session, turn.backend, turn.conversation_id, by_email=by_email)
        if isinstance(sent, identities.CodeRefused):
            reason = sent.reason
        else:
            reason = "nowhere_else" if by_email and before == [sent.channel, sent.to] else ""
        if self.files_without_code and reason not in ("", "too_many"):
            # the task goes to the office marked as unproven, and the office finds out who asks
            turn.utter("utter_code_unproven")
            turn.set(CODE_TROUBLE, UNPROVEN)
            turn.clear(CODE_SENT)
            return await self.next_task_question(turn, await turn.identity())
        if by_email and reason:
            self._hand_off_identity(turn, "utter_identity_by_office")
            return None
        if isinstance(sent, identities.CodeRefused):
            return await self.on_code_refused(turn, sent)
        turn.set(CODE_SENT, [sent.channel, sent.to])
        turn.clear(CODE_TROUBLE)  # the next message is read as the new code, and sends no other
        if sent.earlier is not None:
            tell_what_was_sent(turn, sent)
            return SlotQuestion(CODE, "utter_question_code_still", is_new=True)
        response = "utter_question_code_expired" if not by_email and trouble else "utter_question_code"
        return SlotQuestion(CODE, response, {"where": sent.masked}, is_new=True)

    async def _send_code_again(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        turn.clear(CODE_TROUBLE)
        sent = await send_again(turn)
        if isinstance(sent, identities.CodeRefused):
            return await self.on_code_refused(turn, sent)
        turn.set(CODE_SENT, [sent.channel, sent.to])
        tell_what_was_sent(turn, sent)
        return SlotQuestion(CODE, "utter_question_code_still", is_new=True)

    def _may_be_control_message(self, turn: Turn) -> bool:
        """`Send it again` is about the code there, and not about what was said last."""
        asked_anew = turn.get(REQUESTED_SLOT) == CODE and wants_another_code(turn)
        return super()._may_be_control_message(turn) and not asked_anew

    def _hand_off_identity(self, turn: Turn, response: str) -> None:
        """Let a person of the office find out who the member is; `response` says why."""
        turn.utter(response)
        turn.clear(CODE_TROUBLE, CODE_SENT)
        turn.add_followup_action("action_person")

    async def _handle_reply(self, turn: Turn, asked: str | None) -> ExternalCall | None:
        """Tell a member without a complete number once where to find it; then hand off to an agent."""
        if asked == CODE and wants_another_code(turn):
            turn.set(CODE_TROUBLE, AGAIN)
            return await self._ask_next(turn, misses=0)
        lacks = asked in (NUMBER, LAST4) and not self.is_number_optional and lacks_requested_number(turn.focused_text)
        if not lacks or turn.extract_values(asked).last4 or self._has_complete_number(turn, asked):
            return await super()._handle_reply(turn, asked)
        self._extract_identity(turn, asked)
        if turn.get("misses") or is_partial_number(str(turn.get(NUMBER) or "")):
            self._keep_question(turn, misses=0)
            self._hand_off_identity(turn, "utter_identity_by_office")
            return None
        return await self._ask_next(turn, misses=1)

    @staticmethod
    def _has_complete_number(turn: Turn, asked: str | None) -> bool:
        number = turn.extract_values(asked).member_number
        return number is not None and number.is_complete

    async def on_code_refused(self, turn: Turn, refused: identities.CodeRefused) -> SlotQuestion | ExternalCall | None:
        """Tell the member that no code can be sent. A skill that has another way overrides this."""
        if refused.reason != "too_many":  # nothing on file takes a code, and waiting does not help
            self._hand_off_identity(turn, "utter_code_refused")
            return None
        by_text = ""
        if number := turn.backend.settings.twilio_number:
            by_text = tr(
                " Text us at {text_us} from the phone on file: there it goes on.", text_us=format_phone(number)
            )
        turn.utter("utter_code_refused_for_now", by_text=by_text, when=format_wait(turn, refused.until))
        return None
