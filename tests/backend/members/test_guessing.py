"""What guessing at a member's number and last four comes to, and that nobody is shut out by the guesses of others."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.app import Backend
from backend.clock import ManualClock
from backend.members import identity_challenge, known_senders, lock_notices, lockouts
from backend.members.code_limits import MAX_PER_DAY
from backend.members.identity import CodeRefused
from backend.members.levels import Level
from backend.members.lockouts import AT_ONE_MEMBER, YEAR
from backend.members.models import IdentityLock, IdentityMiss, Member
from backend.outbox.models import OutboxMessage
from backend.outbox.service import opt_out
from tests.backend.members.conftest import RUTH, RUTH_LAST4, RUTH_PHONE

UNKNOWN = "88888-001"
OWEN, OWEN_LAST4 = "04512-001", "0177"


async def outbox(backend: Backend, purpose: str) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == purpose).order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def sent_code(backend: Backend) -> str:
    await identity_challenge.process_pending(backend)
    return re.search(r"\b\d{6}\b", (await outbox(backend, "code"))[-1].body)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def member(backend: Backend, number: str = "99999") -> Member:
    async with backend.db.read_session() as session:
        return (await session.scalars(select(Member).where(Member.number == number))).one()


async def lock(talk, number: str = RUTH) -> None:
    """A stranger misses until the number is locked."""
    assert (await talk("a stranger", source="a stranger").miss(5, number))[-1] == "locked"


# ---------------------------------------------------------------------------------------------- how locks grow


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


async def test_a_right_guess_under_a_lock_tells_nothing_and_opens_nothing(talk, members_backend):
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


async def test_a_slip_put_right_in_the_same_talk_is_no_guess(talk, members_backend):
    for day in range(12):
        assert await talk(f"day {day}", source="home").miss(3) == ["no_match"] * 3
        assert (await talk(f"day {day}", source="home").identify()).status == "ok"
    async with members_backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(IdentityMiss)) == 0


async def test_the_members_own_success_gives_a_stranger_no_new_tries(talk):
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


# ----------------------------------------------------------------------------------- nothing tells who is a member


async def test_the_same_rows_are_written_for_a_known_and_an_unknown_number(talk, members_backend):
    for name, number, last4 in (("a", RUTH, RUTH_LAST4), ("b", UNKNOWN, "0142")):
        await talk(name).miss(5, number)
        assert (await talk(name).identify(number, last4)).status == "proof"
        assert [(await talk(name).check_code("000000")).status for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    async with members_backend.db.read_session() as session:
        query = select(IdentityMiss.source, IdentityMiss.kind, func.count()).group_by(
            IdentityMiss.source, IdentityMiss.kind
        )
        misses = (await session.execute(query)).all()
        assert sorted((kind, count) for _, kind, count in misses) == [("code", 5), ("code", 5)] + [("identity", 5)] * 2
        assert await session.scalar(select(func.count()).select_from(IdentityLock)) == 4


async def test_a_lock_is_no_oracle(talk):
    """From one sender or from many, a number that exists and one that does not give the same answers."""
    known, unknown = await talk("a").miss(7, RUTH), await talk("b").miss(7, UNKNOWN)
    assert known == unknown == ["no_match"] * 4 + ["locked", "proof", "proof"]
    assert await talk("a").miss(2, RUTH) == await talk("b").miss(2, UNKNOWN) == ["proof", "locked"]


async def test_a_lock_from_many_senders_is_no_oracle(talk):
    known = [(await talk(f"a{i}").miss(1, RUTH))[0] for i in range(6)]
    unknown = [(await talk(f"b{i}").miss(1, UNKNOWN))[0] for i in range(6)]
    assert known == unknown == ["no_match"] * 4 + ["locked", "proof"]


# --------------------------------------------------------------------------------------------- the member is told


async def test_the_member_is_told_once_a_lock_by_text(talk, members_backend, clock):
    await lock(talk)
    for name in ("x", "y", "z"):
        await talk(name).miss(2)
    await lock_notices.process_pending(members_backend)
    await lock_notices.process_pending(members_backend)
    (told,) = await outbox(members_backend, "notice")
    assert (told.kind, told.recipient) == ("sms", RUTH_PHONE)
    assert "wrong tries" in told.body
    assert "15 minutes" in told.body
    assert len(told.body) <= 160
    clock.advance(minutes=16)
    await talk("a stranger").miss(3)
    await lock_notices.process_pending(members_backend)
    assert "an hour" in (await outbox(members_backend, "notice"))[-1].body


async def test_a_member_who_wants_no_texts_is_told_by_email(talk, members_backend):
    async with members_backend.db.transaction() as session:
        await opt_out(session, members_backend, RUTH_PHONE)
    await lock(talk)
    await lock_notices.process_pending(members_backend)
    (told,) = await outbox(members_backend, "notice")
    assert (told.kind, told.recipient) == ("email", "ruth@example.org")


async def test_nobody_is_told_of_a_lock_of_nobodys_number(talk, members_backend):
    await lock(talk, UNKNOWN)
    assert await lock_notices.process_pending(members_backend) == 1
    assert await outbox(members_backend, "notice") == []


# ------------------------------------------------------------------------------------ nobody is shut out by others


async def test_a_locked_member_on_a_new_browser_gets_in_by_a_code(talk, members_backend):
    await lock(talk)
    assert (await talk("new").identify()).status == "proof"
    result = await talk("new").check_code(await sent_code(members_backend))
    assert (result.status, result.identity.level, result.identity.account.number) == ("ok", Level.STEPPED_UP, RUTH)
    assert (await talk("new").identity()).level is Level.STEPPED_UP


async def test_a_code_in_place_of_the_digits_may_come_by_email(talk, members_backend):
    await lock(talk)
    await talk("new").identify()
    assert await talk("new").ask_proof_again(by_email=True)
    code = await sent_code(members_backend)
    assert (await outbox(members_backend, "code"))[-1].recipient == "ruth@example.org"
    assert (await talk("new").check_code(code)).status == "ok"


async def test_a_code_in_place_of_the_digits_works_once_for_ten_minutes_and_only_there(talk, members_backend, clock):
    await lock(talk)
    await talk("new").identify()
    code = await sent_code(members_backend)
    await talk("other").identify(last4="9999")
    assert (await talk("other").check_code(code)).status == "wrong"
    clock.advance(minutes=10)
    assert (await talk("new").check_code(code)).status == "expired"


async def test_whoever_knows_the_last_four_cannot_flood_the_member_with_codes(talk, members_backend):
    await lock(talk)
    for number in range(MAX_PER_DAY + 5):
        await talk(f"of a stranger {number}").identify()
    await identity_challenge.process_pending(members_backend)
    assert len(await outbox(members_backend, "code")) == MAX_PER_DAY
    answers = [(await talk("f").identify()).status for _ in range(4)]
    assert answers == ["proof"] * 3 + ["locked"]


@pytest.mark.parametrize(
    "how",
    [
        {"channel": "sms", "address": RUTH_PHONE, "attested": False},
        {"channel": "voice", "address": RUTH_PHONE, "attested": True},
        {"channel": "voice", "address": RUTH_PHONE, "attested": False},
    ],
)
async def test_a_stranger_locks_nobody_out_on_the_phone_on_file(talk, how):
    await lock(talk)
    assert (await talk("phone", source="phone-ruth", **how).identify()).status == "ok"
    other = {**how, "address": "+15555550188"}
    assert (await talk("another phone", source="phone-x", **other).identify()).status == "proof"


async def test_the_phone_on_file_is_held_back_by_its_own_misses_alone(talk, clock):
    phone = talk("phone", source="phone-ruth", channel="sms", address=RUTH_PHONE)
    assert await phone.miss(5) == ["no_match"] * 4 + ["locked"]
    assert (await phone.identify()).status == "proof"
    assert (await talk("web").identify()).status == "ok", "and holds back nobody else"


async def test_one_caller_id_after_the_other_is_no_way_around_a_lock(talk):
    """No carrier vouches for these calls: each bears another number, and gives its last four."""
    for caller in range(12):
        phone = f"+1555555{caller:04d}"
        how = {"channel": "voice", "address": phone, "source": f"phone-{caller}"}
        await talk(f"call-{caller}", **how).identify(last4=f"{caller:04d}")
    how = {"channel": "voice", "address": RUTH_PHONE, "source": "phone-142"}
    assert (await talk("call-142", **how).identify()).status == "ok", "those under the lock were not judged"


async def test_caller_ids_tried_until_they_lock_again_and_again_stop_counting_as_the_phone(talk, clock):
    for caller in range(known_senders.MAX_MISSING_PHONES):
        how = {"channel": "voice", "address": f"+1555555{caller:04d}", "source": f"phone-{caller}"}
        await talk(f"call-{caller}", **how).identify(last4="9999")
        clock.advance(days=8)
    await talk("last", source="web").miss(4)
    how = {"channel": "voice", "address": RUTH_PHONE, "source": "phone-142"}
    assert (await talk("call-142", **how).identify()).status == "proof"
    assert (await talk("call-143", **how, attested=True).identify()).status == "ok"
    assert (await talk("sms", **{**how, "channel": "sms"}).identify()).status == "ok"


async def test_a_stranger_locks_nobody_out_on_a_browser_known_from_before(talk, members_backend):
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    await lock(talk)
    assert (await talk("known", browser=token).identify()).status == "ok"
    assert (await talk("unknown").identify()).status == "proof"


async def test_a_known_browser_is_known_at_its_member_alone(talk, members_backend):
    of_owen = known_senders.issue_browser_token(members_backend, await member(members_backend, "04512"))
    await lock(talk)
    forged = of_owen.rpartition(".")[0] + "." + "0" * 64
    for token in (of_owen, forged, "x", "a.1.b", "a.-5." + "0" * 64, f"{of_owen} {forged}"):
        assert (await talk(f"with {token[:9]}{len(token)}", browser=token).identify()).status == "proof"
    own = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert (await talk("both", browser=f"{of_owen} {own}").identify()).status == "ok"


async def test_a_browser_is_known_for_180_days_and_until_the_phone_changes(talk, members_backend, clock):
    ruth = await member(members_backend)
    token = known_senders.issue_browser_token(members_backend, ruth)
    clock.advance(days=179)
    assert known_senders.knows_browser(members_backend, token, ruth) is False, "a new one is due"
    await lock(talk)
    assert (await talk("in time", browser=token).identify()).status == "ok"
    clock.advance(days=1)
    await talk("a stranger", source="a stranger").miss(3)
    await talk("a stranger", source="a stranger").miss(3)
    assert (await talk("too late", browser=token).identify()).status == "proof"
    fresh = known_senders.issue_browser_token(members_backend, ruth)
    async with members_backend.db.transaction() as session:
        (await session.get_one(Member, ruth.id)).phone = "+15555550199"
    assert (await talk("other phone", browser=fresh).identify(last4="0199")).status == "proof"


async def test_a_known_browser_is_held_back_by_its_own_misses(talk, members_backend):
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert await talk("known", browser=token).miss(5) == ["no_match"] * 4 + ["locked"]
    assert (await talk("known", browser=token).identify()).status == "proof"
    assert (await talk("elsewhere").identify()).status == "ok"


async def test_neighbors_behind_one_address_are_asked_for_a_code_and_not_refused(talk, members_backend):
    for i in range(10):
        await talk(f"neighbor {i}", source="one address").identify(f"7{i:04d}-001", "0142")
    assert (await talk("first try", source="one address").identify()).status == "proof"
    assert (await talk("first try", source="one address").check_code(await sent_code(members_backend))).status == "ok"
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert (await talk("known", source="one address", browser=token).identify()).status == "ok"
    assert (await talk("elsewhere").identify()).status == "ok"


# ------------------------------------------------------------------------------------------- one guess at everybody


async def test_one_sender_at_all_members_is_slowed_more_and_more(talk, clock):
    begun, judged = clock.now(), 0
    while clock.now() - begun < YEAR:
        result = await talk(f"t{judged}", source="one").identify(f"{judged:05d}7-001", "0142")
        judged += result.status == "no_match"
        clock.advance(minutes=1 if result.status == "no_match" else 4 * 24 * 60)
    assert 60 <= judged <= 90


async def test_a_new_sender_for_each_guess_is_stopped_over_all_and_nobody_is_refused(talk, members_backend, clock):
    """Each guess comes from a new sender and goes to another number, all day for a month."""
    judged = [0]
    for i in range(130):
        result = await talk(f"t{i}", source=f"sender {i}").identify(f"{i:05d}7-001", "0142")
        judged.append(result.status == "no_match")
        clock.advance(hours=5)
    assert sum(judged) == dict(lockouts.OVERALL_LIMITS)[timedelta(days=30)]
    assert (await talk("member").identify()).status == "proof"
    assert (await talk("member").check_code(await sent_code(members_backend))).status == "ok"
    phone = {"channel": "sms", "address": RUTH_PHONE, "source": "phone-ruth"}
    assert (await talk("phone", **phone).identify()).status == "ok"
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert (await talk("known", browser=token).identify()).status == "ok"
    clock.advance(days=31)
    assert (await talk("later").identify()).status == "ok"


async def test_a_rush_of_guesses_is_stopped_within_the_quarter_hour(talk, clock):
    answers = [(await talk(f"t{i}").identify(f"{i:05d}7-001", "0142")).status for i in range(40)]
    assert answers == ["no_match"] * 20 + ["proof"] * 20
    clock.advance(minutes=15)
    assert (await talk("member").identify()).status == "ok"


# ------------------------------------------------------------------------------------------------- one-time codes


async def test_codes_are_counted_over_all_codes_that_are_sent(talk, members_backend, clock: ManualClock):
    """Whoever has number and last four tries codes: new ones, in new talks, from one sender, for a year."""
    begun, judged = clock.now(), 0
    while clock.now() - begun < YEAR:
        thief = talk(f"talk at {clock.now()}", source="one")
        await thief.identify()
        if isinstance(await thief.send_code(), CodeRefused):
            clock.advance(days=3)
            continue
        for _ in range(5):
            status = (await thief.check_code(wrong(await sent_code(members_backend)))).status
            judged += status in ("wrong", "locked")
            if status == "locked":
                break
    assert judged == 20


async def test_a_stranger_who_misses_codes_shuts_the_member_out_nowhere_known(talk, members_backend, clock):
    for stranger in range(5):
        thief = talk(f"s{stranger}", source=f"s{stranger}")
        await thief.identify()
        await thief.send_code()
        code = wrong(await sent_code(members_backend))
        for _ in range(5):
            await thief.check_code(code)
        clock.advance(minutes=5)
    stranger = talk("another", source="another")
    await stranger.identify()
    assert await stranger.send_code() == CodeRefused("too_many")
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    own = talk("known", browser=token)
    await own.identify()
    clock.advance(minutes=10)
    await own.identify()
    await own.send_code()
    assert (await own.check_code(await sent_code(members_backend))).status == "ok"
