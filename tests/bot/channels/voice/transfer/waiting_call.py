"""A caller in the office's queue and the office's phone, each with the requests that Twilio would make."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

from tests.bot.channels.voice.phone_call import Line
from tests.bot.channels.voice.twiml_check import check
from tests.standins.twilio import QUEUE_SID

ROUND_SECONDS = 24
OFFICE_LEG = "CAoffice"


class WaitingCall:
    """Plays the TwiML of a call that was told to <Enqueue>."""

    def __init__(self, line: Line, root: ET.Element) -> None:
        enqueue = root.find("Enqueue")
        assert enqueue is not None, ET.tostring(root)
        self.line = line
        self.queue = line.edge.twilio.queue
        self.queue.append(line.sid)
        self.seconds = 0
        self.ended = enqueue.get("action", "")
        self.next = enqueue.get("waitUrl", "")

    async def play(self, **caller_input: str) -> ET.Element:
        """One round, or what follows the wait if the round has a <Leave>."""
        place = self.queue.index(self.line.sid) + 1
        form = {"QueueSid": QUEUE_SID, "QueuePosition": str(place), "CurrentQueueSize": str(len(self.queue))}
        answer = await self.line.post(self.next, QueueTime=str(self.seconds), **form, **caller_input)
        assert answer.status == 200, answer.text
        root = check(answer.text)
        self.seconds += ROUND_SECONDS
        if root.find("Leave") is not None:
            return await self.leave("leave")
        assert {child.tag for child in root} <= {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"}
        redirect = root.find("Redirect")
        assert redirect is not None
        self.next = redirect.text or ""
        return root

    async def leave(self, result: str) -> ET.Element:
        """What the caller hears after the queue."""
        if self.line.sid in self.queue:
            self.queue.remove(self.line.sid)
        self.line.action = self.ended
        return await self.line.go(QueueResult=result, QueueTime=str(self.seconds), QueueSid=QUEUE_SID)


class OfficePhone:
    """The office's leg of a call: whoever answers hears the whisper and may press a key."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.action = ""

    async def answer(self, url: str) -> ET.Element:
        parts = urlsplit(url)
        return await self._ask(f"{parts.path}?{parts.query}")

    async def press(self, key: str) -> ET.Element:
        return await self._ask(self.action, Digits=key)

    async def _ask(self, path: str, **more: str) -> ET.Element:
        form = {**self.line.fields, "CallSid": OFFICE_LEG, "ParentCallSid": self.line.sid, **more}
        answer = await self.line.edge.twilio_post(path, form)
        assert answer.status == 200, answer.text
        root = check(answer.text)
        gather = root.find("Gather")
        self.action = gather.get("action", "") if gather is not None else ""
        return root


def number_of(root: ET.Element) -> ET.Element:
    """The <Number> of a transfer."""
    number = root.find("Dial/Number")
    assert number is not None, ET.tostring(root)
    return number
