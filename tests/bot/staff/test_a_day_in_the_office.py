"""A day in the office played in Chromium: 20 talks, 5 tickets, 2 outages and 1 refund.

Two clerks share it, one at a desktop in English, one at a dark phone in Spanish. In the evening the books and the
report must say what was played.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import select

from backend.agent_handoff import ready_answers
from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.outage.announcing import tell_members
from backend.outage.models import KnownOutage
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment, PaymentRefund
from backend.payments.return_files import apply_return_file
from backend.staff.roles import Role
from backend.tickets.models import Ticket
from tests.backend.household import make_household
from tests.backend.network import DirectNetwork
from tests.backend.outage.test_announcing import add_member
from tests.backend.payments.nacha_files import Row, make_file
from tests.backend.payments.paying import due, quote_for, say_yes
from tests.backend.payments.test_alike import book_outside
from tests.bot.conftest import running_edge
from tests.bot.edge import until
from tests.bot.portal.chromium import check, check_here
from tests.bot.staff.office_day import (
    DANGER,
    ENGLISH_WISHES,
    SPANISH_WISHES,
    WEB_WISHES,
    Clerk,
    Day,
    come_in,
    file_tickets,
    seat,
)
from tests.bot.staff.office_people import add_person
from tests.bot.staff.test_office import OPEN
from tests.browser.screens import DESKTOP, PHONE_DARK
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

pytestmark = pytest.mark.browser
REFUND_CENTS = 11000
ACTS = {
    "office_signed_in": 2, "office_answered": 21, "handover_closed": 19, "handover_assigned": 2, "talk_note": 2,
    "handover_snoozed": 1, "handover_reopened": 1, "ticket_worked": 1, "ticket_noted": 1, "ticket_by_hand": 1,
    "ticket_light": 1, "ticket_closed": 3, "ticket_restored": 2, "call_moved": 1, "outage_known": 2,
    "outage_cleared": 2, "refund_requested": 1, "refund_approved": 1,
}  # fmt: skip
"""What the office did, as the audit trail has it; opening the office and looking are not counted."""
NOT_COUNTED = ("office_read", "ready_answer_saved", "office_invited", "office_password_set")
MILL_ROAD = "+15555550288"


async def share_the_dangerous_talk(day: Day, ann: Clerk, bob: Clerk) -> None:
    """Both open it; what one does is on the other's screen without a reload, and nobody writes over a colleague."""
    talk = day.talk(DANGER)
    await check(ann.page, "inbox")
    assert (await ann.page.title()).startswith("(18)")
    await ann.page.keyboard.press("j")
    await ann.page.keyboard.press("Enter")
    await ann.page.wait_for_url(f"**/talks/{talk.id}")
    await bob.page.locator(".talk-link").first.click()
    await expect(ann.page.get_by_text("Bob Ray has it open too")).to_be_visible()
    await ann.press("Take it")
    await expect(ann.page.get_by_role("button", name="Give it back")).to_be_visible()
    await day.edge.text("and now it sparks", phone=talk.reach)
    await expect(ann.page.locator(".line:not(.passed)").last).to_contain_text("now it sparks")
    await expect(ann.page.locator(".talk-link[aria-current]")).to_contain_text("now it sparks")
    await ann.page.get_by_text("Ready answers", exact=True).last.click()
    await ann.page.get_by_role("link", name="Hello").click()
    assert "this is Ann Lee of Prairie Rivers" in await ann.page.get_by_label("Your answer").input_value()
    await ann.write("this is {name}")
    await expect(ann.page.get_by_text("fill in {name}")).to_be_visible()
    await ann.answer(talk, "Ann here, the crew is on its way.")
    await expect(bob.page.locator(".line.office")).to_contain_text("crew is on its way")
    await bob.page.locator("#text").fill("Please stay away from the wire.")
    await expect(ann.page.get_by_text("Bob Ray is writing an answer")).to_be_visible()
    await bob.write("Please stay away from the wire.")
    await expect(bob.page.get_by_role("alert")).to_contain_text("Ann Lee")
    await check_here(bob.page, "talk-collision-es")
    await bob.answer(talk, "Please stay away from the wire.")
    await expect(ann.page.locator(".line.office")).to_have_count(2)
    await ann.page.get_by_text("Note…").click()
    await ann.page.get_by_label("Note", exact=True).fill("Sam is on the way, do not promise a time")
    await ann.press("Keep the note")
    await expect(bob.page.locator(".line.note")).to_contain_text("do not promise")
    await ann.close()


async def hand_over_snooze_and_reopen(day: Day, ann: Clerk, bob: Clerk) -> None:
    """One goes to who speaks Spanish, one is put aside, one waits again by a reply and is opened again."""
    given, aside, again = day.talk(WEB_WISHES[-2]), day.talk(ENGLISH_WISHES[3]), day.talk(SPANISH_WISHES[0])
    await ann.open(given)
    await ann.page.locator(".talk-acts summary").first.click()
    await check(ann.page, "talk")
    await ann.page.get_by_label("Who is to have it").select_option(label="Bob Ray")
    await ann.page.get_by_label("What they should know").fill("she prefers Spanish")
    await ann.press("Give it to them")
    await expect(ann.page.get_by_text("Bob Ray has it")).to_be_visible()
    await bob.go("?show=mine")
    await bob.page.locator(f".talk-link[href*='{given.id}']").click()
    await expect(bob.page.locator(".line.note")).to_contain_text("she prefers Spanish")
    await bob.answer(given, "Buenos días, con gusto le ayudo.")
    await bob.close()

    await ann.open(aside)
    await ann.answer(aside, "I ask the billing system and write again.")
    await ann.page.locator(".talk-acts summary").last.click()
    await ann.page.get_by_label("Or until").fill("2026-11-18T10:10")
    await ann.press("Put it aside")
    await ann.page.wait_for_url("**/staff")
    await expect(ann.page.locator(f".talk-link[href*='{aside.id}']")).to_have_count(0)

    await bob.open(again)
    await bob.answer(again, "Buenos días, ya veo su factura.")
    await day.edge.text("gracias, ¿y cuándo vence?", phone=again.reach)
    await bob.go("")
    row = bob.page.locator(f".talk-link[href*='{again.id}']")
    await expect(row).to_contain_text("cuándo vence")
    await row.click()
    await bob.answer(again, "Vence el 8 de diciembre.")
    await bob.close()
    await bob.open(again)
    await bob.page.locator("form[action$='/reopen'] button").click()
    await bob.close()

    day.clock.advance(minutes=5)
    await ann.go("")
    await ann.page.locator(f".talk-link[href*='{aside.id}']").click()
    await ann.answer(aside, "It was billed once; the second line is the deposit.")
    await ann.close()


async def answer_the_others(day: Day, ann: Clerk, bob: Clerk) -> None:
    """The rest of the list, by turns; the last of each drawn."""
    left = [talk for talk in day.talks if talk.channel != "voice" and talk.id not in day.waited]
    assert len(left) == 14
    for number, talk in enumerate(left[:-2]):
        words = "Con gusto, ya está hecho." if talk.spanish else "Done, thank you for asking."
        await (ann, bob)[number % 2].answer_undrawn(talk, f"{words} ({number})")
    for clerk, talk in zip((ann, bob), left[-2:], strict=True):
        await clerk.open(talk)
        await clerk.answer(talk, "That is settled.")
        await clerk.close()
    await expect(ann.page.locator("#waiting")).to_have_text("")
    await ann.go("inbox/answers")
    await check_here(ann.page, "ready-answers")
    await bob.go("inbox/answers/0")
    await check(bob.page, "ready-answer-es")


async def work_on_tickets(ann: Clerk, bob: Clerk, numbers: dict[str, str]) -> None:
    await bob.go("tickets")
    await check(bob.page, "tickets-es")
    await ann.go(f"tickets/{numbers['danger']}")
    await ann.press("I work on it")
    await ann.page.get_by_label("Note among the office").fill("Sam drives by at noon")
    await ann.press("Add the note")
    await expect(ann.page.get_by_text("Ann Lee: Sam drives by at noon")).to_be_visible()
    await check(ann.page, "ticket")
    await ann.page.get_by_label("What was done").fill("wire is off, pole mended")
    await ann.press("Close it …")
    await check_here(ann.page, "ticket-close")
    await ann.press("It is done: close it and tell them")
    await ann.page.wait_for_url(f"**/tickets?done={numbers['danger']}")

    await ann.go("tickets/new")
    await ann.page.get_by_label("What is it?").select_option("light")
    await ann.press("Read it back")
    await expect(ann.page.get_by_label("What they told you")).to_be_focused()
    await ann.page.get_by_label("What they told you").fill("The street light is out, and there is smoke at the pole")
    await ann.page.get_by_label("Where").fill("2 Mill Road, Elizabeth")
    await ann.press("Read it back")
    await expect(ann.page.get_by_role("alert")).to_contain_text("sound dangerous")
    await check_here(ann.page, "tickets-new-check")
    await ann.press("I asked, nobody is in danger")
    await expect(ann.page.get_by_role("heading", level=1)).to_contain_text("Light")
    await ann.page.get_by_label("What was done").fill("new lamp")
    await ann.press("Done, close it")
    await bob.go("tickets/new")
    await check(bob.page, "tickets-new-es")


async def work_on_outages(ann: Clerk, bob: Clerk) -> None:
    """One is made of what was reported, one by hand for a road from which nobody has written."""
    await bob.go("outages")
    await check(bob.page, "outages-es")
    await ann.go("outages")
    await ann.page.get_by_label("Ridge Road").check()
    await ann.press("Make one outage of these …")
    await expect(ann.page.get_by_label("Where")).to_have_value("Ridge Road (Elizabeth)")
    await ann.page.get_by_label("Cause").fill("a tree on the line")
    await ann.press("See whom it tells")
    await check_here(ann.page, "outage-preview")
    await ann.press("Open it and tell them: 2")
    await expect(ann.page.get_by_role("heading", name="Ridge Road")).to_be_visible()
    await ann.go("outages/new")
    await ann.page.get_by_label("Where").fill("Mill Road")
    await ann.press("See whom it tells")
    await ann.press("Open it and tell them: 1")
    await expect(ann.page.get_by_role("heading", name="Mill Road")).to_be_visible()
    await check(ann.page, "outages-open")
    await tell_twice(ann.day)
    ann.day.clock.advance(minutes=30)
    await ann.page.get_by_role("link", name="Power is back …").first.click()
    await check_here(ann.page, "outages-end")
    await ann.press("Power is back: tell them")
    await ann.page.wait_for_url("**/staff/outages")
    await ann.page.get_by_role("link", name="Power is back …").click()
    await ann.press("Power is back: tell them")
    await expect(ann.page.get_by_role("heading", name="Ended in the last two days")).to_be_visible()


async def tell_twice(day: Day) -> None:
    """The job of every minute, once more than there is something to tell."""
    for _ in range(3):
        await tell_members(day.backend, day.backend.today())


async def make_the_call(ann: Clerk, bob: Clerk) -> None:
    await bob.go("calls")
    await check(bob.page, "calls-es")
    await ann.go("calls")
    await ann.page.get_by_role("link", name="Ole Berg").first.click()
    await check(ann.page, "call")
    await ann.page.get_by_label("Call at").fill("2026-11-20T09:30")
    await ann.page.get_by_label("Text the member").check()
    await ann.press("Move the call")
    await ann.press("Move it and send this text")
    await expect(ann.page.get_by_role("heading", name="Late")).to_have_count(0)
    await ann.page.get_by_role("link", name="Ole Berg").first.click()
    await ann.page.get_by_label("What came of it").fill("called early, all is clear")
    await ann.press("Done, close the call")


async def give_money_back(ann: Clerk, bob: Clerk, payment: Payment) -> None:
    """An agent asks, a supervisor approves."""
    await ann.go(f"money/payments/{payment.confirmation}")
    await check(ann.page, "money-payment")
    await ann.page.get_by_label("Amount, without the fee").fill("110.00")
    await ann.page.get_by_label("Reason").fill("paid twice")
    await ann.page.locator("form[action$='/refund'] button").click()
    await ann.press("Ask for a refund of $110.00")
    await expect(ann.page.get_by_role("heading", level=1)).to_contain_text("Refund")
    await expect(ann.page.locator("form[action$='/decide']")).to_have_count(0)
    await bob.go("money")
    await check(bob.page, "money-es")
    await bob.page.locator("a[href*='/money/refunds/']").first.click()
    await check_here(bob.page, "money-refund-es")
    await bob.page.locator("form[action$='/decide'] [name=reason]").fill("I saw both receipts")
    await bob.page.locator("form[action$='/decide'] button[value=approve]").dblclick()
    await expect(bob.page.locator("dl.facts")).to_contain_text("I saw both receipts")
    await ann.go("money/accounts/99999-001")
    await check(ann.page, "money-account")


async def check_books(day: Day, network: DirectNetwork) -> None:
    """What the database says of the day."""
    async with day.backend.db.read_session() as session:
        handoffs = Counter(await session.scalars(select(AgentHandoff.status)))
        answers = list(await session.scalars(select(OfficeMessage)))
        [refund] = await session.scalars(select(PaymentRefund))
        tickets = list(await session.scalars(select(Ticket)))
        outages = list(await session.scalars(select(KnownOutage)))
        sent = list(await session.scalars(select(OutboxMessage)))
        by_office = select(AuditRow.act).where(AuditRow.channel == "office", AuditRow.act.not_in(NOT_COUNTED))
        acts = Counter(await session.scalars(by_office))
    assert handoffs == {"closed": 18, "transferred": 2}
    assert len(answers) == day.acts["office_answered"] == 21
    assert [ticket.status for ticket in tickets] == ["closed"] * 5
    assert all(outage.cleared_at for outage in outages)
    assert len(outages) == 2
    assert (refund.status, refund.amount_cents, refund.asked_by, refund.approved_by) == (
        "succeeded", REFUND_CENTS, "Ann Lee", "Bob Ray",
    )  # fmt: skip
    assert network.given_back_cents() == REFUND_CENTS
    assert acts == ACTS
    members = {talk.reach for talk in day.talks} | {MILL_ROAD, "+15555550142", "ruth@example.com"}
    told = sorted((one.recipient, one.body) for one in sent if one.recipient in members)
    assert sorted(set(told)) == told, "a message was sent twice"
    texts = [one for one in told if one[0].startswith("+")]
    await until(lambda: len(list_carried(day, members)) >= len(texts))
    assert list_carried(day, members) == texts, "the carrier got something else, or something twice"


def list_carried(day: Day, members: set[str]) -> list[tuple[str, str]]:
    """The texts that the carrier took for these phones. The crew and the office are reminded as time goes by."""
    fields = [one.fields for one in day.edge.twilio.messages]
    return sorted((one["To"], one["Body"]) for one in fields if one["To"] in members)


async def check_report(day: Day, bob: Clerk) -> None:
    """The page says what was played, to the second."""
    waited = sorted(day.waited.values())
    assert len(waited) == 18
    figures = {row[0]: row[1] for row in csv.reader(io.StringIO(await bob.read("reports/csv/figures?days=7&lang=en")))}
    expected = {
        "Talks": "20", "Handed over": "20", "In Spanish": "30", "Paid": "112.40",
        "First answer of a person": f"{waited[8]:.1f}",
    }  # fmt: skip
    assert {name: figures[name] for name in expected} == expected
    waiting = {row[0]: row[1] for row in csv.reader(io.StringIO(await bob.read("reports/csv/waiting?days=7&lang=en")))}
    assert (waiting["First answer of a person"], waiting["Calls put through"]) == ("18", "2")
    assert waiting["No answer by text or chat"] == "0"
    await bob.go("reports?days=7&lang=en")
    for row in ("First answer of a person 18", "Calls put through 2"):
        await expect(bob.page.get_by_role("row", name=row)).to_be_visible()


async def test_a_day_in_the_office(
    browser: Browser, folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(OPEN)
    async with running_edge(folder, engine, twilio, clock) as edge:
        day, network = Day(edge, clock), DirectNetwork()
        backend = day.backend
        backend.payments = network
        await add_person(backend, "Ann Lee", Role.AGENT)
        await add_person(backend, "Bob Ray", Role.SUPERVISOR)
        home = await make_household(backend)
        await add_member(backend, 3, "3 Mill Road, Elizabeth", "text", phone=MILL_ROAD)
        await book_outside(backend, home)
        await apply_return_file(backend, "nov.ach", make_file(Row("XXX222", 700)).encode())
        payment = (await say_yes(backend, await quote_for(backend, home))).payment
        assert payment is not None
        async with backend.db.transaction() as session:
            await ready_answers.add_usual(session, backend, "Ann Lee")
        owed = await due(backend, home.account_id)
        await come_in(day)
        numbers = await file_tickets(day)

        ann = await seat(day, browser, "Ann Lee", DESKTOP, "en")
        bob = await seat(day, browser, "Bob Ray", PHONE_DARK, "es")
        await share_the_dangerous_talk(day, ann, bob)
        await hand_over_snooze_and_reopen(day, ann, bob)
        await answer_the_others(day, ann, bob)
        await work_on_tickets(ann, bob, numbers)
        await work_on_outages(ann, bob)
        await make_the_call(ann, bob)
        await give_money_back(ann, bob, payment)
        await tell_twice(day)
        await until(lambda: len(twilio.to(MILL_ROAD)) == 2)
        assert await due(backend, home.account_id) == owed + REFUND_CENTS
        await check_books(day, network)
        await check_report(day, bob)
