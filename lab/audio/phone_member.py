"""A simulated member on the phone, who answers by voice throughout, or with keys wherever there are keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.channels.voice.speaking.speech import make_speakable
from lab.audio import sayings
from lab.members import MemberCopy
from lab.noise.asr import DIGITS
from lab.simulation.member import SimulatedMember
from lab.simulation.personas import COMPLETE, PLAIN, Persona
from lab.simulation.response_matching import OfferedChoice

NUMBER_QUESTION = re.compile(r"utter_question_(member_number|number_not_phone|login_name|separator)")
LAST4_QUESTION = re.compile(r"utter_question_(phone_last4\w*|identity_\w+)")
CODE_QUESTION = re.compile(r"utter_question_(code|proof)\w*")
AMOUNT_QUESTION = re.compile(r"utter_question_(pay_amount|arrangement_amount|arrangement_each)\w*")
YES_LINE = re.compile(r"(?:<1>|yes|yes please|that's right|PAY|AGREE|OK|ENROLL)", re.IGNORECASE)
NO_LINE = re.compile(r"(?:no|no thanks|nope)", re.IGNORECASE)
LONG_READ_BACK = re.compile(r"\d(?:[ ,]+\d){4,}")
"""A number read back digit by digit: five digits at least."""
ASKS_YES_OR_NO = re.compile(
    r"yes, press 1|press 1 for yes|is that right|is that correct|did i get that right", re.IGNORECASE
)
PAYING_GOALS = ("pay_all", "pay_part", "schedule")
MAX_CORRECTIONS = 3
MAX_SPOKEN = 2
"""How often an answer to the same question is spoken before the caller takes the keys."""


def compose_phone_persona(
    index: int, goal: str, demo_member: str, opening: str, cents: int | None = None, day: str = "today", seed: int = 0
) -> Persona:
    """A persona who talks plainly and knows everything. `cents` None is all that is due."""
    return Persona(
        seed=seed,
        index=index,
        channel="voice",
        goal=goal,
        demo_member=demo_member,
        style=PLAIN,
        knowledge=COMPLETE,
        noise=(),
        own_phone=False,
        opening=opening,
        cents=cents,
        other_cents=(2500, 4000, 5000)[index % 3],
        day=day,
        method="visa" if index % 2 else "checking",
        asks_person_at=None,
        leaks="",
    )


@dataclass
class PhoneMember:
    """Says or presses what a SimulatedMember answers. `corrections` counts misheard values that had to be corrected."""

    persona: Persona
    copy: MemberCopy
    code: Callable[[], str]
    by_voice: bool
    corrections: int = 0
    restarts: int = 0
    last_code: str = ""
    asked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.mind = SimulatedMember(self.persona, self.copy.number, self.copy.last4, self._read_code)
        self.digits = self.copy.number.replace("-", "")

    def _read_code(self) -> str:
        self.last_code = self.code()
        return self.last_code

    def first_line(self) -> str:
        return self.mind.first_line()

    def next_line(self, text: str, names: list[str], choices: list[OfferedChoice]) -> str | None:
        """The next line to say, or keys in <angle brackets>; None when the call is over."""
        question = next((name for name in reversed(names) if name.startswith("utter_question_")), "")
        if (wrong := self._correct_number(text)) is not None:
            return wrong
        if not question and ASKS_YES_OR_NO.search(text) and "transfer" not in names:
            return "yes" if self.by_voice else "<1>"
        if question.startswith("utter_question_pay_") and self.persona.goal not in PAYING_GOALS:
            self.corrections += 1
            return f"never mind, {self.persona.opening}"
        line = self._decide(question, choices) or self.mind.next_line(text, names, choices)
        if line is None:
            return None
        self.asked.append(question)
        self.restarts += not question
        return self._speak(line, question, choices) if self.by_voice else self._press(line, question, choices)

    def _decide(self, question: str, choices: list[OfferedChoice]) -> str | None:
        """The choice that the wish itself decides, or None."""
        wanted = "$ ^"
        if AMOUNT_QUESTION.fullmatch(question) and self.persona.day != "today" and self.persona.cents is None:
            wanted = "another day"
        elif question == "utter_question_autopay_act":
            wanted = "turn it off" if self.persona.goal == "autopay_off" else "leave"
        return next((choice.line for choice in choices if re.search(wanted, choice.title, re.IGNORECASE)), None)

    def _correct_number(self, text: str) -> str | None:
        """The right number again, when the one that was read back is another."""
        if not self.by_voice or self.corrections >= MAX_CORRECTIONS or (self.asked[-1:] or [""])[0] == "":
            return None
        if not NUMBER_QUESTION.fullmatch(self.asked[-1]):
            return None
        said = [re.sub(r"\D", "", found) for found in LONG_READ_BACK.findall(text)]
        if not said or self.digits in said:
            return None
        self.corrections += 1
        return f"no that's wrong, it's {sayings.say_member_number(self.copy.number)}"

    def _speak(self, line: str, question: str, choices: list[OfferedChoice]) -> str:
        """The line in spoken words; whoever was asked the same before says it more plainly, then uses the keys."""
        times = self.asked.count(question) if question else 1
        if times > MAX_SPOKEN:
            return self._press(line, question, choices)
        index = self.persona.index + times - 1
        if NUMBER_QUESTION.fullmatch(question):
            form = sayings.NUMBER_FORMS[index % len(sayings.NUMBER_FORMS)]
            return sayings.say_member_number(self.copy.number, form if times == 1 else "groups")
        if LAST4_QUESTION.fullmatch(question):
            form = sayings.LAST4_FORMS[index % len(sayings.LAST4_FORMS)]
            return sayings.say_last4(self.copy.last4, form if times == 1 else "run")
        if CODE_QUESTION.fullmatch(question):
            return sayings.say_digits(self.last_code)
        if line.startswith("<"):
            if times > 1:
                return DIGITS[int(line[1])]
            return next((choice.title.split(",")[0] for choice in choices if choice.line == line), "yes")
        phone = re.fullmatch(r"(\d{3})(\d{3})(\d{4})", line)
        if phone:
            return ", ".join(sayings.say_digits(group) for group in phone.groups())
        return make_speakable(line)

    def _press(self, line: str, question: str, choices: list[OfferedChoice]) -> str:
        if line.startswith("<"):
            return line
        if NUMBER_QUESTION.fullmatch(question):
            return f"<{self.digits}#>"
        if LAST4_QUESTION.fullmatch(question):
            return f"<{self.copy.last4}>"
        if CODE_QUESTION.fullmatch(question):
            return f"<{self.last_code}>"
        pressed = next((choice.line for choice in choices if choice.title.lower() == line.lower()), None)
        if pressed:
            return pressed
        if ASKS_YES_OR_NO.search(" ".join(choice.title for choice in choices)) or not choices:
            if YES_LINE.fullmatch(line):
                return "<1>"
            if NO_LINE.fullmatch(line):
                return "<2>"
        dollars = re.fullmatch(r"(\d+) dollars", line)
        if dollars and AMOUNT_QUESTION.fullmatch(question) and not choices:
            return f"<{dollars[1]}#>"
        return f"<{line}#>" if line.isdigit() else line

    def press_opening(self, choices: list[OfferedChoice], pattern: str) -> str:
        """The key of the first choice of the opening menu that matches, or the opening in words."""
        found = next((choice.line for choice in choices if re.search(pattern, choice.title, re.IGNORECASE)), None)
        return found or self.first_line()
