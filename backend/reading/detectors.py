"""Makes the functions that only tell whether certain words occur in a message, each from its pattern.

`mentions_home = detector(r"\\b(?:home|house)\\b")` makes a function: `mentions_home("my House on Oak St")` is True.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Detector = Callable[[str], bool]


def detector(pattern: str, *, unless: str | None = None, fold: Callable[[str], str] | None = None) -> Detector:
    """Make a function that tells whether `pattern` occurs in a text, in any case, and `unless` does not.

    With `fold`, such as `normalize.fold`, the text is brought into that form first; the patterns are then lower case
    and without accents.
    """
    flags = re.NOFLAG if fold else re.IGNORECASE
    occurs = re.compile(pattern, flags).search
    excludes = re.compile(unless, flags).search if unless is not None else None

    def detect(text: str) -> bool:
        plain = fold(text) if fold else text
        return occurs(plain) is not None and not (excludes and excludes(plain))

    return detect


def whole_detector(pattern: str) -> Detector:
    """Make a function that tells whether `pattern` is the whole of a text, in any case."""
    matches = re.compile(pattern, re.IGNORECASE).fullmatch
    return lambda text: matches(text) is not None
