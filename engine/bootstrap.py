"""Environment and logging that must be set before Rasa is imported; every script of this folder calls `prepare`.

The log never shows a member's words. Rasa writes message texts and slot values at DEBUG, a few at WARNING, and in the
text of exceptions. So nothing below WARNING is logged, structured entries keep known harmless keys only, and a
traceback is logged without the exception's text.
"""

import logging
import os
import sys
import warnings
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from engine import logs, package_stubs

ROOT = Path(__file__).resolve().parent.parent

ENVIRONMENT_DEFAULTS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_WORKERS": "1",
    # One core a process: more threads only cost memory, the matrices are small.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "ACTION_ENDPOINT_URL": "http://127.0.0.1:8080/internal/actions/webhook",
    "TRACKER_DB_URL": f"sqlite:///{ROOT / 'var' / 'tracker.db'}",
    "SENTENCE_CACHE": str(ROOT / "var" / "cache" / "sentences.npz"),
    "DATA_FOLDER": str(ROOT / "data"),
    "KNOWLEDGE_FOLDER": str(ROOT / "knowledge"),
    "KNOWLEDGE_CACHE": str(ROOT / "models" / "knowledge.npz"),
    "RASA_CACHE_DIRECTORY": str(ROOT / "var" / "cache" / "rasa"),
}
HARMLESS_KEYS = ("event", "event_info", "placeholder_key", "url")  # of Rasa's structured log entries


def _format_harmless(_: Any, __: str, entry: MutableMapping[str, Any]) -> str:
    return " - ".join(str(entry[key]) for key in HARMLESS_KEYS if entry.get(key))


def _configure_logging(show_warnings: bool, level: str) -> None:
    """Log to stderr, in this process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logs.LineFormatter(os.environ.get("LOG_FORMAT") == "json"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("engine").setLevel(level)
    if not show_warnings:  # Rasa puts payloads into its warnings
        warnings.showwarning = lambda *_, **__: None
    import structlog

    structlog.configure(
        processors=[_format_harmless],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def prepare(show_warnings: bool = False) -> None:
    """Set the environment's defaults, configure logging, and make Rasa importable quickly and without TensorFlow.

    `show_warnings` is for training, where Rasa's warnings are about the data and no member is involved.
    """
    for name, value in ENVIRONMENT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    level = logs.own_level()
    os.environ["LOG_LEVEL"] = os.environ["LOG_LEVEL_LIBRARIES"] = "WARNING"  # Rasa's own
    _configure_logging(show_warnings, level)
    import skops.io  # noqa: F401 - before TensorFlow is there: its scan of loaded modules then costs 10 s

    package_stubs.install_stubs()
