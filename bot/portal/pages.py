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
from backend.language import current_language, format_day, format_short_date, format_short_month, tr
from backend.money import format_cents

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"

PRIVATE_HEADERS = {
    # the address of such a page is a key to it: it must not be kept, told on, or found
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@cache
def template_environment() -> Environment:
    """The templates: `tr` for their words, amounts and days as filters, all in the language that is spoken."""
    env = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "cents": format_cents,
        "day": format_day_with_year,
        "short_day": format_short_day,
        "month": format_short_month,
    }
    env.globals |= {"tr": translate_markup, "language": current_language}
    return env


def translate_markup(text: str, **values: object) -> Markup:
    """`tr` for templates: the text is ours and may have entities, what is put into it is escaped."""
    return Markup(tr(text)).format(**values)  # noqa: S704 - our own words


def render_private_page(
    template: str, *, status: int = 200, form_targets: tuple[str, ...] = (), **values: Any
) -> HTTPResponse:
    """A page for one member's eyes. `form_targets` are origins that its forms may be sent on to."""
    html = template_environment().get_template(template).render(values)
    headers = {**PRIVATE_HEADERS, "content-security-policy": content_security_policy(form_targets)}
    return HTTPResponse(html, status=status, headers=headers, content_type="text/html; charset=utf-8")


def redirect(url: str) -> HTTPResponse:
    """Send the browser on, with a GET."""
    return HTTPResponse(status=303, headers={**PRIVATE_HEADERS, "location": url})


def content_security_policy(form_targets: tuple[str, ...] = ()) -> str:
    """No script at all. Browsers hold redirects of a form against form-action too, so the provider is named in it."""
    targets = " ".join(("'self'", *form_targets))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )


def is_same_site_post(request: Request, settings: Settings) -> bool:
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
    return origin in (_url_origin(settings.public_url), f"{request.scheme}://{request.host}")


def format_day_with_year(on: date) -> str:
    """`Friday, December 4, 2026`, `viernes 4 de diciembre de 2026`."""
    return format_day(on, date.min)  # with its year always


def format_short_day(on: date) -> str:
    """`Dec 4, 2026`, `4 dic 2026`."""
    return format_short_date(on, year=True)


def _url_origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
