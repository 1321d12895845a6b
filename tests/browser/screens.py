"""The screens on which pages are checked, and what axe-core finds on them."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "reduced_motion": "reduce"}
PHONE_DARK = {**PHONE, "color_scheme": "dark"}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # the others are long lists that nobody reads
}
LOOKS = {
    "runOnly": {
        "type": "rule",
        "values": [
            "color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable",
            "button-name", "link-name", "label", "aria-hidden-focus", "region", "page-has-heading-one",
        ],
    },
    "resultTypes": ["violations"],
}  # fmt: skip
"""What colors, the width, and what a width hides can break; all else is the same on every screen."""


async def violations(page: Page, options: dict[str, Any] = RULES) -> list[str]:
    """What axe-core has against the page as it is now, the widget's inside included."""
    results = await Axe().run(page, options=options)
    return _describe(results.response)


async def violations_on(page: Page, screen: dict[str, Any]) -> list[str]:
    """What the looks of the page on another screen break. The page was looked at by `violations` before: axe-core is in
    it, and warm, which makes this a third of opening the page once more on that screen.
    """
    await show_on(page, screen)
    return _describe(await page.evaluate("(options) => axe.run(options)", LOOKS))


async def show_on(page: Page, screen: dict[str, Any]) -> None:
    """The same page with the width and the colors of another screen."""
    await page.set_viewport_size(screen["viewport"])
    await page.emulate_media(color_scheme=screen.get("color_scheme", "light"))


def _describe(response: dict[str, Any]) -> list[str]:
    return [
        f"{rule['id']}: {rule['help']}: {node['target']}" for rule in response["violations"] for node in rule["nodes"]
    ]
