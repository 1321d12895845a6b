"""The card entry page of the sandbox network: plain HTML without scripts, on the network's own origin."""

from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import jinja2
from aiohttp import web

from sandbox.api import NETWORK, Handler
from sandbox.charges import ChargeRefused
from sandbox.entries import CardEntry
from sandbox.entry_form import BANK_FIELDS, CARD_FIELDS, FormResult, check_bank, check_card, redisplay_values
from sandbox.instruments import ACCOUNTS, CARDS, TEST_ROUTING

Method = Literal["card", "bank"]

_TEMPLATES = Path(__file__).parent / "templates"
_JINJA = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (_TEMPLATES / "entry.css").read_text()
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_routes(app: web.Application) -> None:
    app.router.add_get("/entry.css", _style)
    app.router.add_get("/entry/{id}", _show_card)
    app.router.add_post("/entry/{id}", _submit_card)
    app.router.add_get("/entry/{id}/bank", _show_bank)
    app.router.add_post("/entry/{id}/bank", _submit_bank)
    app.router.add_post("/entry/{id}/cancel", _cancel)


@web.middleware
async def page_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors on a page with a page."""
    if request.path.startswith("/v1/"):
        return await handler(request)
    try:
        return await handler(request)
    except ChargeRefused:
        return _notice(404, "This page is not here", "The link may be incomplete. Please start again.")
    except web.HTTPNotFound:
        return _notice(404, "This page is not here", "The link may be incomplete. Please start again.")
    except web.HTTPException as error:
        return _notice(error.status, "That did not work", "Please go back and try again.")


async def _style(request: web.Request) -> web.Response:
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=_STYLE, content_type="text/css", headers=headers)


async def _show_card(request: web.Request) -> web.Response:
    return _show_entry(_entry(request), "card")


async def _show_bank(request: web.Request) -> web.Response:
    return _show_entry(_entry(request), "bank")


async def _submit_card(request: web.Request) -> web.Response:
    form = await _form(request)
    return _complete_entry(request, "card", form, check_card(form, request.app[NETWORK].database.today()))


async def _submit_bank(request: web.Request) -> web.Response:
    form = await _form(request)
    return _complete_entry(request, "bank", form, check_bank(form))


async def _cancel(request: web.Request) -> web.Response:
    return _back(request.app[NETWORK].entries.abandon(request.match_info["id"]))


def _complete_entry(request: web.Request, method: Method, form: dict[str, str], checked: FormResult) -> web.Response:
    entry = _entry(request)
    if entry.status == "pending" and checked.instrument is None:
        return _page(entry, method, form, checked.errors)
    if entry.status == "pending" and checked.instrument is not None:
        entry = request.app[NETWORK].entries.complete(entry.id, checked.instrument)
    # A form sent twice ends where the first one did; one sent too late is told so.
    return _back(entry) if entry.status == "complete" else _show_entry(entry, method)


def _entry(request: web.Request) -> CardEntry:
    return request.app[NETWORK].entries.get(request.match_info["id"])


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    body = (await request.read()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=30, errors="replace"))
    except ValueError:
        raise web.HTTPBadRequest from None


def _show_entry(entry: CardEntry, method: Method) -> web.Response:
    if entry.status == "pending":
        return _page(entry, method, {}, {})
    done = entry.status == "complete"
    title = "Your details are in" if done else "This page is closed"
    text = "There is nothing more to do here." if done else "Nothing was charged. Please start again."
    return _notice(200 if done else 410, title, text, entry.return_url)


def _page(entry: CardEntry, method: Method, form: dict[str, str], errors: dict[str, str]) -> web.Response:
    html = _JINJA.get_template(f"{method}.html").render(
        entry=entry,
        method=method,
        amount=f"${entry.amount_cents // 100:,}.{entry.amount_cents % 100:02}" if entry.amount_cents else "",
        values=redisplay_values(form, CARD_FIELDS if method == "card" else BANK_FIELDS),
        errors=errors,
        cards=CARDS,
        accounts=ACCOUNTS,
        routing=TEST_ROUTING,
    )
    return _html(html, 422 if errors else 200, _origin(entry.return_url))


def _notice(status: int, title: str, text: str, link: str | None = None) -> web.Response:
    html = _JINJA.get_template("notice.html").render(title=title, text=text, link=link, errors={})
    return _html(html, status)


def _html(html: str, status: int, form_goes_to: str = "") -> web.Response:
    # Browsers hold form-action against the redirect after a form too, so the way back has to be named.
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_goes_to}".rstrip()
    )
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _back(entry: CardEntry) -> web.Response:
    """Redirect to the address that the merchant gave when it opened the entry, and to no other."""
    return web.Response(status=303, headers={**_HEADERS, "Location": entry.return_url})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
