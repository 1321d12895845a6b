"""What a telephone line leaves of a sound."""

from __future__ import annotations

import numpy as np
import pytest

from lab.audio import telephone
from lab.audio.telephone import EDGE_SECONDS, HEARING_RATE, LINE_RATE

RATE = 22050
SECOND = np.arange(RATE) / RATE


def tone(hertz: float) -> telephone.Samples:
    return np.sin(2 * np.pi * hertz * SECOND)


def level(samples: telephone.Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


@pytest.mark.parametrize(("hertz", "passes"), [(100, False), (200, False), (440, True), (3000, True), (3700, False)])
def test_only_the_band_of_a_telephone_passes(hertz: float, passes: bool) -> None:
    narrowed = telephone.keep_band(telephone.resample(tone(hertz), LINE_RATE))
    assert (level(narrowed) > 0.6) is passes


def test_nothing_above_the_line_rate_is_folded_into_the_band() -> None:
    assert level(telephone.resample(tone(6000), LINE_RATE)) < 0.01


@pytest.mark.parametrize("snr_db", [25.0, 15.0])
def test_noise_lies_as_far_below_the_voice_as_asked(snr_db: float) -> None:
    heard = telephone.carry(tone(1000), RATE, snr_db, np.random.default_rng(1))
    edge = round(EDGE_SECONDS * HEARING_RATE)
    voice, noise = heard[edge : edge + HEARING_RATE], heard[: edge // 2]
    assert 20 * np.log10(level(voice) / level(noise)) == pytest.approx(snr_db, abs=2.5)


def test_pink_noise_has_as_much_in_each_octave() -> None:
    power = np.abs(np.fft.rfft(telephone.make_pink_noise(2**16, np.random.default_rng(2)))) ** 2
    low, high = power[256:512].sum(), power[4096:8192].sum()
    assert high / low == pytest.approx(1, rel=0.2)


def test_mu_law_keeps_quiet_sounds_finer_than_loud_ones() -> None:
    line = telephone.encode_mu_law(np.array([0.001, 0.01, 0.9]))
    wrong = np.abs(telephone.decode_mu_law(line) - [0.001, 0.01, 0.9])
    assert line.dtype == np.uint8
    assert wrong[0] < 0.0002
    assert wrong[2] < 0.03


def test_a_quicker_voice_is_shorter() -> None:
    rng = np.random.default_rng(1)
    usual, quick = (len(telephone.carry(tone(440), RATE, 25, rng, pace)) for pace in (1.0, 1.25))
    edges = round(2 * EDGE_SECONDS * HEARING_RATE)
    assert (quick - edges) / (usual - edges) == pytest.approx(0.8, abs=0.01)
