"""Noise: what happens to a member's lines between them and the assistant. Where it would be unfair, it is not made."""

from __future__ import annotations

TYPOS, ASR, DOUBLED, REORDERED, SILENCE = "typos", "asr", "doubled", "reordered", "silence"
KINDS = (TYPOS, ASR, DOUBLED, REORDERED, SILENCE)
