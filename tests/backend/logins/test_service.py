"""Signing in, reset links and user IDs by email, on each database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from backend.app import Backend
from backend.audit import service as audit
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.language import SPANISH, use_language
from backend.logins import login_creation, passwords, recovery_mail, service, sign_in_codes, signin, throttle
from backend.logins.models import HolderProof, Login, MailRequest, PortalSession, ResetToken
from backend.members.models import Member
from backend.office_acts import service as office_acts
from backend.outbox.models import OutboxMessage
from tests.backend.household import Household

PASSWORD = "violet tractor 88 hills"
WEAK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@pytest.fixture
async def login(backend: Backend, home: Household) -> int:
    """Ruth's login, made long ago with weaker parameters; its id."""
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        made = await service.add(session, backend, member, "Ruth.Alvarez", WEAK.hash(PASSWORD))
        await service.save_holder_proof(session, backend, member, "1234")
        return made.id


async def sign_in(backend: Backend, typed: str = "ruth.alvarez", password: str = PASSWORD, **more: str) -> object:
    return await signin.sign_in(backend, typed, password, **{"source": "web-1", **more})


async def ask(
    backend: Backend,
    who: str,
    last4: str = "0142",
    kind: str = recovery_mail.RESET,
    source: str = "web-1",
    asked_by: str = "sms-99999",
    device: str = "",
) -> str:
    async with backend.db.transaction() as session:
        return await recovery_mail.request_mail(
            session, backend, kind, who=who, last4=last4, source=source, asked_by=asked_by, channel="sms", device=device
        )


async def outbox(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


async def reset_token(backend: Backend) -> str:
    await recovery_mail.process_pending(backend)
    return (await outbox(backend))[-1].body.partition("/portal/reset/")[2].split()[0]


async def test_weakly_hashed_password_is_rehashed_at_sign_in(backend: Backend, login: int) -> None:
    assert isinstance(await sign_in(backend), signin.PortalSignIn)
    async with backend.db.read_session() as session:
        stored = (await session.get_one(Login, login)).password_hash
    assert not passwords.needs_rehash(stored)
    assert isinstance(await sign_in(backend, "99999-001"), signin.PortalSignIn)


async def test_six_misses_stop_one_sender_and_not_another(backend: Backend, login: int, clock: ManualClock) -> None:
    for _ in range(throttle.MAX_PER_SOURCE_AND_TARGET):
        assert await sign_in(backend, password="wrong one") == signin.SignInRefused("no_match")
    wrong = await sign_in(backend, password="another guess")
    assert isinstance(wrong, signin.CodeRequired)
    assert await outbox(backend) == []
    wanted = await sign_in(backend, "99999-001")  # the same login by its other name, by who lives behind that address
    assert isinstance(wanted, signin.CodeRequired), "the right password alone is not enough"
    assert isinstance(await signin.confirm(backend, wanted.token, await code_in_mail(backend)), signin.PortalSignIn)
    assert isinstance(await sign_in(backend, source="web-2"), signin.PortalSignIn)
    clock.advance(minutes=15)
    assert isinstance(await sign_in(backend), signin.PortalSignIn)


async def test_a_login_that_is_nobodys_is_stopped_alike(backend: Backend, login: int) -> None:
    for _ in range(throttle.MAX_PER_SOURCE_AND_TARGET):
        assert await sign_in(backend, "no.body") == signin.SignInRefused("no_match")
    assert isinstance(await sign_in(backend, "no.body"), signin.CodeRequired)
    for _ in range(throttle.MAX_PER_SOURCE - throttle.MAX_PER_SOURCE_AND_TARGET):
        await sign_in(backend, "no.body")
    assert await sign_in(backend, "no.body") == signin.SignInRefused("throttled")
    assert await outbox(backend) == []


async def press(backend: Backend, first: int = 10) -> None:
    """Strangers at many addresses try Ruth's login until it is pressed."""
    for count in range(throttle.MAX_PER_TARGET):
        await sign_in(backend, password="wrong one", source=f"web-{first + count}")


async def code_in_mail(backend: Backend) -> str:
    return (await outbox(backend))[-1].body.split()[0]


async def test_strangers_cannot_keep_a_member_out(backend: Backend, login: int) -> None:
    here = await sign_in(backend)
    assert isinstance(here, signin.PortalSignIn)
    await press(backend)
    assert isinstance(await sign_in(backend, device=here.device), signin.PortalSignIn)  # where they signed in before
    assert isinstance(await sign_in(backend, source="web-9"), signin.CodeRequired)
    await ask(backend, "99999-001")
    await recovery_mail.reset(backend, await reset_token(backend), "brown hens 1955 lake")
    again = await sign_in(backend, password="brown hens 1955 lake", source="web-9")
    assert isinstance(again, signin.PortalSignIn)  # by the mail on file
    forged = here.device[:-1] + ("0" if here.device[-1] != "0" else "1")
    await press(backend, first=100)
    for device in (here.device, forged, "\u00e9.\u00e9", ""):  # a new password makes old browsers unknown
        wanted = await sign_in(backend, password="brown hens 1955 lake", source="web-9", device=device)
        assert isinstance(wanted, signin.CodeRequired)


async def test_the_right_password_from_a_new_browser_is_confirmed_by_a_code(backend: Backend, login: int) -> None:
    await press(backend)
    wanted = await sign_in(backend, source="web-9")
    assert isinstance(wanted, signin.CodeRequired)
    code = await code_in_mail(backend)
    assert await signin.confirm(backend, wanted.token, f"{(int(code) + 1) % 10**6:06d}") is None
    assert isinstance(await signin.confirm(backend, wanted.token, code), signin.PortalSignIn)
    assert await signin.confirm(backend, wanted.token, code) is None  # once


async def test_throttled_login_does_not_reveal_whether_the_password_was_right(backend: Backend, login: int) -> None:
    await press(backend)
    wrong = await sign_in(backend, password="not the one", source="web-9")
    nobody = await sign_in(backend, "no.body", source="web-9")
    assert isinstance(wrong, signin.CodeRequired)
    assert nobody == signin.SignInRefused("no_match")  # nobody presses that one
    assert await outbox(backend) == []
    for guess in range(sign_in_codes.MAX_TRIES):
        assert await sign_in_codes.is_page_valid(backend, wrong.token)
        assert await signin.confirm(backend, wrong.token, f"{guess:06d}") is None
    assert not await sign_in_codes.is_page_valid(backend, wrong.token)


async def test_codes_to_sign_in_are_three_in_fifteen_minutes(backend: Backend, login: int, clock: ManualClock) -> None:
    await press(backend)
    for _ in range(sign_in_codes.MAX_PER_WINDOW + 2):
        assert isinstance(await sign_in(backend, source="web-9"), signin.CodeRequired)
    assert len(await outbox(backend)) == sign_in_codes.MAX_PER_WINDOW
    wanted = await sign_in(backend, source="web-9")
    assert isinstance(wanted, signin.CodeRequired)
    clock.advance(minutes=15)
    await press(backend, first=200)
    wanted = await sign_in(backend, source="web-9")
    assert isinstance(wanted, signin.CodeRequired)
    code = await code_in_mail(backend)
    clock.advance(minutes=10)
    assert await signin.confirm(backend, wanted.token, code) is None  # too old


async def test_no_code_goes_to_an_address_that_is_new_on_file(
    backend: Backend, home: Household, login: int, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.email, member.email_changed_at = "thief@example.org", clock.now()
    await press(backend)
    assert isinstance(await sign_in(backend, source="web-9"), signin.CodeRequired)
    [code] = await outbox(backend)
    assert (code.kind, code.recipient) == ("sms", "+15555550142"), "the phone on file is as old as ever"


async def test_a_member_without_email_gets_the_code_by_text_and_nothing_to_a_new_phone(
    backend: Backend, home: Household, login: int, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).email = None
    await press(backend)
    wanted = await sign_in(backend, source="web-9")
    assert isinstance(wanted, signin.CodeRequired)
    [code] = await outbox(backend)
    assert code.kind == "sms"
    assert isinstance(await signin.confirm(backend, wanted.token, code.body.split()[0]), signin.PortalSignIn)
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).change_contact("phone", "+15555550177", clock.now())
    assert isinstance(await sign_in(backend, source="web-8"), signin.CodeRequired)
    assert len(await outbox(backend)) == 1, "the new phone may be an attacker's"


async def test_the_office_takes_the_lock_off_a_login(backend: Backend, home: Household, login: int) -> None:
    await press(backend)
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        await office_acts.unlock(session, backend, account, proof=office_acts.Proof("id"), by="ann")
    assert isinstance(await sign_in(backend, source="web-9"), signin.PortalSignIn)


async def test_mail_request_behaves_the_same_for_everybody(backend: Backend, login: int) -> None:
    """The same statements in the same order: what takes the time is the same."""

    async def statements(who: str, last4: str) -> list[str]:
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        event.listen(backend.db.engine.sync_engine, "before_cursor_execute", note)
        await ask(backend, who, last4)
        event.remove(backend.db.engine.sync_engine, "before_cursor_execute", note)
        return seen

    right = await statements("99999-001", "0142")
    for who, last4 in (("99999-001", "0143"), ("12345-001", "0142"), ("ruth.alvarez", "0142"), ("no.body", "0142")):
        assert await statements(who, last4) == right, who


async def test_only_matching_requests_are_mailed_to_the_address_on_file(backend: Backend, login: int) -> None:
    for who, last4 in (("99999-001", "0143"), ("12345-001", "0142"), ("no.body", "0142"), ("99999", "0142")):
        await ask(backend, who, last4)
    await recovery_mail.process_pending(backend)
    assert await outbox(backend) == []
    reference = await ask(backend, "ruth.alvarez")
    await asyncio.gather(*(recovery_mail.process_pending(backend) for _ in range(3)))
    sent = await outbox(backend)
    assert [(message.kind, message.recipient) for message in sent] == [("email", "ruth@example.com")]
    assert reference in sent[0].body


async def test_without_an_email_the_link_goes_to_the_phone_on_file(
    backend: Backend, home: Household, login: int
) -> None:
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.email, phone = None, member.phone
    assert await ask(backend, "99999-001")
    token = await reset_token(backend)
    await recovery_mail.reset(backend, token, "brown hens 1955 lake")
    sent = [(one.kind, one.recipient) for one in await outbox(backend)]
    assert sent == [("sms", phone), ("sms", phone)]  # the link, and that the password was changed
    assert "was changed" not in (await outbox(backend))[0].body


@pytest.mark.parametrize("changed", ["phone_changed_at", "email_changed_at"])
async def test_no_link_goes_to_a_phone_beside_a_contact_of_today(
    backend: Backend, home: Household, login: int, changed: str
) -> None:
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.email = None
        setattr(member, changed, backend.clock.now() - timedelta(hours=23))
    assert await ask(backend, "99999-001")
    await recovery_mail.process_pending(backend)
    assert await outbox(backend) == []


async def test_a_member_without_a_login_is_mailed_how_to_make_one(backend: Backend, home: Household) -> None:
    await ask(backend, "99999-001")
    await recovery_mail.process_pending(backend)
    assert "/portal/create" in (await outbox(backend))[0].body


async def test_mail_is_in_the_language_in_which_it_was_asked_for(backend: Backend, login: int) -> None:
    with use_language(SPANISH):
        await ask(backend, "ruth.alvarez")
    token = await reset_token(backend)  # answered behind the scenes, where nobody speaks
    sent = (await outbox(backend))[-1]
    assert "contraseña nueva" in sent.subject
    assert token.endswith("?lang=es")
    await recovery_mail.reset(backend, token.removesuffix("?lang=es"), "brown hens 1955 lake")
    assert "was changed" in (await outbox(backend))[-1].subject


async def test_other_language_on_file_gets_the_warning_too(backend: Backend, login: int) -> None:
    await ask(backend, "ruth.alvarez")
    token = await reset_token(backend)
    with use_language(SPANISH):
        await recovery_mail.reset(backend, token, "brown hens 1955 lake")
    notice = (await outbox(backend))[-1]
    assert "La contraseña de su cuenta" in notice.body
    assert "The password of your online account" in notice.body


async def test_every_asking_counts_against_its_sender(backend: Backend, login: int) -> None:
    for _ in range(10):
        await ask(backend, "ruth.alvarez")
    with pytest.raises(recovery_mail.TooManyRequests):
        await ask(backend, "ruth.alvarez")
    await ask(backend, "ruth.alvarez", source="web-2")
    await recovery_mail.process_pending(backend)
    assert len(await outbox(backend)) == recovery_mail.MAX_MAILS  # a mailbox is not flooded either


async def test_neighbors_behind_one_address_still_get_a_first_mail(backend: Backend, login: int) -> None:
    for neighbor in range(10):
        await ask(backend, "no.body", asked_by=f"web-{neighbor}")
    await ask(backend, "ruth.alvarez", asked_by="web-mine")
    with pytest.raises(recovery_mail.TooManyRequests):
        await ask(backend, "ruth.alvarez", asked_by="web-mine")
    with pytest.raises(recovery_mail.TooManyRequests):
        await ask(backend, "ruth.alvarez", asked_by=recovery_mail.PORTAL)
    device = (await sign_in(backend)).device
    assert device
    await ask(backend, "ruth.alvarez", asked_by=recovery_mail.PORTAL, device=device)


async def test_a_reset_sets_the_password_once(backend: Backend, login: int) -> None:
    await sign_in(backend)
    await ask(backend, "ruth.alvarez")
    token = await reset_token(backend)
    tries = [recovery_mail.reset(backend, token, f"brown hens {year} lake") for year in (1955, 1956)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "ResetLinkInvalid"]
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(PortalSession))).all() == []
        stored = (await session.scalars(select(ResetToken))).one()
        assert token not in stored.token_hash
        assert await audit.verify(session) is None
    assert (await outbox(backend))[-1].purpose == "notice"


async def test_a_link_is_not_used_up_by_a_password_that_will_not_do(backend: Backend, login: int) -> None:
    await ask(backend, "ruth.alvarez")
    token = await reset_token(backend)
    with pytest.raises(recovery_mail.InvalidPassword):
        await recovery_mail.reset(backend, token, "ruth.alvarez1")
    await recovery_mail.reset(backend, token, "brown hens 1955 lake")


async def test_a_session_ends(backend: Backend, login: int, clock: ManualClock) -> None:
    here = await sign_in(backend)
    assert isinstance(here, signin.PortalSignIn)
    assert await signin.find_session(backend, "") is None
    for _ in range(26):
        clock.advance(minutes=29)
        found = await signin.find_session(backend, here.token)
    assert found is None  # half a day, however busy


async def test_holder_digits_are_stored_as_a_keyed_hash(backend: Backend, login: int) -> None:
    async with backend.db.read_session() as session:
        proof = (await session.scalars(select(HolderProof))).one()
        member = await session.get_one(Member, proof.member_id)
        assert "1234" not in proof.digits_hash[:4]
        assert await service.verify_holder_proof(session, backend, member, "12-34")
        assert not await service.verify_holder_proof(session, backend, member, "1235")
        assert not await service.verify_holder_proof(session, backend, None, "1234")


async def test_two_cannot_make_a_login_for_one_member(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await service.save_holder_proof(session, backend, await session.get_one(Member, home.member_id), "1234")
    tokens = []
    for _ in range(2):
        async with backend.db.transaction() as session:
            tokens.append((await login_creation.create(session, backend, "web-1")).rpartition("/")[2])
        holder = login_creation.HolderClaim("99999-001", "0142", "residential", "1234")
        assert await login_creation.verify_holder(backend, tokens[-1], holder, source="web-1") == "ok"
        await login_creation.save_name(
            backend, tokens[-1], first_name="Ruth", last_name="Alvarez", email="other@example.net"
        )
        code = (await outbox(backend))[-1].body.split()[0]
        assert await login_creation.verify_codes(backend, tokens[-1], {"on_file": code}, source="web-1") == {
            "on_file": "ok"
        }
    tries = [
        login_creation.create_login(backend, token, user_id="ruth.a", password=PASSWORD)
        for token in (*tokens, tokens[0])
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    made = [result for result in results if isinstance(result, login_creation.CreatedLogin)]
    assert len(made) == 1
    assert made[0].email_on_file == "ruth@example.com"
    assert made[0].kept_existing_email
    async with backend.db.read_session() as session:
        assert len((await session.scalars(select(Login))).all()) == 1


async def test_requests_are_answered_after_a_crash(backend: Backend, login: int) -> None:
    await ask(backend, "ruth.alvarez", kind=recovery_mail.USER_ID)
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(MailRequest))).one().done_at is None
    assert await recovery_mail.process_pending(backend) == 1
    assert await recovery_mail.process_pending(backend) == 0
    assert "Ruth.Alvarez" in (await outbox(backend))[0].body


async def test_a_creation_page_is_good_for_half_an_hour(backend: Backend, clock: ManualClock, home: Household) -> None:
    async with backend.db.transaction() as session:
        token = (await login_creation.create(session, backend, "web-1")).rpartition("/")[2]
    clock.advance(minutes=int(login_creation.LIFETIME / timedelta(minutes=1)))
    with pytest.raises(login_creation.CreationLinkInvalid):
        async with backend.db.read_session() as session:
            await login_creation.find(session, backend, token)


async def test_holder_digits_outlive_a_change_of_the_key(backend: Backend) -> None:
    first = backend.settings
    async with backend.db.transaction() as session:
        member = Member(number="88123", name="Ann Berg", phone="+15555550177")
        session.add(member)
        await session.flush()
        await service.save_holder_proof(session, backend, member, "1234")
    backend.settings = first.with_values(secret_key="another key for tests alone")
    async with backend.db.transaction() as session:
        assert not await service.verify_holder_proof(session, backend, member, "1234")
    backend.settings = backend.settings.with_values(secret_key_previous=first.secret_key)
    async with backend.db.transaction() as session:
        assert not await service.verify_holder_proof(session, backend, member, "1235")
        assert await service.verify_holder_proof(session, backend, member, "1234")
    backend.settings = backend.settings.with_values(secret_key_previous=None)  # stored anew with that
    async with backend.db.transaction() as session:
        assert await service.verify_holder_proof(session, backend, member, "1234")
