"""A card network that takes its time: `python -m bench.size.network PORT SECONDS`.

It speaks the protocol of sandbox/provider.py, keeps what it did in memory, and makes a charge once for each key. It
outlives the runs that a measurement kills.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import Any

from aiohttp import web


class SlowNetwork:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._charges: dict[str, dict[str, Any]] = {}
        self._tokens: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/charges", self._authorize)
        app.router.add_post("/v1/charges/{key}/post", self._capture)
        app.router.add_get("/v1/charges/{key}", self._find)
        app.router.add_get("/v1/returns", self._returns)
        app.router.add_get("/totals", self._totals)
        return app

    async def _authorize(self, request: web.Request) -> web.Response:
        self._calls["authorize"] += 1
        body = await request.json()
        key = request.headers["Idempotency-Key"]
        if key not in self._charges:
            self._tokens[body["token"]] += 1
            self._charges[key] = {
                "key": key,
                "ref": f"ch_{len(self._charges)}",
                "status": "authorized",
                "amount_cents": body["amount_cents"],
                "decline_code": None,
                "kind": "card",
            }
        return await self._answer(key)

    async def _capture(self, request: web.Request) -> web.Response:
        self._calls["capture"] += 1
        key = request.match_info["key"]
        self._charges[key]["status"] = "posted"
        return await self._answer(key)

    async def _find(self, request: web.Request) -> web.Response:
        self._calls["find"] += 1
        return await self._answer(request.match_info["key"])

    async def _answer(self, key: str) -> web.Response:
        """What was done stands, also when nobody waits for the answer any more."""
        await asyncio.sleep(self._seconds)
        if key not in self._charges:
            return web.json_response({"error": {"code": "no_such_charge", "message": ""}}, status=404)
        return web.json_response(self._charges[key])

    async def _returns(self, _request: web.Request) -> web.Response:
        return web.json_response({"returns": []})

    async def _totals(self, _request: web.Request) -> web.Response:
        """Each token belongs to one account, which has one bill to pay."""
        statuses = Counter(charge["status"] for charge in self._charges.values())
        twice = sum(count > 1 for count in self._tokens.values())
        return web.json_response({"charges": statuses, "tokens_charged_twice": twice, "calls": self._calls})


if __name__ == "__main__":
    web.run_app(SlowNetwork(float(sys.argv[2])).application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
