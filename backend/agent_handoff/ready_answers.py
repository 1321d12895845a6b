"""Answers that the office gives often: kept in both languages, filled in for the member. Functions flush; the caller
commits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import ReadyAnswer
from backend.agent_handoff.service import agent_display_name
from backend.audit.service import record
from backend.language import SPANISH, format_short_date, mark, use_language
from backend.members import identity
from backend.money import format_cents
from backend.providers.billing.base import FiguresUnknown

if TYPE_CHECKING:
    from backend.app import Backend

FIELD = re.compile(r"\{([^{}\n]{1,30})\}")
FIELDS = ("name", "amount due", "due date", "account", "my name", "office phone", "hours", "co-op")
MAX_TITLE, MAX_TEXT = 60, 600
USUAL = (
    (
        mark("Hello"),
        "Hello {name}, this is {my name} of {co-op}. I am reading what you wrote, one moment please.",
        "Hola, {name}, le saluda {my name} de {co-op}. Estoy leyendo lo que escribió, un momento por favor.",
    ),
    (
        mark("Amount due"),
        "Your account {account} owes {amount due}, due {due date}.",
        "Su cuenta {account} debe {amount due}, con vencimiento el {due date}.",
    ),
    (
        mark("Please call"),
        "I would rather settle this by phone. Please call us at {office phone}. We are open {hours}.",
        "Prefiero resolver esto por teléfono. Llámenos, por favor, al {office phone}. Nuestro horario es: {hours}.",
    ),
    (
        mark("Anything else?"),
        "That is done. Is there anything else I can do for you?",
        "Ya está hecho. ¿Hay algo más en lo que pueda ayudarle?",
    ),
    (
        mark("Goodbye"),
        "Thank you for writing, {name}. I am closing this talk now; write again at any time.",
        "Gracias por escribirnos, {name}. Voy a cerrar esta conversación; escríbanos de nuevo cuando quiera.",
    ),
)
"""A start for an office that has none: (title, English, Spanish)."""


async def list_answers(session: AsyncSession) -> Sequence[ReadyAnswer]:
    """By title."""
    return list(await session.scalars(select(ReadyAnswer).order_by(ReadyAnswer.title)))


def find_faults(title: str, english: str, spanish: str) -> dict[str, str]:
    """What is wrong, by the form's field: `empty`, `long`, or `field:…` with the first unknown {field}."""
    faults = {}
    for name, text, longest in (
        ("title", title, MAX_TITLE), ("english", english, MAX_TEXT), ("spanish", spanish, MAX_TEXT)
    ):  # fmt: skip
        unknown = [field for field in FIELD.findall(text) if field not in FIELDS] if name != "title" else []
        if not text:
            faults[name] = "empty"
        elif len(text) > longest:
            faults[name] = "long"
        elif unknown:
            faults[name] = f"field:{unknown[0]}"
    return faults


async def save(
    session: AsyncSession, backend: Backend, answer_id: int | None, title: str, english: str, spanish: str, by: str
) -> bool:
    """Add it, or change the one with this id. False when it is gone, or another one has the title."""
    found = await session.get(ReadyAnswer, answer_id, with_for_update=True) if answer_id else None
    if answer_id and found is None:
        return False
    same = await session.scalar(select(ReadyAnswer.id).where(ReadyAnswer.title == title))
    if same is not None and same != answer_id:
        return False
    before = {"title": found.title, "english": found.english, "spanish": found.spanish} if found else None
    changed = {"title": title, "english": english, "spanish": spanish}
    if found is None:
        session.add(ReadyAnswer(**changed, changed_by=by, changed_at=backend.clock.now()))
    else:
        found.title, found.english, found.spanish = title, english, spanish
        found.changed_by, found.changed_at = by, backend.clock.now()
    await _record(session, backend, "ready_answer_saved", by, before, changed)
    return True


async def remove(session: AsyncSession, backend: Backend, answer_id: int, by: str) -> None:
    found = await session.get(ReadyAnswer, answer_id, with_for_update=True)
    if found is not None:
        before = {"title": found.title, "english": found.english, "spanish": found.spanish}
        await session.delete(found)
        await _record(session, backend, "ready_answer_removed", by, before, None)


async def add_usual(session: AsyncSession, backend: Backend, by: str) -> None:
    """Those to begin with, as far as their titles are free."""
    for title, english, spanish in USUAL:
        await save(session, backend, None, title, english, spanish, by)


async def load_values(
    session: AsyncSession, backend: Backend, conversation_id: str, by: str, language: str
) -> dict[str, str]:
    """What the {fields} stand for in this talk, in `language`. What is the member's own is there only while the member
    is identified: it must not be told to whoever writes from a phone."""
    with use_language(language):
        return await _load_values(session, backend, conversation_id, by)


async def _load_values(session: AsyncSession, backend: Backend, conversation_id: str, by: str) -> dict[str, str]:
    values = {
        "my name": agent_display_name(by),
        "office phone": backend.coop.office_phone_display,
        "hours": backend.coop.hours_text,
        "co-op": backend.coop.short_name,
    }
    known = await identity.load_identity(session, backend, conversation_id)
    if known.account is None or known.member is None:
        return values
    values |= {"name": known.member.name.split()[0], "account": known.account.number}
    try:
        owed = await backend.billing.balance(session, known.account.id, backend.today())
    except FiguresUnknown:
        return values
    if owed.as_of is None and owed.prepaid is None and owed.amount_due_cents > 0:  # else the clerk says what it is
        values["amount due"] = format_cents(owed.amount_due_cents)
        if owed.due_on is not None:
            values["due date"] = format_short_date(owed.due_on)
    return values


def fill(answer: ReadyAnswer, values: Mapping[str, str], language: str) -> str:
    """The answer's words in `language`. A field without a value stays as it is, for the clerk to fill in."""
    words = answer.spanish if language == SPANISH else answer.english
    return FIELD.sub(lambda found: values.get(found[1], found[0]), words)


def find_open_field(text: str) -> str | None:
    """The first field in an answer that still has to be filled in."""
    return next((field for field in FIELD.findall(text) if field in FIELDS), None)


async def _record(
    session: AsyncSession,
    backend: Backend,
    act: str,
    by: str,
    before: dict[str, str] | None,
    after: dict[str, str] | None,
) -> None:
    await session.flush()
    await record(
        session, backend, actor=f"office:{by}", level=0, channel="office", act=act, account_id=None, before=before,
        after=after,
    )  # fmt: skip
