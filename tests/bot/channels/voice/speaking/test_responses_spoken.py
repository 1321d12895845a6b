"""Every response as the phone says it: nothing that only makes sense on a screen, no number left in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from backend.config import ROOT
from backend.language import ENGLISH, LANGUAGES, use_language
from bot.channels.voice.speaking.speech import make_speakable

SLOT = re.compile(r"\{(\w+)\}")
SAMPLES = {
    "office_phone": "555-555-0100", "outage_phone": "555-555-0102", "number": "K7M-4Q2", "confirmation": "K7M-4Q2",
    "reference": "K7M-4Q2", "account": "99999-001", "amount": "$12,345.67", "total": "$1,120.40", "last4": "0142",
    "amount_due": "$112.40", "method": "Visa ending 4242", "email": "ann_b@example.com",
    "portal_url": "https://coop.example/portal", "website": "https://coop.example", "link": "https://coop.example/p/a1",
    "mail": "PO Box 100, Elizabeth, IL 61028", "address": "1204 N Main St, Apt 4B",
}  # fmt: skip
ON_A_SCREEN = re.compile(
    r"https?:|www\.|\b(?:click|tap|below|type|reply (?:yes|no|pay)|press a button|in the list above|write it)\b|"
    r"\b(?:haga clic|toque el|abajo|escriba|escríbalo|oprima un botón)\b",
    re.IGNORECASE,
)
TYPED = re.compile(r"\b(?:[Ss]end|[Rr]eply|[Ee]nvíe|[Mm]ande) [A-Z]{2,}")
GIVEN_NUMBER = re.compile(r"(?:number|número)[^.{]* (?:is|es) \{confirmation\}\.")
TEXTED_ONLY = ("utter_question_phone_last4_of_sender",)  # asked only of who sends texts


def list_spoken(language: str) -> Iterator[tuple[str, str]]:
    """(name, text) of each variant that the phone can say, as the engine chooses them."""
    pattern = "responses.yml" if language == ENGLISH else "responses.es.yml"
    for path in sorted((ROOT / "data").glob(f"**/{pattern}")):
        for name, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            if not name.startswith(TEXTED_ONLY):
                yield from ((name, str(variant.get("text") or "")) for variant in _choose(variants))


def _choose(variants: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The variants for the phone; those for any channel where the phone has none under the same condition."""
    spoken = [one for one in variants if one.get("channel") == "voice"]
    conditions = [one.get("condition") for one in spoken]
    general = [one for one in variants if "channel" not in one and None not in conditions]
    return [*spoken, *(one for one in general if one.get("condition") not in conditions)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phone_says_nothing_that_is_for_a_screen(language: str) -> None:
    with use_language(language):
        spoken = {
            (name, make_speakable(SLOT.sub(lambda slot: SAMPLES.get(slot[1], "it"), text)))
            for name, text in list_spoken(language)
        }
    assert len(spoken) > 400
    assert [found for found in spoken if ON_A_SCREEN.search(found[1])] == []
    assert [found for found in spoken if re.search(r"\d{5}|\d-\d|[$%@_*]|\d\.\d\d\b", found[1])] == []
    assert [found for found in spoken if TYPED.search(found[1])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_given_at_the_end_of_a_clause_is_said_twice(language: str) -> None:
    again = "again: " if language == ENGLISH else "otra vez: "
    checked = 0
    with use_language(language):
        for name, text in list_spoken(language):
            if text.count("{confirmation}") == 1 and GIVEN_NUMBER.search(text):
                checked += 1
                assert again in make_speakable(text.replace("{confirmation}", "K7M-4Q2")), name
    assert checked > 10
