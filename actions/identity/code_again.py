"""Answers `send the code again` with what was done: a new one was sent, or the one before still works."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.turn import Turn
from backend.language import tr
from backend.members import identity as identities
from backend.members.identity import CodeRefused, CodeSent
from backend.reading.contact.lost_phone import is_phone_lost, wants_code_again

MINUTE = timedelta(minutes=1)
AGAIN = "again"
"""In the slot for the trouble with a code: another one was asked for."""


def wants_another_code(turn: Turn) -> bool:
    """Whether the message, at the question for a code, says that none came or asks for another."""
    words = turn.focused_text
    return wants_code_again(words) and not is_phone_lost(words) and turn.extract_values("one_time_code").code is None


async def send_again(turn: Turn) -> CodeSent | CodeRefused:
    """Send another code. Where that may not be, the one before counts while it works."""
    sent = await identities.send_code(turn.session, turn.backend, turn.conversation_id)
    if isinstance(sent, CodeSent) or sent.reason != "too_many":
        return sent
    valid = await identities.find_valid_code(turn.session, turn.backend, turn.conversation_id)
    return valid or sent


def tell_what_was_sent(turn: Turn, sent: CodeSent) -> None:
    if sent.earlier is None:
        told = tr("I sent a new code to {where}. Only the newest one works.", where=sent.masked)
    else:
        told = tr(
            "I may not send another code yet, so I sent none now. The one that went to {where} {ago} still works.",
            where=sent.masked,
            ago=_format_ago(turn.backend.clock.now() - sent.earlier),
        )
    turn.utter("utter_told", told=told)


def format_wait(turn: Turn, until: datetime | None) -> str:
    """When the next code can be sent; `until` is UTC, None where it is not known."""
    wait = until - turn.backend.clock.now() if until else None
    if wait is None:
        return tr("in 15 minutes, or tomorrow if it was often")
    minutes = -(-wait // MINUTE)
    if minutes > 60:
        return tr("tomorrow")
    return tr("in {count} minutes", count=minutes) if minutes > 1 else tr("in a minute")


def _format_ago(span: timedelta) -> str:
    minutes = span // MINUTE
    return tr("{count} minutes ago", count=minutes) if minutes > 1 else tr("a moment ago")
