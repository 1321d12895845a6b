"""Marks as training sentences and as scripts of the conversation lab, without names and numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.db import Database
from backend.language import ENGLISH
from backend.members.models import Member
from backend.review.anonymize import anonymize, list_personal_words
from backend.review.marks import list_marks
from backend.review.meanings import ACT_PREFIX
from backend.review.talk_view import ReviewedTurn, load_turns
from backend.review.talks import Talk, find_talk

_MASKED_LAST4 = re.compile(r"\[4 digits\]|(?<!\d)1234(?!\d)")
_NUMBER = re.compile(r"(?<!\d)99999-001(?!\d)")


async def export_sentences(session: AsyncSession) -> list[dict[str, Any]]:
    """`{text, intent, language}` of each marked message whose meaning is an intent, once each, the oldest first.

    Messages that were a button are left out.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in reversed(await list_marks(session)):
        meant = one.mark.meant
        if not meant or meant.startswith(ACT_PREFIX) or not one.message.text:
            continue
        conversation = await session.get_one(Conversation, one.message.conversation_id)
        text = anonymize(one.message.text, await _personal_words(session, conversation))
        found.setdefault((text, meant), {"text": text, "intent": meant, "language": conversation.language})
    return list(found.values())


def format_sentences(rows: Iterable[dict[str, Any]]) -> str:
    """JSON lines, as `memberline evaluate nlu` reads them."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


async def export_transcripts(session: AsyncSession, db: Database) -> dict[str, str]:
    """Talks with a mark as scripts for `memberline evaluate transcripts`: file name → YAML.

    What should be heard is left open at a marked turn, since only a person can say it; the others have none either, as
    wordings change. `about` tells the marks.
    """
    scripts: dict[str, str] = {}
    done: set[int] = set()
    for one in reversed(await list_marks(session)):
        talk = await find_talk(session, db, one.mark.inbound_id)
        if talk is None or talk.id in done:
            continue
        done.add(talk.id)
        turns = [line for line in await load_turns(session, talk) if isinstance(line, ReviewedTurn)]
        conversation = await session.get_one(Conversation, talk.conversation_id)
        script = _build_script(talk, turns, await _personal_words(session, conversation))
        text = yaml.safe_dump(script, allow_unicode=True, sort_keys=False, width=120)
        scripts[f"talk-{talk.id}{'' if talk.language == ENGLISH else '.' + talk.language}.yml"] = text
    return scripts


def _build_script(talk: Talk, turns: list[ReviewedTurn], personal: list[str]) -> dict[str, Any]:
    marked = [turn for turn in turns if turn.mark]
    about = "; ".join(_tell_mark(turn, turns.index(turn) + 1, personal) for turn in marked)
    script: dict[str, Any] = {"about": about}
    if talk.language != ENGLISH:
        script["language"] = talk.language
    script["channels"] = [talk.channel]
    script["turns"] = [{"say": _script_words(turn, personal), "hear": []} for turn in turns]
    return script


def _tell_mark(turn: ReviewedTurn, place: int, personal: list[str]) -> str:
    assert turn.mark
    meant = f", meant {turn.mark.meant}" if turn.mark.meant else ""
    note = f" ({anonymize(turn.mark.note, personal)})" if turn.mark.note else ""
    return f"turn {place} is marked {turn.mark.kind}{meant}{note}"


def _script_words(turn: ReviewedTurn, personal: list[str]) -> str:
    """Numbers become those of the script's own member: `{number}`, `{last4}`, CODE."""
    if turn.said.strip() == "[code]":
        return "CODE"
    words = anonymize(turn.said, personal)
    return _MASKED_LAST4.sub("{last4}", _NUMBER.sub("{number}", words))


async def _personal_words(session: AsyncSession, conversation: Conversation) -> list[str]:
    """The words of the name and addresses of whom the conversation is about, as far as it is known."""
    if conversation.member_id is None:
        return []
    member = await session.get(Member, conversation.member_id)
    accounts = await session.scalars(select(Account.service_address).where(Account.member_id == conversation.member_id))
    return list_personal_words(member.name if member else "", *accounts)
