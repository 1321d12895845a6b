"""Metrics by channel and language, as a table and as a chart."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from lab.metrics import draw_chart, format_table, group_metrics


def row(channel: str, language: str, success: bool, turns: int, **more: Any) -> dict[str, Any]:
    return {
        "channel": channel,
        "language": language,
        "success": success,
        "turns": turns,
        "repeats": 0,
        "repeated_questions": [],
        "false_confirmations": [],
        **more,
    }


ROWS = [
    row("sms", "en", True, 4),
    row("sms", "en", False, 8, repeats=2, repeated_questions=["How much?"]),
    row("sms", "es", True, 6),
    row("voice", "en", True, 10, false_confirmations=["paid $5.00: no yes"]),
]


def test_a_group_for_each_channel_and_language_that_there_is() -> None:
    groups = group_metrics(ROWS)
    assert [(g["channel"], g["language"], g["tasks"], g["succeeded"]) for g in groups] == [
        ("sms", "en", 2, 1),
        ("sms", "es", 1, 1),
        ("voice", "en", 1, 1),
        ("all", "all", 4, 3),
    ]
    assert groups[0] == {
        "channel": "sms",
        "language": "en",
        "tasks": 2,
        "succeeded": 1,
        "success": 0.5,
        "turns_per_task": 6.0,
        "said_again": 2,
        "repeated_questions": 1,
        "false_confirmations": 0,
    }
    assert groups[-1]["false_confirmations"] == 1


def test_the_table_has_a_line_for_each_group() -> None:
    lines = format_table(group_metrics(ROWS)).splitlines()
    assert lines[0].startswith("channel  language")
    assert [line.split()[:2] for line in lines[1:]] == [["sms", "en"], ["sms", "es"], ["voice", "en"], ["all", "all"]]
    assert "50.0%" in lines[1]


def test_the_picture_is_a_png_with_a_row_for_each_group() -> None:
    small = Image.open(BytesIO(draw_chart("Title", "subtitle", group_metrics(ROWS[:1]))))
    large = Image.open(BytesIO(draw_chart("Title", "subtitle", group_metrics(ROWS))))
    assert small.format == "PNG"
    assert large.width == small.width
    assert large.height > small.height
