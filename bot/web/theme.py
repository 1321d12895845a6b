"""The co-op's own color, logo and words: /theme.css, /logo, and what the chat widget is served with."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path

from sanic import Blueprint, HTTPResponse, Request

from backend.coop import Coop
from backend.coop_colors import Shades, dark_shades, light_shades
from backend.coop_presentation import DEFAULT_ACCENT, DEFAULT_DARK_ACCENT, Look
from backend.language import LANGUAGES, use_language
from bot.channels.webchat.widget_file import build_widget
from bot.services import Services
from bot.web.guards import public
from bot.web.json_requests import READ_METHODS
from bot.web.pages import BOT

MARK = BOT / "static" / "mark.svg"
WIDGET_SLOT = "const PUBLISHED = {};"
"""In widget.js: takes the words and colors that the office has published."""
LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For who opens the logo's own address: whatever is in the picture, nothing of it runs."""


def render_theme(look: Look) -> str:
    """The colors of a look as custom properties; empty for our own."""
    if not has_own_colors(look):
        return ""
    light = _properties(light_shades(look.accent))
    dark = _properties(dark_shades(look.dark_accent, look.accent))
    return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def has_own_colors(look: Look) -> bool:
    return (look.accent, look.dark_accent) != (DEFAULT_ACCENT, DEFAULT_DARK_ACCENT)


def _properties(shades: Shades) -> str:
    values = {
        "accent": shades.accent,
        "accent-strong": shades.strong,
        "on-accent": shades.on_accent,
        "bar": shades.bar,
        "on-bar": shades.on_bar,
    }
    return "".join(f"--ml-{name}:{value};" for name, value in values.items())


def describe_for_widget(coop: Coop) -> dict[str, object]:
    """What widget.js is served with: by language the greeting, the starters and the banner; and the colors."""
    words = {}
    for language in LANGUAGES:
        with use_language(language):
            words[language] = {
                "greeting": coop.shown.chat_greeting[language],
                "starters": "|".join(coop.shown.starters[language]),
                "banner": coop.banner_text,
            }
    return {"words": words, "theme": _widget_theme(coop.shown.look)}


def _widget_theme(look: Look) -> str:
    """The widget's own properties, behind its defaults: what the page around it sets still wins."""
    if not has_own_colors(look):
        return ""
    light, dark = light_shades(look.accent), dark_shades(look.dark_accent, look.accent)
    return f":host{{{_fallbacks(light)}}}@media (prefers-color-scheme:dark){{:host{{{_fallbacks(dark)}}}}}"


def _fallbacks(shades: Shades) -> str:
    values = {
        "accent": shades.accent,
        "on-accent": shades.on_accent,
        "bar": shades.bar,
        "on-bar": shades.on_bar,
    }
    return "".join(f"--{name}:var(--ml-{name},{value});" for name, value in values.items())


def blueprint(services: Services) -> Blueprint:
    """GET /theme.css, /logo and /widget.js, as they are published now: browsers ask each time whether they changed."""
    routes = Blueprint("theme")
    widget = build_widget().decode()
    if WIDGET_SLOT not in widget:
        raise RuntimeError(f"widget.js has no line {WIDGET_SLOT}")

    @routes.route("/theme.css", methods=READ_METHODS)
    @public
    async def theme(request: Request) -> HTTPResponse:
        css = render_theme(services.coop.shown.look)
        return _respond(request, css.encode(), "text/css; charset=utf-8", {})

    @routes.route("/logo", methods=READ_METHODS)
    @public
    async def logo(request: Request) -> HTTPResponse:
        found = services.backend.live.logo
        content, media_type = (found.content, found.media_type) if found else (_read_mark(MARK), "image/svg+xml")
        return _respond(request, content, media_type, {"Content-Security-Policy": LOGO_POLICY})

    @routes.route("/widget.js", methods=READ_METHODS)
    @public
    async def widget_file(request: Request) -> HTTPResponse:
        published = json.dumps(describe_for_widget(services.coop), ensure_ascii=False)
        script = widget.replace(WIDGET_SLOT, f"const PUBLISHED = {published};", 1)
        return _respond(
            request, script.encode(), "text/javascript; charset=utf-8", {"Access-Control-Allow-Origin": "*"}
        )  # fmt: skip

    return routes


@cache
def _read_mark(path: Path) -> bytes:
    return path.read_bytes()


def _respond(request: Request, body: bytes, content_type: str, more: dict[str, str]) -> HTTPResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin",
        **more,
    }
    if request.headers.get("if-none-match") == etag:
        return HTTPResponse(status=304, headers=headers)
    if content_type != "image/png" and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = _compress(body)
    return HTTPResponse(body, headers=headers, content_type=content_type)


@lru_cache(maxsize=8)
def _compress(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
