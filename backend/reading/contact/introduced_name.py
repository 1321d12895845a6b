"""Finds a name that somebody says of themselves: "Dora Graham" of `hi, my name is Dora Graham, I want to pay`."""

from __future__ import annotations

import re

from backend.reading.contact.person_name import parse_person_name

_INTRODUCED = re.compile(
    r"\b(?:my name is|my name's|this is|i am|i'm|name:|me llamo|mi nombre es|soy|habla)\s+(?P<rest>[^,.;!?\n]{2,60})",
    re.IGNORECASE,
)
_MOST_WORDS = 3


def find_introduced_name(text: str) -> str | None:
    """The name in the words of the text; None where nobody is introduced."""
    for match in _INTRODUCED.finditer(text):
        words = match["rest"].split()
        for count in range(min(_MOST_WORDS, len(words)), 0, -1):
            name = " ".join(words[:count])
            # in typed messages names often have no capitals: then only a whole rest that is a name counts
            capital = all(word[:1].isupper() for word in words[:count])
            if (capital or count == len(words)) and parse_person_name(name):
                return name
    return None
