"""Codes while a login is made: to the phone or email on file, and to an email that is to come on file.

Number, last four and the holder's digits are known to others too: family, a former landlord, whoever found a letter.
So no login is made, and no email put on file, until each of these codes has come back. Functions flush.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.language import tr
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
    hashes_match,
    keyed_code_hash,
    random_code,
)
from backend.members.models import Member
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

MAX_PER_DAY = 20
"""So many codes of a kind in 24 hours, whoever makes a login at the member."""
_DAY = timedelta(days=1)
ON_FILE, NEW = "on_file", "new"
"""Where a code goes: a way that is on file, or the email that was typed and is to come there."""


@dataclass(frozen=True)
class RequiredCode:
    """A code that the page asks for. `kind` is ON_FILE or NEW, `where` what may be said of where it went."""

    kind: str
    where: str
    by_text: bool


async def required_kinds(session: AsyncSession, backend: Backend, link: CreationLink, member: Member) -> list[str]:
    """Which codes have to come back. A page whose address went to the phone on file alone has shown that phone."""
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
    """Send what is needed, in place of what was sent before: ok, too_many, or no_address where nothing on file takes
    one. `by_email`: the phone on file takes no texts."""
    kinds = await required_kinds(session, backend, link, member)
    same = bool(member.email) and link.email.casefold() == str(member.email).casefold()
    way = await choose_channel(session, backend, member, by_email or same)
    if isinstance(way, CodeRefused) and same and not by_email:
        way = await choose_channel(session, backend, member, by_email=False)  # that email is too new to prove anything
    if isinstance(way, CodeRefused) and ON_FILE in kinds:
        return "no_address"
    for kind in kinds:
        lately = await _count_sent(session, backend, member, kind, SEND_WINDOW)
        if lately >= MAX_PER_WINDOW or await _count_sent(session, backend, member, kind, _DAY) >= MAX_PER_DAY:
            return "too_many"
    for kind in kinds:
        to = way if kind == ON_FILE else CodeSent("email", link.email)
        assert isinstance(to, CodeSent)
        await _send(session, backend, link, member, kind, to)
    if not kinds:
        link.proven_at = backend.clock.now()
    return "ok"


async def list_required(session: AsyncSession, link: CreationLink) -> list[RequiredCode]:
    """What the page asks for: the newest code of each kind, the one on file first."""
    rows = await _newest(session, link)
    return [RequiredCode(row.kind, CodeSent(row.sent_by, row.sent_to).masked, row.sent_by == "text") for row in rows]


async def check(session: AsyncSession, backend: Backend, link: CreationLink, given: dict[str, str]) -> dict[str, str]:
    """Judge what was given for each kind: ok, wrong, slip (not six digits, which costs no try) or gone (too old, or
    tried too often). The link is proven once all are ok, and only all together use them up."""
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
        return
    coop = backend.coop.short_name
    await enqueue(
        session, backend, kind="email", recipient=link.email, purpose="code",
        subject=tr("Is this your email? Your {coop} code", coop=coop),
        body=tr(
            "{code} is the code that shows {coop} that this email is yours. Use it within 10 minutes, and only where "
            "you asked for it. If you did not, you need do nothing.",
            code=code, coop=coop,
        ),
        dedupe_key=key,
    )  # fmt: skip


async def _newest(session: AsyncSession, link: CreationLink) -> list[CreationCode]:
    newest = select(func.max(CreationCode.id)).where(CreationCode.link_id == link.id).group_by(CreationCode.kind)
    query = (
        select(CreationCode)
        .where(CreationCode.id.in_(newest))
        .order_by(CreationCode.kind.desc())
        .with_for_update()  # two tries at once must not share one of the five
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


async def _count_sent(session: AsyncSession, backend: Backend, member: Member, kind: str, span: timedelta) -> int:
    lately = CreationCode.sent_at > backend.clock.now() - span
    query = select(func.count()).where(CreationCode.member_id == member.id, CreationCode.kind == kind, lately)
    return await session.scalar(query) or 0


def _hash(backend: Backend, row: CreationCode, code: str) -> str:
    return keyed_code_hash(backend, f"creation:{row.id}:{code}")
