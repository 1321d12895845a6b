"""Takes one turn of a conversation: record the message, understand it, answer it once, in order of arrival.

A message is recorded before anything is done about it. If the engine is away it stays recorded, the member gets one
sentence that says so, and the answer follows later through the channel (bot/workers/unanswered.py). Which process
answers a message, and when, is decided by its row in the inbox (backend/conversations/inbox.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import current_language, tr, use_language
from backend.logs import enter_conversation
from backend.reading.language import detect_language, language_for_payload
from backend.review.recording import record_reading
from bot.dialogue import edge_texts, giving_up, live_agent, local_replies, normalize, outage_beside_person
from bot.dialogue.conversation_queue import ConversationQueue, ConversationQueues, QueuePlace
from bot.dialogue.engine_client import EngineClient, EngineError, EngineFailed
from bot.dialogue.interception import Interceptor, intercept
from bot.dialogue.leases import MessageLeases
from bot.dialogue.message_turn import MessageTurn, resolve_answer, resolve_unless_pending
from bot.dialogue.messages import Inbound, Message, Reply, buttons_to_json, count_parts, reply_from_json, reply_to_json
from bot.dialogue.other_processes import OtherProcesses
from bot.dialogue.record_deadline import COMMIT_SECONDS, MessageNotRecorded, RecordDeadline
from bot.dialogue.recording import MessageRecorder
from bot.dialogue.redaction.engine_redaction import EngineRedactor
from bot.web.metrics import Metrics
from bot.web.rates import RateLimiter

logger = logging.getLogger("memberline.turn")

HUMAN_PAYLOAD = "/speak_to_human"
FIRST_RETRY_SECONDS = 0.5
"""Pause before a failed message is tried again; it doubles with each failure."""

START_OVER_KEY = "anew"
"""Key of a turn's metadata: the open task is done, and its question must not be asked again."""

ImmediateResponder = Callable[[AsyncSession, Inbound, conversations.RecordedMessage], Awaitable[tuple[Reply, bool]]]
"""Acts on a recorded message; returns the reply, and whether it ends what the conversation had asked."""


class ReplyDeliverer(Protocol):
    async def __call__(self, session: AsyncSession, inbound: Inbound, reply: Reply, *, is_late: bool) -> None:
        """Deliver a reply in the transaction that saves it. `is_late`: nobody is waiting for it any more."""


@dataclass
class TurnProcessor:
    """Takes turns. `deliver` maps each channel to its way of delivering a reply, `before_engine` to what it answers
    without the engine; each channel enters its own.

    `after_commit` is called with every message that has been answered, when its answer is committed. `has_released` is
    set when a message is left to whichever process can answer it.
    """

    backend: Backend
    engine: EngineClient
    queues: ConversationQueues
    metrics: Metrics
    known_intents: frozenset[str]
    rates: RateLimiter
    deliver: dict[str, ReplyDeliverer] = field(init=False, default_factory=dict)
    before_engine: dict[str, Interceptor] = field(init=False, default_factory=dict)
    after_commit: list[Callable[[Inbound], None]] = field(init=False, default_factory=list)
    has_released: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _inflight: dict[tuple[str, str], MessageTurn] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.leases = MessageLeases(self.backend)
        self.others = OtherProcesses(self.backend, self.leases.owner)
        self.recorder = MessageRecorder(self.backend, self.rates)
        self.engine_redactor = EngineRedactor(self.backend, self.engine, self.queues)

    async def take_turn(
        self, inbound: Inbound, within: float | None = None, deadline: RecordDeadline | None = None
    ) -> Reply:
        """Answer a message. The same provider_id again gets the same answer and has no further effect.

        After `within` seconds without an answer the reply is empty and `pending`: the message is recorded, and the
        channel delivers the answer later. A reply is also pending when the engine is away; the first one then says so.
        Raises MessageNotRecorded for a message that is not recorded within the time of `deadline`.
        """
        turn = self._inflight.get(inbound.key)
        if turn is None or turn.deadline.has_expired:
            turn = self._start(inbound, deadline or RecordDeadline())
        turn.request_left = False  # a repeat waits for the answer again
        await asyncio.wait({turn.answer}, timeout=within)
        if not turn.answer.done():
            try:
                await turn.deadline.wait_until_recorded(turn.answer)
            except MessageNotRecorded:
                turn.stop_waiting()  # if it was recorded after all, the answer is delivered later
                raise
        if turn.answer.done():
            return turn.answer.result()
        if turn.stop_waiting():  # not being saved yet, so it will go out by itself
            turn.request_left = True
            return Reply(pending=True)
        await asyncio.wait({turn.answer}, timeout=COMMIT_SECONDS)  # it is being committed
        turn.request_left = not turn.answer.done()
        return Reply(pending=True) if turn.request_left else turn.answer.result()

    async def give_up(self, inbound: Inbound) -> Reply | None:
        """Answer a message now with what was done about it so far, and do no more. None: it was never recorded."""
        turn = self._inflight.get(inbound.key)
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

    async def answer_at_once(self, inbound: Inbound, deadline: RecordDeadline, respond: ImmediateResponder) -> Reply:
        """Record a message and answer it by `respond`, all in one transaction; a repeat gets the saved reply.

        It is redacted and recorded within `deadline` like any other, but does not wait for the messages ahead: a
        STOP must work while they wait for an engine that is away. Raises MessageNotRecorded when it is too late.
        """
        queue = self.queues.get_queue(inbound.conversation)
        async with queue.recording, self.backend.db.transaction() as session:
            recording = await self.recorder.record(session, inbound, deadline)
            record = recording.record
            if not record.is_new:
                return reply_from_json(record.reply or {})  # saved with the record: neither pending nor late
            reply, ends_question = await respond(session, recording.inbound, record)
            offered: list[dict[str, Any]] | None = [] if ends_question else None
            await conversations.save_reply(
                session, self.backend, record.id, inbound.conversation, reply_to_json(reply), offered=offered
            )
            deadline.begin_commit()
        if recording.redacts_history:
            self.engine_redactor.notify()
        return reply

    async def wait_until_idle(self) -> None:
        """Wait until every turn that has begun is over, before the process ends."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, inbound: Inbound, deadline: RecordDeadline) -> MessageTurn:
        turn = MessageTurn(inbound, asyncio.get_running_loop().create_future(), deadline)
        self._inflight[inbound.key] = turn
        queue = self.queues.get_queue(inbound.conversation)
        # the place is taken before anything is awaited, so that the order is the order of arrival
        self.spawn(self._run(turn, queue, queue.take_place()))
        return turn

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; `wait_until_idle` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, turn: MessageTurn, queue: ConversationQueue, place: QueuePlace) -> None:
        enter_conversation(self.backend.settings, turn.inbound.conversation)  # in this turn's own task
        started = time.perf_counter()
        try:
            resolve_unless_pending(turn, await self._record_and_answer(turn, queue, place))
        except Exception as failure:
            await self._handle_failure(turn, failure)
        finally:
            self.end_turn(turn)
            await place.wait_for_turn()
            queue.leave_place(place)
            self.queues.drop_idle()
            seconds = time.perf_counter() - started
            self.metrics.turn_seconds.labels(turn.inbound.channel).observe(seconds)
            logger.info("a turn by %s took %.0f ms", turn.inbound.channel, seconds * 1000)
        if not turn.answer.done():
            await self.others.wait_for_answer(turn)

    async def _handle_failure(self, turn: MessageTurn, failure: Exception) -> None:
        """Release a recorded message for a retry. If it was not recorded, let `take_turn` raise the failure."""
        logger.error("a turn failed: %s", type(failure).__name__)
        if turn.record_id:
            try:
                resolve_unless_pending(turn, await self._release_with_notice(turn, failed=True))
            except Exception as again:
                # nothing is lost: its lease runs out, and another process or a later try answers it
                logger.error("a turn could not be released for a retry: %s", type(again).__name__)
                turn.is_late = True
                resolve_unless_pending(turn, Reply(pending=True))
        elif not turn.answer.done():
            if isinstance(failure, (SQLAlchemyError, OSError)):
                failure = MessageNotRecorded(known=not turn.deadline.committing)
            turn.answer.set_exception(failure)
            turn.answer.exception()  # marks it as read: asyncio warns of a failure that nobody reads

    def claim(self, turn: MessageTurn) -> None:
        """Let this process answer the message; a repeat then waits for that turn."""
        self.leases.hold(turn.record_id)
        self._inflight[turn.inbound.key] = turn

    def end_turn(self, turn: MessageTurn) -> None:
        """A repeat is from now on answered from the database."""
        self.leases.drop(turn.record_id)
        if self._inflight.get(turn.inbound.key) is turn:
            del self._inflight[turn.inbound.key]

    async def _record_and_answer(self, turn: MessageTurn, queue: ConversationQueue, place: QueuePlace) -> Reply:
        waited = place.must_wait
        async with queue.recording, self.backend.db.transaction() as session:
            recording = await self.recorder.record(session, turn.inbound, turn.deadline, self.leases.owner)
            turn.inbound, turn.redacts_history = recording.inbound, recording.redacts_history
            turn.deadline.begin_commit()
        recorded = recording.record
        turn.deadline.recorded.set()
        if not recorded.is_new:
            return await self.others.answer_duplicate(recorded, turn)
        turn.record_id = recorded.id
        self.leases.hold(recorded.id)
        if turn.is_given_up:
            return await giving_up.give_up_on(self, turn)
        await place.wait_for_turn()
        state = await self.others.wait_for_queue_front(turn) if waited or recorded.is_behind else recorded.state
        if state is None:
            return await self._release_out_of_turn(turn)
        if turn.redacts_history:
            await self.engine_redactor.redact_conversation(turn.inbound.conversation)
        turn.detect_language(state)
        with use_language(turn.language):
            return await self._respond(turn, queue, state)

    async def _release_out_of_turn(self, turn: MessageTurn) -> Reply:
        """Release the message, which is behind others, to whichever process answers it in its order.

        The sender was already told to wait, with the message ahead; only advice on danger is added.
        """
        turn.is_late = True
        interim = Reply(pending=True)
        with use_language(detect_language(turn.inbound.text, turn.language)):
            advice = "" if turn.is_call else edge_texts.format_danger_advice(turn.inbound.text, self.backend.coop)
        if advice:
            interim = Reply((Message(advice),), pending=True)
        await self.leases.release(turn.record_id, told=reply_to_json(interim) if advice else None)
        self.has_released.set()
        return interim

    async def _respond(
        self, turn: MessageTurn, queue: ConversationQueue, state: conversations.ConversationState
    ) -> Reply:
        try:
            return await self.answer(turn, queue, state)
        except EngineError as failure:
            has_failed = isinstance(failure, EngineFailed)
            kind = "failed" if has_failed else "unavailable"
            self.metrics.engine_errors.labels(kind).inc()
            logger.warning("engine %s: %s", kind, failure)
            # a caller who wants a person does not wait for the engine
            if turn.is_call and turn.inbound.payload == HUMAN_PAYLOAD:
                return await giving_up.give_up_on(self, turn)
            return await self._release_with_notice(turn, failed=has_failed)

    async def answer(
        self, turn: MessageTurn, queue: ConversationQueue, state: conversations.ConversationState
    ) -> Reply:
        """Answer the first message of a conversation in `state`, now or later alike. Raises EngineError."""
        if (passed_on := await self.pass_to_person(turn, queue, state)) is not None:
            return passed_on
        coop = self.backend.coop
        local = local_replies.answer_without_engine(turn.inbound, queue, state.expects, coop, self.metrics)
        if local is not None:
            return await self.save_and_deliver(turn, local, offered=None)
        reply = await self.ask_engine(turn, queue, state)
        return await self.save_and_deliver(turn, reply, offered=buttons_to_json(reply.buttons))

    async def pass_to_person(
        self, turn: MessageTurn, queue: ConversationQueue, state: conversations.ConversationState
    ) -> Reply | None:
        """Leave a message to the person at the office who answers this conversation; None if the assistant answers."""
        if turn.is_call or state.expects not in (live_agent.LIVE_AGENT, ""):
            return None
        has_person = state.expects == live_agent.LIVE_AGENT
        decide = live_agent.decide_during_handoff if has_person else live_agent.decide_after_person
        decision = await decide(self.backend, turn.inbound)
        if decision in ("quiet", "open", "closed"):
            notices = local_replies.redaction_notices(turn.inbound, queue, self.metrics)
            if notice := edge_texts.format_office_notice(decision, self.backend.coop):
                notices.append(Message(notice))
            notices += await outage_beside_person.answer_outage(self.backend, turn.inbound)
            notices = [replace(each, hints={**each.hints, "expect": live_agent.LIVE_AGENT}) for each in notices]
            return await self.save_and_deliver(turn, Reply(tuple(notices)), offered=None)
        if decision == "back":
            text = queue.pick_variant(edge_texts.BACK_WITH_ASSISTANT)
            return await self.save_and_deliver(turn, Reply((Message(text),)), offered=[])
        turn.drops_person = decision == "instead"
        return None

    async def ask_engine(
        self, turn: MessageTurn, queue: ConversationQueue, state: conversations.ConversationState
    ) -> Reply:
        """Send the message to the engine and shape its answer. Raises EngineError."""
        inbound = await intercept(self.before_engine, turn, state)
        if isinstance(inbound, Reply):
            return inbound
        if turn.drops_person:
            inbound = replace(inbound, text=live_agent.words_instead(inbound.text))
        elif inbound.text != turn.inbound.text:
            # the channel gave other words in place of short ones that have no clear language: `PAGAR`
            turn.set_language(detect_language(inbound.text, turn.language), state.language)
        normalized = normalize.interpret_message(inbound.text, inbound.payload, state.offered, self.known_intents)
        if requested := language_for_payload(normalized.text):
            turn.set_language(requested, state.language)
        metadata: dict[str, Any] = {
            "said": normalized.member_text,
            "message": inbound.provider_id,
            "language": turn.language,
        }
        if inbound.heard:
            metadata["heard"] = inbound.heard
        if normalized.removed_kinds:
            metadata["removed"] = list(normalized.removed_kinds)
        if state.expects == giving_up.SETTLED:
            metadata[START_OVER_KEY] = True
        answer = await self.engine.send_turn(inbound, normalized.text, metadata)
        messages = answer.messages
        if not any(message.text or message.image for message in messages):
            logger.warning("the engine had nothing to say")
            text = queue.pick_variant(edge_texts.NOTHING_TO_SAY, office=self.backend.coop.office_phone_display)
            messages = (Message(edge_texts.add_danger_advice(text, inbound.text, self.backend.coop)),)
        notices = local_replies.redaction_notices(inbound, queue, self.metrics, state.expects)
        if turn.drops_person:
            notices.append(Message(tr(edge_texts.NO_PERSON_NOW)))
        queue.last_text = messages[-1].text
        acts = {message.hints.get("act") for message in messages}
        return Reply((*notices, *messages), transfer="transfer" in acts, end="end" in acts, reading=answer.reading)

    async def save_and_deliver(
        self, turn: MessageTurn, reply: Reply, *, offered: list[dict[str, Any]] | None, status: str = "answered"
    ) -> Reply:
        """Save an answer and deliver it in one transaction: neither happens without the other."""
        turn.is_sealed = True
        inbound, is_late, reply = turn.inbound, turn.is_late, replace(reply, language=turn.language)
        async with self.backend.db.transaction() as session:
            first = await conversations.save_reply(
                session,
                self.backend,
                turn.record_id,
                inbound.conversation,
                {**reply_to_json(reply), "late": is_late},
                status=status,
                offered=offered,
                expects=reply.expects,
                language=turn.language if turn.switches_language else None,
                owner=self.leases.owner,
            )
            if first:
                await record_reading(
                    session, self.backend, turn.record_id, inbound.conversation, reply.reading, words=inbound.text,
                    parts=count_parts(reply) if inbound.channel == "sms" and not is_late else 0,  # the outbox has it
                )  # fmt: skip
            if first and inbound.channel in self.deliver:
                await self.deliver[inbound.channel](session, inbound, reply, is_late=is_late)
        if not first:
            return Reply(pending=True)  # another process has taken the message, and its answer counts
        if turn.request_left and not is_late and inbound.channel in self.deliver:
            # whoever waited has left since: now the channel must push it
            async with self.backend.db.transaction() as session:
                await self.deliver[inbound.channel](session, inbound, reply, is_late=True)
        for notify in self.after_commit:
            notify(inbound)
        resolve_answer(turn, reply)
        return reply

    async def _release_with_notice(self, turn: MessageTurn, *, failed: bool) -> Reply:
        """Release the message to whichever process can answer it, in order, and tell the member once."""
        interim = Reply(pending=True)
        turn.is_sealed = not turn.is_call  # a caller may still be given the answer in time
        if not turn.is_late and not turn.is_call:
            coop = self.backend.coop
            text = tr(edge_texts.ANSWER_DELAYED, office=coop.office_phone_display)
            text = edge_texts.add_danger_advice(text, turn.inbound.text, coop)
            interim = Reply((Message(text),), pending=True, language=turn.language)
        turn.is_late = True
        await self.release_for_retry(turn, told=reply_to_json(interim) if interim.messages else None, failed=failed)
        return interim

    async def release_for_retry(self, turn: MessageTurn, *, told: dict[str, Any] | None = None, failed: bool) -> None:
        """Release the message for any process to answer; after a failure with a pause that doubles each time."""
        pause = FIRST_RETRY_SECONDS * 2**turn.attempts if failed else 0.0
        await self.leases.release(turn.record_id, told=told, failed=failed, pause=pause)
        self.has_released.set()
