"""The app on a real server inside the test's own loop, over a real database."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

import sanic.mixins.routes
import sanic.router
import sanic_routing.route
import sanic_routing.router
from sanic.mixins.routes import RouteMixin
from sanic_routing import BaseRouter
from sanic_routing.group import RouteGroup
from sanic_routing.utils import path_to_parts

from backend.app import Backend
from backend.clock import Clock
from backend.config import Settings
from bot.app import create_app
from bot.dialogue import record_deadline
from bot.services import Services
from bot.web.connections import TimedProtocol
from tests.support.ports import free_port

INTENTS = ["quick_pay", "check_balance", "report_outage", "faq_hours_contact", "speak_to_human", "affirm", "deny"]


def _remember_what_sanic_works_out() -> None:
    """The tests make hundreds of apps of the same routes, and Sanic parses the source of every handler for each, to
    learn what it returns, and compiles the search for a route, which it first writes out once more for people to read:
    most of what making an app takes.
    """
    determine, render = RouteMixin._determine_error_format, BaseRouter._render
    formats: dict[Any, str] = {}
    searches: dict[str, dict[str, Any]] = {}
    signatures: dict[Any, inspect.Signature] = {}

    def remember_format(mixin: RouteMixin, handler: Any) -> str:
        code = getattr(inspect.unwrap(handler), "__code__", handler)
        if code not in formats:
            formats[code] = determine(mixin, handler)
        return formats[code]

    def remember_search(router: BaseRouter, do_compile: bool = True, do_optimize: bool = False) -> None:
        render(router, False, do_optimize)
        source = router.find_route_src
        if source not in searches:
            made: dict[str, Any] = {}
            exec(compile(source, "", "exec"), vars(sanic_routing.router), made)
            searches[source] = made
        made = searches[source]
        router._find_route, router._matchers = made["find_route"], made.get("matchers")

    def remember_signature(handler: Any) -> inspect.Signature:
        """By the code: handlers are made anew for each app, and their parameters are those of the last."""
        key = (getattr(inspect.unwrap(handler), "__code__", handler), inspect.ismethod(handler))
        if key not in signatures:
            signatures[key] = inspect.signature(handler)
        return signatures[key]

    def order_routes(group: RouteGroup) -> None:
        """Those of one path and priority by their methods. Blueprints keep routes in a set, and the source of the
        search, by which it is found again, would be another in each app.
        """
        group._routes = tuple(sorted(group._routes, key=lambda route: (route.priority, sorted(route.methods))))

    RouteGroup.prioritize_routes = order_routes  # type: ignore[method-assign]
    for module in (sanic.router, sanic.mixins.routes):
        module.signature = remember_signature  # type: ignore[attr-defined]
    for module in (sanic_routing.route, sanic_routing.router):
        module.path_to_parts = cache(path_to_parts)  # type: ignore[attr-defined]
    RouteMixin._determine_error_format = remember_format  # type: ignore[method-assign]
    BaseRouter._render = remember_search  # type: ignore[method-assign]


_remember_what_sanic_works_out()
# a loaded machine may take longer than Twilio waits; tests of the limit set their own
record_deadline.RECORD_SECONDS = 60.0


def settings_for(folder: Path, **environment: str) -> Settings:
    """Settings of a development system that keeps everything in `folder`."""
    own = {"MEMBERLINE_RUNTIME_DIR": str(folder), "SECRET_KEY": "a key for tests alone", "PORT": str(free_port())}
    own |= dict.fromkeys(("TEXTS_PER_SECOND", "CALLS_PER_SECOND", "EMAILS_PER_SECOND"), "1000")
    return Settings.from_env({**own, **environment})


_empty_databases: dict[str, bytes] = {}
_newest: list[str] = []


def _read_version(file: Path) -> str:
    """The schema of a SQLite file as Alembic notes it; empty for a file without one."""
    with closing(sqlite3.connect(file)) as database, suppress(sqlite3.OperationalError):
        return next(database.execute("SELECT version_num FROM alembic_version"), ("",))[0]
    return ""


async def _schema(backend: Backend) -> None:
    """The newest schema. A new SQLite file is copied from the first one made: migrating takes most of a test's time."""
    url = backend.db.url
    file = Path(url.split(":///", 1)[1]) if url.startswith("sqlite") else None
    if file is None:
        await backend.db.migrate()
        return
    if file.exists():
        if _read_version(file) not in _newest:
            await backend.db.migrate()
            _newest.append(_read_version(file))
        return
    if "sqlite" not in _empty_databases:
        made = Backend.create(backend.settings.with_values(database_url=f"{url}.empty"))
        await made.db.migrate()
        await made.close()
        _empty_databases["sqlite"] = await asyncio.to_thread(Path(f"{file}.empty").read_bytes)
    file.write_bytes(_empty_databases["sqlite"])


@asynccontextmanager
async def serving(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Services]:
    """The app on the port of the settings and on a fresh database. Actions are not run: the engine is a stand-in."""
    backend = Backend.create(settings, clock)
    await _schema(backend)
    app = create_app(backend, executor=object(), domain={"intents": INTENTS})
    app.config.TOUCHUP = False  # it rewrites the server's classes, once a process
    port = settings.port
    server = await app.create_server(
        "127.0.0.1", port, return_asyncio_server=True, access_log=False, protocol=TimedProtocol
    )
    assert server is not None
    await server.startup()
    await server.after_start()
    try:
        yield app.ctx.services
    finally:
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()
