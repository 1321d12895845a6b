"""Takes photos into a conversation that somebody at the office reads, and finds them again."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.service import find_open_handoff
from backend.errors import MemberlineError
from backend.language import mark, tr
from backend.photos.models import TalkPhoto
from backend.tickets import service as tickets

if TYPE_CHECKING:
    from backend.app import Backend

MAX_BYTES = 3 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""A small file can unfold into gigabytes; phones' cameras stay below this."""
LONGEST_SIDE = 1600
QUALITY = 80
MAX_PHOTOS = 6
"""Of one conversation."""
NOT_A_PHOTO = mark("That picture could not be read. Please send a photo (JPEG or PNG), at most 3 MB.")
TOO_MANY = mark("The office has several photos of this talk already. Please send what is still missing in words.")
NOBODY_READS = mark(
    "Nobody at our office has this talk open yet, so nobody would see the photo. Report an outage or ask for a person "
    "first; then send it."
)
FORMATS = ("JPEG", "PNG", "WEBP")
Reader = Literal["person", "ticket"]
"""Who has the photo before them: the person in the talk, or who works on its open ticket."""


class PhotoRefused(MemberlineError):
    """`code` is one of: not_a_photo, too_many, nobody_reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def rewrite_photo(data: bytes) -> tuple[bytes, int, int]:
    """(JPEG, width, height) of a picture, turned upright, at most LONGEST_SIDE wide and high, without its metadata.

    Raises PhotoRefused.
    """
    return await asyncio.to_thread(_rewrite, data)


def _rewrite(data: bytes) -> tuple[bytes, int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise PhotoRefused("not_a_photo", tr(NOT_A_PHOTO))
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PhotoRefused("not_a_photo", tr(NOT_A_PHOTO)) from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    # a new picture of the same pixels has none of the file's place, time and camera
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    clean.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), clean.width, clean.height


async def keep_photo(
    session: AsyncSession, backend: Backend, conversation_id: str, photo: tuple[bytes, int, int]
) -> tuple[TalkPhoto, Reader]:
    """Keep a rewritten photo where somebody reads it: in a talk with a person, else noted on its open ticket.

    Raises PhotoRefused: nobody_reads without either.
    """
    handoff = await find_open_handoff(session, conversation_id)
    filed = [one for one in await tickets.list_of_conversation(session, conversation_id) if one.status == "open"]
    if handoff is None and not filed:
        raise PhotoRefused("nobody_reads", tr(NOBODY_READS))
    query = select(func.count()).select_from(TalkPhoto).where(TalkPhoto.conversation_id == conversation_id)
    if (await session.scalar(query) or 0) >= MAX_PHOTOS:
        raise PhotoRefused("too_many", tr(TOO_MANY))
    jpeg, width, height = photo
    row = TalkPhoto(
        conversation_id=conversation_id, jpeg=jpeg, width=width, height=height, at=backend.clock.now()
    )  # fmt: skip
    session.add(row)
    await session.flush()
    for ticket in filed:
        await tickets.add_note(session, backend, ticket, conversation_id, f"sent photo {row.id}")
    return row, "person" if handoff is not None else "ticket"


async def list_photos(session: AsyncSession, conversation_id: str) -> Sequence[TalkPhoto]:
    """The photos of a conversation without their pixels, the oldest first."""
    query = select(TalkPhoto).where(TalkPhoto.conversation_id == conversation_id)
    return (await session.scalars(query.order_by(TalkPhoto.id))).all()


async def load_photo(session: AsyncSession, photo_id: int) -> tuple[str, bytes] | None:
    """(conversation, JPEG)."""
    query = select(TalkPhoto.conversation_id, TalkPhoto.jpeg).where(TalkPhoto.id == photo_id)
    found = (await session.execute(query)).one_or_none()
    return (found[0], found[1]) if found else None
