"""Figures of conversations, by channel and language: a table, and a picture of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lab import plot

CHANNELS = ("sms", "web", "voice")


def group_metrics(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line of figures for each channel and language that there is, and one for all.

    A row has channel, language, success, turns, repeats, repeated_questions and false_confirmations (lists).
    """
    languages = sorted({row["language"] for row in rows})
    keys = [(channel, language) for channel in CHANNELS for language in languages] + [("all", "all")]
    found = [(key, [row for row in rows if _is_in_group(row, key)]) for key in keys]
    return [_compute_metrics(key, own) for key, own in found if own]


def _is_in_group(row: dict[str, Any], key: tuple[str, str]) -> bool:
    return key == ("all", "all") or key == (row["channel"], row["language"])


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


TABLE_HEADER = (
    "channel",
    "language",
    "tasks",
    "succeeded",
    "success",
    "turns",
    "said again",
    "repeated questions",
    "false yes",
)


def format_table(groups: Iterable[dict[str, Any]]) -> str:
    """The same in columns, for people."""
    lines = [TABLE_HEADER, *(_format_row(group) for group in groups)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(TABLE_HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zipped))
        for zipped in (list(zip(line, widths, strict=True)) for line in lines)
    )


def _format_row(group: dict[str, Any]) -> tuple[str, ...]:
    return (
        group["channel"],
        group["language"],
        str(group["tasks"]),
        str(group["succeeded"]),
        f"{group['success']:.1%}",
        f"{group['turns_per_task']:.1f}",
        str(group["said_again"]),
        str(group["repeated_questions"]),
        str(group["false_confirmations"]),
    )


def draw_chart(title: str, subtitle: str, groups: Iterable[dict[str, Any]]) -> bytes:
    """Success and turns of each group, as a PNG."""
    rows = [
        plot.ChartRow(
            name=group["channel"] if group["channel"] == "all" else f"{group['channel']}, {group['language']}",
            success=group["success"],
            turns=group["turns_per_task"],
            note=f"{group['tasks']} tasks",
        )
        for group in groups
    ]
    return plot.draw_png(title, subtitle, rows)
