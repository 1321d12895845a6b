"""The office's review and reports: what was understood, marks, export, figures, and the pages in a browser."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select, update

from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.app import Backend
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.review.models import ReviewMark, TurnReading
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.portal.chromium import check
from tests.bot.staff.test_office import ACCOUNTS, OPEN, PASSWORD, sign_in
from tests.bot.staff.test_sent_forms import filled_in
from tests.browser.screens import PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support.talks import Said, add_talk

TOKEN = re.compile(r'name="token" value="([^"]+)"')
UNDERSTOOD = {
    "intent": "check_balance", "confidence": 0.913, "acts": [["start", 0.88], ["ask", 0.41]], "task": "balance_form",
    "subject": "balance", "missed": True,
}  # fmt: skip


SUMMARY = {
    "who": "not identified", "account": "", "level": "anonymous", "channel": "web", "language": "English",
    "tried": "paying a bill", "last_lines": [], "seen": 3,
}  # fmt: skip


async def add_sample(backend: Backend) -> list[int]:
    """A talk with buttons, one that was missed and handed over, and one in Spanish."""
    at = OPEN - timedelta(days=1)
    ids = await add_talk(
        backend, "web-1", at,
        [Said("I want to pay my bill <b>now</b>", buttons=(("Yes, pay it", "/affirm"),)), Said("", payload="/affirm"),
         Said("the meter hums", intent="out_of_scope", task="action_unclear", missed=True)],
    )  # fmt: skip
    await add_talk(
        backend, "sms-1", at + timedelta(hours=1), [Said("quiero pagar", parts=2)], channel="sms", language="es"
    )
    async with backend.db.transaction() as session:
        asked = at + timedelta(minutes=2)
        session.add(AgentHandoff(conversation_id="web-1", status="answered", created_at=asked, summary=SUMMARY))
        session.add(
            OfficeMessage(conversation_id="web-1", author="Ann", text="Ann here.", at=asked + timedelta(minutes=3))
        )
    return ids


async def test_what_was_understood_is_kept_with_the_answer(edge: Edge, backend: Backend) -> None:
    edge.engine.readings["what do I owe"] = UNDERSTOOD
    await edge.text("what do I owe")
    chat = await edge.session()
    await edge.chat(chat, "hello", id="1")
    async with backend.db.read_session() as session:
        read, other = await session.scalars(select(TurnReading).order_by(TurnReading.inbound_id))
    assert (read.intent, read.task, read.subject, read.missed) == ("check_balance", "balance_form", "balance", True)
    assert (read.confidence, read.acts, read.parts) == (0.913, [["start", 0.88], ["ask", 0.41]], 1)
    assert (other.intent, other.acts, other.parts) == ("", [], 0)


async def test_a_talk_shows_what_was_said_and_understood(edge: Edge, backend: Backend) -> None:
    ids = await add_sample(backend)
    assert (await edge.get("/staff/review", allow_redirects=False)).status == 303
    await sign_in(edge)
    listed = await edge.get("/staff/review")
    assert listed.text.index("quiero pagar") < listed.text.index("I want to pay my bill &lt;b&gt;now")
    assert "quiero" not in (await edge.get("/staff/review?missed=1")).text
    assert "No talk fits" in (await edge.get("/staff/review?channel=voice")).text
    talk = (await edge.get(f"/staff/review/talks/{ids[2]}?missed=1")).text
    for words in (
        "Yes, pay it",
        "pressed a button",
        "Pay a bill (sure)",
        "asked again, or did not know",
        "Ann here.",
        "an unclear wish",
    ):
        assert words in talk
    assert 'href="/staff/review?missed=1"' in talk
    assert (await edge.get("/staff/review/talks/9999")).status == 404
    async with backend.db.read_session() as session:
        acts = [row.after for row in await session.scalars(select(AuditRow).where(AuditRow.act == "office_read"))]
    assert acts == [{"conversation": "web-1"}]


async def test_bad_days_are_named_beside_the_field(edge: Edge) -> None:
    await sign_in(edge)
    for query in ("from=2026-13-40", "from=2026-11-18&to=2026-11-01", "from=2020-01-01&to=2026-11-01"):
        for page in ("review", "reports"):
            answer = await edge.get(f"/staff/{page}?{query}")
            assert answer.status == 422
            assert 'id="from-error"' in answer.text
    assert (await edge.get("/staff/reports/csv/talks?from=2026-13-40")).status == 404
    assert (await edge.get("/staff/reports/csv/nothing")).status == 404


async def test_a_mark_is_made_changed_and_taken_off(edge: Edge, backend: Backend) -> None:
    ids = await add_sample(backend)
    await sign_in(edge)
    url = f"/staff/review/talks/{ids[2]}"
    found = TOKEN.search((await edge.get(url)).text)
    assert found
    form = {"token": found[1], "kind": "missed_wish", "meant": "meter_problem", "note": "call 4242424242424242"}
    shown = await edge.post(f"{url}/mark?missed=1", data=form)
    assert (shown.status, "4242" in shown.text) == (422, False)
    kept = filled_in(shown, f"{url}/mark?missed=1")
    assert (kept["kind"], kept["meant"], kept["note"]) == ("missed_wish", "meter_problem", "call")
    form = {**form, "note": "call"}
    made = await edge.post(f"{url}/mark?missed=1", data=kept, allow_redirects=False)
    assert made.headers["location"] == f"{url}?missed=1#turn-{ids[2]}"
    refused = await edge.post(f"{url}/mark", data={**form, "kind": "", "note": "kept words"})
    assert refused.status == 422
    assert "kept words" in refused.text
    assert "Please choose one of the list." in refused.text
    async with backend.db.transaction() as session:
        await session.execute(update(TurnReading).values(missed=False))
        taken = await session.scalar(select(TurnReading.intent).where(TurnReading.inbound_id == ids[2]))
    understood = await edge.post(f"{url}/mark", data={**form, "meant": str(taken)})
    assert (understood.status, "The assistant took it for this." in understood.text) == (422, True)
    offered = re.search(r'<select id="meant-.*?</select>', understood.text, re.S)
    assert offered
    titles = re.findall(r"<option [^>]*>([^<]+)<", offered[0])
    assert len(titles) == len(set(titles)), "each meaning is offered once"
    assert not {"The member says yes", "The member wants a person"} & set(titles)
    async with backend.db.read_session() as session:
        [mark] = await session.scalars(select(ReviewMark))
    assert (mark.kind, mark.meant, mark.marked_by) == ("missed_wish", "meter_problem", "ann")
    assert mark.note == "call"
    marks = (await edge.get("/staff/review/marks")).text
    assert "the meter hums" in marks
    assert "Meant: Meter problem" in marks
    sentences = await edge.get("/staff/review/marks/sentences")
    assert [json.loads(line) for line in sentences.text.splitlines()] == [
        {"text": "the meter hums", "intent": "meter_problem", "language": "en"}
    ]
    async with edge.http.get(f"{edge.url}/staff/review/marks/transcripts") as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.namelist() == [f"talk-{ids[0]}.yml"]
    await edge.post(f"{url}/mark", data={**form, "remove": "1"})
    assert "Nothing is marked yet" in (await edge.get("/staff/review/marks")).text
    assert (await edge.post("/staff/review/talks/9999/mark", data=form)).status == 404


async def test_reports_and_their_csv_say_the_same(edge: Edge, backend: Backend) -> None:
    await add_sample(backend)
    await sign_in(edge)
    page = (await edge.get("/staff/reports?days=7")).text
    assert "Nov 12, 2026 to Nov 18, 2026, beside the 7 days before." in page
    figures = await edge.get("/staff/reports/csv/figures?days=7")
    assert figures.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in figures.headers["content-disposition"]
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(figures.text))}
    assert rows["Talks"] == ["2", "0"]
    assert rows["Ended without a person"] == ["50", ""]
    assert rows["First answer of a person"] == ["180.0", ""]
    days = list(csv.reader(io.StringIO((await edge.get("/staff/reports/csv/talks?days=7")).text)))
    assert days[0] == ["Day", "Web chat", "Text", "Total"]
    assert ["2026-11-17", "1", "1", "2"] in days
    spanish = (await edge.get("/staff/reports?days=7&lang=es")).text
    assert "Terminadas sin una persona" in spanish


@pytest.mark.browser
async def test_every_page_in_a_browser(
    browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN), STAFF_ACCOUNTS=ACCOUNTS) as edge:
        await add_sample(edge.services.backend)
        context = await browser.new_context(**PHONE_DARK)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{edge.url}/staff/sign-in")
        await page.get_by_label("Name").fill("ann")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.goto(f"{edge.url}/staff/review")
        await check(page, "review")
        await page.get_by_label("Something was not understood").check()
        await page.get_by_role("button", name="Show").click()
        await page.get_by_role("link", name="I want to pay my bill").click()
        turn = page.locator("li.turn.missed")
        await turn.locator("summary").click()
        await turn.get_by_label("What went wrong").select_option("missed_wish")
        await turn.get_by_label("What was meant").select_option("meter_problem")
        await check(page, "review-talk")
        await turn.get_by_role("button", name="Save the mark").click()
        await expect(turn.get_by_text("Meant: Meter problem")).to_be_visible()
        await page.goto(f"{edge.url}/staff/review/marks")
        await check(page, "review-marks")
        await page.goto(f"{edge.url}/staff/reports")
        await check(page, "reports")
        await context.close()
