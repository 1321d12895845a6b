"""What guessing at a member's number and last four comes to, and that nobody is shut out by the guesses of others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from backend.clock import ManualClock
from backend.members import identity_challenge, known_senders, lock_notices, lockouts
from backend.members.code_limits import MAX_PER_DAY, MAX_PER_HOUR
from backend.members.identity import CodeRefused
from backend.members.levels import Level
from backend.members.lockouts import YEAR
from backend.members.models import IdentityLock, IdentityMiss
from backend.outbox.service import opt_out
from tests.backend.members.conftest import RUTH, RUTH_LAST4, RUTH_PHONE
from tests.backend.members.guesses import UNKNOWN, lock, member, outbox, sent_code, wrong


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


async def test_lock_does_not_reveal_whether_the_number_exists(talk):
    """From one sender or from many, a number that exists and one that does not give the same answers."""
    known, unknown = await talk("a").miss(7, RUTH), await talk("b").miss(7, UNKNOWN)
    assert known == unknown == ["no_match"] * 4 + ["locked", "proof", "proof"]
    assert await talk("a").miss(2, RUTH) == await talk("b").miss(2, UNKNOWN) == ["proof", "locked"]


async def test_lock_from_many_senders_does_not_reveal_it_either(talk):
    known = [(await talk(f"a{i}").miss(1, RUTH))[0] for i in range(6)]
    unknown = [(await talk(f"b{i}").miss(1, UNKNOWN))[0] for i in range(6)]
    assert known == unknown == ["no_match"] * 4 + ["locked", "proof"]


async def test_member_is_notified_once_per_lock_by_text(talk, members_backend, clock):
    await lock(talk)
    for name in ("x", "y", "z"):
        await talk(name).miss(2)
    await lock_notices.process_pending(members_backend)
    await lock_notices.process_pending(members_backend)
    (notice,) = await outbox(members_backend, "notice")
    assert (notice.kind, notice.recipient) == ("sms", RUTH_PHONE)
    assert "wrong tries" in notice.body
    assert "15 minutes" in notice.body
    assert len(notice.body) <= 160
    clock.advance(minutes=16)
    await talk("a stranger").miss(3)
    await lock_notices.process_pending(members_backend)
    assert "an hour" in (await outbox(members_backend, "notice"))[-1].body


async def test_opted_out_member_is_notified_by_email(talk, members_backend):
    async with members_backend.db.transaction() as session:
        await opt_out(session, members_backend, RUTH_PHONE)
    await lock(talk)
    await lock_notices.process_pending(members_backend)
    (notice,) = await outbox(members_backend, "notice")
    assert (notice.kind, notice.recipient) == ("email", "ruth@example.org")


async def test_lock_of_an_unknown_number_notifies_nobody(talk, members_backend):
    await lock(talk, UNKNOWN)
    assert await lock_notices.process_pending(members_backend) == 1
    assert await outbox(members_backend, "notice") == []


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


async def test_knowing_the_last_four_does_not_flood_the_member_with_codes(talk, members_backend):
    await lock(talk)
    for number in range(MAX_PER_DAY + 5):
        await talk(f"of a stranger {number}").identify()
    await identity_challenge.process_pending(members_backend)
    assert len(await outbox(members_backend, "code")) == MAX_PER_HOUR
    answers = [(await talk("f").identify()).status for _ in range(4)]
    assert answers == ["proof"] * 3 + ["locked"]


async def test_one_sender_at_all_members_is_slowed_more_and_more(talk, clock):
    begun, judged = clock.now(), 0
    while clock.now() - begun < YEAR:
        result = await talk(f"t{judged}", source="one").identify(f"{judged:05d}7-001", "0142")
        judged += result.status == "no_match"
        clock.advance(minutes=1 if result.status == "no_match" else 4 * 24 * 60)
    assert 60 <= judged <= 90


async def test_new_sender_for_each_guess_hits_the_limit_of_its_network_without_refusals(talk, members_backend, clock):
    """Each guess comes from a new sender of one network and goes to another number, all day for a month."""
    judged = [0]
    for i in range(130):
        result = await talk(f"t{i}", source=f"sender {i}.net").identify(f"{i:05d}7-001", "0142")
        judged.append(result.status == "no_match")
        clock.advance(hours=5)
    assert sum(judged) == dict(lockouts.NETWORK_LIMITS)[timedelta(days=30)]
    assert (await talk("elsewhere", source="home.other").identify()).status == "ok", "others are not asked for a code"
    assert (await talk("member", source="neighbor.net").identify()).status == "proof"
    assert (await talk("member").check_code(await sent_code(members_backend))).status == "ok"
    phone = {"channel": "sms", "address": RUTH_PHONE, "source": "phone-ruth"}
    assert (await talk("phone", **phone).identify()).status == "ok"
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert (await talk("known", browser=token).identify()).status == "ok"
    clock.advance(days=31)
    assert (await talk("later").identify()).status == "ok"


async def test_a_rush_of_guesses_is_stopped_within_the_quarter_hour(talk, clock):
    crowd = [talk(f"t{i}", source=f"s{i}.net") for i in range(25)]
    answers = [(await one.identify(f"{i:05d}7-001", "0142")).status for i, one in enumerate(crowd)]
    assert answers == ["no_match"] * 20 + ["proof"] * 5
    assert (await talk("elsewhere").identify()).status == "ok"
    clock.advance(minutes=15)
    assert (await talk("member", source="neighbor.net").identify()).status == "ok"


async def test_a_crowd_in_many_networks_meets_the_last_resort(talk, members_backend, clock):
    quarter, most = lockouts.OVERALL_LIMITS[0]
    async with members_backend.db.transaction() as session:
        now = clock.now()
        session.add_all(
            IdentityMiss(at=now, kind="identity", source=f"s{i}.net{i}", target=f"{i}") for i in range(most - 1)
        )
    assert (await talk("last").identify(UNKNOWN, "0142")).status == "no_match"
    assert (await talk("member").identify()).status == "proof"
    clock.advance(minutes=quarter.total_seconds() / 60)
    assert (await talk("member").identify()).status == "ok"


async def test_phones_are_one_network_since_a_caller_id_is_easily_made_up(talk):
    phone = {"channel": "voice", "address": "+18155550100"}
    for i in range(20):
        await talk(f"t{i}", source=f"phone-{i}", **phone).identify(f"{i:05d}7-001", "0142")
    assert (await talk("another", source="phone-x", **phone).identify()).status == "proof"


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


async def test_stranger_missing_codes_does_not_block_known_senders(talk, members_backend, clock):
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
