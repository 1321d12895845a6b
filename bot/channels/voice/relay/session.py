"""A call over the WebSocket of a relay, with the same turns as a call by <Gather>.

The carrier does the speech; words and single keys come in, text goes out. Unlike with <Gather>, keys are collected into
numbers here, silence is detected here, and it is known how far the caller heard us.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from dataclasses import replace
from typing import Any

from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from websockets.exceptions import ConnectionClosed

from backend.language import ENGLISH, tr, use_language
from bot.channels.voice.call import Call
from bot.channels.voice.listening.extract import extract_input
from bot.channels.voice.listening.options import select_listen_options
from bot.channels.voice.port import (
    CallerEvent,
    ConfigUpdatedEvent,
    ErrorEvent,
    InterruptEvent,
    InvalidFrame,
    KeyEvent,
    Opening,
    SocketPort,
)
from bot.channels.voice.relay import messages
from bot.channels.voice.relay.hearing import Hearing, is_yes
from bot.channels.voice.relay.keypad import Keypad
from bot.channels.voice.relay.memory import CallMemory
from bot.channels.voice.speaking import prompts
from bot.channels.voice.speaking.interruptions import REST_NOT_HEARD
from bot.channels.voice.steps import AskStep, CallPosition, CallStep, WaitStep
from bot.services import Services
from bot.web.rates import rate_limit

logger = logging.getLogger("memberline.voice")

POLICY_VIOLATION, BAD_DATA, NORMAL, GOING_AWAY = 1008, 1007, 1000, 1001  # RFC 6455, 7.4.1
SETUP_SECONDS = 10.0
FILLER_SECONDS = 0.8
"""How long a caller waits in silence for an answer; then a word is said meanwhile."""
REPLAY_SECONDS = 0.25
"""How long what the caller did while a socket was down is waited for, once it is open again."""
LETTERS_PER_SECOND = 14
"""Rate of the voice: the carrier does not report the end of speech, from which silence is counted."""
IDLE_SECONDS = 600.0
"""A socket without a message for this long is closed; the carrier then opens the call again."""
FRAME_LIMIT = rate_limit("relay", 200, 10)
"""Per socket; the keys, words and interruptions of one person are a tenth of it."""
MAX_QUEUED_EVENTS = 64
CLOSED = (ConnectionClosed, WebsocketClosed)


class RelaySession:
    """One socket of one call; a call whose socket dropped has more than one."""

    def __init__(self, services: Services, socket: Websocket, port: SocketPort, memory: CallMemory) -> None:
        self._services = services
        self._socket = socket
        self._port = port
        self._memory = memory
        self._events: asyncio.Queue[CallerEvent | None] = asyncio.Queue(MAX_QUEUED_EVENTS)
        self._has_events = asyncio.Event()  # set by the first of them
        self._keypad = Keypad()
        self._hearing = Hearing()
        self._language = ENGLISH  # that the socket speaks and listens in
        self._told: dict[str, Any] = {}  # how the carrier was told to listen
        self._takes_config = True
        self._awaited_config = 0  # frames about listening that the carrier has not confirmed
        self._has_filled = False  # a word was said while this turn's answer was awaited
        self._quiet_at = 0.0  # monotonic time at which silence means asking again

    async def run(self) -> None:
        """Run the call until either side ends it."""
        try:
            opening = self._port.parse_opening(messages.parse_frame(await self._socket.recv(SETUP_SECONDS)))
        except InvalidFrame as problem:
            logger.warning("a relay did not begin: %s", problem)
            await self._socket.close(POLICY_VIOLATION, str(problem))
            return
        call = Call(self._services, opening.caller)
        reading = asyncio.create_task(self._receive_events())
        try:
            await self._converse(call, opening)
        except CLOSED:
            logger.info("a caller hung up, or a relay dropped")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _receive_events(self) -> None:
        """Queue the messages of the socket, also while a turn is being answered, so that a hang-up is noticed."""
        try:
            while True:
                data = await self._socket.recv(IDLE_SECONDS)
                if data is None:
                    logger.info("a relay was idle for too long")
                    await self._socket.close(GOING_AWAY, "idle")
                    return
                if await self._services.rates.hit_locally((FRAME_LIMIT, str(id(self)))):
                    raise InvalidFrame("too many messages")
                event = self._port.parse_event(messages.parse_frame(data))
                if isinstance(event, ConfigUpdatedEvent | ErrorEvent):
                    self._note_carrier(event)
                elif event is not None:
                    await self._events.put(event)
                    self._has_events.set()
        except InvalidFrame as problem:
            logger.warning("a relay sent what is no message: %s", problem)
            await self._socket.close(BAD_DATA, str(problem))
        finally:
            _enqueue_end(self._events)

    def _note_carrier(self, event: ConfigUpdatedEvent | ErrorEvent) -> None:
        """A carrier that refuses how it is told to listen is not told again in this call."""
        if isinstance(event, ErrorEvent):
            logger.warning("the carrier refused a frame: %s", re.sub(r"\d", "#", event.description[:120]))
            self._takes_config = self._takes_config and not self._awaited_config
        self._awaited_config = max(0, self._awaited_config - 1)

    async def _converse(self, call: Call, opening: Opening) -> None:
        step: CallStep | None = await self._begin(call, opening)
        while isinstance(step, AskStep):
            form = await self._wait_for_input(step)
            if form is None:
                self._memory.keep_keys(call.caller.call_id, step.position.turn, self._keypad.keys)
                return
            if (rest := self._build_rest(step, form)) is not None:
                await self._send_step(rest)
                self._start_listening(rest)
                step = rest
                continue
            call.heard = None if self._hearing.is_whole else self._hearing.heard
            answer = await self._take_turn(call, step.position, form)
            step = await self._speak_until_question(call, answer)
        if step is not None:
            self._memory.keep_last_step(call.caller.call_id, step)
        await self._socket.close(NORMAL)

    async def _begin(self, call: Call, opening: Opening) -> CallStep:
        """Ask the question at which the call stands, unless the caller is answering it already."""
        reconnected = opening.position is not None and await call.has_passed(opening.position)
        step = await call.run_safely(call.resume(opening.position))
        if not isinstance(step, AskStep):
            return await self._speak_until_question(call, step)
        if not reconnected and opening.position is not None:
            # the document that opened the socket told the carrier how to listen
            self._port.render_listening(step.reply, step.language, self._told)
            self._language = step.language
        pause = key_pause_seconds(step)
        keys = self._memory.take_keys(call.caller.call_id, step.position.turn, pause)
        if keys or (reconnected and step.reply.expects != "confirm" and await self._is_answering()):
            self._language = step.language
            self._start_listening(step, keys)
            return step
        return await self._speak_until_question(call, step)

    async def _is_answering(self) -> bool:
        """Whether the carrier replays what the caller did while the socket was down."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._has_events.wait(), REPLAY_SECONDS)
        return not self._events.empty()

    async def _take_turn(self, call: Call, position: CallPosition, form: dict[str, str]) -> CallStep:
        """Handle what the caller said or pressed; after FILLER_SECONDS say a word meanwhile."""
        self._has_filled = False
        turn = asyncio.ensure_future(call.run_safely(call.handle_turn(position, form), position))
        done, _ = await asyncio.wait({turn}, timeout=FILLER_SECONDS)
        if not done:
            with contextlib.suppress(*CLOSED), use_language(self._language):
                await self._send_step(prompts.build_filler(position))
            self._has_filled = True
        return await turn

    async def _speak_until_question(self, call: Call, step: CallStep) -> CallStep:
        """Poll for a slow answer and say each step, until one is a question or the end."""
        while isinstance(step, WaitStep):
            if step.position.polls > 1 or not self._has_filled:
                await self._send_step(step)
            step = await call.run_safely(call.handle_turn(step.position, {}), step.position)
        if isinstance(step, AskStep) and step.reply.expects == "confirm":
            # what was said before a read-back was spoken is no answer to it; a hang-up stays
            hung_up = False
            while not self._events.empty():
                hung_up = self._events.get_nowait() is None or hung_up
            if hung_up:
                _enqueue_end(self._events)
        await self._send_step(step)
        if isinstance(step, AskStep):
            self._start_listening(step)
        return step

    async def _send_step(self, step: CallStep) -> None:
        if step.language != self._language:
            self._language = step.language
            await self._send(self._port.render_language(step.language))
        if isinstance(step, AskStep):
            if self._takes_config:
                for frame in self._port.render_listening(step.reply, step.language, self._told):
                    self._awaited_config += 1
                    await self._send(frame)
            with use_language(step.language):
                self._hearing = Hearing.of_lines((*step.uninterruptible, *step.interruptible))
        for frame in self._port.render_step(step):
            await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(frame))

    def _start_listening(self, step: AskStep, keys: str = "") -> None:
        """Listen for the answer to `step`, of which `keys` have been pressed already."""
        self._keypad = Keypad(select_listen_options(step.reply).num_digits, keys)
        self._quiet_at = time.monotonic() + seconds_until_silence(step)

    async def _wait_for_input(self, step: AskStep) -> dict[str, str] | None:
        """What the caller said or pressed, in <Gather>'s form fields; empty for silence, None after a hang-up."""
        while True:
            wait = key_pause_seconds(step) if self._keypad.keys else max(0.0, self._quiet_at - time.monotonic())
            try:
                event = await asyncio.wait_for(self._events.get(), wait)
            except TimeoutError:
                return self._keypad.take_after_pause()
            if event is None:
                return None
            if (form := self._take_event(step, event)) is not None:
                return form
            # else the caller is still speaking or pressing keys, or has interrupted the voice
            self._quiet_at = time.monotonic() + select_listen_options(step.reply).timeout

    def _take_event(self, step: AskStep, event: CallerEvent) -> dict[str, str] | None:
        """The answer in <Gather>'s form fields, if the event ends one."""
        if isinstance(event, InterruptEvent):
            self._hearing.interrupt(event.heard)
            return None
        with use_language(step.language):
            if isinstance(event, KeyEvent):
                return self._keypad.press(event.key)
            return self._keypad.hear(event.words, step.reply) if event.is_final else None

    def _build_rest(self, step: AskStep, form: dict[str, str]) -> AskStep | None:
        """The rest of what asked for a yes, where the yes came before it was heard; None where the answer counts."""
        if step.reply.expects != "confirm" or self._hearing.is_whole:
            return None
        asked = prompts.list_texts(step.reply)
        with use_language(step.language):
            unheard = self._hearing.list_unheard(asked)
            if not unheard or not is_yes(extract_input(form, step.reply)):
                return None
            keys = tuple(line for line in step.interruptible if line not in asked)
            return replace(step, uninterruptible=(tr(REST_NOT_HEARD), *unheard), interruptible=keys)


def seconds_until_silence(step: AskStep) -> float:
    """Seconds from now until silence counts: the step has to be spoken first."""
    letters = sum(len(line) for line in (*step.uninterruptible, *step.interruptible))
    return letters / LETTERS_PER_SECOND + select_listen_options(step.reply).timeout


def key_pause_seconds(step: AskStep) -> float:
    """Seconds without another key that end a number."""
    return select_listen_options(step.reply).timeout


def _enqueue_end(queue: asyncio.Queue[CallerEvent | None]) -> None:
    """Signal that no more events come, even if the queue is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)
