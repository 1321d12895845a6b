"""The demo page, the widget's script, health and metrics, and the outbox page of development."""

from __future__ import annotations

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response
from sanic.response import html
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.demo import DEMO_ACCOUNTS
from backend.outbox import service as outbox
from bot.services import Services
from bot.web.guards import development_only, loopback_or_token, public
from bot.web.json_requests import READ_METHODS
from bot.web.pages import BOT, create_templates
from bot.web.static_files import StaticFiles

OUTBOX_PAGE = "/dev/outbox"


def blueprint(services: Services) -> Blueprint:
    """GET /, /widget.js, /dev/outbox, /health, /ready and /metrics."""
    routes = Blueprint("site")
    _add_pages(routes, services)
    _add_monitoring(routes, services)
    return routes


def static_blueprint() -> Blueprint:
    """GET /portal/static/<name>: styles and pictures of all pages."""
    routes = Blueprint("static")
    files = StaticFiles(BOT / "portal" / "static")

    @routes.route("/portal/static/<name:str>", methods=READ_METHODS)
    @public
    async def portal_file(request: Request, name: str) -> HTTPResponse:
        return files.respond(request, name)

    return routes


def _add_pages(routes: Blueprint, services: Services) -> None:
    templates = create_templates(BOT / "portal" / "templates")
    widget = StaticFiles(BOT / "channels" / "webchat" / "static")
    demo_page = templates.get_template("demo.html").render(demo_page_values(services))

    @routes.route("/", methods=READ_METHODS)
    @public
    async def demo(request: Request) -> HTTPResponse:
        return html(demo_page)

    @routes.route("/widget.js", methods=READ_METHODS)
    @public
    async def widget_file(request: Request) -> HTTPResponse:
        return widget.respond(request, "widget.js", any_site=True)

    @routes.route(OUTBOX_PAGE, methods=READ_METHODS)
    @development_only
    async def outbox_page(request: Request) -> HTTPResponse:
        async with services.backend.db.read_session() as session:
            messages = await outbox.list_newest(session)
        values = {"messages": messages, "coop": services.coop}
        return html(templates.get_template("outbox.html").render(values))


def demo_page_values(services: Services) -> dict[str, Any]:
    """The values of demo.html; production has no demo members."""
    if services.settings.production:
        return {"coop": services.coop}
    members = [{"number": number, "last4": last4, "purpose": purpose} for number, last4, purpose in DEMO_ACCOUNTS]
    return {"coop": services.coop, "demo_members": members, "outbox_url": OUTBOX_PAGE}


def _add_monitoring(routes: Blueprint, services: Services) -> None:
    @routes.route("/health", methods=READ_METHODS)
    @public
    async def health(request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    @routes.route("/ready", methods=READ_METHODS)
    @public
    async def ready(request: Request) -> HTTPResponse:
        checks = {
            "database": "ok" if await _is_database_up(services) else "unreachable",
            "engine": "ok" if await services.engine.is_healthy() else "unreachable",
        }
        good = all(state == "ok" for state in checks.values())
        body = {"status": "ok" if good else "unavailable", "checks": checks}
        return json_response(body, status=200 if good else 503)

    @routes.route("/metrics", methods=READ_METHODS)
    @loopback_or_token(lambda request: services.settings.metrics_token)
    async def metrics(request: Request) -> HTTPResponse:
        return HTTPResponse(services.metrics.render(), content_type=CONTENT_TYPE_LATEST)


async def _is_database_up(services: Services) -> bool:
    try:
        async with services.backend.db.read_session() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True
