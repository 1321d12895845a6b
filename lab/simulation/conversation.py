"""One simulated conversation: a member talks with the assistant over a noisy line until it is over."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from lab.desk import Desk
from lab.noise.line import Disturbed, NoisyLine
from lab.simulation import reading
from lab.simulation.composing import Character
from lab.simulation.crowd import Made
from lab.simulation.member import Ending, Member
from lab.talkers import Browser, Caller, Talker, Texter

MOST_TURNS = 45
"""No task of one member takes longer; what does goes round in circles."""
AGAIN = re.compile(r"\b(repeat|again|huh|pardon)\b")
"""Who says this wants to hear the same once more."""
TRANSFERRED = "transfer"
"""What is read, beside the responses, when a call is put through."""


@dataclass
class Held:
    """A conversation that was held. `said` is what went out, noise and all; `breaches` is what did not hold of it."""

    character: Character
    made: Made
    conversation: str = ""
    turns: list[tuple[str, str]] = field(default_factory=list)
    names: list[list[str]] = field(default_factory=list)
    ending: Ending | None = None
    wanted_person: bool = False
    breaches: list[str] = field(default_factory=list)
    repeated_questions: list[str] = field(default_factory=list)
    false_confirmations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def transcript(self) -> str:
        return "\n".join(f"> {said}\n{answer}" for said, answer in self.turns)


def hold(desk: Desk, character: Character, made: Made) -> Held:
    """Hold it to its end. What goes wrong on the way is a breach, never an exception."""
    held = Held(character, made)
    talker = _talker(desk, character, made)
    held.conversation = talker.conversation
    noise = Random(f"{character.seed}:{character.index}:noise")  # noqa: S311
    line = NoisyLine(talker, character.noise, noise)
    member = Member(character, made.copy.number, made.copy.last4, lambda: _newest_code(desk, made))
    try:
        _talk(held, member, line)
    except Disturbed as disturbed:
        held.breaches.append(str(disturbed))
    except (AssertionError, OSError, LookupError) as error:
        held.breaches.append(f"the line broke: {type(error).__name__} {error}")
    held.ending, held.wanted_person = member.ending, member.wants_person
    return held


def _talk(held: Held, member: Member, line: NoisyLine) -> None:
    said: str | None = member.opens()
    while said is not None:
        heard = line.say(said)
        held.turns.append((line.said, heard))
        names = _names(heard, line.talker)
        held.names.append(names)
        if not heard.strip():
            held.breaches.append(f"nothing was answered to {line.said!r}")
            return
        if len(held.turns) >= MOST_TURNS:
            held.breaches.append(f"it was not over after {MOST_TURNS} turns")
            return
        said = member.says(heard, names, reading.choices(heard, line.talker))


def _names(heard: str, talker: Talker) -> list[str]:
    names = reading.read(heard, talker.channel)
    if isinstance(talker, Caller) and (talker.transferred_to or talker.ended):
        names.append(TRANSFERRED)
    return names


def _talker(desk: Desk, character: Character, made: Made) -> Talker:
    if character.channel == "web":
        return Browser(desk, _address(character.index))
    phone = made.copy.phone if character.own_phone else f"+15559{made.copy.phone[-6:]}"
    return Texter(desk, phone) if character.channel == "sms" else Caller(desk, phone)


def _address(index: int) -> str:
    """A loopback address of one's own: guesses are counted by address."""
    return f"127.{1 + index // 62500 % 250}.{1 + index // 250 % 250}.{1 + index % 250}"


def _newest_code(desk: Desk, made: Made) -> str:
    for recipient in (made.copy.phone, made.email):
        if code := re.search(r"\b\d{6}\b", desk.newest("code", recipient) or ""):
            return code[0]
    raise LookupError("no code was sent")


def same_answers(turns: Sequence[tuple[str, str]]) -> list[str]:
    """Answers that were the very same to two different things, one behind the other."""
    return [
        f"{said!r} and {before!r} got the very same answer"
        for (before, first), (said, second) in itertools.pairwise(turns)
        if first == second and _plain(before) != _plain(said) and not AGAIN.search(said)
    ]


def _plain(line: str) -> str:
    return " ".join(re.findall(r"\w+", line.lower()))
