"""Answers are read by local names, whatever their order and prefixes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.providers.billing.system import SystemRejected
from backend.providers.multispeak.answers import cents, day, moment, parse_document, text

ZONE = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-12-05", date(2026, 12, 5)),
        ("2026-12-05T00:00:00", date(2026, 12, 5)),
        ("2026-12-05T00:00:00.0000000", date(2026, 12, 5)),
        ("2026-12-05T00:00:00Z", date(2026, 12, 5)),
        ("2026-12-05T00:00:00-06:00", date(2026, 12, 5)),
        ("2026-12-05T06:00:00Z", date(2026, 12, 5)),  # midnight in Chicago
        ("2026-12-05T05:59:59Z", date(2026, 12, 4)),
        ("0001-01-01T00:00:00", None),
        ("1899-12-30T00:00:00", None),
        ("", None),
    ],
)
def test_days(written: str, read: date | None) -> None:
    element = parse_document(f"<item><DueDate>{written}</DueDate></item>".encode())
    assert day(element, "dueDate", ZONE) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-12-05T18:00:00", datetime(2026, 12, 6, 0, 0, tzinfo=UTC)),
        ("2026-12-05T18:00:00.1234567-06:00", datetime(2026, 12, 6, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2026-12-05T18:00:00Z", datetime(2026, 12, 5, 18, 0, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_times(written: str, read: datetime | None) -> None:
    assert moment(parse_document(f"<event><ETOR>{written}</ETOR></event>".encode()), "ETOR", ZONE) == read


def test_what_cannot_be_read_is_named() -> None:
    element = parse_document(b"<item><dueDate>soon</dueDate><currentAmount>12.345</currentAmount></item>")
    with pytest.raises(SystemRejected, match="dueDate is no time: 'soon'"):
        day(element, "dueDate", ZONE)
    with pytest.raises(SystemRejected, match=r"currentAmount is no whole number of cents: '12\.345'") as refused:
        cents(element, "currentAmount")
    assert refused.value.code == "invalid_answer"


def test_nil_and_missing_are_nothing() -> None:
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    element = parse_document(f"<item><name {nil}>x</name></item>".encode())
    assert (text(element, "name"), text(element, "other", "part"), cents(element, "amount")) == ("", "", None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><p>Service unavailable</html>",
        b"<item><open></item>",
        b'<!DOCTYPE item [<!ENTITY a "x">]><item>&a;</item>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE item [<!ENTITY a "x">]><item b="&a;"/>'.encode("utf-16"),
        b'<!DOCTYPE item SYSTEM "file:///etc/passwd"><item/>',
        b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
        + b"".join(b"<!ENTITY %c '%b'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b"]><a b='&j;'>&j;</a>",
    ],
)
def test_no_xml_and_document_types_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="the answer"):
        parse_document(content)
