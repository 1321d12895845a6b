"""The figures of a range of days, on each database, and the weekly mail with the same figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.app import Backend
from backend.autopay.models import AutomaticDraft
from backend.billing.models import Bill
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment, PaymentRefund
from backend.reports.cells import Money, Seconds, Share, format_cell, format_csv_cell, format_seconds
from backend.reports.days import DayRange, last_week
from backend.reports.service import Report, load_report
from backend.reports.service_figures import grouped_percentile, percentile
from backend.reports.tables import list_headlines, list_tables
from backend.reports.weekly import mail_weekly_report
from backend.tickets import service as tickets
from tests.backend.household import NOW, TODAY, Household
from tests.backend.payments.paying import quote_for, say_yes
from tests.support.talks import Said, add_talk

ZONE = ZoneInfo("America/Chicago")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PRICE = Decimal("1.1")


async def load(backend: Backend, first: date, last: date) -> Report:
    async with backend.db.read_session() as session:
        return await load_report(session, backend, DayRange(first, last, ZONE))


def figures(report: Report) -> dict[str, str]:
    return {one.key: format_cell(one.value) for one in list_headlines(report, PRICE)}


def table(report: Report, key: str) -> list[list[str]]:
    rows = next(each.rows for each in list_tables(report, PRICE) if each.key == key)
    return [[format_cell(cell) for cell in row] for row in rows]


async def make_a_day(backend: Backend) -> None:
    """Four talks of yesterday, one handed over and answered after six minutes, one with a promised call."""
    at = NOW - DAY
    await add_talk(backend, "a", at, [Said("pay"), Said("hm", missed=True)], channel="sms")
    await add_talk(backend, "b", at, [Said("hola", subject="outage_map")], language="es")
    await add_talk(backend, "c", at, [Said("a person", intent="speak_to_human")])
    await add_talk(backend, "d", at, [Said("call me")])
    async with backend.db.transaction() as session:
        for again in (0, 1):  # who asks twice is one talk
            session.add(
                AgentHandoff(
                    conversation_id="c", status="closed", created_at=at + MINUTE * (1 + again),
                    closed_at=at + 30 * MINUTE, summary={"tried": "paying a bill, asked for the pay amount"},
                )
            )  # fmt: skip
        session.add(OfficeMessage(conversation_id="c", author="Ann", text="Hello", at=at + 7 * MINUTE))
        ticket = await tickets.open_ticket(session, backend, "d", kind="callback", details={"name": "R"})
        ticket.created_at = at + MINUTE


async def test_talks_and_who_needed_a_person(backend: Backend) -> None:
    await make_a_day(backend)
    report = await load(backend, TODAY - DAY, TODAY)
    found = figures(report)
    assert (found["talks"], found["contained"], found["handed_over"], found["spanish"]) == ("4", "50%", "1", "25%")
    assert found["missed"] == "20%"
    assert found["first_answer"] == "5 min"
    assert report.before.talks.total == 0
    assert table(report, "talks") == [["Nov 17, 2026", "3", "1", "4"], ["Nov 18, 2026", "0", "0", "0"]]
    assert table(report, "handovers") == [["paying a bill", "2"]]
    assert table(report, "waiting")[:3] == [
        ["First answer of a person", "2", "5 min", "6 min"],
        ["Until the office closed it", "2", "28 min", "29 min"],
        ["No answer by text or chat", "0", "", ""],
    ]
    assert table(report, "subjects") == [["outage map", "1", "0"]]
    assert "A person" not in {row[0] for row in table(report, "wishes")}, "counted by talks, under Asked for a person"


async def test_a_talk_counts_on_the_local_day(backend: Backend) -> None:
    evening = datetime(2026, 11, 17, 3, 30, tzinfo=UTC)  # half past nine in the evening of the 16th
    await add_talk(backend, "a", evening, [Said("hello"), Said("still here")], apart=timedelta(hours=6))
    assert figures(await load(backend, date(2026, 11, 16), date(2026, 11, 16)))["talks"] == "1"
    assert figures(await load(backend, date(2026, 11, 17), date(2026, 11, 18)))["talks"] == "0"


async def test_a_handover_of_a_later_talk_leaves_the_earlier_one_contained(backend: Backend) -> None:
    await add_talk(backend, "a", NOW - 3 * DAY, [Said("hello")])
    await add_talk(backend, "a", NOW - DAY, [Said("a person")])
    async with backend.db.transaction() as session:
        session.add(AgentHandoff(conversation_id="a", status="waiting", created_at=NOW - DAY + MINUTE))
    early = await load(backend, TODAY - 4 * DAY, TODAY - 2 * DAY)
    assert (early.now.talks.total, early.now.talks.contained, early.now.talks.handed_over) == (1, 1, 0)
    both = await load(backend, TODAY - 4 * DAY, TODAY)
    assert (both.now.talks.total, both.now.talks.contained, both.now.talks.handed_over) == (2, 1, 1)


async def test_who_asked_while_the_office_was_closed_is_counted(backend: Backend) -> None:
    await make_a_day(backend)
    at = NOW - DAY
    await add_talk(backend, "e", at, [Said("a person"), Said("agent", intent="speak_to_human", task="action_person")])
    await add_talk(backend, "f", at, [Said("agent", intent="speak_to_human"), Said("yes", intent="affirm")])
    async with backend.db.transaction() as session:
        ticket = await tickets.open_ticket(session, backend, "f", kind="callback", details={"name": "R"})
        ticket.created_at = at + MINUTE
    report = await load(backend, TODAY - DAY, TODAY)
    assert figures(report)["asked"] == "3"
    assert [row[1] for row in table(report, "asked")] == ["1", "1", "1"]
    assert figures(report)["handed_over"] == "1"
    assert figures(report)["contained"] == "33%", "who asked and reached nobody did not end well without a person"


async def test_wishes_are_what_members_began_to_ask_for(backend: Backend) -> None:
    said = [
        Said("my name is Ann", intent="name_change", act="answer"),
        Said("hm", intent="dispute_charge", sure=0.31),
        Said("what", intent="dispute_charge", missed=True),
        Said("report an outage", intent="report_outage"),
    ]
    await add_talk(backend, "a", NOW, said)
    assert table(await load(backend, TODAY, TODAY), "wishes") == [["Report an outage", "1"]]


async def test_a_row_of_only_zeros_is_left_out_on_the_page(backend: Backend) -> None:
    report = await load(backend, TODAY, TODAY)
    shown = next(each for each in list_tables(report, PRICE) if each.key == "failures")
    assert (len(shown.counted_rows), len(shown.rows)) == (0, 10)


async def test_payments_by_way_and_state(backend: Backend, home: Household) -> None:
    assert (await say_yes(backend, await quote_for(backend, home))).payment
    report = await load(backend, TODAY, TODAY)
    [row] = table(report, "payments")
    assert row[:2] == ["Text", "card"]
    assert row[3:] == ["1", "$112.40"]
    assert report.now.money.total("authorized", "posted") == (1, 11240)


async def test_texts_cost_about_their_parts(backend: Backend) -> None:
    await add_talk(backend, "a", NOW, [Said("x" * 200, parts=3)], channel="sms")
    async with backend.db.transaction() as session:
        for number, (body, status) in enumerate((("x" * 160, "delivered"), ("x" * 307, "sent"), ("x", "queued"))):
            session.add(
                OutboxMessage(
                    dedupe_key=str(number), kind="sms", recipient="+15555550142", body=body, status=status,
                    created_at=NOW, updated_at=NOW, due_at=NOW,
                )
            )  # fmt: skip
    report = await load(backend, TODAY, TODAY)
    assert [row[1] for row in table(report, "texts")] == ["3", "4", "2", "9", "$0.10"]
    assert "text_cost" not in {one.key for one in list_headlines(report, None)}


async def test_failures(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        for number, kind in enumerate(("sms", "email", "email")):
            session.add(
                OutboxMessage(
                    dedupe_key=str(number), kind=kind, recipient="x", body="x", status="failed", created_at=NOW,
                    updated_at=NOW, due_at=NOW,
                )
            )  # fmt: skip
        session.add(
            OutboxMessage(
                dedupe_key="old", kind="sms", recipient="x", body="x", status="refused", created_at=NOW - 3 * DAY,
                updated_at=NOW, due_at=NOW,
            )
        )  # fmt: skip
    rows = {row[0]: row[1:] for row in table(await load(backend, TODAY, TODAY), "failures")}
    assert rows["Texts not delivered"] == ["2", "0"], "the day on which it failed counts"
    assert rows["Emails not delivered"] == ["2", "0"]


async def test_money_that_failed_counts_on_the_day_on_which_it_failed(backend: Backend, home: Household) -> None:
    """A refund of last week, and a draft and a returned payment that were begun before today."""
    payment = (await say_yes(backend, await quote_for(backend, home))).payment
    assert payment
    begun = NOW - 5 * DAY
    async with backend.db.transaction() as session:
        await session.execute(update(Payment).values(status="posted", created_at=begun))
        await session.execute(update(Payment).values(status="returned", updated_at=NOW))
        session.add(
            PaymentRefund(
                key="r", confirmation="R2Q-7K4", payment_id=payment.id, account_id=home.account_id, amount_cents=100,
                fee_cents=0, reason="twice", status="failed", asked_by="ann", asked_at=begun, ended_at=NOW,
            )
        )  # fmt: skip
        bill = await session.scalar(select(Bill.id))
        session.add(
            AutomaticDraft(
                key="d", bill_id=bill, account_id=home.account_id, kind="autopay", method_id=payment.method_id,
                amount_cents=100, run_on=TODAY, tried_on=TODAY, attempts=3, status="failed", payment_id=payment.id,
                created_at=begun,
            )
        )  # fmt: skip
    rows = {row[0]: row[1:] for row in table(await load(backend, TODAY, TODAY), "failures")}
    assert rows["Refunds that failed"] == rows["Bills that Auto Pay or a bank draft gave up"] == ["1", "0"]
    assert rows["Payments sent back by the bank"] == ["1", "0"]


async def test_the_weekly_mail_has_the_figures_of_the_page_once(backend: Backend) -> None:
    await make_a_day(backend)
    monday = date(2026, 11, 23)
    assert await mail_weekly_report(backend, date(2026, 11, 26)) == 0  # a Thursday
    assert await mail_weekly_report(backend, monday) == 1
    await mail_weekly_report(backend, monday + DAY)
    async with backend.db.read_session() as session:
        [mail] = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "office"))
    week = last_week(monday, ZONE)
    report = await load(backend, week.first, week.last)
    assert (week.first, week.last) == (date(2026, 11, 16), date(2026, 11, 22))
    for one in list_headlines(report, backend.coop.text_part_cents):
        assert f"{one.title}: {format_cell(one.value)} ({format_cell(one.before)})" in mail.body
    assert "Talks: 4 (0)" in mail.body
    assert "/staff/reports?from=2026-11-16&to=2026-11-22" in mail.body


async def test_no_weekly_mail_without_a_talk(backend: Backend) -> None:
    assert await mail_weekly_report(backend, date(2026, 11, 23)) == 0


def test_percentiles() -> None:
    assert percentile([], 50) is None
    assert percentile([4, 1, 3, 2], 50) == 2
    assert percentile(list(range(1, 11)), 90) == 9
    assert grouped_percentile([(0.1, 5), (0.2, 4), (9.0, 1)], 90) == 0.2
    assert grouped_percentile([], 50) is None


def test_long_ranges_have_weeks_and_months() -> None:
    days = DayRange(date(2026, 9, 1), date(2026, 11, 18), ZONE)
    assert days.buckets()[:2] == [date(2026, 9, 1), date(2026, 9, 7)]
    year = DayRange(date(2026, 1, 10), date(2026, 12, 31), ZONE)
    assert year.buckets()[:2] == [date(2026, 1, 10), date(2026, 2, 1)]
    assert (days.until - days.since) == timedelta(days=79, hours=1)  # the clock went back in between
    assert (days.before().first, days.before().last) == (date(2026, 6, 14), date(2026, 8, 31))


async def test_a_talk_counts_on_its_local_day_when_the_clock_changes(backend: Backend) -> None:
    for name, at in (("a", (10, 31, 23)), ("b", (11, 1, 0)), ("c", (11, 1, 23)), ("d", (11, 2, 0))):
        local = datetime(2026, *at, 30, tzinfo=ZONE)  # 2026-11-01 has 25 hours
        await add_talk(backend, name, local.astimezone(UTC), [Said("hello")])
    rows = table(await load(backend, date(2026, 10, 31), date(2026, 11, 2)), "talks")
    assert [row[-1] for row in rows] == ["1", "2", "1"]


def test_cells_on_the_page_and_in_a_spreadsheet() -> None:
    assert [format_cell(cell) for cell in (Money(123456), Share(1, 3), Share(0, 0), Seconds(None), 1234)] == [
        "$1,234.56", "33%", "no data", "no data", "1,234",
    ]  # fmt: skip
    cells = (Money(-5), Share(1, 3), Seconds(1.25), 1234, date(2026, 1, 2), "=1+1")
    assert [format_csv_cell(cell) for cell in cells] == ["-0.05", "33", "1.2", "1234", "2026-01-02", "'=1+1"]
    assert [format_seconds(each) for each in (0.4, 42, 720, 11100, 200000)] == [
        "0.4 s", "42 s", "12 min", "3 h 5 min", "2 days",
    ]  # fmt: skip
