"""The training sentences themselves: complete, distinct, and never claimed by two intents."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.support.yaml_files import read_yaml

DATA = Path(__file__).resolve().parents[2] / "data"

SHARED = {
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "repeat",
    "help_capabilities",
    "cancel",
    "inform",
    "out_of_scope",
}
FLOORS = {"out_of_scope": 300}
FLOOR = 40


def fold(text: str) -> str:
    """Case and punctuation away: what is left is what a recognizer or a hurried thumb would send."""
    return re.sub(r"[^a-z0-9áéíóúüñ]+", " ", text.lower()).strip()


def examples_in(path: Path) -> dict[str, list[str]]:
    """The examples of one Rasa 3.1 file, by intent, in order."""
    document = read_yaml(path)
    assert document["version"] == "3.1", path
    found: dict[str, list[str]] = {}
    for block in document["nlu"]:
        lines = [line for line in block["examples"].splitlines() if line.strip()]
        assert all(line.startswith("- ") for line in lines), f"{path}: an example without its dash"
        assert block["intent"] not in found, f"{path}: {block['intent']} stands there twice"
        found[block["intent"]] = [line[2:].strip() for line in lines]
    return found


def all_examples(files: str = "nlu.yml") -> dict[str, list[str]]:
    """Every example of the project in the files called so, by intent."""
    merged: dict[str, list[str]] = defaultdict(list)
    for path in sorted(DATA.glob(f"**/{files}")):
        for intent, examples in examples_in(path).items():
            merged[intent] += examples
    return dict(merged)


SKILLS = {path.parent.name: frozenset(examples_in(path)) for path in sorted(DATA.glob("*/nlu.yml"))}
"""The intents of each skill that has some: those of the file in its folder."""


@pytest.fixture(scope="module")
def examples() -> dict[str, list[str]]:
    return all_examples()


def test_each_intent_stands_in_one_folder_and_in_the_domain() -> None:
    intents = [intent for found in SKILLS.values() for intent in found]
    assert {intent for intent, count in Counter(intents).items() if count > 1} == set()
    domain = read_yaml(DATA.parent / "domain.yml")
    assert set(intents) | SHARED <= set(domain["intents"])


def test_the_shared_file_holds_the_shared_intents() -> None:
    assert set(examples_in(DATA / "nlu.yml")) == SHARED


@pytest.mark.parametrize("intent", sorted(SHARED.union(*SKILLS.values())))
def test_every_intent_has_enough_distinct_examples(intent: str, examples: dict[str, list[str]]) -> None:
    assert len({fold(text) for text in examples[intent]}) >= FLOORS.get(intent, FLOOR)


def test_spanish_has_every_intent_with_enough_examples(examples: dict[str, list[str]]) -> None:
    spanish = all_examples("nlu.es.yml")
    assert set(spanish) == set(examples)
    assert {intent: len(texts) for intent, texts in spanish.items() if len({fold(t) for t in texts}) < FLOOR} == {}


@pytest.mark.parametrize("files", ["nlu.yml", "nlu.es.yml"])
def test_no_example_is_written_twice_or_claimed_by_two_intents(files: str) -> None:
    owners: dict[str, Counter[str]] = defaultdict(Counter)
    for intent, texts in all_examples(files).items():
        for text in texts:
            owners[fold(text)][intent] += 1
    assert {text: dict(count) for text, count in owners.items() if count.total() > 1} == {}


def test_examples_are_plain_sentences(examples: dict[str, list[str]]) -> None:
    """Brackets and braces would be read as entity annotations, a leading slash as an intent payload."""
    for intent, texts in examples.items():
        for text in texts:
            assert fold(text), f"{intent}: an example without a word"
            assert not re.search(r"[\[\]{}|]|^/", text), f"{intent}: {text!r}"
            assert text.isascii(), f"{intent}: {text!r}"


def test_no_example_carries_a_card_or_social_security_number(examples: dict[str, list[str]]) -> None:
    for intent, texts in examples.items():
        for text in texts:
            assert not re.search(r"\d{3}-\d{2}-\d{4}|(?:\d[ -]?){13,}", text), f"{intent}: {text!r}"
