"""A conversation as the office reads it: who said what, with codes, last fours and links to money taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import InboundMessage
from backend.handover.models import OfficeMessage
from backend.reading.place import address_in

CODE = re.compile(r"(?<![\d$.,-])\d{6}(?![\d-])")
FOUR_ALONE = re.compile(r"\D*(?<![\d$.])(\d{4})(?![\d])\D*")
LAST4 = re.compile(r"(?i)((?:last|[uú]ltimos) (?:4|four|cuatro)\D{0,20})\d{4}\b")
BESIDE_A_NUMBER = re.compile(r"(\b\d{4,12}[- ]?\d{3}\D{1,20})\d{4}\b")
PLACE = re.compile(
    r"\b(?:pole|post|poste|palo|house|casa|road|rd|highway|hwy|route|ruta|carretera|county|cr|lot|lote|unit|apt|box|mile|"
    r"marker|milla|tag|placa)(?: (?:number|no|num|n[uú]mero|#))?\.?"
)
LINK = re.compile(r"https?://\S*/portal/\S+")


@dataclass(frozen=True)
class Line:
    """`who` is member, assistant or the name of somebody at the office."""

    at: datetime
    who: str
    text: str


def plain_line(text: str) -> str:
    """A line without one-time codes, last fours and links that open something. Card numbers were never kept."""
    text = LINK.sub("[link]", text)
    text = LAST4.sub(r"\1[4 digits]", text)
    text = BESIDE_A_NUMBER.sub(r"\1[4 digits]", text)
    alone = FOUR_ALONE.fullmatch(text)
    if alone and "$" not in text and not _tells_where(text, alone[1]):
        text = text.replace(alone[1], "[4 digits]")
    return CODE.sub("[code]", text)


def _tells_where(text: str, digits: str) -> bool:
    """Whether four digits are a house, a road or a pole: the crew has to find it."""
    return digits in (address_in(text) or "") or bool(re.search(rf"{PLACE.pattern}\W*{digits}\b", text, re.IGNORECASE))


async def of(session: AsyncSession, conversation_id: str, limit: int = 60) -> list[Line]:
    """The newest lines, the oldest of them first."""
    heard = (
        select(InboundMessage)
        .where(InboundMessage.conversation_id == conversation_id)
        .order_by(InboundMessage.id.desc())
        .limit(limit)
    )
    wrote = (
        select(OfficeMessage)
        .where(OfficeMessage.conversation_id == conversation_id)
        .order_by(OfficeMessage.id.desc())
        .limit(limit)
    )
    lines: list[Line] = []
    for message in await session.scalars(heard):
        lines += _exchange(message)
    lines += [Line(row.at, row.author, row.text) for row in await session.scalars(wrote)]
    return sorted(lines, key=lambda line: line.at)[-limit:]


def _exchange(message: InboundMessage) -> list[Line]:
    said = message.text or _pressed(message.payload or "")
    lines = [Line(message.received_at, "member", plain_line(said))]
    for answer in (message.reply or {}).get("messages", []):
        if answer.get("text"):
            lines.append(Line(message.answered_at or message.received_at, "assistant", plain_line(answer["text"])))
    return lines


def _pressed(payload: str) -> str:
    return f"[{re.sub(r'[^A-Za-z0-9]+', ' ', payload).strip()}]"
