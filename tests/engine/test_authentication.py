"""Who may talk to the engine, and how."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from tests.engine.running import Engine

GOOD = {"conversation": "door", "channel": "web", "text": "hello"}


@pytest.mark.parametrize("route", ["turn", "parse"])
@pytest.mark.parametrize("token", [None, "", "wrong", "a token for test", "a token for tests2", "\xe9"])
def test_token_is_required(engine: Engine, route: str, token: str | None) -> None:
    assert engine.call(route, GOOD, token) == (401, {"error": "bad token"})


def test_health_needs_no_token(engine: Engine) -> None:
    assert engine.call("health", None, token=None) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        [],
        {},
        {**GOOD, "text": ""},
        {**GOOD, "text": "  "},
        {**GOOD, "text": None},
        {**GOOD, "text": 5},
        {**GOOD, "text": "x" * 4001},
        {**GOOD, "channel": "Web; drop"},
        {**GOOD, "channel": None},
        {**GOOD, "conversation": ""},
        {**GOOD, "conversation": "c" * 256},
        {**GOOD, "metadata": "none"},
    ],
)
def test_a_bad_body_is_refused(engine: Engine, body: object) -> None:
    status, answer = engine.call("turn", body)
    assert status == 400
    assert set(answer) == {"error"}


@pytest.mark.parametrize(
    "text", ["x" * 4000, "\U0001f600" * 50, "'; DROP TABLE tracker_events; --", "\x00 \x07", "<b>{"]
)
def test_any_text_is_answered(engine: Engine, text: str) -> None:
    assert engine.call("turn", {**GOOD, "text": text})[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/status", "/version", "/model/parse", "/conversations/door/tracker", "/webhooks/rest/webhook"]
)
def test_rasas_own_routes_are_not_there(engine: Engine, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{engine.port}{path}", timeout=10)
    assert refused.value.code == 404
    assert "Traceback" not in json.dumps(refused.value.read().decode())
