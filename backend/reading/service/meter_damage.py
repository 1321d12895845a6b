"""Reads whether a meter is told to be broken: what is behind its cover can be live."""

from __future__ import annotations

from backend.reading.detectors import detector

is_meter_broken = detector(
    r"\b(?:crack\w*|broken?|broke|smash\w*|shatter\w*|glass|hanging|loose|pulled|knocked|hit|dent\w*|damaged?|bent|"
    r"crushed|exposed|open|burn\w*|burnt|melt\w*|rajad[oa]|rot[oa]|quebrad[oa]|vidrio|colgando|flojo|golpead[oa]|"
    r"dañad[oa]|danad[oa]|quemad[oa]|abiert[oa])\b",
    unless=r"\b(?:read(?:s|ing)?|reader|screen|display|blank|number)\b",
)
"""`The glass of my meter is cracked`; in a report about a meter."""
