"""A talk of a member who is signed in on the page around the chat: ours, or the co-op's own portal.

The page has an identity: `account number|time|mark`, as base64url, a point, and the HMAC-SHA256 of the first part as
hexadecimal digits. The time is when it ends, in seconds since 1970. On our pages the mark is that of the browser's
session, and only that browser can show it; a co-op's is any text that makes each page's identity another.
docs/website.md shows a co-op how to make one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.conversations.service import IDLE, record_act
from backend.conversations.statements import upsert_conversation
from backend.errors import MemberlineError
from backend.logins.open_sessions import find_open_member
from backend.logins.service import hash_token
from backend.members.identity import load_identity, set_level
from backend.members.levels import Level
from backend.members.models import CoopIdentity
from backend.members.page_sign_ins import COOP_PORTAL
from backend.members.service import find_account

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.billing.models import Account

LIFETIME = timedelta(minutes=10)
"""Of our own pages' identities; a co-op's may not end later than MAX_LIFETIME from now."""
MAX_LIFETIME = timedelta(minutes=15)
PURPOSE, SESSION_PURPOSE = "chat-identity", "chat-identity-session"
MAX_LENGTH = 300


class IdentityTokenRefused(MemberlineError):
    """`code` is bad_token (wrong, over, of a session that has ended or is not this browser's, of no open account, or
    shown in another talk) or other_member (the talk is somebody else's)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class PageIdentity:
    """What a valid identity says. `mark` is that of a session of ours; None on the co-op's own portal."""

    number: str
    mark: str | None


def make_token(backend: Backend, account: Account, portal_session: str) -> str:
    """An identity for a page of ours, in the session with this cookie."""
    ends = int((backend.clock.now() + LIFETIME).timestamp())
    return sign(backend.settings.derived_key(PURPOSE), account.number, ends, mark_session(backend, portal_session))


def mark_session(backend: Backend, portal_session: str) -> str:
    """Stands for the session in its pages. Neither the cookie nor the hash in the database can be found from it."""
    return backend.settings.keyed_hash(SESSION_PURPOSE, portal_session)


def sign(key: str, number: str, ends: int, mark: str = "") -> str:
    """As a co-op's portal does it: `number` is the full account number, `ends` seconds since 1970."""
    words = base64.urlsafe_b64encode(f"{number}|{ends}|{mark}".encode()).decode()
    return f"{words}.{hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()}"


def read_token(backend: Backend, token: str) -> PageIdentity:
    """What a valid identity says. Raises IdentityTokenRefused."""
    words, _, proof = token.partition(".")
    own_key = backend.settings.derived_key(PURPOSE)
    is_own = _is_signed(own_key, words, proof)
    if not is_own and not _is_signed(backend.settings.chat_identity_secret, words, proof):
        raise IdentityTokenRefused("bad_token", "This identity is not signed with our secret.")
    try:
        number, ends, *marks = base64.urlsafe_b64decode(words).decode().split("|", 2)
        left = int(ends) - backend.clock.now().timestamp()
    except (ValueError, binascii.Error):
        raise IdentityTokenRefused("bad_token", "This identity cannot be read.") from None
    if not 0 < left <= MAX_LIFETIME.total_seconds():
        raise IdentityTokenRefused("bad_token", "This identity is over, or lasts longer than 15 minutes.")
    return PageIdentity(number, "".join(marks) if is_own else None)


def _is_signed(key: str | None, words: str, proof: str) -> bool:
    if not key:
        return False
    right = hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(proof.encode(), right.encode())


async def accept(
    session: AsyncSession, backend: Backend, conversation_id: str, token: str, *, source: str, portal_session: str
) -> None:
    """The talk is from now on the signed-in member's, as proven as by a code; only a contact detail still needs one, as
    the account page asks for the password there. Raises IdentityTokenRefused.

    `portal_session` is the cookie that came with it. The level ends with that session; on the co-op's own portal an
    hour after the last page (`page_sign_ins`). A talk of another member is never taken over: the page begins a new one.
    """
    said = read_token(backend, token)
    account = await find_account(session, said.number)
    if account is None or account.status == "closed":
        raise IdentityTokenRefused("bad_token", "This identity names no open account.")
    await upsert_conversation(
        session, conversation_id, backend.clock.now(), IDLE, channel="web", address=None, source=source, attested=False
    )
    if said.mark is None:
        await _claim(session, backend, token, conversation_id)
        page = COOP_PORTAL
    else:
        page = await _find_session(session, backend, said.mark, account, portal_session)
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    if conversation.member_id not in (None, account.member_id):
        raise IdentityTokenRefused("other_member", "This talk is another member's. Begin a new one.")
    if (await load_identity(session, backend, conversation_id)).level < Level.STEPPED_UP:
        await record_act(session, backend, conversation, "identity_signed_in", account.id)
        set_level(conversation, backend, Level.STEPPED_UP, account, signed_in_by=page)
    elif conversation.signed_in or said.mark is not None:
        conversation.signed_in_by = page  # on our pages also what a code proved: it ends when the member signs out
    conversation.verified_at = backend.clock.now()


async def _find_session(
    session: AsyncSession, backend: Backend, mark: str, account: Account, portal_session: str
) -> str:
    """The hash of the browser's session, where it made this identity and is open. Raises IdentityTokenRefused."""
    token_hash = hash_token(portal_session)
    is_same = hmac.compare_digest(mark.encode(), mark_session(backend, portal_session).encode())
    if not is_same or await find_open_member(session, backend, token_hash) != account.member_id:
        raise IdentityTokenRefused("bad_token", "This identity is of a session that is not open in this browser.")
    return token_hash


async def _claim(session: AsyncSession, backend: Backend, token: str, conversation_id: str) -> None:
    """One identity of the co-op's portal is good for one talk. Raises IdentityTokenRefused."""
    identity_hash, insert = hash_token(token), sqlite_insert if backend.db.sqlite else postgresql_insert
    row = {"identity_hash": identity_hash, "conversation_id": conversation_id, "at": backend.clock.now()}
    await session.execute(insert(CoopIdentity).values(row).on_conflict_do_nothing())
    query = select(CoopIdentity.conversation_id).where(CoopIdentity.identity_hash == identity_hash)
    if await session.scalar(query) != conversation_id:
        raise IdentityTokenRefused("bad_token", "This identity was shown in another talk.")
