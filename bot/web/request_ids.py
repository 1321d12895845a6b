"""An id for each request: in the log lines, and in the response for whoever reports a problem."""

from __future__ import annotations

import re
import secrets

from sanic import HTTPResponse, Request, Sanic

from backend.logs import REQUEST

HEADER = "X-Request-Id"
OURS = re.compile(r"[0-9a-f]{12}")


def install(app: Sanic) -> None:
    """Give each request a new id. Only the engine's calls of actions bring theirs along: that of the turn."""

    @app.on_request
    async def begin(request: Request) -> None:
        brought = request.headers.get(HEADER, "") if request.path.startswith("/internal/") else ""
        REQUEST.set(brought if OURS.fullmatch(brought) else secrets.token_hex(6))

    @app.on_response
    async def name(_request: Request, response: HTTPResponse) -> None:
        response.headers.setdefault(HEADER, REQUEST.get())
