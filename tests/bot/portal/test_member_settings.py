"""Enrollments, alerts, contact details and agreements on the account page: read back, done once, kept word for word."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from backend.alerts.models import AlertSetting
from backend.demo import DEMO_PASSWORD
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.programs import rules
from tests.bot.portal.page_text import text
from tests.bot.portal.signed_in import acts, confirm, consents, hidden_fields, submit
from tests.bot.portal.visitor import Visitor, codes_sent, notice_recipients

ALERTS = "/portal/alerts"


async def alerts_now(visitor: Visitor, account_id: int = 1) -> dict[str, tuple[list[str], int | None]]:
    async with visitor.services.backend.db.read_session() as session:
        query = select(AlertSetting).where(AlertSetting.account_id == account_id, AlertSetting.active)
        return {row.kind: (row.channels, row.threshold) for row in await session.scalars(query)}


async def set_alerts(visitor: Visitor, **typed: str) -> tuple[int, str]:
    """Send the page of alerts with these boxes and limits; the read-back, or the page with what is wrong."""
    _, page, _ = await visitor.get(ALERTS)
    return await submit(visitor, page, ALERTS, **{name.replace("__", "-"): value for name, value in typed.items()})


async def ruth(visitor: Visitor) -> Member:
    async with visitor.services.backend.db.read_session() as session:
        return (await session.scalars(select(Member).where(Member.number == "99999"))).one()


async def test_paperless_is_agreed_to_in_the_words_of_the_talk_and_once(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/enrollments/paperless")
    assert "no paper bill is mailed from your next bill on" in text(page)
    status, done = await confirm(visitor, page)
    assert status == 200
    kept = (await consents(visitor))[0]
    assert kept.wording in text(page)
    assert kept.reply == "Yes, without paper"
    assert kept.reference in text(done)
    status, again = await confirm(visitor, page)
    assert (status, len(await consents(visitor))) == (409, 1)
    assert "nothing was done" in text(again)
    assert await acts(visitor) == ["paperless_on"]
    await confirm(visitor, (await visitor.get("/portal/enrollments/paper"))[1])
    assert await acts(visitor) == ["paperless_on", "paperless_off"]


async def test_budget_billing_is_joined_at_the_amount_that_was_read_back(visitor: Visitor) -> None:
    await visitor.sign_in()
    shown = text((await visitor.get("/portal/enrollments"))[1])
    assert "it needs a balance of $0.00" in shown  # levelized billing
    _, page, _ = await visitor.get("/portal/enrollments/budget")
    assert "budget billing for account 99999-001, $115.00 a month" in text(page)
    url = "/portal/enrollments/budget"
    status, _ = await submit(visitor, page, url, yes="1", seen="$90.00")
    assert (status, await consents(visitor)) == (409, [])
    status, done = await confirm(visitor, page)
    assert status == 200
    assert "$115.00 a month" in text(done)
    assert (await confirm(visitor, page))[0] == 409
    assert [each.kind for each in await consents(visitor)] == ["budget_billing"]
    _, leave, _ = await visitor.get("/portal/enrollments/leave")
    await confirm(visitor, leave)
    assert await acts(visitor) == ["program_enrolled", "program_left"]


async def test_what_is_not_open_to_an_account_cannot_be_joined(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert (await visitor.get("/portal/enrollments/levelized"))[0] == 409
    _, page, _ = await visitor.get("/portal/enrollments/budget")
    assert (await submit(visitor, page, "/portal/enrollments/levelized", yes="1"))[0] == 409
    assert await acts(visitor) == []


async def test_alerts_are_set_by_way_and_limit_and_shown_as_they_were_set(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page = await set_alerts(visitor, bill_due__text="1", bill_due__email="1", bill_due__limit="5")
    assert "Turned on, by text and email Your bill is 5 days from due" in text(page)
    assert "Texts and calls go to 555-555-0142 Emails go to ruth@example.com" in text(page)
    assert "STOP ends them" in text(page)
    assert (await confirm(visitor, page))[0] == 200
    assert await alerts_now(visitor) == {"bill_due": (["text", "email"], 5)}
    assert (await confirm(visitor, page))[0] == 200  # the form came twice
    kept = (await consents(visitor))[0]
    assert len(await consents(visitor)) == 1
    assert all(part in text(page) for part in re.split("[:.] ", kept.wording.removesuffix(".")))
    _, page = await set_alerts(visitor, bill_due__email="1", bill_due__limit="5", outage__call="1")
    assert "Turned on, by phone call The power is out at your place, and when it is back" in text(page)
    assert "Turned off, by text Your bill is 5 days from due" in text(page)
    assert "STOP ends them" not in text(page)
    await confirm(visitor, page)
    assert await alerts_now(visitor) == {"bill_due": (["email"], 5), "outage": (["call"], None)}
    assert await acts(visitor) == ["alerts_on", "alerts_off", "alerts_on"]
    _, page, _ = await visitor.get(ALERTS)
    assert 'name="bill_due-email" value="1" checked' in page
    assert 'name="bill_due-text" value="1" checked' not in page


async def test_back_from_a_read_back_keeps_what_was_typed(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page = await set_alerts(visitor, bill_due__text="1", bill_due__limit="7", outage_night__email="1")
    assert "The power is out at night" in text(page)
    status, again = await submit(visitor, page, ALERTS, edit="1")
    assert status == 200
    assert re.findall(r'name="([^"]+)" value="1" checked', again) == ["bill_due-text", "outage_night-email"]
    assert 'name="bill_due-limit" value="7"' in again
    for url, typed in (
        ("/portal/outage", {"what": "unsteady", "words": "the porch light", "phone": "555-555-0177"}),
        (
            "/portal/service/move",
            {
                "address": "12 Oak Street, Hanover",
                "day": "2026-12-20",
                "last_day": "2026-12-21",
                "phone": "555-555-0177",
            },
        ),
        ("/portal/contact/email", {"value": "ruth@example.net"}),
    ):
        _, form, _ = await visitor.get(url)
        status, page = await submit(visitor, form, url, **typed)
        assert 'name="edit"' in page, url
        status, again = await submit(visitor, page, url, edit="1")
        assert status == 200
        for name, value in typed.items():
            assert re.search(rf'name="{name}"[^>]* value="{value}"|name="{name}"[^>]*>{value}', again), (url, name)
    assert (await alerts_now(visitor), await acts(visitor)) == ({}, [])


@pytest.mark.parametrize(("limit", "problem"), [("", "in dollars"), ("much", "in dollars"), ("900000", "in dollars")])
async def test_a_limit_that_is_none_is_said_beside_its_field(visitor: Visitor, limit: str, problem: str) -> None:
    await visitor.sign_in()
    status, page = await set_alerts(visitor, amount_over__text="1", amount_over__limit=limit)
    assert status == 422
    assert 'id="amount_over-limit-error"' in page
    assert problem in text(page)
    assert f'name="amount_over-limit" value="{limit}"' in page
    assert 'name="amount_over-text" value="1" checked' in page
    assert await alerts_now(visitor) == {}


async def test_alerts_that_changed_meanwhile_are_read_back_anew(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, first = await set_alerts(visitor, past_due__text="1")
    _, second = await set_alerts(visitor, bill_ready__email="1")
    await confirm(visitor, second)
    assert (await confirm(visitor, first))[0] == 409
    assert await alerts_now(visitor) == {"bill_ready": (["email"], None)}


async def test_a_new_email_is_announced_to_the_old_one_and_proven_by_its_code(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/contact/email")
    status, wrong = await submit(visitor, page, "/portal/contact/email", value="ruth at")
    assert status == 422
    assert 'value="ruth at"' in wrong
    _, page = await submit(visitor, page, "/portal/contact/email", value="Ruth@Example.net")
    assert "Change the email on file to ruth@example.net" in text(page)
    assert (await ruth(visitor)).email == "ruth@example.com"
    status, page_for_code = await confirm(visitor, page, password=DEMO_PASSWORD)
    assert status == 200
    assert (await ruth(visitor)).email == "ruth@example.net"
    assert (await notice_recipients(visitor))[0] == "ruth@example.com"
    async with visitor.services.backend.db.read_session() as session:
        mail = select(OutboxMessage.body).where(OutboxMessage.recipient == "ruth@example.net")
        code = next(word for body in await session.scalars(mail) for word in body.split() if word.isdigit())
    url = "/portal/contact/email/code"
    # who left the page finds it again
    assert "Not confirmed yet" in text((await visitor.get("/portal/contact"))[1])
    _, page_for_code, _ = await visitor.get(url)
    assert (await submit(visitor, page_for_code, url, code="000000"))[0] in (200, 422)
    assert (await ruth(visitor)).email_proven_at is None
    await submit(visitor, page_for_code, url, code=code)
    assert (await ruth(visitor)).email_proven_at is not None
    assert "Not confirmed yet" not in text((await visitor.get("/portal/contact"))[1])
    assert await codes_sent(visitor) is not None
    await confirm(visitor, page, password=DEMO_PASSWORD)  # the form came twice
    assert (await acts(visitor)).count("contact_email") == 1


@pytest.mark.parametrize(
    ("what", "typed"),
    [("email", "thief@example.net"), ("phone", "(555) 555-0177"), ("address", "PO Box 12, Hanover IL 61041")],
)
async def test_an_open_session_alone_changes_no_contact(visitor: Visitor, what: str, typed: str) -> None:
    await visitor.sign_in()
    before = await ruth(visitor)
    _, page, _ = await visitor.get(f"/portal/contact/{what}")
    _, page = await submit(visitor, page, f"/portal/contact/{what}", value=typed)
    for password, words in (("", "Please type your password"), ("not hers", "not your current password")):
        status, again = await confirm(visitor, page, password=password)
        assert status == 422
        assert words in text(again)
        assert password not in again or not password
    for _ in range(6):
        status, again = await confirm(visitor, page, password="guessed")
    assert "Too many tries" in text(again)
    assert (await confirm(visitor, page, password=DEMO_PASSWORD))[0] == 422, "guesses hold the right one up too"
    after = await ruth(visitor)
    assert (after.email, after.phone, after.mailing_address) == (before.email, before.phone, before.mailing_address)
    assert await notice_recipients(visitor) == []


async def test_phone_address_and_language(visitor: Visitor) -> None:
    await visitor.sign_in()
    for what, typed, kept in (
        ("phone", "(555) 555-0177", "+15555550177"),
        ("address", "PO Box 12, Hanover IL 61041", "PO Box 12, Hanover IL 61041"),
    ):
        _, page, _ = await visitor.get(f"/portal/contact/{what}")
        _, page = await submit(visitor, page, f"/portal/contact/{what}", value=typed)
        assert (await confirm(visitor, page, password=DEMO_PASSWORD))[0] == 200
        assert getattr(await ruth(visitor), {"address": "mailing_address"}.get(what, what)) == kept
    assert "Phone: changed less than a day ago. Until" in text((await visitor.get("/portal/contact"))[1])
    assert "+15555550142" in await notice_recipients(visitor)  # the old phone
    _, page, _ = await visitor.get("/portal/contact")
    _, page = await submit(visitor, page, "/portal/contact/language", language="es")
    await confirm(visitor, page)
    assert (await ruth(visitor)).language == "es"
    assert await acts(visitor) == ["contact_phone", "contact_address", "contact_language"]


async def test_without_the_session_s_own_token_nothing_is_changed(visitor: Visitor) -> None:
    await visitor.sign_in()
    other = visitor.another()
    await other.sign_in("ole.lindqvist")
    _, page, _ = await other.get("/portal/enrollments/paperless")
    status, _, _ = await visitor.post("/portal/enrollments/paperless", **hidden_fields(page), yes="1")
    await other.http.close()
    assert (status, await consents(visitor)) == (403, [])


async def test_another_member_s_account_is_never_the_one_that_is_meant(visitor: Visitor) -> None:
    await visitor.sign_in()
    status, page, _ = await visitor.get("/portal/enrollments/paperless?account=40120-001")
    assert (status, "no account with that number under your name" in text(page)) == (404, True)
    forms = {
        "/portal/enrollments/paperless": {}, ALERTS: {"bill_ready-email": "1"}, "/portal/autopay": {"day": "5"},
        "/portal/contact/email": {"value": "thief@example.net"}, "/portal/outage": {"kind": "out"},
        "/portal/arrangement": {"count": "2"},
    }  # fmt: skip
    _, page, _ = await visitor.get("/portal/enrollments/paperless")
    for url, typed in forms.items():
        status, answer = await submit(visitor, page, url, yes="1", account="40120-001", **typed)
        assert (status, "Nothing was done" in text(answer)) == (404, True), url
    _, page, _ = await visitor.get("/portal/pay-now")
    assert (await submit(visitor, page, "/portal/pay-now", several="1", pay="40120-001", amount="5"))[0] == 404
    assert await consents(visitor) == []
    assert await acts(visitor) == []


async def test_agreements_are_shown_word_for_word_with_where_to_end_them(visitor: Visitor) -> None:
    await visitor.sign_in()
    await confirm(visitor, (await visitor.get("/portal/enrollments/paperless"))[1])
    kept = (await consents(visitor))[0]
    _, page, _ = await visitor.get("/portal/agreements")
    assert kept.wording in text(page)
    assert kept.reference in page
    assert 'href="/portal/enrollments"' in page[page.index("What stands now") :]
    await confirm(visitor, (await visitor.get("/portal/enrollments/paper"))[1])
    _, page, _ = await visitor.get("/portal/agreements")
    assert kept.wording in text(page[page.index("What is over") :])


async def test_the_programs_are_judged_by_the_last_twelve_bills(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/enrollments")
    shown = text(page)
    assert "the highest was $28.02 above the budget amount, the lowest $22.31 below it" in shown
    assert "If you join now: $115.00 each month." in shown
    months = page[page.index("<details><summary>Month by month") :]
    rows = re.findall(r'<td class="number">\$([\d.,]+)</td>', months)
    billed, budget = rows[::3], rows[1::3]
    assert len(billed) == 12
    assert sum(round(float(each) * 100) for each in billed) == 137636
    assert set(budget) == {"114.00"}


def test_bills_that_are_alike_are_not_called_uneven() -> None:
    assert not rules.is_uneven(rules.ProgramCost((10000,) * 12, (10000, 11000) * 6))
    assert rules.is_uneven(rules.ProgramCost((10000,) * 12, (9000, 13000) * 6))
    assert rules.swings(rules.ProgramCost((10000,) * 12, (9000, 13000) * 6)) == (3000, 1000)
    assert not rules.is_uneven(rules.ProgramCost((), ()))


@pytest.mark.parametrize(
    ("what", "typed", "words"),
    [
        ("phone", "(555) 555-0199", "555-555-0199 is our own number. Please give a phone that reaches you"),
        ("email", "office@prairierivers.example", "is our own address. Please give an email that reaches you"),
    ],
)
async def test_the_co_ops_own_contact_is_refused_beside_the_field(
    visitor: Visitor, what: str, typed: str, words: str
) -> None:
    await visitor.sign_in()
    _, page, _ = await visitor.get(f"/portal/contact/{what}")
    status, page = await submit(visitor, page, f"/portal/contact/{what}", value=typed)
    assert status == 422
    assert words in text(page)
    assert typed in page
