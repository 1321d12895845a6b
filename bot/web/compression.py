"""Compresses what our own pages ask for.

The length of a compressed page tells how well it repeats itself: whoever can have somebody's browser load it again and
again, with guesses in the address, could read a secret of the page from the lengths (BREACH). So a page is compressed
only where the browser says that one of our own pages, or the member by hand, asked for it (`Sec-Fetch-Site`): no other
site can make it say so. Browsers that say nothing get the page as it is.
"""

from __future__ import annotations

import asyncio
import gzip

from sanic import HTTPResponse, Request, Sanic

ASKED_BY_US = ("same-origin", "none")
TYPES = ("text/html", "text/csv", "text/plain", "application/json", "application/atom+xml", "image/svg+xml")
SHORTEST = 1024
"""Bytes; less is not worth it."""


def install(app: Sanic) -> None:
    @app.on_response
    async def compress(request: Request, response: HTTPResponse) -> None:
        body, kind = response.body, str(response.content_type or "").partition(";")[0]
        if kind not in TYPES or not body or len(body) < SHORTEST or "content-encoding" in response.headers:
            return
        varies = filter(None, (response.headers.get("vary"), "Accept-Encoding, Sec-Fetch-Site"))
        response.headers["vary"] = ", ".join(varies)
        asked_by_us = request.headers.get("sec-fetch-site") in ASKED_BY_US
        if asked_by_us and "gzip" in request.headers.get("accept-encoding", "") and request.method != "HEAD":
            response.body = await asyncio.to_thread(gzip.compress, body, 6, mtime=0)
            response.headers["content-encoding"] = "gzip"
