"""Runs one simulated conversation: a member talks with the assistant over a noisy line until it is over."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from lab.channel_clients import ChannelClient, SmsClient, VoiceClient, WebChatClient
from lab.noise.noisy_line import DeliveryMismatch, NoisyLine
from lab.simulation import response_matching
from lab.simulation.member import ConversationEnding, SimulatedMember
from lab.simulation.personas import Persona
from lab.simulation.population import SimulatedAccount
from lab.system import SharedSystem

MAX_TURNS = 45
"""No task takes longer; a longer conversation goes round in circles."""
ASKS_TO_REPEAT = re.compile(r"\b(repeat|again|huh|pardon)\b")
TRANSFERRED = "transfer"
"""Stands among the response names when a call is transferred."""


@dataclass
class SimulatedConversation:
    """A conversation. `turns` are (line as sent, noise included; answer); `breaches` are the invariants it broke."""

    persona: Persona
    account: SimulatedAccount
    id: str = ""
    turns: list[tuple[str, str]] = field(default_factory=list)
    response_names: list[list[str]] = field(default_factory=list)
    ending: ConversationEnding | None = None
    wanted_person: bool = False
    breaches: list[str] = field(default_factory=list)
    repeated_questions: list[str] = field(default_factory=list)
    false_confirmations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def transcript(self) -> str:
        return "\n".join(f"> {said}\n{answer}" for said, answer in self.turns)


def run_conversation(system: SharedSystem, persona: Persona, made: SimulatedAccount) -> SimulatedConversation:
    """Run it to its end. What goes wrong on the way becomes a breach, not an exception."""
    conversation = SimulatedConversation(persona, made)
    client = _create_client(system, persona, made)
    conversation.id = client.conversation
    noise = Random(f"{persona.seed}:{persona.index}:noise")  # noqa: S311
    line = NoisyLine(client, persona.noise, noise)
    member = SimulatedMember(persona, made.copy.number, made.copy.last4, lambda: _newest_code(system, made))
    try:
        _converse(conversation, member, line)
    except DeliveryMismatch as mismatch:
        conversation.breaches.append(str(mismatch))
    except (AssertionError, OSError, LookupError) as error:
        conversation.breaches.append(f"the line broke: {type(error).__name__} {error}")
    conversation.ending, conversation.wanted_person = member.ending, member.wants_person
    return conversation


def _converse(conversation: SimulatedConversation, member: SimulatedMember, line: NoisyLine) -> None:
    said: str | None = member.first_line()
    while said is not None:
        answer = line.say(said)
        conversation.turns.append((line.said, answer))
        names = response_matching.match_responses(answer, line.client.channel)
        if isinstance(line.client, VoiceClient) and (line.client.transferred_to or line.client.ended):
            names.append(TRANSFERRED)
        conversation.response_names.append(names)
        if not answer.strip():
            conversation.breaches.append(f"nothing was answered to {line.said!r}")
            return
        if len(conversation.turns) >= MAX_TURNS:
            conversation.breaches.append(f"it was not over after {MAX_TURNS} turns")
            return
        said = member.next_line(answer, names, response_matching.extract_choices(answer, line.client))


def _create_client(system: SharedSystem, persona: Persona, made: SimulatedAccount) -> ChannelClient:
    if persona.channel == "web":
        # an address of its own for each: guesses at identity are counted by address
        index = persona.index
        return WebChatClient(system, f"127.{1 + index // 62500 % 250}.{1 + index // 250 % 250}.{1 + index % 250}")
    phone = made.copy.phone if persona.own_phone else f"+15559{made.copy.phone[-6:]}"
    return SmsClient(system, phone) if persona.channel == "sms" else VoiceClient(system, phone)


def _newest_code(system: SharedSystem, made: SimulatedAccount) -> str:
    code = system.newest_code(made.copy.phone, made.email)
    if code is None:
        raise LookupError("no code was sent")
    return code


def find_same_answers(turns: Sequence[tuple[str, str]]) -> list[str]:
    """Find identical answers in a row to two different lines."""
    return [
        f"{said!r} and {before!r} got the very same answer"
        for (before, first), (said, second) in itertools.pairwise(turns)
        if first == second and _normalize_line(before) != _normalize_line(said) and not ASKS_TO_REPEAT.search(said)
    ]


def _normalize_line(line: str) -> str:
    return " ".join(re.findall(r"\w+", line.lower()))
