"""Figures of the lab as a PNG: for each group a bar of the share that succeeded, and one of turns a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from backend.usage.chart import GRID, INK, MUTED, PAPER, SCALE, scale_maximum

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 800
LABELS, GAP, RIGHT = 150, 40, 70  # points: the names at the left, between the two halves, at the right
TOP, ROW, BAR, BOTTOM = 96, 34, 18, 30
GOOD, TURNS = "#0b5f57", "#b4cfc9"


@dataclass(frozen=True)
class ChartRow:
    """One group: a name, the share of its tasks that succeeded (0 to 1), their turns, and a note behind."""

    name: str
    success: float
    turns: float
    note: str = ""


def draw_png(title: str, subtitle: str, rows: Sequence[ChartRow]) -> bytes:
    """The picture, as a PNG."""
    from PIL import Image, ImageDraw  # here, so that a process which draws nothing does without it

    height = TOP + ROW * len(rows) + BOTTOM
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), PAPER)
    _MetricsChart(ImageDraw.Draw(image), height).draw(title, subtitle, rows)
    small = image.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(64)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


class _MetricsChart:
    """Draws in points; the canvas is SCALE times larger."""

    def __init__(self, canvas: ImageDraw, height: int) -> None:
        self.canvas = canvas
        self.floor = height - BOTTOM
        half = (WIDTH - LABELS - GAP - RIGHT) / 2
        self.left, self.middle, self.half = LABELS, LABELS + half + GAP, half

    def draw(self, title: str, subtitle: str, rows: Sequence[ChartRow]) -> None:
        self._text(title, 24, 26, size=20)
        self._text(subtitle, 24, 52, size=13, colour=MUTED)
        most = scale_maximum(round(max((row.turns for row in rows), default=1) + 0.5))
        self._scale(self.left, "Tasks that succeeded", [f"{step * 25}%" for step in range(5)])
        self._scale(self.middle, "Turns a task", [f"{most * step / 4:g}" for step in range(5)])
        for place, row in enumerate(rows):
            y = TOP + ROW * place + ROW / 2
            self._text(row.name, LABELS - 12, y, size=14, anchor="rm")
            self._bar(self.left, y, row.success, GOOD, f"{row.success:.1%}")
            self._bar(self.middle, y, row.turns / most, TURNS, f"{row.turns:.1f}")
            self._text(row.note, WIDTH - 12, y, size=12, anchor="rm", colour=MUTED)

    def _scale(self, left: float, label: str, steps: Sequence[str]) -> None:
        self._text(label, left, TOP - 22, size=14, colour=MUTED)
        for step, name in enumerate(steps):
            x = left + self.half * step / 4
            self._box(x, TOP - 6, x + 1, self.floor, GRID)
            self._text(name, x, self.floor + 14, size=12, anchor="mm", colour=MUTED)

    def _bar(self, left: float, y: float, share: float, colour: str, label: str) -> None:
        end = left + self.half * share
        if share > 0:
            self._box(left, y - BAR / 2, end, y + BAR / 2, colour)
        inside = share > 0.5
        light = inside and colour == GOOD
        at, anchor = (end - 6, "rm") if inside else (end + 6, "lm")
        self._text(label, at, y, size=13, anchor=anchor, colour=PAPER if light else INK)

    def _text(self, text: str, x: float, y: float, *, size: int, anchor: str = "lm", colour: str = INK) -> None:
        from PIL import ImageFont

        self.canvas.text((x * SCALE, y * SCALE), text, colour, ImageFont.load_default(size * SCALE), anchor)

    def _box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self.canvas.rectangle((left * SCALE, top * SCALE, right * SCALE, bottom * SCALE), colour)
