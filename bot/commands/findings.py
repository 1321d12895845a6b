"""What `memberline check` says of one thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is a setting where there is one; `text` says what to do. No secret is in it."""

    level: Literal["ok", "remark", "fault"]
    what: str
    text: str


def ok(what: str, text: str) -> Finding:
    return Finding("ok", what, text)


def remark(what: str, text: str) -> Finding:
    """Allowed, and perhaps not meant."""
    return Finding("remark", what, text)


def fault(what: str, text: str) -> Finding:
    """To be mended before members are served."""
    return Finding("fault", what, text)
