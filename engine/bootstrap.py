"""What must be true before Rasa is imported; every script of this folder calls ``prepare`` first."""

import importlib.util
import os
from pathlib import Path

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
    "ANSWERS_FOLDER": str(ROOT / "data" / "answers"),
    "KNOWLEDGE_FOLDER": str(ROOT / "knowledge"),
    "KNOWLEDGE_CACHE": str(ROOT / "models" / "knowledge.npz"),
    "RASA_CACHE_DIRECTORY": str(ROOT / "var" / "cache" / "rasa"),
}


def prepare(show_warnings: bool = False) -> None:
    """Set the environment's defaults, quieten logging, make Rasa importable quickly and without TensorFlow.

    ``show_warnings`` is for training, where Rasa's warnings are about the data and no member is involved.
    """
    for name, value in ENVIRONMENT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ["LOG_LEVEL"] = os.environ["LOG_LEVEL_LIBRARIES"] = "WARNING"
    from engine import logs, tf_stub

    logs.configure_logging(show_warnings)
    import skops.io  # noqa: F401 - before TensorFlow is there: its scan of loaded modules then costs 10 s

    if importlib.util.find_spec("tensorflow") is None:
        tf_stub.install_stub()
