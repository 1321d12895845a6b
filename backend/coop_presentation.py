"""How the co-op shows itself: the outage banner, greetings, what the chat offers first, color and logo. Read from the
tables [banner], [greetings], [starters] and [look] of coop.toml, none of which must be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from backend.coop_colors import (
    DARK_GROUNDS,
    HEX_COLOR,
    LEAST_CONTRAST,
    LIGHT_GROUNDS,
    find_least_contrast,
    nearest_readable,
)
from backend.coop_table import read_optional_table
from backend.language import ENGLISH, LANGUAGES, SPANISH

DEFAULT_ACCENT = "#0b5f57"
DEFAULT_DARK_ACCENT = "#7bd3c3"
LONGEST_BANNER = 240  # characters: it is told on the phone too
LONGEST_GREETING = 300
LONGEST_STARTER = 40
MOST_STARTERS = 6
SAYS_MACHINE: Mapping[str, str] = MappingProxyType({ENGLISH: "automated", SPANISH: "automátic"})
"""A greeting of the chat has this: a member must learn that a machine answers."""
CHAT_GREETING: Mapping[str, str] = MappingProxyType(
    {
        ENGLISH: "Hello. I am an automated assistant, not a person. I can look up what you owe and take a payment. "
        "You can ask for a person at any time.",
        SPANISH: "Hola. Soy un asistente automático, no una persona. Puedo ver cuánto debe y recibir un pago. "
        "Puede pedir una persona en cualquier momento.",
    }
)
STARTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ENGLISH: ("Pay my bill", "How much do I owe?", "When is my bill due?", "Español"),
        SPANISH: ("Pagar mi factura", "¿Cuánto debo?", "¿Cuándo vence mi factura?", "English"),
    }
)


@dataclass(frozen=True)
class Banner:
    """What is said above pages, in the chat and at the start of a call. `until` is aware; None: until taken off."""

    words: Mapping[str, str]  # by language
    until: datetime | None = None

    def is_shown(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Look:
    """`accent` is for light screens, `dark_accent` for dark ones (#rrggbb). `logo` names a file beside coop.toml, or
    the digest of one that the office uploaded; empty: our own."""

    accent: str = DEFAULT_ACCENT
    dark_accent: str = DEFAULT_DARK_ACCENT
    logo: str = ""


@dataclass(frozen=True)
class Presentation:
    """All of it. `phone_greeting` are the first words of a call, before it says that a machine answers."""

    banner: Banner | None = None
    chat_greeting: Mapping[str, str] = field(default_factory=lambda: CHAT_GREETING)
    phone_greeting: Mapping[str, str] = field(default_factory=dict)
    starters: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: STARTERS)
    look: Look = Look()


def parse_presentation(raw: Mapping[str, Any], zone: ZoneInfo) -> Presentation:
    """Raises ValueError with the section, the key and the form expected."""
    greetings = read_optional_table(raw, "greetings")
    return Presentation(
        banner=_parse_banner(read_optional_table(raw, "banner"), zone),
        chat_greeting=_parse_chat_greeting(greetings["chat"]) if greetings.get("chat") else CHAT_GREETING,
        phone_greeting=_parse_phone_greeting(greetings["phone"]) if greetings.get("phone") else {},
        starters=_parse_starters(read_optional_table(raw, "starters")),
        look=_parse_look(read_optional_table(raw, "look")),
    )


def _parse_banner(table: Mapping[str, Any], zone: ZoneInfo) -> Banner | None:
    if not table:
        return None
    words = _in_both("banner", {key: value for key, value in table.items() if key != "until"}, LONGEST_BANNER)
    until = str(table.get("until") or "")
    try:
        return Banner(words, datetime.fromisoformat(until).replace(tzinfo=zone) if until else None)
    except ValueError:
        raise ValueError('banner.until must be a local time, such as until = "2026-12-24T18:00"') from None


def _parse_chat_greeting(value: Any) -> dict[str, str]:
    words = _in_both("greetings.chat", value, LONGEST_GREETING)
    for language, needed in SAYS_MACHINE.items():
        if needed not in words[language].casefold():
            raise ValueError(f'greetings.chat ({language}) must say that a machine answers, with the word "{needed}"')
    return words


def _parse_phone_greeting(value: Any) -> dict[str, str]:
    return _in_both("greetings.phone", value, LONGEST_GREETING)


def _parse_starters(table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    if not table:
        return STARTERS
    found = {}
    for language in LANGUAGES:
        titles: Any = table.get(language)
        fits = isinstance(titles, list) and 1 <= len(titles) <= MOST_STARTERS and all(map(_is_title, titles))
        if not fits or len(set(titles)) < len(titles):
            raise ValueError(
                f"starters.{language} must be 1 to {MOST_STARTERS} different texts of at most {LONGEST_STARTER} "
                f'characters without |, such as {language} = ["Pay my bill", "Talk to a person"]'
            )
        found[language] = tuple(title.strip() for title in titles)
    return found


def _is_title(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= LONGEST_STARTER
        and value.isprintable()
        and "|" not in value
    )


def _in_both(name: str, value: Any, longest: int) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise ValueError(f'{name} must have a text in each language: en = "..." and es = "..."')
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > longest:
            raise ValueError(f"{name} ({language}) must be one line of 1 to {longest} characters")
    return {language: value[language].strip() for language in LANGUAGES}


def _parse_look(table: Mapping[str, Any]) -> Look:
    accent = _parse_color("accent", table.get("accent", DEFAULT_ACCENT), LIGHT_GROUNDS, "light")
    own_dark = table.get("dark_accent") or (nearest_readable(accent, DARK_GROUNDS) if "accent" in table else "")
    dark = _parse_color("dark_accent", own_dark or DEFAULT_DARK_ACCENT, DARK_GROUNDS, "dark")
    logo = table.get("logo", "")
    if not isinstance(logo, str):
        raise ValueError('look.logo must be the name of a file beside coop.toml, such as logo = "logo.svg"')
    return Look(accent, dark, logo)


def _parse_color(key: str, value: Any, grounds: tuple[str, ...], screen: str) -> str:
    color = value.strip().lower() if isinstance(value, str) else ""
    if not HEX_COLOR.fullmatch(color):
        raise ValueError(f'look.{key} must be a color such as {key} = "{DEFAULT_ACCENT}"')
    found = find_least_contrast(color, grounds)
    if found < LEAST_CONTRAST:
        raise ValueError(
            f"look.{key} has a contrast of {found:.1f} on a {screen} screen, and words need {LEAST_CONTRAST}: "
            f"{nearest_readable(color, grounds)} is near and can be read"
        )
    return color
