"""Runs the sandbox card and bank network as a process, on loopback only.

    python -m sandbox.network --port 8082 --db var/network.db

Settings: SANDBOX_NETWORK_PORT and SANDBOX_NETWORK_DB, both also as options, and SANDBOX_NETWORK_KEY, the API key, from
the environment only, because everyone on the machine can read options. GET /health answers when it is ready.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from backend.private_files import make_private_database
from sandbox import api, pages
from sandbox.charges import Charges
from sandbox.database import NetworkDatabase
from sandbox.entries import CardEntries

HOST = "127.0.0.1"
MAX_BODY_BYTES = 16 * 1024


def build(database: NetworkDatabase, key: str) -> web.Application:
    """Build the app on an open database, which it closes when it ends."""
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[pages.page_middleware, api.api_middleware])
    app[api.NETWORK] = api.NetworkState(key, database, Charges(database), CardEntries(database))
    app.router.add_get("/health", _health)
    api.add_routes(app)
    pages.add_routes(app)
    app.on_cleanup.append(_close_database)
    return app


def open_database(path: Path) -> NetworkDatabase:
    """Open the network's file, created with its folder if missing; it is readable by this account only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    make_private_database(path)
    return NetworkDatabase(str(path))


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _close_database(app: web.Application) -> None:
    app[api.NETWORK].database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. 2: a setting is missing or wrong; 1: port taken or bad file."""
    parser = argparse.ArgumentParser(prog="sandbox network", description="A card and bank network to try payments on.")
    parser.add_argument("--port", type=int, default=os.environ.get("SANDBOX_NETWORK_PORT") or 8082)
    parser.add_argument("--db", type=Path, default=os.environ.get("SANDBOX_NETWORK_DB") or "var/network.db")
    options = parser.parse_args(arguments)
    key = os.environ.get("SANDBOX_NETWORK_KEY", "")
    if os.environ.get("MEMBERLINE_ENV") == "production":
        return _fail(2, "the sandbox moves no money and does not run with MEMBERLINE_ENV=production.")
    if not key:
        return _fail(2, "set SANDBOX_NETWORK_KEY, the key its callers must send.")
    try:
        database = open_database(options.db)
    except Exception as error:
        return _fail(1, f"cannot open {options.db}: {error}")
    try:
        # No access log: an entry's address is a key to it. Held requests end when their caller hangs up.
        web.run_app(
            build(database, key),
            host=HOST,
            port=options.port,
            access_log=None,
            print=None,
            handler_cancellation=True,
            shutdown_timeout=1.0,
            loop=asyncio.new_event_loop(),
        )
    except OSError as error:
        return _fail(1, f"cannot listen on {HOST}:{options.port}: {error.strerror or error}")
    return 0


def _fail(code: int, message: str) -> int:
    print(f"sandbox network: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
