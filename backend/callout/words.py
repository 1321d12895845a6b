"""What the people on call are told of a ticket, and what the member is told of them."""

from __future__ import annotations

from collections.abc import Sequence

from backend.app import Backend
from backend.callout.models import Callout
from backend.coop import display_phone
from backend.language import mark, tr
from backend.tickets.models import Ticket

KINDS = {
    "danger": mark("DANGER"),
    "outage": mark("power out, somebody depends on it"),
    "medical": mark("medical need for power"),
    "voltage": mark("weak or flickering power"),
}
MOST_OF_WORDS = 120  # a stranger writes them: enough to know what it is, and the text stays short
MOST_LISTED = 5


def subject(backend: Backend, ticket: Ticket) -> str:
    """`URGENT: danger, K7M-4Q2 (Prairie Rivers)`."""
    kind = tr(KINDS[ticket.kind])
    return tr("URGENT: {kind}, {number} ({coop})", kind=kind, number=ticket.number, coop=backend.coop.short_name)


def summary(ticket: Ticket) -> str:
    """The kind, the place, what was said and whom to call, each with what is known of it."""
    place = ticket.place or tr("place not told yet")
    parts = [tr("{kind} at {place}", kind=tr(KINDS[ticket.kind]), place=place)]
    if said := str(ticket.details.get("words") or ""):
        parts.append(f'"{shortened(said)}"')
    if ticket.phone:
        parts.append(tr("Call {phone}", phone=display_phone(ticket.phone)))
    if ticket.details.get("language") == "Spanish":
        parts.append(tr("Speaks Spanish"))
    return ". ".join(parts) + "."


def text(backend: Backend, tickets: Sequence[Ticket], *, again: bool) -> str:
    """The text message: one ticket in full, several as a list with their numbers."""
    coop = backend.coop.short_name
    if len(tickets) == 1:
        (ticket,) = tickets
        values = {"coop": coop, "what": summary(ticket), "number": ticket.number}
        if again:
            return tr("{coop} STILL URGENT, nobody has it: {what} Reply 1 or {number} if you have it.", **values)
        return tr("{coop} URGENT: {what} Reply 1 or {number} if you have it.", **values)
    listed = [line(ticket) for ticket in tickets[:MOST_LISTED]]
    if len(tickets) > MOST_LISTED:
        listed.append(tr("and {count} more", count=len(tickets) - MOST_LISTED))
    return tr(
        "{coop} STILL URGENT, nobody has these: {listed}. Reply with the number you have, or ALL.",
        coop=coop,
        listed="; ".join(listed),
    )


def line(ticket: Ticket) -> str:
    """`K7M-4Q2 danger at 12 Oak Road`."""
    return tr(
        "{number} {kind} at {place}",
        number=ticket.number,
        kind=tr(KINDS[ticket.kind]),
        place=ticket.place or tr("place not told yet"),
    )


def email(backend: Backend, ticket: Ticket, url: str) -> str:
    """The email about one ticket, with the page on which it is taken."""
    return tr(
        "{what}\n\nIf you have it, open this page and press the button:\n{url}\n\n"
        "It is sent again every few minutes until somebody has it. {coop}\n",
        what=summary(ticket),
        url=url,
        coop=backend.coop.name,
    )


def call(backend: Backend, ticket: Ticket) -> str:
    """What is read out where no text gets through."""
    return tr(
        "This is {coop}. Urgent: {kind} at {place}. A text to this phone did not get through. "
        "Please text the number {number} to {line}, or open the link in your email, if you have it.",
        coop=backend.coop.name,
        kind=tr(KINDS[ticket.kind]),
        place=ticket.place or tr("place not told yet"),
        number=" ".join(ticket.number.replace("-", "")),
        line=display_phone(backend.coop.text_line),
    )


def shortened(said: str) -> str:
    """The beginning of what was said."""
    return said if len(said) <= MOST_OF_WORDS else said[:MOST_OF_WORDS].rsplit(" ", 1)[0] + "..."


def taken(ticket: Ticket, name: str) -> str:
    """To the others: it has somebody."""
    return tr("{name} has {what}", name=name, what=f"{ticket.number}, {summary(ticket)}")


def for_member(backend: Backend, callout: Callout | None, ways: frozenset[str], *, first: bool) -> str:
    """One sentence on what was really done. `ways`: by which people were told; `first`: it was done just now."""
    phone = backend.coop.outage_phone_display
    if callout is not None and callout.status == "taken" and callout.taken_by:
        return tr("{name} has it.", name=callout.taken_by)
    if callout is None or not ways:
        return tr("I could not reach anybody on call, so please call {phone}, day or night.", phone=phone)
    if callout.status == "unanswered":
        return tr("Nobody on call has answered yet, so please call {phone}, day or night.", phone=phone)
    if "sms" in ways:
        done = tr("I have texted the crew on call.")
    elif "call" in ways:
        done = tr("I have the crew on call phoned.")
    else:
        done = tr("I have emailed the crew on call.")
    if first:
        return done
    asks_again = tr("Nobody has answered yet; they are told again every few minutes.")
    return f"{done} {asks_again}"
