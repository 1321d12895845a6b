"""Charts for pages: SVG made by pygal, once for light screens and print and once for dark ones, as one picture.

A page that shows a chart also has its figures in a table: for screen readers, and for who wants the numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Literal

import pygal
from markupsafe import Markup
from pygal.style import Style

from backend.language import tr
from backend.usage.chart import STEPS, THIS_YEAR, YEAR_BEFORE, Bar, scale_maximum

Kind = Literal["bar", "stacked", "line", "rows"]
PHONE = "screen and (max-width: 30rem)"
Series = tuple[str, Sequence[float | None]]
FONT = "system-ui, sans-serif"
WIDTH, HEIGHT = 760, 320  # pixels; the picture is scaled to its place
NARROW = (400, 300)
TALL = (400, 480)
ROWS_WIDTH, ROW_HEIGHT = 560, 30
MOST_LETTERS = 60  # of all labels below the chart: more would run into each other, and are slanted
LIGHT = Style(
    background="transparent", plot_background="transparent", foreground="#52605c", foreground_strong="#17211f",
    foreground_subtle="#c9d2ce", opacity="1", opacity_hover="1", font_family=FONT, label_font_size=14,
    major_label_font_size=14, legend_font_size=14, value_font_size=12,
    colors=("#0b5f57", "#d08a00", "#4a6fa5", "#a3281c", "#6b4f9e", "#5d6b2f"),
)  # fmt: skip
DARK = Style(
    background="transparent", plot_background="transparent", foreground="#a9b8b3", foreground_strong="#eaf1ee",
    foreground_subtle="#3d4b48", opacity="1", opacity_hover="1", font_family=FONT, label_font_size=14,
    major_label_font_size=14, legend_font_size=14, value_font_size=12,
    colors=("#7bd3c3", "#f2b33d", "#9db9e6", "#ffab9e", "#c8b3f0", "#c2d08a"),
)  # fmt: skip
CHARTS = {"bar": pygal.Bar, "stacked": pygal.StackedBar, "line": pygal.Line, "rows": pygal.HorizontalBar}
"""`rows` are bars from the left, for names that are longer than a day's."""
MOST_LABELS = 12
"""Of more bars than these only some are labeled, so that no label lies on another."""
FEW = 8
"""Whole numbers up to this are all on the axis, and nothing between them."""


def draw_svg(
    kind: Kind,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    dark: bool = False,
    size: tuple[int, int] | None = None,
    scale: Sequence[int] = (),
) -> bytes:
    """One chart as an SVG document without scripts. A value of None is a gap. `size`: width and height in pixels where
    they are not the usual ones. `scale`: the values that the axis names."""
    width, height = size or _measure(kind, labels)
    is_slanted = kind != "rows" and sum(map(len, labels)) > MOST_LETTERS
    chart = CHARTS[kind](
        style=DARK if dark else LIGHT, js=(), width=width, height=height, disable_xml_declaration=True, no_prefix=True,
        show_legend=len(series) > 1, legend_at_bottom=True, legend_box_size=14, margin=8, spacing=6,
        truncate_label=30 if kind == "rows" else 12, x_label_rotation=35 if is_slanted else 0, include_x_axis=True,
    )  # fmt: skip
    chart.x_labels = list(labels)
    if len(labels) > MOST_LABELS and kind != "rows":
        chart.x_labels_major_every, chart.show_minor_x_labels = -(-len(labels) // 10), False
    if (highest := _highest_few(kind, series)) is not None:
        chart.y_labels = list(range(highest + 1))
    elif scale:
        chart.y_labels = list(scale)
    for name, values in series:
        chart.add(name, list(values))
    return str(chart.render(is_unicode=True)).encode()


def draw_usage(bars: Sequence[Bar], *, dark: bool, tall: bool = False) -> bytes:
    """Use by month beside the year before, in kWh, with words in the current language. `tall`: it fills a phone."""
    series = [(tr(THIS_YEAR), [bar.kwh for bar in bars]), (tr(YEAR_BEFORE), [bar.kwh_before for bar in bars])]
    shown = [kwh or 0 for _, each in series for kwh in each]
    top = scale_maximum(max(shown, default=0))
    # where more was fed in than used the axis goes below zero, and names what it likes
    scale = range(0, top + 1, top // STEPS) if min(shown, default=0) >= 0 else ()
    return draw_svg("bar", [bar.label for bar in bars], series, dark=dark, size=TALL if tall else None, scale=scale)


def _measure(kind: Kind, labels: Sequence[str]) -> tuple[int, int]:
    """Pixels of width and height: bars from the left need a line each."""
    return (ROWS_WIDTH, 70 + ROW_HEIGHT * len(labels)) if kind == "rows" else (WIDTH, HEIGHT)


def _highest_few(kind: Kind, series: Sequence[Series]) -> int | None:
    """The highest value where all are small whole numbers, such as counts; else None."""
    values = [value for _, each in series for value in each if value is not None]
    if not values or any(value < 0 or value != int(value) for value in values):
        return None
    columns = zip(*(each for _, each in series), strict=False)
    highest = max(sum(value or 0 for value in column) for column in columns) if kind == "stacked" else max(values)
    return int(highest) if 0 < highest <= FEW else None


def chart_picture(
    kind: Kind, labels: Sequence[str], series: Sequence[Series], alt: str, *, for_phones: bool = False
) -> Markup:
    """A `<picture>` for a page, in the colors of the reader's screen. `alt` says in a sentence what it shows.

    `for_phones`: a narrow screen gets a drawing of its own, whose words are not scaled down.
    """
    width, height = _measure(kind, labels)
    light, dark = (_data_url(draw_svg(kind, labels, series, dark=dark)) for dark in (False, True))
    sources = Markup("")
    if for_phones:
        for media, is_dark in ((f"{PHONE} and (prefers-color-scheme: dark)", True), (PHONE, False)):
            drawing = _data_url(draw_svg(kind, labels, series, dark=is_dark, size=NARROW))
            size = {"width": NARROW[0], "height": NARROW[1]}
            sources += Markup('<source media="{media}" srcset="{drawing}" width="{width}" height="{height}">').format(
                media=media, drawing=drawing, **size
            )
    return Markup(
        '<picture class="chart">{sources}<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
        '<img src="{light}" alt="{alt}" width="{width}" height="{height}"></picture>'
    ).format(sources=sources, dark=dark, light=light, alt=alt, width=width, height=height)


def _data_url(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
