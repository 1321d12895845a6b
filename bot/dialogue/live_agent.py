"""Decides whether the assistant stays quiet while somebody at the office answers a conversation."""

from __future__ import annotations

import re
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import service as handover
from backend.agent_handoff.models import AgentHandoff
from backend.agent_handoff.waiting import was_offered_call
from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import current_language
from backend.reading.acts.after_a_person import asks_for_own_task, is_only_thanks
from backend.reading.hazards.danger_words import detect_crisis
from backend.reading.hazards.hazard_signs import find_hazard_signs
from backend.reading.live_agent_request import wants_call, wants_call_back
from backend.reading.service.outages import states_outage
from backend.reading.service.own_outage import reports_own_outage
from backend.reading.spanish import english_form
from backend.tickets import escalation
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound
from bot.dialogue.outage_beside_person import takes_offer

LIVE_AGENT = handover.LIVE_AGENT
BACK_TO_ASSISTANT = re.compile(
    r"(?:(?:please|ok|okay|no|i want|let me|take me|go|switch|talk) )*(?:to )?"
    r"(?:(?:back|return) (?:to )?(?:the |my )?(?:assistant|bot|machine|robot)|(?:the )?(?:assistant|bot))"
    r"(?: please)?[.! ]*",
    re.IGNORECASE,
)

TAKES_BACK = re.compile(
    r"\W*(?:(?:ok|okay|oh|actually|no|well|alright|all right|sorry|wait|yeah)\W+)*"
    r"(?:never ?mind|nvm|forget (?:it|that|about it)|no need|cancel (?:that|it|the person)|"
    r"(?:i )?(?:don'?t|dont|do not|no longer) (?:need|want) (?:a|the|to wait for a) (?:person|human|agent))\b"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""`Ok never mind`, while nobody has taken the request; what else is said is for the assistant."""

HandoffDecision = Literal["quiet", "open", "closed", "back", "instead", "go on"]


async def decide_during_handoff(backend: Backend, inbound: Inbound) -> HandoffDecision:
    """What to do with a message that came in while a person answers.

    `quiet`: it is for the person alone. `open` and `closed`: it is too, and the member is told that the office, which
    is open or closed, has it. `back`: the member wants the assistant back, which says that it is there again.
    `instead`: nobody has taken the handoff, and it is taken back with another wish, which `words_instead` finds. `go
    on`: the assistant answers this message, because a button was pressed, a call back is wished and nobody has taken
    the handoff, somebody is in danger, or the office ended the handoff or abandoned it (it closed before anybody
    answered, or whoever answered has not written for long). An outage stays with the person; what the assistant says of
    it beside them is `outage_beside_person.answer_outage`.
    """
    async with backend.db.transaction() as session:
        handoff = await handover.find_open_handoff(session, inbound.conversation)
        if handoff is None or not await takes_offer(session, backend, handoff, inbound):
            decision = await _decide_for_assistant(session, backend, inbound, handoff)
            if decision is not None or handoff is None:
                return decision or "go on"
        message = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
        notice = await handover.note_member_message(session, backend, handoff, message) if message else None
    return notice or "quiet"


async def _decide_for_assistant(
    session: AsyncSession, backend: Backend, inbound: Inbound, handoff: AgentHandoff | None
) -> HandoffDecision | None:
    """Leave the person, where the message is for the assistant; None where it is for the person."""
    words = normalize.extract_words(inbound.text)
    english = english_form(words, current_language())
    if inbound.payload is not None or BACK_TO_ASSISTANT.fullmatch(english):
        await handover.return_to_assistant(session, backend, inbound.conversation)
        return "back" if inbound.payload is None else "go on"
    if handoff is not None and _wants_call_instead(handoff, words):
        # it keeps its place until the call is arranged
        await handover.return_to_assistant(session, backend, inbound.conversation, keep_place=True)
        return "go on"
    if handoff is not None and handoff.owner is None and (taken_back := TAKES_BACK.fullmatch(english)):
        await handover.return_to_assistant(session, backend, inbound.conversation)
        return "instead" if re.search(r"\w{2}", taken_back["rest"]) else "back"
    reported = await escalation.find_escalatable(session, backend, inbound.conversation) is not None
    in_danger = bool(find_hazard_signs(words, english, reported=reported)) or detect_crisis(english)
    if in_danger or handoff is None or await handover.is_abandoned(session, backend, handoff):
        await handover.return_to_assistant(session, backend, inbound.conversation, keep_place=True)
        return "go on"
    return None


def words_instead(text: str) -> str:
    """What is wished in place of a person: `whats due` of `never mind whats due`. All of it in Spanish."""
    found = TAKES_BACK.fullmatch(text)
    return found["rest"].lstrip(" ,.;:!-") if found else text


def _wants_call_instead(handoff: AgentHandoff, words: str) -> bool:
    """Whether a call is wished for a request that nobody has taken yet, or whose member was offered one."""
    if was_offered_call(handoff):
        return wants_call(words)
    return handoff.owner is None and wants_call_back(words)


async def decide_after_person(backend: Backend, inbound: Inbound) -> HandoffDecision:
    """What to do with a message where no question of the assistant is open.

    For REOPENS_WITHIN after the office closed a talk, what the member writes is for the same person: the talk opens
    again for who had it (`open` or `closed`, as the office is). Thanks and a good-bye are no reason. What the assistant
    does at once, day and night, stays with it, and so does all that follows: a payment, which nobody can take in a
    talk, the balance, an outage and a danger, which cannot wait until the office opens.
    """
    async with backend.db.read_session() as session:  # most messages come without any, and write nothing
        if await handover.find_just_closed(session, backend, inbound.conversation) is None:
            return "go on"
    words = normalize.extract_words(inbound.text)
    english = english_form(words, current_language())
    async with backend.db.transaction() as session:
        handoff = await handover.find_just_closed(session, backend, inbound.conversation)
        if handoff is None or (inbound.payload is None and is_only_thanks(words)):
            return "go on"
        is_for_assistant = (
            inbound.payload is not None
            or BACK_TO_ASSISTANT.fullmatch(english)
            or asks_for_own_task(words)
            or asks_for_own_task(english)
            or states_outage(words, english)
            or reports_own_outage(words, english)
            or find_hazard_signs(words, english)
            or detect_crisis(english)
        )
        message = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
        if is_for_assistant or message is None:
            await handover.leave_to_assistant(session, handoff)
            return "go on"
        await handover.reopen_by_member(session, backend, handoff, message)
        notice = await handover.note_member_message(session, backend, handoff, message)
    return notice or "quiet"
