"""Composes simulated members: the same seed and index make the same one, whatever else is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from lab.channel_clients import CHANNELS
from lab.noise import KINDS
from lab.simulation.goals import FREQUENT_GOALS, GOALS, GOALS_BY_NAME

TERSE, CHATTY, CORRECTING, IMPATIENT, LOST, PLAIN = "terse", "chatty", "correcting", "impatient", "lost", "plain"
STYLES = (TERSE, CHATTY, CORRECTING, IMPATIENT, LOST, PLAIN)
COMPLETE, NO_SEPARATOR, ALL_AT_ONCE = "whole", "no_separator", "at_once"
WRONG_LAST4, WRONG_CODE = "wrong_last4", "wrong_code"
KNOWLEDGE = (*(COMPLETE,) * 16, *(ALL_AT_ONCE,) * 8, *(NO_SEPARATOR,) * 8, *(WRONG_CODE,) * 4, WRONG_LAST4)
"""Few give a wrong last four: misses are also counted over all members, and past 200 in 15 minutes all must wait."""
DAYS = ("in three days", "tomorrow", "in five days", "next friday", "on the 24th", "in ten days")
CENTS = {
    "pay_part": (1000, 2000, 2550, 4000, 5000, 3725),
    "pay_more": (15000, 20000, 17550),
    "schedule": (None, 3000, 4500),
}
"""By goal; None is all that is due."""
NO_NOISE_RATE = 0.45
PERSON_REQUEST_RATE = 0.1
SECRET_RATE = 0.05


@dataclass(frozen=True)
class Persona:
    """Who a simulated member is. Amounts are cents; an amount of None is all that is due."""

    seed: int
    index: int
    channel: str
    goal: str
    demo_member: str
    style: str
    knowledge: str
    noise: tuple[str, ...]
    own_phone: bool
    opening: str
    cents: int | None
    other_cents: int
    day: str
    method: str
    asks_person_at: int | None
    leaks: str
    language: str = "en"

    @property
    def rng(self) -> Random:
        return Random(f"{self.seed}:{self.index}:talk")  # noqa: S311

    @property
    def summary(self) -> str:
        noise = f", noise {'+'.join(self.noise)}" if self.noise else ""
        return (
            f"{self.goal} by {self.channel}, {self.style}, knows {self.knowledge}, like {self.demo_member}"
            f"{', from the phone on file' if self.own_phone else ''}{noise}"
        )


def compose_persona(seed: int, index: int, channels: Sequence[str] = CHANNELS) -> Persona:
    rng = Random(f"{seed}:{index}")  # noqa: S311 - chance that can be repeated
    goal = GOALS_BY_NAME[rng.choice([*FREQUENT_GOALS, *(goal.name for goal in GOALS)])]
    open_channels = [channel for channel in channels if channel in goal.channels] or list(goal.channels)
    channel = rng.choice(open_channels)
    demo_member = rng.choice(goal.demo_members)
    style = rng.choice(STYLES)
    return Persona(
        seed=seed,
        index=index,
        channel=channel,
        goal=goal.name,
        demo_member=demo_member,
        style=style,
        knowledge=rng.choice(KNOWLEDGE),
        noise=() if rng.random() < NO_NOISE_RATE else tuple(sorted(rng.sample(KINDS, rng.randrange(1, 4)))),
        own_phone=channel != "web" and rng.random() < 0.4,
        opening=rng.choice(goal.openings),
        cents=rng.choice(CENTS[goal.name]) if goal.name in CENTS else None,
        other_cents=rng.choice((1500, 2000, 2500, 3300, 4750, 6000)),
        day=rng.choice(DAYS) if goal.name == "schedule" else "today",
        method=rng.choice(("visa", "checking", "saved")),
        asks_person_at=rng.randrange(1, 7) if rng.random() < PERSON_REQUEST_RATE else None,
        leaks=rng.choice(("card", "social")) if rng.random() < SECRET_RATE else "",
    )
