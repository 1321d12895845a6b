"""Bills and electric use on the account page: pages, PDF files, CSV and Green Button data."""

from __future__ import annotations

import csv
import io
import os
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

import pytest
import xmlschema
from sqlalchemy import select

from backend.billing.models import Account, Bill
from backend.money import format_cents
from backend.usage.models import MeterReading
from tests.bot.portal.page_text import text, words_of
from tests.bot.portal.visitor import Visitor

ATOM, ESPI = "{http://www.w3.org/2005/Atom}", "{http://naesb.org/espi}"
ESPI_SCHEMA = os.environ.get("ESPI_SCHEMA", "")
"""The path of NAESB's espi.xsd of version 4.0, beside its atom.xsd."""


async def bills_of(visitor: Visitor, number: str) -> list[Bill]:
    async with visitor.services.backend.db.read_session() as session:
        query = select(Bill).join(Account, Account.id == Bill.account_id).where(Account.number == number)
        return list(await session.scalars(query.order_by(Bill.issued_on.desc())))


async def download(visitor: Visitor, path: str) -> tuple[int, bytes, str]:
    async with visitor.http.get(visitor.services.settings.public_url + path) as answer:
        return answer.status, await answer.read(), answer.headers.get("content-type", "")


async def test_the_newest_bill_is_open_and_the_others_are_paid(visitor: Visitor) -> None:
    await visitor.sign_in()
    status, page, _ = await visitor.get("/portal/bills")
    assert status == 200
    issued = await bills_of(visitor, "99999-001")
    assert page.count("/pdf") == min(len(issued), 24)
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)[1:]
    assert "$112.40 open" in text(rows[0])
    assert all("Paid" in text(row) for row in rows[1:])


async def test_a_bill_is_explained_to_the_cent(visitor: Visitor) -> None:
    await visitor.sign_in()
    newest, before = (await bills_of(visitor, "99999-001"))[:2]
    _, page, _ = await visitor.get(f"/portal/bills/{newest.number}")
    shown = text(page)
    for line in newest.lines:
        assert format_cents(int(line["cents"])) in shown
    table = re.findall(r"<td class=\"number\">([^<]+)</td>", page[page.index("compare") :])
    column = [round(float(re.sub(r"[^\d.-]", "", cell)) * 100) for cell in table[::2]][:6]
    assert column[0] == before.amount_cents
    assert sum(column[:5]) == column[5] == newest.amount_cents == 11240


async def test_a_bill_of_another_member_is_not_found(visitor: Visitor) -> None:
    await visitor.sign_in()
    other = (await bills_of(visitor, "31005-001"))[0]
    assert (await visitor.get(f"/portal/bills/{other.number}"))[0] == 404
    assert (await download(visitor, f"/portal/bills/{other.number}/pdf"))[0] == 404
    assert "9 Ridge Road" not in (await visitor.get("/portal/usage?account=31005-001"))[1]


@pytest.mark.parametrize(
    ("language", "title", "due"),
    [("en", "What it is made of", "Due December 5, 2026"), ("es", "De qué se compone", "Vence el 5 de diciembre")],
)
async def test_the_pdf_file_has_all_of_the_bill(visitor: Visitor, language: str, title: str, due: str) -> None:
    await visitor.sign_in()
    bill = (await bills_of(visitor, "99999-001"))[0]
    status, pdf, kind = await download(visitor, f"/portal/bills/{bill.number}/pdf?lang={language}")
    assert (status, kind) == (200, "application/pdf")
    shown = words_of(pdf)
    for words in ("Ruth Alvarez", "99999-001", bill.number, "$112.40", title, due, "$92.64"):
        assert re.search(re.sub(r"[^\x20-\x7e]", ".", re.escape(words)), shown), words
    assert b"/FontFile2" in pdf  # a reader's own font could be wider than its lines
    assert b"/Lang (e" in pdf


async def test_use_is_a_chart_with_its_table_and_a_file(visitor: Visitor) -> None:
    await visitor.sign_in()
    _, page, _ = await visitor.get("/portal/usage")
    assert 'alt="Chart of kWh by month. 705 kWh in November 2026.' in page
    assert "colder" in text(page)
    _, body, kind = await download(visitor, "/portal/usage/csv")
    assert kind == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert rows[0]["month"] == "2026-11"
    assert (rows[0]["kwh"], rows[0]["days"], rows[0]["kwh_per_day"]) == ("705", "30", "23.50")
    assert len(rows) == 24


async def test_green_button_has_each_month_once_and_in_order(visitor: Visitor) -> None:
    await visitor.sign_in()
    status, body, kind = await download(visitor, "/portal/usage/green-button")
    assert (status, kind) == (200, "application/atom+xml")
    feed = ET.fromstring(body)
    blocks = feed.findall(f".//{ESPI}IntervalBlock")
    async with visitor.services.backend.db.read_session() as session:
        query = select(MeterReading).join(Account, Account.id == MeterReading.account_id)
        kept = list(await session.scalars(query.where(Account.number == "99999-001").order_by(MeterReading.month)))
    values = [int(block.findtext(f"{ESPI}IntervalReading/{ESPI}value") or 0) for block in blocks]
    assert values == [reading.kwh * 1000 for reading in kept]
    assert blocks[-1].findtext(f"{ESPI}IntervalReading/{ESPI}cost") == str(11240 * 1000)
    periods = [(int(block.findtext(f"{ESPI}interval/{ESPI}start") or 0),
                int(block.findtext(f"{ESPI}interval/{ESPI}duration") or 0)) for block in blocks]  # fmt: skip
    ends = [start + duration for start, duration in periods]
    assert all(end <= start for end, (start, _) in zip(ends, periods[1:], strict=False))
    zone = visitor.services.backend.coop.zone
    assert all(datetime.fromtimestamp(start, zone).hour == 0 for start, _ in periods)
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 4 + len(kept)


@pytest.mark.skipif(not ESPI_SCHEMA, reason="set ESPI_SCHEMA to the path of NAESB's espi.xsd 4.0")
@pytest.mark.parametrize("path", ["/portal/usage/green-button", "/portal/usage/days/green-button"])
async def test_green_button_fits_the_published_schema(visitor: Visitor, path: str) -> None:
    await visitor.sign_in()
    _, body, _ = await download(visitor, path)
    schema = xmlschema.XMLSchema(ESPI_SCHEMA)  # it imports Atom's, so the whole feed is checked
    feed = ET.fromstring(body)
    schema.validate(feed)
    resources = {resource.tag.removeprefix(ESPI) for resource in feed.findall(f"{ATOM}entry/{ATOM}content/*")}
    assert resources == {"UsagePoint", "LocalTimeParameters", "MeterReading", "ReadingType", "IntervalBlock"}


async def test_use_by_day_adds_up_to_the_bill_and_goes_into_files(visitor: Visitor) -> None:
    await visitor.sign_in()
    assert 'href="/portal/usage/days"' in (await visitor.get("/portal/usage"))[1]
    _, page, _ = await visitor.get("/portal/usage/days")
    assert page.count('<tr><th scope="row">') == 31
    assert "kWh a day on average in these 31 days." in text(page)
    earlier = re.search(r"/portal/usage/days\?until=(\d{4}-\d\d-\d\d)", page)
    assert earlier
    _, before, _ = await visitor.get(earlier[0])
    assert date.fromisoformat(earlier[1]).strftime("%B %-d, %Y") in text(before)
    assert (await visitor.get("/portal/usage/days?until=1990-01-01"))[2] == "/portal/usage/days"
    _, body, _ = await download(visitor, "/portal/usage/days/csv")
    by_day = {row["day"]: float(row["kwh"]) for row in csv.DictReader(io.StringIO(body.decode()))}
    bill = (await bills_of(visitor, "99999-001"))[0]
    days = [bill.period_start + timedelta(days=at) for at in range((bill.period_end - bill.period_start).days + 1)]
    assert round(sum(by_day[day.isoformat()] for day in days), 3) == bill.kwh == 705
    _, body, _ = await download(visitor, "/portal/usage/days/green-button")
    feed = ET.fromstring(body)
    readings = feed.findall(f".//{ESPI}IntervalReading")
    values = [int(one.findtext(f"{ESPI}value") or 0) for one in readings]
    assert values == [round(kwh * 1000) for _, kwh in sorted(by_day.items())]
    lengths = [int(one.findtext(f"{ESPI}timePeriod/{ESPI}duration") or 0) for one in readings]
    assert lengths.count(86_400) == len(lengths) - 1
    assert lengths[sorted(by_day).index("2026-11-01")] == 90_000  # the clock went back
    assert feed.findtext(f".//{ESPI}ReadingType/{ESPI}intervalLength") == "86400"
    for block in feed.findall(f".//{ESPI}IntervalBlock"):
        whole = int(block.findtext(f"{ESPI}interval/{ESPI}duration") or 0)
        parts = block.findall(f"{ESPI}IntervalReading/{ESPI}timePeriod/{ESPI}duration")
        assert whole == sum(int(part.text or 0) for part in parts)
    _, monthly, _ = await download(visitor, "/portal/usage/green-button")
    ids = [{each.text for each in ET.fromstring(one).findall(f"{ATOM}entry/{ATOM}id")} for one in (body, monthly)]
    assert len(ids[0] & ids[1]) == 2  # the usage point and the clock


async def test_no_days_are_shown_where_the_meter_sends_none(visitor: Visitor) -> None:
    await visitor.sign_in("edith.crane")
    assert "so there are no figures by day" in text((await visitor.get("/portal/usage"))[1])
    assert "so there are no figures by day" in text((await visitor.get("/portal/usage/days"))[1])
    assert (await download(visitor, "/portal/usage/days/csv"))[0] == 404
    assert "14 Mill Road" not in (await visitor.get("/portal/usage/days?account=99999-001"))[1]
