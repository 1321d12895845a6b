"""Takes in a number that comes in parts or is corrected, before the dialogue hears of it, and reads numbers back.

A part is stored as a message of the call with a reply of its own, so that a request that is delivered again gets the
same answer and any process can go on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import current_language, tr
from backend.members.service import is_issued_length, longest_issued_length
from backend.reading.numbers.account_separator import is_partial_number
from backend.reading.numbers.digit_corrections import correct_digits
from backend.reading.numbers.member_number import SUFFIX_LENGTH, parse_member_number
from backend.reading.spanish import english_form
from bot.channels.voice.listening import number_parts
from bot.channels.voice.listening.extract import CallerInput
from bot.channels.voice.listening.number_parts import NO_PARTS, NextPart, NumberParts
from bot.channels.voice.speaking import menu
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.record_deadline import RecordDeadline
from bot.dialogue.turn import TurnProcessor

AFTER_NUMBER = ("last4", "identity")
"""The questions at which the member number has been read back, and may still be corrected."""
BARE_LENGTHS = (8, 9)
"""Digits of a member number that need no dash where something else was asked for: no phone has as many."""
SSN_LENGTH = 9
"""So many digits that are no member number go to the dialogue as they are: they are removed on the way."""


@dataclass(frozen=True)
class NumberInput:
    """What the dialogue hears; or, with `more`, what the caller is asked first; or that the number starts over."""

    caller_input: CallerInput
    parts: NumberParts = NO_PARTS
    more: Reply | None = None
    starts_over: bool = False


class NumberEntry:
    """Reads the answers to questions for a number."""

    def __init__(self, backend: Backend, turns: TurnProcessor) -> None:
        self._backend = backend
        self._turns = turns

    async def read(
        self, caller_input: CallerInput, asked: Reply, answered: str, question_turn: int, heard: str
    ) -> NumberInput:
        """Join, correct or keep what was said at `asked`, the reply of `question_turn` to the message `answered`.

        `heard` is the member number that was read back before, digits alone, or empty.
        """
        given = number_parts.find_parts(asked, answered)
        plain = NumberInput(caller_input, given)
        if caller_input.kind == "restart" or (caller_input.kind == "repeat" and given.parts):
            return replace(plain, starts_over=True)
        if caller_input.kind == "silence" and len(given.digits) >= number_parts.LAST4_DIGITS:
            return NumberInput(CallerInput("answer", self._as_number(given.digits, asked)))
        if caller_input.kind != "answer" or caller_input.payload:
            return plain
        if given.parts and number_parts.is_finished(caller_input.text):
            return NumberInput(CallerInput("answer", self._as_number(given.digits, asked)))
        if given.parts and number_parts.starts_over(caller_input.text):
            return replace(plain, starts_over=True)
        if (corrected := self._correct(caller_input, asked, heard, given)) is not None:
            return corrected
        now = number_parts.read_part(
            caller_input.text, replace(given, question_turn=given.question_turn or question_turn)
        )
        if now is None:
            return plain
        return await self._take_part(caller_input, asked, answered, heard, now)

    async def _take_part(
        self, caller_input: CallerInput, asked: Reply, answered: str, heard: str, now: NumberParts
    ) -> NumberInput:
        base = _find_base(answered) if asked.expects == "member_number" else ""
        if base and len(now.parts) == 1 and len(now.digits) == SUFFIX_LENGTH:
            return NumberInput(CallerInput("answer", f"{base}-{now.digits}"))  # the digits behind its dash
        following = number_parts.select_next(asked.expects, now, heard)
        if following == "ask_length":
            following = await self._compare_length(now)
        if following == "over":
            return NumberInput(caller_input, now, starts_over=True)
        if following in ("more", "maybe_last4"):
            return NumberInput(caller_input, now, self._ask_for_more(asked, now, following))
        if following == "unchanged":
            return NumberInput(caller_input)
        digits = now.parts[-1] if following == "newest" else now.digits
        return NumberInput(CallerInput("answer", self._as_number(digits, asked)))

    async def _compare_length(self, now: NumberParts) -> NextPart:
        """Whether the newest part, or all of them, is as long as a member number; more is to come if it is shorter."""
        newest, count = len(now.parts[-1]), len(now.digits)
        async with self._backend.db.read_session() as session:
            if newest >= number_parts.MIN_NUMBER_DIGITS and await is_issued_length(session, newest):
                return "newest" if len(now.parts) > 1 else "unchanged"
            if await is_issued_length(session, count):
                return "all" if len(now.parts) > 1 else "unchanged"
            if count != SSN_LENGTH and count < await longest_issued_length(session):
                return "more"
        return "unchanged" if len(now.parts) == 1 else "over"

    def _correct(self, caller_input: CallerInput, asked: Reply, heard: str, given: NumberParts) -> NumberInput | None:
        """`Not two, one`, of the digits so far or of the number that was read back with this question."""
        number = given.digits or heard
        found = correct_digits(english_form(caller_input.text, current_language()), number) if number else None
        if found is None:
            return None
        if found.digits is None:
            if given.parts:
                return NumberInput(caller_input, given, starts_over=True)
            return NumberInput(CallerInput("answer", tr("no"), "/deny"))
        if given.parts:
            parts = replace(given, parts=(found.digits,))
            return NumberInput(caller_input, parts, number_parts.build_more_question(parts, asked.expects))
        return NumberInput(CallerInput("answer", self._as_number(found.digits, asked)))

    @staticmethod
    def _ask_for_more(asked: Reply, now: NumberParts, following: NextPart) -> Reply:
        is_last4 = asked.expects in AFTER_NUMBER
        is_number = following == "maybe_last4" or len(now.digits) > number_parts.LAST4_DIGITS
        expects = asked.expects
        if is_last4:
            expects = "member_number" if is_number else "last4"
        return number_parts.build_more_question(now, expects, may_be_last4=following == "maybe_last4")

    @staticmethod
    def _as_number(digits: str, asked: Reply) -> str:
        """The digits as the dialogue takes them: where other digits were asked for a member number needs its dash."""
        is_bare = asked.expects == "code" or len(digits) in BARE_LENGTHS or len(digits) < number_parts.MIN_NUMBER_DIGITS
        return digits if is_bare else f"{digits[:-SUFFIX_LENGTH]}-{digits[-SUFFIX_LENGTH:]}"

    async def record_part(self, inbound: Inbound, more: Reply, deadline: RecordDeadline) -> Reply:
        """Store the part with the question for the rest; a repeated delivery gets the question that was stored."""

        async def respond(
            session: AsyncSession, stored: Inbound, record: conversations.RecordedMessage
        ) -> tuple[Reply, bool]:
            # what was taken out of the message, such as half a card number, is not said back either
            return (more if stored.text == inbound.text else number_parts.build_anew_question(more)), False

        return await self._turns.answer_at_once(inbound, deadline, respond)


def format_read_back(said: str, asked: str, following: str) -> tuple[str, ...]:
    """The member number as it was understood, read back in groups so that the caller notices an error.

    `said` answered a question that expects `asked`; the next one expects `following`.
    """
    if asked == "phone" or (asked not in ("member_number", *AFTER_NUMBER) and following not in AFTER_NUMBER):
        return ()
    kind = asked if asked in ("member_number", *AFTER_NUMBER) else None
    reading = parse_member_number(english_form(said, current_language()), "last4" if kind == "identity" else kind)
    return (tr(menu.READ_BACK, number=reading.dashed),) if reading and reading.dashed else ()


def find_number(said: str) -> str:
    """The digits of the member number in what was said before; empty if there is no whole one."""
    reading = parse_member_number(english_form(said, current_language()))
    return reading.digits if reading and reading.is_complete else ""


def _find_base(said: str) -> str:
    """The digits before the dash of a member number that was given without the rest; empty if there are none."""
    reading = parse_member_number(english_form(said, current_language()), None)
    return reading.digits if reading and is_partial_number(reading.digits) else ""
