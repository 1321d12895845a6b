"""A simulated member: takes an answer, gives the next line, and knows when the conversation is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from lab.simulation import style
from lab.simulation.answers import HeardQuestion, MemberState, answer_question
from lab.simulation.goals import GOALS_BY_NAME, REFUSAL_RESPONSES, Goal
from lab.simulation.personas import ALL_AT_ONCE, CHATTY, IMPATIENT, LOST, Persona
from lab.simulation.response_matching import OfferedChoice

MAX_RESTARTS = 3
QUESTION = re.compile(r"utter_question_\w+")
PLAIN_NUMBER = re.compile(r"[\d\s,.$/:<>#-]+")
PLAIN_ANSWER_QUESTION = re.compile(
    r"utter_question_(pay_confirm|agree_\w+|\w*_(confirm|remove|cancel|late|replace|move)|bills\w*|program_\w+)"
)
"""Answers to these get no small talk: with it a yes would be no plain yes."""


@dataclass(frozen=True)
class ConversationEnding:
    """How it ended: `done`, `refused` or `person`; `lost` when the member does not know how to go on."""

    kind: str
    response: str = ""


class SimulatedMember:
    """Talks as its persona does."""

    def __init__(self, persona: Persona, number: str, last4: str, code: Callable[[], str]) -> None:
        self.persona = persona
        self.goal: Goal = GOALS_BY_NAME[persona.goal]
        self.rng: Random = persona.rng
        self.state = MemberState(persona, number, last4, code, self.rng, persona.cents)
        self.ending: ConversationEnding | None = None
        self.wants_person = False
        self._lines = 0
        self._restarts = 0
        self._aside = 0
        self._blurted = False

    def first_line(self) -> str:
        self._lines += 1
        line = self._fill_opening()
        if self.persona.knowledge == ALL_AT_ONCE and self.goal.needs_identity and self.persona.channel != "voice":
            line = f"{line} {self.state.number} {self.state.last4}"
        return style.add_small_talk(line, self.rng) if self.persona.style == CHATTY else line

    def _fill_opening(self) -> str:
        values = {"day": self.persona.day, "amount": ""}
        if self.persona.cents is not None:
            values["amount"] = style.format_amount(self.persona.cents, self.persona.channel, "", self.rng)
        opening = self.persona.opening
        if "{amount}" in opening and not values["amount"]:
            opening = opening.replace("{amount}", "all of it")
        return opening.format(**values)

    def next_line(self, text: str, names: list[str], choices: list[OfferedChoice]) -> str | None:
        """The line after an answer (`names`: its responses in order); None when it is over, and `ending` is set."""
        if self._is_over(names):
            return None
        self._lines += 1
        if self.persona.asks_person_at == self._lines:
            self.wants_person = True
            return self.rng.choice(style.PERSON_LINES[self.persona.channel])
        question = next((name for name in reversed(names) if QUESTION.fullmatch(name)), None)
        if question is None:
            return self._restart()
        asked = HeardQuestion(question, text, choices)
        if aside := self._draw_digression(asked):
            return aside
        self.state.asked[question] = self.state.times(question) + 1
        line = answer_question(self.state, asked)
        if line is None:
            self.ending = ConversationEnding("lost", question)
            return None
        return self._apply_style(line, asked)

    def _is_over(self, names: list[str]) -> bool:
        if self.wants_person:
            there = next((name for name in names if name.startswith("utter_person") or name == "transfer"), None)
            self.ending = ConversationEnding("person", there or "")
            return True
        for name in names:
            if self.goal.is_ended_by(name):
                self.ending = ConversationEnding("done", name)
            elif REFUSAL_RESPONSES.fullmatch(name) and self.ending is None:
                self.ending = ConversationEnding("refused", name)
            elif name == "transfer" and self.ending is None:
                self.ending = ConversationEnding("person", name)
        open_question = bool(names) and bool(QUESTION.fullmatch(names[-1]))
        if self.ending is not None and self.ending.kind != "done" and open_question:
            self.ending = None  # a refusal that goes on with a question: the member goes on too
        return self.ending is not None

    def _restart(self) -> str | None:
        """Nothing is asked and the goal is not reached: say again what is wanted."""
        self._restarts += 1
        if self._restarts > MAX_RESTARTS:
            self.ending = ConversationEnding("lost", "nothing was asked")
            return None
        plain = GOALS_BY_NAME[self.persona.goal].openings[0]
        return self._fill_opening() if self._restarts == 1 or "{" in plain else plain

    def _draw_digression(self, asked: HeardQuestion) -> str | None:
        """Maybe a line that is no answer: a side question, helplessness, or digits that nobody asked for."""
        manner, calm = self.persona.style, not PLAIN_ANSWER_QUESTION.fullmatch(asked.name)
        if self.persona.leaks and not self._blurted and calm and self._lines > 2 and "code" not in asked.name:
            self._blurted = True
            card, social = style.make_card_number(self.persona.index), style.make_ssn(self.persona.index)
            line = style.CARD_LINE if self.persona.leaks == "card" else style.SSN_LINE
            return line.format(card=card, social=social)
        most = {CHATTY: 1, LOST: 2, IMPATIENT: 0}.get(manner, 0)
        if self._aside >= most or self.rng.random() > 0.4 or self.persona.goal == "faq":
            return None
        self._aside += 1
        return self.rng.choice(style.SIDE_QUESTIONS if manner == CHATTY else style.LOST_LINES)

    def _apply_style(self, line: str, asked: HeardQuestion) -> str:
        pressed = any(line == choice.line for choice in asked.choices) or line.startswith("<")
        if pressed or PLAIN_NUMBER.fullmatch(line) or PLAIN_ANSWER_QUESTION.fullmatch(asked.name) or "@" in line:
            return line
        if re.fullmatch(r"utter_question_(contact|service|outage|case|arrangement_rest|callback)\w*", asked.name):
            return line  # the assistant stores these words as they are
        if self.persona.style == CHATTY and self.rng.random() < 0.5:
            return style.add_small_talk(line, self.rng)
        if self.persona.style == IMPATIENT and self.rng.random() < 0.4:
            return self.rng.choice(style.HURRIED_OPENERS) + line
        return line
