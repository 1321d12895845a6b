"""The engine's log lines: as the app's (backend/logs.py), which this process cannot import.

The app sends with each turn what its lines are to name: the conversation's reference and the request's id.
"""

import json
import logging
import os
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

TURN: ContextVar[dict[str, str]] = ContextVar("log_turn", default={})  # noqa: B039 - never changed in place
NAMES = ("conversation", "request")
REFERENCE = re.compile(r"[0-9a-f]{12}")
REQUEST_HEADER = "X-Request-Id"
MAX_FRAMES = 12
# the last guard, as in the app
NUMBERS = re.compile(
    # not a day of a job, as in 2026-11-18: no number of a member is written like that
    r"(?<![\w.])(?!20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w.-])(?! \d(?!\d:\d\d)))"
    r"\+?\d(?:[ .-]?\d){6,}(?![\w])"
)
EMAILS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def enter_turn(named: Any) -> None:
    """Name what the app sent in all further lines of this task."""
    given = named if isinstance(named, dict) else {}
    TURN.set({name: given[name] for name in NAMES if REFERENCE.fullmatch(str(given.get(name) or ""))})


def redact_line(text: str) -> str:
    """The text without phone, card and account numbers and email addresses."""
    return EMAILS.sub("[email]", NUMBERS.sub("[number]", text))


def list_frames(frames: TracebackType | None) -> list[str]:
    """Where it happened; no source line and no value."""
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(frames)[-MAX_FRAMES:]]


class LineFormatter(logging.Formatter):
    """Text or JSON. Of an exception the type and the frames are written, and not its text."""

    def __init__(self, as_json: bool) -> None:
        """`as_json`: one JSON object a line."""
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at, said, named = datetime.fromtimestamp(record.created, UTC), redact_line(record.getMessage()), TURN.get()
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        frames = list_frames(record.exc_info[2]) if kind and record.exc_info else []
        if self.as_json:
            time = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            line = {"time": time, "level": record.levelname.lower(), "process": "engine", "logger": record.name}
            line |= {"message": said, **named}
            return json.dumps(line | ({"error": kind, "frames": frames} if kind else {}), ensure_ascii=False)
        about = f" [{', '.join(f'{name} {value}' for name, value in named.items())}]" if named else ""
        told = f" ({kind})" + "".join(f"\n  {frame}" for frame in frames) if kind else ""
        head = f"{at:%Y-%m-%d %H:%M:%S}.{int(record.msecs):03} {record.levelname} {record.name}"
        return f"{head}: {said}{about}{told}"


def own_level() -> str:
    """LOG_LEVEL, for our own lines; Rasa and its libraries stay at WARNING, since they log what members say."""
    given = os.environ.get("LOG_LEVEL", "").upper()
    return given if given in ("DEBUG", "INFO", "WARNING", "ERROR") else "INFO"
