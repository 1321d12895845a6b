"""A caller whose words go over a real line into the signed webhooks, and whose call is measured."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass

from lab.audio.line import AudioLine, LineQuality
from lab.audio.listener import Heard
from lab.channel_clients import ClientRequest, VoiceClient
from lab.system import MemberlineSystem

WORDS_A_MINUTE = 150
KEY_SECONDS, REACTION_SECONDS = 0.5, 1.0
"""To press a key, and to begin with an answer."""
END_OF_SPEECH_SECONDS = 2.0
"""The silence that ends what is said, where <Gather> names none."""


@dataclass(frozen=True)
class CallTurn:
    """One turn. `heard` is what the recognizer made of `said`; the same for keys. `share` is our part, in seconds."""

    said: str
    heard: str
    answer: str
    share: float
    misses: int

    @property
    def transcript(self) -> str:
        heard = "" if self.heard == self.said else f"   (heard: {self.heard!r})"
        return f"> {self.said or '(silence)'}{heard}\n{self.answer}"


class MeasuredCaller(VoiceClient):
    """A phone call whose spoken lines are carried over `line`; without one they are heard as they are said."""

    def __init__(
        self,
        served: MemberlineSystem,
        phone: str,
        line: AudioLine | None = None,
        quality: LineQuality | None = None,
        **more: str,
    ) -> None:
        self._line = line
        self._quality = quality or LineQuality.of_caller(0)
        self._heard = ""
        self._repetitions: Counter[str] = Counter()
        self._share = 0.0
        self.turns: list[CallTurn] = []
        self.seconds = 0.0
        super().__init__(served, phone, **more)
        self.seconds += count_seconds(self.greeting)

    def listen_through(self, line: AudioLine | None, quality: LineQuality | None = None) -> None:
        """Carry what is said from now on over `line`, or with None hear it as it is said."""
        self._line, self._quality = line, quality or self._quality

    def say(self, line: str) -> str:
        self._share = 0.0
        silence = self._end_of_speech()
        answer = self._exchange(line)
        keyed = line.startswith("<")
        own = KEY_SECONDS * len(line.strip("<>")) if keyed else count_seconds(line) + silence
        self.seconds += REACTION_SECONDS + own + count_seconds(answer)
        misses = 1 if "misses=" in self.action else 0
        self.turns.append(CallTurn(line, self._heard, answer, self._share, misses))
        return answer

    def _exchange(self, line: str) -> str:
        return self.read_answer(self.deliver(self.prepare(line)))

    def prepare(self, line: str, confidence: str = "0.92") -> ClientRequest:
        self._heard = line
        if not line or line.startswith("<"):
            return super().prepare(line, confidence)
        heard = self._hear(line)
        return super().prepare(heard.text, str(heard.confidence))

    def _hear(self, line: str) -> Heard:
        """What the recognizer makes of the line."""
        heard = Heard(line, 0.92)
        if self._line is not None:
            heard = self._line.hear(line, self.hints, self._quality, self._repetitions[line])
            self._repetitions[line] += 1
        self._heard = heard.text
        return heard

    @property
    def hints(self) -> str:
        """The words that the open question expects, parted by commas."""
        return self._find_attribute("hints")

    def close(self) -> None:
        """Hang up."""

    @property
    def locale(self) -> str:
        """The locale in which the open question listens."""
        return self._find_attribute("language")

    def deliver(self, request: ClientRequest) -> str:
        began = time.perf_counter()
        answer = super().deliver(request)
        self._share += time.perf_counter() - began
        return answer

    def _find_attribute(self, name: str) -> str:
        """An attribute of the open question's <Gather>, or empty."""
        gather = ElementTree.fromstring(self.twiml).find("Gather") if self.twiml else None  # noqa: S314 - our own
        return gather.get(name, "") if gather is not None else ""

    def _end_of_speech(self) -> float:
        named = self._find_attribute("speechTimeout")
        return float(named) if named.isdigit() else END_OF_SPEECH_SECONDS

    @property
    def transcript(self) -> str:
        return "\n".join([self.greeting, *(turn.transcript for turn in self.turns)])


def count_seconds(words: str) -> float:
    """How long it takes to say the words."""
    return len(words.split()) * 60 / WORDS_A_MINUTE
