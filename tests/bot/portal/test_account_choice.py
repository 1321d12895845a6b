"""Another account that is chosen above a form: the form of the account before is not acted on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.payments.models import ScheduledPayment
from bot.portal.menu import MENU
from tests.bot.portal.page_text import text
from tests.bot.portal.signed_in import acts, confirm, consents, hidden_fields, submit, tickets
from tests.bot.portal.visitor import Visitor

FIRST, SECOND = "40120-001", "40120-002"
OUTAGE, AUTOPAY = "/portal/outage", "/portal/autopay"


async def sign_in(visitor: Visitor) -> None:
    """Ole has two accounts."""
    await visitor.sign_in("ole.lindqvist")


async def test_every_choice_of_an_account_goes_with_the_form_that_acts(visitor: Visitor) -> None:
    await sign_in(visitor)
    for url in [item.url for group in MENU for item in group.items]:
        _, page, _ = await visitor.get(f"{url}?account={SECOND}")
        if "data-account-choice" not in page:
            continue
        forms = set(re.findall(r' form="([^"]+)"', page))
        main = page[page.index("<main") :]
        acting = [form for form in re.findall(r"<form [^>]*post[^>]*>", main) if "/portal/logout" not in form]
        assert [re.findall(r' id="([^"]+)"', form) for form in acting] == [[form] for form in forms], url
        if acting:
            assert f"For account {SECOND}" in text(main[main.index(acting[0]) :]), url
            assert hidden_fields(page)["account"] == SECOND, url


@pytest.mark.parametrize("typed", [{"chosen": SECOND}, {"chosen": FIRST, "show": "1"}])
async def test_a_report_never_goes_to_the_place_that_was_shown_before(visitor: Visitor, typed: dict[str, str]) -> None:
    await sign_in(visitor)
    _, page, _ = await visitor.get(f"{OUTAGE}?account={FIRST}")
    words = {"what": "danger", "words": "a wire is down", "phone": "555-555-0142"}
    status, again = await submit(visitor, page, OUTAGE, **words, **typed)
    assert (status, await tickets(visitor)) == (200, [])
    assert "a wire is down" in again
    assert f"You chose account {typed['chosen']}" in text(again)
    await submit(visitor, again, OUTAGE, **words, chosen=typed["chosen"])
    places = {account: await place_of(visitor, account) for account in (FIRST, SECOND)}
    assert [one.place for one in await tickets(visitor)] == [places[typed["chosen"]]]


async def place_of(visitor: Visitor, number: str) -> str:
    _, page, _ = await visitor.get(f"/portal/billing?account={number}")
    found = re.search(rf"<option[^>]*>{number}, ([^<]+)</option>", page)
    assert found
    return found[1]


async def test_auto_pay_is_not_set_up_for_the_account_that_was_shown_before(visitor: Visitor) -> None:
    await sign_in(visitor)
    _, page, _ = await visitor.get(f"{AUTOPAY}?account={FIRST}")
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    typed = {"method": method[1], "run": "day", "day": "17"}
    status, again = await submit(visitor, page, AUTOPAY, **typed, chosen=SECOND)
    assert status == 200
    assert 'value="17"' in again
    assert hidden_fields(again)["account"] == SECOND
    _, check = await submit(visitor, again, AUTOPAY, **typed, chosen=SECOND)
    assert f"For account {SECOND}" in text(check)
    assert (await submit(visitor, page, AUTOPAY, **typed, chosen="99999-001"))[0] == 404
    # a form whose handler does not know of the choice: its page comes, nothing is done
    status, _page = await submit(visitor, check, f"{AUTOPAY}/check", account=FIRST, chosen=SECOND)
    assert (status, await consents(visitor), await acts(visitor)) == (200, [], [])


async def test_a_page_about_a_payment_names_its_own_account(visitor: Visitor) -> None:
    """The account shown first is another one: its number above an authorization would be wrong."""
    await sign_in(visitor)
    _, page, _ = await visitor.get("/portal/pay-now")
    method = re.search(r'name="method" value="(\d+)"', page)
    assert method
    backend = visitor.services.backend
    days = [(backend.today() + timedelta(days=count)).isoformat() for count in (5, 8)]
    typed = {"pay": SECOND, f"amount-{SECOND}": "20.00", "when": "later", "day": days[0], "method": method[1]}
    _, check, _ = await visitor.post("/portal/pay-now", **hidden_fields(page), **typed)
    await confirm(visitor, check)
    async with backend.db.read_session() as session:
        [item] = (
            await session.scalars(select(ScheduledPayment).where(ScheduledPayment.conversation_id.is_not(None)))
        ).all()
    for question in (f"move?day={days[1]}", "cancel"):
        _, page, _ = await visitor.get(f"/portal/payments/{item.confirmation}/{question}")
        assert f"For account {SECOND}" in text(page)
        main = page[page.index("<main") :]
        assert FIRST not in main
