"""What is taken from an uploaded logo."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from backend.coop_colors import (
    DARK_GROUNDS,
    LEAST_CONTRAST,
    LIGHT_GROUNDS,
    contrast,
    find_least_contrast,
    nearest_readable,
)
from backend.office_settings.logos import MAX_BYTES, LogoRefused, clean_logo

START = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def png(side: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    "harmful",
    [
        b"<script>alert(1)</script>",
        b'<path d="M0 0" onclick="alert(1)"/>',
        b'<path d="M0 0" style="background:url(https://evil.example)"/>',
        b'<path d="M0 0" fill="url(https://evil.example/#a)"/>',
        b'<use xlink:href="https://evil.example/a.svg#b"/>',
        b'<image href="https://evil.example/a.png"/>',
        b'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">evil.example</body></foreignObject>',
        b"<style>path{fill:url(https://evil.example)}</style>",
    ],
)
def test_only_drawn_shapes_stay(harmful: bytes) -> None:
    cleaned = clean_logo(START + harmful + b'<path d="M1 1h7v7z" fill="#0b5f57"/></svg>').content
    assert b"M1 1h7v7z" in cleaned
    for word in (b"evil", b"alert", b"script", b"onclick", b"style", b"foreignObject"):
        assert word not in cleaned


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "at most 40 KB"),
        (b"x" * (MAX_BYTES + 1), "at most 40 KB"),
        (b"GIF89a", "not a picture"),
        (b"\x89PNG\r\n\x1a\nbroken", "not a picture"),
        (b"<html></html>", "not a picture"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + START + b"&a;</svg>", "document type"),
        (START + b"</svg>", "Nothing of this SVG"),
        (png(20), "40 to 1,024 pixels"),
    ],
)
def test_what_is_no_logo_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(LogoRefused, match=why):
        clean_logo(content)


def test_a_png_is_written_anew() -> None:
    logo = clean_logo(png(64) + b"<script>")
    assert logo.media_type == "image/png"
    assert b"<script>" not in logo.content


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    for color in ("#ffcc00", "#0b5f57", "#ff0000", "#808080"):
        for grounds in (LIGHT_GROUNDS, DARK_GROUNDS):
            assert find_least_contrast(nearest_readable(color, grounds), grounds) >= LEAST_CONTRAST
