"""Codes in a talk by text that somebody else writes into too, in the name of the phone on file."""

from __future__ import annotations

from sqlalchemy import func, select

from backend.app import Backend
from backend.members import identity_challenge, rate_limits
from backend.members.identity import CodeRefused
from backend.members.levels import Level
from backend.members.lockouts import YEAR
from backend.members.models import IdentityMiss
from tests.backend.members.conftest import RUTH_PHONE
from tests.backend.members.guesses import sent_code, wrong


async def forged(thief, backend, codes: int) -> list[str]:
    """Somebody who texts in the member's name misses every try of so many codes, and asks for another each time."""
    statuses = []
    for _ in range(codes):
        assert not isinstance(await thief.send_code(), CodeRefused)
        code = wrong(await sent_code(backend))
        statuses += [(await thief.check_code(code)).status for _ in range(5)]
    return statuses


async def test_wrong_codes_by_forged_texts_shut_the_member_out_never(talk, members_backend, clock):
    """They share one conversation. After them the member needs two codes, one after the other, and gets in."""
    texts = talk("sms-1", channel="sms", address=RUTH_PHONE, source="phone-ruth")
    await texts.identify()
    assert await forged(texts, members_backend, 8) == (["wrong"] * 4 + ["expired"]) * 8
    assert not isinstance(await texts.send_code(), CodeRefused)
    first = await sent_code(members_backend)
    assert (await texts.check_code(first)).status == "another"
    assert (await texts.identity()).level is Level.KNOWN
    assert (await texts.check_code(await sent_code(members_backend))).status == "ok"
    assert (await texts.identity()).level is Level.STEPPED_UP


async def test_forged_texts_have_a_single_code_to_guess_no_more_often_than_others(talk, members_backend, clock):
    """However often the member is right in between: what a forger missed is not forgiven for it."""
    texts = talk("sms-1", channel="sms", address=RUTH_PHONE, source="phone-ruth")
    begun, single = clock.now(), 0
    while clock.now() - begun < YEAR:
        await texts.identify()
        await texts.send_code()
        code = await sent_code(members_backend)
        before = await code_misses(members_backend)
        await texts.check_code(wrong(code))
        single += await code_misses(members_backend) - before
        if (await texts.check_code(code)).status == "another":
            assert (await texts.check_code(await sent_code(members_backend))).status == "ok"
        clock.advance(days=9)
    assert single == 20


async def test_a_code_in_place_of_the_digits_is_not_used_up_by_forged_texts_either(talk, members_backend, clock):
    texts = talk("sms-1", channel="sms", address=RUTH_PHONE, source="phone-ruth")
    await texts.miss(5)
    for _ in range(4):
        assert (await texts.identify()).status == "proof"
        await identity_challenge.process_pending(members_backend)
        code = wrong(await sent_code(members_backend))
        assert [(await texts.check_code(code)).status for _ in range(5)] == ["wrong"] * 4 + ["expired"]
    assert (await texts.identify()).status == "proof"
    await identity_challenge.process_pending(members_backend)
    assert (await texts.check_code(await sent_code(members_backend))).status == "another"
    assert (await texts.identity()).level is Level.ANONYMOUS
    await identity_challenge.process_pending(members_backend)
    assert (await texts.check_code(await sent_code(members_backend))).status == "ok"


async def code_misses(backend: Backend) -> int:
    """How many wrong codes count."""
    async with backend.db.read_session() as session:
        query = select(func.count()).select_from(IdentityMiss).where(IdentityMiss.kind == rate_limits.CODE)
        return await session.scalar(query) or 0
