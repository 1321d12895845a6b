"""Recognizes the responses and choices in what the assistant says.

The patterns come from data/**/responses*.yml, so a new skill or language needs no line here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from backend.config import ROOT
from bot.channels.voice.speaking.prompts import YES_OR_NO_AT_END
from bot.channels.voice.speaking.speech import make_speakable
from lab.channel_clients import ChannelClient, WebChatClient

VALUE_SLOT = re.compile(r"\{\w+\}")
MIN_LETTERS = 8
"""A wording with fewer letters of its own is too short to be recognized."""
KEYED_CHOICE = re.compile(r"(?:^|(?<=[.?!]))\s*(?:(?:To|For) )?([^.?!]+?), press (\d)\.")
NUMBERED_CHOICE = re.compile(r"(\d) (.+?)(?=, \d |$)")


@dataclass(frozen=True)
class ResponseMatch:
    """A response found in a text, at [start, end)."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class OfferedChoice:
    """A choice: its title, and the line that takes it on this channel."""

    title: str
    line: str


@dataclass(frozen=True)
class ResponsePattern:
    name: str
    pattern: re.Pattern[str]


def match_responses(text: str, channel: str) -> list[str]:
    """The names of the responses in a text, in order."""
    plain = keep_letters(text)
    found = []
    for wording in load_patterns(channel == "voice"):
        if match := wording.pattern.search(plain):
            found.append(ResponseMatch(wording.name, *match.span()))
    return [one.name for one in sorted(_keep_outermost(found), key=lambda one: (one.end, one.start))]


def _keep_outermost(found: Iterable[ResponseMatch]) -> list[ResponseMatch]:
    """Drop matches that are part of another one."""
    kept: list[ResponseMatch] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if not any(other.start <= one.start and one.end <= other.end for other in kept):
            kept.append(one)
    return kept


@cache
def load_patterns(spoken: bool) -> tuple[ResponsePattern, ...]:
    """A pattern for every variant of every response, as it is written or as it is spoken."""
    made = {}
    for path in sorted(Path(ROOT / "data").glob("**/responses*.yml")):
        for name, variants in (yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}).items():
            for variant in variants:
                if pattern := _build_pattern(str(variant.get("text") or ""), spoken):
                    plain = name.split(".")[0]  # `.es` is the same response in Spanish
                    made[plain, pattern] = ResponsePattern(plain, re.compile(pattern))
    return tuple(made.values())


def _build_pattern(text: str, spoken: bool) -> str:
    text = YES_OR_NO_AT_END.sub("?", text) if spoken else text
    parts = [keep_letters(make_speakable(part) if spoken else part) for part in VALUE_SLOT.split(text)]
    if sum(len(part.replace(" ", "")) for part in parts) < MIN_LETTERS:
        return ""
    whole = r"\b.{0,400}?\b".join(re.escape(part) for part in parts if part)
    return rf"\b{whole}\b"


def keep_letters(text: str) -> str:
    """Only the letters, single spaces between words."""
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


def extract_choices(text: str, client: ChannelClient) -> list[OfferedChoice]:
    """The choices that can be pressed, keyed or answered by their number."""
    if isinstance(client, WebChatClient):
        return [OfferedChoice(title, title) for title in client.offered]
    if client.channel == "voice":
        return [OfferedChoice(title.strip(), f"<{key}>") for title, key in KEYED_CHOICE.findall(text) if key != "0"]
    last = next((line for line in reversed(text.splitlines()) if line.startswith("1 ")), "")
    return [OfferedChoice(title, number) for number, title in NUMBERED_CHOICE.findall(last)]
