"""The file that a co-op's page loads: its parts in one scope, so that nothing of it is visible to the page."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "widget"
PARTS = ("words.js", "elements.js", "line.js", "looks.js", "face.js", "cards.js", "extras.js", "start.js")


def build_widget() -> bytes:
    """The whole widget.js."""
    head = (FOLDER / "head.js").read_text(encoding="utf-8")
    parts = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in PARTS)
    return f"{head}(() => {{\n'use strict';\n\n{parts}}})();\n".encode()
