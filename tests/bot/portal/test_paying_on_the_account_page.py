"""Make a payment on the account page, as a browser without scripts does: read back, paid once, seen in the history."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.audit.models import AuditRow
from backend.autopay.models import AutoPay
from backend.consents.models import Consent
from backend.demo import DEMO_PASSWORD
from backend.logins import service as logins
from backend.logins.passwords import hash_password
from backend.members.models import Member
from backend.members.service import find_account
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment, PaymentMethod, Quote, ScheduledPayment
from tests.bot.portal.conftest import CARD, in_days
from tests.bot.portal.page_text import quote_in, read_pdf, text
from tests.bot.portal.visitor import Visitor

RUTH = "99999-001"


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    assert found, page
    return found[1]


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = re.search(rf'<form[^>]* action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, page
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))


async def read_back(payer: Visitor, **form: str) -> tuple[int, str, str]:
    """Post the form of a payment; the read-back page."""
    _, page, _ = await payer.get("/portal/pay-now")
    chosen = {"form_token": token_in(page), "account": RUTH, "amount": "112.40", "when": "today"}
    if "method" not in form:
        found = re.search(r'name="method" value="(\d+)"', page)
        assert found
        chosen["method"] = found[1]
    return await payer.post("/portal/pay-now", **{**chosen, **form})


async def confirm(payer: Visitor, page: str) -> tuple[int, str, str]:
    return await payer.post("/portal/pay-now/check", form_token=token_in(page), quote=quote_in(page))


async def rows(payer: Visitor, model: type) -> list[object]:
    """What was made since the demo's history, which names no conversation."""
    async with payer.services.backend.db.read_session() as session:
        return list(await session.scalars(select(model).where(model.conversation_id.is_not(None)).order_by(model.id)))


async def test_paying_today_with_a_saved_card(payer: Visitor) -> None:
    status, page, path = await read_back(payer)
    assert (status, path) == (200, "/portal/pay-now/check")
    assert "Total $112.40" in text(page)
    assert "Pay $112.40 now" in text(page)
    assert await rows(payer, Payment) == []
    status, done, path = await confirm(payer, page)
    [made] = await rows(payer, Payment)
    assert (status, path, made.status, made.channel) == (200, "/portal/pay-now/done", "posted", "portal")
    assert made.confirmation in done
    async with payer.services.backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent).where(Consent.reference == made.confirmation))).one()
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.channel == "portal")))
    assert consent.wording in text(page)
    assert (consent.reply, consent.channel, consent.level) == ("Pay $112.40 now", "portal", 2)
    assert "payment_confirmed" in acts
    url = f"/portal/payments/{made.confirmation}"
    assert f"{url}/pdf" in (await payer.get(url))[1]
    shown = await read_pdf(payer.http, payer.services.settings.public_url + f"{url}/pdf")
    for words in (made.confirmation, "$112.40", RUTH, "Ruth Alvarez"):
        assert words in shown, words
    other = payer.another()
    await other.sign_in("ole.lindqvist")
    assert (await other.get(f"{url}/pdf"))[0] == 404
    await other.http.close()


async def test_pressing_twice_and_going_back_pays_once(payer: Visitor) -> None:
    _, page, _ = await read_back(payer)
    answers = await asyncio.gather(*(confirm(payer, page) for _ in range(4)))
    assert {path for _, _, path in answers} == {"/portal/pay-now/done"}
    quote = quote_in(page)
    assert (await payer.get(f"/portal/pay-now/check?key={quote}"))[2] == "/portal/pay-now/done"
    await confirm(payer, page)
    assert len(await rows(payer, Payment)) == 1


async def test_a_read_back_that_is_too_old_is_read_again(payer: Visitor) -> None:
    _, page, _ = await read_back(payer)
    payer.clock.advance(minutes=11)
    _, again, path = await confirm(payer, page)
    assert path == "/portal/pay-now/check"
    assert "please check again" in text(again)
    assert await rows(payer, Payment) == []
    await confirm(payer, again)
    assert len(await rows(payer, Payment)) == 1


async def test_nobody_confirms_the_read_back_of_another_browser(payer: Visitor) -> None:
    _, page, _ = await read_back(payer)
    other = payer.another()
    _, own, _ = await other.sign_in("ole.lindqvist")
    _, shown, path = await other.get(f"/portal/pay-now/check?key={quote_in(page)}")
    assert (path, "Pay $112.40" in shown) == ("/portal/pay-now", False)
    await other.post("/portal/pay-now/check", form_token=token_in(own), quote=quote_in(page))
    await payer.post("/portal/pay-now/check", form_token="0" * 64, quote=quote_in(page))
    await other.http.close()
    assert await rows(payer, Payment) == []
    assert len(await rows(payer, Quote)) == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"amount": "half"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "99999.00"}, "amount"),
        ({"when": "later", "day": "2026-11-23"}, "day"),
        ({"when": "later", "day": "2027-06-01"}, "day"),
        ({"when": "later", "day": ""}, "day"),
        ({"method": "999"}, "method"),
        ({"method": ""}, "method"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(payer: Visitor, form: dict[str, str], field: str) -> None:
    status, page, _ = await read_back(payer, **form)
    assert status == 422
    assert f'id="{field}-error"' in page
    assert "autofocus" in page
    if "amount" in form:
        assert f'value="{form["amount"]}"' in page
    assert await rows(payer, Quote) == []


async def test_a_payment_for_a_later_day_is_moved_and_canceled(payer: Visitor) -> None:
    backend = payer.services.backend
    first, second = in_days(backend, 5), in_days(backend, 8)
    _, page, _ = await read_back(payer, when="later", day=first.isoformat())
    assert "Schedule $112.40" in page
    await confirm(payer, page)
    [item] = await rows(payer, ScheduledPayment)
    url = f"/portal/payments/{item.confirmation}"
    _, page, _ = await payer.get(url)
    _, check, path = await payer.post(f"{url}/move", form_token=token_in(page), day=second.isoformat())
    assert path == f"{url}/move"
    fields = hidden_fields(check, f"{url}/moved")
    tampered = {**fields, "day": in_days(backend, 20).isoformat()}
    assert "please check again" in text((await payer.post(f"{url}/moved", **tampered))[1])
    for _ in range(2):
        _, page, _ = await payer.post(f"{url}/moved", **fields)
        assert "It is moved" in text(page)
    [item] = await rows(payer, ScheduledPayment)
    assert item.run_on == second
    async with backend.db.read_session() as session:
        standing = select(func.count()).where(Consent.reference == item.confirmation, Consent.revoked_at.is_(None))
        assert await session.scalar(standing) == 1
    _, page, _ = await payer.get(f"{url}/cancel")
    for _ in range(2):
        _, done, _ = await payer.post(f"{url}/cancel", **hidden_fields(page, f"{url}/cancel"))
        assert "It is canceled" in text(done)
    assert [one.status for one in await rows(payer, ScheduledPayment)] == ["canceled"]


async def test_a_payment_of_somebody_else_is_not_found(payer: Visitor) -> None:
    _, page, _ = await read_back(payer, when="later", day=in_days(payer.services.backend, 5).isoformat())
    await confirm(payer, page)
    [item] = await rows(payer, ScheduledPayment)
    other = payer.another()
    _, own, _ = await other.sign_in("ole.lindqvist")
    assert (await other.get(f"/portal/payments/{item.confirmation}"))[0] == 404
    status, _, _ = await other.post(f"/portal/payments/{item.confirmation}/cancel", form_token=token_in(own))
    await other.http.close()
    assert status == 404
    assert [one.status for one in await rows(payer, ScheduledPayment)] == ["scheduled"]


async def enter_card(payer: Visitor, url: str, **form: str) -> tuple[int, str, str]:
    """Post the form, fill in the provider's page that it leads to, and come back."""
    async with payer.http.post(payer.services.settings.public_url + url, data=form) as entry:
        assert entry.status == 200, await entry.text()
        address = str(entry.url)
    return await payer.post(address, **{**CARD, "number": "4242424242424242"})


async def test_a_new_card_pays_by_the_providers_page(payer: Visitor) -> None:
    _, page, _ = await payer.get("/portal/pay-now")
    form = {"form_token": token_in(page), "account": RUTH, "amount": "40", "when": "today", "method": "new"}
    status, page, path = await enter_card(payer, "/portal/pay-now", **form)
    assert (status, path.endswith("/return")) == (200, True)
    _, done, _ = await payer.post(path.replace("/return", "/confirm"), quote=quote_in(page))
    assert "it is paid" in text(done)
    [made] = await rows(payer, Payment)
    assert (made.amount_cents, made.status) == (4000, "posted")


async def test_a_saved_card_is_added_preferred_and_removed(payer: Visitor) -> None:
    _, page, _ = await payer.get("/portal/methods")
    before = page.count("/remove")
    _, page, path = await enter_card(payer, "/portal/methods", form_token=token_in(page))
    assert path == "/portal/methods"
    assert "It is saved" in text(page)
    await payer.get("/portal/methods/added")  # coming back twice keeps it once
    async with payer.services.backend.db.read_session() as session:
        newest = (await session.scalars(select(PaymentMethod).order_by(PaymentMethod.id.desc()).limit(1))).one()
        kept = (await session.scalars(select(Consent).where(Consent.kind == "saved_method"))).all()
    assert page.count("/remove") == before + 1
    assert [consent.wording in text(page) for consent in kept] == [True]
    _, page, _ = await payer.post(f"/portal/methods/{newest.id}/prefer", form_token=token_in(page))
    assert "Your first choice" in text(page)
    assert "It is taken off" in text(
        (await payer.post(f"/portal/methods/{newest.id}/remove", form_token=token_in(page)))[1]
    )
    async with payer.services.backend.db.read_session() as session:
        assert (await session.get_one(PaymentMethod, newest.id)).active is False


async def test_a_method_that_pays_something_is_not_removed(payer: Visitor) -> None:
    _, page, _ = await read_back(payer, when="later", day=in_days(payer.services.backend, 5).isoformat())
    await confirm(payer, page)
    [item] = await rows(payer, ScheduledPayment)
    status, page, _ = await payer.post(f"/portal/methods/{item.method_id}/remove", form_token=token_in(page))
    assert status == 409
    assert f"The scheduled payment {item.confirmation}" in text(page)
    async with payer.services.backend.db.read_session() as session:
        assert (await session.get_one(PaymentMethod, item.method_id)).active


async def test_auto_pay_keeps_the_words_shown(payer: Visitor) -> None:
    _, page, _ = await payer.get("/portal/autopay")
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    form = {"form_token": token_in(page), "account": RUTH, "method": method[1]}
    status, wrong, _ = await payer.post("/portal/autopay", **form, run="day", day="32")
    assert (status, 'id="day-error"' in wrong) == (422, True)
    _, check, _ = await payer.post("/portal/autopay", **form, run="day", day="15")
    assert "you, Ruth Alvarez, authorize" in text(check)
    assert "$112.40 on Tuesday, December 15, as of now. Its due date is before that, Saturday, December 5" in text(
        check
    )
    _, by_due_date, _ = await payer.post("/portal/autopay", **form, run="due")
    assert re.search(r"\$112.40 on \w+, December \d, as of now. You need not pay it yourself", text(by_due_date))
    fields = hidden_fields(check, "/portal/autopay/check")
    _, again, _ = await payer.post("/portal/autopay/check", **{**fields, "day": "16"})
    assert "please check again" in text(again)
    for _ in range(2):
        _, done, _ = await payer.post("/portal/autopay/check", **fields)
        assert "Auto Pay is set as you agreed" in text(done)
    async with payer.services.backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent).where(Consent.kind == "autopay"))).one()
        row = (await session.scalars(select(AutoPay).where(AutoPay.account_id == 1))).one()
    assert consent.wording in text(check)
    assert (row.day_of_month, consent.channel, consent.reply) == (15, "portal", "I agree")
    _, page, _ = await payer.get("/portal/autopay/stop")
    for _ in range(2):
        _, done, _ = await payer.post("/portal/autopay/stop", **hidden_fields(page, "/portal/autopay/stop"))
        assert "Auto Pay is turned off" in text(done)


async def test_an_arrangement_within_the_rules_is_granted_once(payer: Visitor) -> None:
    first = in_days(payer.services.backend, 7)
    _, page, _ = await payer.get("/portal/arrangement")
    form = {"form_token": token_in(page), "account": RUTH, "rhythm": "two-weeks", "first": first.isoformat()}
    _, check, _ = await payer.post("/portal/arrangement", **form, count="2")
    assert text(check).count("$56.20") == 2
    fields = hidden_fields(check, "/portal/arrangement/check")
    for _ in range(2):
        _, page, _ = await payer.post("/portal/arrangement/check", **fields)
        assert "Your payment arrangement" in text(page)
    assert "Next payment $56.20" in text(page)


async def test_an_arrangement_beyond_the_rules_goes_to_the_office_once(payer: Visitor) -> None:
    first = in_days(payer.services.backend, 7)
    _, page, _ = await payer.get("/portal/arrangement")
    form = {"form_token": token_in(page), "account": RUTH, "rhythm": "month", "first": first.isoformat()}
    _, check, _ = await payer.post("/portal/arrangement", **form, count="6")
    assert "Send it to the office" in text(check)
    numbers, told = set(), []
    for _ in range(2):
        _, page, _ = await payer.post("/portal/arrangement/check", **hidden_fields(check, "/portal/arrangement/check"))
        async with payer.services.backend.db.read_session() as session:
            told.append(await session.scalar(select(func.count()).select_from(OutboxMessage)))
        found = re.search(r"Your request number is ([0-9A-Z-]+)", text(page))
        assert found
        numbers.add(found[1])
    assert len(numbers) == 1
    assert told[0] == told[1]
    assert payer.services.backend.today() + timedelta(days=7) == first


async def test_several_accounts_are_paid_by_one_yes(payer: Visitor) -> None:
    ole = payer.another()
    await ole.sign_in("ole.lindqvist")
    _, page, _ = await ole.get("/portal/pay-now")
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    form = [("form_token", token_in(page)), ("several", "1"), ("when", "today"), ("method", method[1])]
    form += [("pay", "40120-001"), ("amount-40120-001", "143.77"), ("pay", "40120-002"), ("amount-40120-002", "62.18")]
    url = payer.services.settings.public_url
    async with ole.http.post(f"{url}/portal/pay-now", data=form) as answer:
        page = await answer.text()
    assert "Pay $205.95 now" in text(page)
    assert "$143.77 for account ...120-001 and $62.18 for account ...120-002" in text(page)
    for _ in range(2):
        _, done, _ = await confirm(ole, page)
        assert done.count("Your confirmation number is") == 2
    assert [made.amount_cents for made in await rows(payer, Payment)] == [14377, 6218]
    ahead = [*form[:4], ("pay", "40120-001"), ("amount-40120-001", "20.00")]
    async with ole.http.post(f"{url}/portal/pay-now", data=[*ahead, *form[6:7], ("amount-40120-002", "5")]) as answer:
        assert answer.status == 422
        assert "To pay it ahead, choose it alone." in text(await answer.text())
    async with ole.http.post(f"{url}/portal/pay-now", data=ahead) as answer:
        page = await answer.text()
    assert "stays on it as a credit for the next bill" in text(page)
    await confirm(ole, page)
    await ole.http.close()
    assert [made.amount_cents for made in await rows(payer, Payment)] == [14377, 6218, 2000]


async def test_a_draft_payment_is_changed_and_removed(payer: Visitor) -> None:
    backend = payer.services.backend
    async with backend.db.transaction() as session:
        account = await find_account(session, "60022-001")
        assert account is not None
        member = await session.get_one(Member, account.member_id)
        await logins.add(session, backend, member, "marian.voss", await hash_password(DEMO_PASSWORD))
    marian = payer.another()
    await marian.sign_in("marian.voss")
    _, page, _ = await marian.get("/portal/drafts")
    assert "A draft payment is scheduled" in text(page)
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    _, check, _ = await marian.post("/portal/drafts", form_token=token_in(page), account="60022-001", method=method[1])
    for _ in range(2):
        _, done, _ = await marian.post("/portal/drafts/check", **hidden_fields(check, "/portal/drafts/check"))
        assert "The draft payment is set as you agreed" in text(done)
    _, check, _ = await marian.get("/portal/drafts/remove")
    for _ in range(2):
        _, done, _ = await marian.post("/portal/drafts/remove", **hidden_fields(check, "/portal/drafts/remove"))
        assert "The draft payment is removed" in text(done)
    await marian.http.close()
    async with backend.db.read_session() as session:
        consents = (await session.scalars(select(Consent).where(Consent.kind == "bank_draft"))).all()
    assert [(one.channel, one.revoked_at is not None) for one in consents] == [("portal", True)]


async def test_who_owes_nothing_pays_ahead_from_a_page_that_says_so(payer: Visitor) -> None:
    _, page, _ = await read_back(payer)
    await confirm(payer, page)
    _, page, _ = await payer.get("/portal/pay-now")
    assert "What you pay now stays on the account as a credit for the next bill." in text(page)
    assert (await read_back(payer, amount="20"))[0] == 422
    _, page, _ = await read_back(payer, amount="20", ahead="1")
    assert "Nothing is due on this account. What you pay now stays on it as a credit for the next bill." in text(page)
    await confirm(payer, page)
    assert [one.amount_cents for one in await rows(payer, Payment)] == [11240, 2000]
