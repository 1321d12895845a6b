"""How long a caller is talked to at 150 words a minute: greeting, menus, and texts before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from backend.config import ROOT
from backend.coop import load_coop
from backend.knowledge import service as knowledge_files
from backend.language import ENGLISH, SPANISH, use_language
from bot.channels.voice.speaking import menu, prompts, waiting
from bot.channels.voice.speaking.parts import is_emergency, speaking_seconds
from bot.channels.voice.steps import AskStep, CallPosition
from bot.dialogue.messages import Button, Message, Reply

COOP = load_coop(ROOT / "coop.toml")
LANGUAGES = (ENGLISH, SPANISH)
LONG_WORDS = 30
"""Shorter texts are said in less than twenty seconds, phone numbers and all."""
VALUES = {"amount": "$112.40", "day": "Monday, November 30", "account": "99999-001", "office_phone": "555-555-0100"}


def seconds(step: AskStep) -> float:
    return speaking_seconds(*step.uninterruptible, step.language_offer, *step.interruptible)


@pytest.mark.parametrize("language", LANGUAGES)
def test_greeting_takes_eight_seconds_and_the_menu_fifteen(language: str) -> None:
    with use_language(language):
        assert speaking_seconds(menu.format_opening(COOP)) <= 8
        opening = prompts.build_question(menu.build_main_menu(), CallPosition(1))
        assert seconds(opening) <= 15
        for misses in (1, 2):
            again = prompts.build_reprompt(
                menu.build_main_menu(), CallPosition(2, misses=misses), start=menu.NOT_UNDERSTOOD
            )
            assert seconds(again) <= 15
        for is_open in (True, False):
            offer = waiting.build_help_offer(COOP, is_open=is_open)
            assert speaking_seconds(*prompts.list_texts(offer)) <= 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_of_the_dialogue_is_no_longer(language: str) -> None:
    start = (Button("Pay my bill", "/quick_pay"), Button("What I owe", "/check_balance"))
    with use_language(language):
        for text in ("I did not get that. What would you like?", "This is one of many sentences. " * 5):
            step = prompts.build_question(Reply((Message(text, start),)), CallPosition(2, 1))
            assert seconds(step) <= 15
            assert " 3." in " ".join(step.interruptible) or len(text) > 50


def walk(reply: Reply) -> Iterator[AskStep]:
    """The steps in which a reply is said, each time with the wish to go on."""
    position = CallPosition(2, 1)
    while True:
        step = prompts.build_question(reply, position)
        yield step
        if not step.position.part:
            return
        position = step.position


SENTENCE_END = r"(?<=[.!?])\s+"


def seconds_until_question(step: AskStep) -> float:
    """Of talk before something is asked."""
    said = re.split(SENTENCE_END, " ".join((*step.uninterruptible, *step.interruptible)))
    asked = next((place for place, sentence in enumerate(said) if sentence.endswith("?")), len(said))
    return speaking_seconds(*said[:asked])


def is_asked_too_late(reply: Reply) -> bool:
    """Whether something longer than 20 seconds is said in one go. A sentence is never cut, and danger is told whole."""
    texts = prompts.list_texts(reply)
    if is_emergency(texts) or sum(len(text.split()) for text in texts) < LONG_WORDS:
        return False
    most = max(20.0, *(speaking_seconds(line) for text in texts for line in re.split(SENTENCE_END, text)))
    return any(seconds_until_question(step) > most for step in walk(reply))


def voice_variants(variants: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What a caller can hear: the variants for voice, or else those for every channel."""
    conditions = [str(variant.get("condition")) for variant in variants if variant.get("channel") == "voice"]
    for variant in variants:
        channel = variant.get("channel")
        if channel == "voice" or (channel is None and str(variant.get("condition")) not in conditions):
            yield variant


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_longer_than_twenty_seconds_is_said_without_a_question(language: str) -> None:
    pattern = "responses.yml" if language == ENGLISH else "responses.es.yml"
    late = []
    with use_language(language):
        for path in (ROOT / "data").rglob(pattern):
            for name, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
                for variant in voice_variants(variants):
                    text = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "a b c"), variant.get("text") or "")
                    hints = variant.get("custom") if isinstance(variant.get("custom"), dict) else {}
                    if is_asked_too_late(Reply((Message(text, hints=hints or {}),))):
                        late.append(name)
    assert late == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_from_knowledge_come_in_parts(language: str) -> None:
    knowledge = knowledge_files.load()
    with use_language(language):
        texts = {subject: knowledge.answer_subject(subject, COOP, language).text for subject in knowledge.subjects}
        late = [subject for subject, text in texts.items() if is_asked_too_late(Reply((Message(text),)))]
    assert late == []


def test_a_consent_in_parts_is_agreed_to_only_at_its_end() -> None:
    words = "You let us take $10 each month from the card that you name here. " * 5
    consent = Reply((Message(words + "Do you agree?", hints={"expect": "confirm"}),))
    steps = list(walk(consent))
    assert len(steps) > 1
    assert all(step.reply != consent for step in steps[:-1])
    assert steps[-1].reply == consent
    said = " ".join(" ".join(step.uninterruptible) for step in steps)
    assert said == words + "Do you agree?"
