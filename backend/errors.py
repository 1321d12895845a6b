"""Business failures by name. They are raised by services and turned into words or HTTP at one place, the edge."""

from __future__ import annotations


class MemberlineError(Exception):
    """A refusal that the member or the office can be told. `code` names it on every channel."""

    code = "refused"

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.code)
        self.details = details


class SettingsError(MemberlineError):
    """The process must not start like this; the message names the setting and what to do."""

    code = "settings"
