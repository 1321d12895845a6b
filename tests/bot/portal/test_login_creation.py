"""Create account by somebody who knows a member's number, last four and holder's digits: what a thief gets by it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from backend.logins import login_creation
from backend.logins.models import HolderProof
from backend.members.models import Member
from backend.members.service import find_account
from tests.bot.portal.page_text import text
from tests.bot.portal.visitor import NEW, Visitor, codes_sent, create, give_codes, notice_recipients
from tests.support.conversations import get_or_start

THIEF = "thief@example.net"


async def walter(visitor: Visitor, **changed: str | None) -> Member:
    """Walter as he is on file, once this has been changed."""
    async with visitor.services.backend.db.transaction() as session:
        account = await find_account(session, "20417-001")
        assert account
        member = await session.get_one(Member, account.member_id)
        for name, value in changed.items():
            setattr(member, name, value)
        return member


async def as_walter(visitor: Visitor, email: str) -> tuple[str, str]:
    """As far as somebody comes who knows number, last four and the holder's digits."""
    here, _ = await create(visitor, "20417-001", "0111", "residential", "1234")
    _, page, _ = await visitor.post(here, step="person", first_name="Walter", last_name="Brandt", email=email)
    return here, page


async def make_login(visitor: Visitor, here: str) -> str:
    return (await visitor.post(here, step="login", user_id="walter.b", password=NEW, again=NEW))[2]


async def test_missing_email_is_added_once_both_codes_returned(visitor: Visitor) -> None:
    await walter(visitor, email=None)
    here, page = await as_walter(visitor, "new@example.net")
    assert "the phone ending 0111" in text(page)
    assert "the email new@example.net" in text(page)
    await give_codes(visitor, here, on_file="+15555550111", new="new@example.net")
    assert await make_login(visitor, here) == "/portal/created"
    assert (await walter(visitor)).email == "new@example.net"
    assert (await walter(visitor)).can_receive_login_mail(visitor.clock.now())
    assert await notice_recipients(visitor) == ["new@example.net", "+15555550111"]


@pytest.mark.parametrize("email", [None, "walter@example.com"], ids=["no email on file", "an email on file"])
@pytest.mark.parametrize("fields", [{}, {"new": THIEF}, {"on_file": "000000", "new": THIEF}])
async def test_holder_digits_alone_create_no_login(visitor: Visitor, email: str | None, fields: dict[str, str]) -> None:
    await walter(visitor, email=email)
    here, _ = await as_walter(visitor, THIEF)
    sent = await codes_sent(visitor)
    assert sent.pop("+15555550111")
    given = {name: sent.get(value, value) for name, value in fields.items()}
    await visitor.post(here, step="code", **given)
    await make_login(visitor, here)
    assert (await walter(visitor)).email == email
    assert (await visitor.get("/portal"))[2] == "/portal/login"
    assert (await visitor.sign_in("walter.b", NEW))[0] == 422
    assert await notice_recipients(visitor) == []


async def test_code_to_the_phone_alone_does_not_store_the_email(visitor: Visitor) -> None:
    await walter(visitor, email=None)
    here, _ = await as_walter(visitor, "mistyped@example.net")
    _, page, _ = await give_codes(visitor, here, on_file="+15555550111")
    assert "Six digits, please" in text(page)
    _, page, _ = await visitor.post(here, step="code", do="other")
    assert "First name" in page
    await visitor.post(here, step="person", first_name="Walter", last_name="Brandt", email="right@example.net")
    sent = await codes_sent(visitor)
    await visitor.post(here, step="code", on_file=sent["+15555550111"], new=sent["mistyped@example.net"])
    assert await make_login(visitor, here) == here  # a code to another address proves nothing of this one
    await give_codes(visitor, here, on_file="+15555550111", new="right@example.net")
    assert await make_login(visitor, here) == "/portal/created"
    assert (await walter(visitor)).email == "right@example.net"


async def test_codes_of_a_new_login_take_five_tries_and_count_as_others_do(visitor: Visitor) -> None:
    here, _ = await as_walter(visitor, "walter@example.com")
    code = (await codes_sent(visitor))["walter@example.com"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(4):
        assert "not the code we sent" in text((await visitor.post(here, step="code", on_file=wrong))[1])
    assert "Six digits" in text((await visitor.post(here, step="code", on_file="12"))[1])
    await visitor.post(here, step="code", on_file=wrong)
    status, page, _ = await visitor.post(here, step="code", on_file=code)
    assert (status, "Too many wrong codes" in text(page)) == (429, True)
    assert await make_login(visitor, here) == here


async def test_a_landline_makes_its_login_by_the_email_on_file(visitor: Visitor) -> None:
    here, _ = await as_walter(visitor, "another@example.net")
    _, page, _ = await visitor.post(here, step="code", do="by_email")
    assert "the email w***@example.com" in text(page)
    await give_codes(visitor, here, on_file="walter@example.com")
    _, page, path = await visitor.post(here, step="login", user_id="walter.b", password=NEW, again=NEW)
    assert path == "/portal/created"
    assert "the one that you gave is not on file" in text(page)
    assert (await walter(visitor)).email == "walter@example.com"


async def test_a_page_whose_address_was_texted_to_the_phone_on_file_wants_no_code_for_it(visitor: Visitor) -> None:
    backend = visitor.services.backend
    for phone, wanted in (("+15555550111", False), ("+15555559999", True)):
        name = f"sms-{phone}"
        async with backend.db.transaction() as session:
            await get_or_start(session, backend, name, channel="sms", address=phone)
            here = await login_creation.create(session, backend, name)
        await visitor.post(here, step="holder", number="20417-001", last4="0111", kind="residential", digits="1234")
        _, page, _ = await visitor.post(here, step="person", first_name="W", last_name="B", email="w@example.net")
        assert ("Code sent to" in text(page)) is wanted
        assert ("Confirm password" in page) is not wanted


@pytest.mark.parametrize("digits", ["", "4321"])
async def test_who_has_no_digits_on_file_is_known_by_the_code_alone(visitor: Visitor, digits: str) -> None:
    member = await walter(visitor)
    here, page = await create(visitor, "20417-001", "0111", "residential", "")
    assert "do not fit our records" in text(page), "digits that are on file are asked for"
    async with visitor.services.backend.db.transaction() as session:
        await session.execute(delete(HolderProof).where(HolderProof.member_id == member.id))
    here, _ = await create(visitor, "20417-001", "0111", "residential", digits)
    await visitor.post(
        here, step="person", first_name="Walter", last_name="Brandt", email=member.email or "w@x.example"
    )
    assert await make_login(visitor, here) != "/portal/created", "not before the code"
    await give_codes(visitor, here, on_file=member.email or "+15555550111")
    assert await make_login(visitor, here) == "/portal/created"


async def test_without_digits_on_file_a_phone_of_today_proves_nothing(visitor: Visitor) -> None:
    member = await walter(visitor, email=None, phone_changed_at=visitor.clock.now())
    async with visitor.services.backend.db.transaction() as session:
        await session.execute(delete(HolderProof).where(HolderProof.member_id == member.id))
    here, _ = await create(visitor, "20417-001", "0111", "residential", "")
    await visitor.post(here, step="person", first_name="Walter", last_name="Brandt", email=THIEF)
    assert await codes_sent(visitor) == {}
    assert await make_login(visitor, here) != "/portal/created"
