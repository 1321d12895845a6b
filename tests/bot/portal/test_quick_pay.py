"""Quick Pay without signing in: the gate of the talk, what is due and nothing else, and the secure page."""

from __future__ import annotations

from sqlalchemy import func, select

from backend.members import identity_challenge, rate_limits
from backend.outbox.models import OutboxMessage
from backend.payments.models import PayLink, Payment
from tests.bot.portal.conftest import CARD
from tests.bot.portal.page_text import quote_in, text
from tests.bot.portal.visitor import Visitor

GOOD = {"number": "99999-001", "last4": "0142"}


async def test_paying_the_amount_due_by_a_new_card(payer: Visitor) -> None:
    guest = payer.another()
    _, page, path = await guest.post("/portal/quick-pay", **GOOD)
    shown = text(page)
    assert path == "/portal/quick-pay/pay"
    assert "Amount due $112.40" in shown
    for private in ("99999", "Ruth", "Alvarez", "Mill Road", "example.com", "0142"):
        assert private not in page
    url = payer.services.settings.public_url
    form = {"amount": "112.40", "when": "today"}
    async with guest.http.post(f"{url}/portal/quick-pay/pay", data=form) as entry:
        address = str(entry.url)
    _, page, path = await guest.post(address, **{**CARD, "number": "4242424242424242"})
    assert "Pay $112.40" in text(page)
    _, page, _ = await guest.post(path.replace("/return", "/confirm"), quote=quote_in(page))
    assert "it is paid" in text(page)
    await guest.http.close()
    async with payer.services.backend.db.read_session() as session:
        made = await session.scalars(select(Payment).where(Payment.conversation_id.is_not(None)))
        assert [(one.amount_cents, one.status, one.channel) for one in made] == [(11240, "posted", "web")]


async def test_one_message_whichever_part_is_wrong_and_then_the_lock(payer: Visitor) -> None:
    guest = payer.another()
    answers = [
        await guest.post("/portal/quick-pay", **{**GOOD, **wrong})
        for wrong in ({"last4": "0143"}, {"number": "99998-001"})
    ]
    assert {status for status, _, _ in answers} == {422}
    shown = {text(page) for _, page, _ in answers}
    assert len({words.replace("99998", "99999") for words in shown}) == 1
    for _ in range(4):
        status, page, _ = await guest.post("/portal/quick-pay", **{**GOOD, "last4": "0143"})
    assert (status, "too many tries" in text(page)) == (429, True)
    # under the lock even the right ones open nothing by themselves: a code goes to the phone on file
    _, page, path = await guest.post("/portal/quick-pay", **GOOD)
    assert path in ("/portal/quick-pay/code", "/portal/quick-pay")
    assert "112.40" not in page
    assert (await guest.get("/portal/quick-pay/pay"))[2] == "/portal/quick-pay"
    await guest.http.close()


async def test_the_number_alone_opens_nothing_and_is_no_try(payer: Visitor) -> None:
    guest = payer.another()
    status, page, _ = await guest.post("/portal/quick-pay", number="99999", last4="0142")
    assert status == 422
    assert "number alone no longer opens" in text(page)
    assert 'value="99999"' in page
    await guest.http.close()
    backend = payer.services.backend
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(rate_limits.IdentityMiss))).all() == []


async def test_it_closes_after_a_quarter_of_an_hour(payer: Visitor) -> None:
    guest = payer.another()
    await guest.post("/portal/quick-pay", **GOOD)
    payer.clock.advance(minutes=16)
    _, page, path = await guest.post("/portal/quick-pay/pay", amount="1", when="today")
    assert path == "/portal/quick-pay"
    assert "That was a while ago" in text(page)
    await guest.http.close()
    async with payer.services.backend.db.read_session() as session:
        assert (await session.scalars(select(PayLink))).all() == []


async def test_another_browser_has_nothing_open(payer: Visitor) -> None:
    guest, stranger = payer.another(), payer.another()
    await guest.post("/portal/quick-pay", **GOOD)
    assert (await stranger.get("/portal/quick-pay/pay"))[2] == "/portal/quick-pay"
    await guest.http.close()
    await stranger.http.close()


async def test_a_day_too_far_is_said_beside_the_field(payer: Visitor) -> None:
    guest = payer.another()
    await guest.post("/portal/quick-pay", **GOOD)
    for form, field in (
        ({"amount": "x", "when": "today"}, "amount"),
        ({"amount": "20", "when": "later", "day": "2027-12-01"}, "day"),
    ):
        status, page, _ = await guest.post("/portal/quick-pay/pay", **form)
        assert (status, f'id="{field}-error"' in page) == (422, True)
        assert f'value="{form["amount"]}"' in page
    await guest.http.close()


async def test_in_spanish_the_providers_page_is_in_spanish_too(payer: Visitor) -> None:
    guest = payer.another()
    await guest.get("/portal/quick-pay?lang=es")
    _, page, _ = await guest.post("/portal/quick-pay", **{**GOOD, "last4": "0143"})
    assert 'value="0143"' in page
    assert "número de socio completo" in text(page)
    await guest.post("/portal/quick-pay", **GOOD)
    url = payer.services.settings.public_url
    async with guest.http.post(f"{url}/portal/quick-pay/pay", data={"amount": "40", "when": "today"}) as entry:
        address, page = str(entry.url), await entry.text()
    assert '<html lang="es">' in page
    assert "Número de tarjeta" in text(page)
    _, page, _ = await guest.post(address, **{**CARD, "number": ""})
    assert "Por favor escriba el número de la tarjeta." in text(page)
    await guest.http.close()


async def test_new_sessions_do_not_flood_the_member_with_codes(payer: Visitor) -> None:
    """Whoever knows number and last four, under a lock: three an hour, and the page says so to everybody."""
    backend = payer.services.backend
    for _ in range(6):
        await payer.post("/portal/quick-pay", **{**GOOD, "last4": "0143"})
    pages = set()
    for given in [GOOD] * 9 + [{**GOOD, "last4": "0143"}]:
        guest = payer.another()
        pages.add(text((await guest.post("/portal/quick-pay", **given))[1]))
        await guest.http.close()
    await identity_challenge.process_pending(backend)
    async with backend.db.read_session() as session:
        sent = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.purpose == "code")
        assert await session.scalar(sent) == 3
    assert all("At most three codes an hour" in page for page in pages)


async def test_paying_in_advance_becomes_a_credit(payer: Visitor) -> None:
    guest = payer.another()
    _, page, _ = await guest.post("/portal/quick-pay", number="20417-001", last4="0111")
    assert "What you pay now stays on the account as a credit for the next bill." in text(page)
    url, form = payer.services.settings.public_url, {"amount": "20", "when": "today"}
    async with guest.http.post(f"{url}/portal/quick-pay/pay", data=form) as refused:
        assert refused.status == 422  # not from a page that said so
    assert 'name="ahead" value="1"' in page
    async with guest.http.post(f"{url}/portal/quick-pay/pay", data=form | {"ahead": "1"}) as entry:
        address = str(entry.url)
    _, page, path = await guest.post(address, **{**CARD, "number": "4242424242424242"})
    assert "Nothing is due on this account. What you pay now stays on it as a credit" in text(page)
    _, page, _ = await guest.post(path.replace("/return", "/confirm"), quote=quote_in(page))
    assert "your account has a credit of $" in text(page)
    await guest.http.close()
