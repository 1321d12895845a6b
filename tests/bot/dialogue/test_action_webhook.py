"""The action webhook answers the engine and nobody else."""

from __future__ import annotations

import gzip
import json
import uuid
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Sanic

from bot.dialogue import action_webhook
from bot.web import errors, headers
from bot.web.metrics import Metrics
from tests.bot.edge import Answer
from tests.bot.serving import settings_for

DOMAIN = {"forms": {"pay_form": {"required_slots": ["amount"]}}, "intents": ["a", {"b": {}}]}
TOKEN = "a token for tests alone"
PATH = "/internal/actions/webhook"
SECRET = "what the member wrote"


class Tell(Action):
    def name(self) -> str:
        return "action_tell"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_due", amount="$112.40")
        return [SlotSet("forms", sorted(domain["forms"]))]


class Reject(Action):
    def name(self) -> str:
        return "validate_pay_form"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection("validate_pay_form", "not for me")


class Break(Action):
    def name(self) -> str:
        return "action_break"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError(SECRET)


class Webhook:
    """The mounted executor on a real server."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self.http = url, http

    async def post(self, body: bytes, **extra: str) -> Answer:
        given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **extra}
        sent = {name.replace("_", "-"): value for name, value in given.items() if value}
        async with self.http.post(
            self.url + PATH, data=body, headers=sent, skip_auto_headers=["Content-Encoding"]
        ) as got:
            return Answer(got.status, await got.text())

    async def run(self, action: str, **extra: Any) -> Answer:
        return await self.post(call(action, **extra))


def call(action: str, **extra: Any) -> bytes:
    tracker = {"sender_id": "sms-1", "slots": {}, "latest_message": {}, "events": [], "active_loop": {}}
    return json.dumps({"next_action": action, "tracker": tracker, **extra}).encode()


@pytest.fixture
async def webhook(tmp_path: Path) -> AsyncIterator[Webhook]:
    settings = settings_for(tmp_path, ENGINE_TOKEN=TOKEN)
    executor = ActionExecutor()
    for action in (Tell, Reject, Break):
        executor.register_action(action)
    # a port comes again in a long run, and Sanic takes no name twice
    app = Sanic(f"actions-{uuid.uuid4().hex}", configure_logging=False)
    app.config.TOUCHUP = False
    errors.install(app)
    headers.install(app, settings, Metrics())
    app.blueprint(action_webhook.blueprint(settings, executor, DOMAIN))
    server = await app.create_server("127.0.0.1", settings.port, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    async with aiohttp.ClientSession() as http:
        yield Webhook(settings.public_url, http)
    server.close()
    await server.wait_closed()


async def test_an_action_runs_and_gets_the_domain_that_the_engine_leaves_out(webhook: Webhook) -> None:
    answer = await webhook.run("action_tell")
    assert answer.status == 200
    assert answer.json["events"] == [{"event": "slot", "timestamp": None, "name": "forms", "value": ["pay_form"]}]
    assert answer.json["responses"][0]["response"] == "utter_due"
    assert answer.json["responses"][0]["amount"] == "$112.40"


async def test_a_domain_that_is_sent_is_used(webhook: Webhook) -> None:
    answer = await webhook.run("action_tell", domain={"forms": {"other_form": {}}})
    assert answer.json["events"][0]["value"] == ["other_form"]


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
async def test_packed_calls_are_unpacked(webhook: Webhook, encoding: str, pack: Any) -> None:
    answer = await webhook.post(pack(call("action_tell")), Content_Encoding=encoding)
    assert answer.status == 200


async def test_rejection_is_reported_as_the_engine_expects(webhook: Webhook) -> None:
    answer = await webhook.run("validate_pay_form")
    assert (answer.status, answer.json) == (400, {"error": "not for me", "action_name": "validate_pay_form"})


async def test_failing_action_reveals_no_reason(webhook: Webhook, caplog: pytest.LogCaptureFixture) -> None:
    answer = await webhook.run("action_break")
    assert answer.status == 500
    assert SECRET not in answer.text
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


async def test_an_action_that_is_not_there(webhook: Webhook) -> None:
    assert (await webhook.run("action_nothing")).status == 404


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{", ""),
        (b"[]", ""),
        (b"{}", ""),
        (b"[" * 100_000, ""),
        (b"not gzip", "gzip"),
        (gzip.compress(b"x", mtime=0)[:-4], "gzip"),
        (gzip.compress(b"0" * 50_000_000, mtime=0), "gzip"),
        (b"{}", "br"),
    ],
)
async def test_a_damaged_call_is_refused(webhook: Webhook, body: bytes, encoding: str) -> None:
    assert (await webhook.post(body, Content_Encoding=encoding)).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"X_Forwarded_For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
    ],
)
async def test_others_get_a_404(webhook: Webhook, changes: dict[str, str]) -> None:
    assert (await webhook.post(call("action_tell"), **changes)).status == 404


def test_split_domain_is_merged(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("intents: [a]\nslots: {x: {type: text}}\n")
    (tmp_path / "b.yml").write_text("intents:\n- b: {use_entities: []}\nslots: {y: {type: text}}\n")
    merged = action_webhook.load_domain(tmp_path)
    assert action_webhook.list_intents(merged) == {"a", "b"}
    assert set(merged["slots"]) == {"x", "y"}
