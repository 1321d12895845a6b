"""Whole calls over all skills of the phone: one half by voice over a real line, the other by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from websockets.exceptions import WebSocketException

from backend.app import Backend
from backend.show import show
from backend.tickets.models import Ticket
from lab import records
from lab.audio import judging
from lab.audio.caller import MeasuredCaller
from lab.audio.callers import create_members
from lab.audio.line import AudioLine, LineQuality
from lab.audio.phone_member import PhoneMember, compose_phone_persona
from lab.audio.wishes import WISHES, Outcome, Wish
from lab.members import MemberCopy
from lab.simulation.response_matching import extract_choices, match_responses
from lab.system import MemberlineSystem, SharedSystem

FULL_ATTESTATION = "TN-Validation-Passed-A"
MAX_TURNS = 30
"""A longer call goes round in circles."""


@dataclass(frozen=True)
class CallPlan:
    """Who calls with what wish. `own_phone`: from the phone on file, whose carrier vouches for it."""

    index: int
    wish: Wish
    like: str
    opening: str
    cents: int | None
    by_voice: bool
    own_phone: bool

    @property
    def about(self) -> str:
        manner = "voice" if self.by_voice else "keys"
        return f"{self.wish.name} by {manner}, like {self.like}, {'own' if self.own_phone else 'another'} phone"


@dataclass
class PlayedCall:
    """A call that was played. `verdict` is one of `judging.VERDICTS`, `reasons` say why it is not clean."""

    plan: CallPlan
    caller: MeasuredCaller | None = None
    names: list[list[str]] = field(default_factory=list)
    verdict: str = judging.FAILED
    reasons: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.caller.seconds if self.caller else 0.0

    @property
    def transcript(self) -> str:
        return self.caller.transcript if self.caller else ""


def plan_calls(seed: int, count: int) -> list[CallPlan]:
    """`count` calls, in the shares of `WISHES`; every second one by voice."""
    rng = Random(f"calls:{seed}")  # noqa: S311 - chance that can be repeated
    wishes = [wish for wish in WISHES for _ in range(wish.count)]
    # two of a wish in a row: one by voice and one by keys
    pairs = [wishes[place : place + 2] for place in range(0, len(wishes), 2)]
    rng.shuffle(pairs)
    drawn = [wish for pair in pairs for wish in pair]
    plans = []
    for index in range(count):
        wish = drawn[index % len(drawn)]
        plans.append(
            CallPlan(
                index=index,
                wish=wish,
                like=rng.choice(wish.members),
                opening=rng.choice(wish.openings),
                cents=rng.choice(wish.amounts),
                by_voice=index % 2 == 0,
                own_phone=index // 2 % 2 == 0,
            )
        )
    return plans


def play_calls(
    system: MemberlineSystem,
    line: AudioLine,
    plans: Sequence[CallPlan],
    seed: int,
    report_progress: Callable[[int], None] = lambda done: None,
    workers: int = 2,
    transport: type[MeasuredCaller] = MeasuredCaller,
) -> list[PlayedCall]:
    """Play and judge each over `transport`; the callers are members of their own, the same for the same seed."""
    played: list[PlayedCall] = []
    with SharedSystem(system) as shared, ThreadPoolExecutor(workers) as pool:
        members = create_members(shared, [plan.like for plan in plans], Random(f"callers:{seed}"))  # noqa: S311
        for call in pool.map(partial(_play, shared, line, transport), plans, members):
            played.append(call)
            report_progress(len(played))
    return played


def _play(
    system: SharedSystem, line: AudioLine, transport: type[MeasuredCaller], plan: CallPlan, member: MemberCopy
) -> PlayedCall:
    call = PlayedCall(plan)
    before = system.show(member.number)
    try:
        phone = member.phone if plan.own_phone else f"+15559{member.phone[-6:]}"
        attested = {"StirVerstat": FULL_ATTESTATION} if plan.own_phone else {}
        quality = LineQuality.of_caller(plan.index // 2)
        call.caller = transport(system, phone, line if plan.by_voice else None, quality, **attested)
        guide = _create_guide(system, plan, member)
        _converse(call, call.caller, guide)
    except (AssertionError, OSError, LookupError, WebSocketException) as error:
        call.reasons = [f"the line broke: {type(error).__name__} {error}"]
        return call
    finally:
        if call.caller is not None:
            call.caller.close()
    outcome = system.read(partial(_read_outcome, call=call, member=member, before=before))
    unconfirmed = system.read(partial(_find_unconfirmed, conversation=call.caller.conversation))
    call.verdict, call.reasons = judging.judge(
        plan.wish, outcome, before, call.caller.turns, call.names, guide, unconfirmed
    )
    return call


def _create_guide(system: SharedSystem, plan: CallPlan, member: MemberCopy) -> PhoneMember:
    persona = compose_phone_persona(
        plan.index, plan.wish.goal or "faq", plan.like, plan.opening, plan.cents, plan.wish.day
    )

    email = f"member{member.number.split('-')[0]}@example.com"

    def read_code() -> str:
        code = system.newest_code(member.phone, email)
        if code is None:
            raise LookupError("no code was sent")
        return code

    return PhoneMember(persona, member, read_code, plan.by_voice)


def _converse(call: PlayedCall, caller: MeasuredCaller, guide: PhoneMember) -> None:
    choices = extract_choices(caller.greeting, caller)
    said: str | None = guide.first_line() if call.plan.by_voice else guide.press_opening(choices, call.plan.wish.key)
    while said is not None and len(caller.turns) < MAX_TURNS:
        answer = caller.say(said)
        names = match_responses(answer, "voice")
        if caller.transferred_to or caller.ended:
            names.append("transfer")
        call.names.append(names)
        if caller.ended or not call.plan.wish.goal:
            return
        said = guide.next_line(answer, names, extract_choices(answer, caller))


async def _read_outcome(
    session: AsyncSession, backend: Backend, *, call: PlayedCall, member: MemberCopy, before: dict[str, Any]
) -> Outcome:
    assert call.caller is not None
    kinds = select(Ticket.kind).where(Ticket.conversation_id == call.caller.conversation)
    return Outcome(
        shown=await show(session, backend, member.number),
        tickets=list(await session.scalars(kinds)),
        names=[name for names in call.names for name in names],
        answers=[turn.answer for turn in call.caller.turns],
        cents=call.plan.cents,
        due_cents=before["balance"]["amount_due_cents"],
        transferred=bool(call.caller.transferred_to),
        spanish=call.caller.locale == "es-US",
    )


async def _find_unconfirmed(session: AsyncSession, _: Backend, *, conversation: str) -> list[str]:
    return records.find_unconfirmed_movements(await records.read_record(session, conversation))
