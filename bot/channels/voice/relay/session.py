"""A call over the WebSocket of Twilio's ConversationRelay, with the same turns as a call by <Gather>.

Twilio does the speech; words and single keys come in, text goes out. Unlike with <Gather>, keys are collected into
numbers here, and silence is detected here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time

from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from websockets.exceptions import ConnectionClosed

from backend.language import ENGLISH
from bot.channels.voice.call import Call
from bot.channels.voice.listening.extract import MAX_KEYS
from bot.channels.voice.listening.options import select_listen_options
from bot.channels.voice.relay import messages
from bot.channels.voice.relay.messages import InvalidFrame, KeyEvent, RelayEvent, SpeechEvent
from bot.channels.voice.steps import AskStep, CallStep, WaitStep
from bot.services import Services
from bot.web.rates import rate_limit

logger = logging.getLogger("memberline.voice")

POLICY_VIOLATION, BAD_DATA, NORMAL, GOING_AWAY = 1008, 1007, 1000, 1001  # RFC 6455, 7.4.1
SETUP_SECONDS = 10.0
LETTERS_PER_SECOND = 14
"""Rate of the voice: Twilio does not report the end of speech, from which silence is counted."""
IDLE_SECONDS = 600.0
"""A socket without a message for this long is closed; Twilio then continues the call by <Gather>."""
FRAME_LIMIT = rate_limit("relay", 200, 10)
"""Per socket; the keys, words and interruptions of one person are a tenth of it."""
MAX_QUEUED_EVENTS = 64
COLLECTED_KEYS = MAX_KEYS + 1
"""One too many, so that a number that is too long is refused and not cut."""


class RelaySession:
    """One socket, which is one call."""

    def __init__(self, services: Services, socket: Websocket) -> None:
        self._services = services
        self._socket = socket
        self._events: asyncio.Queue[RelayEvent | None] = asyncio.Queue(MAX_QUEUED_EVENTS)
        self._keys = ""
        self._language = ENGLISH  # that the socket speaks and listens in
        self._quiet_at = 0.0  # monotonic time at which silence means asking again

    async def run(self) -> None:
        """Run the call until either side ends it."""
        try:
            setup = messages.parse_frame(await self._socket.recv(SETUP_SECONDS))
            caller = messages.parse_setup(self._services.settings, setup)
        except InvalidFrame as problem:
            logger.warning("a relay did not begin: %s", problem)
            await self._socket.close(POLICY_VIOLATION, str(problem))
            return
        call = Call(self._services, caller)
        reading = asyncio.create_task(self._receive_events())
        try:
            await self._converse(call, resumed=messages.is_resumed(setup))
        except (ConnectionClosed, WebsocketClosed):
            logger.info("a caller hung up")
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
                event = messages.parse_event(messages.parse_frame(data))
                if event is not None:
                    await self._events.put(event)
        except InvalidFrame as problem:
            logger.warning("a relay sent what is no message: %s", problem)
            await self._socket.close(BAD_DATA, str(problem))
        finally:
            _enqueue_end(self._events)

    async def _converse(self, call: Call, *, resumed: bool) -> None:
        step = await call.run_safely(call.resume() if resumed else call.start())
        if isinstance(step, AskStep) and not resumed:
            self._start_listening(step)  # the greeting itself was spoken by the TwiML that opened the socket
        else:
            step = await self._speak_until_question(call, step)
        while isinstance(step, AskStep):
            form = await self._wait_for_input(step)
            if form is None:
                return
            answer = await call.run_safely(call.handle_turn(step.position, form), step.position)
            step = await self._speak_until_question(call, answer)
        await self._socket.close(NORMAL)

    async def _speak_until_question(self, call: Call, step: CallStep) -> CallStep:
        """Poll for a slow answer and say each step, until one is a question or the end."""
        while isinstance(step, WaitStep):
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
            await self._socket.send(json.dumps(messages.render_language_frame(step.language)))
        for frame in messages.render_frames(step):
            await self._socket.send(json.dumps(frame))

    def _start_listening(self, step: AskStep) -> None:
        self._keys = ""
        self._quiet_at = time.monotonic() + seconds_until_silence(step)

    async def _wait_for_input(self, step: AskStep) -> dict[str, str] | None:
        """What the caller said or pressed, in <Gather>'s form fields; empty for silence, None after a hang-up."""
        options = select_listen_options(step.reply)
        while True:
            wait = key_pause_seconds(step) if self._keys else max(0.0, self._quiet_at - time.monotonic())
            try:
                event = await asyncio.wait_for(self._events.get(), wait)
            except TimeoutError:
                return {"Digits": self._keys} if self._keys else {}
            if event is None:
                return None
            if isinstance(event, KeyEvent):
                self._keys += event.key.strip("#")
                # the pound key ends a number, and so does the last key that there can be
                if event.key == "#" or len(self._keys) in (options.num_digits, COLLECTED_KEYS):
                    return {"Digits": self._keys} if self._keys else {}
            elif isinstance(event, SpeechEvent) and event.is_final and not self._keys:
                return {"SpeechResult": event.words}
            # else the caller is still speaking, or has interrupted the voice
            self._quiet_at = time.monotonic() + options.timeout


def seconds_until_silence(step: AskStep) -> float:
    """Seconds from now until silence counts: the step has to be spoken first."""
    letters = sum(len(line) for line in (*step.uninterruptible, *step.interruptible))
    return letters / LETTERS_PER_SECOND + select_listen_options(step.reply).timeout


def key_pause_seconds(step: AskStep) -> float:
    """Seconds without another key that end a number."""
    return select_listen_options(step.reply).timeout


def _enqueue_end(queue: asyncio.Queue[RelayEvent | None]) -> None:
    """Signal that no more events come, even if the queue is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)
