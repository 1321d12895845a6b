"""The portal where another system keeps the books: its figures, their time when stale, and nothing in place of them."""

from __future__ import annotations

from datetime import date

from backend.app import Backend
from backend.providers.billing.remote import RemoteBilling
from backend.providers.billing.system import Prepaid, SystemUnavailable
from tests.backend.providers.billing.elsewhere import NUMBER, move_books
from tests.bot.portal.conftest import Member
from tests.bot.portal.page_text import quote_in, text
from tests.bot.portal.visitor import Visitor
from tests.standins.billing_system import BillingSystemStandIn

RUTHS = 1
"""The id of her account, the first one made."""
DUE = date(2026, 12, 5)
STALE = "As of this afternoon at 12:00 PM"


async def books_of(backend: Backend) -> BillingSystemStandIn:
    system = await move_books(backend, due_on=DUE)
    assert isinstance(backend.billing, RemoteBilling)
    return system


async def test_the_summary_has_their_figures_and_their_time(visitor: Visitor) -> None:
    system = await books_of(visitor.services.backend)
    await visitor.sign_in("ruth.alvarez")
    shown = text((await visitor.get("/portal"))[1])
    assert "Total amount due $84.20" in shown
    assert "As of" not in shown
    system.trouble = SystemUnavailable()
    visitor.clock.advance(minutes=10)
    shown = text((await visitor.get("/portal"))[1])
    assert "Total amount due $84.20" in shown
    assert STALE in shown


async def test_an_unknown_amount_is_no_zero_on_the_summary(visitor: Visitor) -> None:
    system = await books_of(visitor.services.backend)
    system.trouble = SystemUnavailable()
    await visitor.sign_in("ruth.alvarez")
    shown = text((await visitor.get("/portal"))[1])
    assert "Not known right now" in shown
    assert "does not answer" in shown
    assert "$0.00" not in shown


async def test_what_is_left_on_a_prepaid_account_is_shown(visitor: Visitor) -> None:
    system = await books_of(visitor.services.backend)
    system.owe(NUMBER, 0, prepaid=Prepaid(2310, 5))
    await visitor.sign_in("ruth.alvarez")
    shown = text((await visitor.get("/portal"))[1])
    assert "Left on this prepaid account $23.10" in shown
    assert "Lasts about 5 days" in shown


async def test_a_pay_link_says_of_when_its_figures_are(member: Member) -> None:
    system = await books_of(member.backend)
    await member.backend.billing.refresh(member.backend.db, RUTHS)
    url = await member.link(cents=8420)
    assert "As of" not in text((await member.get(url))[1])
    system.trouble = SystemUnavailable()
    member.clock.advance(minutes=10)
    assert STALE in text((await member.get(url))[1])
    page = await member.enter_card(url)
    assert "as of this afternoon at 12:00 PM" in text(page)
    _, page = await member.post(f"{url}/confirm", data={"quote": quote_in(page)})
    assert "Thank you, it is paid" in text(page)


async def test_a_pay_link_without_figures_takes_nothing(member: Member) -> None:
    url = await member.link(cents=8420)
    system = await books_of(member.backend)
    system.trouble = SystemUnavailable()
    status, page = await member.get(url)
    assert status == 503
    assert "cannot show what is owed" in text(page)
