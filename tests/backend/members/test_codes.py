"""Stepping up with a one-time code."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.language import SPANISH, use_language
from backend.members import code_limits, identity_challenge, known_senders
from backend.members.codes import CodeRefused, CodeSent
from backend.members.levels import Level
from backend.members.models import IdentityChallenge, Member, OneTimeCode
from backend.outbox import gsm7
from backend.outbox.models import OutboxMessage
from backend.outbox.service import opt_out
from tests.backend.members.conftest import RUTH_PHONE


async def newest_message(backend: Backend) -> OutboxMessage:
    async with backend.db.read_session() as session:
        return (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()))).first()


async def newest_code(backend: Backend) -> str:
    return re.search(r"\b\d{6}\b", (await newest_message(backend)).body)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_goes_to_the_phone_on_file_and_steps_up(talk, members_backend):
    await talk().identify()
    assert await talk().send_code() == CodeSent("text", "0142")
    message = await newest_message(members_backend)
    assert (message.kind, message.recipient, message.purpose) == ("sms", RUTH_PHONE, "code")
    assert len(message.body) <= 160, "one segment"
    assert message.body.isascii()
    assert (await talk().identity()).level is Level.KNOWN
    result = await talk().check_code(await newest_code(members_backend))
    assert (result.status, result.identity.level) == ("ok", Level.STEPPED_UP)
    assert (await talk().identity()).level is Level.STEPPED_UP


async def test_only_a_keyed_hash_of_the_code_is_stored(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    async with members_backend.db.read_session() as session:
        row = (await session.scalars(select(OneTimeCode))).one()
    assert await newest_code(members_backend) not in row.code_hash
    assert len(row.code_hash) == 64


async def test_the_code_as_people_type_it(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    code = await newest_code(members_backend)
    assert (await talk().check_code(f"{code[:3]} {code[3:]}")).status == "ok"


async def test_a_code_works_once(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    code = await newest_code(members_backend)
    assert (await talk().check_code(code)).status == "ok"
    assert (await talk().check_code(code)).status == "expired"


@pytest.mark.parametrize(("seconds", "status"), [(599, "ok"), (600, "expired")])
async def test_a_code_is_good_for_ten_minutes(talk, members_backend, clock, seconds, status):
    await talk().identify()
    await talk().send_code()
    clock.advance(seconds=seconds)
    assert (await talk().check_code(await newest_code(members_backend))).status == status


async def test_five_wrong_tries_use_a_code_up(talk, members_backend, clock):
    await talk().identify()
    await talk().send_code()
    code = await newest_code(members_backend)
    assert [(await talk().check_code(wrong(code))).status for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    assert (await talk().check_code(code)).status == "locked", "the right one comes too late"
    assert await talk().send_code() == CodeRefused("too_many"), "nor does a new code give new tries at once"
    clock.advance(minutes=10)
    await talk().identity()  # still talking
    clock.advance(minutes=6)
    await talk().identify()
    await talk().send_code()
    assert (await talk().check_code(await newest_code(members_backend))).status == "ok"


async def test_too_few_digits_cost_no_try(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    for slip in ("", "12345", "1234567", "my code") * 2:
        assert (await talk().check_code(slip)).status == "wrong"
    assert (await talk().check_code(await newest_code(members_backend))).status == "ok"


async def test_a_new_code_replaces_the_old(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    old = await newest_code(members_backend)
    await talk().send_code()
    new = await newest_code(members_backend)
    if old != new:  # one time in a million
        assert (await talk().check_code(old)).status == "wrong"
    assert (await talk().check_code(new)).status == "ok"


async def test_a_code_of_another_conversation_or_member_does_not_count(talk, members_backend):
    await talk("web-1").identify()
    await talk("web-2").identify()
    await talk("web-1").send_code()
    code = await newest_code(members_backend)
    assert (await talk("web-2").check_code(code)).status == "expired"
    await talk("web-1").identify("04512-001", "0177")
    assert (await talk("web-1").check_code(code)).status == "expired"


async def test_three_codes_an_hour_over_all_talks_and_channels_of_strangers(talk, clock):
    strangers = [talk("web-1"), talk("web-2"), talk("sms-9", channel="sms", address="+15555550999")]
    for stranger in strangers:
        await stranger.identify()
        assert isinstance(await stranger.send_code(), CodeSent)
        clock.advance(minutes=1)
    refused = await strangers[0].send_code()
    assert refused == CodeRefused("too_many"), "the member's phone is not flooded"
    assert refused.until - clock.now() == timedelta(minutes=57)
    clock.advance(minutes=57)
    for stranger in strangers:
        await stranger.identify()
    assert [isinstance(await stranger.send_code(), CodeSent) for stranger in strangers] == [True, False, False]


async def test_opted_out_phone_gets_an_email(talk, members_backend):
    async with members_backend.db.transaction() as session:
        await opt_out(session, members_backend, RUTH_PHONE)
    await talk().identify()
    assert await talk().send_code() == CodeSent("email", "r***@example.org")
    message = await newest_message(members_backend)
    assert (message.kind, message.recipient) == ("email", "ruth@example.org")
    assert message.subject
    assert (await talk().check_code(await newest_code(members_backend))).status == "ok"


async def test_without_a_usable_address_the_refusal_says_why(talk, members_backend):
    assert await talk("nobody yet").send_code() == CodeRefused("not_identified")
    async with members_backend.db.transaction() as session:
        await opt_out(session, members_backend, "+15555550177")
    await talk("owen").identify("04512-001", "0177")
    assert await talk("owen").send_code() == CodeRefused("opted_out")
    async with members_backend.db.transaction() as session:
        (await session.scalars(select(Member).where(Member.number == "04512"))).one().phone = ""
    assert await talk("owen").send_code() == CodeRefused("no_address")


async def test_step_up_for_one_account_does_not_cover_another(talk, members_backend):
    await talk().identify()
    await talk().send_code()
    await talk().check_code(await newest_code(members_backend))
    assert (await talk().identify("04512-001", "0177")).identity.level is Level.KNOWN


async def test_a_step_up_ends_with_the_identity(talk, members_backend, clock):
    await talk().identify()
    await talk().send_code()
    await talk().check_code(await newest_code(members_backend))
    clock.advance(minutes=15)
    assert (await talk().identity()).level is Level.ANONYMOUS
    assert (await talk().identify()).identity.level is Level.KNOWN


async def test_spanish_conversation_gets_a_spanish_code_text(talk, members_backend):
    await talk().identify()
    with use_language(SPANISH):
        sent = await talk().send_code()
        assert sent.masked == "al teléfono que termina en 0142"
    message = await newest_message(members_backend)
    assert "es su codigo de Prairie Rivers" in message.body
    assert gsm7.count_parts(message.body) == 1


async def use_up(talk, talks=9):
    """Strangers, each in a talk and from an address of its own, ask for codes for a day; how many they got."""
    got = 0
    for number in range(talks):
        stranger = talk(f"web-stranger-{number}")
        await stranger.identify()
        got += sum([isinstance(await stranger.send_code(), CodeSent) for _ in range(1 if number else 4)])
    return got


async def test_strangers_share_a_daily_code_limit(talk, clock):
    got = 0
    for _ in range(5):
        got += await use_up(talk)
        clock.advance(hours=2)
    assert got == code_limits.MAX_PER_DAY


async def test_stranger_using_up_codes_does_not_block_the_phone_on_file(talk):
    await use_up(talk)
    for name, channel in (("sms-1", "sms"), ("voice-1", "voice")):
        member = talk(name, channel=channel, address=RUTH_PHONE)
        await member.identify()
        own = [await member.send_code() for _ in range(4)]
        assert all(isinstance(one, CodeSent) for one in own[:3]), channel


async def test_nor_in_a_browser_that_was_let_in_before(talk, members_backend):
    async with members_backend.db.read_session() as session:
        ruth = (await session.scalars(select(Member).where(Member.number == "99999"))).one()
    shown = known_senders.issue_browser_token(members_backend, ruth)
    await use_up(talk)
    member = talk("web-known", browser=shown)
    await member.identify()
    assert isinstance(await member.send_code(), CodeSent)
    assert (await member.check_code(await newest_code(members_backend))).status == "ok"


async def test_forged_texts_that_ask_for_codes_leave_the_member_the_newest(talk, members_backend):
    """They share the talk: no more are sent for now, and the one that came to the phone is good."""
    texts = talk("sms-1", channel="sms", address=RUTH_PHONE)
    await texts.identify()
    sent = [await texts.send_code() for _ in range(8)]
    assert sent == [CodeSent("text", "0142")] * 8
    async with members_backend.db.read_session() as session:
        assert len((await session.scalars(select(OneTimeCode))).all()) == 3
    assert (await texts.check_code(await newest_code(members_backend))).status == "ok"


async def test_calls_in_the_name_of_the_phone_get_ten_a_day_and_then_one_an_hour(talk, clock):
    got = []
    for number in range(14):
        call = talk(f"call-{number}", channel="voice", address=RUTH_PHONE)
        await call.identify()
        got.append(isinstance(await call.send_code(), CodeSent))
        clock.advance(minutes=59 if number == 10 else 2 if number == 11 else 0)
    assert got == [True] * 10 + [False, False, True, False]


async def test_question_under_pressure_counts_the_same_way(talk, members_backend):
    """Codes in place of number and last four: a stranger's leave the phone on file its own."""
    stranger = talk("web-1")
    await stranger.miss(5)
    for number in range(10):
        other = talk(f"web-{number + 2}")
        for _ in range(1 if number else 3):
            await other.identify()
    await identity_challenge.process_pending(members_backend)
    async with members_backend.db.read_session() as session:
        sent = [row for row in (await session.scalars(select(IdentityChallenge))).all() if row.code_hash]
    assert len(sent) == code_limits.MAX_PER_HOUR
    texts = talk("sms-1", channel="sms", address=RUTH_PHONE)
    await texts.miss(5)
    for _ in range(5):
        assert (await texts.identify()).status == "proof"
    await identity_challenge.process_pending(members_backend)
    assert (await texts.check_code(await newest_code(members_backend))).status == "ok"
