"""Another account that is chosen above a form: the form of the account before is not acted on."""

from __future__ import annotations

import re

import pytest

from bot.portal.menu import MENU
from tests.bot.portal.page_text import text
from tests.bot.portal.signed_in import acts, consents, hidden_fields, submit, tickets
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
