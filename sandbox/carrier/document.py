"""A TwiML document is run verb by verb, from the first to the one that waits or asks for another document."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Callable
from urllib.parse import urljoin

from sandbox.carrier.parties import Entry
from sandbox.carrier.signing import CarrierRequest
from sandbox.carrier.spoken import SpokenPart, list_parts

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
"""What Twilio says itself when it gets no TwiML."""


class DocumentRunner:
    """Runs the verbs of documents; those that wait for somebody are added by who extends it.

    A verb's method returns the request that is due, True to stop there, or False to go on. One that is not known is
    shown and passed over.
    """

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        self.mode = "asking"
        self.entries: list[Entry] = []
        self.was_refused = False
        self._speaker = "line"
        self._url = ""
        self._verbs: deque[ElementTree.Element] = deque()
        self._pause = 0
        self._do: dict[str, Callable[[ElementTree.Element], CarrierRequest | bool]] = {
            "Say": self._say,
            "Play": self._play,
            "Pause": self._wait,
            "Redirect": self._redirect,
            "Hangup": self._hang_up,
            "Reject": self._hang_up,
        }

    def start(self, url: str) -> CarrierRequest:
        return self._ask(url)

    def _take_document(self, answer: str, status: int) -> CarrierRequest | None:
        try:
            root = ElementTree.fromstring(answer)  # noqa: S314 - the app's own
        except ElementTree.ParseError:
            root = ElementTree.Element("none")
        if status >= 400 or root.tag != "Response":
            self._note(f"The app answered {status} without TwiML. A carrier now asks its fallback address, or says:")
            self._add("line", SpokenPart(APPLICATION_ERROR))
            self.mode = "ended"
            return None
        self._verbs = deque(root)
        return self._run()

    def _run(self) -> CarrierRequest | None:
        self.mode = "asking"
        while self._verbs:
            verb = self._verbs.popleft()
            done = self._do.get(str(verb.tag), self._pass_over)(verb)
            if isinstance(done, CarrierRequest):
                return done
            if done:
                return None
        self._finish_document()
        return None

    def _finish_document(self) -> None:
        self._end()

    def _say(self, verb: ElementTree.Element) -> bool:
        parts = list_parts(verb)
        if parts:
            self._add(self._speaker, *parts)
        return False

    def _play(self, verb: ElementTree.Element) -> bool:
        self._note(f"Plays {(verb.text or '').strip() or 'keys ' + verb.get('digits', '')}")
        return False

    def _wait(self, verb: ElementTree.Element) -> bool:
        self._pause += int(verb.get("length") or 1)
        return False

    def _redirect(self, verb: ElementTree.Element) -> CarrierRequest | bool:
        return self._ask(self._resolve((verb.text or "").strip()))

    def _hang_up(self, _verb: ElementTree.Element) -> bool:
        self.was_refused = True
        self._note("The line hangs up")
        self._end()
        return True

    def _pass_over(self, verb: ElementTree.Element) -> bool:
        self._note(f"The carrier simulator does not know <{verb.tag}> and goes on after it.")
        return False

    def _ask(self, url: str, more: dict[str, str] | None = None) -> CarrierRequest:
        self._url = self._resolve(url)
        self.mode = "asking"
        pause, self._pause = self._pause, 0
        return CarrierRequest(self._url, {**self._status(), **(more or {})}, pause)

    def _status(self) -> dict[str, str]:
        return {**self.fields, "CallStatus": "completed" if self.mode == "ended" else "in-progress"}

    def _resolve(self, url: str | None) -> str:
        """An address of the document against the document's own, which is the default."""
        return urljoin(self._url, url) if url else self._url

    def _end(self) -> None:
        self.mode = "ended"

    def _note(self, text: str) -> None:
        self._add("carrier", SpokenPart(text))

    def _add(self, by: str, *parts: SpokenPart) -> None:
        self.entries.append(Entry(by, parts))
