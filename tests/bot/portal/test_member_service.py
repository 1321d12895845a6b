"""Outages and changes of service on the account page: danger first, one ticket an event, read back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.demo import DEMO_PASSWORD
from backend.outbox.models import OutboxMessage
from backend.tickets import service as ticket_service
from tests.bot.portal.page_text import text
from tests.bot.portal.signed_in import acts, confirm, submit, tickets
from tests.bot.portal.visitor import Visitor

OUTAGE = "/portal/outage"


async def report(visitor: Visitor, **typed: str) -> tuple[int, str]:
    _, page, _ = await visitor.get(OUTAGE)
    return await submit(visitor, page, OUTAGE, **({"phone": "555-555-0142"} | typed))


@pytest.mark.parametrize(
    "typed",
    [
        {"what": "danger"},
        {"what": "out", "words": "a wire is down on the road and sparking"},
        {"words": "the pole is on fire"},
    ],
)
async def test_danger_is_filed_before_anything_is_asked(visitor: Visitor, typed: dict[str, str]) -> None:
    await visitor.sign_in()
    status, page = await report(visitor, **typed)
    assert status == 200
    shown = text(page)
    assert "Call 911 now" in shown or "call 911" in shown
    filed = (await tickets(visitor))[0]
    assert (filed.kind, filed.urgent, filed.place) == ("danger", True, "14 Mill Road, Elizabeth, IL")
    assert filed.number in shown
    assert "For 14 Mill Road, Elizabeth, IL." in shown
    stands = text((await visitor.get(OUTAGE))[1])
    assert f"Danger reported Number {filed.number}, for 14 Mill Road, Elizabeth, IL." in stands
    assert "on the list for the crew" not in stands


async def test_an_outage_is_read_back_and_filed_once(visitor: Visitor) -> None:
    await visitor.sign_in()
    status, page = await report(visitor, phone="12")
    assert status == 422
    assert "Please choose what is wrong." in text(page)
    assert 'value="12"' in page
    _, page = await report(visitor, what="out", words="a loud bang before", phone="555-555-0198")
    assert await tickets(visitor) == []
    assert "a loud bang before" in text(page)
    for _ in range(2):
        status, done = await confirm(visitor, page)
        assert status == 200
    filed = await tickets(visitor)
    assert [(one.kind, one.urgent, one.phone) for one in filed] == [("outage", False, "+15555550198")]
    assert filed[0].number in text(done)
    _, page, _ = await visitor.get(OUTAGE)
    assert "Your report is on the list for the crew." in text(page)
    wish = f'data-memberline-say="Please call me back about my power report {filed[0].number}"'
    assert wish in page, "the call that is asked for names the report"
    _, page, _ = await visitor.get(f"{OUTAGE}/back")
    await confirm(visitor, page)
    assert (await tickets(visitor))[0].outcome == ticket_service.RESTORED_OUTCOME
    assert (await confirm(visitor, page))[0] == 200  # a second time there is nothing to close
    assert (await acts(visitor)).count("ticket_outage") == 1


async def test_somebody_who_depends_on_power_makes_it_urgent(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page = await report(visitor, what="out", needs_power="1")
    assert "use your backup now" in text(page)
    await confirm(visitor, page)
    assert (await tickets(visitor))[0].urgent


async def test_stopping_service_asks_for_what_the_office_needs(visitor: Visitor) -> None:
    await visitor.sign_in()
    url = "/portal/service/stop"
    _, page, _ = await visitor.get(url)
    status, wrong = await submit(visitor, page, url, day="2026-11-01", phone="555", bill="elsewhere", bill_to="there")
    assert status == 422
    shown = text(wrong)
    for words in ("That day has passed.", "All 10 digits", "A whole address or an email"):
        assert words in shown
    assert 'value="2026-11-01"' in wrong
    assert wrong.count(" autofocus") == 1
    _, page = await submit(visitor, page, url, day="2026-12-20", phone="555-555-0198", bill="email")
    assert "Where 14 Mill Road, Elizabeth, IL Day Sunday, December 20" in text(page)
    for wrong_password in ("", "a guess"):  # a page that was left open must not be enough
        status, again = await confirm(visitor, page, password=wrong_password)
        assert (status, 'name="password"' in again) == (422, True)
    assert await tickets(visitor) == []
    for _ in range(2):
        assert (await confirm(visitor, page, password=DEMO_PASSWORD))[0] == 200
    filed = await tickets(visitor)
    assert len(filed) == 1
    assert filed[0].details["wish"] == "stop service"
    assert filed[0].details["final bill to"] == "the email on file, ruth@example.com"
    told = filed[0].details["who asked"]
    assert told.startswith("proven by the password, typed again for this on the account page; the member was told")
    assert "The phone to call is NOT on file: call 555-555-0142 too" in told
    async with visitor.services.backend.db.read_session() as session:
        query = select(OutboxMessage.recipient).where(OutboxMessage.dedupe_key.startswith("in-name:"))
        assert set(await session.scalars(query)) == {"+15555550142", "ruth@example.com"}, "what is on file, no other"


async def test_a_request_is_listed_and_taken_back(visitor: Visitor) -> None:
    await visitor.sign_in()
    url = "/portal/service/move"
    _, page, _ = await visitor.get(url)
    typed = {"address": "12 Oak Street, Hanover", "day": "12/4/2026", "phone": "555-555-0142"}
    status, page = await submit(visitor, page, url, **typed)
    assert (status, 'id="last_day-error"' in page) == (422, True)
    typed["last_day"] = "12/6/2026"
    _, page = await submit(visitor, page, url, **typed)
    assert "Moves to 12 Oak Street, Hanover First day with power there Friday, December 4" in text(page)
    assert "Last day with power at the old place Sunday, December 6" in text(page)
    await confirm(visitor, page, password=DEMO_PASSWORD)
    filed = (await tickets(visitor))[0]
    _, page, _ = await visitor.get("/portal/service")
    assert filed.number in page
    _, page, _ = await visitor.get(f"/portal/service/take-back?number={filed.number}")
    await confirm(visitor, page)
    assert (await tickets(visitor))[0].status == ticket_service.WITHDRAWN


async def test_another_account_s_ticket_is_neither_shown_nor_taken_back(visitor: Visitor) -> None:
    other = visitor.another()
    await other.sign_in("ole.lindqvist")
    _, page = await report(other, what="out")
    await confirm(other, page)
    await other.http.close()
    number = (await tickets(visitor))[0].number
    await visitor.sign_in()
    assert number not in (await visitor.get(OUTAGE))[1]
    assert (await visitor.get(f"/portal/service/take-back?number={number}"))[0] == 404
    _, page, _ = await visitor.get("/portal/service/start")
    await submit(visitor, page, "/portal/service/take-back", number=number, yes="1")
    assert (await tickets(visitor))[0].status == "open"


async def test_the_account_page_can_be_kept_on_a_phone(visitor: Visitor) -> None:
    url = visitor.services.settings.public_url
    async with visitor.http.get(f"{url}/manifest.webmanifest") as answer:
        assert answer.content_type == "application/manifest+json"
        manifest = await answer.json(content_type=None)
    assert manifest["start_url"] == "/portal"
    assert {"any", "maskable"} == {icon["purpose"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        async with visitor.http.get(url + icon["src"]) as answer:
            head = (await answer.read())[:24]
        size = int.from_bytes(head[16:20], "big")
        assert (head[:4], f"{size}x{size}") == (b"\x89PNG", icon["sizes"])
    await visitor.sign_in()
    assert '<link rel="manifest" href="/manifest.webmanifest">' in (await visitor.get("/portal/bills"))[1]
