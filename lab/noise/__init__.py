"""Noise on a member's lines: typos, speech errors, repeated and late deliveries, silence. Only where it is fair."""

from __future__ import annotations

TYPOS, ASR, DOUBLED, REORDERED, SILENCE = "typos", "asr", "doubled", "reordered", "silence"
KINDS = (TYPOS, ASR, DOUBLED, REORDERED, SILENCE)
