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
from backend.members import rate_limits
from backend.members.models import Member

if TYPE_CHECKING:
    from backend.app import Backend

BROWSER_TOKEN_LIFETIME = timedelta(days=180)
MAX_BROWSER_TOKENS = 4
"""So many tokens one browser may show: a household has more than one member."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}\.[0-9]{6,7}\.[0-9a-f]{64}")
MAX_MISSING_PHONES = 10
"""A call that no carrier vouches for may bear any number: once so many phones have missed at a member in a year,
somebody may be trying one caller ID after the other, and such a call is no longer taken for the phone on file."""


@dataclass(frozen=True)
class KnownSender:
    """`source` is what misses are counted by. `forgeable`: known by a phone that nobody vouches for, so that the misses
    may be those of somebody who writes or calls in its name."""

    source: str
    known: bool
    forgeable: bool = False


async def classify_sender(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> KnownSender:
    """Who this talk is at a member. The same work where there is no member."""
    own = conversation.source or conversation.id
    browser = _match_token(backend, conversation.browser, member)
    if browser:
        return KnownSender(f"browser-{browser}", known=True)
    known = await _is_phone_on_file(session, backend, conversation, member, target)
    return KnownSender(own, known, forgeable=known and not conversation.is_attested)


def issue_browser_token(backend: Backend, member: Member) -> str:
    """What a browser keeps that has been let in at this member: good there alone, for 180 days, and until the phone on
    file changes. Whoever has it knows the last four anyway."""
    body = f"{secrets.token_urlsafe(12)}.{_day(backend)}"
    return f"{body}.{_sign_token(backend, member, body)}"


def knows_browser(backend: Backend, shown: str, member: Member) -> bool:
    """Whether one of the tokens, parted by blanks, is good for this member and will be for a while yet."""
    return _match_token(backend, shown, member, BROWSER_TOKEN_LIFETIME / 2) is not None


async def _is_phone_on_file(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> bool:
    now = backend.clock.now()
    if member is None or conversation.address != member.phone or not member.is_established("phone", now):
        return False
    if conversation.attested or conversation.channel == "sms":
        return True  # a text may be forged, but its answer goes to the phone on file
    return await rate_limits.count_missing_phones(session, target, now) < MAX_MISSING_PHONES


def _match_token(
    backend: Backend, shown: str, member: Member | None, within: timedelta = BROWSER_TOKEN_LIFETIME
) -> str | None:
    found = None
    for token in shown.split()[:MAX_BROWSER_TOKENS]:
        body, _, proof = token.rpartition(".")
        day = body.rpartition(".")[2]
        right = hmac.compare_digest(proof.encode(), _sign_token(backend, member, body).encode())
        if right and 0 <= _day(backend) - int(day) < within.days:
            found = hashlib.sha256(body.encode()).hexdigest()[:32]
    return found


def _sign_token(backend: Backend, member: Member | None, body: str) -> str:
    whose = f"{member.id}:{member.phone}" if member else "0:"
    return backend.settings.keyed_hash("known-browser", f"{whose}:{body}")


def _day(backend: Backend) -> int:
    return backend.clock.now().date().toordinal()
