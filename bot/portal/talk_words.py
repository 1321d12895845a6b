"""Words that the assistant says, for pages that ask for the same yes: an authorization must read alike everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from backend.config import ROOT
from backend.language import SPANISH, current_language

FOLDER = ROOT / "data"


def talk_words(skill: str, response: str, state: Mapping[str, object] | None = None, /, **values: object) -> str:
    """A response of data/<skill>/responses.yml in the current language, as it is written for a screen.

    `state` chooses the variant whose conditions it meets, as the slots of a talk do; without it the plain one.
    """
    is_spanish = current_language() == SPANISH
    responses = _load(skill, ".es" if is_spanish else "")
    variants = responses[f"{response}.{SPANISH}" if is_spanish else response]
    template = next(text for conditions, text in variants if conditions == (state or {}))
    return template.format(**values)


@cache
def _load(skill: str, ending: str) -> dict[str, list[tuple[dict[str, object], str]]]:
    """(conditions, text) of each variant without a channel of its own."""
    found = yaml.safe_load((FOLDER / skill / f"responses{ending}.yml").read_text(encoding="utf-8"))
    return {
        name: [(_read_conditions(variant), variant["text"]) for variant in variants if "channel" not in variant]
        for name, variants in found["responses"].items()
    }


def _read_conditions(variant: dict[str, Any]) -> dict[str, object]:
    return {each["name"]: each["value"] for each in variant.get("condition") or ()}
