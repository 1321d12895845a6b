"""A talk of a member who is signed in on the page around the chat: ours, or the co-op's own portal.

The page has a token: `account number|time`, as base64url, a point, and the HMAC-SHA256 of the first part as hexadecimal
digits. The time is when it ends, in seconds since 1970. docs/website.md shows a co-op how to make one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.conversations.service import IDLE, record_act
from backend.conversations.statements import upsert_conversation
from backend.errors import MemberlineError
from backend.members.identity import set_level
from backend.members.levels import Level
from backend.members.service import find_account

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.billing.models import Account

LIFETIME = timedelta(minutes=10)
"""Of our own pages' tokens; a co-op's may not end later than MAX_LIFETIME from now."""
MAX_LIFETIME = timedelta(minutes=15)
PURPOSE = "chat-identity"
MAX_LENGTH = 300


class IdentityTokenRefused(MemberlineError):
    """`code` is bad_token (wrong, over, or of no open account) or other_member (the talk is somebody else's)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def make_token(backend: Backend, account: Account) -> str:
    """A token for a page of ours."""
    ends = int((backend.clock.now() + LIFETIME).timestamp())
    return sign(backend.settings.derived_key(PURPOSE), account.number, ends)


def sign(key: str, number: str, ends: int) -> str:
    """As a co-op's portal does it: `number` is the full account number, `ends` seconds since 1970."""
    words = base64.urlsafe_b64encode(f"{number}|{ends}".encode()).decode()
    return f"{words}.{hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()}"


def read_token(backend: Backend, token: str) -> str:
    """The account number of a valid token. Raises IdentityTokenRefused."""
    words, _, proof = token.partition(".")
    keys = [backend.settings.derived_key(PURPOSE), backend.settings.chat_identity_secret]
    proofs = [hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest() for key in keys if key]
    if not any(hmac.compare_digest(proof.encode(), right.encode()) for right in proofs):
        raise IdentityTokenRefused("bad_token", "This identity is not signed with our secret.")
    try:
        number, _, ends = base64.urlsafe_b64decode(words).decode().partition("|")
        left = int(ends) - backend.clock.now().timestamp()
    except (ValueError, binascii.Error):
        raise IdentityTokenRefused("bad_token", "This identity cannot be read.") from None
    if not 0 < left <= MAX_LIFETIME.total_seconds():
        raise IdentityTokenRefused("bad_token", "This identity is over, or lasts longer than 15 minutes.")
    return number


async def accept(session: AsyncSession, backend: Backend, conversation_id: str, token: str, *, source: str) -> None:
    """The talk is from now on the signed-in member's, as proven as by a code; only a contact detail still needs one, as
    the account page asks for the password there. Raises IdentityTokenRefused.

    A talk of another member is never taken over: the page begins a new one.
    """
    account = await find_account(session, read_token(backend, token))
    if account is None or account.status == "closed":
        raise IdentityTokenRefused("bad_token", "This identity names no open account.")
    await upsert_conversation(
        session, conversation_id, backend.clock.now(), IDLE, channel="web", address=None, source=source, attested=False
    )
    conversation = await session.get_one(Conversation, conversation_id, populate_existing=True)
    if conversation.member_id not in (None, account.member_id):
        raise IdentityTokenRefused("other_member", "This talk is another member's. Begin a new one.")
    if conversation.level < Level.STEPPED_UP or conversation.account_id is None:
        await record_act(session, backend, conversation, "identity_signed_in", account.id)
        set_level(conversation, backend, Level.STEPPED_UP, account, signed_in=True)
    conversation.verified_at = backend.clock.now()
