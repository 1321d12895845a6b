"""Known senders of a member: the phone on file, and browsers that were identified before.

Misses of others never hold back a known sender, only its own. It still has to give number and last four, or a code.
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
MAX_BROWSER_TOKENS = 4  # in one browser: a household may have several members
TOKEN = re.compile(r"[A-Za-z0-9_-]{16}\.[0-9]{6,7}\.[0-9a-f]{64}")
MAX_MISSING_PHONES = 10
"""Caller IDs without attestation can be forged. Once this many phones have missed at a member within a year, somebody
may be trying caller IDs, so an unattested call no longer counts as the phone on file."""


@dataclass(frozen=True)
class KnownSender:
    """`source` is the key for counting misses. `forgeable`: known by an unattested phone number, so that misses may be
    a forger's."""

    source: str
    known: bool
    forgeable: bool = False


async def classify_sender(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> KnownSender:
    """The conversation's sender in relation to a member. Takes the same time without a member."""
    own = conversation.source or conversation.id
    browser = _match_token(backend, conversation.browser, member)
    if browser:
        return KnownSender(f"browser-{browser}", known=True)
    known = await _is_phone_on_file(session, backend, conversation, member, target)
    return KnownSender(own, known, forgeable=known and not conversation.is_attested)


def issue_browser_token(backend: Backend, member: Member) -> str:
    """A token for an identified browser, valid for this member, for 180 days and until the phone on file changes. Its
    holder knows the last four anyway."""
    body = f"{secrets.token_urlsafe(12)}.{_day(backend)}"
    return f"{body}.{_sign_token(backend, member, body)}"


def knows_browser(backend: Backend, tokens: str, member: Member) -> bool:
    """Whether one of the space-separated tokens is valid for this member for at least half its lifetime."""
    return _match_token(backend, tokens, member, BROWSER_TOKEN_LIFETIME / 2) is not None


async def _is_phone_on_file(
    session: AsyncSession, backend: Backend, conversation: Conversation, member: Member | None, target: str
) -> bool:
    now = backend.clock.now()
    if member is None or conversation.address != member.phone or not member.is_established("phone", now):
        return False
    if conversation.attested or conversation.channel == "sms":
        return True  # a text can be forged, but answers go to the phone on file
    return await rate_limits.count_missing_phones(session, target, now) < MAX_MISSING_PHONES


def _match_token(
    backend: Backend, tokens: str, member: Member | None, within: timedelta = BROWSER_TOKEN_LIFETIME
) -> str | None:
    found = None
    for token in tokens.split()[:MAX_BROWSER_TOKENS]:
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
