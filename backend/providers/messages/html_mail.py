"""The HTML part of an email, made from its text: the co-op's name above, paragraphs, and the first link as a button.

Nothing is loaded from elsewhere: no picture that tells the sender when it was opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
TEMPLATE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (Path(__file__).parent / "email.html").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Piece:
    """Words, or a link; `breaks`: a new line follows."""

    text: str
    url: str = ""
    breaks: bool = False


@dataclass(frozen=True)
class Part:
    """A paragraph, or a button of its own."""

    pieces: tuple[Piece, ...] = ()
    url: str = ""
    label: str = ""

    @property
    def is_button(self) -> bool:
        return bool(self.url)


@dataclass(frozen=True)
class Sender:
    """What stands around the words. The colors are CSS; `logo`: there is a picture with the content id `logo`."""

    name: str
    foot: str
    accent: str = "#0b5f57"
    on_accent: str = "#ffffff"
    logo: bool = False


def render_html(subject: str, body: str, sender: Sender) -> str:
    """The HTML of an email whose text is `body`. The first link becomes a button that says what the subject says."""
    parts: list[Part] = []
    has_button = False
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        link = LINK.search(paragraph)
        parts.append(Part(pieces=_split(paragraph)))
        if link and not has_button:
            has_button = True
            parts[-1] = Part(pieces=_split(LINK.sub("", paragraph, count=1).strip()))
            parts.append(Part(url=link[0], label=subject))
    shown = [part for part in parts if part.is_button or any(piece.text.strip() for piece in part.pieces)]
    return TEMPLATE.render(subject=subject, parts=shown, **vars(sender))


def _split(paragraph: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for line in paragraph.split("\n"):
        at = 0
        for link in LINK.finditer(line):
            pieces += [Piece(line[at : link.start()]), Piece(link[0], link[0])]
            at = link.end()
        pieces.append(Piece(line[at:], breaks=True))
    if pieces:
        pieces[-1] = Piece(pieces[-1].text)
    return tuple(pieces)
