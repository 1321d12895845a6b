"""The measure of open pages: what a page weighs, when an event came, and how times are told."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bench.size.open_pages import Stream, Taken, weigh_page
from tests.standins.server import LocalServer

PAGE = '<link rel="stylesheet" href="/a.css"><script src="/b.js" defer></script><img src="https://elsewhere.example/c.png">'


class Site(LocalServer):
    """A page with a style that is kept for a while, a script that is asked about, and an event stream."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/a.css", self._style)
        app.router.add_get("/b.js", self._script)
        app.router.add_get("/events", self._events)
        return app

    async def _page(self, request: web.Request) -> web.Response:
        body = gzip.compress(PAGE.encode(), mtime=0)
        return web.Response(body=body, content_type="text/html", headers={"Content-Encoding": "gzip"})

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 100, headers={"Cache-Control": "private, max-age=600"})

    async def _script(self, request: web.Request) -> web.Response:
        known = request.headers.get("If-None-Match") == '"1"'
        return web.Response(status=304 if known else 200, body=None if known else b"y" * 30, headers={"ETag": '"1"'})

    async def _events(self, request: web.Request) -> web.Response:
        return web.Response(text="retry: 2000\n\nid: 1\nevent: inbox\ndata: \n\n", content_type="text/event-stream")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    await made.start()
    yield made
    await made.stop()


async def test_a_page_weighs_what_a_browser_loads(site: Site) -> None:
    html = len(gzip.compress(PAGE.encode(), mtime=0))
    async with aiohttp.ClientSession() as http:
        weighed = await weigh_page(http, site.url, "/")
    assert weighed == {"page": "/", "html": html, "css": 100, "js": 30, "other": 0, "cold": html + 130, "warm": html}


async def test_an_event_is_noted_when_it_comes(site: Site) -> None:
    async with aiohttp.ClientSession() as http:
        stream = Stream(http, f"{site.url}/events")
        await stream.read(Taken())
    [at] = stream.arrived["inbox"]
    assert stream.first_after("inbox", at - 1) == at
    assert stream.first_after("inbox", at) is None


async def test_times_and_faults_are_counted_by_kind() -> None:
    taken = Taken()
    for _ in range(3):
        async with taken.timed("page"):
            pass
    async with taken.timed("page"):
        raise TimeoutError
    taken.note_status("page", 500)
    taken.note_status("page", 200)
    assert [(row["kind"], row["count"]) for row in taken.rows()] == [("page", 3)]
    assert taken.faults == {"page: TimeoutError": 1, "page: status 500": 1}
