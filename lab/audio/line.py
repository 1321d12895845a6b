"""A speaker, a telephone line and a listener joined: words go in, and come out as a recognizer gives them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from lab.audio import telephone
from lab.audio.listener import Heard, Listener
from lab.audio.speaker import Speaker

QUIET_DB, NOISY_DB = 25.0, 15.0
"""How far the voice is above the noise: a kitchen, and a bad line or a running engine."""
PACES = (1.0, 0.92, 1.08)


@dataclass(frozen=True)
class LineQuality:
    """How a caller sounds: decibels of the voice over the noise, and the pace of the voice (1 is as recorded)."""

    snr_db: float
    pace: float = 1.0

    @classmethod
    def of_caller(cls, index: int) -> LineQuality:
        """Every second caller has a noisy line; the paces take turns."""
        return cls((QUIET_DB, NOISY_DB)[index % 2], PACES[index // 2 % len(PACES)])


class AudioLine:
    """The same words, hints, quality and `seed` are always heard the same."""

    def __init__(self, speaker: Speaker, listener: Listener, seed: int = 0) -> None:
        self._speaker = speaker
        self._listener = listener
        self._seed = seed

    def hear(self, words: str, hints: str, quality: LineQuality, repetition: int = 0) -> Heard:
        """What is heard of the words; another `repetition` of them has other noise."""
        rng = np.random.default_rng([self._seed, zlib.crc32(words.encode()), repetition])
        voice = self._speaker.say(words)
        carried = telephone.carry(voice, self._speaker.sample_rate, quality.snr_db, rng, quality.pace)
        return self._listener.hear(carried, hints)


@contextmanager
def open_line(seed: int = 0) -> Iterator[AudioLine]:
    with Speaker() as speaker:
        yield AudioLine(speaker, Listener(), seed)
