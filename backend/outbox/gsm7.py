"""The GSM 03.38 alphabet of text messages, and how many parts a text takes."""

from __future__ import annotations

import math
import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # two septets each

# One of these would turn the whole message into UCS-2: 70 characters a part instead of 160, twice the price.
REPLACEMENTS = {
    "‘": "'", "’": "'", "‚": "'", "′": "'", "´": "'", "`": "'",
    "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "·": "-", "\t": " ", "\xa0": " ", "×": "x", "→": "->",
    "™": "(TM)", "®": "(R)", "©": "(C)", "½": "1/2", "¼": "1/4",
}  # fmt: skip


def is_gsm7(text: str) -> bool:
    return all(character in BASIC or character in EXTENSION for character in text)


def to_gsm7(text: str) -> str:
    """The text in GSM-7; characters without a plain form are dropped."""
    return "".join(_replace_character(character) for character in text)


def _replace_character(character: str) -> str:
    if character in BASIC or character in EXTENSION:
        return character
    if character in REPLACEMENTS:
        return REPLACEMENTS[character]
    if unicodedata.category(character).startswith("Z"):
        return " "
    bare = unicodedata.normalize("NFKD", character)
    return "".join(part for part in bare if part in BASIC or part in EXTENSION)


def count_septets(text: str) -> int:
    return sum(2 if character in EXTENSION else 1 for character in text)


def count_parts(text: str) -> int:
    """The number of parts (segments) that a carrier charges for."""
    if not text:
        return 0
    if not is_gsm7(text):
        units = [len(character.encode("utf-16-be")) // 2 for character in text]
        return 1 if sum(units) <= 70 else _packed(units, 67)
    if count_septets(text) <= 160:
        return 1
    return _packed([2 if character in EXTENSION else 1 for character in text], 153)


def _packed(sizes: list[int], room: int) -> int:
    """The number of parts of `room` units each; a character of two units is never split over two parts."""
    if all(size == 1 for size in sizes):
        return math.ceil(len(sizes) / room)
    count, used = 1, 0
    for size in sizes:
        if used + size > room:
            count, used = count + 1, 0
        used += size
    return count
