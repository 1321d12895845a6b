"""The screens on which pages are checked, and what axe-core finds on them."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "reduced_motion": "reduce"}
PHONE_DARK = {**PHONE, "color_scheme": "dark"}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # the others are long lists that nobody reads
}


async def violations(page: Page) -> list[str]:
    """What axe-core has against the page as it is now, the widget's inside included."""
    results = await Axe().run(page, options=RULES)
    return [
        f"{rule['id']}: {rule['help']}: {node['target']}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]
