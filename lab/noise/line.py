"""A noisy line between a member and the assistant: words slip, deliveries come twice or late, a caller is silent."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from random import Random

from bot.dialogue.messages import Reply
from lab.noise import ASR, DOUBLED, REORDERED, SILENCE, TYPOS
from lab.noise.asr import misheard
from lab.noise.typos import mistyped
from lab.talkers import Browser, Caller, Delivery, Talker, Texter

TWICE, LATE, QUIET = 0.35, 0.3, 0.3
"""How often a delivery is doubled, an earlier one comes again, and a caller is silent before a line."""
MUMBLED, UNSURE = "mm hm the", "0.1"
LATE_SECONDS = 30.0


class Disturbed(AssertionError):
    """A message that was delivered twice did not have one answer."""


class NoisyLine:
    """Says a member's lines over a talker, with the kinds of noise that are asked for; with none, as they are.

    It also waits for an answer that the assistant gives late, by text or by push.
    """

    def __init__(self, talker: Talker, kinds: Collection[str] = (), rng: Random | None = None) -> None:
        self.talker = talker
        self.kinds = frozenset(kinds)
        self.rng = rng or Random(0)  # noqa: S311 - noise, not a secret
        self.changed = False
        self.said = ""
        self._delivered: list[tuple[Delivery, str]] = []

    def say(self, line: str, *, clean: bool = False) -> str:
        """Say it; `clean` keeps its words. `said` is what went out, `changed` whether that is not the line."""
        if not clean:
            self._be_silent()
        self.said = line if clean else self._slipped(line)
        self.changed = self.said != line
        delivery = self.talker.prepare(self.said)
        answer = self._twice(delivery) if self._happens(DOUBLED, TWICE) else self.talker.deliver(delivery)
        heard = self.talker.hear(self._late(delivery, answer))
        self._come_again()
        self._delivered.append((delivery, answer))
        return heard

    def _slipped(self, line: str) -> str:
        if isinstance(self.talker, Caller):
            return misheard(line, self.rng) if ASR in self.kinds else line
        pressed = isinstance(self.talker, Browser) and line in self.talker.offered
        return mistyped(line, self.rng) if TYPOS in self.kinds and not pressed else line

    def _happens(self, kind: str, share: float) -> bool:
        return kind in self.kinds and self.rng.random() < share

    def _be_silent(self) -> None:
        """Nothing is heard, or nothing that can be understood; the assistant asks again, and the call goes on."""
        if isinstance(self.talker, Caller) and self._happens(SILENCE, QUIET):
            mumbles = self.rng.random() < 0.4
            delivery = self.talker.prepare(MUMBLED, UNSURE) if mumbles else self.talker.prepare("")
            if not self.talker.hear(self.talker.deliver(delivery)).strip():
                raise Disturbed("nothing was said to a silence")

    def _twice(self, delivery: Delivery) -> str:
        """The same message twice, at once or one behind the other."""
        if self.rng.random() < 0.5:
            with ThreadPoolExecutor(2) as both:
                first, second = both.map(self.talker.deliver, (delivery, delivery))
        else:
            first, second = self.talker.deliver(delivery), self.talker.deliver(delivery)
        _be_one(first, second, self.said)
        return second if _waits(first) else first

    def _come_again(self) -> None:
        """An earlier message comes once more, behind later ones; nothing may come of it."""
        if self._delivered and self._happens(REORDERED, LATE):
            delivery, answer = self.rng.choice(self._delivered)
            again = self.talker.deliver(delivery)
            if isinstance(self.talker, Caller):
                answer, again = _first_words(answer), _first_words(again)  # what is asked behind them has moved on
            _be_one(answer, again, "a message of before")

    def _late(self, delivery: Delivery, answer: str) -> str:
        """The answer, waited for where it does not come at once."""
        if not _waits(answer) or not isinstance(self.talker, Texter | Browser):
            return answer
        reply = self._kept(delivery.provider_id)
        return answer if reply is None else self.talker.late(reply)

    def _kept(self, provider_id: str) -> Reply | None:
        deadline = time.monotonic() + LATE_SECONDS
        while time.monotonic() < deadline:
            reply = self.talker.served.answer_to(self.talker.channel, provider_id)
            if reply is not None:
                return reply
            time.sleep(0.2)
        return None


def _waits(answer: str) -> bool:
    """Whether the answer is yet to come, or is none."""
    return "<Message" not in answer and "<Say" not in answer if answer.startswith("<") else '"pending":true' in answer


def _be_one(first: str, second: str, said: str) -> None:
    if first != second and not (_waits(first) or _waits(second) or _is_filler(first) or _is_filler(second)):
        raise Disturbed(f"{said!r} was delivered twice and answered\n{first}\nand then\n{second}")


def _first_words(twiml: str) -> str:
    return "".join(re.findall(r"<Say[^>]*>[^<]*", twiml)[:1])


def _is_filler(answer: str) -> bool:
    """Whether a call only says that it is looking."""
    return bool(re.search(r"[?&;]poll=", answer))
