"""The co-op's own color on every page: what is derived from it, and whether words in it can be read (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEX_COLOR = re.compile(r"#[0-9a-f]{6}")
LEAST_CONTRAST = 4.5
"""Of words against what is behind them: level AA for text of any size."""
LIGHT_GROUNDS = ("#ffffff", "#f7f5ef", "#eef2ee")
"""--ml-surface, --ml-page and --ml-sunken of site.css on a light screen: links stand on all of them."""
DARK_GROUNDS = ("#17201f", "#0e1514", "#222d2b")
WHITE, INK = "#ffffff", "#06231f"
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Shades:
    """The color of links and buttons on one kind of screen, all as #rrggbb."""

    accent: str
    strong: str
    on_accent: str
    bar: str
    on_bar: str


def contrast(one: str, other: str) -> float:
    """The contrast of two colors (#rrggbb), 1 to 21, as WCAG computes it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def find_least_contrast(color: str, grounds: tuple[str, ...]) -> float:
    """How well words in `color` can be read on the worst of `grounds`."""
    return min(contrast(color, ground) for ground in grounds)


def nearest_readable(color: str, grounds: tuple[str, ...]) -> str:
    """`color`, or the nearest shade of it that can be read on all: darker on light grounds, lighter on dark ones."""
    toward = "#000000" if _luminance(grounds[0]) > 0.5 else WHITE
    share = 0.0
    while share < 1 and find_least_contrast(mix(color, toward, share), grounds) < LEAST_CONTRAST:
        share += _STEP
    return mix(color, toward, min(share, 1.0))


def light_shades(accent: str) -> Shades:
    """For light screens and print, from a color that can be read there."""
    return Shades(accent, mix(accent, "#000000", 0.25), _words_on(accent), accent, _words_on(accent))


def dark_shades(accent: str, light_accent: str) -> Shades:
    """For dark screens: `accent` can be read there; the bar is the light screens' color, dimmed."""
    bar = mix(light_accent, "#000000", 0.15)
    return Shades(accent, mix(accent, WHITE, 0.35), _words_on(accent), bar, _words_on(bar))


def mix(color: str, other: str, share: float) -> str:
    """`color` with a `share` (0 to 1) of `other`."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _words_on(color: str) -> str:
    return max((WHITE, INK), key=lambda words: contrast(words, color))


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
