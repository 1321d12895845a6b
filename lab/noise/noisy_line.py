"""A noisy line between a member and the assistant: words change, deliveries come twice or late, a caller is silent."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from random import Random

from bot.dialogue.messages import Reply
from lab.channel_clients import ChannelClient, ClientRequest, SmsClient, VoiceClient, WebChatClient
from lab.noise import ASR, DOUBLED, REORDERED, SILENCE, TYPOS
from lab.noise.asr import add_asr_errors
from lab.noise.typos import add_typos

DUPLICATE_RATE, REPLAY_RATE, SILENCE_RATE = 0.35, 0.3, 0.3
"""How often a message is delivered twice, an earlier one again, and how often a caller is silent before a line."""
MUMBLED_SPEECH, LOW_CONFIDENCE = "mm hm the", "0.1"
MAX_LATE_SECONDS = 30.0


class DeliveryMismatch(AssertionError):
    """A message that was delivered twice got two different answers."""


class NoisyLine:
    """Says a member's lines through a client, with the given kinds of noise; without any they stay unchanged.

    It also waits for an answer that comes late, by text or by push.
    """

    def __init__(self, client: ChannelClient, kinds: Collection[str] = (), rng: Random | None = None) -> None:
        self.client = client
        self.kinds = frozenset(kinds)
        self.rng = rng or Random(0)  # noqa: S311 - noise, not a secret
        self.changed = False
        self.said = ""
        self._delivered: list[tuple[ClientRequest, str]] = []

    def say(self, line: str, *, clean: bool = False) -> str:
        """Say the line, `clean` without noise in its words. Afterward `said` is what went out."""
        if not clean:
            self._simulate_silence()
        self.said = line if clean else self._add_errors(line)
        self.changed = self.said != line
        delivery = self.client.prepare(self.said)
        answer = self._deliver_twice(delivery) if self._draw(DOUBLED, DUPLICATE_RATE) else self.client.deliver(delivery)
        text = self.client.read_answer(self._await_late_answer(delivery, answer))
        self._replay_earlier()
        self._delivered.append((delivery, answer))
        return text

    def _add_errors(self, line: str) -> str:
        if isinstance(self.client, VoiceClient):
            return add_asr_errors(line, self.rng) if ASR in self.kinds else line
        pressed = isinstance(self.client, WebChatClient) and line in self.client.offered
        return add_typos(line, self.rng) if TYPOS in self.kinds and not pressed else line

    def _draw(self, kind: str, share: float) -> bool:
        return kind in self.kinds and self.rng.random() < share

    def _simulate_silence(self) -> None:
        """A caller says nothing, or nothing that can be understood; the assistant must ask again."""
        if isinstance(self.client, VoiceClient) and self._draw(SILENCE, SILENCE_RATE):
            mumbles = self.rng.random() < 0.4
            delivery = self.client.prepare(MUMBLED_SPEECH, LOW_CONFIDENCE) if mumbles else self.client.prepare("")
            if not self.client.read_answer(self.client.deliver(delivery)).strip():
                raise DeliveryMismatch("nothing was said to a silence")

    def _deliver_twice(self, delivery: ClientRequest) -> str:
        """Deliver the same message twice, at once or one after the other."""
        if self.rng.random() < 0.5:
            with ThreadPoolExecutor(2) as both:
                first, second = both.map(self.client.deliver, (delivery, delivery))
        else:
            first, second = self.client.deliver(delivery), self.client.deliver(delivery)
        _check_same(first, second, self.said)
        return second if _is_pending(first) else first

    def _replay_earlier(self) -> None:
        """Deliver an earlier message again: it must have no effect and get the same answer."""
        if self._delivered and self._draw(REORDERED, REPLAY_RATE):
            delivery, answer = self.rng.choice(self._delivered)
            again = self.client.deliver(delivery)
            if isinstance(self.client, VoiceClient):
                answer, again = _first_say(answer), _first_say(again)  # the question after it has changed meanwhile
            _check_same(answer, again, "a message of before")

    def _await_late_answer(self, delivery: ClientRequest, answer: str) -> str:
        """Wait for an answer that does not come at once."""
        if not _is_pending(answer) or not isinstance(self.client, SmsClient | WebChatClient):
            return answer
        reply = self._poll_reply(delivery.provider_id)
        return answer if reply is None else self.client.encode_late_reply(reply)

    def _poll_reply(self, provider_id: str) -> Reply | None:
        deadline = time.monotonic() + MAX_LATE_SECONDS
        while time.monotonic() < deadline:
            reply = self.client.served.find_reply(self.client.channel, provider_id)
            if reply is not None:
                return reply
            time.sleep(0.2)
        return None


def _is_pending(answer: str) -> bool:
    """Whether the answer is still to come, or empty."""
    return "<Message" not in answer and "<Say" not in answer if answer.startswith("<") else '"pending":true' in answer


def _check_same(first: str, second: str, said: str) -> None:
    if first != second and not (_is_pending(first) or _is_pending(second) or _is_filler(first) or _is_filler(second)):
        raise DeliveryMismatch(f"{said!r} was delivered twice and answered\n{first}\nand then\n{second}")


def _first_say(twiml: str) -> str:
    return "".join(re.findall(r"<Say[^>]*>[^<]*", twiml)[:1])


def _is_filler(answer: str) -> bool:
    """Whether a call only asks to wait."""
    return bool(re.search(r"[?&;]poll=", answer))
