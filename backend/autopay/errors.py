from __future__ import annotations

from backend.errors import MemberlineError


class AutoPayRefused(MemberlineError):
    """`code`: account_closed, method_not_usable, day_not_usable, already_on, draft_exists, not_on or no_draft."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
