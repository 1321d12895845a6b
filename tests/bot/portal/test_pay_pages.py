import asyncio

import aiohttp
import pytest
from sqlalchemy import func, select

from backend.consents.models import Consent
from backend.conversations.models import PushEvent
from backend.payments.models import Payment, ScheduledPayment
from backend.payments.processing import recover
from tests.bot.portal.conftest import Member, in_days
from tests.bot.portal.page_text import payments, quote_in, read_pdf, text
from tests.contracts.sandbox_network import SandboxNetwork

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}


async def test_a_member_pays_by_link(member: Member) -> None:
    url = await member.link()
    status, page = await member.get(url)
    assert status == 200
    assert "$112.40" in page
    assert "...999-001" in page
    assert "99999" not in page

    _, entry = await member.post(url)
    assert "9-001" in entry
    assert "99999" not in entry

    page = await member.enter_card(url)
    shown = text(page)
    assert "Visa ending 4242" in shown
    assert "Total $112.40" in shown
    assert "Pay $112.40" in shown
    assert await payments(member) == []

    status, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    made = (await payments(member))[0]
    assert status == 200
    assert made.status == "posted"
    assert made.confirmation in page
    assert "nothing more is due" in text(page)
    assert "/receipt" in page
    receipt = await read_pdf(member.http, f"{url}/receipt")
    assert all(words in receipt for words in (made.confirmation, "$112.40", "...999-001", "ending 4242"))
    assert "99999-001" not in receipt
    async with aiohttp.ClientSession() as elsewhere, elsewhere.get(f"{url}/receipt") as answer:
        assert answer.content_type == "text/html", "only who paid gets the receipt"
        assert "112.40" in (seen := await answer.text())
        assert "...999-001" not in seen


async def test_the_talk_that_gave_the_link_goes_on_by_itself(member: Member) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    for _ in range(2):
        await member.post(f"{url}/confirm", data={"quote": quote})
    made = (await payments(member))[0]
    async with member.backend.db.read_session() as session:
        events = [event.data for event in await session.scalars(select(PushEvent))]
    assert {event["reply_to"] for event in events} == {events[0]["reply_to"]}, "a page shows it once"
    [message] = events[0]["messages"]
    assert "It is paid" in message["text"]
    card = message["card"]
    assert (card["kind"], card["id"], card["title"]) == ("paid", made.confirmation, "Paid: $112.40")
    assert card["link"]["url"].endswith(f"/portal/payments/{made.confirmation}")
    assert ["Confirmation", made.confirmation] in card["rows"]


async def test_consent_has_the_words_shown(member: Member) -> None:
    url = await member.link()
    page = await member.enter_card(url)
    await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    async with member.backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
    assert consent.wording in text(page)
    assert consent.reply == "Pay $112.40"


async def test_pressing_twice_pays_once(member: Member) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    answers = await asyncio.gather(*(member.post(f"{url}/confirm", data={"quote": quote}) for _ in range(4)))
    made = await payments(member)
    assert len(made) == 1
    status, later = await member.post(f"{url}/confirm", data={"quote": quote})
    assert status == 200
    assert made[0].confirmation in later
    assert all(status == 200 for status, _ in answers)


async def test_paid_link_shows_its_payment(member: Member) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    await member.post(f"{url}/confirm", data={"quote": quote})
    confirmation = (await payments(member))[0].confirmation
    for address in (url, f"{url}/return", f"{url}/done"):
        _, page = await member.get(address)
        assert confirmation in page
    _, page = await member.post(url)
    assert confirmation in page


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("4000000000000002", "the bank did not approve it"),
        ("4000000000009995", "not enough money"),
        ("4000000000009979", "the bank did not approve it"),
    ],
)
async def test_declined_card_is_reported_and_another_may_be_used(member: Member, number: str, reason: str) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url, number))
    status, page = await member.post(f"{url}/confirm", data={"quote": quote})
    assert status == 200
    assert "declined" in text(page)
    assert reason in text(page).replace("The bank", "the bank")
    assert "Nothing was taken" in text(page)

    quote = quote_in(await member.enter_card(url))
    status, page = await member.post(f"{url}/confirm", data={"quote": quote})
    assert "it is paid" in text(page)
    assert [payment.status for payment in await payments(member)] == ["declined", "posted"]


async def test_a_later_day_is_scheduled(member: Member) -> None:
    day = in_days(member.backend, 5)
    url = await member.link(on=day)
    page = await member.enter_card(url)
    assert "Schedule $112.40" in page
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert "it is scheduled" in text(page)
    assert await payments(member) == []
    async with member.backend.db.read_session() as session:
        made = (await session.scalars(select(ScheduledPayment).where(ScheduledPayment.run_on == day))).one()
    assert made.confirmation in page


async def test_outdated_yes_is_read_back_again(member: Member) -> None:
    url = await member.link()
    await member.enter_card(url)
    status, page = await member.post(f"{url}/confirm", data={"quote": "0" * 32})
    assert status == 200
    assert "please check again" in text(page)
    assert await payments(member) == []


async def test_a_read_back_that_is_too_old_is_read_again(member: Member) -> None:
    url = await member.link()
    old = quote_in(await member.enter_card(url))
    member.clock.advance(minutes=11)
    _, page = await member.post(f"{url}/confirm", data={"quote": old})
    assert "please check again" in text(page)
    assert quote_in(page) != old
    assert await payments(member) == []
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert "it is paid" in text(page)


async def test_unknown_expired_and_miswritten_links_look_the_same(member: Member) -> None:
    url = await member.link()
    member.clock.advance(minutes=31)
    base = url.rsplit("/", 1)[0]
    answers = [
        await member.get(address) for address in (url, f"{base}/{'a' * 22}", f"{base}/x", f"{base}/%3Cb%3E{'a' * 20}")
    ]
    assert {status for status, _ in answers} == {404}
    assert len({page for _, page in answers}) == 1
    assert member.backend.coop.office_phone_display in answers[0][1]


async def test_every_address_of_an_expired_link_is_closed(member: Member) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    member.clock.advance(minutes=31)
    assert (await member.get(f"{url}/return"))[0] == 404
    assert (await member.get(f"{url}/done"))[0] == 404
    assert (await member.post(url))[0] == 404
    assert (await member.post(f"{url}/confirm", data={"quote": quote}))[0] == 404
    assert await payments(member) == []


async def test_leaving_the_provider_without_a_card_is_mentioned(member: Member) -> None:
    url = await member.link()
    status, page = await member.get(f"{url}/return")
    assert status == 200
    assert "Nothing has been paid" in text(page)
    async with member.http.post(url) as entry:
        cancel = f"{entry.url}/cancel"
    status, page = await member.post(cancel)
    assert status == 200
    assert "Nothing has been paid" in text(page)


async def test_missing_network_is_mentioned_and_settled_later(member: Member, network: SandboxNetwork) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    network.kill()
    try:
        _, page = await member.post(f"{url}/confirm", data={"quote": quote})
        assert "We are checking your payment" in text(page)
        assert "do not pay again" in text(page)
        status, page = await member.post(await member.link(cents=500))
        assert status == 503
        assert "try again" in text(page)
    finally:
        network.start()
    await recover(member.backend)
    _, page = await member.get(f"{url}/done")
    assert "it is paid" in text(page)
    assert len(await payments(member)) == 1


FOREIGN = {
    "another site": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "another site's origin": ({"Origin": "https://evil.example"}, 403),
    "a browser that hides its origin": ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
    "an old browser": ({}, 200),
}


@pytest.mark.parametrize(("headers", "status"), FOREIGN.values(), ids=FOREIGN.keys())
async def test_posts_from_elsewhere_are_refused(member: Member, headers: dict[str, str], status: int) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    answer, _ = await member.post(f"{url}/confirm", data={"quote": quote}, headers=headers)
    assert answer == status
    assert len(await payments(member)) == (1 if status == 200 else 0)


async def test_pages_keep_to_themselves(member: Member) -> None:
    url = await member.link()
    for address in (url, f"{url[:-4]}aaaa"):
        async with member.http.get(address) as answer:
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert f"form-action 'self' {member.backend.settings.sandbox_network_url}" in policy
            assert "unsafe" not in policy
            page = await answer.text()
        assert "<script" not in page
        assert "style=" not in page


async def test_paid_bill_cannot_be_paid_again(member: Member) -> None:
    first, second = await member.link(), await member.link()
    await member.enter_card(second)
    quote = quote_in(await member.enter_card(first))
    await member.post(f"{first}/confirm", data={"quote": quote})
    _, page = await member.get(second)
    assert "Nothing is due" in text(page)
    assert "Continue" not in page
    status, page = await member.get(f"{second}/return")
    assert status == 409
    assert "Nothing is due" in text(page)
    async with member.backend.db.read_session() as session:
        count = await session.scalar(select(func.count()).where(Payment.conversation_id == "web-1"))
    assert count == 1


@pytest.mark.parametrize("body", [b"", b"quote=", b"quote=\xff\xfe", b"x" * 3000, b"quote=%00&quote=<b>"])
async def test_odd_forms_pay_nothing(member: Member, body: bytes) -> None:
    url = await member.link()
    await member.enter_card(url)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _ = await member.post(f"{url}/confirm", data=body, headers=headers)
    assert status == 200
    assert await payments(member) == []


async def test_what_one_browser_entered_is_neither_shown_to_nor_used_by_another(member: Member) -> None:
    url = await member.link()
    quote = quote_in(await member.enter_card(url))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Member(member.backend, member.clock, http)
        for path, post in ((f"{url}/return", None), (f"{url}/confirm", {"quote": quote})):
            status, page = await (other.post(path, data=post) if post else other.get(path))
            assert (status, "4242" in page, "entered in another browser" in text(page)) == (200, False, True)
        assert await payments(member) == []
        mine = quote_in(await other.enter_card(url, "5555555555554444"))
        _, page = await member.post(f"{url}/confirm", data={"quote": quote})
        assert "entered in another browser" in text(page), "each browser has the same abilities"
        await other.post(f"{url}/confirm", data={"quote": mine})
    assert len(await payments(member)) == 1
    _, page = await member.get(f"{url}/done")
    [made] = await payments(member)
    assert "This payment is done" in text(page), "what is owed is for the browser that paid"
    assert made.confirmation in page
    for shown in ("4444", "due", "credit", "What happens next", "..."):
        assert shown not in text(page)
