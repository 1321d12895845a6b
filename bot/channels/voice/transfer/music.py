"""The waiting music: slow broken chords made here, so that no license and no other server is needed."""

from __future__ import annotations

import io
import math
import wave
from array import array
from functools import cache

RATE = 8000
"""Samples a second: a telephone carries no more."""
NOTE_SECONDS, RING_SECONDS = 0.5, 1.8
LOUDNESS = 5200
"""Peak of one note, of 32767: softer than the voice that tells the position."""
# four bars of eight notes, each a chord up and down: C, A minor, F, G
CHORDS = ((262, 330, 392, 523), (220, 262, 330, 440), (175, 220, 262, 349), (196, 247, 294, 392))


@cache
def compose() -> bytes:
    """Sixteen seconds as a WAV file (8 kHz, 16 bit, mono), 256 KB."""
    notes = [pitch for chord in CHORDS for pitch in (*chord, *reversed(chord))]
    step = int(NOTE_SECONDS * RATE)
    samples = array("h", bytes(2 * step * len(notes)))
    for place, pitch in enumerate(notes):
        for at, value in enumerate(_ring(pitch)):
            if (position := place * step + at) < len(samples):
                samples[position] += value
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return sound.getvalue()


@cache
def _ring(pitch: int) -> tuple[int, ...]:
    """One note (Hz), as a plucked string rings out."""
    turn = 2 * math.pi * pitch / RATE
    tones = (math.sin(turn * at) + 0.2 * math.sin(2 * turn * at) for at in range(int(RING_SECONDS * RATE)))
    return tuple(
        int(LOUDNESS * math.exp(-2.2 * at / RATE) * min(at / 80, 1) * tone)  # struck softly, then fading
        for at, tone in enumerate(tones)
    )
