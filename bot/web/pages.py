"""HTML pages: one environment for all templates, and the headers of pages for one person's eyes."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from sanic import HTTPResponse, Request
from sanic.response import html

from backend.billing.prepaid import format_days
from backend.config import Settings
from backend.coop import format_phone
from backend.language import current_language, format_day, format_short_date, format_short_month, tr
from backend.money import format_cents

PHONES = re.compile(r"(?<![\w-])(911|[2-9]\d{2}-\d{3}-\d{4})(?![\w-])", re.ASCII)
BOT = Path(__file__).resolve().parent.parent

PRIVATE_HEADERS = {
    # the address of such a page is a key to it: no cache, no other site and no search engine may learn it
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@cache
def create_templates(folder: Path) -> Environment:
    """The templates of `folder` and those that all pages share (bot/templates), each compiled once a process.

    They have `tr` for words and filters for cents, days and phone numbers, all in the reader's language.
    """
    env = Environment(
        loader=FileSystemLoader([folder, BOT / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "cents": format_cents,
        "day": format_day_with_year,
        "short_day": partial(format_short_date, year=True),  # Dec 4, 2026 or 4 dic 2026
        "month": format_short_month,
        "phone": format_phone,
        "days": format_days,
        "call_links": link_phones,
        "first_upper": begin_line,
    }
    env.globals |= {"tr": translate_markup, "tr_count": count_markup, "language": current_language}
    return env


def begin_line(text: str) -> str:
    """`checking ending 6789` as it stands at the beginning of a line."""
    return text[:1].upper() + text[1:]


def link_phones(text: str) -> Markup:
    """Our own words with each phone number, and 911, as a link that calls it."""
    parts = PHONES.split(text)
    return Markup("").join(_link_phone(part) if at % 2 else escape(part) for at, part in enumerate(parts))


def _link_phone(number: str) -> Markup:
    to = number if number == "911" else f"+1{number.replace('-', '')}"
    return Markup('<a href="tel:{to}">{number}</a>').format(to=to, number=number)


def translate_markup(text: str, **values: object) -> Markup:
    """`tr` for templates: the text is ours and may have tags, what is put into it is escaped."""
    return Markup(tr(text)).format(**values)  # noqa: S704 - our own words


def count_markup(one: str, many: str, count: int, **values: object) -> Markup:
    """`tr_count` for templates."""
    return translate_markup(one if count == 1 else many, count=count, **values)


def render_private_page(
    templates: Environment, template: str, status: int = 200, /, *, form_targets: tuple[str, ...] = (), **values: Any
) -> HTTPResponse:
    """A page for one person's eyes. `form_targets` are origins to which its forms may redirect."""
    # only our own scripts; browsers apply form-action to the redirect after a form too, so it names the provider
    targets = " ".join(("'self'", *form_targets))
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {targets}"
    )
    page = templates.get_template(template).render(values)
    return html(page, status, headers={**PRIVATE_HEADERS, "content-security-policy": policy})


def redirect(url: str) -> HTTPResponse:
    """A redirect that the browser follows with a GET."""
    return HTTPResponse(status=303, headers={**PRIVATE_HEADERS, "location": url})


def is_same_site_post(request: Request, settings: Settings) -> bool:
    """Whether a form post comes from one of our pages, as far as the browser says.

    Pages served with `no-referrer` post `Origin: null`; then Sec-Fetch-Site decides. A browser that sends neither
    passes: the token in the address or in the form protects (on sign-in pages `sign_in_forms`).
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site and site not in ("same-origin", "none"):
        return False
    if not origin or origin == "null":
        return True
    return origin in (url_origin(settings.public_url), f"{request.scheme}://{request.host}")


def hides_origin(request: Request) -> bool:
    """Whether nothing says where a posted form comes from: an old browser, or one with strict privacy."""
    return request.headers.get("origin") == "null" and not request.headers.get("sec-fetch-site")


def form_field(request: Request, name: str) -> str:
    """A field of a posted form; empty when it is missing."""
    form: Any = request.get_form() or {}
    return str(form.get(name) or "")


def format_day_with_year(on: date) -> str:
    """`Friday, December 4, 2026`, `viernes 4 de diciembre de 2026`."""
    return format_day(on, date.min)  # format_day leaves out the year when both have the same


def url_origin(url: str) -> str:
    """`https://example.com:8443/a?b` → `https://example.com:8443`, as browsers write an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
