"""Builds the stock side's project: what `rasa init` writes, with our sentences, and rules and a form for stock."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
STOCK = Path(__file__).resolve().parent / "stock"
TEMPLATE = STOCK / ".venv/lib/python3.11/site-packages/rasa/cli/initial_project"

SENTENCES_PER_INTENT = 40
"""On all of our sentences DIET trains for most of an hour of CPU time; fewer favor stock's figures."""

FORM_INTENTS = {"quick_pay", "schedule_payment"}
INTENTS_WITHOUT_RULE = {"inform", "choose"}  # answers to a form's question; outside one, stock's own policies decide


@dataclass(frozen=True)
class StockProject:
    """A folder for `rasa train`, and the hash of everything in it that the model depends on."""

    folder: Path
    digest: str
    sentences: int


def build_project(folder: Path, most: int = SENTENCES_PER_INTENT) -> StockProject:
    """Write the project from scratch, with at most `most` sentences per intent.

    config.yml and credentials.yml are those of `rasa init`, but for the assistant's id.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("domain", "data", "actions"):
        (folder / part).mkdir(parents=True)
    config = (TEMPLATE / "config.yml").read_text(encoding="utf-8")
    (folder / "config.yml").write_text(config.replace("placeholder_default", "bench"), encoding="utf-8")
    shutil.copy(TEMPLATE / "credentials.yml", folder)
    shutil.copy(STOCK / "project" / "form_domain.yml", folder / "domain")
    shutil.copy(STOCK / "project" / "form_rules.yml", folder / "data")
    shutil.copy(STOCK / "project" / "stories.yml", folder / "data")
    shutil.copy(STOCK / "project" / "actions.py", folder / "actions" / "actions.py")
    (folder / "actions" / "__init__.py").touch()
    intents, sentences = _copy_sentences(folder / "data", most)
    _write_yaml(folder / "domain" / "answers.yml", _build_answers(intents))
    _write_yaml(folder / "data" / "answer_rules.yml", _build_answer_rules(intents))
    return StockProject(folder, _hash_project(folder), sentences)


def _copy_sentences(target: Path, most: int) -> tuple[list[str], int]:
    """Copy at most `most` sentences per intent; returns the intents and the number of sentences."""
    kept: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data").rglob("nlu.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                kept[block["intent"]] = _sample_evenly(block["examples"].splitlines(), most)
    nlu = [{"intent": intent, "examples": "\n".join(lines) + "\n"} for intent, lines in sorted(kept.items())]
    _write_yaml(target / "nlu.yml", {"version": "3.1", "nlu": nlu})
    return sorted(kept), sum(map(len, kept.values()))


def _sample_evenly(lines: list[str], most: int) -> list[str]:
    """At most `most` lines, evenly spaced over the list."""
    if len(lines) <= most:
        return lines
    return [lines[place * len(lines) // most] for place in range(most)]


def _answered_intents(intents: list[str]) -> list[str]:
    return [intent for intent in intents if intent not in FORM_INTENTS | INTENTS_WITHOUT_RULE]


def _build_answers(intents: list[str]) -> dict[str, Any]:
    words = _read_own_answers()
    responses = {
        f"utter_{intent}": [{"text": words.get(intent, "I can help with that. Call us, or ask again.")}]
        for intent in _answered_intents(intents)
    }
    return {"version": "3.1", "intents": intents, "responses": responses}


def _read_own_answers() -> dict[str, str]:
    """The plain wording of each of our answers, its slots filled with a phone number."""
    words = {}
    for file in sorted((ROOT / "data").rglob("responses.yml")):
        for name, variants in (yaml.safe_load(file.read_text(encoding="utf-8")).get("responses") or {}).items():
            plain = [v["text"] for v in variants if "text" in v and "channel" not in v and "condition" not in v]
            if name.startswith("utter_answer_") and plain:
                words[name.removeprefix("utter_answer_")] = re.sub(r"\{\w+\}", "(555) 555-0100", plain[0])
    return words


def _build_answer_rules(intents: list[str]) -> dict[str, Any]:
    rules = [
        {"rule": f"answer {intent}", "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
        for intent in _answered_intents(intents)
    ]
    return {"version": "3.1", "rules": rules}


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, width=1000), encoding="utf-8")


def _hash_project(folder: Path) -> str:
    # credentials and the texts of answers are read at run time and need no training
    at_run_time = {"credentials.yml", "answers.yml"}
    total = hashlib.sha256((STOCK / "uv.lock").read_bytes())
    for path in sorted(path for path in folder.rglob("*.yml") if path.name not in at_run_time):
        total.update(f"{path.relative_to(folder)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
