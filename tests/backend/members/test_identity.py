"""Member number and last four: what opens, what locks, and what never tells a stranger anything."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.audit.service import verify
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.members.identity import account_number_of_sender, is_allowed
from backend.members.levels import NEEDS, REQUIRED_LEVELS_BY_TEXT, Level
from backend.members.lockouts import AT_ONE_MEMBER
from backend.members.models import IdentityMiss, Member
from tests.backend.members.conftest import RUTH, RUTH_LAST4, RUTH_PHONE


@pytest.mark.parametrize("number", ["99999-001", "99999001", "99999 001"])
async def test_the_number_opens_with_and_without_its_dash(talk, number):
    result = await talk().identify(number)
    assert result.status == "ok"
    assert result.identity.level is Level.KNOWN
    assert result.identity.account.number == "99999-001"
    assert result.identity.member.name == "Ruth Alvarez"


async def test_leading_zeros_are_part_of_the_number(talk):
    assert (await talk().identify("04512-001", "0177")).status == "ok"
    assert (await talk("web-2").identify("4512-001", "0177")).status == "no_match"


@pytest.mark.parametrize(
    ("number", "last4"), [("99999-001", "0143"), ("99999-009", "0142"), ("88888-001", "0142"), ("99999-001", "")]
)
async def test_one_failure_whichever_part_is_wrong(talk, number, last4):
    result = await talk().identify(number, last4)
    assert (result.status, result.needs_separator, result.identity.level) == ("no_match", False, Level.ANONYMOUS)


@pytest.mark.parametrize("number", ["99999", "88888", "0451", "999999", "99999-01", "9999901-", "9"])
async def test_number_without_separator_is_recognized_and_not_a_miss(talk, members_backend, number):
    """99999 exists and 88888 does not: nobody learns which."""
    for _ in range(AT_ONE_MEMBER.first_after + 1):
        result = await talk().identify(number)
        assert (result.status, result.needs_separator) == ("no_match", True)
    async with members_backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(IdentityMiss)) == 0


async def test_fifteen_minutes_of_silence_end_it(talk, clock):
    await talk().identify()
    clock.advance(minutes=14)
    assert (await talk().identity()).level is Level.KNOWN, "a message in between keeps it"
    clock.advance(minutes=14)
    assert (await talk().identity()).level is Level.KNOWN
    clock.advance(minutes=15)
    assert (await talk().identity()).level is Level.ANONYMOUS


async def test_identity_ends_when_the_account_changes_hands(talk, members_backend):
    await talk().identify()
    async with members_backend.db.transaction() as session:
        account = (await session.scalars(select(Account).where(Account.number == RUTH))).one()
        account.member_id = (await session.scalars(select(Member.id).where(Member.number == "04512"))).one()
    member_identity = await talk().identity()
    assert (member_identity.level, member_identity.account, member_identity.member) == (Level.ANONYMOUS, None, None)


@pytest.mark.parametrize(
    ("channel", "address", "attested", "level"),
    [
        ("voice", RUTH_PHONE, True, Level.STEPPED_UP),
        ("voice", RUTH_PHONE, False, Level.KNOWN),  # a forged caller id, or attestation B or C
        ("voice", "+15555550177", True, Level.KNOWN),  # somebody else's phone
        ("voice", None, True, Level.KNOWN),
        ("sms", RUTH_PHONE, False, Level.KNOWN),  # nobody vouches for the sender of a text
        ("sms", RUTH_PHONE, True, Level.KNOWN),  # nor does a row of old
        ("web", RUTH_PHONE, True, Level.KNOWN),
    ],
)
async def test_only_an_attested_call_from_the_phone_on_file_steps_up(talk, channel, address, attested, level):
    it = talk("one", channel=channel, address=address, attested=attested)
    assert (await it.identity()).level is Level.ANONYMOUS, "a phone alone names no account"
    assert (await it.identify()).identity.level is level
    assert (await it.identity()).level is level
    assert (await it.identity()).is_texting is (channel == "sms")


async def test_text_as_the_phone_on_file_opens_only_payment_with_saved_methods(talk):
    """The money goes to the member's own bill; everything else of level 2 wants a code, whoever writes."""
    mine, theirs = (
        talk("sms-1", channel="sms", address=RUTH_PHONE),
        talk("sms-2", channel="sms", address="+15555550177"),
    )
    await mine.identify()
    await theirs.identify()
    opened = {
        skill
        for skill, level in NEEDS.items()
        if level is Level.STEPPED_UP and is_allowed(await mine.identity(), skill)
    }
    assert opened == set(REQUIRED_LEVELS_BY_TEXT) == {"saved_method"}
    assert not is_allowed(await theirs.identity(), "saved_method"), "that phone is not Ruth's"


async def test_text_identifies_the_account_and_opens_nothing(talk, members_backend):
    async def sender(name: str) -> str | None:
        async with members_backend.db.read_session() as session:
            return await account_number_of_sender(session, name)

    for name, channel, address, number in (
        ("sms-1", "sms", RUTH_PHONE, RUTH),
        ("sms-2", "sms", "+15555550199", None),
        ("voice-1", "voice", RUTH_PHONE, None),
        ("web-1", "web", None, None),
    ):
        assert (await talk(name, channel=channel, address=address).identity()).level is Level.ANONYMOUS
        assert await sender(name) == number
    async with members_backend.db.transaction() as session:
        (await session.scalars(select(Member).where(Member.number == "04512"))).one().phone = RUTH_PHONE
    assert await sender("sms-1") is None, "two members share it: they have to say which"


async def test_a_miss_leaves_an_earlier_identity_alone(talk):
    await talk().identify()
    result = await talk().identify("04512-001", "0000")
    assert result.status == "no_match"
    assert result.identity.account.number == RUTH


async def test_identifying_again_moves_to_the_other_account(talk):
    await talk().identify()
    await talk().identify("04512-001", "0177")
    assert (await talk().identity()).member.name == "Owen Park"


async def test_forget_ends_it(talk):
    await talk().identify()
    await talk().forget()
    assert (await talk().identity()).level is Level.ANONYMOUS


async def test_conversations_do_not_share_an_identity(talk):
    await talk("web-1").identify()
    assert (await talk("web-2").identity()).level is Level.ANONYMOUS


async def test_audit_trail_has_the_events_without_digits(talk, members_backend: Backend, clock: ManualClock):
    await talk().miss(5)
    clock.advance(minutes=16)
    await talk().identify()
    await talk().forget()
    async with members_backend.db.read_session() as session:
        rows = list(await session.scalars(select(AuditRow).order_by(AuditRow.id)))
        assert [(row.act, row.level) for row in rows] == [
            ("identity_locked", 0), ("identified", 1), ("identity_ended", 0),
        ]  # fmt: skip
        assert await verify(session) is None
        assert not any(RUTH_LAST4 in str(row.after) for row in rows)


def test_each_skill_of_the_contract_has_a_level():
    assert NEEDS["quick_pay"] is NEEDS["check_balance"] is Level.KNOWN
    assert NEEDS["setup_autopay"] is NEEDS["payment_history"] is NEEDS["saved_method"] is Level.STEPPED_UP
    assert NEEDS["faq_portal"] is NEEDS["speak_to_human"] is Level.ANONYMOUS
