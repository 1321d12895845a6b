"""One turn of a conversation: kept first, then understood, then answered, in the order of arrival, once.

A message is written down before anything is done about it. If the engine is away the message stays so, the member gets
one kind sentence, and the answer follows by the channel's own way (see waiting.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.conversations import service as conversations
from backend.language import ENGLISH, current, speaking, tr
from backend.reading.language import language_of, language_of_button
from bot import intake, settling, with_person, wording
from bot.engine import Engine, EngineError, EngineFailed
from bot.fitting import Fitting
from bot.lanes import Lane, Lanes, Ticket
from bot.messages import Inbound, Message, Reply
from bot.metrics import Metrics
from bot.rates import Rates
from bot.redaction import kinds_in
from bot.reply_json import buttons_to_json, reply_from_json, reply_to_json
from bot.unkeeping import Unkeeping

logger = logging.getLogger("memberline.turn")

FREE_TEXT = frozenset({"address", "name", "email", "phone"})
"""Answers that are names: `12 Calle Real` is no wish for Spanish."""

PERSON = "/speak_to_human"
REPEAT_SECONDS = 8.0
"""How long a repeat waits for another process to answer the first."""

Deliver = Callable[[AsyncSession, Inbound, Reply, bool], Awaitable[None]]
"""Hands a reply on inside the transaction that keeps it; the flag says that nobody is waiting for it any more."""


@dataclass(eq=False)
class Turn:
    """A message on its way to its answer. From when it is written down, `inbound.text` is fit to be kept."""

    inbound: Inbound
    answer: asyncio.Future[Reply]
    record_id: int = 0
    language: str = ENGLISH  # in which it is answered
    switched: bool = False  # it changes the language of the conversation
    late: bool = False
    sealed: bool = False
    given_up: bool = False  # before it was even written down
    attempts: int = 0
    takes_back: bool = False  # with it, something said before has become what must not be kept

    def hear(self, stands: conversations.Open) -> None:
        """Find the language it is written or said in."""
        found = language_of(self.inbound.text, stands.language, free=stands.expects in FREE_TEXT)
        self.speak(language_of_button(self.inbound.payload) or found, stands.language)

    def speak(self, language: str, before: str) -> None:
        """Answer in `language`; the conversation was in `before`."""
        self.language, self.switched = language, language != before

    def give_up_waiting(self) -> bool:
        """Whoever waits goes away. True: the answer will be delivered the late way. False: it is just being kept."""
        if self.sealed:
            return False
        self.late = True
        return True


@dataclass
class Turns:
    """Takes turns. `deliver` has, for each channel, its way of handing a reply on."""

    backend: Backend
    engine: Engine
    lanes: Lanes
    metrics: Metrics
    known_intents: frozenset[str]
    rates: Rates

    def __post_init__(self) -> None:
        self.deliver: dict[str, Deliver] = {}
        self.fitting = Fitting(self.backend, self.rates)
        self.unkeeping = Unkeeping(self.backend, self.engine, self.lanes)
        self.after_commit: list[Callable[[Inbound], None]] = []
        self.stalled = asyncio.Event()  # set when a message begins to wait for the engine
        self._inflight: dict[tuple[str, str], Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take_turn(self, inbound: Inbound, within: float | None = None) -> Reply:
        """Answer a message. The same provider_id again gets the same answer, and does nothing.

        After `within` seconds without an answer the reply is empty and `pending`: the answer will be delivered the
        channel's late way. A reply is also pending when the engine is away; then it has the kind sentence, once.
        """
        key = (inbound.channel, inbound.provider_id)
        turn = self._inflight.get(key) or self._start(inbound)
        try:
            return await asyncio.wait_for(asyncio.shield(turn.answer), within)
        except TimeoutError:
            if turn.give_up_waiting():
                return Reply(pending=True)
            return await asyncio.shield(turn.answer)

    async def give_up(self, inbound: Inbound) -> Reply | None:
        """Answer a message at once with what has come of it so far; nothing more will. None: it was never kept."""
        turn = self._inflight.get((inbound.channel, inbound.provider_id))
        if turn is None or not turn.record_id:
            async with self.backend.db.reading() as session:
                row = await conversations.find_inbound(session, inbound.channel, inbound.provider_id)
            if row is None:
                if turn is not None:
                    turn.given_up = True
                return None
            turn = turn or Turn(inbound, asyncio.get_running_loop().create_future())
            turn.record_id, turn.language = row.id, current()
        reply = await settling.settle(self, turn)
        resolve(turn, reply)
        return reply

    async def idle(self) -> None:
        """Wait until every turn that has begun is over (before the process ends)."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _start(self, inbound: Inbound) -> Turn:
        turn = Turn(inbound, asyncio.get_running_loop().create_future())
        self._inflight[(inbound.channel, inbound.provider_id)] = turn
        lane = self.lanes.of(inbound.conversation)
        # the place is drawn before anything is awaited: messages are answered in the order in which they came
        task = asyncio.create_task(self._run(turn, lane, lane.draw()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return turn

    async def _run(self, turn: Turn, lane: Lane, ticket: Ticket) -> None:
        started = time.perf_counter()
        try:
            reply = await self._answer(turn, lane, ticket)
            if turn not in lane.stalled or turn.inbound.channel != "voice":
                resolve(turn, reply)  # whoever calls waits for the answer itself
        except Exception as failure:
            self._broken(turn, lane, failure)
        finally:
            if turn not in lane.stalled:
                self.forget(turn)
            await ticket.came()
            lane.leave(ticket)
            self.lanes.sweep()
            self.metrics.turn_seconds.labels(turn.inbound.channel).observe(time.perf_counter() - started)

    def _broken(self, turn: Turn, lane: Lane, failure: Exception) -> None:
        """Something of ours failed. A message that is kept is tried again; of one that is not, the caller is told."""
        logger.error("a turn failed: %s", type(failure).__name__)
        if turn.record_id:
            reply = self._stall(turn, lane)
            if turn.inbound.channel != "voice":
                resolve(turn, reply)
        elif not turn.answer.done():
            turn.answer.set_exception(failure)
            turn.answer.exception()  # whoever waited may be gone; that is not worth a warning

    def forget(self, turn: Turn) -> None:
        """From now on a repeat of it is answered from the database."""
        self._inflight.pop((turn.inbound.channel, turn.inbound.provider_id), None)

    async def _answer(self, turn: Turn, lane: Lane, ticket: Ticket) -> Reply:
        waited = ticket.must_wait
        async with lane.recording:
            recorded = await self._record(turn)
        if not recorded.fresh:
            return await self._repeated(recorded, turn)
        turn.record_id = recorded.id
        if turn.given_up:
            return await settling.settle(self, turn)
        await ticket.came()
        async with self.lanes.hold(turn.inbound.conversation):
            stands = recorded.open
            if waited:
                async with self.backend.db.reading() as session:
                    stands = await conversations.open_now(session, turn.inbound.conversation)
            if turn.takes_back:
                await self.unkeeping.now(turn.inbound.conversation)
            turn.hear(stands)
            with speaking(turn.language):
                return await self._respond(turn, lane, stands)

    async def _record(self, turn: Turn) -> conversations.Recorded:
        """Make it fit to be kept, and keep it; what it makes a secret of earlier ones goes in the same transaction."""
        async with self.backend.db.transaction() as session:
            fit = await self.fitting.fit(session, turn.inbound)
            turn.inbound = inbound = fit.inbound
            recorded = await conversations.record_inbound(
                session,
                self.backend,
                channel=inbound.channel,
                provider_id=inbound.provider_id,
                conversation_id=inbound.conversation,
                text=inbound.text[: intake.MAX_TEXT],
                payload=inbound.payload,
                address=inbound.address,
                source=inbound.source,
                attested=inbound.attested,
                browser=inbound.browser,
            )
            if recorded.fresh:
                await self.fitting.again(session, fit)
                turn.takes_back = bool(fit.whole.again)
        return recorded

    async def _repeated(self, recorded: conversations.Recorded, turn: Turn) -> Reply:
        """The answer of a message that had come before; waits a while when another process is at it."""
        deadline = time.monotonic() + REPEAT_SECONDS
        status, reply = recorded.status, recorded.reply
        while status == "received" and not turn.late and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            async with self.backend.db.reading() as session:
                row = await conversations.find_inbound(session, turn.inbound.channel, turn.inbound.provider_id)
            if row is not None:
                status, reply = row.status, row.reply
        return stored_reply(reply)

    async def _respond(self, turn: Turn, lane: Lane, stands: conversations.Open) -> Reply:
        if lane.stalled:
            return self._stall(turn, lane)
        if stands.expects == with_person.WITH_A_PERSON and turn.inbound.channel != "voice":
            outcome = await with_person.heard(self.backend, turn.inbound)
            if outcome == "quiet":
                return await self.keep(turn, Reply(tuple(self._notices(turn.inbound, lane))), offered=None)
            if outcome == "back":
                return await self.keep(turn, self._own(lane, [], wording.BACK, {}), offered=[])
        local = self._local(turn.inbound, lane, stands.expects)
        if local is not None:
            return await self.keep(turn, local, offered=None)
        try:
            reply = await self.ask(turn, lane, stands)
        except EngineError as failure:
            return await self._unanswered(turn, lane, failure)
        return await self.keep(turn, reply, offered=buttons_to_json(reply.buttons))

    def _local(self, inbound: Inbound, lane: Lane, expects: str) -> Reply | None:
        """What needs no engine: nothing to read, or far too much."""
        if inbound.payload is not None:
            return None
        too_long = len(inbound.text) > intake.MAX_TEXT
        if not too_long and intake.has_words(intake.as_words(inbound.text)):
            return None
        notices = self._notices(inbound, lane, expects)
        if notices and not too_long:
            return Reply((*notices, *_still_asked(inbound, expects)))
        variants = wording.TOO_LONG if too_long else wording.EMPTY
        return self._own(lane, notices, variants, {"expected": wording.expected(expects)})

    def _own(self, lane: Lane, before: list[Message], variants: tuple[str, ...], values: dict[str, str]) -> Reply:
        lane.last_text = wording.pick(variants, lane.last_text, **values)
        return Reply((*before, Message(lane.last_text)))

    def _notices(self, inbound: Inbound, lane: Lane, expects: str = "") -> list[Message]:
        """One sentence or two on what was taken out, however much it was."""
        kinds = kinds_in(inbound.text)
        for kind in kinds:
            self.metrics.redactions.labels(kind).inc()
        if not kinds:
            return []
        lane.last_text = wording.pick(wording.NOTICES[kinds[0]], lane.last_text)
        if kinds[0] not in ("ssn", "number") or expects not in ("member_number", "identity"):
            return [Message(lane.last_text)]
        hint = wording.IF_SAID if inbound.channel == "voice" else wording.IF_A_MEMBER_NUMBER
        return [Message(f"{lane.last_text} {tr(hint)}")]

    async def ask(self, turn: Turn, lane: Lane, stands: conversations.Open) -> Reply:
        """Put the message to the engine. Raises EngineError."""
        inbound = turn.inbound
        said = intake.understood(inbound.text, inbound.payload, stands.offered, self.known_intents)
        if told := language_of_button(said.text):
            turn.speak(told, stands.language)
        metadata: dict[str, Any] = {"said": said.words, "message": inbound.provider_id, "language": turn.language}
        if said.removed:
            metadata["removed"] = list(said.removed)
        if stands.expects == settling.SETTLED:
            metadata["anew"] = True  # the task that was open is done: its question must not be asked again
        turn.attempts += 1
        messages = await self.engine.turn(inbound, said.text, metadata)
        if not any(message.text or message.image for message in messages):
            logger.warning("the engine had nothing to say")
            office = wording.office(self.backend.coop)
            messages = (Message(wording.pick(wording.NOTHING_TO_SAY, lane.last_text, **office)),)
        notices = self._notices(inbound, lane, stands.expects)
        lane.last_text = messages[-1].text
        acts = {message.hints.get("act") for message in messages}
        return Reply((*notices, *messages), transfer="transfer" in acts, end="end" in acts)

    async def keep(
        self, turn: Turn, reply: Reply, *, offered: list[dict[str, Any]] | None, status: str = "answered"
    ) -> Reply:
        """Keep an answer and hand it on, in one transaction: neither happens without the other."""
        turn.sealed = True
        inbound = turn.inbound
        reply = replace(reply, language=turn.language)
        stored = {**reply_to_json(reply), "late": turn.late}
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
                language=turn.language if turn.switched else None,
            )
            if first and inbound.channel in self.deliver:
                await self.deliver[inbound.channel](session, inbound, reply, turn.late)
        for notify in self.after_commit:
            notify(inbound)
        resolve(turn, reply)
        return reply

    async def _unanswered(self, turn: Turn, lane: Lane, failure: EngineError) -> Reply:
        kind = "failed" if isinstance(failure, EngineFailed) else "unavailable"
        self.metrics.engine_errors.labels(kind).inc()
        logger.warning("engine %s: %s", kind, failure)
        if turn.inbound.channel == "voice" and turn.inbound.payload == PERSON:
            return await settling.settle(self, turn)  # who wants a person is not kept waiting for a machine
        return self._stall(turn, lane)

    def _stall(self, turn: Turn, lane: Lane) -> Reply:
        """Let it wait for the engine. The member is told once."""
        turn_waits = Reply(pending=True)
        if not lane.told and not turn.late and turn.inbound.channel != "voice":
            lane.told = True
            text = tr(wording.WAITING, **wording.office(self.backend.coop))
            turn_waits = Reply((Message(text),), pending=True)
        turn.late = True
        self.wait_for_engine(turn, lane)
        return turn_waits

    def wait_for_engine(self, turn: Turn, lane: Lane) -> None:
        """Put it at the end of the lane's messages that wait."""
        self._inflight[(turn.inbound.channel, turn.inbound.provider_id)] = turn
        lane.stalled.append(turn)
        self.stalled.set()


def _still_asked(inbound: Inbound, expects: str) -> tuple[Message, ...]:
    """The question that is still open, behind a notice. A call asks its question again by itself."""
    if not expects or inbound.channel == "voice":
        return ()
    return (Message(tr(wording.STILL_ASKED, expected=wording.expected(expects))),)


def resolve(turn: Turn, reply: Reply) -> None:
    """Give the answer to whoever waits for it."""
    if not turn.answer.done():
        turn.answer.set_result(reply)


def stored_reply(stored: dict[str, Any] | None) -> Reply:
    """What a repeat is answered: the same again, or nothing when the answer goes, or went, another way."""
    if stored is None:
        return Reply(pending=True)
    reply = reply_from_json(stored)
    return replace(reply, late=True) if stored.get("late") else reply
