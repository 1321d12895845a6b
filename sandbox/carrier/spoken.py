"""What a TwiML document says, piece by piece with its language. Pure."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass

DEFAULT_LANGUAGE = "en-US"
"""Of a <Say> that names none, as Twilio documents."""
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class SpokenPart:
    """Words that one voice says, with their locale, such as es-US."""

    text: str
    language: str = DEFAULT_LANGUAGE


def list_parts(say: ElementTree.Element) -> tuple[SpokenPart, ...]:
    """The words of a <Say>, with a part of its own for each change of the language (SSML <lang>)."""
    parts: list[SpokenPart] = []
    for text, language in _walk(say, say.get("language") or DEFAULT_LANGUAGE):
        if parts and parts[-1].language == language:
            parts[-1] = SpokenPart(f"{parts[-1].text}{text}", language)
        else:
            parts.append(SpokenPart(text, language))
    tidied = (SpokenPart(" ".join(part.text.split()), part.language) for part in parts)
    return tuple(part for part in tidied if part.text)


def _walk(element: ElementTree.Element, language: str) -> Iterator[tuple[str, str]]:
    own = element.get(XML_LANGUAGE) or language
    if element.tag == "sub" and element.get("alias"):
        yield element.get("alias", ""), own
    else:
        if element.tag in ("break", "p", "s"):
            yield " ", own
        yield element.text or "", own
        for child in element:
            yield from _walk(child, own)
            yield child.tail or "", own
