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
from bot.channels.voice import relay_messages as messages
from bot.channels.voice import saying
from bot.channels.voice.call import Call
from bot.channels.voice.listening import Listening, listening_for
from bot.channels.voice.relay_messages import BadFrame, Event, Pressed, Spoken
from bot.channels.voice.steps import Ask, Place, Step, Wait
from bot.services import Services
from bot.web.rates import rule

logger = logging.getLogger("memberline.voice")

POLICY_VIOLATION, BAD_DATA, NORMAL, GOING_AWAY = 1008, 1007, 1000, 1001
SETUP_SECONDS = 10.0
SPOKEN_A_SECOND = 14
"""Letters that a voice speaks in a second: nobody tells when it is done, and silence counts from then."""
IDLE_SECONDS = 600.0
"""Without a whole message for so long a socket is closed; Twilio then goes on with the call on the Gather line."""
FRAMES = rule("relay", 200, 10)
"""Of one socket: keys, words and interruptions of one person are a tenth of it."""
MOST_WAITING = 64
MOST_KEYS = 33


class Relay:
    """One socket, which is one call. Where the call stands is kept as long as the socket; what was said, for good."""

    def __init__(self, services: Services, socket: Websocket) -> None:
        self._services = services
        self._socket = socket
        self._came: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING)
        self._keys = ""
        self._language = ENGLISH  # in which the socket speaks and listens
        self._quiet_at = 0.0  # when the silence has been long enough to ask again

    async def run(self) -> None:
        """Until either side ends it."""
        try:
            caller = messages.caller_of(self._services.settings, await self._setup())
        except BadFrame as problem:
            logger.warning("a relay did not begin: %s", problem)
            await self._socket.close(POLICY_VIOLATION, str(problem))
            return
        call = Call(self._services, caller)
        reading = asyncio.create_task(self._read())
        try:
            await self._converse(call)
        except (ConnectionClosed, WebsocketClosed):
            logger.info("a caller hung up")
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _setup(self) -> messages.Frame:
        data = await self._socket.recv(SETUP_SECONDS)
        return messages.frame(data)

    async def _read(self) -> None:
        """Take messages off the socket while a turn is being answered, so that a hang-up is noticed."""
        try:
            while True:
                data = await self._socket.recv(IDLE_SECONDS)
                if data is None:
                    logger.info("a relay was idle for too long")
                    await self._socket.close(GOING_AWAY, "idle")
                    return
                if await self._services.rates.wait_here((FRAMES, str(id(self)))):
                    raise BadFrame("too many messages")
                event = messages.event(messages.frame(data))
                if event is not None:
                    await self._came.put(event)
        except BadFrame as problem:
            logger.warning("a relay sent what is no message: %s", problem)
            await self._socket.close(BAD_DATA, str(problem))
        finally:
            _put_last(self._came)

    async def _converse(self, call: Call) -> None:
        step = await call.or_broken(call.start())
        if isinstance(step, Ask):
            self._listen(step)  # the greeting itself was spoken by the TwiML that opened the socket
        else:
            step = await self._take(call, step)
        while isinstance(step, Ask):
            heard = await self._heard(step)
            if heard is None:
                return
            step = await self._next(call, step.place, heard)
        await self._socket.close(NORMAL)

    async def _next(self, call: Call, place: Place, heard: Mapping[str, str]) -> Step:
        """Take the turn and say what comes of it."""
        return await self._take(call, await call.or_broken(call.turn(place, heard), place))

    async def _take(self, call: Call, step: Step) -> Step:
        """Wait for the answer where it is slow, and say what comes next."""
        while isinstance(step, Wait):
            await self._say(step)
            step = await call.or_broken(call.turn(step.place, {}), step.place)
        if isinstance(step, Ask) and step.reply.expects == "confirm":
            self._forget_what_came()
        await self._say(step)
        if isinstance(step, Ask):
            self._listen(step)
        return step

    async def _say(self, step: Step) -> None:
        if step.language != self._language:
            self._language = step.language
            await self._socket.send(json.dumps(messages.language_frame(step.language)))
        for frame in messages.frames(step):
            await self._socket.send(json.dumps(frame))

    def _listen(self, step: Ask) -> None:
        self._keys = ""
        self._quiet_at = time.monotonic() + quiet_after(step)

    def _forget_what_came(self) -> None:
        """What was said before something to say yes to was heard is no answer to it."""
        hung_up = False
        while not self._came.empty():
            hung_up = self._came.get_nowait() is None or hung_up
        if hung_up:
            _put_last(self._came)

    async def _heard(self, step: Ask) -> dict[str, str] | None:
        """What the caller said or pressed, as <Gather> would tell it; empty for silence, None when they hung up."""
        while True:
            wait = pause_after_keys(step) if self._keys else max(0.0, self._quiet_at - time.monotonic())
            try:
                event = await asyncio.wait_for(self._came.get(), wait)
            except TimeoutError:
                return {"Digits": self._keys} if self._keys else {}
            if event is None:
                return None
            if isinstance(event, Pressed):
                if self._press(event.key, _listening(step)):
                    return {"Digits": self._keys} if self._keys else {}
            elif isinstance(event, Spoken) and event.last and not self._keys:
                return {"SpeechResult": event.words}
            # else the caller is there and has not finished, or has stopped what was being said
            self._quiet_at = time.monotonic() + _listening(step).timeout

    def _press(self, key: str, listening: Listening) -> bool:
        """Take a key. True when that was the last one: the pound key, or as many as there can be."""
        if key == "#":
            return True
        self._keys += key
        return len(self._keys) in (listening.num_digits, MOST_KEYS)


def quiet_after(step: Ask) -> float:
    """Seconds from now until silence is silence: what is said has to be spoken first."""
    letters = sum(len(line) for line in (*step.first, *step.then))
    return letters / SPOKEN_A_SECOND + _listening(step).timeout


def pause_after_keys(step: Ask) -> float:
    """Seconds without another key that end a number."""
    return _listening(step).timeout


def _listening(step: Ask) -> Listening:
    return listening_for(step.reply, tuple(button.title for button in saying.choices_of(step.reply)))


def _put_last(queue: asyncio.Queue[Event | None]) -> None:
    """Tell that nothing more comes, even where the queue is full."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(None)
