"""Sixty utterances of callers, and whether the line takes each as it was meant, at the first try or within two."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from bot.channels.voice.speaking.speech import spell_amount
from lab.audio import sayings
from lab.audio.caller import MeasuredCaller
from lab.audio.callers import create_members
from lab.audio.line import AudioLine, LineQuality
from lab.audio.phone_member import PhoneMember, compose_phone_persona
from lab.members import MemberCopy
from lab.simulation.goals import PAID_RESPONSES, USUAL_MEMBER
from lab.simulation.response_matching import extract_choices, match_responses
from lab.system import MemberlineSystem

MEMBER_NUMBER, LAST4, AMOUNT, DAY, YES_NO, MENU = "member number", "last four", "amount", "day", "yes or no", "menu"
KINDS = (MEMBER_NUMBER, LAST4, AMOUNT, DAY, YES_NO, MENU)
MAX_WAY = 12
"""Turns to the question."""
AMOUNTS = (
    ("fifty dollars", 5000),
    ("one hundred twelve dollars and forty cents", 11240),
    ("one twelve forty", 11240),
    ("forty", 4000),
    ("twenty five fifty", 2550),
    ("sixty five dollars", 6500),
    ("a hundred dollars", 10000),
    ("thirty seven dollars and twenty five cents", 3725),
    ("just twenty dollars please", 2000),
    ("eighty nine ninety nine", 8999),
    ("the full amount", 11240),
)
DAYS = (
    ("tomorrow", date(2026, 11, 19)),
    ("on friday", date(2026, 11, 20)),
    ("november twenty fourth", date(2026, 11, 24)),
    ("in five days", date(2026, 11, 23)),
    ("the first of december", date(2026, 12, 1)),
    ("on the twenty fifth", date(2026, 11, 25)),
)
"""Said on Wednesday, November 18, 2026: the day of a system that the lab starts."""
YES, NO = ("yes", "yes please", "that's right", "yeah go ahead"), ("no", "no thank you")
ANSWERS = (*((words, True) for words in YES), *((words, False) for words in NO))
MENU_WORDS = (
    ("my power is out", r"utter_question_(outage|case)\w*|utter_outage\w*"),
    ("I want to pay my bill", r"utter_question_member_number"),
    ("what do I owe", r"utter_question_member_number"),
    ("what are your hours", r"utter_answer\w*"),
    ("talk to a person", r"utter_person\w*|utter_question_callback\w*|transfer"),
)
LINES: dict[str, Sequence[tuple[str, Any]]] = {AMOUNT: AMOUNTS, DAY: DAYS, YES_NO: ANSWERS, MENU: MENU_WORDS}
ALL = {MEMBER_NUMBER: 20, LAST4: 12} | {kind: len(lines) for kind, lines in LINES.items()}
"""Of each kind in a round of sixty."""
PAY_CONFIRM = r"utter_question_pay_(confirm|together)"
QUESTIONS = {
    MEMBER_NUMBER: r"utter_question_member_number",
    LAST4: r"utter_question_phone_last4\w*",
    AMOUNT: r"utter_question_pay_amount\w*",
    DAY: r"utter_question_pay_day\w*",
    YES_NO: PAY_CONFIRM,
}
"""The response that asks for each kind; the menu's words are said to the greeting."""
TRIES = {0: "NOT captured", 1: "at the first try", 2: "within two tries"}


@dataclass(frozen=True)
class Utterance:
    """What one caller says, and `meant`: digits, cents, a date, whether it is a yes, or a pattern of responses."""

    kind: str
    index: int
    words: str
    meant: Any

    @property
    def quality(self) -> LineQuality:
        return LineQuality.of_caller(self.index)


@dataclass
class Capture:
    """How an utterance fared. `tries` is 1 or 2, or 0 when it was not captured; `heard` is what was recognized."""

    utterance: Utterance
    tries: int = 0
    heard: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    trouble: str = ""


def compose_utterances(members: Sequence[MemberCopy], counts: Mapping[str, int] = ALL) -> list[Utterance]:
    """`counts[kind]` utterances of each kind, for as many members: the numbers are theirs."""
    made: list[tuple[str, str, Any]] = []
    for member in members[: counts[MEMBER_NUMBER]]:
        form = sayings.NUMBER_FORMS[len(made) % len(sayings.NUMBER_FORMS)]
        made.append((MEMBER_NUMBER, sayings.say_member_number(member.number, form), member.number.replace("-", "")))
    for place, member in enumerate(members[len(made) : len(made) + counts[LAST4]]):
        form = sayings.LAST4_FORMS[place % len(sayings.LAST4_FORMS)]
        made.append((LAST4, sayings.say_last4(member.last4, form), member.last4))
    for kind, lines in LINES.items():
        made += [(kind, words, meant) for words, meant in lines[: counts[kind]]]
    return [Utterance(kind, index, words, meant) for index, (kind, words, meant) in enumerate(made)]


def create_speakers(system: MemberlineSystem, seed: int, count: int) -> list[MemberCopy]:
    """A member for each utterance."""
    return create_members(system, [USUAL_MEMBER] * count, Random(f"utterances:{seed}"))  # noqa: S311 - chance to repeat


def play_utterance(system: MemberlineSystem, line: AudioLine, utterance: Utterance, member: MemberCopy) -> Capture:
    """Call, go to the question with keys, say it there, and once more when it was not taken as it was meant."""
    capture = Capture(utterance)
    wish = "schedule a payment" if utterance.kind == DAY else "I want to pay my bill"
    cents = None if utterance.kind == AMOUNT else 5000
    persona = compose_phone_persona(utterance.index, "pay_all", USUAL_MEMBER, wish, cents)
    caller = MeasuredCaller(system, member.phone, StirVerstat="TN-Validation-Passed-A")
    guide = PhoneMember(persona, member, lambda: system.newest_code(member.phone) or "", by_voice=False)
    if utterance.kind != MENU and not _go_to(caller, guide, QUESTIONS[utterance.kind]):
        capture.trouble = f"the question was not reached:\n{caller.transcript}"
        return capture
    caller.listen_through(line, utterance.quality)
    for attempt in (1, 2):
        words = utterance.words if attempt == 1 else _say_again(utterance, capture.answers[-1])
        capture.answers.append(caller.say(words))
        capture.heard.append(caller.turns[-1].heard)
        if _is_captured(caller, guide, utterance, capture.answers[-1]):
            capture.tries = attempt
            break
    capture.trouble = "; ".join(guide.notes)
    return capture


def _go_to(caller: MeasuredCaller, guide: PhoneMember, question: str) -> bool:
    said: str | None = guide.first_line()
    for _ in range(MAX_WAY):
        if said is None:
            return False
        answer = caller.say(said)
        names = match_responses(answer, "voice")
        if any(re.fullmatch(question, name) for name in names):
            return True
        said = guide.next_line(answer, names, extract_choices(answer, caller))
    return False


def _say_again(utterance: Utterance, answer: str) -> str:
    """What the caller says to an answer that was not right: the same, or at a wrong read-back that it is wrong."""
    if utterance.kind == MEMBER_NUMBER:
        number = f"{utterance.meant[:-3]}-{utterance.meant[-3:]}"
        again = sayings.say_member_number(number)
        return f"no that's wrong, it's {again}" if len(re.findall(r"\d", answer)) >= 5 else again
    return sayings.say_last4(utterance.meant) if utterance.kind == LAST4 else utterance.words


def _is_captured(caller: MeasuredCaller, guide: PhoneMember, utterance: Utterance, answer: str) -> bool:
    return CHECKS[utterance.kind](caller, guide, utterance.meant, answer)


def _has_read_back(caller: MeasuredCaller, guide: PhoneMember, meant: str, answer: str) -> bool:
    """Whether the number is read back; one that is used without that counts too, and is told."""
    if meant in re.sub(r"\D", "", answer):
        return True
    asks_last4 = any(re.fullmatch(QUESTIONS[LAST4], name) for name in match_responses(answer, "voice"))
    if not asks_last4 or not _is_identified(caller, guide, meant, caller.say(f"<{guide.copy.last4}>")):
        return False
    guide.notes.append("used, but not read back")
    return True


def _is_identified(caller: MeasuredCaller, guide: PhoneMember, meant: str, answer: str) -> bool:
    names = match_responses(answer, "voice")
    return bool(names) and not any(re.fullmatch(QUESTIONS[LAST4], name) for name in names) and not caller.ended


def _has_amount(caller: MeasuredCaller, guide: PhoneMember, meant: int, answer: str) -> bool:
    """Whether the amount is in the answer, or in the read-back to which keys lead."""
    return _is_amount_said(answer, meant) or _is_in_read_back(caller, guide, answer, spell_amount(meant))


def _is_amount_said(answer: str, meant: int) -> bool:
    asked_again = any(re.fullmatch(QUESTIONS[AMOUNT], name) for name in match_responses(answer, "voice"))
    return not asked_again and spell_amount(meant) in answer


def _has_day(caller: MeasuredCaller, guide: PhoneMember, meant: date, answer: str) -> bool:
    words = rf"{meant:%B} {meant.day}\b|{meant:%B} (?:the )?{meant.day}(?:st|nd|rd|th)"
    return bool(re.search(words, answer)) or _is_in_read_back(caller, guide, answer, f"{meant:%B} {meant.day}")


def _is_in_read_back(caller: MeasuredCaller, guide: PhoneMember, answer: str, words: str) -> bool:
    """Go on with keys to the read-back, unless the answer asks the same again."""
    names = match_responses(answer, "voice")
    if any(re.fullmatch(question, name) for name in names for question in (QUESTIONS[AMOUNT], QUESTIONS[DAY])):
        return False
    caller.listen_through(None)
    for _ in range(MAX_WAY):
        if any(re.fullmatch(PAY_CONFIRM, name) for name in names):
            return words in answer
        said = guide.next_line(answer, names, extract_choices(answer, caller))
        if said is None:
            return False
        answer = caller.say(said)
        names = match_responses(answer, "voice")
    return False


def _is_taken(caller: MeasuredCaller, guide: PhoneMember, meant: bool, answer: str) -> bool:
    paid = any(re.fullmatch(PAID_RESPONSES, name) for name in match_responses(answer, "voice"))
    asked_again = any(re.fullmatch(PAY_CONFIRM, name) for name in match_responses(answer, "voice"))
    return paid if meant else not paid and not asked_again


def _is_understood(caller: MeasuredCaller, guide: PhoneMember, meant: str, answer: str) -> bool:
    names = [*match_responses(answer, "voice"), *(["transfer"] if caller.transferred_to else [])]
    return any(re.fullmatch(meant, name) for name in names)


CHECKS: dict[str, Callable[[MeasuredCaller, PhoneMember, Any, str], bool]] = {
    MEMBER_NUMBER: _has_read_back,
    LAST4: _is_identified,
    AMOUNT: _has_amount,
    DAY: _has_day,
    YES_NO: _is_taken,
    MENU: _is_understood,
}


def build_json(captures: Sequence[Capture]) -> str:
    rows = [
        {
            "kind": one.utterance.kind,
            "said": one.utterance.words,
            "meant": str(one.utterance.meant),
            "tries": one.tries,
            "heard": one.heard,
            "answers": one.answers,
            "trouble": one.trouble,
        }
        for one in captures
    ]
    return json.dumps({"utterances": rows}, indent=2)


def format_captures(captures: Sequence[Capture]) -> str:
    """A table by kind, then each utterance that was not captured at the first try."""
    lines = [f"{'kind':<16}{'said':>6}{'first try':>11}{'within two':>12}"]
    count = Counter(capture.utterance.kind for capture in captures)
    first = Counter(capture.utterance.kind for capture in captures if capture.tries == 1)
    both = Counter(capture.utterance.kind for capture in captures if capture.tries)
    rows = [*((kind, count[kind], first[kind], both[kind]) for kind in KINDS if count[kind])]
    rows.append(("all", sum(count.values()), sum(first.values()), sum(both.values())))
    lines += [f"{kind:<16}{said:>6}{once:>11}{twice:>12}" for kind, said, once, twice in rows]
    for capture in captures:
        if capture.tries != 1 or capture.trouble:
            said = f"{capture.utterance.kind}: {capture.utterance.words!r} ({capture.utterance.meant})"
            lines += ["", f"{said}, {TRIES[capture.tries]} {capture.trouble}".rstrip()]
            for heard, answer in zip(capture.heard, capture.answers, strict=True):
                lines.append(f"    heard {heard!r}: {answer}")
    return "\n".join(lines)
