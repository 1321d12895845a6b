"""The chart is a PNG of a fixed size, small, whatever the figures."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from backend.language import LANGUAGES, format_month_name, tr, use_language
from backend.usage import chart
from backend.usage.chart import Bar

YEAR = [Bar(label, 500 + 40 * place, 450, 10 * place - 20) for place, label in enumerate("JFMAMJJASOND")]


@pytest.mark.parametrize(
    "bars", [YEAR, [], [Bar("Nov", None, None, None)], [Bar("Nov", 0, 0, 50)], [Bar("Nov", 250_000, 1, 130)]]
)
def test_it_is_a_small_png(bars: list[Bar]) -> None:
    png = chart.draw(bars)
    with Image.open(BytesIO(png)) as image:
        assert (image.format, image.size) == ("PNG", (chart.WIDTH, chart.HEIGHT))
    assert len(png) < 60_000


def test_a_taller_month_is_a_taller_bar() -> None:
    with Image.open(BytesIO(chart.draw([Bar("A", 100, None, None), Bar("B", 1000, None, None)]))) as image:
        pixels = image.convert("RGB")
    green = tuple(int(chart.THIS_YEAR_COLOR[at : at + 2], 16) for at in (1, 3, 5))
    middle = (chart.LEFT + chart.WIDTH - chart.RIGHT) // 2
    left, right = (
        sum(
            _near(pixels.getpixel((x, y)), green)
            for x in range(start, end)
            for y in range(chart.TOP, chart.HEIGHT - chart.BOTTOM)
        )
        for start, end in ((chart.LEFT, middle), (middle, chart.WIDTH - chart.RIGHT))
    )
    assert 8 * left < right < 12 * left


def _near(pixel: object, color: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 12 for one, other in zip(pixel, color, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_has_every_letter_of_its_words(language: str) -> None:
    with use_language(language):
        words = [tr(text) for text in (chart.TITLE, chart.THIS_YEAR, chart.YEAR_BEFORE, chart.TEMPERATURE)]
        words += [format_month_name(date(2026, month, 1), short=True) for month in range(1, 13)]
    assert [word for word in words if not word.isascii()] == []


@pytest.mark.parametrize(("highest", "top"), [(0, 4), (1, 1), (9, 10), (61, 80), (100, 100), (993, 1000), (1001, 2000)])
def test_the_scale_is_round_and_high_enough(highest: int, top: int) -> None:
    assert chart.scale_maximum(highest) == top


@pytest.mark.parametrize("bars", [[Bar("A", 400, -400, None)], [Bar("A", -30, None, 50), Bar("B", -900, None, 60)]])
def test_what_was_fed_in_is_a_bar_below_the_line(bars: list[Bar]) -> None:
    with Image.open(BytesIO(chart.draw(bars))) as image:
        pixels = image.convert("RGB")
    colored = {
        name: [
            y
            for y in range(chart.TOP, chart.HEIGHT - chart.BOTTOM + 1)
            for x in range(chart.LEFT, chart.WIDTH - chart.RIGHT)
            if _near(pixels.getpixel((x, y)), tuple(int(color[at : at + 2], 16) for at in (1, 3, 5)))
        ]
        for name, color in (("now", chart.THIS_YEAR_COLOR), ("before", chart.LAST_YEAR_COLOR))
    }
    assert colored["now"]
    if bars[0].kwh_before:
        assert max(colored["now"]) <= min(colored["before"])
