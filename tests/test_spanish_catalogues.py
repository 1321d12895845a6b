"""The es.po files together: each text means one thing, and what pages say is among them."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from backend.config import ROOT
from backend.language import PACKAGES, SPANISH, load_catalog

QUOTED = r'"((?:[^"\\]|\\.)*)"'
IN_TEMPLATES = re.compile(rf"\btr\({QUOTED}")
COUNTED = re.compile(rf"\btr_count\({QUOTED}, {QUOTED}")
TAG_TEXT = re.compile(r">\s*([A-Za-z][^<>{}]*)<")
ENGLISH_ONLY = {"outbox.html"}  # a developer's page
TEMPLATES = sorted(
    path
    for folder in ("bot/portal/templates", "bot/templates", "bot/staff/templates")
    for path in (ROOT / folder).rglob("*.html")
    if path.name not in ENGLISH_ONLY
)
SAME_IN_BOTH = {"memberline sync", "kWh", "English", "Español", "Quick Pay"}


def test_a_text_has_one_translation() -> None:
    """They are read as one: of two translations the later file's would be said everywhere."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("es.po")):
            with path.open("rb") as file:
                for entry in read_po(file, locale=SPANISH):
                    found.setdefault(str(entry.id), set()).add(str(entry.string))
    found.pop("", None)
    assert {text: words for text, words in found.items() if len(words) > 1} == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_of_a_page_has_its_spanish(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    counted = {each for pair in COUNTED.findall(text) for each in pair}
    assert {*IN_TEMPLATES.findall(text), *counted} - set(load_catalog()) == set(), "add these to bot/portal/es.po"
    left = {words.strip() for words in TAG_TEXT.findall(text)} - SAME_IN_BOTH
    assert left == set(), "these go through tr()"
