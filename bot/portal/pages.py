"""Pages as HTTP answers: templates in, HTML out, with headers that let nothing else in."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import current, day_words, short_date, short_month, tr
from backend.money import format_cents

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

PRIVATE = {
    # the address of such a page is a key to it: it must not be kept, told on, or found
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@cache
def environment() -> Environment:
    """The templates: `tr` for their words, amounts and days as filters, all in the language that is spoken."""
    env = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"cents": format_cents, "day": long_day, "short_day": short_day, "month": short_month}
    env.globals |= {"tr": words, "language": current}
    return env


def words(text: str, **values: object) -> Markup:
    """`tr` for templates: the text is ours and may have entities, what is put into it is escaped."""
    return Markup(tr(text)).format(**values)  # noqa: S704 - our own words


def private_page(
    template: str, *, status: int = 200, form_targets: tuple[str, ...] = (), **values: Any
) -> HTTPResponse:
    """A page for one member's eyes. `form_targets` are origins that its forms may be sent on to."""
    html = environment().get_template(template).render(values)
    headers = {**PRIVATE, "content-security-policy": content_policy(form_targets)}
    return HTTPResponse(html, status=status, headers=headers, content_type="text/html; charset=utf-8")


def see_other(url: str) -> HTTPResponse:
    """Send the browser on, with a GET."""
    return HTTPResponse(status=303, headers={**PRIVATE, "location": url})


def content_policy(form_targets: tuple[str, ...] = ()) -> str:
    """No script at all. Browsers hold redirects of a form against form-action too, so the provider is named in it."""
    targets = " ".join(("'self'", *form_targets))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )


def from_our_pages(request: Request, settings: Settings) -> bool:
    """Whether a form post comes from a page of ours, as far as the browser tells.

    Pages sent with `no-referrer` post with `Origin: null`; then Sec-Fetch-Site tells, and the token in the address is
    what protects. A browser that tells neither is let through on the token alone.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site and site not in ("same-origin", "none"):
        return False
    if not origin or origin == "null":
        return True
    return origin in (_origin(settings.public_url), f"{request.scheme}://{request.host}")


def long_day(on: date) -> str:
    """`Friday, December 4, 2026`, `viernes 4 de diciembre de 2026`."""
    return day_words(on, date.min)  # with its year always


def short_day(on: date) -> str:
    """`Dec 4, 2026`, `4 dic 2026`."""
    return short_date(on, year=True)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
