"""Logging that never shows a member's words.

Rasa writes message texts and slot values at DEBUG, a few at WARNING, and in the text of exceptions. So:
nothing below WARNING, structured entries keep known harmless keys only, and a traceback shows where, not
with what.
"""

import logging
import sys
import traceback
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any


class RedactingFormatter(logging.Formatter):
    """Formats a traceback as its frames and the exception's type, without the exception's message."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return the frames and the type of ``ei``."""
        kind, _, frames = ei
        lines = [line.rstrip() for line in traceback.format_tb(frames)]
        return "\n".join([*lines, kind.__name__ if kind else ""])


def _format_harmless(_: Any, __: str, entry: MutableMapping[str, Any]) -> str:
    kept = [str(entry[key]) for key in ("event", "event_info", "placeholder_key", "url") if entry.get(key)]
    return " - ".join(kept)


def _ignore_warning(*_: object, **__: object) -> None:
    """Stand in for warnings.showwarning."""


def configure_logging(show_warnings: bool) -> None:
    """Set up logging to stderr for this process; call it before Rasa is imported."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s engine %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    if not show_warnings:  # Rasa puts payloads into its warnings
        warnings.showwarning = _ignore_warning
    import structlog

    structlog.configure(
        processors=[_format_harmless],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
