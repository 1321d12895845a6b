"""A noisy line between a member and the assistant: words slip, deliveries come twice or late, a caller is silent."""

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
"""How often a delivery is doubled, an earlier one comes again, and a caller is silent before a line."""
MUMBLED_SPEECH, LOW_CONFIDENCE = "mm hm the", "0.1"
MAX_LATE_SECONDS = 30.0


class DeliveryMismatch(AssertionError):
    """A message that was delivered twice did not have one answer."""


class NoisyLine:
    """Says a member's lines over a talker, with the kinds of noise that are asked for; with none, as they are.

    It also waits for an answer that the assistant gives late, by text or by push.
    """

    def __init__(self, talker: ChannelClient, kinds: Collection[str] = (), rng: Random | None = None) -> None:
        self.talker = talker
        self.kinds = frozenset(kinds)
        self.rng = rng or Random(0)  # noqa: S311 - noise, not a secret
        self.changed = False
        self.said = ""
        self._delivered: list[tuple[ClientRequest, str]] = []

    def say(self, line: str, *, clean: bool = False) -> str:
        """Say it; `clean` keeps its words. `said` is what went out, `changed` whether that is not the line."""
        if not clean:
            self._simulate_silence()
        self.said = line if clean else self._add_errors(line)
        self.changed = self.said != line
        delivery = self.talker.prepare(self.said)
        answer = self._deliver_twice(delivery) if self._draw(DOUBLED, DUPLICATE_RATE) else self.talker.deliver(delivery)
        heard = self.talker.read_answer(self._await_late_answer(delivery, answer))
        self._replay_earlier()
        self._delivered.append((delivery, answer))
        return heard

    def _add_errors(self, line: str) -> str:
        if isinstance(self.talker, VoiceClient):
            return add_asr_errors(line, self.rng) if ASR in self.kinds else line
        pressed = isinstance(self.talker, WebChatClient) and line in self.talker.offered
        return add_typos(line, self.rng) if TYPOS in self.kinds and not pressed else line

    def _draw(self, kind: str, share: float) -> bool:
        return kind in self.kinds and self.rng.random() < share

    def _simulate_silence(self) -> None:
        """Nothing is heard, or nothing that can be understood; the assistant asks again, and the call goes on."""
        if isinstance(self.talker, VoiceClient) and self._draw(SILENCE, SILENCE_RATE):
            mumbles = self.rng.random() < 0.4
            delivery = self.talker.prepare(MUMBLED_SPEECH, LOW_CONFIDENCE) if mumbles else self.talker.prepare("")
            if not self.talker.read_answer(self.talker.deliver(delivery)).strip():
                raise DeliveryMismatch("nothing was said to a silence")

    def _deliver_twice(self, delivery: ClientRequest) -> str:
        """The same message twice, at once or one behind the other."""
        if self.rng.random() < 0.5:
            with ThreadPoolExecutor(2) as both:
                first, second = both.map(self.talker.deliver, (delivery, delivery))
        else:
            first, second = self.talker.deliver(delivery), self.talker.deliver(delivery)
        _check_same(first, second, self.said)
        return second if _is_pending(first) else first

    def _replay_earlier(self) -> None:
        """An earlier message comes once more, behind later ones; nothing may come of it."""
        if self._delivered and self._draw(REORDERED, REPLAY_RATE):
            delivery, answer = self.rng.choice(self._delivered)
            again = self.talker.deliver(delivery)
            if isinstance(self.talker, VoiceClient):
                answer, again = _first_say(answer), _first_say(again)  # what is asked behind them has moved on
            _check_same(answer, again, "a message of before")

    def _await_late_answer(self, delivery: ClientRequest, answer: str) -> str:
        """The answer, waited for where it does not come at once."""
        if not _is_pending(answer) or not isinstance(self.talker, SmsClient | WebChatClient):
            return answer
        reply = self._poll_reply(delivery.provider_id)
        return answer if reply is None else self.talker.encode_late_reply(reply)

    def _poll_reply(self, provider_id: str) -> Reply | None:
        deadline = time.monotonic() + MAX_LATE_SECONDS
        while time.monotonic() < deadline:
            reply = self.talker.served.find_reply(self.talker.channel, provider_id)
            if reply is not None:
                return reply
            time.sleep(0.2)
        return None


def _is_pending(answer: str) -> bool:
    """Whether the answer is yet to come, or is none."""
    return "<Message" not in answer and "<Say" not in answer if answer.startswith("<") else '"pending":true' in answer


def _check_same(first: str, second: str, said: str) -> None:
    if first != second and not (_is_pending(first) or _is_pending(second) or _is_filler(first) or _is_filler(second)):
        raise DeliveryMismatch(f"{said!r} was delivered twice and answered\n{first}\nand then\n{second}")


def _first_say(twiml: str) -> str:
    return "".join(re.findall(r"<Say[^>]*>[^<]*", twiml)[:1])


def _is_filler(answer: str) -> bool:
    """Whether a call only says that it is looking."""
    return bool(re.search(r"[?&;]poll=", answer))
