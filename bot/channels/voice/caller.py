"""Who calls."""

from __future__ import annotations

import re
from dataclasses import dataclass

CALL_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")


@dataclass(frozen=True)
class Caller:
    """Who calls. `address` is in E.164, or None if it is withheld; `called_number` is the one that was called.

    `is_on_twilio`: the carrier has Twilio's <Pay>.
    """

    call_id: str
    address: str | None
    attested: bool
    source: str
    called_number: str | None
    is_on_twilio: bool = True

    @property
    def conversation(self) -> str:
        return f"call-{self.call_id}"

    def provider_id(self, turn: int) -> str:
        return f"{self.call_id}:{turn}"
