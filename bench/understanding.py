"""Measures the cost of understanding a message: the engine's intents, and the app's reading of numbers and dates."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from backend.reading.extract_all import extract_all
from backend.reading.language import detect_language
from backend.reading.spanish import to_english
from bench.environment import ENGINE_PYTHON, OUR_MODEL, BenchError
from bench.load_test import percentile
from bench.stock_project import ROOT

SAMPLE_STEP = 12  # every 12th training sentence
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def load_sentences() -> list[str]:
    """Training sentences in both languages, the longer ones without a letter, so that the model has not seen them."""
    found = []
    for path in sorted((ROOT / "data").rglob("nlu*.yml")):
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            found += [line[2:] for line in intent["examples"].splitlines() if line.startswith("- ")]
    halves = [(text, len(text) // 2) for text in found[::SAMPLE_STEP]]
    return [text[:half] + text[half + 1 :] if len(text) > 8 else text for text, half in halves]


def measure_understanding(folder: Path) -> dict[str, Any]:
    """CPU milliseconds for a message: median, 95th percentile and mean for the engine, the app, and both together."""
    texts = load_sentences()
    file = folder / "sentences.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    engine = _time_engine(file)
    app = [_time_reading(text) for text in texts]
    both = [one + other for one, other in zip(engine, app, strict=True)]
    figures = {"messages": len(texts)}
    for name, took in (("engine", engine), ("app", app), ("both", both)):
        figures |= {f"{name}_{share}": round(percentile(took, share), 2) for share in (50, 95)}
        figures |= {f"{name}_mean": round(sum(took) / len(took), 2)}
    return figures


def _time_engine(file: Path) -> list[float]:
    command = [str(ENGINE_PYTHON), "engine/parse.py", str(file), "--model", str(OUR_MODEL), "--timed"]
    environment = {**os.environ, **ONE_CORE}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"understanding could not be timed: {done.stderr.strip().splitlines()[-1:]}")
    return [float(took) for took in json.loads(done.stdout.strip().splitlines()[-1])]


def _time_reading(text: str) -> float:
    # as the app and the form that asks for an amount do it
    today = date.today()
    began = time.process_time_ns()
    words = to_english(text) if detect_language(text, "en") == "es" else text
    extract_all(words, asked="amount", today=today, due_cents=11240)
    return (time.process_time_ns() - began) / 1e6
