"""Mails a member what was said in a talk, to the address on file.

Whoever writes in a talk writes into the co-op's mail. So it takes a code or a sign-in, only a few go out in a day, and
an address that was typed is no link there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import transcript
from backend.errors import MemberlineError
from backend.language import format_day, mark, tr
from backend.members.levels import Level
from backend.members.models import IdentityMiss
from backend.members.rate_limits import TALK_MAIL, lock_attempts
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.agent_handoff.transcript import TranscriptLine
    from backend.app import Backend
    from backend.members.identity import Identity

MAX_TO_MEMBER, MAX_FROM_SENDER, WINDOW = 3, 10, timedelta(days=1)
WHOLE_TALK = 500  # lines
NOT_PROVEN = mark(
    "To mail this talk we have to be sure who you are: by a code, or by signing in to your account. You can save the "
    "talk as a file now."
)
TOO_MANY = mark("Enough talks were mailed for today. You can save this one as a file.")
NO_EMAIL = mark("There is no email on file that we can use. You can save the talk as a file.")
NOTHING_SAID = mark("Nothing has been said yet.")
DOTS = ".\u3002\uff0e\uff61"
"""The full stop, and those of other scripts that mail programs take for it in an address."""


class TranscriptRefused(MemberlineError):
    code = "not_mailed"


async def mail_transcript(
    session: AsyncSession, backend: Backend, conversation_id: str, asked_by: Identity, *, source: str
) -> None:
    """Queue the mail; the same talk once as long as nothing more was said. Raises TranscriptRefused.

    `source` is the sender who asks, as `client_source` has it.
    """
    member = asked_by.member
    if member is None or asked_by.level < Level.STEPPED_UP:
        raise TranscriptRefused(tr(NOT_PROVEN))
    if not member.email or not member.can_receive_login_mail(backend.clock.now()):
        raise TranscriptRefused(tr(NO_EMAIL))
    lines = await transcript.read_transcript(session, conversation_id, WHOLE_TALK)
    if not lines:
        raise TranscriptRefused(tr(NOTHING_SAID))
    key = f"talk-mail:{conversation_id}:{len(lines)}"
    if await session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)):
        return
    hidden = backend.settings.keyed_hash("talk-mail", str(member.id))
    await _count(session, backend, conversation_id, target=hidden, source=source)
    zone, today = backend.coop.zone, backend.today()
    said = "\n\n".join(
        f"{line.at.astimezone(zone):%H:%M} {_name(line.who)}: {words}"
        for line, words in zip(lines, _without_typed_links(lines), strict=True)
    )
    day = format_day(lines[-1].at.astimezone(zone).date(), today)
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=member.email,
        subject=tr("Your conversation with {coop}", coop=backend.coop.short_name),
        body=tr("What was said on {day}:", day=day) + f"\n\n{said}\n",
        purpose="reply",
        dedupe_key=key,
    )


async def _count(session: AsyncSession, backend: Backend, conversation_id: str, *, target: str, source: str) -> None:
    """Count one mail to the member from the sender. Raises TranscriptRefused over a limit."""
    await lock_attempts(session, backend, f"talk-mail:{target}", f"talk-mail:{source}")
    now = backend.clock.now()
    limits = ((IdentityMiss.target == target, MAX_TO_MEMBER), (IdentityMiss.source == source, MAX_FROM_SENDER))
    for whose, most in limits:
        counted = select(func.count()).where(IdentityMiss.kind == TALK_MAIL, IdentityMiss.at > now - WINDOW, whose)
        if (await session.scalar(counted) or 0) >= most:
            raise TranscriptRefused(tr(TOO_MANY))
    session.add(
        IdentityMiss(at=now, kind=TALK_MAIL, source=source, target=target, conversation_id=conversation_id)
    )  # fmt: skip
    await session.flush()


def _without_typed_links(lines: Sequence[TranscriptLine]) -> list[str]:
    """The words of the lines, where what the member typed is one paragraph and its addresses are broken, also where
    another line repeats them. So nobody writes a link or a line of the assistant's into the co-op's mail."""
    typed = {token.casefold() for line in lines if line.who == "member" for token in line.text.split()}
    typed = {_break(token) for token in typed if _is_address(token)}
    return [
        " ".join(_break(token) if _is_address(token) else token for token in line.text.split())
        if line.who == "member"
        else re.sub(r"\S+", lambda found: _break_repeated(found[0], typed), line.text)
        for line in lines
    ]


def _break_repeated(token: str, typed: set[str]) -> str:
    broken = _break(token)
    bare = broken.casefold().strip("\"'“”«»().,;:!?")
    is_repeated = _is_address(token) and bool(bare) and any(bare in one or one in bare for one in typed)
    return broken if is_repeated else token


def _is_address(token: str) -> bool:
    """Whether a mail program could make a link of it; an amount or a time is none."""
    return "://" in token or re.search(rf"\w[{DOTS}][^\W\d_]{{2}}", token) is not None


def _break(token: str) -> str:
    """`https://pay.example/now` → `pay[.]example/now`."""
    return re.sub(rf"[{DOTS}](?=\w)", "[.]", token.rpartition("://")[2])


def _name(who: str) -> str:
    """Whose line it is; somebody of the office by name."""
    return {"member": tr("You"), "assistant": tr("Assistant")}.get(who, who)
