"""Codes for login creation: to the phone or email on file, and to an email that is about to be put on file.

Others know number, last four and the holder's digits too: family, a former landlord, the finder of a letter. So the
login is created, and the email put on file, only after each code was entered. Functions flush.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.logins.models import CreationCode, CreationLink
from backend.members.code_limits import MAX_PER_WINDOW, SEND_WINDOW
from backend.members.codes import (  # fmt: skip
    DIGITS,
    LIFETIME,
    MAX_TRIES,
    CodeRefused,
    CodeSent,
    choose_channel,
    enqueue_code,
    enqueue_email_check,
    hashes_match,
    keyed_code_hash,
    random_code,
)
from backend.members.models import Member

if TYPE_CHECKING:
    from backend.app import Backend

MAX_PER_DAY = 20  # codes of a kind per member, by all senders
_DAY = timedelta(days=1)
ON_FILE, NEW = "on_file", "new"
"""Where a code goes: to a contact on file, or to the new email that was typed."""


@dataclass(frozen=True)
class RequiredCode:
    """A code that the page asks for. `kind` is ON_FILE or NEW, `where` the masked recipient."""

    kind: str
    where: str
    by_text: bool


async def required_kinds(session: AsyncSession, backend: Backend, link: CreationLink, member: Member) -> list[str]:
    """The codes required. A link that was sent to the phone on file already proves that phone."""
    conversation = await session.get(Conversation, link.asked_by)
    reached = (
        conversation is not None
        and conversation.replies_reach_sender
        and conversation.address == member.phone
        and member.is_established("phone", backend.clock.now())
    )
    return [*([] if reached else [ON_FILE]), *([] if member.email else [NEW])]


async def send(
    session: AsyncSession, backend: Backend, link: CreationLink, member: Member, *, by_email: bool = False
) -> str:
    """Send the required codes, replacing earlier ones. Returns ok, too_many, or no_address (no usable contact on file).
    `by_email`: the phone on file gets no texts."""
    kinds = await required_kinds(session, backend, link, member)
    same = bool(member.email) and link.email.casefold() == str(member.email).casefold()
    channel = await choose_channel(session, backend, member, by_email or same)
    if isinstance(channel, CodeRefused) and same and not by_email:
        channel = await choose_channel(
            session, backend, member, by_email=False
        )  # the email on file is too new to prove anything
    if isinstance(channel, CodeRefused) and ON_FILE in kinds:
        return "no_address"
    for kind in kinds:
        recent = await _count_sent(session, backend, member, kind, SEND_WINDOW)
        if recent >= MAX_PER_WINDOW or await _count_sent(session, backend, member, kind, _DAY) >= MAX_PER_DAY:
            return "too_many"
    for kind in kinds:
        to = channel if kind == ON_FILE else CodeSent("email", link.email)
        assert isinstance(to, CodeSent)
        await _send(session, backend, link, member, kind, to)
    if not kinds:
        link.proven_at = backend.clock.now()
    return "ok"


async def list_required(session: AsyncSession, link: CreationLink) -> list[RequiredCode]:
    """The newest code of each kind, the one on file first."""
    rows = await _newest(session, link)
    return [RequiredCode(row.kind, CodeSent(row.sent_by, row.sent_to).masked, row.sent_by == "text") for row in rows]


async def check(session: AsyncSession, backend: Backend, link: CreationLink, given: dict[str, str]) -> dict[str, str]:
    """Check the codes by kind: ok, wrong, slip (not six digits; costs no try) or gone (expired or too many tries). The
    link is proven, and the codes are used up, once all are ok."""
    now, rows = backend.clock.now(), await _newest(session, link)
    found: dict[str, str] = {}
    for row in rows:
        code = given.get(row.kind, "")
        if row.used_at is not None or now >= row.expires_at or row.misses >= MAX_TRIES:
            found[row.kind] = "gone"
        elif len(code) != DIGITS:
            found[row.kind] = "slip"
        elif hashes_match(row.code_hash, _hash(backend, row, code)):
            found[row.kind] = "ok"
        else:
            row.misses += 1
            found[row.kind] = "wrong"
    if found and set(found.values()) == {"ok"}:
        for row in rows:
            row.used_at = now
        link.proven_at = now
        if NEW in found:
            link.email_proven_at = now
    await session.flush()
    return found


async def _send(
    session: AsyncSession, backend: Backend, link: CreationLink, member: Member, kind: str, to: CodeSent
) -> None:
    code, now = random_code(), backend.clock.now()
    row = CreationCode(
        link_id=link.id, member_id=member.id, kind=kind, sent_by=to.channel, sent_to=to.to, code_hash="", sent_at=now,
        expires_at=now + LIFETIME,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    row.code_hash = _hash(backend, row, code)
    key = f"creation-code-{row.id}"
    if kind == ON_FILE:
        await enqueue_code(session, backend, member, to, code, key)
    else:
        await enqueue_email_check(session, backend, link.email, code, key)


async def _newest(session: AsyncSession, link: CreationLink) -> list[CreationCode]:
    newest = select(func.max(CreationCode.id)).where(CreationCode.link_id == link.id).group_by(CreationCode.kind)
    query = (
        select(CreationCode)
        .where(CreationCode.id.in_(newest))
        .order_by(CreationCode.kind.desc())
        .with_for_update()  # so that two simultaneous tries count as two
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


async def _count_sent(session: AsyncSession, backend: Backend, member: Member, kind: str, span: timedelta) -> int:
    query = select(func.count()).where(
        CreationCode.member_id == member.id,
        CreationCode.kind == kind,
        CreationCode.sent_at > backend.clock.now() - span,
    )
    return await session.scalar(query) or 0


def _hash(backend: Backend, row: CreationCode, code: str) -> str:
    return keyed_code_hash(backend, f"creation:{row.id}:{code}")
