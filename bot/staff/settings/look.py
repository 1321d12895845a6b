"""The page about color and logo, with a drawing of how the pages will look."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from backend.coop import Coop
from backend.coop_colors import (
    DARK_GROUNDS,
    HEX_COLOR,
    LEAST_CONTRAST,
    LIGHT_GROUNDS,
    Shades,
    dark_shades,
    find_least_contrast,
    light_shades,
    nearest_readable,
)
from backend.coop_presentation import DEFAULT_ACCENT
from backend.language import mark, tr
from bot.staff.settings.fields import Area, Field, Group, Reading, Sample, Typed

DIGEST = re.compile(r"[0-9a-f]{64}")
FILE_NAME = re.compile(r"[\w.-]{1,80}\.(?:png|svg)")


def _groups(_tables: Mapping[str, Any], _typed: Typed) -> list[Group]:
    return [
        Group(
            mark("Color"),
            (
                Field(
                    "accent", mark("Color of buttons and links"), "color", longest=7, required=True,
                    hint=mark("Words in it must be readable on white and on gray."),
                ),
                Field(
                    "dark_accent", mark("On dark screens"), "color", longest=7,
                    hint=mark("As #rrggbb. Leave it empty, and a lighter shade of the color is found by itself."),
                ),
            ),
        ),
        Group(
            mark("Logo"),
            (
                Field(
                    "logo_file", mark("New logo"), "file",
                    hint=mark("PNG or SVG, at most 40 KB, best as wide as high. It is shown 40 pixels high."),
                ),
                Field(
                    "logo_use", mark("Logo in use"), "choice",
                    choices=(
                        ("keep", mark("the new one, or else the one in use")),
                        ("none", mark("the lightning of memberline")),
                    ),
                ),
            ),
        ),
    ]  # fmt: skip


def _show(tables: Mapping[str, Any]) -> dict[str, str]:
    look = tables.get("look", {})
    return {
        "accent": str(look.get("accent") or DEFAULT_ACCENT),
        "dark_accent": str(look.get("dark_accent") or ""),
        "logo": str(look.get("logo") or ""),
        "logo_use": "keep",
    }


def _read(typed: Typed, _tables: Mapping[str, Any]) -> Reading:
    reading = Reading({"look": {}})
    look = reading.tables["look"]
    for name, grounds in (("accent", LIGHT_GROUNDS), ("dark_accent", DARK_GROUNDS)):
        color = typed.get(name, "").strip().lower()
        if name == "dark_accent" and not color:
            look[name] = ""
        elif trouble := find_color_trouble(color, grounds):
            reading.errors[name] = trouble
        look[name] = color
    logo = typed.get("logo", "")
    keeps = typed.get("logo_use") != "none" and (DIGEST.fullmatch(logo) or FILE_NAME.fullmatch(logo))
    look["logo"] = logo if keeps else ""
    return reading


def find_color_trouble(color: str, grounds: tuple[str, ...]) -> str:
    """Why a color is not taken, with a shade near it that is; empty when it is fine."""
    if not HEX_COLOR.fullmatch(color):
        return tr("Write the color as # and six digits or letters a to f, such as {color}.", color=DEFAULT_ACCENT)
    found = find_least_contrast(color, grounds)
    if found >= LEAST_CONTRAST:
        return ""
    return tr(
        "Words in this color are hard to read: the contrast is {found}, and {least} is needed. {near} is near and can "
        "be read.",
        found=f"{found:.1f}", least=LEAST_CONTRAST, near=nearest_readable(color, grounds),
    )  # fmt: skip


def _samples(coop: Coop) -> list[Sample]:
    look = coop.shown.look
    light, dark = light_shades(look.accent), dark_shades(look.dark_accent, look.accent)
    return [
        Sample(tr("On a light screen"), _contrast(look.accent, LIGHT_GROUNDS),
               picture=draw_page(coop, light, LIGHT_GROUNDS, "#17211f")),
        Sample(tr("On a dark screen"), _contrast(look.dark_accent, DARK_GROUNDS),
               picture=draw_page(coop, dark, DARK_GROUNDS, "#eaf1ee")),
    ]  # fmt: skip


def _contrast(color: str, grounds: tuple[str, ...]) -> str:
    found = f"{find_least_contrast(color, grounds):.1f}"
    return tr("The contrast of words is {found}; {least} is needed.", found=found, least=LEAST_CONTRAST)


def draw_page(coop: Coop, shades: Shades, grounds: tuple[str, ...], ink: str) -> str:
    """A small page with a bar, a button, a link and a message, as the data: address of a picture."""
    surface, page, _ = grounds
    words = (coop.short_name, tr("Pay now"), tr("Your bills"), tr("How much do I owe?"))
    name, button, link, said = (escape(each) for each in words)
    drawing = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 220" font-family="sans-serif">
<rect width="480" height="220" rx="12" fill="{page}"/>
<rect width="480" height="48" fill="{surface}"/>
<text x="20" y="31" font-size="18" font-weight="700" fill="{ink}">{name}</text>
<rect x="20" y="64" width="250" height="136" rx="12" fill="{surface}"/>
<text x="40" y="104" font-size="26" font-weight="700" fill="{ink}">$112.40</text>
<rect x="40" y="124" width="120" height="42" rx="10" fill="{shades.accent}"/>
<text x="100" y="151" font-size="16" font-weight="600" text-anchor="middle" fill="{shades.on_accent}">{button}</text>
<text x="176" y="151" font-size="16" fill="{shades.accent}" text-decoration="underline">{link}</text>
<rect x="290" y="64" width="170" height="136" rx="12" fill="{surface}"/>
<path d="M290 76a12 12 0 0 1 12-12h146a12 12 0 0 1 12 12v24H290z" fill="{shades.bar}"/>
<circle cx="310" cy="82" r="8" fill="{shades.on_bar}"/>
<rect x="302" y="140" width="148" height="36" rx="12" fill="{shades.bar}"/>
<text x="376" y="163" font-size="13" text-anchor="middle" fill="{shades.on_bar}">{said}</text></svg>"""
    return data_url("image/svg+xml", drawing.encode())


def data_url(media_type: str, content: bytes) -> str:
    """A picture as an address that holds it."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


LOOK = Area(
    "look", mark("Color and logo"),
    mark("The members' pages, the chat and these pages take them. Colors that are hard to read are not taken."),
    _groups, _show, _read, _samples, lambda coop: coop.shown.look.accent,
)  # fmt: skip
