"""What a telephone line leaves of a voice: 300 to 3400 Hz, 8,000 samples a second in mu-law, and noise."""

from __future__ import annotations

from typing import Any

import numpy as np

LOW_HERTZ, HIGH_HERTZ = 300.0, 3400.0
LINE_RATE = 8000
HEARING_RATE = 16000
"""Samples a second that the recognizer takes."""
MU = 255.0
LOUDNESS = 0.08
"""Root mean square of the speech on the line, of 1."""
EDGE_SECONDS = 0.4
"""Of the line alone before and behind the words."""
Samples = np.ndarray[Any, Any]


def carry(voice: Samples, rate: int, snr_db: float, rng: np.random.Generator, pace: float = 1.0) -> Samples:
    """Carry a voice over the line; returns samples at HEARING_RATE, -1 to 1.

    `voice` has `rate` samples a second. `snr_db` is how far the speech is above the pink noise, in decibels. A `pace`
    above 1 is a quicker and higher voice, below 1 a slower and lower one.
    """
    speech = resample(voice, round(len(voice) * LINE_RATE / (rate * pace)))
    edge = np.zeros(round(EDGE_SECONDS * LINE_RATE))
    speech = keep_band(speech)
    speech *= LOUDNESS / max(1e-6, float(np.sqrt(np.mean(speech**2))))
    line = np.concatenate([edge, speech, edge])
    noise = keep_band(make_pink_noise(len(line), rng))
    noise *= LOUDNESS / 10 ** (snr_db / 20) / max(1e-6, float(np.sqrt(np.mean(noise**2))))
    heard = decode_mu_law(encode_mu_law(np.clip(line + noise, -1, 1)))
    return resample(heard, len(heard) * HEARING_RATE // LINE_RATE).astype(np.float32)


def resample(samples: Samples, count: int) -> Samples:
    """The same sound in `count` samples; what the new rate cannot hold is left out."""
    spectrum = np.fft.rfft(samples)
    wanted = np.zeros(count // 2 + 1, dtype=complex)
    kept = min(len(spectrum), len(wanted))
    wanted[:kept] = spectrum[:kept]
    return np.fft.irfft(wanted, count) * (count / len(samples))


def keep_band(samples: Samples, rate: int = LINE_RATE) -> Samples:
    """Leave out what is below LOW_HERTZ or above HIGH_HERTZ."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[(hertz < LOW_HERTZ) | (hertz > HIGH_HERTZ)] = 0
    return np.fft.irfft(spectrum, len(samples))


def make_pink_noise(count: int, rng: np.random.Generator) -> Samples:
    """Noise whose power falls by 3 dB an octave, as that of rooms and lines does."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    return np.fft.irfft(spectrum, count)


def encode_mu_law(samples: Samples) -> Samples:
    """Samples of -1 to 1 as the bytes of the line, 0 to 255 (ITU-T G.711, by its continuous curve)."""
    curve = np.sign(samples) * np.log1p(MU * np.abs(samples)) / np.log1p(MU)
    return np.round((curve + 1) / 2 * MU).astype(np.uint8)


def decode_mu_law(line: Samples) -> Samples:
    curve = line.astype(float) / MU * 2 - 1
    return np.sign(curve) * np.expm1(np.abs(curve) * np.log1p(MU)) / MU
