"""Prepares both sides: the environment of stock Rasa, and a model of each with its training time."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.processes import read_machine_busy_ms
from bench.stock_project import ROOT, STOCK, StockProject

STOCK_PYTHON = STOCK / ".venv" / "bin" / "python"
ENGINE_PYTHON = ROOT / "engine" / ".venv" / "bin" / "python"
STOCK_MODELS = STOCK / "models"
OUR_MODEL = ROOT / "models" / "current.tar.gz"
OUR_TRAINING = ROOT / "bench" / "results" / "training.json"


class BenchError(Exception):
    """The bench cannot continue; the message says why and what to do, in one line."""


@dataclass(frozen=True)
class TrainingRecord:
    """One training from scratch: its wall-clock and CPU seconds, and its data."""

    wall_s: float
    cpu_s: float
    others_share: float  # share of the machine (0 to 1) that went to other work
    sentences: int
    digest: str
    trained_at: str


def build_environment(**more: str) -> dict[str, str]:
    """This process's environment with byte code allowed, Rasa's telemetry off, and `more` added."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "UV_PYTHON_DOWNLOADS": "never", "RASA_TELEMETRY_ENABLED": "false", **more}


def set_up_stock() -> None:
    """Install stock Rasa with TensorFlow from its lock file, once; byte code is compiled as for memberline."""
    ready = STOCK / ".venv" / ".ready"
    lock = STOCK / "uv.lock"
    if ready.exists() and ready.stat().st_mtime >= lock.stat().st_mtime:
        return
    print(
        "Setting up stock Rasa with TensorFlow in bench/stock/.venv (about 600 MB to download, 2 GB on disk) ...",
        flush=True,
    )
    own_uv = ROOT / ".tools" / "uv" / "bin" / "uv"
    uv = str(own_uv) if own_uv.exists() else shutil.which("uv")
    if not uv:
        raise BenchError("uv is missing: run `make setup` first.")
    command = [uv, "sync", "--quiet", "--frozen", "--compile-bytecode", "--python", "3.11"]
    done = subprocess.run(
        command, cwd=STOCK, env=build_environment(PYTHONPATH=str(ROOT / ".tools" / "uv")), check=False
    )
    if done.returncode:
        raise BenchError("Stock Rasa could not be installed into bench/stock/.venv; what uv says is above.")
    ready.touch()


def prepare_stock_model(project: StockProject, *, retrain: bool, keep: bool) -> tuple[Path, TrainingRecord]:
    """Stock's model of these sentences, trained if it is missing; with `keep` the newest model is used instead."""
    model = STOCK_MODELS / f"{project.digest}.tar.gz"
    if keep and not model.exists() and (others := sorted(STOCK_MODELS.glob("*.tar.gz"), key=os.path.getmtime)):
        model = others[-1]
        print(f"Keeping {model.name}, which was trained from other sentences than there are now.")
    if retrain or not model.exists():
        print("Training stock Rasa (DIET and TED; several minutes, once for these sentences) ...", flush=True)
        _train_stock(project, model)
    return model, _read_record(_record_path(model))


def _train_stock(project: StockProject, model: Path) -> None:
    work = project.folder.parent / "training"
    command = [str(STOCK_PYTHON), "-m", "rasa", "train", "--force", "--fixed-model-name", "model"]
    command += ["--config", "config.yml", "--domain", "domain", "--data", "data", "--out", str(work)]
    took = _run_timed(command, project.folder, project.folder.parent / "train.log")
    STOCK_MODELS.mkdir(exist_ok=True)
    os.replace(work / "model.tar.gz", model)
    _write_record(_record_path(model), TrainingRecord(*took, project.sentences, project.digest, _now()))


def time_own_training(*, retrain: bool) -> TrainingRecord:
    """The training time of memberline from scratch, measured again when the model in use has changed."""
    digest = json.loads(OUR_MODEL.with_name("current.json").read_text(encoding="utf-8"))["inputs"][:16]
    if retrain or not OUR_TRAINING.exists() or _read_record(OUR_TRAINING).digest != digest:
        print("Training memberline once more from nothing, to time it ...", flush=True)
        work = STOCK / "work" / "memberline"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        command = [str(ENGINE_PYTHON), "engine/train.py", "--model", str(work / "current.tar.gz")]
        took = _run_timed(command, ROOT, STOCK / "work" / "train-memberline.log")
        files = [file.read_text(encoding="utf-8").splitlines() for file in (ROOT / "data").rglob("nlu.yml")]
        count = sum(line.lstrip().startswith("- ") and "- intent:" not in line for lines in files for line in lines)
        _write_record(OUR_TRAINING, TrainingRecord(*took, count, digest, _now()))
    return _read_record(OUR_TRAINING)


def _run_timed(command: list[str], folder: Path, log: Path) -> tuple[float, float, float]:
    """Run a command: wall-clock seconds, CPU seconds, and the share of other work. Raises BenchError if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before, busy, began = _children_cpu_seconds(), read_machine_busy_ms(), time.monotonic()
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=folder, env=build_environment(), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        raise BenchError(f"Training failed: the whole story is in {log}")
    wall_s, cpu_s = time.monotonic() - began, _children_cpu_seconds() - before
    others = ((read_machine_busy_ms() - busy) / 1000 - cpu_s) / (wall_s * (os.cpu_count() or 1))
    return round(wall_s, 1), round(cpu_s, 1), round(max(0.0, others), 3)


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _record_path(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_record(record: Path, training: TrainingRecord) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(asdict(training), indent=1) + "\n", encoding="utf-8")


def _read_record(record: Path) -> TrainingRecord:
    return TrainingRecord(**json.loads(record.read_text(encoding="utf-8")))
