"""The hosted page as a browser sees it."""

import asyncio
import re

import aiohttp
import pytest

from backend.providers.payments.base import HostedEntry
from sandbox.instruments import ACCOUNTS, CARDS
from tests.contracts.payment_provider import DETAILS
from tests.sandbox.conftest import Served

RETURN_URL = "http://127.0.0.1:8080/portal/pay/some-link/return"
CARD = {
    "name": "Ruth Alvarez",
    "number": "4242 4242 4242 4242",
    "expiry": "12/35",
    "cvc": "7381",
    "zip": "73018",
}
GOOD_CARD = CARD | {"cvc": "738"}
BANK = {
    "name": "Ruth Alvarez",
    "routing": "110000000",
    "account": "000123456789",
    "account_again": "000123456789",
}
OVER = "update entries set opened_at = '2020-01-01T00:00:00+00:00'"


async def opened(served: Served, description: str = "Electric bill", amount_cents: int = 11240) -> HostedEntry:
    return await served.provider.open_entry(
        reference="99999-001", amount_cents=amount_cents, description=description, return_url=RETURN_URL
    )


async def get(served: Served, url: str) -> tuple[aiohttp.ClientResponse, str]:
    async with served.browser.get(url) as response:
        return response, await response.text()


async def submit(served: Served, url: str, form: dict[str, str]) -> tuple[aiohttp.ClientResponse, str]:
    async with served.browser.post(url, data=form, allow_redirects=False) as response:
        return response, await response.text()


async def test_the_card_page_asks_for_a_card(served: Served) -> None:
    response, html = await get(served, (await opened(served)).url)
    assert response.status == 200
    assert "Pay $112.40" in html
    assert "99999-001" in html
    for name in ("name", "number", "expiry", "cvc", "zip"):
        assert f'<label for="{name}">' in html
        assert f'<input id="{name}" name="{name}"' in html
    assert "aria-invalid" not in html


async def test_page_needs_no_script_and_allows_none(served: Served) -> None:
    response, html = await get(served, (await opened(served)).url)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self' http://127.0.0.1:8080" in policy
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    style, _ = await get(served, f"{served.url}/entry.css")
    assert (style.status, style.content_type) == (200, "text/css")


async def test_merchant_text_is_only_text(served: Served) -> None:
    _, html = await get(served, (await opened(served, "<script>alert(1)</script>")).url)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


async def test_without_an_amount_it_saves_a_method(served: Served) -> None:
    _, html = await get(served, (await opened(served, amount_cents=0)).url)
    assert "Save a way to pay" in html
    assert "$0.00" not in html


async def test_a_good_card_sends_the_member_back(served: Served) -> None:
    entry = await opened(served)
    response, _ = await submit(served, entry.url, GOOD_CARD)
    assert (response.status, response.headers["Location"]) == (303, RETURN_URL)
    result = await served.provider.entry_result(entry.entry_id)
    assert (result.status, result.kind, result.brand, result.last4) == ("complete", "card", "Visa", "4242")
    assert (result.exp_month, result.exp_year) == (12, 2035)


async def test_a_good_account_sends_the_member_back(served: Served) -> None:
    entry = await opened(served)
    response, _ = await submit(served, f"{entry.url}/bank", BANK)
    assert (response.status, response.headers["Location"]) == (303, RETURN_URL)
    result = await served.provider.entry_result(entry.entry_id)
    assert (result.kind, result.last4, result.exp_month) == ("bank", "6789", None)


async def test_mistake_is_named_and_all_but_the_numbers_redisplayed(served: Served) -> None:
    entry = await opened(served)
    response, html = await submit(served, entry.url, CARD)
    assert response.status == 422
    assert "<title>Error:" in html
    assert 'role="alert"' in html
    assert '<a href="#cvc">' in html
    assert 'aria-describedby="cvc-hint cvc-error"' in html
    assert 'value="Ruth Alvarez"' in html
    assert 'value="12/35"' in html
    assert "7381" not in html
    assert "4242 4242" not in html
    assert (await served.provider.entry_result(entry.entry_id)).status == "pending"


async def test_account_numbers_are_not_redisplayed(served: Served) -> None:
    entry = await opened(served)
    response, html = await submit(served, f"{entry.url}/bank", BANK | {"account_again": "000123456780"})
    assert response.status == 422
    assert 'value="110000000"' in html
    assert 'value="000123456789"' not in html
    assert "000123456780" not in html


async def test_no_number_is_stored(served: Served) -> None:
    entry, other = await opened(served), await opened(served)
    await submit(served, entry.url, GOOD_CARD)
    await submit(served, f"{other.url}/bank", BANK)
    tables = [row["name"] for row in served.database.all("select name from sqlite_master where type = 'table'")]
    stored = [str(value) for table in tables for row in served.database.all(f"select * from {table}") for value in row]
    assert "4242" in stored
    assert not [value for value in stored if "4242424242424242" in value or "000123456789" in value]
    assert not {"738", "73018", "Ruth Alvarez"} & set(stored)


async def test_resent_form_changes_nothing(served: Served) -> None:
    entry = await opened(served)
    await asyncio.gather(*(submit(served, entry.url, GOOD_CARD) for _ in range(5)))
    first = await served.provider.entry_result(entry.entry_id)
    response, _ = await submit(served, entry.url, GOOD_CARD | {"number": "5555555555554444"})
    assert response.status == 303
    assert await served.provider.entry_result(entry.entry_id) == first
    made = served.database.one("select count(*) from methods where token like 'tok_%' and exp_year = 2035")
    seeds = served.database.one("select count(*) from methods where token like 'tok_visa%' and exp_year = 2035")
    assert made is not None
    assert seeds is not None
    assert made[0] - seeds[0] == 1


async def test_cancel_goes_back_without_a_method(served: Served) -> None:
    entry = await opened(served)
    response, _ = await submit(served, f"{entry.url}/cancel", {})
    assert (response.status, response.headers["Location"]) == (303, RETURN_URL)
    assert (await served.provider.entry_result(entry.entry_id)).status == "abandoned"
    response, html = await submit(served, entry.url, GOOD_CARD)
    assert response.status == 410
    assert RETURN_URL in html
    assert (await served.provider.entry_result(entry.entry_id)).token is None


async def test_cancel_after_the_method_was_given_changes_nothing(served: Served) -> None:
    entry = await opened(served)
    await submit(served, entry.url, GOOD_CARD)
    await submit(served, f"{entry.url}/cancel", {})
    assert (await served.provider.entry_result(entry.entry_id)).status == "complete"


async def test_page_left_open_too_long_is_closed(served: Served) -> None:
    entry = await opened(served)
    served.database.execute(OVER)
    response, _ = await submit(served, entry.url, GOOD_CARD)
    assert response.status == 410
    assert (await served.provider.entry_result(entry.entry_id)).status == "abandoned"


async def test_finished_page_says_so(served: Served) -> None:
    entry = await opened(served)
    await submit(served, entry.url, GOOD_CARD)
    response, html = await get(served, entry.url)
    assert response.status == 200
    assert "<form" not in html
    assert RETURN_URL in html


@pytest.mark.parametrize("path", ["/entry/nothing", "/entry/nothing/bank", "/elsewhere", "/entry/%00"])
async def test_an_unknown_page_is_a_kind_404(served: Served, path: str) -> None:
    response, html = await get(served, served.url + path)
    assert response.status == 404
    assert "<h1>This page is not here</h1>" in html


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"\xff\xfe=%ff&number=%00", 422),
        ("application/x-www-form-urlencoded", b"&a=1" * 100, 400),
        ("application/x-www-form-urlencoded", b"number=" + b"4" * 20_000, 413),
    ],
)
async def test_a_body_that_no_browser_sends_is_refused(
    served: Served, content_type: str, body: bytes, status: int
) -> None:
    entry = await opened(served)
    headers = {"Content-Type": content_type}
    async with served.browser.post(entry.url, data=body, headers=headers) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        assert "Traceback" not in await response.text()


@pytest.mark.parametrize("number", CARDS)
async def test_each_test_card_behaves_as_published(served: Served, number: str) -> None:
    entry = await opened(served)
    cvc = "1234" if CARDS[number].brand == "American Express" else "123"
    await submit(served, entry.url, GOOD_CARD | {"number": number, "cvc": cvc})
    token = (await served.provider.entry_result(entry.entry_id)).token or ""
    charge = await served.provider.authorize(key="k", token=token, amount_cents=100, description="d", details=DETAILS)
    assert charge.decline_code == CARDS[number].code
    assert charge.status == ("declined" if CARDS[number].code else "authorized")


async def test_a_card_on_file_expires(served: Served) -> None:
    entry = await opened(served)
    today = await served.provider.calendar()
    await submit(served, entry.url, GOOD_CARD | {"expiry": f"{today.month:02}/{today.year}"})
    token = (await served.provider.entry_result(entry.entry_id)).token or ""
    this_month = await served.provider.authorize(key="a", token=token, amount_cents=1, description="d", details=DETAILS)
    await served.provider.move_calendar(today.replace(year=today.year + 1, day=1))
    a_year_on = await served.provider.authorize(key="b", token=token, amount_cents=1, description="d", details=DETAILS)
    assert (this_month.status, a_year_on.decline_code) == ("authorized", "expired_card")


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_each_test_account_behaves_as_published(served: Served, account: str) -> None:
    entry = await opened(served)
    await submit(served, f"{entry.url}/bank", BANK | {"account": account, "account_again": account})
    token = (await served.provider.entry_result(entry.entry_id)).token or ""
    await served.provider.authorize(key="k", token=token, amount_cents=100, description="d", details=DETAILS)
    await served.provider.capture("k")
    today = await served.provider.calendar()
    await served.provider.move_calendar(today.fromordinal(today.toordinal() + 6))
    codes = [notice.code for notice in await served.provider.returns_since(0)]
    assert codes == ([ACCOUNTS[account].code] if ACCOUNTS[account].code else [])
