"""Log lines without personal data: text or JSON, each line of a turn with its conversation and request.

A conversation is named by a keyed reference: whoever reads a log can follow one conversation, and learns neither the
phone nor a token from it.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from backend.config import Settings

CONVERSATION: ContextVar[str] = ContextVar("log_conversation", default="")
"""The reference of the conversation whose turn this is."""
REQUEST: ContextVar[str] = ContextVar("log_request", default="")
"""The id of the request that began it."""

OUR_LOGGERS = ("memberline", "backend", "actions", "bot", "sandbox")
MAX_FRAMES = 12
REFERENCE_DIGITS = 12
# the last guard: no log line is meant to have any of these in it
NUMBERS = re.compile(
    # not a day of a job, as in 2026-11-18: no number of a member is written like that
    r"(?<![\w.])(?!20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w.-])(?! \d(?!\d:\d\d)))"
    r"\+?\d(?:[ .-]?\d){6,}(?![\w])"
)
EMAILS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def conversation_reference(settings: Settings, conversation: str) -> str:
    """What log lines call a conversation: 12 hexadecimal digits."""
    return settings.keyed_hash("log-reference", conversation)[:REFERENCE_DIGITS]


def enter_conversation(settings: Settings, conversation: str) -> None:
    """Name the conversation in all further lines of this task."""
    CONVERSATION.set(conversation_reference(settings, conversation))


def redact_line(text: str) -> str:
    """The text without phone, card and account numbers and email addresses."""
    return EMAILS.sub("[email]", NUMBERS.sub("[number]", text))


def list_frames(frames: TracebackType | None) -> list[str]:
    """Where it happened, innermost last; no source line and no value."""
    found = traceback.extract_tb(frames)[-MAX_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in found]


class TextFormatter(logging.Formatter):
    """`2026-11-18 16:00:00.123 WARNING memberline.turn: engine unavailable [conversation 1f…, request 9c…]`, in UTC.

    Of an exception the type and the frames are written. Its text is left out: it may quote a member.
    """

    def format(self, record: logging.LogRecord) -> str:
        named = [f"{name} {value}" for name, value in _references().items()]
        parts = [
            f"{_time(record):%Y-%m-%d %H:%M:%S}.{int(record.msecs):03} {record.levelname} {record.name}: ",
            redact_line(record.getMessage()),
            f" [{', '.join(named)}]" if named else "",
        ]
        if record.exc_info and record.exc_info[0]:
            parts.append(f" ({record.exc_info[0].__name__})")
            parts += [f"\n  {frame}" for frame in list_frames(record.exc_info[2])]
        return "".join(parts)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the same content."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "process": "app",
            "logger": record.name,
            "message": redact_line(record.getMessage()),
            **_references(),
        }
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "frames": list_frames(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def configure(form: Literal["text", "json"], level: str) -> None:
    """Log to standard error. Libraries log from WARNING on: what they say at INFO may be personal."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _StandardError):
            root.removeHandler(handler)
    handler = _StandardError()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root.addHandler(handler)
    root.setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(level)


def _references() -> dict[str, str]:
    found = {"conversation": CONVERSATION.get(), "request": REQUEST.get()}
    return {name: value for name, value in found.items() if value}


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
