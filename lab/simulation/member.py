"""A simulated member in a conversation: hears an answer, says the next line, and knows when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from lab.simulation import manners
from lab.simulation.answers import MONEY_GOALS, Asked, State, answer
from lab.simulation.composing import AT_ONCE, CHATTY, IMPATIENT, LOST, Character
from lab.simulation.goals import BY_NAME, REFUSALS, Goal
from lab.simulation.reading import Choice

MOST_RESTARTS = 3
QUESTION = re.compile(r"utter_question_\w+")
PLAIN_NUMBER = re.compile(r"[\d\s,.$/:<>#-]+")
NEVER_WRAPPED = re.compile(
    r"utter_question_(pay_confirm|agree_\w+|\w*_(confirm|remove|cancel|late|replace|move)|bills\w*|program_\w+)"
)
"""Where a yes is meant, nothing stands around it: with small talk it is no plain yes."""


@dataclass(frozen=True)
class Ending:
    """How it ended: `done`, `refused` or `person`; `lost` when the member does not know how to go on."""

    kind: str
    response: str = ""


class Member:
    """Talks like its character. `heard` takes the names of what was heard, in order."""

    def __init__(self, character: Character, number: str, last4: str, code: Callable[[], str]) -> None:
        self.character = character
        self.goal: Goal = BY_NAME[character.goal]
        self.rng: Random = character.own
        self.state = State(character, number, last4, code, self.rng, character.cents)
        self.ending: Ending | None = None
        self.wants_person = False
        self._lines = 0
        self._restarts = 0
        self._aside = 0
        self._blurted = False

    def opens(self) -> str:
        """The first line."""
        self._lines += 1
        line = self._opening()
        if self.character.knowledge == AT_ONCE and self.goal.identified and self.character.channel != "voice":
            line = f"{line} {self.state.number} {self.state.last4}"
        return manners.chatter(line, self.rng) if self.character.manner == CHATTY else line

    def _opening(self) -> str:
        values = {"day": self.character.day, "amount": ""}
        if self.character.cents is not None:
            values["amount"] = manners.amount(self.character.cents, self.character.channel, "", self.rng)
        opening = self.character.opening
        if "{amount}" in opening and not values["amount"]:
            opening = opening.replace("{amount}", "all of it")
        return opening.format(**values)

    def says(self, text: str, names: list[str], choices: list[Choice]) -> str | None:
        """The line after what was heard, or None when it is over: `ending` then says how."""
        if self._is_over(names):
            return None
        self._lines += 1
        if self.character.person_at == self._lines:
            self.wants_person = True
            return self.rng.choice(manners.PERSON_LINES[self.character.channel])
        question = next((name for name in reversed(names) if QUESTION.fullmatch(name)), None)
        if question is None:
            return self._starts_again()
        asked = Asked(question, text, choices)
        if aside := self._says_aside(asked):
            return aside
        self.state.asked[question] = self.state.times(question) + 1
        line = answer(self.state, asked)
        if line is None:
            self.ending = Ending("lost", question)
            return None
        return self._in_its_manner(line, asked)

    def _is_over(self, names: list[str]) -> bool:
        if self.wants_person:
            there = next((name for name in names if name.startswith("utter_person") or name == "transfer"), None)
            self.ending = Ending("person", there or "")
            return True
        for name in names:
            if self.goal.ended_by(name):
                self.ending = Ending("done", name)
            elif REFUSALS.fullmatch(name) and self.ending is None:
                self.ending = Ending("refused", name)
            elif name == "transfer" and self.ending is None:
                self.ending = Ending("person", name)
        open_question = bool(names) and bool(QUESTION.fullmatch(names[-1]))
        if self.ending is not None and self.ending.kind != "done" and open_question:
            self.ending = None  # a refusal that goes on with a question: the member goes on too
        return self.ending is not None

    def _starts_again(self) -> str | None:
        """Nothing is asked, and it is not done: say again what is wanted."""
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            self.ending = Ending("lost", "nothing was asked")
            return None
        plain = BY_NAME[self.character.goal].openings[0]
        return self._opening() if self._restarts == 1 or "{" in plain else plain

    def _says_aside(self, asked: Asked) -> str | None:
        """What is no answer: a question in between, helplessness, or digits that nobody asked for."""
        manner, calm = self.character.manner, not NEVER_WRAPPED.fullmatch(asked.name)
        if self.character.blurts and not self._blurted and calm and self._lines > 2 and "code" not in asked.name:
            self._blurted = True
            card, social = manners.card(self.character.index), manners.social(self.character.index)
            line = manners.CARD_LINE if self.character.blurts == "card" else manners.SOCIAL_LINE
            return line.format(card=card, social=social)
        most = {CHATTY: 1, LOST: 2, IMPATIENT: 0}.get(manner, 0)
        if self._aside >= most or self.rng.random() > 0.4 or self.character.goal == "faq":
            return None
        self._aside += 1
        return self.rng.choice(manners.SIDE_QUESTIONS if manner == CHATTY else manners.LOST_LINES)

    def _in_its_manner(self, line: str, asked: Asked) -> str:
        pressed = any(line == choice.line for choice in asked.choices) or line.startswith("<")
        if pressed or PLAIN_NUMBER.fullmatch(line) or NEVER_WRAPPED.fullmatch(asked.name) or "@" in line:
            return line
        if re.fullmatch(r"utter_question_(contact|service|outage|case|arrangement_rest|callback)\w*", asked.name):
            return line  # words that are kept as they are
        if self.character.manner == CHATTY and self.rng.random() < 0.5:
            return manners.chatter(line, self.rng)
        if self.character.manner == IMPATIENT and self.rng.random() < 0.4:
            return self.rng.choice(manners.HURRY) + line
        return line

    @property
    def pays(self) -> bool:
        return self.character.goal in MONEY_GOALS
