"""Metrics of conversations by channel and language, as a table and as a chart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.usage.chart import GRID, INK, MUTED, PAPER, SCALE, scale_maximum
from lab.channel_clients import CHANNELS

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 800
LABELS, GAP, RIGHT = 150, 40, 70  # points: the names at the left, between the two halves, at the right
TOP, ROW, BAR, BOTTOM = 96, 34, 18, 30
GOOD, TURNS = "#0b5f57", "#b4cfc9"


def group_metrics(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Compute a row of metrics for each channel and language in `rows`, and one for all.

    A row has channel, language, success, turns, repeats, repeated_questions and false_confirmations (lists).
    """
    languages = sorted({row["language"] for row in rows})
    keys = [(channel, language) for channel in CHANNELS for language in languages] + [("all", "all")]
    groups = [
        (key, [row for row in rows if key in (("all", "all"), (row["channel"], row["language"]))]) for key in keys
    ]
    return [_compute_metrics(key, own) for key, own in groups if own]


def _compute_metrics(key: tuple[str, str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    done = sum(row["success"] for row in rows)
    return {
        "channel": key[0],
        "language": key[1],
        "tasks": len(rows),
        "succeeded": done,
        "success": round(done / len(rows), 4),
        "turns_per_task": round(sum(row["turns"] for row in rows) / len(rows), 2),
        "said_again": sum(row["repeats"] for row in rows),
        "repeated_questions": sum(len(row["repeated_questions"]) for row in rows),
        "false_confirmations": sum(len(row["false_confirmations"]) for row in rows),
    }


TABLE_COLUMNS = {
    "channel": "{channel}",
    "language": "{language}",
    "tasks": "{tasks}",
    "succeeded": "{succeeded}",
    "success": "{success:.1%}",
    "turns": "{turns_per_task:.1f}",
    "said again": "{said_again}",
    "repeated questions": "{repeated_questions}",
    "false yes": "{false_confirmations}",
}
"""Heading -> cell, a format of the group's values."""


def format_table(groups: Iterable[dict[str, Any]]) -> str:
    """Format the groups as lines; the names are aligned left, the numbers right."""
    lines = [list(TABLE_COLUMNS), *([cell.format(**group) for cell in TABLE_COLUMNS.values()] for group in groups)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{'<' if i < 2 else '>'}{widths[i]}}" for i, cell in enumerate(line)) for line in lines
    )


def write_report(folder: Path, result: dict[str, Any], text: str, title: str, subtitle: str) -> None:
    """Write report.json, report.txt and report.png into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(result, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(text + "\n", encoding="utf-8")
    (folder / "report.png").write_bytes(draw_chart(title, subtitle, result["groups"]))


def draw_chart(title: str, subtitle: str, groups: Sequence[dict[str, Any]]) -> bytes:
    """Draw success and turns of each group of `group_metrics`, as a PNG."""
    from PIL import Image, ImageDraw  # here, so that a process that draws nothing does not load it

    height = TOP + ROW * len(groups) + BOTTOM
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), PAPER)
    _MetricsChart(ImageDraw.Draw(image), height).draw(title, subtitle, groups)
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

    def draw(self, title: str, subtitle: str, groups: Sequence[dict[str, Any]]) -> None:
        self._text(title, 24, 26, size=20)
        self._text(subtitle, 24, 52, size=13, color=MUTED)
        most = scale_maximum(round(max((group["turns_per_task"] for group in groups), default=1) + 0.5))
        self._scale(self.left, "Tasks that succeeded", [f"{step * 25}%" for step in range(5)])
        self._scale(self.middle, "Turns a task", [f"{most * step / 4:g}" for step in range(5)])
        for place, group in enumerate(groups):
            y = TOP + ROW * place + ROW / 2
            name = group["channel"] if group["channel"] == "all" else f"{group['channel']}, {group['language']}"
            self._text(name, LABELS - 12, y, size=14, anchor="rm")
            self._bar(self.left, y, group["success"], GOOD, f"{group['success']:.1%}")
            self._bar(self.middle, y, group["turns_per_task"] / most, TURNS, f"{group['turns_per_task']:.1f}")
            self._text(f"{group['tasks']} tasks", WIDTH - 12, y, size=12, anchor="rm", color=MUTED)

    def _scale(self, left: float, label: str, steps: Sequence[str]) -> None:
        self._text(label, left, TOP - 22, size=14, color=MUTED)
        for step, name in enumerate(steps):
            x = left + self.half * step / 4
            self._box(x, TOP - 6, x + 1, self.floor, GRID)
            self._text(name, x, self.floor + 14, size=12, anchor="mm", color=MUTED)

    def _bar(self, left: float, y: float, share: float, color: str, label: str) -> None:
        end = left + self.half * share
        if share > 0:
            self._box(left, y - BAR / 2, end, y + BAR / 2, color)
        inside = share > 0.5
        light = inside and color == GOOD
        at, anchor = (end - 6, "rm") if inside else (end + 6, "lm")
        self._text(label, at, y, size=13, anchor=anchor, color=PAPER if light else INK)

    def _text(self, text: str, x: float, y: float, *, size: int, anchor: str = "lm", color: str = INK) -> None:
        from PIL import ImageFont

        self.canvas.text((x * SCALE, y * SCALE), text, color, ImageFont.load_default(size * SCALE), anchor)

    def _box(self, left: float, top: float, right: float, bottom: float, color: str) -> None:
        self.canvas.rectangle((left * SCALE, top * SCALE, right * SCALE, bottom * SCALE), color)
