"""An account's use as Green Button data: an Atom feed of NAESB ESPI 4.0, which other programs read.

One usage point, one meter reading, its type, and a block for each month: of one interval, or of one for each day.
Values are Wh, costs hundred-thousandths of a dollar, times seconds since 1970 (UTC).
"""

from __future__ import annotations

import itertools
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.billing.models import Bill
from backend.months import add_months, first_of_month
from backend.usage.models import DailyReading, MeterReading

ATOM, ESPI = "http://www.w3.org/2005/Atom", "http://naesb.org/espi"
FILE_TYPE = "application/atom+xml"
NAMESPACE = uuid.UUID("a3a6e3a0-6f0b-5d0e-9a45-4b6d2d8f7c11")
"""Of the ids of our entries: the same account and month have the same id in each file."""
WH_PER_KWH = 1000
COST_PER_CENT = 1000
# codes of the standard
ELECTRICITY, DELTA, DOLLAR, NORMAL, FORWARD, NET, ENERGY, WATT_HOURS, VALID = 0, 4, 840, 12, 1, 4, 12, 72, 0
SECONDARY_METERED, NO_MULTIPLIER, BILLING_PERIOD, DAILY = 1, 0, 8, 11
DAY_SECONDS = 86_400
# the second Sunday of March and the first of November at 2 AM, as the standard packs such a rule into four bytes
DST_STARTS, DST_ENDS, NO_DST = "360E2000", "B40E2000", "FFFFFFFF"

ET.register_namespace("", ATOM)
ET.register_namespace("espi", ESPI)


@dataclass(frozen=True, slots=True)
class GreenButtonFile:
    """What goes into it: one account's `readings` with their `bills`, or its `days`. `seed` stands for the account in
    the ids."""

    title: str
    seed: str
    zone: ZoneInfo
    made_at: datetime
    readings: Sequence[MeterReading] = ()
    bills: Sequence[Bill] = ()
    days: Sequence[DailyReading] = ()


def build_feed(file: GreenButtonFile) -> bytes:
    """The XML document of the readings by month, in UTF-8."""
    feed, reading = _begin(file, 1)
    bills = {first_of_month(bill.period_end): bill for bill in file.bills}
    for row in sorted(file.readings, key=lambda one: one.month):
        name = f"{reading}/IntervalBlock/{row.month:%Y%m}"
        _block(_entry(feed, file, f"{row.month:%Y-%m}", name), file, row, bills)
    return _finish(feed)


def build_daily_feed(file: GreenButtonFile) -> bytes:
    """The XML document of the days, in UTF-8: a block for each month, with an interval for each of its days."""
    feed, reading = _begin(file, 2)
    for month, rows in itertools.groupby(
        sorted(file.days, key=lambda one: one.day), lambda row: first_of_month(row.day)
    ):
        name = f"{reading}/IntervalBlock/{month:%Y%m}"
        _daily_block(_entry(feed, file, f"days of {month:%Y-%m}", name), file, list(rows))
    return _finish(feed)


def _begin(file: GreenButtonFile, number: int) -> tuple[ET.Element, str]:
    """The feed up to its blocks, and the address of its meter reading, which has this number: months 1, days 2."""
    feed = ET.Element(f"{{{ATOM}}}feed")
    _text(feed, ATOM, "id", _urn(file, "feed"))
    _text(feed, ATOM, "title", file.title)
    _text(feed, ATOM, "updated", _stamp(file.made_at))
    point, clock = "/resource/UsagePoint/1", "/resource/LocalTimeParameters/1"
    reading, kind = f"{point}/MeterReading/{number}", f"/resource/ReadingType/{number}"
    of = "" if number == 1 else " of days"
    content = _entry(feed, file, "usage point", point, f"{point}/MeterReading", clock)
    _service(content)
    _local_time(_entry(feed, file, "local time", clock), file)
    ET.SubElement(
        _entry(feed, file, f"meter reading{of}", reading, f"{reading}/IntervalBlock", kind), f"{{{ESPI}}}MeterReading"
    )
    _reading_type(_entry(feed, file, f"reading type{of}", kind), file)
    return feed, reading


def _finish(feed: ET.Element) -> bytes:
    ET.indent(feed)
    document: bytes = ET.tostring(feed, "utf-8", xml_declaration=True)
    return document


def _entry(feed: ET.Element, file: GreenButtonFile, name: str, own: str, *related: str) -> ET.Element:
    """Adds an entry and returns its content, to be filled in."""
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _text(entry, ATOM, "id", _urn(file, name))
    for relation, address in (("self", own), ("up", own.rsplit("/", 1)[0]), *(("related", one) for one in related)):
        ET.SubElement(entry, f"{{{ATOM}}}link", rel=relation, href=address)
    _text(entry, ATOM, "title", name)
    content = ET.SubElement(entry, f"{{{ATOM}}}content", type="application/xml")
    _text(entry, ATOM, "published", _stamp(file.made_at))
    _text(entry, ATOM, "updated", _stamp(file.made_at))
    return content


def _service(content: ET.Element) -> None:
    point = ET.SubElement(content, f"{{{ESPI}}}UsagePoint")
    category = ET.SubElement(point, f"{{{ESPI}}}ServiceCategory")
    _text(category, ESPI, "kind", ELECTRICITY)


def _local_time(content: ET.Element, file: GreenButtonFile) -> None:
    clock = ET.SubElement(content, f"{{{ESPI}}}LocalTimeParameters")
    winter, summer = (
        datetime(file.made_at.year, month, 1, 12, tzinfo=file.zone).utcoffset() or timedelta() for month in (1, 7)
    )
    _text(clock, ESPI, "dstEndRule", DST_ENDS if summer != winter else NO_DST)
    _text(clock, ESPI, "dstOffset", int((summer - winter).total_seconds()))
    _text(clock, ESPI, "dstStartRule", DST_STARTS if summer != winter else NO_DST)
    _text(clock, ESPI, "tzOffset", int(winter.total_seconds()))


def _reading_type(content: ET.Element, file: GreenButtonFile) -> None:
    kind = ET.SubElement(content, f"{{{ESPI}}}ReadingType")
    feeds_in = any(row.kwh < 0 for row in file.readings) or any(row.wh < 0 for row in file.days)
    length = [("intervalLength", DAY_SECONDS)] if file.days else []
    for name, value in (
        ("accumulationBehaviour", DELTA),
        ("commodity", SECONDARY_METERED),
        ("currency", DOLLAR),
        ("dataQualifier", NORMAL),
        ("flowDirection", NET if feeds_in else FORWARD),
        *length,
        ("kind", ENERGY),
        ("powerOfTenMultiplier", NO_MULTIPLIER),
        ("timeAttribute", DAILY if file.days else BILLING_PERIOD),
        ("uom", WATT_HOURS),
    ):
        _text(kind, ESPI, name, value)


def _block(content: ET.Element, file: GreenButtonFile, row: MeterReading, bills: Mapping[date, Bill]) -> None:
    """One month: the period of its bill where there is one, else the calendar month."""
    bill = bills.get(row.month)
    first, end = row.month, add_months(row.month, 1)
    if bill is not None:
        first, end = bill.period_start, bill.period_end + timedelta(days=1)
    start, stop = _midnight(file, first), _midnight(file, end)
    block = ET.SubElement(content, f"{{{ESPI}}}IntervalBlock")
    _period(block, "interval", start, stop)
    reading = ET.SubElement(block, f"{{{ESPI}}}IntervalReading")
    if bill is not None:
        _text(reading, ESPI, "cost", bill.amount_cents * COST_PER_CENT)
    quality = ET.SubElement(reading, f"{{{ESPI}}}ReadingQuality")
    _text(quality, ESPI, "quality", VALID)
    _period(reading, "timePeriod", start, stop)
    _text(reading, ESPI, "value", row.kwh * WH_PER_KWH)


def _daily_block(content: ET.Element, file: GreenButtonFile, rows: Sequence[DailyReading]) -> None:
    """The days of one month, each from midnight to midnight at the co-op: 23 or 25 hours where the clock changes."""
    block = ET.SubElement(content, f"{{{ESPI}}}IntervalBlock")
    _period(block, "interval", _midnight(file, rows[0].day), _midnight(file, rows[-1].day + timedelta(days=1)))
    for row in rows:
        reading = ET.SubElement(block, f"{{{ESPI}}}IntervalReading")
        quality = ET.SubElement(reading, f"{{{ESPI}}}ReadingQuality")
        _text(quality, ESPI, "quality", VALID)
        _period(reading, "timePeriod", _midnight(file, row.day), _midnight(file, row.day + timedelta(days=1)))
        _text(reading, ESPI, "value", row.wh)


def _midnight(file: GreenButtonFile, day: date) -> int:
    return int(datetime.combine(day, time(), file.zone).timestamp())


def _period(parent: ET.Element, name: str, start: int, stop: int) -> None:
    period = ET.SubElement(parent, f"{{{ESPI}}}{name}")
    _text(period, ESPI, "duration", stop - start)
    _text(period, ESPI, "start", start)


def _text(parent: ET.Element, namespace: str, name: str, value: object) -> None:
    ET.SubElement(parent, f"{{{namespace}}}{name}").text = str(value)


def _urn(file: GreenButtonFile, name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{file.seed}:{name}')}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
