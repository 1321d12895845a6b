"""Business errors. Services raise them; the bot and the actions turn them into text or HTTP responses."""

from __future__ import annotations


class MemberlineError(Exception):
    """An error that may be shown to the member or the office. `code` identifies it on every channel."""

    code = "refused"

    def __init__(self, message: str = "", **details: object) -> None:
        super().__init__(message or self.code)
        self.details = details


class SettingsError(MemberlineError):
    """The process must not start; the message names the setting and what to do."""

    code = "settings"


class UnusableDatabase(MemberlineError):
    """The database is there and cannot be worked with; the message names the setting and what to do."""

    code = "database"
