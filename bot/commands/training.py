"""`memberline train`: runs the engine's training, and shows the time left on a terminal."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from backend.config import ROOT
from backend.errors import MemberlineError
from backend.progress import Progress
from bot.commands.child_processes import ENGINE_PYTHON

STAMP = ROOT / "models" / "current.json"
FIRST_TRAINING_SECONDS = 150
LOOK_SECONDS = 0.5


def train(*, if_stale: bool) -> int:
    """The exit status. How long it takes is guessed from the last training on this machine."""
    if not ENGINE_PYTHON.exists():
        raise MemberlineError("The engine's environment is missing: run `make setup`")
    command = [str(ENGINE_PYTHON), "engine/train.py", *(["--if-stale"] if if_stale else [])]
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT) as process, Progress(_last_seconds(), "Training") as progress:  # noqa: S603
        while process.poll() is None:
            time.sleep(LOOK_SECONDS)
            progress.reach(round(time.monotonic() - began))
        return process.returncode


def describe_stale(model: Path, environ: Mapping[str, str]) -> str:
    """What to say of a model that was trained from other data than this version has; empty when it fits, when there is
    none, or when the engine runs elsewhere (ENGINE_URL)."""
    if "ENGINE_URL" in environ or not model.is_file() or _load_model_stamp().is_fresh(ROOT, model):
        return ""
    return f"{model} was trained from other data than this version has: run `memberline train --if-stale`, and restart"


def _load_model_stamp() -> Any:
    """The engine has an environment of its own, so its folder is no package here; this file needs nothing of it."""
    spec = spec_from_file_location("model_stamp", ROOT / "engine" / "model_stamp.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _last_seconds() -> int:
    """Seconds that the last training took."""
    try:
        return max(1, round(json.loads(STAMP.read_text(encoding="utf-8"))["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return FIRST_TRAINING_SECONDS
