"""The texts for people on call about a ticket, and for the member about the callout."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.app import Backend
from backend.callout.models import Callout
from backend.coop import format_at_clock, format_phone
from backend.language import format_short_date, mark, tr
from backend.tickets.danger_signs import is_danger_denied
from backend.tickets.models import DENIED_LABEL, PLACE_SOURCE_LABEL, REPORTER_SAYS_PREFIX, Ticket

KIND_NAMES = {
    "danger": mark("DANGER"),
    "outage": mark("power out, somebody depends on it"),
    "medical": mark("medical need for power"),
    "voltage": mark("weak or flickering power"),
}
MAX_WORDS_LENGTH = 120  # they are written by a stranger; enough to understand, and the text stays short
MAX_LATER_LENGTH = 160  # of what was told later; the newest is kept
MAX_LISTED = 5


def format_subject(backend: Backend, ticket: Ticket) -> str:
    """`URGENT: danger, K7M-4Q2 (Prairie Rivers)`."""
    kind = tr(KIND_NAMES[ticket.kind])
    return tr("URGENT: {kind}, {number} ({coop})", kind=kind, number=ticket.number, coop=backend.coop.short_name)


def format_summary(ticket: Ticket, *, later: bool = False) -> str:
    """Kind, place, the reporter's words and phone, as far as known. `later` adds what reporters added since."""
    place = ticket.place or tr("place not told yet")
    if ticket.place and PLACE_SOURCE_LABEL in ticket.details:
        place = tr("{place} (from our file: do not tell it to who calls)", place=place)
    parts = [tr("{kind} at {place}", kind=tr(KIND_NAMES[ticket.kind]), place=place)]
    if words := str(ticket.details.get("words") or ""):
        parts.append(f'"{shorten(words)}"')
    if ticket.phone:
        parts.append(tr("Call {phone}", phone=format_phone(ticket.phone)))
    if ticket.details.get("language") == "Spanish":
        parts.append(tr("Speaks Spanish"))
    if later:
        parts += later_details(ticket)
    return ". ".join(parts) + "."


def later_details(ticket: Ticket) -> list[str]:
    """What reporters added later (the newest words, up to MAX_LATER_LENGTH) and a denial of the danger."""
    denied = str(ticket.details.get(DENIED_LABEL) or "")
    later: list[str] = []
    for note in reversed(ticket.notes):
        words = str(note["words"]).removeprefix(REPORTER_SAYS_PREFIX)
        is_internal = note.get("what") and not note.get("to_crew")  # among the office
        if note.get("crew") or is_internal or words == denied:
            continue
        if later and len(" / ".join([words, *later])) > MAX_LATER_LENGTH:
            break
        later.insert(0, words[-MAX_LATER_LENGTH:])
    parts = [tr('Since then told: "{said}"', said=" / ".join(later))] if later else []
    if denied:
        parts.append(tr('Now who reported it says, not proven: "{said}"', said=shorten(denied)))
    return parts


def format_text(backend: Backend, tickets: Sequence[tuple[Ticket, str]], *, again: bool) -> str:
    """The text message: one ticket in full, or several as a list; with the code that takes each."""
    coop = backend.coop.short_name
    if len(tickets) == 1:
        ((ticket, code),) = tickets
        values = {"coop": coop, "what": format_summary(ticket, later=True), "code": code}
        if again and is_danger_denied(ticket):
            return tr(
                "{coop} STILL OPEN, no danger by who reported it: {what} Reply {code} if you have it, NO {code} if you "
                "can't.",
                **values,
            )
        if again:
            return tr(
                "{coop} STILL URGENT, nobody has it: {what} Reply {code} if you have it, NO {code} if you can't.",
                **values,
            )
        return tr("{coop} URGENT: {what} Reply {code} if you have it, NO {code} if you can't.", **values)
    return tr(
        "{coop} STILL URGENT, nobody has these: {listed}. Reply with the code of yours, or ALL {code}.",
        coop=coop,
        listed=format_listing(tickets),
        code=tickets[0][1],
    )


def format_listing(tickets: Sequence[tuple[Ticket, str]]) -> str:
    """`4821 for K7M-4Q2 danger at 12 Oak Road; 7733 for ...`."""
    listed = [
        f"{code} = {format_line(ticket)}" if code else format_line(ticket) for ticket, code in tickets[:MAX_LISTED]
    ]
    if len(tickets) > MAX_LISTED:
        listed.append(tr("and {count} more", count=len(tickets) - MAX_LISTED))
    return "; ".join(listed)


def format_line(ticket: Ticket) -> str:
    """`K7M-4Q2 danger at 12 Oak Road`."""
    return tr(
        "{number} {kind} at {place}",
        number=ticket.number,
        kind=tr(KIND_NAMES[ticket.kind]),
        place=ticket.place or tr("place not told yet"),
    )


def format_email(backend: Backend, ticket: Ticket, url: str, code: str) -> str:
    """The email about one ticket, with the link that takes it. `code` is empty for a person without a phone."""
    line = format_phone(backend.coop.text_line)
    by_text = tr("Or text {code} to {line} from your phone.", code=code, line=line) + "\n\n" if code else ""
    return tr(
        "{what}\n\nIf you have it, open this page and press the button:\n{url}\n\n{by_text}"
        "It is sent again every few minutes until somebody has it. {coop}\n",
        what=format_summary(ticket, later=True),
        url=url,
        by_text=by_text,
        coop=backend.coop.name,
    )


def format_call(backend: Backend, ticket: Ticket, code: str) -> str:
    """The words of a call, where no text gets through."""
    words = shorten(str(ticket.details.get("words") or ""))
    spoken = [tr("It was said: {said}", said=words)] if words else []
    return tr(
        "This is {coop}. Urgent: {kind} at {place}. {said}A text to this phone did not get through. "
        "Please text the code {code} to {line}, or open the link in your email, if you have it.",
        coop=backend.coop.name,
        kind=tr(KIND_NAMES[ticket.kind]),
        place=ticket.place or tr("place not told yet"),
        said="".join(f"{part}. " for part in [*spoken, *later_details(ticket)]),
        code=" ".join(code),
        line=format_phone(backend.coop.text_line),
    )


def shorten(words: str) -> str:
    return words if len(words) <= MAX_WORDS_LENGTH else words[:MAX_WORDS_LENGTH].rsplit(" ", 1)[0] + "..."


def format_taken(ticket: Ticket, name: str) -> str:
    """The text that tells the others who has taken it."""
    return tr("{name} has {what}", name=name, what=f"{ticket.number}, {format_summary(ticket)}")


def format_time(backend: Backend, moment: datetime) -> str:
    """`at 10:05 AM`, with the day when it is not today: `at 10:05 AM on Nov 17`."""
    local = moment.astimezone(backend.coop.zone)
    clock = format_at_clock(local.time())
    return (
        clock if local.date() == backend.today() else tr("{at} on {day}", at=clock, day=format_short_date(local.date()))
    )


@dataclass(frozen=True)
class CalloutProgress:
    """How far a callout has come. `channels_reached` have sent since `since` (UTC); `channels_in_progress` are sending.

    `waiting`: a message has not gone out for a minute. `denied`: the reporter denies the danger.
    """

    channels_in_progress: frozenset[str] = frozenset()
    channels_reached: frozenset[str] = frozenset()
    since: datetime | None = None
    waiting: bool = False
    all_declined: bool = False
    denied: bool = False


def format_progress(backend: Backend, callout: Callout | None, progress: CalloutProgress, *, just_filed: bool) -> str:
    """For the member: what was done so far, without promises. `just_filed`: nobody can have replied yet."""
    phone = backend.coop.outage_phone_display
    if callout is not None and callout.status == "taken" and callout.taken_by and callout.taken_at:
        return tr(
            "{name} has it. They took it {at}; when they get there I do not know.",
            name=callout.taken_by,
            at=format_time(backend, callout.taken_at),
        )
    if callout is None or not (progress.channels_reached or progress.channels_in_progress or progress.waiting):
        return tr(
            "I could not reach anybody on call, so please call {phone}, day or night, and 911 if anybody is in danger.",
            phone=phone,
        )
    if progress.all_declined:
        return tr("Nobody on call can take it so far, so please call {phone}, day or night.", phone=phone)
    if callout.status == "unanswered":
        return tr("Nobody on call has answered yet, so please call {phone}, day or night.", phone=phone)
    nobody_yet = tr(_NO_ANSWER_DENIED_TEXT if progress.denied else _NO_ANSWER_TEXT)
    if not progress.channels_reached and progress.channels_in_progress:
        going = tr(_SENDING_TEXTS[most_direct_channel(progress.channels_in_progress)])
        return going if just_filed else f"{going} {nobody_yet}"
    if not progress.channels_reached:
        return tr(
            "What I wrote to the crew on call has not gone out yet. I keep trying; please call {phone}, day or night.",
            phone=phone,
        )
    if just_filed:
        return tr(_JUST_SENT_TEXTS[most_direct_channel(progress.channels_reached)])
    done = tr(
        _SINCE[most_direct_channel(progress.channels_reached)],
        at=format_time(backend, progress.since or callout.created_at),
    )
    return f"{done} {nobody_yet}"


def most_direct_channel(channels: Collection[str]) -> str:
    """A text before a call, a call before an email. Raises StopIteration for none."""
    return next(channel for channel in ("sms", "call", "email") if channel in channels)


_NO_ANSWER_TEXT = mark("Nobody has answered yet; they are told again every few minutes.")
_NO_ANSWER_DENIED_TEXT = mark("Nobody has answered yet; they read what you said, and are told again every half hour.")
_SENDING_TEXTS = {
    "sms": mark("I am texting the crew on call."),
    "call": mark("I am having the crew on call phoned."),
    "email": mark("I am emailing the crew on call."),
}
_JUST_SENT_TEXTS = {
    "sms": mark("I have texted the crew on call."),
    "call": mark("I have had the crew on call phoned."),
    "email": mark("I have emailed the crew on call."),
}
_SINCE = {
    "sms": mark("I texted the crew on call {at}."),
    "call": mark("I had the crew on call phoned {at}."),
    "email": mark("I emailed the crew on call {at}."),
}
