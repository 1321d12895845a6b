"""Text to pay on the web page: it is set up by text, and may be ended by a member who is identified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.consents.service import Agreement
from backend.coop import format_phone
from backend.language import tr
from backend.members.identity import load_identity
from backend.members.levels import Level
from backend.reading.texts.pay_replies import is_end_request, is_enroll_request
from backend.text_pay import service
from backend.text_pay.models import TextPayAuthorization

if TYPE_CHECKING:
    from backend.app import Backend


async def answer_on_web(backend: Backend, conversation_id: str, text: str) -> str | None:
    """The words to answer; None where the text is about something else."""
    number = backend.settings.twilio_number or ""
    values = {"number": format_phone(number) if number.startswith("+") else number or backend.coop.office_phone_display}
    if is_enroll_request(text):
        return tr("Text to pay is set up by text: write TEXT TO PAY to {number} from the phone on file.", **values)
    if not is_end_request(text):
        return None
    async with backend.db.transaction() as session:
        identity = await load_identity(session, backend, conversation_id)
        if identity.member is None:
            return tr("To end text to pay, write STOP TEXT TO PAY to {number} from the phone it is for.", **values)
        standing = select(TextPayAuthorization).where(
            TextPayAuthorization.member_id == identity.member.id, TextPayAuthorization.ended_at.is_(None)
        )
        agreement = Agreement(conversation_id, identity.level or Level.KNOWN, "web", "", text)
        rows = list(await session.scalars(standing))
        for row in rows:
            await service.end(session, backend, row, "member", agreement)
    if not rows:
        return tr("Text to pay is not on for any of your accounts.")
    return tr("Text to pay is off (number {number}).", number=", ".join(row.confirmation for row in rows))
