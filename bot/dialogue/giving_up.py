"""Gives up on a message: reports what was done about it and makes sure that nothing more is, in one transaction.

After the commit no action may act on the message any more (backend/conversations/idempotency.py), a read-back is no
longer valid, and a payment under way is followed by a message. So "nothing was done" stays true.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.service import LIVE_AGENT, find_open_handoff
from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import tr, use_language
from backend.outcomes import formatting as outcome_words
from backend.outcomes import service as outcomes
from backend.outcomes.service import ConversationOutcome
from bot.dialogue import edge_texts
from bot.dialogue.messages import Inbound, Message, Reply, reply_from_json, reply_to_json

if TYPE_CHECKING:
    from bot.dialogue.message_turn import MessageTurn
    from bot.dialogue.turn import TurnProcessor

logger = logging.getLogger("memberline.settling")

SETTLED = "settled"
"""The `expects` of a conversation whose last turn did something but was given up on: its question is over."""


async def give_up_on(turns: TurnProcessor, turn: MessageTurn) -> Reply:
    """Answer a message with what was done about it; one that has an answer already keeps that answer."""
    backend, inbound = turns.backend, turn.inbound
    turn.is_sealed = True
    with use_language(turn.language):
        async with backend.db.transaction() as session:
            row = await conversations.lock_inbound(session, turn.record_id)
            if row.status != "received":
                return reply_from_json(row.reply or {})
            now = backend.clock.now()
            outcome = await outcomes.close_outcome(session, inbound.conversation, row.received_at, now)
            reply = _format_reply(backend, inbound, outcome)
            await conversations.save_reply(
                session,
                backend,
                turn.record_id,
                inbound.conversation,
                {**reply_to_json(reply), "late": turn.is_late},
                status="failed",
                offered=[] if outcome.has_effect else None,  # None: what was open stays open
                expects=await _find_expected(session, inbound, row.received_at, outcome),
                owner=row.owner,  # whichever process has it: after this commit it is answered
            )
            if inbound.channel in turns.deliver:
                await turns.deliver[inbound.channel](session, inbound, reply, is_late=turn.is_late)
    logger.error("gave up on a message of %s%s", inbound.channel, "" if outcome.is_empty else "; something came of it")
    for notify in turns.after_commit:
        notify(inbound)
    return reply


async def _find_expected(session: AsyncSession, inbound: Inbound, since: datetime, outcome: ConversationOutcome) -> str:
    """What the conversation expects after it: a person who was asked for `since` then keeps it."""
    if not outcome.has_effect:
        return ""
    handoff = None if inbound.channel == "voice" else await find_open_handoff(session, inbound.conversation)
    return LIVE_AGENT if handoff is not None and handoff.created_at >= since else SETTLED


def _format_reply(backend: Backend, inbound: Inbound, outcome: ConversationOutcome) -> Reply:
    if inbound.channel == "voice":
        return _format_spoken_reply(backend, inbound, outcome)
    if outcome.is_empty:
        template = edge_texts.GAVE_UP
    else:
        template = edge_texts.DONE_UNANSWERED if outcome.has_effect else edge_texts.REFUSED_UNANSWERED
    told = " ".join(outcome_words.format_outcome(backend, outcome))
    text = tr(template, told=told, office=backend.coop.office_phone_display)
    return Reply((Message(edge_texts.add_danger_advice(text, inbound.text, backend.coop)),))


def _format_spoken_reply(backend: Backend, inbound: Inbound, outcome: ConversationOutcome) -> Reply:
    """On a call: continue if something was done, else transfer to a person."""
    texts = outcome_words.format_outcome(backend, outcome, spoken=True)
    advice = edge_texts.format_danger_advice(inbound.text, backend.coop)
    danger = [advice] if advice else []
    if outcome.has_effect:
        return Reply(tuple(Message(text) for text in (*danger, tr(edge_texts.VOICE_TOO_SLOW), *texts)))
    texts = texts or [tr(edge_texts.VOICE_NOTHING_DONE)]
    spoken = (*danger, *texts, tr(edge_texts.VOICE_TRANSFERRING))
    return Reply(tuple(Message(text, hints={"act": "transfer"}) for text in spoken), transfer=True)
