"""What holds for every address of the app."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound
from sanic.response import text

from bot.app import create_app
from bot.web.guards import development_only, find_guard, find_unguarded_routes, public
from bot.web.site import demo_page_values
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge
from tests.bot.serving import settings_for
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


async def test_every_route_declares_who_may_call_it(app_server: Edge) -> None:
    from backend.app import Backend

    app = create_app(Backend.create(app_server.services.settings), executor=object(), domain={})
    assert find_unguarded_routes(app) == []
    paths = {f"/{route.path}" for route in app.router.routes}
    assert {"/twilio/sms", "/twilio/status", "/twilio/voice", "/twilio/voice/turn", "/twilio/relay"} <= paths
    guards = {f"/{route.path}": find_guard(route.handler) for route in app.router.routes}
    assert {path for path, guard in guards.items() if guard == "twilio signature"} == {
        path for path in paths if path.startswith("/twilio/") and path != "/twilio/voice/transfer/music.wav"
    }
    assert {guard for path, guard in guards.items() if path.startswith("/internal/")} == {"internal"}


def test_a_route_without_a_guard_is_found() -> None:
    app = Sanic("unguarded", configure_logging=False)

    @app.get("/open")
    async def handler(request: object) -> object:
        return text("x")

    @app.get("/said")
    @public
    async def said(request: object) -> object:
        return text("x")

    assert find_unguarded_routes(app) == ["/open"]


@pytest.mark.parametrize("path", ["/", "/widget.js", "/health", "/ready", "/static/site.css"])
async def test_head_is_get_without_its_body(app_server: Edge, path: str) -> None:
    got, head = await app_server.get(path), await app_server.request("HEAD", path)
    assert (head.status, head.text) == (200, "")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_everything_that_can_be_read_answers_head(app_server: Edge) -> None:
    from backend.app import Backend

    app = create_app(Backend.create(app_server.services.settings), executor=object(), domain={})
    methods: dict[str, set[str]] = {}
    for route in app.router.routes:
        if not getattr(route.extra, "websocket", False):
            methods.setdefault(f"/{route.path}", set()).update(route.methods)
    assert {path for path, known in methods.items() if "GET" in known and "HEAD" not in known} == set()


async def test_head_of_a_stream_holds_nothing_open(app_server: Edge) -> None:
    session = await app_server.session()
    for _ in range(12):
        head = await app_server.request("HEAD", f"/chat/events?session={session}")
        assert (head.status, head.text) == (200, "")
        assert head.headers["content-type"].startswith("text/event-stream")
    assert (await app_server.request("HEAD", "/chat/events?session=nobody")).status in (401, 403, 404)


@pytest.mark.parametrize(
    "path", ["/portal", "/portal/login", "/portal/forgot", "/staff", "/staff/sign-in", "/portal/pay/x"]
)
async def test_the_head_of_a_page_is_that_of_the_page(app_server: Edge, path: str) -> None:
    got = await app_server.request("GET", path, allow_redirects=False)
    head = await app_server.request("HEAD", path, allow_redirects=False)
    assert (head.status, head.text) == (got.status, "")
    assert head.headers.get("location") == got.headers.get("location")


@pytest.mark.parametrize(("site", "encoding"), [
    ("same-origin", "gzip"), ("none", "gzip"), ("cross-site", None), ("same-site", None), ("", None),
])  # fmt: skip
async def test_pages_are_compressed_where_no_other_site_asked(
    app_server: Edge, site: str, encoding: str | None
) -> None:
    """Whoever can have a browser load a page again and again could read its secrets from the lengths."""
    headers = {"accept-encoding": "gzip"} | ({"sec-fetch-site": site} if site else {})
    async with app_server.http.get(f"{app_server.url}/portal/login", headers=headers) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert "Sec-Fetch-Site" in answer.headers["vary"]
        assert "</html>" in await answer.text()


async def test_health_and_readiness(app_server: Edge) -> None:
    assert (await app_server.get("/health")).json == {"status": "ok"}
    ready = await app_server.get("/ready")
    assert (ready.status, ready.json["checks"]) == (200, {"database": "ok", "engine": "ok"})
    await app_server.engine.stop()
    away = await app_server.get("/ready")
    assert (away.status, away.json["checks"]) == (503, {"database": "ok", "engine": "unreachable"})
    assert (await app_server.get("/health")).status == 200


async def test_metrics_count_turns_without_member_words(app_server: Edge) -> None:
    await app_server.text("a secret 4111 1111 1111 1111")
    answer = await app_server.get("/metrics")
    assert answer.status == 200
    assert 'memberline_turn_seconds_count{channel="sms"} 1.0' in answer.text
    assert 'memberline_redactions_total{kind="card"} 1.0' in answer.text
    named = re.sub(r" \S+$", "", answer.text, flags=re.MULTILINE)  # the numbers are times, in which any digits may be
    assert "secret" not in named
    assert "0142" not in named


async def test_metrics_are_for_this_machine_or_the_token(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, app_server: Edge
) -> None:
    assert (await app_server.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).status == 404
    async with running_edge(folder, engine, twilio, METRICS_TOKEN="a token") as edge:
        assert (await edge.get("/metrics")).status == 404
        assert (await edge.get("/metrics", headers={"Authorization": "Bearer a token"})).status == 200


async def test_outbox_page_shows_sent_messages_and_only_here(app_server: Edge) -> None:
    await app_server.engine.stop()
    await app_server.text("<b>hello</b>")
    await app_server.engine.start()
    from tests.bot.edge import MEMBER, until

    await until(lambda: app_server.twilio.to(MEMBER))
    page = await app_server.get("/dev/outbox")
    assert page.status == 200
    assert "&lt;b&gt;hello" in page.text
    assert "<b>hello" not in page.text
    for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP"):
        assert (await app_server.get("/dev/outbox", headers={name: "203.0.113.9"})).status == 404, name


async def test_the_pages_of_development_are_shut_in_production(app_server: Edge) -> None:
    async def page(_request: Request) -> HTTPResponse:
        return text("open")

    here = cast(Request, SimpleNamespace(ip="127.0.0.1", host="localhost", headers={}))
    settings = app_server.services.settings
    assert await development_only(settings)(page)(here) is not None
    with pytest.raises(NotFound):
        await development_only(settings.with_values(environment="production"))(page)(here)


async def test_the_demo_page_names_demo_members_outside_production_only(app_server: Edge) -> None:
    page = await app_server.get("/")
    assert page.status == 200
    assert "99999-001" in page.text
    assert "0142" in page.text
    assert all(words in page.text for words in ("lantern birch river", "<b>1234</b>", 'href="/portal/create"'))
    from dataclasses import replace

    backend = replace(
        app_server.services.backend, settings=app_server.services.settings.with_values(environment="production")
    )
    assert "demo_members" not in demo_page_values(replace(app_server.services, backend=backend))


async def test_the_widget_may_be_loaded_by_the_coops_site_and_is_cached(app_server: Edge) -> None:
    first = await app_server.get("/widget.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await app_server.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize(
    "name", ["../routes.py", "..%2f..%2fapp.py", "site.css/../../pages.py", "nothing.css", ".", "%00"]
)
async def test_no_other_file_can_be_asked_for(app_server: Edge, name: str) -> None:
    assert (await app_server.get(f"/static/{name}")).status in (400, 404)


@pytest.mark.parametrize("path", ["/", "/health", "/chat/nothing", "/widget.js", "/nothing", "/portal/pay/x"])
async def test_every_answer_has_the_security_headers(app_server: Edge, path: str) -> None:
    answer = await app_server.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "server" not in answer.headers


async def test_demo_page_needs_nothing_that_its_policy_forbids(app_server: Edge) -> None:
    page = (await app_server.get("/")).text
    assert "style=" not in page
    assert "onclick" not in page
    assert "<script>" not in page


async def test_internal_error_reveals_only_a_reference(
    app_server: Edge, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("what the member wrote")

    monkeypatch.setattr(app_server.services.turns, "take_turn", fail)
    answer = await app_server.chat(await app_server.session(), "what the member wrote", id="1")
    assert (answer.status, answer.json["error"]["code"]) == (500, "internal")
    reference = answer.json["error"]["message"].rpartition(" ")[2]
    assert reference in caplog.text
    assert "what the member wrote" not in caplog.text + answer.text
    assert "Traceback" not in answer.text


async def test_people_get_a_page_and_programs_get_json(app_server: Edge) -> None:
    assert (await app_server.get("/portal/nothing")).headers["content-type"].startswith("text/html")
    assert (await app_server.get("/nothing")).json["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/webhooks/twilio/webhook", "/model", "/conversations/x/tracker"]
)
async def test_engine_is_not_reachable(app_server: Edge, path: str) -> None:
    assert (await app_server.post(path, json={})).status == 404


async def test_only_listed_sites_may_show_the_chat(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(folder, engine, twilio, CHAT_ORIGINS="https://www.coop.example") as edge:
        for origin, allowed in (
            ("https://www.coop.example", True),
            ("https://evil.example", False),
            ("https://www.coop.example.evil.example", False),
            ("null", False),
            (edge.url, True),
        ):
            answer = await edge.post("/chat/sessions", json={}, headers={"Origin": origin})
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


def test_a_folder_of_settings_is_all_that_a_development_system_needs(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert not settings.twilio_configured


async def test_a_name_made_to_point_here_does_not_open_the_outbox_page(app_server: Edge) -> None:
    assert (await app_server.get("/dev/outbox", headers={"Host": "evil.example"})).status == 404
    assert (await app_server.get("/dev/outbox", headers={"Host": "localhost:1"})).status == 200
