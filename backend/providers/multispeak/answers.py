"""Reads answers leniently: by the local names of elements, in any order, whatever the WSDL said of them.

Money is the exception: it is read to the cent or refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from backend.providers.billing.system import SystemRejected
from backend.providers.multispeak.amounts import InvalidAmount, parse_cents

Element = Any
"""An lxml element; the library has no types."""

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# .NET and databases write an unset time as one of these years or earlier
FIRST_YEAR = 1980


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returned: its result element, and the attributes of the MultiSpeakMsgHeader."""

    result: Element
    header: dict[str, str]


def parse_document(content: bytes) -> Element:
    """The root of an XML document. Raises ValueError for what is no XML or declares a document type.

    SOAP forbids document types; entities could blow up in memory.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content.lstrip(b" \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("the answer is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("the answer declares a document type")
    return root


def local_name(element: Element) -> str:
    """The name without its namespace, in lower case; empty for what is no element."""
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [each for each in element if local_name(each) == name.lower()]


def child(element: Element | None, name: str) -> Element | None:
    return next(iter(children(element, name)), None)


def descendants(element: Element | None, name: str) -> Iterator[Element]:
    """Elements of that name at any depth, the element itself included."""
    return iter(()) if element is None else (each for each in element.iter() if local_name(each) == name.lower())


def attribute(element: Element | None, name: str) -> str:
    if element is None:
        return ""
    return next((str(value).strip() for key, value in element.items() if key.lower() == name.lower()), "")


def text(element: Element | None, *path: str) -> str:
    """The text of a child, or of a child's child; empty when it is missing or nil."""
    for name in path:
        element = child(element, name)
    if element is None or attribute(element, NIL) in ("true", "1"):
        return ""
    return (element.text or "").strip()


def cents(element: Element, name: str) -> int | None:
    """An amount in cents; None when it is missing. Raises SystemRejected("invalid_answer")."""
    found = text(element, name)
    if not found:
        return None
    try:
        return parse_cents(found)
    except InvalidAmount as fault:
        raise invalid_answer(name, found, str(fault)) from None


def day(element: Element | None, name: str, zone: ZoneInfo) -> date | None:
    """A day; None when it is missing or stands for none, such as year 1.

    Midnight is the day as it is written, whatever the offset beside it: systems without zones write days so. Any other
    time that has an offset is taken to the co-op's zone.
    """
    found = text(element, name)
    if not found:
        return None
    moment = _parse_time(name, found)
    if moment.tzinfo is not None and moment.time() != time():
        moment = moment.astimezone(zone)
    return moment.date() if moment.year >= FIRST_YEAR else None


def moment(element: Element | None, name: str, zone: ZoneInfo) -> datetime | None:
    """A time, in UTC; one without an offset is the co-op's local time. None when it is missing or stands for none."""
    found = text(element, name)
    if not found:
        return None
    parsed = _parse_time(name, found)
    if parsed.year < FIRST_YEAR:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)


def is_true(element: Element | None, name: str) -> bool:
    return text(element, name).lower() in ("true", "1")


def invalid_answer(field: str, value: str, problem: str) -> SystemRejected:
    return SystemRejected("invalid_answer", f"{field} {problem}: {value[:40]!r}")


def _parse_time(name: str, found: str) -> datetime:
    # fromisoformat takes up to six digits of a second, and systems send seven
    whole, dot, rest = found.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    try:
        return datetime.fromisoformat(f"{whole}.{rest[:digits][:6]:0<6}{rest[digits:]}" if dot else whole)
    except ValueError:
        raise invalid_answer(name, found, "is no time") from None
