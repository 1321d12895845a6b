"""Replies that need no engine: notices of what was removed, and answers to what cannot be read."""

from __future__ import annotations

from backend.coop import Coop
from backend.language import tr
from bot.dialogue import edge_texts, normalize
from bot.dialogue.conversation_queue import ConversationQueue
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.redaction.redact import list_removed_kinds
from bot.web.metrics import Metrics


def answer_without_engine(
    inbound: Inbound, queue: ConversationQueue, expects: str, coop: Coop, metrics: Metrics
) -> Reply | None:
    """Answer a text that has nothing to read in it, or far too much; None when it is for the engine."""
    if inbound.payload is not None:
        return None
    too_long = len(inbound.text) > normalize.MAX_TEXT_LENGTH
    if not too_long and normalize.has_readable_text(normalize.extract_words(inbound.text)):
        return None
    notices = redaction_notices(inbound, queue, metrics, expects)
    expected = edge_texts.format_expected(expects)
    if notices and not too_long:
        # a call repeats its open question by itself
        repeats = bool(expects) and inbound.channel != "voice"
        question = (Message(tr(edge_texts.PLEASE_SEND, expected=expected)),) if repeats else ()
        return Reply((*notices, *question))
    variants = edge_texts.TOO_LONG if too_long else edge_texts.EMPTY
    if danger := edge_texts.format_danger_advice(inbound.text, coop):
        notices = [Message(danger), *notices]
    return Reply((*notices, Message(queue.pick_variant(variants, expected=expected))))


def redaction_notices(inbound: Inbound, queue: ConversationQueue, metrics: Metrics, expects: str = "") -> list[Message]:
    """Say what was removed from a message, in one message however much it was; empty if nothing was."""
    kinds = list_removed_kinds(inbound.text)
    for kind in kinds:
        metrics.redactions.labels(kind).inc()
    if not kinds:
        return []
    notice = queue.pick_variant(edge_texts.REDACTION_NOTICES[kinds[0]])
    if kinds[0] not in ("ssn", "number") or expects not in ("member_number", "identity"):
        return [Message(notice)]
    hint = edge_texts.SPOKEN_MEMBER_NUMBER_HINT if inbound.channel == "voice" else edge_texts.MEMBER_NUMBER_HINT
    return [Message(f"{notice} {tr(hint)}")]
