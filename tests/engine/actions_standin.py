"""Stands for the app's action webhook: gives the answers that a test sets, and remembers its requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any]]
NOTHING: Answer = (200, {"events": [], "responses": []})


def says(*responses: dict[str, Any]) -> Answer:
    """An action that utters these and changes nothing."""
    return 200, {"events": [], "responses": list(responses)}


class ActionStandIn:
    """``answers`` maps an action's name to what happens when it is called."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.answers: dict[str, Callable[[dict[str, Any]], Answer]] = {}
        self.calls: list[dict[str, Any]] = []
        self.connections = 0
        self.refused = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/internal/actions/webhook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        self.answers.clear()
        self.calls.clear()

    def _answer(self, call: dict[str, Any]) -> Answer:
        self.calls.append(call)
        return self.answers.get(call["next_action"], lambda _: NOTHING)(call)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                standin.connections += 1
                super().setup()

            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.headers.get("Authorization") != f"Bearer {standin.token}":
                    standin.refused += 1
                    status, answer = 404, {}
                else:
                    status, answer = standin._answer(call)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        return Handler
