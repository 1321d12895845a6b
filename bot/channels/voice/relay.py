"""A call over the socket of Twilio's ConversationRelay: the same turns as on the Gather line, in another form.

Twilio hears and speaks; words and single keys come in, words go out. What <Gather> does there is done here: keys are
collected into numbers, and silence is noticed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping

from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from websockets.exceptions import ConnectionClosed

from backend.language import ENGLISH
from bot.channels.voice import prompts
from bot.channels.voice import relay_messages as messages
from bot.channels.voice.call import Call
from bot.channels.voice.gather_options import GatherOptions, select_gather_options
from bot.channels.voice.relay_messages import InvalidFrame, KeyEvent, RelayEvent, SpeechEvent
from bot.channels.voice.steps import AskStep, CallPosition, CallStep, WaitStep
from bot.services import Services
from bot.web.rates import rate_limit

logger = logging.getLogger("memberline.voice")

POLICY_VIOLATION, BAD_DATA, NORMAL, GOING_AWAY = 1008, 1007, 1000, 1001
SETUP_SECONDS = 10.0
LETTERS_PER_SECOND = 14
"""Letters that a voice speaks in a second: nobody tells when it is done, and silence counts from then."""
IDLE_SECONDS = 600.0
"""Without a whole message for so long a socket is closed; Twilio then goes on with the call on the Gather line."""
FRAME_LIMIT = rate_limit("relay", 200, 10)
"""Of one socket: keys, words and interruptions of one person are a tenth of it."""
MAX_QUEUED_EVENTS = 64
MAX_KEYS = 33


class RelaySession:
    """One socket, which is one call. Where the call stands is kept as long as the socket; what was said, for good."""

    def __init__(self, services: Services, socket: Websocket) -> None:
        self._services = services
        self._socket = socket
        self._came: asyncio.Queue[RelayEvent | None] = asyncio.Queue(MAX_QUEUED_EVENTS)
        self._keys = ""
        self._language = ENGLISH  # in which the socket speaks and listens
        self._quiet_at = 0.0  # when the silence has been long enough to ask again

    async def run(self) -> None:
        """Until either side ends it."""
        try:
            caller = messages.parse_setup(self._services.settings, await self._receive_setup())
        except InvalidFrame as problem:
            logger.warning("a relay did not begin: %s", problem)
            await self._socket.close(POLICY_VIOLATION, str(problem))
            return
        call = Call(self._services, caller)
        reading = asyncio.create_task(self._receive_events())
        try:
            await self._converse(call)
        except (ConnectionClosed, WebsocketClosed):
            logger.info("a caller hung up")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _receive_setup(self) -> messages.Frame:
        data = await self._socket.recv(SETUP_SECONDS)
        return messages.parse_frame(data)

    async def _receive_events(self) -> None:
        """Take messages off the socket while a turn is being answered, so that a hang-up is noticed."""
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
                    await self._came.put(event)
        except InvalidFrame as problem:
            logger.warning("a relay sent what is no message: %s", problem)
            await self._socket.close(BAD_DATA, str(problem))
        finally:
            _enqueue_end(self._came)

    async def _converse(self, call: Call) -> None:
        step = await call.run_safely(call.start())
        if isinstance(step, AskStep):
            self._start_listening(step)  # the greeting itself was spoken by the TwiML that opened the socket
        else:
            step = await self._speak_until_question(call, step)
        while isinstance(step, AskStep):
            heard = await self._wait_for_input(step)
            if heard is None:
                return
            step = await self._take_turn(call, step.position, heard)
        await self._socket.close(NORMAL)

    async def _take_turn(self, call: Call, place: CallPosition, heard: Mapping[str, str]) -> CallStep:
        """Take the turn and say what comes of it."""
        return await self._speak_until_question(call, await call.run_safely(call.handle_turn(place, heard), place))

    async def _speak_until_question(self, call: Call, step: CallStep) -> CallStep:
        """Wait for the answer where it is slow, and say what comes next."""
        while isinstance(step, WaitStep):
            await self._send_step(step)
            step = await call.run_safely(call.handle_turn(step.position, {}), step.position)
        if isinstance(step, AskStep) and step.reply.expects == "confirm":
            self._discard_events()
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

    def _discard_events(self) -> None:
        """What was said before something to say yes to was heard is no answer to it."""
        hung_up = False
        while not self._came.empty():
            hung_up = self._came.get_nowait() is None or hung_up
        if hung_up:
            _enqueue_end(self._came)

    async def _wait_for_input(self, step: AskStep) -> dict[str, str] | None:
        """What the caller said or pressed, as <Gather> would tell it; empty for silence, None when they hung up."""
        while True:
            wait = key_pause_seconds(step) if self._keys else max(0.0, self._quiet_at - time.monotonic())
            try:
                event = await asyncio.wait_for(self._came.get(), wait)
            except TimeoutError:
                return {"Digits": self._keys} if self._keys else {}
            if event is None:
                return None
            if isinstance(event, KeyEvent):
                if self._add_key(event.key, _gather_options(step)):
                    return {"Digits": self._keys} if self._keys else {}
            elif isinstance(event, SpeechEvent) and event.is_final and not self._keys:
                return {"SpeechResult": event.words}
            # else the caller is there and has not finished, or has stopped what was being said
            self._quiet_at = time.monotonic() + _gather_options(step).timeout

    def _add_key(self, key: str, listening: GatherOptions) -> bool:
        """Take a key. True when that was the last one: the pound key, or as many as there can be."""
        if key == "#":
            return True
        self._keys += key
        return len(self._keys) in (listening.num_digits, MAX_KEYS)


def seconds_until_silence(step: AskStep) -> float:
    """Seconds from now until silence is silence: what is said has to be spoken first."""
    letters = sum(len(line) for line in (*step.uninterruptible, *step.interruptible))
    return letters / LETTERS_PER_SECOND + _gather_options(step).timeout


def key_pause_seconds(step: AskStep) -> float:
    """Seconds without another key that end a number."""
    return _gather_options(step).timeout


def _gather_options(step: AskStep) -> GatherOptions:
    return select_gather_options(step.reply, tuple(button.title for button in prompts.list_choices(step.reply)))


def _enqueue_end(queue: asyncio.Queue[RelayEvent | None]) -> None:
    """Tell that nothing more comes, even where the queue is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)
