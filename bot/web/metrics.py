"""The metrics at /metrics. Each app has its own registry: a process of the tests has several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from backend.outbox.priorities import Priority


class Metrics:
    """No label may hold a member's words, number or address."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        self.turn_seconds = Histogram(
            "memberline_turn_seconds",
            "From receiving a message to its answer",
            ["channel"],
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self.redactions = counter("memberline_redactions", "Sensitive numbers taken out", ["kind"])
        self.engine_errors = counter("memberline_engine_errors", "Turns without an answer", ["kind"])
        self.outbox = counter("memberline_outbox", "Messages out, by outcome", ["kind", "outcome"])
        gauge = partial(Gauge, registry=self.registry)
        self.outbox_waiting = gauge("memberline_outbox_waiting", "Messages that are due and not sent", ["priority"])
        self.outbox_oldest = gauge(
            "memberline_outbox_oldest_seconds", "How long the oldest of them has been due", ["priority"]
        )
        self.requests = counter("memberline_requests", "HTTP answers by route and status", ["route", "status"])

    def show_outbox(self, waiting: Mapping[Priority, tuple[int, float]]) -> None:
        """What waits in the outbox: for each priority the number of messages and the seconds of the oldest.

        It is the outbox of all processes, and each of them shows it.
        """
        for priority, (count, seconds) in waiting.items():
            self.outbox_waiting.labels(priority.name.lower()).set(count)
            self.outbox_oldest.labels(priority.name.lower()).set(seconds)

    def render(self) -> bytes:
        return generate_latest(self.registry)
