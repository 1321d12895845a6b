"""Trains the model: `python engine/train.py [--if-stale | --check]`.

The model replaces the one in use only when training succeeded. What Rasa prints goes to var/logs/train.log.
"""

import argparse
import fcntl
import os
import shutil
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import bootstrap, model_stamp  # noqa: E402 - the line above makes them importable


class TrainingFailedError(Exception):
    """Training ended without a model; the text says why in a line."""


@contextmanager
def training_lock(folder: Path) -> Iterator[None]:
    """Wait while another process trains into the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def redirect_output(log: Path) -> Iterator[TextIO]:
    """Send everything that this process prints to `log`; yields the real standard output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    kept_out, kept_err = os.dup(1), os.dup(2)
    with log.open("w", encoding="utf-8") as file, os.fdopen(os.dup(kept_out), "w") as screen:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield screen
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os.dup2(kept_out, 1)
            os.dup2(kept_err, 2)
            os.close(kept_out)
            os.close(kept_err)


def run_rasa(project: Path, work: Path, from_scratch: bool) -> Path:
    """Train into `work` and return the archive; `from_scratch` uses nothing cached from earlier trainings.

    Raises:
        TrainingFailedError: whatever went wrong.
    """
    os.environ["DATA_FOLDER"] = str(project / "data")
    bootstrap.prepare(show_warnings=True)
    try:
        from rasa.model_training import train

        domain = project / "domain.yml"
        result = train(
            domain=str(domain if domain.is_file() else project / "domain"),
            config=str(project / "config.yml"),
            training_files=str(project / "data"),
            output=str(work),
            fixed_model_name="current.tar.gz",
            force_training=from_scratch,
        )
    except (Exception, SystemExit) as error:  # Rasa ends the process on some mistakes in the data
        first_line = next(iter(str(error).strip().splitlines()), "")
        raise TrainingFailedError(f"{type(error).__name__}: {first_line}") from error
    if result.code or not result.model:
        raise TrainingFailedError("Rasa made no model")
    return Path(result.model)


def read_knowledge() -> None:
    """Work out the vectors of knowledge/, which the first engine would else do at its start: 8 seconds of a core."""
    from engine.components.encoder import shared_encoder
    from engine.components.knowledge import KnowledgeIndex

    KnowledgeIndex.from_environment(shared_encoder())


def train(project: Path, model: Path, log: Path) -> None:
    """Train and put the model and its stamp in place."""
    inputs, code = model_stamp.project_digest(project), model_stamp.code_digest()
    work = model.parent / f".work-{os.getpid()}"
    started = time.monotonic()
    print(f"Training the model, two minutes or more (details in {log}) ...", flush=True)
    try:
        with redirect_output(log):
            try:
                made = run_rasa(project, work, from_scratch=model_stamp.read_stamp(model).get("code") != code)
            except TrainingFailedError:
                traceback.print_exc()
                raise
            if project == bootstrap.ROOT:
                read_knowledge()
        os.replace(made, model)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    seconds = round(time.monotonic() - started, 1)
    trained_at = datetime.now(UTC).isoformat(timespec="seconds")
    model_stamp.write_stamp(model, {"inputs": inputs, "code": code, "trained_at": trained_at, "seconds": seconds})
    print(f"Trained {model} in {seconds:.0f} s.", flush=True)


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--project", type=Path, default=bootstrap.ROOT, help="folder with config, domain and data")
    parser.add_argument("--model", type=Path, help="default: models/current.tar.gz of the project")
    parser.add_argument("--log", type=Path, help="default: var/logs/train.log of the project")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--if-stale", action="store_true", help="train only when something changed since")
    what.add_argument("--check", action="store_true", help="only tell: status 0 when fresh, 1 when stale")
    arguments = parser.parse_args()
    project = arguments.project.resolve()
    model = (arguments.model or project / "models" / "current.tar.gz").resolve()
    if arguments.check:
        fresh = model_stamp.is_fresh(project, model)
        print(f"{model} is {'fresh' if fresh else 'stale'}")
        return 0 if fresh else 1
    log = arguments.log or project / "var" / "logs" / "train.log"
    with training_lock(model.parent):
        if arguments.if_stale and model_stamp.is_fresh(project, model):
            return 0
        try:
            train(project, model, log)
        except TrainingFailedError as error:
            print(f"training failed: {error}; the whole story is in {log}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
