"""Who is known at a member before anything is asked: the phone on file, and a browser that has been let in before.

Such a sender is never held back by what others miss, only by its own misses. It is not let in for it: number and last
four, or a code, are asked for all the same.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.members import guessing
from backend.members.models import Member

if TYPE_CHECKING:
    from backend.app import Backend

BROWSER_GOOD = timedelta(days=180)
MOST_BROWSERS = 4
"""So many tokens one browser may show: a household has more than one member."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}\.[0-9]{6,7}\.[0-9a-f]{64}")
MOST_PHONES = 10
"""A call that no carrier vouches for may bear any number: once so many phones have missed at a member in a year,
somebody may be trying one caller ID after the other, and such a call is no longer taken for the phone on file."""


@dataclass(frozen=True)
class Sender:
    """`source` is what misses are counted by. `forgeable`: known by a phone that nobody vouches for, so that the misses
    may be those of somebody who writes or calls in its name."""

    source: str
    known: bool
    forgeable: bool = False


async def sender_at(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> Sender:
    """Who this talk is at a member. The same work where there is no member."""
    own = conversation.source or conversation.id
    browser = _matching(backend, conversation.browser, member)
    if browser:
        return Sender(f"browser-{browser}", known=True)
    known = await _is_phone_on_file(session, backend, conversation, member, target)
    return Sender(own, known, forgeable=known and not conversation.vouched_for)


def browser_token(backend: Backend, member: Member) -> str:
    """What a browser keeps that has been let in at this member: good there alone, for 180 days, and until the phone on
    file changes. Whoever has it knows the last four anyway."""
    body = f"{secrets.token_urlsafe(12)}.{_day(backend)}"
    return f"{body}.{_proof(backend, member, body)}"


def knows_browser(backend: Backend, shown: str, member: Member) -> bool:
    """Whether one of the tokens, parted by blanks, is good for this member and will be for a while yet."""
    return _matching(backend, shown, member, BROWSER_GOOD / 2) is not None


async def _is_phone_on_file(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> bool:
    now = backend.clock.now()
    if member is None or conversation.address != member.phone or not member.settled("phone", now):
        return False
    if conversation.attested or conversation.channel == "sms":
        return True  # a text may be forged, but its answer goes to the phone on file
    return await guessing.phones_that_missed(session, target, now) < MOST_PHONES


def _matching(backend: Backend, shown: str, member: Member | None, within: timedelta = BROWSER_GOOD) -> str | None:
    found = None
    for token in shown.split()[:MOST_BROWSERS]:
        body, _, proof = token.rpartition(".")
        day = body.rpartition(".")[2]
        right = hmac.compare_digest(proof.encode(), _proof(backend, member, body).encode())
        if right and 0 <= _day(backend) - int(day) < within.days:
            found = hashlib.sha256(body.encode()).hexdigest()[:32]
    return found


def _proof(backend: Backend, member: Member | None, body: str) -> str:
    whose = f"{member.id}:{member.phone}" if member else "0:"
    return backend.settings.keyed_hash("known-browser", f"{whose}:{body}")


def _day(backend: Backend) -> int:
    return backend.clock.now().date().toordinal()
