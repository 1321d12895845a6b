"""What somebody said yes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """Who agreed, how far they had shown who they are, and in which exact words."""

    actor: str
    level: int
    channel: str
    wording: str
    reply: str
