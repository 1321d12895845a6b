"""The office's pages about members: search, the sections, and acts that are read back and done once."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.arrangement.models import Arrangement
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.logins.models import MailRequest
from backend.members import rate_limits
from backend.members.models import IdentityMiss, Member
from backend.office_acts.models import MemberNote
from backend.outbox.models import OptOut, OutboxMessage
from backend.payments.models import PayLink
from backend.staff.roles import Role, SignedInStaff
from backend.tickets import service as tickets
from tests.backend.household import DUE_CENTS, Household, add_barn, make_household
from tests.backend.payments.paying import outbox, quote_for, say_yes
from tests.bot.edge import Answer, Edge
from tests.bot.staff.test_money import become
from tests.bot.staff.test_sent_forms import go_on_without_secrets

PAGE = "/staff/members/99999-001"
SECTIONS = "bills payments methods usage enrollments alerts consents talks tickets notes audit".split()


@pytest.fixture
async def signed_in(edge: Edge, home: Household) -> Edge:
    await become(edge, "ann")
    return edge


def hidden_fields(page: Answer, action: str) -> dict[str, str]:
    form = page.text[page.text.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def read_back(edge: Edge, act: str, **fields: str) -> Answer:
    """Fill in the act's form as a browser does."""
    path = f"{PAGE}/acts/{act}"
    form = await edge.get(path)
    assert form.status == 200
    return await edge.post(path, data={**hidden_fields(form, path), **fields})


async def confirm(edge: Edge, act: str, page: Answer, **fields: str) -> Answer:
    path = f"{PAGE}/acts/{act}/confirm"
    return await edge.post(path, data={**hidden_fields(page, path), **fields})


async def count(backend: Backend, model: type[object]) -> int:
    async with backend.db.read_session() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def last_audit(backend: Backend, act: str) -> AuditRow:
    async with backend.db.read_session() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.act == act).order_by(AuditRow.id.desc()))
    assert row is not None, act
    return row


async def load(backend: Backend, home: Household) -> Member:
    async with backend.db.read_session() as session:
        return await session.get_one(Member, home.member_id)


SAID = (
    "99999-001", "99999 001", "99999001", "99999", "ruth alvarez", "Alvarez", "álvarez",
    "(555) 555-0142", "RUTH@example.com", "12 ridge rd",
)  # fmt: skip


async def test_one_hit_opens_the_member(edge: Edge, backend: Backend, home: Household) -> None:
    await make_other(backend)
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).service_address = "12 Ridge Road, Elizabeth, IL 61028"
    await become(edge, "ann")
    for words in SAID:
        page = await edge.get("/staff/search", params={"q": words})
        assert "<h1>Ruth Alvarez</h1>" in page.text, words
        assert "Bo Lund" not in page.text
    row = await last_audit(backend, "office_read")
    for words in ("alvares", "avlarez", "ruht"):
        near = await edge.get("/staff/search", params={"q": words})
        assert f"Nobody is named “{words}”. Near it:" in near.text, "a name that is only near is chosen by the clerk"
        assert "/staff/members/99999-001" in near.text
    expected = ("office:ann", home.account_id, {"member": "99999-001", "part": "overview"})
    assert (row.actor, row.account_id, row.after) == expected
    assert await count(backend, AuditRow) == 5  # the sign-in, one reading in a quarter of an hour, and three lists


async def make_other(backend: Backend) -> None:
    await make_household(backend, number="88888", card_token="tok_other", bank_token="tok_other_bank")
    async with backend.db.transaction() as session:
        other = (await session.scalars(select(Member).where(Member.number == "88888"))).one()
        other.name, other.phone, other.email = "Bo Lund", "+15555550177", "bo@example.com"


async def test_a_name_with_accents_is_found_without_them(edge: Edge, backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Member, home.member_id)).name = "José Peña Muñoz"
    await become(edge, "ann")
    for words in ("pena", "jose munoz", "peña"):
        assert "<h1>José Peña Muñoz</h1>" in (await edge.get("/staff/search", params={"q": words})).text, words


async def test_several_are_a_list_and_none_says_what_was_tried(edge: Edge, backend: Backend, home: Household) -> None:
    await make_household(backend, number="77777", card_token="tok_c7", bank_token="tok_b7")
    await become(edge, "ann")
    listed = await edge.get("/staff/search", params={"q": "alvarez"})
    assert "/staff/members/99999-001" in listed.text
    assert "/staff/members/77777-001" in listed.text
    for words in ("nobody at all", "al", "%", "12345-678", "no@example.com"):
        nothing = await edge.get("/staff/search", params={"q": words})
        assert "Nobody found" in nothing.text, words
        assert "names (also with one letter wrong)" in nothing.text


async def test_the_last_digits_of_a_number_find_its_account(edge: Edge, home: Household) -> None:
    await become(edge, "ann")
    for ending in (PAGE.rsplit("/", 1)[1][-8:], PAGE.rsplit("/", 1)[1].split("-")[0][-4:]):
        found = await edge.get("/staff/search", params={"q": ending})
        assert PAGE in found.text, ending
    assert PAGE not in (await edge.get("/staff/search", params={"q": "9998"})).text


async def test_a_number_of_a_payment_or_ticket_leads_to_it(edge: Edge, backend: Backend, home: Household) -> None:
    payment = (await say_yes(backend, await quote_for(backend, home))).payment
    assert payment
    async with backend.db.transaction() as session:
        ticket = await tickets.open_ticket(session, backend, home.conversation_id, kind="other", details={})
    await become(edge, "ann")
    paid = await edge.get("/staff/search", params={"q": payment.confirmation.lower()})
    assert f"Payment {payment.confirmation}" in paid.text
    assert f"{ticket.number}</h1>" in (await edge.get("/staff/search", params={"q": ticket.number})).text


async def test_every_section_is_shown_and_reading_recorded_once(
    signed_in: Edge, backend: Backend, home: Household
) -> None:
    await say_yes(backend, await quote_for(backend, home, 5000))
    for part in SECTIONS:
        for _ in range(2):
            page = await signed_in.get(f"{PAGE}/{part}")
            assert page.status == 200, part
            assert f'id="tab-{part}" href="{PAGE}/{part}" aria-current="page"' in page.text
    async with backend.db.read_session() as session:
        read = list(await session.scalars(select(AuditRow.after).where(AuditRow.act == "office_read")))
    assert [each["part"] for each in read if each] == SECTIONS
    assert "$50.00" in (await signed_in.get(f"{PAGE}/payments")).text
    assert "tok_visa_4242" not in (await signed_in.get(f"{PAGE}/methods")).text
    assert (await signed_in.get(f"{PAGE}/nothing")).status == 404
    assert (await signed_in.get("/staff/members/12345-678")).status == 404


async def test_the_overview_says_what_matters_first(signed_in: Edge, backend: Backend, home: Household) -> None:
    await add_barn(backend, home)
    async with backend.db.transaction() as session:
        details = {"words": "oxygen at home"}
        await tickets.open_ticket(
            session, backend, home.conversation_id, kind="medical", details=details, account_id=home.account_id
        )
        session.add(OptOut(phone="+15555550142", active=True, changed_at=backend.clock.now()))
    backend.clock.advance(days=30)  # type: ignore[attr-defined]
    await become(signed_in, "ann")
    page = (await signed_in.get("/staff/members/99999")).text
    assert '<p class="amount">$112.40</p>' in page
    for flag in ("Past due $112.40", "Medical equipment", "Texts stopped"):
        assert f">{flag}</li>" in page
    assert 'href="/staff/members/99999-002"' in page
    assert "Amount due" in (card := (await signed_in.get(f"{PAGE}/card")).text)
    assert "<html" not in card


async def test_strangers_see_nothing(edge: Edge, home: Household) -> None:
    for path in (PAGE, f"{PAGE}/card", f"{PAGE}/acts/pay-link", "/staff/search?q=alvarez", "/staff/members"):
        page = await edge.get(path)
        assert "Password" in page.text
        assert "Alvarez" not in page.text


async def test_a_pay_link_is_read_back_and_sent_once(signed_in: Edge, backend: Backend, home: Household) -> None:
    path = f"{PAGE}/acts/pay-link"
    form = await signed_in.get(path)
    assert 'value="112.40"' in form.text
    page = await read_back(signed_in, "pay-link", amount="112.40", day="2026-11-18", way="sms")
    assert "Send the link for $112.40" in page.text
    assert "here you can pay $112.40 on acct ..9-001" in page.text
    assert await count(backend, PayLink) == 0
    for _ in range(2):
        done = await confirm(signed_in, "pay-link", page)
        assert "Pay link for $112.40, to be paid today, sent: Text to the phone ending 0142" in done.text
    assert await count(backend, PayLink) == 1
    [text] = [one for one in await outbox(backend) if one.purpose == "link"]
    assert text.recipient == "+15555550142"
    link = re.search(r"/portal/pay/\S+", text.body)
    assert link
    assert "$112.40" in (await signed_in.get(link[0])).text
    row = await last_audit(backend, "pay_link_sent")
    assert (row.actor, row.channel, row.account_id) == ("office:ann", "office", home.account_id)


async def test_a_member_gets_three_pay_links_in_an_hour(signed_in: Edge, backend: Backend, home: Household) -> None:
    pages = [
        await read_back(signed_in, "pay-link", amount="112.40", day="2026-11-18", way="sms") for _ in range(5)
    ]  # all read back before the first is sent
    answers = await asyncio.gather(*(confirm(signed_in, "pay-link", page) for page in pages))
    assert sum("three pay links in the last hour" in answer.text for answer in answers) == 2
    assert await count(backend, PayLink) == 3


WRONG_LINKS: tuple[tuple[dict[str, str], str], ...] = (
    ({"amount": "12.5"}, "Write the amount like 112.40."),
    ({"amount": "0"}, "Write the amount like 112.40."),
    ({"day": "2026-11-01"}, "The day of this payment has passed."),
    ({"day": ""}, "Choose a day."),
    ({"way": "fax"}, "Choose where the link goes."),
)


async def test_a_wrong_pay_link_form_comes_back(signed_in: Edge, backend: Backend) -> None:
    right = {"amount": "77.10", "day": "2026-11-20", "way": "email"}
    for fields, words in WRONG_LINKS:
        page = await read_back(signed_in, "pay-link", **{**right, **fields})
        assert page.status == 422
        assert words in page.text
        assert "autofocus" in page.text
        assert f'value="{({**right, **fields})["amount"]}"' in page.text
    assert await count(backend, PayLink) == 0


async def test_no_link_goes_to_a_phone_that_stopped_texts(signed_in: Edge, backend: Backend, home: Household) -> None:
    page = await read_back(signed_in, "pay-link", amount="112.40", day="2026-11-18", way="sms")
    async with backend.db.transaction() as session:
        session.add(OptOut(phone="+15555550142", active=True, changed_at=backend.clock.now()))
    refused = await confirm(signed_in, "pay-link", page)
    assert "Choose where the link goes." in refused.text
    assert await count(backend, PayLink) == 0
    assert await count(backend, MemberNote) == 0


async def test_an_arrangement_within_the_rules_is_granted_once(
    signed_in: Edge, backend: Backend, home: Household
) -> None:
    fields = {"amount1": "60.00", "day1": "2026-11-18", "amount2": "52.40", "day2": "2026-12-07"}
    page = await read_back(signed_in, "arrangement", **fields)
    assert "$112.40 of $112.40 due" in page.text
    for _ in range(2):
        done = await confirm(signed_in, "arrangement", page)
        assert "Payment arrangement: $60.00" in done.text
    assert await count(backend, Arrangement) == 1
    assert (await last_audit(backend, "arrangement_by_office")).actor == "office:ann"
    told = [one.body for one in await outbox(backend) if "arrangement" in one.body]
    assert told
    assert all("$60.00 on" in body and "NOT ME" not in body for body in told), "the plan, and no question who it was"


async def test_an_arrangement_outside_the_rules_has_no_button(signed_in: Edge, backend: Backend) -> None:
    fields = {"amount1": "60.00", "day1": "2026-11-18"}
    page = await read_back(signed_in, "arrangement", **fields)
    assert "the plan does not say how all of it is paid" in page.text
    assert "Grant this arrangement" not in page.text
    refused = await confirm(signed_in, "arrangement", page)
    assert refused.status == 409
    assert await count(backend, Arrangement) == 0
    wrong = await read_back(signed_in, "arrangement", amount1="60,00", day1="2026-11-18", amount2="5", day2="")
    assert wrong.status == 422
    assert "Choose today or a later day." in wrong.text
    assert 'value="60,00"' in wrong.text


async def code_in(backend: Backend) -> str:
    [*_, message] = [one for one in await outbox(backend) if one.purpose == "code"]
    return re.findall(r"\b\d{6}\b", message.body)[0]


async def test_the_co_ops_own_phone_is_refused_beside_the_field(signed_in: Edge, backend: Backend) -> None:
    page = await read_back(signed_in, "phone", value="555-555-0199", proof="code-text")
    assert page.status == 422
    assert "555-555-0199 is the co-op&#39;s own number. Write the person&#39;s own phone" in page.text


async def test_a_new_phone_after_a_code_tells_old_and_new(signed_in: Edge, backend: Backend, home: Household) -> None:
    page = await read_back(signed_in, "phone", value="815-555-0177", proof="code-text")
    assert "815-555-0177" in page.text
    code = await code_in(backend)
    wrong = await confirm(signed_in, "phone", page, code="000000" if code != "000000" else "111111")
    assert wrong.status == 422
    assert "That is not the code" in wrong.text
    assert (await load(backend, home)).phone == "+15555550142"
    for _ in range(2):
        assert "Phone changed." in (await confirm(signed_in, "phone", page, code=code)).text
    member = await load(backend, home)
    assert member.phone == "+18155550177"
    assert not member.is_established("phone", backend.clock.now())
    told = [one.recipient for one in await outbox(backend) if "phone number on your account was changed" in one.body]
    assert sorted(told) == ["+15555550142", "+18155550177", "ruth@example.com"]
    row = await last_audit(backend, "contact_phone")
    assert (row.actor, row.channel, (row.after or {})["proof"]) == ("office:ann", "office", "code-text")
    assert "+18155550177" not in str(row.after)


async def test_without_a_proof_nothing_is_changed(signed_in: Edge, backend: Backend, home: Household) -> None:
    for fields, words in (
        ({"proof": ""}, "Choose how you know"),
        ({"proof": "other"}, "Write what you saw or heard."),
        ({"proof": "id", "value": "not an email"}, "Write one email address"),
        ({"proof": "id", "value": "ruth@example.com"}, "This is on file already."),
    ):
        page = await read_back(signed_in, "email", **{"value": "new@example.com", "proof_words": "", **fields})
        assert page.status == 422
        assert words in page.text
    shown = await read_back(
        signed_in, "email", value="new@example.com", proof="other", proof_words="her voice, 4111111111111111"
    )
    assert "41111111" not in shown.text
    page = await go_on_without_secrets(signed_in, f"{PAGE}/acts/email", shown)
    assert "her voice" in page.text
    assert (await load(backend, home)).email == "ruth@example.com"
    await confirm(signed_in, "email", page)
    assert (await load(backend, home)).email == "new@example.com"
    assert "4111" not in str((await last_audit(backend, "contact_email")).after)
    reset = await signed_in.get(f"{PAGE}/acts/reset")
    assert "no such mail goes there yet" in reset.text


async def test_unlocking_forgets_the_wrong_tries(signed_in: Edge, backend: Backend, home: Household) -> None:
    assert "Nothing is locked." in (await signed_in.get(f"{PAGE}/acts/unlock")).text
    target = rate_limits.hash_target(backend, "99999001")
    async with backend.db.transaction() as session:
        for number in range(5):
            attempt = rate_limits.IdentityAttempt("identity", target, f"stranger-{number}")
            await rate_limits.record_miss(session, backend, attempt, home.account_id)
    assert "Locked after wrong tries" in (await signed_in.get(PAGE)).text
    page = await read_back(signed_in, "unlock", proof="id", proof_words="")
    assert "Unlocked after wrong tries" in (await confirm(signed_in, "unlock", page)).text
    assert await count(backend, IdentityMiss) == 0
    assert "Locked after wrong tries" not in (await signed_in.get(f"{PAGE}/bills")).text
    assert (await last_audit(backend, "unlocked")).after == {"tries": 5, "proof": "id"}


async def test_a_password_link_is_asked_for_once(signed_in: Edge, backend: Backend, home: Household) -> None:
    page = await read_back(signed_in, "reset")
    assert "r***@example.com" in page.text
    for _ in range(2):
        assert "Sent to r***@example.com." in (await confirm(signed_in, "reset", page)).text
    async with backend.db.read_session() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.act == "reset_by_office")))
    assert [row.actor for row in rows] == ["office:ann"]


async def test_the_language_is_changed_and_the_form_comes_back(
    signed_in: Edge, backend: Backend, home: Household
) -> None:
    page = await read_back(signed_in, "language", language="es")
    back = await signed_in.post(
        f"{PAGE}/acts/language", data={**hidden_fields(page, f"{PAGE}/acts/language/confirm"), "again": "1"}
    )
    assert 'value="es" required checked' in back.text
    await confirm(signed_in, "language", page)
    assert (await load(backend, home)).language == "es"


async def test_a_note_is_kept_once_without_numbers(signed_in: Edge, backend: Backend, home: Household) -> None:
    form = hidden_fields(await signed_in.get(f"{PAGE}/notes"), f"{PAGE}/notes")
    empty = await signed_in.post(f"{PAGE}/notes", data={**form, "text": " "})
    assert empty.status == 422
    for _ in range(2):
        words = "Prefers mornings. Card 4111 1111 1111 1111"
        shown = await signed_in.post(f"{PAGE}/notes", data={**form, "text": words})
        assert "4111 1111" not in shown.text
    for _ in range(2):
        page = await go_on_without_secrets(signed_in, f"{PAGE}/notes", shown)
    assert page.text.count("Prefers mornings.") == 1
    assert "4111 1111" not in page.text
    async with backend.db.read_session() as session:
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.act == "member_note")))
    assert [row.account_id for row in rows] == [home.account_id]


async def test_who_may_only_read_gets_no_acts(
    signed_in: Edge, monkeypatch: pytest.MonkeyPatch, backend: Backend
) -> None:
    path = f"{PAGE}/acts/pay-link"
    fields = hidden_fields(await signed_in.get(path), path)
    monkeypatch.setattr(
        "bot.staff.routes.SignedInStaff", lambda name, _role, language: SignedInStaff(name, Role.READ, language)
    )
    page = await signed_in.get(PAGE)
    assert "<h1>Ruth Alvarez</h1>" in page.text
    assert "Do for the member" not in page.text
    assert (await signed_in.post(path, data=fields)).status == 403
    assert (await signed_in.post(f"{path}/confirm", data=fields)).status == 403


async def test_it_is_in_spanish(signed_in: Edge, backend: Backend) -> None:
    page = await signed_in.get(f"{PAGE}?lang=es")
    assert "Cuánto se debe" in page.text
    assert "What is owed" not in page.text
    assert DUE_CENTS == 11240
    assert await count(backend, OutboxMessage) == 0


async def test_a_call_to_a_new_phone_is_no_proof_and_one_to_the_former_is(signed_in: Edge, backend: Backend) -> None:
    async with backend.db.transaction() as session:
        member = (await session.scalars(select(Member))).one()
        member.change_contact("phone", "+15555550999", backend.clock.now())
    form = await signed_in.get(f"{PAGE}/acts/email")
    assert "I called back the phone on file" not in form.text
    assert "I called back the phone that was on file before, ending 0142" in form.text
    fields = {"value": "thief@example.org", "proof_words": ""}
    refused = await read_back(signed_in, "email", proof="callback", **fields)
    assert refused.status == 422
    assert "a call to it proves nothing yet" in refused.text
    assert (await read_back(signed_in, "email", proof="callback-former", **fields)).status == 200
    backend.clock.advance(hours=24)  # type: ignore[attr-defined]
    await become(signed_in, "ann")
    assert (await read_back(signed_in, "email", proof="callback", **fields)).status == 200


async def test_the_fourth_password_link_in_half_an_hour_says_that_it_was_not_sent(
    signed_in: Edge, backend: Backend
) -> None:
    for _ in range(3):
        done = await confirm(signed_in, "reset", await read_back(signed_in, "reset"))
        assert "Sent to" in done.text
    last = await read_back(signed_in, "user-id")
    assert last.status == 200, "another kind has its own count"
    page = await signed_in.get(f"{PAGE}/acts/reset")
    assert "Nothing was sent: three of these" in page.text
    stale = hidden_fields(last, f"{PAGE}/acts/user-id/confirm")
    again = await signed_in.post(f"{PAGE}/acts/reset/confirm", data=stale)
    assert "Nothing was sent" in again.text
    async with backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(MailRequest)) == 3
    backend.clock.advance(minutes=30)  # type: ignore[attr-defined]
    await become(signed_in, "ann")
    assert (await read_back(signed_in, "reset")).status == 200
