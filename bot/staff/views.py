"""Loads what the staff's pages show, and formats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_datetime
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import service as handover
from backend.agent_handoff import transcript
from backend.agent_handoff.collisions import newest_answer
from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.transcript import TranscriptLine
from backend.app import Backend
from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.attempts import Attempts
from backend.callout.models import Callout
from backend.conversations import service as conversations
from backend.conversations.models import Conversation
from backend.coop import format_clock
from backend.language import SPANISH, current_language, format_short_date, mark, tr
from backend.members.identity import load_identity
from backend.members.service import list_accounts_at_phone
from backend.money import format_balance
from backend.payments.failed_refunds import FAILED_ENDS
from backend.payments.models import CounterPayment, PaymentRefund
from backend.payments.office_words import describe_channel, describe_state
from backend.payments.refund_notices import describe_failure
from backend.photos.models import TalkPhoto
from backend.photos.service import list_photos
from bot.staff.inbox.delivery import describe_failure as describe_undelivered
from bot.staff.tickets import words as ticket_words
from bot.staff.tickets.attempt_words import format_attempts


@dataclass(frozen=True)
class ConversationView:
    """One conversation. `can_answer`: it is in the web chat, or its phone takes texts from us."""

    id: str
    channel: str
    handover: AgentHandoff | None
    lines: list[TranscriptLine]
    can_answer: bool
    seen: int  # the newest message of the member's that is shown
    last_answer: int  # the newest message of the office's that is shown
    phone: str | None  # E.164, of the other end
    on_file: list[Account]  # open accounts of members with that phone; it proves nothing about who writes
    is_identified: bool  # now: it ends with silence, and with the sign-in of the page around the talk
    photos: Sequence[TalkPhoto]  # without their pixels


async def load_conversation(
    session: AsyncSession, backend: Backend, conversation_id: str, *, limit: int = 60
) -> ConversationView | None:
    """With the newest `limit` lines."""
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        return None
    # read before the lines: what comes meanwhile must not count as seen
    newest = await conversations.newest_inbound(session, conversation_id)
    return ConversationView(
        id=conversation_id,
        channel=conversation.channel,
        handover=await handover.find_open_handoff(session, conversation_id),
        lines=await transcript.read_transcript(session, conversation_id, limit),
        can_answer=await handover.can_be_answered(session, conversation),
        seen=newest.id if newest else 0,
        last_answer=await newest_answer(session, conversation_id),
        phone=conversation.address,
        on_file=await list_accounts_at_phone(session, conversation.address) if conversation.address else [],
        is_identified=(await load_identity(session, backend, conversation_id)).level > 0,
        photos=await list_photos(session, conversation_id),
    )


def format_local_time(backend: Backend, at: datetime | None) -> str:
    """A UTC time in the co-op's zone: `Nov 23, 10:05 AM`, `23 nov, 10:05`."""
    if at is None:
        return ""
    local = at.astimezone(backend.coop.zone)
    if current_language() == SPANISH:
        return format_datetime(local, "d MMM, H:mm", locale=SPANISH)
    return f"{local:%b} {local.day}, {local:%I:%M %p}".replace(" 0", " ")


def format_time_with_year(backend: Backend, at: datetime | None) -> str:
    """`Nov 23, 2026, 10:05 AM`, `23 nov 2026, 10:05`: for lists that reach back into other years."""
    if at is None:
        return ""
    local = at.astimezone(backend.coop.zone)
    return f"{format_short_date(local.date(), year=True)}, {format_local_time(backend, at).split(', ', 1)[1]}"


def format_callout(backend: Backend, ticket_callout: Callout, attempts: Attempts) -> str:
    """What came of telling the people on call: `Sam has it since Nov 23, 10:05 AM`; else what went out, and that
    nobody has it. `attempts` are the alerts; once it is over, the news of that."""
    match ticket_callout.status:
        case callout.TAKEN:
            when = format_local_time(backend, ticket_callout.taken_at)
            return tr("{name} has it since {when}.", name=ticket_callout.taken_by, when=when).rstrip(".")
        case callout.CALLING:
            return tr("on call: {attempts}; nobody has it yet", attempts=format_attempts(attempts))
        case callout.UNANSWERED:
            return tr("on call: {attempts}; nobody answered", attempts=format_attempts(attempts))
    if attempts.is_anybody_reached:
        return tr("on call told that it is over")
    return tr("it is over for the people on call")


def describe_refund_state(refund: PaymentRefund) -> str:
    """For a clerk; of one that failed, why and what became of it."""
    if refund.status == "rejected" and not refund.approved_by:
        return tr("withdrawn")
    if refund.status == "failed":
        why = tr("failed: {why}", why=describe_failure(refund.failure_code))
        return f"{why}; {tr(FAILED_ENDS[refund.handled_as])}" if refund.handled_as else why
    if refund.status == "started":
        return tr("on its way") if refund.accepted_at else tr("asked of the payment network")
    return describe_state(refund.status)


def describe_counter_state(payment: CounterPayment) -> str:
    if payment.status == "rejected" and not payment.approved_by:
        return tr("withdrawn")
    if payment.undo_waits:
        return tr("booked; taking it off waits for a second person")
    return describe_state(payment.status)


def find_last_words(summary: Mapping[str, Any]) -> str:
    """What the member said before the handoff: the newest line of words, not of digits or a button; else empty."""
    said = [line.removeprefix("member: ") for line in summary.get("last_lines", ()) if line.startswith("member: ")]
    return next((words for words in reversed(said) if words.count(" ") >= 2 and not words.startswith("[")), "")


IDENTITY_WORDS = {
    "anonymous": mark("not identified"),
    "known": mark("gave a member number and the last four digits"),
    "stepped up": mark("signed in with a code, or called from the phone on file"),
}


CHANNEL_NAMES = {"sms": mark("Text"), "web": mark("Web chat"), "voice": mark("Phone call")}
LANGUAGE_NAMES = {"en": mark("English"), "es": mark("Spanish")}


def format_since(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit: `12 min`, `3 h`, `2 d`; both languages write it so."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def template_filters(backend: Backend) -> dict[str, Any]:
    return {
        "at": lambda moment: format_local_time(backend, moment),
        "at_year": lambda moment: format_time_with_year(backend, moment),
        "at_iso": lambda text: format_local_time(backend, datetime.fromisoformat(text)),  # a note's time is text
        "iso_day": lambda text: format_short_date(date.fromisoformat(text)),  # an arrangement's days are text
        "since": lambda moment, now: format_since(moment, now),
        "channel": lambda channel: tr(CHANNEL_NAMES.get(channel) or channel),
        "language_name": lambda language: tr(LANGUAGE_NAMES.get(language) or language),
        "last_words": find_last_words,
        "person": handover.agent_display_name,
        "kind": ticket_words.name_code,
        "callout": lambda ticket_callout, attempts: format_callout(backend, ticket_callout, attempts),
        "attempts": format_attempts,
        "sentence": lambda words: f"{words[:1].upper()}{words[1:]}.",
        "refund_state": describe_refund_state,
        "failure": describe_failure,
        "undelivered": describe_undelivered,
        "counter_state": describe_counter_state,
        "balance": format_balance,
        "identity": lambda level: tr(IDENTITY_WORDS.get(level) or level),
        "state": describe_state,
        "by_way": describe_channel,
        "way": lambda way: {"sms": "text"}.get(way, way),
        **ticket_words.FILTERS,
        "clock": lambda moment: format_clock(moment.astimezone(backend.coop.zone).time()),
        # the value of a datetime-local field, in the co-op's zone
        "field_time": lambda moment: f"{moment.astimezone(backend.coop.zone):%Y-%m-%dT%H:%M}" if moment else "",
    }


def parse_field_time(backend: Backend, text: str) -> datetime | None:
    """The value of a datetime-local field, in the co-op's zone; None when it is empty or not a time."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=backend.coop.zone)
    except ValueError:
        return None
