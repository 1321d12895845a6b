"""The signed link in an email with which somebody on call takes a ticket."""

from __future__ import annotations

import hmac

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.language import with_language

PURPOSE = "on-call-link"
SIGNATURE = 32


def link_url(backend: Backend, callout: Callout, name: str) -> str:
    """The URL of the page on which `name` takes this callout."""
    return with_language(f"{backend.settings.public_url}/on-call/{link_token(backend, callout.id, name)}")


def link_token(backend: Backend, callout_id: int, name: str) -> str:
    """The last part of that URL: the callout's id, and an HMAC for this person."""
    return f"{callout_id}-{backend.settings.keyed_hash(PURPOSE, f'{callout_id}:{name}')[:SIGNATURE]}"


async def parse_link(session: AsyncSession, backend: Backend, given: str) -> tuple[Callout, OnCallPerson] | None:
    """The callout and person of a link; None when the signature is wrong or the person is no longer on call."""
    number, _, signature = given.partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 9 or not signature.isascii():
        return None
    for person in backend.coop.on_call:
        if hmac.compare_digest(link_token(backend, int(number), person.name), f"{int(number)}-{signature}"):
            callout = await session.get(Callout, int(number))
            return (callout, person) if callout is not None else None
    return None
