"""Every English text has a Spanish one, with the same values, hints and buttons."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from backend.config import ROOT
from backend.language import load_catalog
from tests.support.yaml_files import read_yaml

PLACEHOLDER = re.compile(r"\{([a-z_]\w*)\}")
Variants = list[dict[str, Any]]


def responses(name: str) -> dict[str, Variants]:
    """Every response of the files called `name` below data/."""
    found: dict[str, Variants] = {}
    for path in sorted((ROOT / "data").rglob(name)):
        found |= read_yaml(path).get("responses", {})
    return found


ENGLISH = responses("responses.yml")
SPANISH = {name.removesuffix(".es"): variants for name, variants in responses("responses.es.yml").items()}


def situations(variants: Variants) -> set[tuple[str | None, str]]:
    """The channels and conditions that have words of their own."""
    return {(v.get("channel"), str(sorted(map(str, v.get("condition") or [])))) for v in variants}


def values(variants: Variants) -> set[str]:
    texts = [str(v.get("text", "")) + str(v.get("image", "")) + str(v.get("custom", "")) for v in variants]
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def hints(variants: Variants) -> set[str]:
    return {str(v.get("custom")) for v in variants}


def payloads(variants: Variants) -> list[list[str]]:
    return sorted([button["payload"] for button in v.get("buttons") or []] for v in variants)


def test_every_response_has_a_spanish_one_and_no_other_is_there() -> None:
    assert set(ENGLISH) == set(SPANISH)


@pytest.mark.parametrize("name", sorted(set(ENGLISH) & set(SPANISH)))
def test_a_spanish_response_does_the_same(name: str) -> None:
    english, spanish = ENGLISH[name], SPANISH[name]
    assert situations(spanish) == situations(english), "the same channels and conditions"
    assert values(spanish) == values(english), "the same values"
    assert hints(spanish) == hints(english), "the same hints"
    assert {str(each) for each in payloads(spanish)} == {str(each) for each in payloads(english)}, "the same buttons"


def _texts(arguments: list[ast.expr]) -> set[str]:
    return {each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _marked(path: Path) -> set[str]:
    """The texts that code hands to `tr` or `mark`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "mark"):
            found |= _texts(node.args[:1])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr_count":
            found |= _texts(node.args[:2])
    return found


def test_every_text_of_the_code_has_its_spanish() -> None:
    files = [path for package in ("actions", "backend", "bot") for path in (ROOT / package).rglob("*.py")]
    texts = {text for path in files for text in _marked(path)}
    assert texts - set(load_catalog()) == set(), "add these to the es.po beside the code"


def test_text_is_the_same_in_spanish_everywhere() -> None:
    """All files are one catalog: a second Spanish for the same English would take the first one's place."""
    translations: dict[str, set[str]] = {}
    for path in [path for package in ("actions", "backend", "bot") for path in (ROOT / package).rglob("es.po")]:
        with path.open("rb") as file:
            for entry in read_po(file, locale="es"):
                translations.setdefault(str(entry.id), set()).add(str(entry.string))
    assert {text: words for text, words in translations.items() if len(words) > 1} == {}


def test_spanish_texts_have_the_same_values() -> None:
    differ = {e: s for e, s in load_catalog().items() if set(PLACEHOLDER.findall(e)) != set(PLACEHOLDER.findall(s))}
    assert differ == {}
