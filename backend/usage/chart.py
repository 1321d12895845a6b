"""The usage chart as a PNG: kWh by month beside the year before, and the temperature where it is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from backend.language import format_month_name, mark, tr
from backend.usage.service import MonthUsage

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 800, 480
SCALE = 2  # drawn larger and scaled down, for smooth edges
LEFT, RIGHT, TOP, BOTTOM = 64, 56, 74, 44
PAPER, INK, MUTED, GRID = "#ffffff", "#17211f", "#52605c", "#dfe5e2"
THIS_YEAR_COLOR, LAST_YEAR_COLOR, TEMPERATURE_COLOR = "#0b5f57", "#b4cfc9", "#c2571a"
STEPS = 4
"""Of the scale, from nothing to the highest month."""
MIN_TEMPERATURE, MAX_TEMPERATURE = 0, 100  # the right-hand scale, Fahrenheit
# Pillow's default font is ASCII only, so the translations of these have no accents
TITLE, THIS_YEAR, YEAR_BEFORE, TEMPERATURE = (
    mark("Electric use by month"),
    mark("Last 12 months, kWh"),
    mark("The year before"),
    mark("Average temperature, F"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    kwh: int | None
    kwh_before: int | None
    temp_f: int | None

    @classmethod
    def of(cls, month: MonthUsage) -> Bar:
        now, before = month.now, month.before
        return cls(
            label=format_month_name(month.month, short=True),
            kwh=now.kwh if now else None,
            kwh_before=before.kwh if before else None,
            temp_f=now.avg_temp_f if now else None,
        )


def draw(bars: Sequence[Bar]) -> bytes:
    """The PNG, with texts in the current language. Takes some 50 ms: call it in a thread."""
    from PIL import Image, ImageDraw  # imported late: only processes that draw need Pillow

    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    _ChartCanvas(ImageDraw.Draw(image), bars).draw()
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(64)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def scale_maximum(highest: int) -> int:
    """The top of the scale: a round number divisible into four equal steps."""
    if highest <= 0:
        return 4
    step = 10 ** math.floor(math.log10(highest))
    return next(top for top in (step * factor for factor in (1, 2, 4, 6, 8, 10, 20)) if top >= highest)


class _ChartCanvas:
    """Draws in points; the canvas is SCALE times larger."""

    def __init__(self, canvas: ImageDraw, bars: Sequence[Bar]) -> None:
        self.canvas = canvas
        self.bars = bars
        shown = [kwh for bar in bars for kwh in (bar.kwh, bar.kwh_before) if kwh is not None]
        highest, lowest = max(shown, default=0), min(0, min(shown, default=0))
        step = scale_maximum(max(highest, -lowest)) // STEPS
        self.steps_down = -(lowest // step)  # months in which more was fed in than used
        self.steps_up = STEPS if not lowest else max(-(-highest // step), 1)
        self.top_kwh, self.bottom_kwh, self.step_kwh = step * self.steps_up, -step * self.steps_down, step
        self.floor = HEIGHT - BOTTOM
        self.warm = any(bar.temp_f is not None for bar in bars)

    def draw(self) -> None:
        self._legend()
        self._scale()
        step = (WIDTH - LEFT - RIGHT) / max(len(self.bars), 1)
        for place, bar in enumerate(self.bars):
            self._bar(bar, LEFT + step * place, step)
        self._draw_temperature(step)

    def _legend(self) -> None:
        self._text(tr(TITLE), LEFT, 22, size=20, anchor="lm")
        left: float = LEFT
        shown = [(tr(THIS_YEAR), THIS_YEAR_COLOR, False), (tr(YEAR_BEFORE), LAST_YEAR_COLOR, False)]
        if self.warm:
            shown.append((tr(TEMPERATURE), TEMPERATURE_COLOR, True))
        for label, color, is_line in shown:
            if is_line:
                self._line([(left, 51), (left + 16, 51)], color, 3)
                self._dot(left + 8, 51, color)
            else:
                self._box(left, 44, left + 14, 58, color)
            left = self._text(label, left + 22, 51, size=14, anchor="lm", color=MUTED) + 24

    def _scale(self) -> None:
        for step in range(-self.steps_down, self.steps_up + 1):
            y = self._y(self.step_kwh * step)
            self._line([(LEFT, y), (WIDTH - RIGHT, y)], MUTED if not step and self.steps_down else GRID, 1)
            self._text(f"{self.step_kwh * step:,}", LEFT - 8, y, size=13, anchor="rm", color=MUTED)
        for step in range(STEPS + 1 if self.warm else 0):
            degrees = MIN_TEMPERATURE + (MAX_TEMPERATURE - MIN_TEMPERATURE) * step // STEPS
            y = self._temperature_y(degrees)
            self._text(f"{degrees} F", WIDTH - RIGHT + 8, y, size=13, anchor="lm", color=TEMPERATURE_COLOR)

    def _bar(self, bar: Bar, left: float, step: float) -> None:
        width, gap = step * 0.36, step * 0.12
        for kwh, x, color in (
            (bar.kwh_before, left + gap, LAST_YEAR_COLOR),
            (bar.kwh, left + gap + width, THIS_YEAR_COLOR),
        ):
            if kwh:  # below the zero line where more was fed in than used
                self._box(x, self._y(max(kwh, 0)), x + width - 1, self._y(min(kwh, 0)), color)
        self._text(bar.label, left + step / 2, self.floor + 18, size=14, anchor="mm")

    def _draw_temperature(self, step: float) -> None:
        points = [
            (LEFT + step * (place + 0.5), self._temperature_y(bar.temp_f))
            for place, bar in enumerate(self.bars)
            if bar.temp_f is not None
        ]
        if len(points) > 1:
            self._line(points, PAPER, 6)
            self._line(points, TEMPERATURE_COLOR, 3)
        for x, y in points:
            self._dot(x, y, TEMPERATURE_COLOR)

    def _y(self, kwh: float) -> float:
        return self.floor - (self.floor - TOP) * (kwh - self.bottom_kwh) / (self.top_kwh - self.bottom_kwh)

    def _temperature_y(self, degrees: int) -> float:
        within = min(max(degrees, MIN_TEMPERATURE), MAX_TEMPERATURE)
        return self.floor - (self.floor - TOP) * (within - MIN_TEMPERATURE) / (MAX_TEMPERATURE - MIN_TEMPERATURE)

    def _text(self, text: str, x: float, y: float, *, size: int, anchor: str, color: str = INK) -> float:
        """Returns the x where the text ends."""
        from PIL import ImageFont

        font = ImageFont.load_default(size * SCALE)
        self.canvas.text((x * SCALE, y * SCALE), text, color, font, anchor)
        return x + self.canvas.textlength(text, font) / SCALE

    def _box(self, left: float, top: float, right: float, bottom: float, color: str) -> None:
        self.canvas.rectangle((left * SCALE, top * SCALE, right * SCALE, bottom * SCALE), color)

    def _line(self, points: list[tuple[float, float]], color: str, width: int) -> None:
        self.canvas.line([(x * SCALE, y * SCALE) for x, y in points], color, width * SCALE, "curve")

    def _dot(self, x: float, y: float, color: str) -> None:
        self.canvas.circle((x * SCALE, y * SCALE), 4 * SCALE, color, PAPER, SCALE)
