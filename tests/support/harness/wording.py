"""The words of a response: the variant that fits best, its values put in, as engine/components/nlg.py does.

Of several that fit alike the first is always taken, so that a test may name its words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.support.harness import project

PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")


def uttered(response: dict[str, Any], slots: Mapping[str, Any], channel: str, language: str) -> dict[str, Any]:
    """The bot's event for what an action said. `response` is the action's answer: a name and values."""
    name = response.pop("response")
    buttons = response.pop("buttons", None) or []
    variant = _fitting(name, {**slots, **response}, channel, language)
    words = {key: _filled(variant.get(key), response, name) for key in ("text", "image", "custom", "buttons")}
    return {
        "event": "bot",
        "text": words["text"],
        "data": {**words, "buttons": [*(words["buttons"] or []), *buttons]},
        "metadata": {"utter_action": name},
    }


def _fitting(name: str, values: Mapping[str, Any], channel: str, language: str) -> Mapping[str, Any]:
    """The most conditions win, the channel breaks ties."""
    known = project.responses()
    variants = known.get(f"{name}.{language}") or known.get(name)
    assert variants, f"no response is called {name}"
    fits = [v for v in variants if v.get("channel") in (None, channel) and _holds(v.get("condition") or (), values)]
    assert fits, f"no wording of {name} fits {channel}"
    return max(fits, key=lambda v: (len(v.get("condition") or ()), v.get("channel") is not None))


def _holds(conditions: Any, values: Mapping[str, Any]) -> bool:
    return all(values.get(condition["name"]) == condition["value"] for condition in conditions)


def _filled(value: Any, values: Mapping[str, Any], name: str) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, values, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values, name) for item in value]
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    if whole and isinstance(values.get(whole[1]), dict | list):
        return values[whole[1]]

    def put(found: re.Match[str]) -> str:
        assert values.get(found[1]) is not None, f"{name} lacks a value for {{{found[1]}}}"
        return str(values[found[1]])

    return PLACEHOLDER.sub(put, value.replace("{{", "{").replace("}}", "}"))
