"""Stored text without the numbers in which any four digits may stand by chance."""

from __future__ import annotations

import re

MEASURED = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?|[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Times, confidences and row ids."""


def without_measures(stored: str) -> str:
    return MEASURED.sub(" ", stored)
