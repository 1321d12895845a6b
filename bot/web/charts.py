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
from backend.usage.chart import THIS_YEAR, YEAR_BEFORE, Bar

Kind = Literal["bar", "stacked", "line"]
Series = tuple[str, Sequence[float | None]]
FONT = "system-ui, sans-serif"
WIDTH, HEIGHT = 760, 320  # pixels; the picture is scaled to its place
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
CHARTS = {"bar": pygal.Bar, "stacked": pygal.StackedBar, "line": pygal.Line}


def draw_svg(kind: Kind, labels: Sequence[str], series: Sequence[Series], *, dark: bool = False) -> bytes:
    """One chart as an SVG document without scripts. A value of None is a gap."""
    chart = CHARTS[kind](
        style=DARK if dark else LIGHT, js=(), width=WIDTH, height=HEIGHT, disable_xml_declaration=True, no_prefix=True,
        show_legend=len(series) > 1, legend_at_bottom=True, legend_box_size=14, margin=8, spacing=6, truncate_label=12,
        x_label_rotation=0 if sum(map(len, labels)) <= MOST_LETTERS else 35, include_x_axis=True,
    )  # fmt: skip
    chart.x_labels = list(labels)
    for name, values in series:
        chart.add(name, list(values))
    return str(chart.render()).encode()  # a text, since it has no XML declaration


def draw_usage(bars: Sequence[Bar], *, dark: bool) -> bytes:
    """Use by month beside the year before, in kWh, with words in the current language."""
    series = [(tr(THIS_YEAR), [bar.kwh for bar in bars]), (tr(YEAR_BEFORE), [bar.kwh_before for bar in bars])]
    return draw_svg("bar", [bar.label for bar in bars], series, dark=dark)


def chart_picture(kind: Kind, labels: Sequence[str], series: Sequence[Series], alt: str) -> Markup:
    """A `<picture>` for a page, in the colors of the reader's screen. `alt` says in a sentence what it shows."""
    light, dark = (_data_url(draw_svg(kind, labels, series, dark=dark)) for dark in (False, True))
    return Markup(
        '<picture class="chart"><source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
        '<img src="{light}" alt="{alt}" width="{width}" height="{height}"></picture>'
    ).format(dark=dark, light=light, alt=alt, width=WIDTH, height=HEIGHT)


def _data_url(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
