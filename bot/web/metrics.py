"""The metrics at /metrics. Each app has its own registry: a process of the tests has several."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """No label may hold a member's words, number or address."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turn_seconds = Histogram(
            "memberline_turn_seconds",
            "From receiving a message to its answer",
            ["channel"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.redactions = Counter(
            "memberline_redactions", "Sensitive numbers taken out", ["kind"], registry=self.registry
        )
        self.engine_errors = Counter(
            "memberline_engine_errors", "Turns without an answer", ["kind"], registry=self.registry
        )
        self.outbox = Counter(
            "memberline_outbox", "Messages out, by outcome", ["kind", "outcome"], registry=self.registry
        )
        self.requests = Counter(
            "memberline_requests",
            "HTTP answers by route and status",
            ["route", "status"],
            registry=self.registry,
        )

    def render(self) -> bytes:
        return generate_latest(self.registry)
