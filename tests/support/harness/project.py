"""The dialogue's files, read once: domain.yml, data/**/rules.yml and data/**/responses*.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from backend.config import ROOT
from tests.support.yaml_files import read_yaml

Variants = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Rules:
    """What Rasa's rules say, as far as the project uses them.

    `first`: the action that an intent's rule runs. `opens`: the form that this rule leaves open. `closes`: the action
    that follows when a form has ended.
    """

    first: Mapping[str, str]
    opens: Mapping[str, str]
    closes: Mapping[str, str]


@cache
def domain() -> Mapping[str, Any]:
    """domain.yml as it is written."""
    return read_yaml(ROOT / "domain.yml")


@cache
def rules() -> Rules:
    """The rules of every skill together."""
    first: dict[str, str] = {}
    opens: dict[str, str] = {}
    closes: dict[str, str] = {}
    for rule in _all("rules.yml", "rules"):
        steps = rule["steps"]
        intents = list(_intents(steps[0]))
        if intents:
            first |= dict.fromkeys(intents, steps[1]["action"])
            form = next((step["active_loop"] for step in steps if step.get("active_loop")), None)
            opens |= dict.fromkeys(intents, form) if form else {}
        else:
            closes[steps[0]["action"]] = steps[-1]["action"]
    return Rules(first, opens, closes)


@cache
def responses() -> Mapping[str, Variants]:
    """Every response by its name; a Spanish one ends in `.es`."""
    found: dict[str, Variants] = {}
    for name in ("responses.yml", "responses.es.yml"):
        for path in sorted((ROOT / "data").rglob(name)):
            found |= read_yaml(path).get("responses") or {}
    return found


def _all(name: str, key: str) -> Iterator[Any]:
    for path in sorted((ROOT / "data").rglob(name)):
        yield from read_yaml(path).get(key) or []


def _intents(step: Mapping[str, Any]) -> Iterator[str]:
    for one in step.get("or") or [step]:
        if "intent" in one:
            yield one["intent"]
