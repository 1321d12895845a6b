"""How locks on a member number grow, and what opens them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.members.levels import Level
from backend.members.lockouts import AT_ONE_MEMBER, YEAR
from backend.members.models import IdentityMiss
from tests.backend.members.conftest import RUTH, RUTH_LAST4
from tests.backend.members.guesses import OWEN, OWEN_LAST4, lock


async def test_five_misses_lock_for_fifteen_minutes(talk, clock):
    assert await talk().miss(5) == ["no_match"] * 4 + ["locked"]
    assert (await talk().identify()).status == "proof", "the right answer alone does not open a lock"
    clock.advance(minutes=14, seconds=59)
    assert (await talk("web-other").identify()).status == "proof", "from anywhere"
    clock.advance(seconds=1)
    assert (await talk("web-other").identify()).status == "ok"


async def test_each_lock_is_longer_than_the_one_before(talk, clock):
    held = []
    for misses in (5, 3, 3, 3, 3, 3):
        for _ in range(misses):
            result = await talk(f"after {len(held)}").identify(last4="9999")
        held.append(result.locked_for)
        clock.advance(seconds=result.locked_for.total_seconds())
    assert held == list(AT_ONE_MEMBER.durations)
    assert held[:3] == [timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)]


async def test_a_guess_whenever_one_may_gets_twenty_a_year_at_one_member(talk, clock):
    """The attack of 480 a day: as soon as a lock ends, the next guess comes."""
    begun, judged = clock.now(), 0
    while clock.now() - begun < YEAR:
        result = await talk(f"try at {clock.now()}", source="one").identify(last4="9999")
        judged += result.status in ("no_match", "locked")
        wait = {"no_match": timedelta(minutes=1), "proof": timedelta(days=3), "locked": result.locked_for}
        clock.advance(seconds=wait[result.status].total_seconds())
    assert judged == 20
    assert 3 * judged / 10_000 < 1 / 100


async def test_many_senders_at_one_member_get_no_more_than_one_does(talk, clock):
    """Another six senders come every twelve days, and guess once each at the same member."""
    judged = 0
    for day in range(30):
        for sender in range(6):
            result = await talk(f"{day}-{sender}", source=f"{day}-{sender}").identify(last4="9999")
            judged += result.status in ("no_match", "locked")
        clock.advance(days=12)
    assert judged == 20


async def test_right_guess_under_a_lock_reveals_and_opens_nothing(talk, members_backend):
    await lock(talk)
    right, off = await talk("a").identify(), await talk("b").identify(last4="9999")
    assert (right.status, off.status) == ("proof", "proof")
    assert right.identity.level is off.identity.level is Level.ANONYMOUS
    codes = [(await talk(name).check_code("123456")).status for name in "ab" for _ in range(5)]
    assert codes == (["wrong"] * 4 + ["locked"]) * 2
    assert (await talk("a").identity()).level is Level.ANONYMOUS


async def test_a_lock_closes_all_accounts_of_the_member_and_no_other_member(talk):
    await talk("a").miss(2, "99999-001")
    await talk("b").miss(3, "99999-002")
    assert (await talk("c").identify("99999-001")).status == "proof"
    assert (await talk("d").identify(OWEN, OWEN_LAST4)).status == "ok"


async def test_slip_corrected_in_the_same_conversation_is_not_a_guess(talk, members_backend):
    for day in range(12):
        assert await talk(f"day {day}", source="home").miss(3) == ["no_match"] * 3
        assert (await talk(f"day {day}", source="home").identify()).status == "ok"
    async with members_backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(IdentityMiss)) == 0


async def test_success_of_the_member_gives_a_stranger_no_new_tries(talk):
    assert await talk("stranger").miss(4) == ["no_match"] * 4
    assert (await talk("home").identify()).status == "ok"
    assert await talk("stranger").miss(1) == ["locked"]


async def test_a_members_success_at_their_own_number_clears_no_guess_at_another(talk):
    assert await talk("owen").miss(4, RUTH) == ["no_match"] * 4
    assert (await talk("owen").identify(OWEN, OWEN_LAST4)).status == "ok"
    assert await talk("owen").miss(1, RUTH) == ["locked"]


class LockModel:
    """What must come of tries at one number: the rule, written down a second time in the plainest way."""

    def __init__(self) -> None:
        self.misses: list[datetime] = []
        self.until: datetime | None = None

    def answer(self, right: bool, now: datetime) -> str:
        if self.until and now < self.until:
            return "proof"
        if right:
            return "ok"
        self.misses.append(now)
        if len(self.misses) not in (5, 8, 11, 14, 17, 20):
            return "no_match"
        self.until = now + dict(zip((5, 8, 11, 14, 17, 20), AT_ONE_MEMBER.durations, strict=True))[len(self.misses)]
        return "locked"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([False, False, False, True]), st.integers(0, 90)), max_size=25))
async def test_any_order_of_tries_and_waits_follows_the_rule(talk, clock, tries):
    clock.advance(days=366)  # nothing of the example before counts any more
    model = LockModel()
    for right, minutes in tries:
        name = str(clock.now())  # a sender and a talk each: only the number's own count matters
        answer = (await talk(name).identify(last4=RUTH_LAST4 if right else "9999")).status
        assert answer == model.answer(right, clock.now())
        clock.advance(minutes=minutes, seconds=1)


async def test_tries_at_the_same_moment_get_no_more_than_five(talk):
    answers = await asyncio.gather(*(talk(f"web-{i}").miss(1) for i in range(12)))
    assert sorted(answer for (answer,) in answers) == ["locked"] + ["no_match"] * 4 + ["proof"] * 7
