"""The demo page, static files, usage charts, health and metrics, and the outbox page of development."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response
from sanic.exceptions import NotFound
from sanic.response import html
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DEMO_PEOPLE
from backend.demo.people import HOLDER_DIGITS
from backend.language import ENGLISH, join_words, tr, use_language
from backend.logins import signin
from backend.members.signed_in_talks import mark_session
from backend.outbox import service as outbox
from backend.usage import chart, signed_media
from backend.usage import service as usage
from bot.services import Services
from bot.web.charts import draw_usage
from bot.web.cookies import PORTAL_SESSION, read_cookie
from bot.web.database_metrics import read_database_metrics
from bot.web.guards import development_only, loopback_or_token, public
from bot.web.json_requests import READ_METHODS
from bot.web.languages import find_named_language, keep_named_language
from bot.web.pages import BOT, create_templates

OUTBOX_PAGE = "/dev/outbox"
PHONE_PAGE = "/dev/phone"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = (".css", ".js", ".svg")
CHART_NAME = re.compile(r"([A-Za-z0-9_-]{30,120})(?:\.png|(?P<tall>\.tall)?(?P<dark>\.dark)?(?P<svg>\.svg))")
CHART_HEADERS = {
    "Cache-Control": "private, max-age=600",
    "X-Robots-Tag": "noindex, nofollow",
    # the chat widget may be on the co-op's own site
    "Cross-Origin-Resource-Policy": "cross-origin",
}
SVG_HEADERS = CHART_HEADERS | {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""A picture has its colors inside; it may run and load nothing."""
METRICS_SECONDS = 2
"""The metrics do not wait longer for the database: they are read to see that it is away."""
MAX_CONCURRENT_CHARTS = 2
"""Each takes a few megabytes while it is drawn."""


def blueprint(services: Services) -> Blueprint:
    """GET /, /static/<name>, /media/<token>.png and .svg, /dev/outbox, /health, /ready and /metrics."""
    routes = Blueprint("site")
    _add_pages(routes, services)
    _add_charts(routes, services)
    _add_monitoring(routes, services)
    return routes


def _add_pages(routes: Blueprint, services: Services) -> None:
    templates = create_templates(BOT / "portal" / "templates")
    shared_files = StaticFiles.of_folder(BOT / "static")

    @routes.route("/", methods=READ_METHODS)
    @public
    async def demo(request: Request) -> HTTPResponse:
        owner = await find_talk_owner(services, request)
        with use_language(find_named_language(request, services.settings) or ENGLISH):
            values = {"talk_owner": owner, **demo_page_values(services)}
            response = html(templates.get_template("demo.html").render(values))
        keep_named_language(request, services.settings, response)
        return response

    @routes.route("/static/<name:str>", methods=READ_METHODS)
    @public
    async def static_file(request: Request, name: str) -> HTTPResponse:
        return shared_files.respond(request, name)

    @routes.route(OUTBOX_PAGE, methods=READ_METHODS)
    @development_only(services.settings)
    async def outbox_page(request: Request) -> HTTPResponse:
        async with services.backend.db.read_session() as session:
            messages = await outbox.list_newest(session)
        return html(templates.get_template("outbox.html").render(messages=messages, coop=services.coop))


async def find_talk_owner(services: Services, request: Request) -> str:
    """The mark of this browser's open session on the account page: a talk begun there goes on here; else empty."""
    cookie = read_cookie(request, services.settings, PORTAL_SESSION)
    with suppress(SQLAlchemyError, OSError):  # the first page is there without the database, too
        if cookie and await signin.find_session(services.backend, cookie):
            return mark_session(services.backend, cookie)
    return ""


def demo_page_values(services: Services) -> dict[str, Any]:
    """The values of demo.html; production has no demo members."""
    if services.settings.production:
        return {"coop": services.coop}
    users = [person.user_id for person in DEMO_PEOPLE if person.user_id]
    secrets = {"users": join_words(users), "password": DEMO_PASSWORD, "digits": HOLDER_DIGITS}
    members = [
        {"number": number, "last4": last4, "purpose": f"{person.name}: {tr(person.purpose)}"}
        for (number, last4, _purpose), person in zip(DEMO_ACCOUNTS, DEMO_PEOPLE, strict=True)
    ]
    return {
        "coop": services.coop,
        "demo_members": members,
        "demo_secrets": secrets,
        "outbox_url": OUTBOX_PAGE,
        "phone_url": PHONE_PAGE,
    }


def _add_charts(routes: Blueprint, services: Services) -> None:
    drawing = asyncio.Semaphore(MAX_CONCURRENT_CHARTS)

    @routes.route("/media/<name:str>", methods=READ_METHODS)
    @public
    async def usage_chart(request: Request, name: str) -> HTTPResponse:
        """A usage chart, drawn at each request: PNG for texts, SVG for screens (`.dark.svg` for dark ones;
        `.tall.svg` fills a phone).

        The signed token in the address is the permission.
        """
        token = CHART_NAME.fullmatch(name)
        found = signed_media.open_token(services.backend, token[1]) if token else None
        if found is None:
            raise NotFound()
        async with services.backend.db.read_session() as session:
            months = await usage.list_last_months(session, found.account_id)
        svg, dark, tall = (bool(token and token[part]) for part in ("svg", "dark", "tall"))
        with use_language(found.language):
            bars = [chart.Bar.of(month) for month in months]
            async with drawing:  # to_thread passes the language on
                if svg:
                    body = await asyncio.to_thread(draw_usage, bars, dark=dark, tall=tall)
                    return HTTPResponse(body, headers=SVG_HEADERS, content_type="image/svg+xml")
                body = await asyncio.to_thread(chart.draw, bars)
        return HTTPResponse(body, headers=CHART_HEADERS, content_type="image/png")


def _add_monitoring(routes: Blueprint, services: Services) -> None:
    @routes.route("/health", methods=READ_METHODS)
    @public
    async def health(request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    @routes.route("/ready", methods=READ_METHODS)
    @public
    async def ready(request: Request) -> HTTPResponse:
        checks = {"database": "ok", "engine": "ok" if await services.engine.is_healthy() else "unreachable"}
        try:
            async with services.backend.db.read_session() as session:
                await session.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            checks["database"] = "unreachable"
        is_ready = all(state == "ok" for state in checks.values())
        body = {"status": "ok" if is_ready else "unavailable", "checks": checks}
        return json_response(body, status=200 if is_ready else 503)

    @routes.route("/metrics", methods=READ_METHODS)
    @loopback_or_token(services.settings.metrics_token)
    async def metrics(request: Request) -> HTTPResponse:
        try:
            async with asyncio.timeout(METRICS_SECONDS):
                await read_database_metrics(services.backend, services.metrics)
        except (SQLAlchemyError, OSError):  # TimeoutError is an OSError; /ready tells the rest
            services.metrics.set_postings(None, services.backend.clock.now())
        return HTTPResponse(services.metrics.render(), content_type=CONTENT_TYPE_LATEST)


@lru_cache(maxsize=64)
def _compress(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


@dataclass(frozen=True)
class StaticFile:
    body: bytes
    gzipped: bytes | None
    content_type: str
    etag: str


class StaticFiles:
    """Files by name, read once at the start; browsers rarely load them again, thanks to the ETag.

    Names are looked up in memory, so that no request can reach other files.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files: dict[str, StaticFile] = {}
        for name, body in files.items():
            suffix = Path(name).suffix
            gzipped = _compress(body) if suffix in COMPRESSIBLE else None
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            self._files[name] = StaticFile(body, gzipped, CONTENT_TYPES[suffix], etag)

    @classmethod
    def of_folder(cls, folder: Path) -> StaticFiles:
        """The files of a folder whose kind is known."""
        return cls({path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in CONTENT_TYPES})

    def respond(self, request: Request, name: str, *, any_site: bool = False) -> HTTPResponse:
        """The file, or "not modified". Raises NotFound."""
        file = self._files.get(name)
        if file is None:
            raise NotFound()
        headers = {
            "ETag": file.etag,
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            "Cross-Origin-Resource-Policy": "cross-origin" if any_site else "same-origin",
        }
        if any_site:
            headers["Access-Control-Allow-Origin"] = "*"
        if request.headers.get("if-none-match") == file.etag:
            return HTTPResponse(status=304, headers=headers)
        if file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return HTTPResponse(file.gzipped, headers=headers, content_type=file.content_type)
        return HTTPResponse(file.body, headers=headers, content_type=file.content_type)
