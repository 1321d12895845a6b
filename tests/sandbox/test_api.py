"""The network's API under invalid requests."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import KEY, Served

AUTH = {"Authorization": f"Bearer {KEY}"}
GOOD: dict[str, Any] = {"token": "tok_visa_4242", "amount_cents": 11240, "description": "Electric bill"}
ENTRY: dict[str, Any] = {
    "reference": "99999-001",
    "amount_cents": 11240,
    "description": "Electric bill",
    "return_url": "http://127.0.0.1/return",
}


async def send(served: Served, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    headers = {**AUTH, "Content-Type": "application/json", **headers}
    async with served.browser.post(served.url + path, data=body, headers=headers) as response:
        return response.status, await response.json()


async def charge(served: Served, body: bytes, key: str = "k1") -> tuple[int, dict[str, Any]]:
    return await send(served, "/v1/charges", body, **{"Idempotency-Key": key})


@pytest.mark.parametrize(
    "path", ["/v1/charges/k1", "/v1/returns", "/v1/refunds/k1", "/v1/entries/x", "/v1/sandbox/calendar"]
)
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", f"Basic {KEY}", "Bearer \xff"])
async def test_key_is_required(served: Served, path: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    async with served.browser.get(served.url + path, headers=headers) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "unauthorized"


async def test_repeat_is_distinguished_from_a_first(served: Served) -> None:
    body = json.dumps(GOOD).encode()
    first, second = await charge(served, body), await charge(served, body)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]


async def test_another_body_under_the_same_key_is_a_conflict(served: Served) -> None:
    await charge(served, json.dumps(GOOD).encode())
    status, answer = await charge(served, json.dumps(GOOD | {"amount_cents": 1}).encode())
    assert (status, answer["error"]["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe\x00", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"[" * 10_000, 400),
        (b"{}", 422),
        (json.dumps(GOOD | {"token": 5}).encode(), 422),
        (json.dumps(GOOD | {"token": None}).encode(), 422),
        (json.dumps(GOOD | {"token": "t" * 201}).encode(), 422),
        (json.dumps(GOOD | {"token": "\ud800"}).encode(), 422),
        (json.dumps(GOOD | {"token": "tok_nobody"}).encode(), 422),
        (json.dumps(GOOD | {"description": "d" * 501}).encode(), 422),
        (json.dumps(GOOD | {"amount_cents": "11240"}).encode(), 422),
        (json.dumps(GOOD | {"amount_cents": 112.40}).encode(), 422),
        (json.dumps(GOOD | {"amount_cents": True}).encode(), 422),
        (json.dumps(GOOD | {"amount_cents": 100_000_000}).encode(), 422),
        (b'{"amount_cents": 1e400}', 422),
        (b'{"amount_cents": NaN}', 422),
        (b'{"amount_cents": ' + b"9" * 5000 + b"}", 400),
        (b'{"description": "' + b"d" * 20_000 + b'"}', 413),
    ],
)
async def test_bad_charge_is_refused_and_makes_nothing(served: Served, body: bytes, status: int) -> None:
    answered, answer = await charge(served, body)
    assert answered == status
    assert answer["error"]["code"] in {"invalid_request", "invalid_amount", "invalid_token"}
    assert await served.provider.find("k1") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://user@evil.example/",
        "https://evil.example;script-src 'unsafe-inline'",
        "https://a.example/\r\nSet-Cookie: x=y",
        "https://a.example:port/",
        "ftp://a.example/",
        "//a.example/",
        "https://exämple.example/",
        5,
        None,
    ],
)
async def test_invalid_return_address_is_refused(served: Served, url: object) -> None:
    status, answer = await send(served, "/v1/entries", json.dumps(ENTRY | {"return_url": url}).encode())
    assert (status, answer["error"]["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "1" * 19, "²"])
async def test_a_cursor_is_a_whole_number(served: Served, after: str) -> None:
    async with served.browser.get(f"{served.url}/v1/returns", params={"after": after}, headers=AUTH) as response:
        assert response.status == 422


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "9999-12-31", "1999-01-01", 3, None])
async def test_calendar_accepts_only_a_day_ahead(served: Served, day: object) -> None:
    before = await served.provider.calendar()
    status, _ = await send(served, "/v1/sandbox/calendar", json.dumps({"today": day}).encode())
    assert status in {409, 422}
    assert await served.provider.calendar() == before


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("DELETE", "/v1/returns", 405)])
async def test_an_unknown_path_or_method_is_answered_in_json(
    served: Served, method: str, path: str, status: int
) -> None:
    async with served.browser.request(method, served.url + path, headers=AUTH) as response:
        assert response.status == status
        assert (await response.json())["error"]["code"] == "invalid_request"
