"""Whether two descriptions of a place mean the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ABBREVIATIONS = {
    "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "drive": "dr", "court": "ct",
    "circle": "cir", "boulevard": "blvd", "place": "pl", "terrace": "ter", "trail": "trl", "parkway": "pkwy",
    "highway": "hwy", "route": "rt", "rte": "rt", "calle": "st", "camino": "rd", "avenida": "ave", "carretera": "hwy",
    "north": "n", "south": "s", "east": "e", "west": "w", "cr": "county rd",
}  # fmt: skip
STREET_TYPES = frozenset(
    ("st", "rd", "ave", "ln", "dr", "ct", "cir", "blvd", "pl", "ter", "trl", "pkwy", "hwy", "rt", "way", "loop")
)
NUMBERED_ROADS = frozenset(("hwy", "rt"))
MAX_KEY_LENGTH = 120  # the width of Ticket.place_key


def make_place_key(place: str) -> str:
    """A normalized key: `12 Oak Road, Elizabeth` and `12 oak rd` both give `12 oak rd`.

    What follows the street and its number is left out, since not everybody names the town.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", place.lower()) if not unicodedata.combining(c))
    parts = [re.sub(r"[^a-z0-9 ]+", " ", part) for part in re.split(r"[,;\n]", bare)]
    part = next((part for part in parts if re.search(r"\d", part)), parts[0])
    words = " ".join(ABBREVIATIONS.get(word, word) for word in part.split()).split()
    for at, word in enumerate(words):
        if word in STREET_TYPES and at > 0:
            numbered = at + 1 < len(words) and words[at + 1].isdigit()
            words = words[: at + 1 + numbered]
            if numbered and word not in NUMBERED_ROADS and not words[0].isdigit():
                words = [words[-1], *words[:-1]]  # "Mill Road 78", as it is said in Spanish
            break
    return " ".join(words)[:MAX_KEY_LENGTH]


def is_specific_place(key: str) -> bool:
    """Whether two people who use these words mean the same place: `by the church` may be any church."""
    return any(character.isdigit() for character in key) and len(key.split()) > 1


_FILLERS = frozenset(
    "the one on at it its is s our my mine house home number no street road out which that this place account acct "
    "still a in by only just please thanks thank you yes hi hello and power light lights dark without has off there at "
    "la el los las de del en es casa numero calle cuenta esta esa ese solo si luz sin por favor gracias".split()
)
MAX_PLACE_WORDS = 12


def pick_places(text: str, places: Sequence[str]) -> set[int] | None:
    """Which of the places (by position) a short answer names: by house number, street, town or the name in parentheses.

    More than one where it fits several alike; None where it says anything but a place.
    """
    said = _split_words(text)
    if not said or len(said) > MAX_PLACE_WORDS:
        return None
    words = [set(_split_words(place)) for place in places]
    known = set().union(*words)
    if not set(said) <= known | _FILLERS | set(ABBREVIATIONS.values()) or not set(said) & known - _FILLERS:
        return None
    scores = [len((set(said) & each) - _FILLERS) for each in words]
    return {at for at, score in enumerate(scores) if score == max(scores)}


def _split_words(place: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", place.lower()) if not unicodedata.combining(c))
    return [ABBREVIATIONS.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", bare).split()]
