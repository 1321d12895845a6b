"""One turn of a conversation: kept first, then understood, then answered, in the order of arrival, once.

A message is written down before anything is done about it. If the engine is away the message stays so, the member gets
one kind sentence, and the answer follows by the channel's own way (see waiting.py). Which of several processes
answers it, and when, is decided by its row in the inbox (backend/conversations/inbox.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from backend.language import current_language, tr, use_language
from backend.reading.language import detect_language, language_for_payload
from bot.dialogue import edge_texts, giving_up, live_agent, normalize
from bot.dialogue.conversation_queue import ConversationQueue, ConversationQueues, QueuePlace
from bot.dialogue.engine_client import EngineClient, EngineError, EngineFailed
from bot.dialogue.keep_deadline import COMMIT_SECONDS, KeepDeadline, MessageNotKept
from bot.dialogue.leases import MessageLeases
from bot.dialogue.message_turn import MessageTurn, parse_stored_reply, resolve_answer
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.redaction.engine_redaction import EngineRedactor
from bot.dialogue.redaction.message_redaction import MessageRedactor
from bot.dialogue.redaction.redact import list_removed_kinds
from bot.dialogue.reply_json import buttons_to_json, reply_to_json
from bot.web.metrics import Metrics
from bot.web.rates import RateLimiter

logger = logging.getLogger("memberline.turn")

HUMAN_PAYLOAD = "/speak_to_human"
DUPLICATE_WAIT_SECONDS = 8.0
"""How long a repeat waits for another process to answer the first."""
ANSWER_POLL_SECONDS = 0.2
"""How often is looked whether another process, or this one in a later try, has answered."""
QUEUE_POLL_SECONDS = 0.02
"""How often a message looks whether the one ahead of it, which another process answers, is answered."""
FIRST_RETRY_SECONDS = 0.5
"""Before a message on which something failed is tried again; twice as long each time."""

ReplyDeliverer = Callable[[AsyncSession, Inbound, Reply, bool], Awaitable[None]]
"""Hands a reply on inside the transaction that keeps it; the flag says that nobody is waiting for it any more."""


@dataclass
class TurnProcessor:
    """Takes turns. `deliver` has, for each channel, its way of handing a reply on."""

    backend: Backend
    engine: EngineClient
    queues: ConversationQueues
    metrics: Metrics
    known_intents: frozenset[str]
    rates: RateLimiter

    def __post_init__(self) -> None:
        self.leases = MessageLeases(self.backend)
        self.deliver: dict[str, ReplyDeliverer] = {}
        self.fitting = MessageRedactor(self.backend, self.rates)
        self.unkeeping = EngineRedactor(self.backend, self.engine, self.queues)
        self.after_commit: list[Callable[[Inbound], None]] = []
        self.stalled = asyncio.Event()  # set when a message begins to wait for whichever process can answer it
        self._inflight: dict[tuple[str, str], MessageTurn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take_turn(
        self, inbound: Inbound, within: float | None = None, keeping: KeepDeadline | None = None
    ) -> Reply:
        """Answer a message. The same provider_id again gets the same answer, and does nothing.

        After `within` seconds without an answer the reply is empty and `pending`: the message is written down, and the
        answer will be delivered the channel's late way. A reply is also pending when the engine is away; then it has
        the kind sentence, once. Raises NotKept for a message that is not written down in the time of `keeping`.
        """
        turn = self._inflight.get((inbound.channel, inbound.provider_id))
        if turn is None or turn.deadline.has_expired:
            turn = self._start(inbound, keeping or KeepDeadline())
        turn.caller_left = False  # whoever asks again waits again
        await asyncio.wait({turn.answer}, timeout=within)
        if not turn.answer.done():
            try:
                await turn.deadline.wait_until_kept(turn.answer)
            except MessageNotKept:
                turn.give_up_waiting()  # should it turn out to be kept, the answer is delivered the late way
                raise
        if turn.answer.done():
            return turn.answer.result()
        if turn.give_up_waiting():
            turn.caller_left = True
            return Reply(pending=True)
        await asyncio.wait({turn.answer}, timeout=COMMIT_SECONDS)  # it is just being kept
        turn.caller_left = not turn.answer.done()
        return Reply(pending=True) if turn.caller_left else turn.answer.result()

    async def give_up(self, inbound: Inbound) -> Reply | None:
        """Answer a message at once with what has come of it so far; nothing more will. None: it was never kept."""
        turn = self._inflight.get((inbound.channel, inbound.provider_id))
        if turn is None or not turn.record_id:
            async with self.backend.db.read_session() as session:
                row = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
            if row is None:
                if turn is not None:
                    turn.is_given_up = True
                return None
            turn = turn or MessageTurn(inbound, asyncio.get_running_loop().create_future())
            turn.record_id, turn.language = row.id, current_language()
        reply = await giving_up.give_up_on(self, turn)
        resolve_answer(turn, reply)
        return reply

    async def wait_until_idle(self) -> None:
        """Wait until every turn that has begun is over (before the process ends)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, inbound: Inbound, keeping: KeepDeadline) -> MessageTurn:
        turn = MessageTurn(inbound, asyncio.get_running_loop().create_future(), keeping)
        self._inflight[(inbound.channel, inbound.provider_id)] = turn
        lane = self.queues.get_queue(inbound.conversation)
        # the place is drawn before anything is awaited: messages are answered in the order in which they came
        self.spawn(self._run(turn, lane, lane.take_place()))
        return turn

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside; the process does not end before it is done, if it can help it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, turn: MessageTurn, lane: ConversationQueue, ticket: QueuePlace) -> None:
        started = time.perf_counter()
        try:
            self._resolve_unless_pending(turn, await self._answer(turn, lane, ticket))
        except Exception as failure:
            await self._handle_failure(turn, failure)
        finally:
            self.release_turn(turn)
            await ticket.wait_for_turn()
            lane.leave_place(ticket)
            self.queues.drop_idle()
            self.metrics.turn_seconds.labels(turn.inbound.channel).observe(time.perf_counter() - started)
        if not turn.answer.done():
            await self._wait_for_other_process(turn)

    async def _wait_for_other_process(self, turn: MessageTurn) -> None:
        """Hand on what whoever takes the message up answers, as long as its caller waits."""
        while not turn.caller_left and not turn.answer.done():
            row = await self._reload_inbound(turn)
            if row is not None and row.status != "received":
                resolve_answer(turn, parse_stored_reply(row.reply))

    async def _reload_inbound(self, turn: MessageTurn) -> InboundMessage | None:
        """How the message stands a moment later."""
        await asyncio.sleep(ANSWER_POLL_SECONDS)
        async with self.backend.db.read_session() as session:
            return await conversations.find_inbound(session, turn.inbound.channel, turn.inbound.provider_id)

    @staticmethod
    def _resolve_unless_pending(turn: MessageTurn, reply: Reply) -> None:
        """Give it to whoever waits. A caller waits for the answer itself: that it comes later is none."""
        if not turn.is_call or not reply.pending:
            resolve_answer(turn, reply)

    async def _handle_failure(self, turn: MessageTurn, failure: Exception) -> None:
        """Something of ours failed. A message that is kept is tried again; of one that is not, the caller is told."""
        logger.error("a turn failed: %s", type(failure).__name__)
        if turn.record_id:
            try:
                self._resolve_unless_pending(turn, await self._postpone(turn, failed=True))
            except Exception as again:
                # nothing is lost: the lease runs out, and whoever then reaches the database takes it up
                logger.error("a turn could not be given back: %s", type(again).__name__)
                turn.is_late = True
                self._resolve_unless_pending(turn, Reply(pending=True))
        elif not turn.answer.done():
            if not turn.record_id and isinstance(failure, (SQLAlchemyError, OSError)):
                failure = MessageNotKept(known=not turn.deadline.committing)
            turn.answer.set_exception(failure)
            turn.answer.exception()  # whoever waited may be gone; that is not worth a warning

    def claim(self, turn: MessageTurn) -> None:
        """This process answers it from now on; a repeat waits for that, or is told what the first one was."""
        self.leases.hold(turn.record_id)
        self._inflight[(turn.inbound.channel, turn.inbound.provider_id)] = turn

    def release_turn(self, turn: MessageTurn) -> None:
        """From now on a repeat of it is answered from the database."""
        self.leases.drop(turn.record_id)
        key = (turn.inbound.channel, turn.inbound.provider_id)
        if self._inflight.get(key) is turn:
            del self._inflight[key]

    async def _answer(self, turn: MessageTurn, lane: ConversationQueue, ticket: QueuePlace) -> Reply:
        waited = ticket.must_wait
        async with lane.recording:
            recorded = await self._record_inbound(turn)
        turn.deadline.kept.set()
        if not recorded.is_new:
            return await self._answer_duplicate(recorded, turn)
        turn.record_id = recorded.id
        self.leases.hold(recorded.id)
        if turn.is_given_up:
            return await giving_up.give_up_on(self, turn)
        await ticket.wait_for_turn()
        stands = await self._wait_for_queue_front(turn) if waited or recorded.is_behind else recorded.state
        if stands is None:
            return await self._leave_to_others(turn)
        if turn.redacts_history:
            await self.unkeeping.redact_conversation(turn.inbound.conversation)
        turn.detect_language(stands)
        with use_language(turn.language):
            return await self._respond(turn, lane, stands)

    async def _wait_for_queue_front(self, turn: MessageTurn) -> conversations.ConversationState | None:
        """Wait for the messages ahead that other processes answer; then how the conversation stands.

        None: it is not this turn's to answer, because what is ahead waits itself, or another process has taken it up.
        """
        conversation = turn.inbound.conversation
        while True:
            async with self.backend.db.read_session() as session:
                place = await inbox.queue_position(session, conversation, turn.record_id, self.leases.owner)
            if place == "first":
                async with self.backend.db.transaction() as session:
                    if await inbox.begin(session, conversation, turn.record_id, self.leases.owner):
                        return await conversations.open_now(session, conversation)
            elif place != "behind":
                return None
            else:
                await asyncio.sleep(QUEUE_POLL_SECONDS)

    async def _leave_to_others(self, turn: MessageTurn) -> Reply:
        """It is answered by whoever takes it up, in its order. The message ahead told its sender, but of danger."""
        turn.is_late = True
        waits = Reply(pending=True)
        with use_language(detect_language(turn.inbound.text, turn.language)):
            first = "" if turn.is_call else edge_texts.format_danger_advice(turn.inbound.text, self.backend.coop)
        if first:
            waits = Reply((Message(first),), pending=True)
        await self.leases.release(turn.record_id, told=reply_to_json(waits) if first else None)
        self.stalled.set()
        return waits

    async def _record_inbound(self, turn: MessageTurn) -> conversations.RecordedMessage:
        """Make it fit to be kept, and keep it; what it makes a secret of earlier ones goes in the same transaction."""
        turn.deadline.check()
        async with self.backend.db.transaction() as session:
            fit = await self.fitting.redact(session, turn.inbound)
            turn.inbound = inbound = fit.inbound
            recorded = await conversations.record_inbound(
                session,
                self.backend,
                channel=inbound.channel,
                provider_id=inbound.provider_id,
                conversation_id=inbound.conversation,
                text=inbound.text[: normalize.MAX_TEXT_LENGTH],
                payload=inbound.payload,
                address=inbound.address,
                source=inbound.source,
                attested=inbound.attested,
                browser=inbound.browser,
                owner=self.leases.owner,
                since=turn.deadline.began,
            )
            if recorded.is_new:
                await self.fitting.redact_history(session, fit)
                turn.redacts_history = bool(fit.redaction.rewritten_texts)
            turn.deadline.begin_commit()
        return recorded

    async def _answer_duplicate(self, recorded: conversations.RecordedMessage, turn: MessageTurn) -> Reply:
        """The answer of a message that had come before; waits a while when another process is at it."""
        deadline = time.monotonic() + DUPLICATE_WAIT_SECONDS
        status, reply, owner = recorded.status, recorded.reply, recorded.owner
        # without an owner it waits: the sender is told again what was said about that
        while status == "received" and owner and not turn.is_late and time.monotonic() < deadline:
            if (row := await self._reload_inbound(turn)) is not None:
                status, reply, owner = row.status, row.reply, row.owner
        return parse_stored_reply(reply)

    async def _respond(
        self, turn: MessageTurn, lane: ConversationQueue, stands: conversations.ConversationState
    ) -> Reply:
        if stands.expects == live_agent.LIVE_AGENT and not turn.is_call:
            outcome = await live_agent.decide_during_handoff(self.backend, turn.inbound)
            if outcome == "quiet":
                return await self.save_and_deliver(
                    turn, Reply(tuple(self._redaction_notices(turn.inbound, lane))), offered=None
                )
            if outcome == "back":
                return await self.save_and_deliver(
                    turn, self._format_own_reply(lane, [], edge_texts.BACK_WITH_ASSISTANT, {}), offered=[]
                )
        local = self._answer_without_engine(turn.inbound, lane, stands.expects)
        if local is not None:
            return await self.save_and_deliver(turn, local, offered=None)
        try:
            reply = await self.ask_engine(turn, lane, stands)
        except EngineError as failure:
            return await self._handle_engine_error(turn, failure)
        return await self.save_and_deliver(turn, reply, offered=buttons_to_json(reply.buttons))

    def _answer_without_engine(self, inbound: Inbound, lane: ConversationQueue, expects: str) -> Reply | None:
        """What needs no engine: nothing to read, or far too much."""
        if inbound.payload is not None:
            return None
        too_long = len(inbound.text) > normalize.MAX_TEXT_LENGTH
        if not too_long and normalize.has_readable_text(normalize.extract_words(inbound.text)):
            return None
        notices = self._redaction_notices(inbound, lane, expects)
        if notices and not too_long:
            return Reply((*notices, *_repeat_question(inbound, expects)))
        variants = edge_texts.TOO_LONG if too_long else edge_texts.EMPTY
        if danger := edge_texts.format_danger_advice(inbound.text, self.backend.coop):
            notices = [Message(danger), *notices]
        return self._format_own_reply(lane, notices, variants, {"expected": edge_texts.format_expected(expects)})

    def _format_own_reply(
        self, lane: ConversationQueue, before: list[Message], variants: tuple[str, ...], values: dict[str, str]
    ) -> Reply:
        lane.last_text = edge_texts.pick_variant(variants, lane.last_text, **values)
        return Reply((*before, Message(lane.last_text)))

    def _redaction_notices(self, inbound: Inbound, lane: ConversationQueue, expects: str = "") -> list[Message]:
        """One sentence or two on what was taken out, however much it was."""
        kinds = list_removed_kinds(inbound.text)
        for kind in kinds:
            self.metrics.redactions.labels(kind).inc()
        if not kinds:
            return []
        lane.last_text = edge_texts.pick_variant(edge_texts.REDACTION_NOTICES[kinds[0]], lane.last_text)
        if kinds[0] not in ("ssn", "number") or expects not in ("member_number", "identity"):
            return [Message(lane.last_text)]
        hint = edge_texts.SPOKEN_MEMBER_NUMBER_HINT if inbound.channel == "voice" else edge_texts.MEMBER_NUMBER_HINT
        return [Message(f"{lane.last_text} {tr(hint)}")]

    async def ask_engine(
        self, turn: MessageTurn, lane: ConversationQueue, stands: conversations.ConversationState
    ) -> Reply:
        """Put the message to the engine. Raises EngineError."""
        inbound = turn.inbound
        said = normalize.interpret_message(inbound.text, inbound.payload, stands.offered, self.known_intents)
        if told := language_for_payload(said.text):
            turn.set_language(told, stands.language)
        metadata: dict[str, Any] = {"said": said.member_text, "message": inbound.provider_id, "language": turn.language}
        if said.removed_kinds:
            metadata["removed"] = list(said.removed_kinds)
        if stands.expects == giving_up.SETTLED:
            metadata["anew"] = True  # the task that was open is done: its question must not be asked again
        messages = await self.engine.send_turn(inbound, said.text, metadata)
        if not any(message.text or message.image for message in messages):
            logger.warning("the engine had nothing to say")
            office = edge_texts.office_values(self.backend.coop)
            text = edge_texts.pick_variant(edge_texts.NOTHING_TO_SAY, lane.last_text, **office)
            messages = (Message(edge_texts.add_danger_advice(text, inbound.text, self.backend.coop)),)
        notices = self._redaction_notices(inbound, lane, stands.expects)
        lane.last_text = messages[-1].text
        acts = {message.hints.get("act") for message in messages}
        return Reply((*notices, *messages), transfer="transfer" in acts, end="end" in acts)

    async def save_and_deliver(
        self, turn: MessageTurn, reply: Reply, *, offered: list[dict[str, Any]] | None, status: str = "answered"
    ) -> Reply:
        """Keep an answer and hand it on, in one transaction: neither happens without the other."""
        turn.is_sealed = True
        inbound, late = turn.inbound, turn.is_late
        reply = replace(reply, language=turn.language)
        stored = {**reply_to_json(reply), "late": late}
        async with self.backend.db.transaction() as session:
            first = await conversations.save_reply(
                session,
                self.backend,
                turn.record_id,
                inbound.conversation,
                stored,
                status=status,
                offered=offered,
                expects=reply.expects,
                language=turn.language if turn.switches_language else None,
                owner=self.leases.owner,
            )
            if first and inbound.channel in self.deliver:
                await self.deliver[inbound.channel](session, inbound, reply, late)
        if not first:
            return Reply(pending=True)  # another process has taken it up, and its answer counts
        if turn.caller_left and not late and inbound.channel in self.deliver:
            async with self.backend.db.transaction() as session:
                await self.deliver[inbound.channel](session, inbound, reply, True)
        for notify in self.after_commit:
            notify(inbound)
        resolve_answer(turn, reply)
        return reply

    async def _handle_engine_error(self, turn: MessageTurn, failure: EngineError) -> Reply:
        kind = "failed" if isinstance(failure, EngineFailed) else "unavailable"
        self.metrics.engine_errors.labels(kind).inc()
        logger.warning("engine %s: %s", kind, failure)
        if turn.is_call and turn.inbound.payload == HUMAN_PAYLOAD:
            return await giving_up.give_up_on(self, turn)  # who wants a person is not kept waiting for a machine
        return await self._postpone(turn, failed=isinstance(failure, EngineFailed))

    async def _postpone(self, turn: MessageTurn, *, failed: bool) -> Reply:
        """Leave it to whichever process can answer it, in order. The member is told once, not of those behind it."""
        turn_waits = Reply(pending=True)
        turn.is_sealed = not turn.is_call  # a caller may go on waiting, or not
        if not turn.is_late and not turn.is_call:
            coop = self.backend.coop
            text = edge_texts.add_danger_advice(
                tr(edge_texts.ANSWER_DELAYED, **edge_texts.office_values(coop)), turn.inbound.text, coop
            )
            turn_waits = Reply((Message(text),), pending=True, language=turn.language)
        turn.is_late = True
        await self.release_for_retry(
            turn, told=reply_to_json(turn_waits) if turn_waits.messages else None, failed=failed
        )
        return turn_waits

    async def release_for_retry(self, turn: MessageTurn, *, told: dict[str, Any] | None = None, failed: bool) -> None:
        """Let it wait, after a failure for a while, for whichever process can answer it."""
        pause = FIRST_RETRY_SECONDS * 2**turn.attempts if failed else 0.0
        await self.leases.release(turn.record_id, told=told, failed=failed, pause=pause)
        self.stalled.set()


def _repeat_question(inbound: Inbound, expects: str) -> tuple[Message, ...]:
    """The question that is still open, behind a notice. A call asks its question again by itself."""
    if not expects or inbound.channel == "voice":
        return ()
    return (Message(tr(edge_texts.PLEASE_SEND, expected=edge_texts.format_expected(expects))),)
