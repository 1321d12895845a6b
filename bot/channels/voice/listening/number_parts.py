"""Joins a number that a caller gives in parts, by keys and by voice, over several turns. Pure.

The parts so far are the text that the newest turn stored, with spaces between them; the reply of that turn asks for
more and says in its hints which question it goes on with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend.language import current_language, mark, tr
from backend.reading.normalize import fold_line
from backend.reading.numbers.recognized_digits import DIGITS_OF_QUESTION, NUMBER_QUESTIONS, digits_alone
from backend.reading.spanish import english_form
from bot.channels.voice.speaking.speech import spell_digits
from bot.dialogue.messages import Message, Reply

MIN_NUMBER_DIGITS = 7
"""Of a member number: four digits, and three behind the dash."""
LAST4_DIGITS = 4
"""So many may be an answer of their own when no more come."""
MORE = mark("I have {digits} so far. Please go on.")
MORE_OF_SHORT = mark(
    "I have {digits}, and our member numbers are longer. Please say the whole number once more, or go on with the rest."
)
MORE_OR_LAST4 = mark(
    "I have {digits}. If those are the last four digits of your phone, press pound. Or go on with your member number."
)
SAY_ALL = mark("I could not take that. Please key in or say the whole number.")
FROM_THE_START = mark("All right, from the start.")
_IS_DONE = re.compile(
    r"(?:and )?(?:that'?s (?:it|all|the (?:whole )?number)|that is (?:it|all)|done|i'?m done|finished|pound|hash|"
    r"es todo|eso es todo|ya|ya esta|listo|nada mas)[.! ]*"
)
_TAKES_BACK = re.compile(r"(?:no|nope|wait|sorry|wrong|that'?s (?:wrong|not right)|i mean|esta mal|perdon)\b[\s,.!;]*")
_STARTS_OVER = re.compile(
    r"(?:no[, ]+)?(?:let me |let's |i(?:'ll| will) |can i )?(?:start (?:over|again)|begin again|from the start|again|"
    r"empezar de nuevo|de nuevo|otra vez|desde el principio)[.! ]*"
)


NextPart = Literal["unchanged", "newest", "all", "ask_length", "more", "maybe_last4", "over"]


@dataclass(frozen=True)
class NumberParts:
    """What has been given of the number that `question_turn` asked for; none at a question of its own."""

    parts: tuple[str, ...] = ()
    question_turn: int = 0

    @property
    def digits(self) -> str:
        return "".join(self.parts)


NO_PARTS = NumberParts()


def is_number_question(reply: Reply) -> bool:
    return reply.expects in NUMBER_QUESTIONS


def find_parts(asked: Reply, stored: str) -> NumberParts:
    """The parts so far. `stored` is the text of the turn that `asked` replied to."""
    hints = asked.messages[-1].hints if asked.messages else {}
    if "continues" not in hints:
        return NO_PARTS
    return NumberParts(tuple(stored.split()), int(hints["continues"]))


def build_more_question(parts: NumberParts, expects: str, *, may_be_last4: bool = False) -> Reply:
    """Ask for the rest. The hint `missing` is how many keys end it, where that is known."""
    seems_whole = len(parts.parts[-1]) >= MIN_NUMBER_DIGITS
    template = MORE_OR_LAST4 if may_be_last4 else MORE_OF_SHORT if seems_whole else MORE
    hints: dict[str, object] = {"expect": expects, "continues": parts.question_turn}
    if expects in DIGITS_OF_QUESTION:
        hints["missing"] = DIGITS_OF_QUESTION[expects] - len(parts.digits)
    text = tr(template, digits=spell_digits(parts.digits))
    return Reply((Message(text, hints=hints),), language=current_language())


def build_anew_question(more: Reply) -> Reply:
    """In place of `more`: the same question from its start, with no digits in it."""
    return Reply((Message(tr(SAY_ALL), hints={"expect": more.expects}),), language=more.language)


def count_missing_keys(reply: Reply) -> int:
    """How many more keys end the number whose rest the reply asks for; 0 where that is not known."""
    return next((int(message.hints["missing"]) for message in reply.messages if "missing" in message.hints), 0)


def is_finished(words: str) -> bool:
    """Whether the caller says that nothing more comes: `that's it`."""
    return _IS_DONE.fullmatch(fold_line(words)) is not None


def starts_over(words: str) -> bool:
    return _STARTS_OVER.fullmatch(fold_line(words)) is not None


def read_part(words: str, parts: NumberParts) -> NumberParts | None:
    """The parts with what was said now, if nothing but digits was said. `no, 9 9 8` stands for the last part."""
    english = english_form(words, current_language())
    before = parts.parts
    if parts.parts and (taken_back := _TAKES_BACK.match(fold_line(english))):
        english, before = fold_line(english)[taken_back.end() :], parts.parts[:-1]
    digits = digits_alone(english)
    return None if digits is None else NumberParts((*before, digits), parts.question_turn)


def select_next(expects: str, parts: NumberParts, heard_number: str) -> NextPart:
    """What to do with the parts at a question that expects `expects`; `ask_length` where a member number may be whole.

    `heard_number` is the member number that was read back before, digits alone, or empty.
    """
    newest, count = len(parts.parts[-1]), len(parts.digits)
    wanted = DIGITS_OF_QUESTION.get("last4" if expects == "identity" else expects)
    is_anew = len(parts.parts) > 1
    if wanted == newest and expects != "code" and heard_number.startswith(parts.parts[-1]):
        return "maybe_last4"
    if wanted == newest:
        return "newest" if is_anew else "unchanged"
    if newest >= MIN_NUMBER_DIGITS:
        return "newest" if is_anew else "ask_length"
    if expects == "code":
        return "more" if count < DIGITS_OF_QUESTION["code"] else "all" if count == wanted else "over"
    if wanted == count:
        return "all"
    if count >= MIN_NUMBER_DIGITS:
        return "ask_length"
    return "more"
