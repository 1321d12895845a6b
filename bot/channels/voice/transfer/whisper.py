"""What the office hears before it takes a caller: who calls, how far verified, what was tried. No more than needed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from twilio.twiml.voice_response import VoiceResponse

from backend.agent_handoff.models import AgentHandoff
from backend.app import Backend
from backend.conversations.models import Conversation
from backend.language import ENGLISH, SPANISH, tr, use_language
from backend.members import identity
from bot.channels.voice.gather.render import add_says
from bot.channels.voice.speaking import transfers

KEY_SECONDS = 6
"""How long the key is waited for after the whisper was said twice: then it was a voicemail."""
ACCEPT_KEY = "1"


@dataclass(frozen=True)
class Whisper:
    """Of whom the office is told. `name` and `place` are empty below level 1; `tried` is in English."""

    name: str = ""
    place: str = ""
    level: int = 0
    address: str | None = None
    tried: str = ""
    language: str = ENGLISH


async def load_whisper(backend: Backend, conversation_id: str) -> Whisper:
    """What is known of the caller of a conversation; an empty whisper for one that has said nothing yet."""
    async with backend.db.read_session() as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            return Whisper()
        caller = await identity.load_identity(session, backend, conversation_id)
        newest = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
        handoff = await session.scalar(newest.order_by(AgentHandoff.id.desc()).limit(1))
        return Whisper(
            name=caller.member.name if caller.member else "",
            place=caller.account.short_place if caller.account else "",
            level=int(caller.level),
            address=conversation.address,
            tried=_tried(handoff),
            language=conversation.language,
        )


def _tried(handoff: AgentHandoff | None) -> str:
    """The task and question that were open; empty if there were none."""
    tried = str(handoff.summary.get("tried", "")) if handoff else ""
    return "" if tried.startswith("nothing") else tried


def format_whisper(whisper: Whisper) -> tuple[str, ...]:
    """The sentences of a whisper, in English: it is for the office."""
    with use_language(ENGLISH):
        if whisper.name and whisper.place:
            who = tr(transfers.WHISPER_MEMBER, name=whisper.name, place=whisper.place)
        elif whisper.name:
            who = tr(transfers.WHISPER_MEMBER_ONLY, name=whisper.name)
        elif whisper.address:
            who = tr(transfers.WHISPER_PHONE, last4=whisper.address[-4:])
        else:
            who = tr(transfers.WHISPER_CALLER)
        level = tr(transfers.WHISPER_LEVELS[whisper.level])
        language = tr(transfers.WHISPER_SPANISH) if whisper.language == SPANISH else ""
        tried = tr(transfers.WHISPER_TRIED, tried=whisper.tried) if whisper.tried else ""
        return tuple(line for line in (who, level, tried, language) if line)


def render_whisper(whisper: Whisper, key_url: str) -> str:
    """The whisper and the key, said twice; without the key the office's phone is hung up on."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        action=key_url,
        method="POST",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
        action_on_empty_result=True,
    )
    with use_language(ENGLISH):
        lines = (*format_whisper(whisper), tr(transfers.WHISPER_KEY))
        add_says(gather, lines)
        gather.pause(length=2)
        add_says(gather, lines)
    response.hangup()
    return str(response)


def render_whisper_key(digits: str) -> str:
    """Nothing after the accept key, which connects the two; else a hang-up."""
    response = VoiceResponse()
    if digits != ACCEPT_KEY:
        response.hangup()
    return str(response)
