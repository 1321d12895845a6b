"""The bench's own arithmetic: percentiles, ratios, and when a target counts as missed."""

from __future__ import annotations

from typing import Any

import pytest

from bench.load_test import percentile
from bench.report import SERIES, build_rows, check_targets, format_report


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 50, 0.0),
        ([7.0], 95, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([1.0, 2.0], 50, 1.5),
        ([float(n) for n in range(101)], 95, 95.0),
    ],
)
def test_percentile(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == pytest.approx(expected)


def side(p50_ms: float, turns_s: float, **other: Any) -> dict[str, Any]:
    """The figures of one system."""
    turn = {"turns": 8, "p50_ms": p50_ms, "p95_ms": 2 * p50_ms, "turns_s": turns_s, "cpu_ms": p50_ms}
    growth = {"early_turn": 10, "late_turn": 400, "early_ms": 10.0, "late_ms": 11.0}
    return {
        "turns": {name: {**turn, "unexpected": 0, "empty": 0} for name in SERIES},
        "growth": {**growth, "early_cpu_ms": 10.0, "late_cpu_ms": 11.0},
        "start_s": 8.0,
        "first_start_s": 9.0,
        "pss_mb": 300.0,
        "rss_mb": 330.0,
        "beside_pss_mb": 30.0,
        "train_wall_s": 30.0,
        "train_cpu_s": 30.0,
        "train_others_share": 0.0,
        "train_sentences": 7000,
        "first_unexpected": None,
        "understanding": {"messages": 600, "both_50": 0.4, "both_95": 9.0, "both_mean": 2.0},
        **other,
    }


def reached(ours: dict[str, Any], stock: dict[str, Any]) -> list[bool]:
    return [target.reached for target in check_targets(ours, stock)]


def test_all_targets_reached() -> None:
    assert reached(side(20.0, 60.0), side(60.0, 16.0)) == [True] * 7


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (side(31.0, 60.0), 0),
        (side(20.0, 47.0), 1),
        (side(20.0, 60.0, start_s=12.1), 2),
        (side(20.0, 60.0, pss_mb=450.0), 3),
        (side(20.0, 60.0, understanding={"messages": 9, "both_50": 5.1, "both_95": 9.0, "both_mean": 6.0}), 4),
        (side(20.0, 60.0, train_wall_s=61.0), 5),
    ],
)
def test_one_target_missed(ours: dict[str, Any], missed: int) -> None:
    assert reached(ours, side(60.0, 16.0)) == [place != missed for place in range(7)]


def test_the_worst_series_decides() -> None:
    ours = side(20.0, 60.0)
    ours["turns"]["mix-8"] = {**ours["turns"]["mix-8"], "turns_s": 40.0}
    assert reached(ours, side(60.0, 16.0)) == [True, False, True, True, True, True, True]


def test_a_conversation_that_grows_slow_misses() -> None:
    ours = side(20.0, 60.0)
    ours["growth"]["late_cpu_ms"] = 13.5
    assert not check_targets(ours, side(60.0, 16.0))[-1].reached


def test_ratio_is_ours_by_stock_and_comes_first() -> None:
    ours, stock = side(20.0, 60.0), side(60.0, 16.0)
    assert build_rows(ours, stock)[0].format_line().split()[:3] == ["0.33", "20.0", "60.0"]


def test_report_mentions_wrong_answers_and_a_busy_machine() -> None:
    ours = side(20.0, 60.0, first_unexpected="'hi' -> ''")
    ours["turns"]["faq-1"]["unexpected"] = 3
    report = format_report({"memberline": ours, "stock": side(60.0, 16.0), "others_share": 0.25, "cores": 2})
    assert "memberline: 3 of 32 answers were not of the kind to be expected; the first: 'hi' -> ''" in report
    assert "25% of the machine's 2 cores went to other work" in report
