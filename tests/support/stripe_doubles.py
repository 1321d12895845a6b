"""Stripe's doubles as processes for tests: two that others wrote, and the stand-in for what neither has."""

from __future__ import annotations

import base64
import hmac
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.peers import node_module, peer_python
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 20.0
KEY = "sk_test_standin"
WEBHOOK_SECRET = "whsec_test"
GOOD_IBAN, FAILING_IBAN = "DE89370400440532013000", "DE62370400440532013001"
"""Stripe's test accounts: debits of the second come back."""


@contextmanager
def run_localstripe() -> Iterator[str]:
    """`localstripe`, behind a process that drops the parameters it refuses; its address."""
    port = free_port()
    command = [str(peer_python()), "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with _run(command, port) as behind, _run_facade("localstripe", behind) as url:
        yield url


@contextmanager
def run_stateful_mock() -> Iterator[str]:
    """`stripe-stateful-mock`, behind a process that makes its charges PaymentIntents; its address."""
    port = free_port()
    command = ["node", str(node_module("stripe-stateful-mock") / "dist/cli.js")]
    with _run(command, port, PORT=str(port)) as behind, _run_facade("stateful-mock", behind) as url:
        yield url


class StandIn:
    """The stand-in at `url`, and what only tests ask of it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, path: str, **asked: Any) -> dict[str, Any]:
        return post(f"{self.url}/test/{path}", {"json": json.dumps(asked)})


def sign(event: dict[str, Any], secret: str = WEBHOOK_SECRET, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a webhook, signed as Stripe documents it: HMAC-SHA256 over time, a dot and the body."""
    body, stamp = json.dumps(event).encode(), int(at or time.time())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
    return body, {"stripe-signature": f"t={stamp},v1={digest}"}


@contextmanager
def run_standin() -> Iterator[StandIn]:
    port = free_port()
    with _run([sys.executable, "-m", "tests.standins.stripe_server", str(port)], port) as url:
        yield StandIn(url)


def configure_webhook(url: str, target: str) -> None:
    """Let localstripe, which `url` leads to, report to `target`."""
    form = {"url": target, "secret": WEBHOOK_SECRET, "events[0]": "payment_intent.payment_failed"}
    post(f"{url}/_config/webhooks/test", form)


def post(url: str, form: dict[str, str]) -> dict[str, Any]:
    given = base64.b64encode(f"{KEY}:".encode()).decode()
    request = urllib.request.Request(url, urlencode(form).encode(), {"Authorization": f"Basic {given}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read() or b"{}")
    return found


def make_sepa_method(url: str, iban: str = GOOD_IBAN) -> str:
    """A bank account at localstripe, which has no US ones."""
    form = {
        "type": "sepa_debit",
        "sepa_debit[iban]": iban,
        "billing_details[name]": "Ruth Alvarez",
        "billing_details[email]": "ruth@example.com",
    }
    return str(post(f"{url}/v1/payment_methods", form)["id"])


def _run_facade(kind: str, behind: str) -> Any:
    port = free_port()
    return _run([sys.executable, "-m", "tests.standins.stripe_intents", kind, behind, str(port)], port)


@contextmanager
def _run(command: list[str], port: int, **env: str) -> Iterator[str]:
    """The process while the block runs; its address, once it answers."""
    running = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, running)
        yield url
    finally:
        running.kill()
        running.wait()


def _wait_until_ready(url: str, running: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < give_up and running.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{running.args!r} did not start")
