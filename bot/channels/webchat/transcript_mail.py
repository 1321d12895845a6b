"""Mails a member what was said in a talk, to the address on file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import transcript
from backend.errors import MemberlineError
from backend.language import format_day, mark, tr
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend
    from backend.members.models import Member

WHOLE_TALK = 500  # lines
NOT_IDENTIFIED = mark(
    "To mail this talk we have to know who you are: it goes only to the email on file. Say your member number first, "
    "or save the talk as a file."
)
NO_EMAIL = mark("There is no email on file that we can use. You can save the talk as a file.")
NOTHING_SAID = mark("Nothing has been said yet.")


class TranscriptRefused(MemberlineError):
    code = "not_mailed"


async def mail_transcript(session: AsyncSession, backend: Backend, conversation_id: str, member: Member | None) -> None:
    """Queue the mail; the same talk once as long as nothing more was said. Raises TranscriptRefused."""
    if member is None:
        raise TranscriptRefused(tr(NOT_IDENTIFIED))
    if not member.email or not member.can_receive_login_mail(backend.clock.now()):
        raise TranscriptRefused(tr(NO_EMAIL))
    lines = await transcript.read_transcript(session, conversation_id, WHOLE_TALK)
    if not lines:
        raise TranscriptRefused(tr(NOTHING_SAID))
    zone, today = backend.coop.zone, backend.today()
    said = "\n\n".join(f"{line.at.astimezone(zone):%H:%M} {_name(line.who)}: {line.text}" for line in lines)
    day = format_day(lines[-1].at.astimezone(zone).date(), today)
    await enqueue(
        session,
        backend,
        kind="email",
        recipient=member.email,
        subject=tr("Your conversation with {coop}", coop=backend.coop.short_name),
        body=tr("What was said on {day}:", day=day) + f"\n\n{said}\n",
        purpose="reply",
        dedupe_key=f"talk-mail:{conversation_id}:{len(lines)}",
    )


def _name(who: str) -> str:
    """Whose line it is; somebody of the office by name."""
    return {"member": tr("You"), "assistant": tr("Assistant")}.get(who, who)
