"""Whole conversations through the real edge, engine, database and card network, on each channel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab.player import load_script
from lab.served_system import SystemPool
from tests.transcripts.player import HERE, list_transcripts, play_transcript, script_office

SAYS_OTHERWISE = {
    "account_creation/digits",
    "arrangement/halves",
    "balance/asked_beside_a_payment",
    "balance/by_place",
    "conversation/digressions",
    "conversation/half_a_number",
    "conversation/not_understood",
    "conversation/separator",
    "faq/19_other_words",
    "faq/20_safe_and_down",
    "quick_pay/refusals",
    "service/stop",
}
"""Scripts that are answered in other words by text than in the web chat, in one of their languages at least."""
TEXT_CHANNELS = {"sms", "web"}


def is_played(path: Path, channel: str) -> bool:
    """Whether `make test` plays it there; with ALL_CHANNELS=1 it plays everything.

    A script that is answered in the same words by text and in the web chat is played in the chat in English and by text
    in Spanish. One with words of its own for either, and whatever is about danger, is played on all its channels.
    """
    if os.environ.get("ALL_CHANNELS"):
        return True
    name = path.relative_to(HERE).with_suffix("").as_posix()
    script = load_script(path)
    own = {key.removeprefix("hear_") for turn in script["turns"] for key in turn} & TEXT_CHANNELS
    if own or name.startswith("outage/") or name.removesuffix(".es") in SAYS_OTHERWISE:
        return True
    spared = "web" if name.endswith(".es") else "sms"
    return channel != spared or not set(script["channels"]) >= TEXT_CHANNELS


ALL = [play for play in list_transcripts(HERE) if is_played(*play)]


@pytest.mark.engine
@pytest.mark.parametrize(("path", "channel"), ALL, ids=[f"{p.relative_to(HERE).with_suffix('')}-{c}" for p, c in ALL])
def test_transcript(offices: SystemPool, path: Path, channel: str) -> None:
    play_transcript(offices.get_system(script_office(path)), path, channel)
