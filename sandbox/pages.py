"""The hosted page where a member types a card or an account: plain HTML without scripts, on the network's address."""

from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import jinja2
from aiohttp import web

from backend.language import ENGLISH, LANGUAGES, current_language, tr, use_language, with_language
from backend.money import format_cents
from sandbox.api import NETWORK, Handler
from sandbox.charges import ChargeRefused
from sandbox.entries import CardEntry
from sandbox.entry_form import BANK_FIELDS, CARD_FIELDS, check_bank, check_card, redisplay_values
from sandbox.instruments import ACCOUNTS, CARDS, TEST_ROUTING

Method = Literal["card", "bank"]

_TEMPLATES = Path(__file__).parent / "templates"
# not the environment of bot/web/pages.py: this stands in for another company's site, in a process without Sanic
_JINJA = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_JINJA.globals |= {"tr": tr, "language": current_language, "with_language": with_language}
_STYLE = (_TEMPLATES / "entry.css").read_text()
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def add_routes(app: web.Application) -> None:
    app.router.add_get("/entry.css", _style)
    for path in ("/entry/{id}", "/entry/{id}/bank"):
        app.router.add_get(path, _show)
        app.router.add_post(path, _submit)
    app.router.add_post("/entry/{id}/cancel", _cancel)


@web.middleware
async def page_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors of pages with a page, in the language that the merchant opened the entry in (`?lang=es`)."""
    if request.path.startswith("/v1/"):
        return await handler(request)
    asked = request.query.get("lang", ENGLISH)
    with use_language(asked if asked in LANGUAGES else ENGLISH):
        try:
            return await handler(request)
        except (ChargeRefused, web.HTTPNotFound):
            return _notice(404, tr("This page is not here"), tr("The link may be incomplete. Please start again."))
        except web.HTTPException as error:
            return _notice(error.status, tr("That did not work"), tr("Please go back and try again."))


async def _style(request: web.Request) -> web.Response:
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=_STYLE, content_type="text/css", headers=headers)


async def _show(request: web.Request) -> web.Response:
    return _show_entry(_entry(request), _method(request))


async def _submit(request: web.Request) -> web.Response:
    form, method = await _form(request), _method(request)
    network = request.app[NETWORK]
    checked = check_bank(form) if method == "bank" else check_card(form, network.database.today())
    entry = _entry(request)
    if entry.status == "pending" and checked.instrument is None:
        return _page(entry, method, form, checked.errors)
    if entry.status == "pending" and checked.instrument is not None:
        entry = network.entries.complete(entry.id, checked.instrument)
    # a form that is sent twice ends where the first one did; one that is late gets a notice
    return _back(entry) if entry.status == "complete" else _show_entry(entry, method)


async def _cancel(request: web.Request) -> web.Response:
    return _back(request.app[NETWORK].entries.abandon(request.match_info["id"]))


def _method(request: web.Request) -> Method:
    return "bank" if request.path.endswith("/bank") else "card"


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
    title = tr("Your details are in") if done else tr("This page is closed")
    text = tr("There is nothing more to do here.") if done else tr("Nothing was charged. Please start again.")
    return _notice(200 if done else 410, title, text, entry.return_url)


def _page(entry: CardEntry, method: Method, form: dict[str, str], errors: dict[str, str]) -> web.Response:
    html = _JINJA.get_template(f"{method}.html").render(
        entry=entry,
        method=method,
        amount=format_cents(entry.amount_cents) if entry.amount_cents else "",
        values=redisplay_values(form, CARD_FIELDS if method == "card" else BANK_FIELDS),
        errors=errors,
        cards=CARDS,
        accounts=ACCOUNTS,
        routing=TEST_ROUTING,
    )
    return_to = urlsplit(entry.return_url)
    return _html(html, 422 if errors else 200, f"{return_to.scheme}://{return_to.netloc}")


def _notice(status: int, title: str, text: str, link: str | None = None) -> web.Response:
    html = _JINJA.get_template("notice.html").render(title=title, text=text, link=link, errors={})
    return _html(html, status)


def _html(html: str, status: int, form_goes_to: str = "") -> web.Response:
    # browsers apply form-action to the redirect after a form too, so the return address must be listed
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_goes_to}".rstrip()
    )
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _back(entry: CardEntry) -> web.Response:
    """Redirect to the address that the merchant gave when it opened the entry, and to no other."""
    return web.Response(status=303, headers={**_HEADERS, "Location": entry.return_url})
