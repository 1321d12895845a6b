"""What was typed into a form of the office stays: when it is refused, and when the session ended meanwhile."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.outage.models import KnownOutage
from backend.payments.models import CounterPayment
from backend.staff import kept_forms
from backend.staff.models import StaffKeptForm
from tests.backend.household import Household
from tests.bot.edge import Answer, Edge
from tests.bot.staff.test_money import agree, become, pay, send
from tests.bot.staff.test_office import sign_in, token_in

ACCOUNT = "/staff/money/accounts/99999-001"
TYPED = {
    "amount": "50.00", "kind": "money_order", "reference": "28765432109", "received_on": "2026-11-12",
    "reason": "drop box",
}  # fmt: skip


async def go_on_without_secrets(edge: Edge, path: str, page: Answer) -> Answer:
    """Send a form again whose words had something taken out."""
    assert page.status == 422
    assert "Nothing is saved or sent yet." in page.text
    return await edge.post(path, data=filled_in(page, path))


async def test_a_reason_that_looks_like_a_password_is_no_blank_reason(
    edge: Edge, backend: Backend, home: Household
) -> None:
    await become(edge, "ann")
    shown = filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book") | TYPED | {"reason": "her password is Brombeer2020"}
    page = await edge.post(f"{ACCOUNT}/book", data=shown)
    assert page.status == 422
    assert "Taken out: what looks like a password." in page.text
    assert "Brombeer2020" not in page.text
    again = filled_in(page, f"{ACCOUNT}/book")
    assert again.items() >= (TYPED | {"key": shown["key"], "reason": "her password is"}).items()
    nothing_left = await edge.post(f"{ACCOUNT}/book", data=again | {"reason": "4111 1111 1111 1111"})
    empty = filled_in(nothing_left, f"{ACCOUNT}/book")
    assert empty["reason"] == ""
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(CounterPayment))) == []


def filled_in(page: Answer, path: str) -> dict[str, str]:
    """The values of the form that goes to `path`, as a browser would send them."""
    form = page.text[page.text.index(f'action="{path}"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r'<input [^>]*type="hidden"[^>]*>|<input [^>]*>', form):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="(\w+)" selected', options)
        found[name] = (chosen or re.search(r'<option value="(\w+)"', options) or "?")[1]
    for name, text in re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text)
    return found


async def end_sessions(edge: Edge) -> None:
    """As after eight hours: the browser has no session cookie any more, and is still known."""
    edge.http.cookie_jar.clear(lambda cookie: cookie.key == "ml_staff")


@pytest.mark.parametrize(
    "wrong", [{"amount": "12,50"}, {"amount": "0"}, {"received_on": "2026-08-01"}, {"kind": "check", "reference": ""}]
)
async def test_a_refused_booking_keeps_every_field(
    edge: Edge,
    backend: Backend,
    home: Household,
    wrong: dict[str, str],
) -> None:
    await become(edge, "ann")
    refused = await send(edge, ACCOUNT, f"{ACCOUNT}/book", **(TYPED | wrong))
    assert refused.status in (409, 422)
    assert filled_in(refused, f"{ACCOUNT}/book").items() >= (TYPED | wrong).items()


async def test_a_refused_refund_keeps_every_field(edge: Edge, backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    await become(edge, "ann")
    url = f"/staff/money/payments/{payment.confirmation}"
    typed = {"amount": "12,50", "reason": "paid twice"}
    assert filled_in(await send(edge, url, f"{url}/refund", **typed), f"{url}/refund").items() >= typed.items()


async def test_a_refused_outage_keeps_every_field(edge: Edge, backend: Backend) -> None:
    await become(edge, "ann")
    typed = {"area": "Ridge Road", "cause": "a tree", "estimate": "11/18/2026 5pm"}
    refused = await send(edge, "/staff/outages/new", "/staff/outages/preview", **typed)
    assert refused.status == 422
    assert filled_in(refused, "/staff/outages/preview").items() >= typed.items()
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(KnownOutage))) == []
    good = {**typed, "estimate": "2026-11-18T17:00"}
    preview = await send(edge, "/staff/outages/new", "/staff/outages/preview", **good)
    await edge.post("/staff/outages", data=filled_in(preview, "/staff/outages"))
    changed = {"cause": "two trees", "estimate": "soon"}
    refused = await send(edge, "/staff/outages", "/staff/outages/1", **changed)
    assert filled_in(refused, "/staff/outages/1").items() >= changed.items()
    assert 'name="area" required maxlength="300" value=""' in (await edge.get("/staff/outages/new")).text


async def test_a_refused_sign_in_keeps_the_name(edge: Edge) -> None:
    assert 'value="bobby"' in (await sign_in(edge, name="bobby")).text


async def test_a_form_of_an_ended_session_comes_back_and_books_nothing(
    edge: Edge,
    backend: Backend,
    home: Household,
) -> None:
    await become(edge, "ann")
    shown = filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book") | TYPED | {"reason": "card 4111 1111 1111 1111"}
    await end_sessions(edge)
    asked = await edge.post(f"{ACCOUNT}/book", data=shown)
    assert "Nothing was booked" in asked.text
    assert "you get the form back" in asked.text
    back = await sign_in(edge)
    assert "The form is as you filled it in" in back.text
    again = filled_in(back, f"{ACCOUNT}/book")
    assert again.items() >= (TYPED | {"key": shown["key"], "reason": "card [card number removed]"}).items()
    assert again["token"] != shown["token"], "the new session has a form token of its own"
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(CounterPayment))) == [], "the sign-in books nothing"
    assert "Counter payment" in (await agree(edge, await edge.post(f"{ACCOUNT}/book", data=again))).text
    assert filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book")["amount"] == ""
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(StaffKeptForm))) == []


async def test_nobody_else_gets_the_form_and_not_for_long(
    edge: Edge,
    backend: Backend,
    home: Household,
) -> None:
    await become(edge, "ann")
    shown = filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book") | TYPED
    await end_sessions(edge)
    await edge.post(f"{ACCOUNT}/book", data=shown)
    assert "Who waits" in (await sign_in(edge, name="bob")).text
    assert filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book")["amount"] == ""
    await end_sessions(edge)
    assert "get the form back" in (await edge.post(f"{ACCOUNT}/book", data=shown)).text
    backend.clock.advance(seconds=kept_forms.LIFETIME.total_seconds() + 1)  # type: ignore[attr-defined]
    assert "Who waits" in (await sign_in(edge, name="bob")).text
    assert filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book")["amount"] == ""


async def test_a_stranger_leaves_no_form(edge: Edge, backend: Backend, home: Household) -> None:
    asked = await edge.post(f"{ACCOUNT}/book", data=TYPED)
    assert "fill in the form once more" in asked.text
    await become(edge, "ann")
    await end_sessions(edge)
    forged = await edge.post(f"{ACCOUNT}/book", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert "fill in the form once more" in forged.text
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(StaffKeptForm))) == []


async def test_a_form_from_before_a_new_sign_in_comes_back_to_its_own_browser_alone(
    edge: Edge,
    backend: Backend,
    home: Household,
) -> None:
    await become(edge, "ann")
    old = filled_in(await edge.get(ACCOUNT), f"{ACCOUNT}/book") | TYPED
    await end_sessions(edge)
    await sign_in(edge)
    assert (await edge.post(f"{ACCOUNT}/book", data=old)).status == 403
    back = await edge.post(f"{ACCOUNT}/book", data=old, headers={"Sec-Fetch-Site": "same-origin"})
    assert "Nothing was booked" in back.text
    assert filled_in(back, f"{ACCOUNT}/book").items() >= TYPED.items()
    assert token_in(back) != old["token"]
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(CounterPayment))) == []
