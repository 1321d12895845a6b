"""The phone on file and a known browser are not held back by other people's misses."""

from __future__ import annotations

import pytest

from backend.members import known_senders
from backend.members.models import Member
from tests.backend.members.conftest import RUTH_PHONE
from tests.backend.members.guesses import lock, member, sent_code


@pytest.mark.parametrize(
    "how",
    [
        {"channel": "sms", "address": RUTH_PHONE, "attested": False},
        {"channel": "voice", "address": RUTH_PHONE, "attested": True},
        {"channel": "voice", "address": RUTH_PHONE, "attested": False},
    ],
)
async def test_stranger_does_not_block_the_phone_on_file(talk, how):
    await lock(talk)
    assert (await talk("phone", source="phone-ruth", **how).identify()).status == "ok"
    other = {**how, "address": "+15555550188"}
    assert (await talk("another phone", source="phone-x", **other).identify()).status == "proof"


async def test_the_phone_on_file_is_held_back_by_its_own_misses_alone(talk, clock):
    phone = talk("phone", source="phone-ruth", channel="sms", address=RUTH_PHONE)
    assert await phone.miss(5) == ["no_match"] * 4 + ["locked"]
    assert (await phone.identify()).status == "proof"
    assert (await talk("web").identify()).status == "ok", "and holds back nobody else"


async def test_changing_caller_ids_does_not_bypass_a_lock(talk):
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


async def test_stranger_does_not_block_a_known_browser(talk, members_backend):
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


async def test_neighbors_behind_one_address_need_a_code_and_are_not_refused(talk, members_backend):
    for i in range(10):
        await talk(f"neighbor {i}", source="one address").identify(f"7{i:04d}-001", "0142")
    assert (await talk("first try", source="one address").identify()).status == "proof"
    assert (await talk("first try", source="one address").check_code(await sent_code(members_backend))).status == "ok"
    token = known_senders.issue_browser_token(members_backend, await member(members_backend))
    assert (await talk("known", source="one address", browser=token).identify()).status == "ok"
    assert (await talk("elsewhere").identify()).status == "ok"
