"""The metrics at /metrics. Each app has its own registry: a process of the tests has several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from backend.outbox.priorities import Priority
from backend.posting.service import QueueState


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
        # looked up in the database at each reading (bot/web/database_metrics.py): the same in every process
        self.payments_unsettled = gauge("memberline_payments_unsettled", "Payments without an outcome")
        self.oldest_unsettled = gauge("memberline_payments_unsettled_oldest_seconds", "Age of the oldest of them")
        self.urgent_untaken = gauge("memberline_urgent_tickets_untaken", "Urgent tickets that nobody has taken")
        self.oldest_untaken = gauge("memberline_urgent_tickets_untaken_oldest_seconds", "Age of the oldest of them")
        self.holds = gauge("memberline_holds", "Groups of jobs on hold")
        # not "job": that label is Prometheus's own, for what it scrapes, and it renames one of ours
        self.job_finished = gauge("memberline_job_finished_timestamp_seconds", "When a job last finished", ["job_name"])
        self.job_failures = counter(
            "memberline_job_failures", "Runs of a job that failed in this process", ["job_name"]
        )
        self.postings = gauge(
            "memberline_postings",
            "Payments, returns and refunds that the billing system is not known to have, by status",
            ["status"],
        )
        self.posting_age = gauge("memberline_posting_oldest_seconds", "The age of the oldest of them")

    def set_postings(self, state: QueueState | None, now: datetime) -> None:
        """How the queue for the billing system stands; None where the database did not say."""
        self.postings.clear()
        for status, count in (state.counts if state else {}).items():
            self.postings.labels(status).set(count)
        oldest = state.oldest_open_at if state else None
        age = (now - oldest).total_seconds() if oldest else 0.0
        self.posting_age.set(age if state else float("nan"))

    def show_outbox(self, waiting: Mapping[Priority, tuple[int, float]]) -> None:
        """What waits in the outbox: for each priority the number of messages and the seconds of the oldest.

        It is the outbox of all processes, and each of them shows it.
        """
        for priority, (count, seconds) in waiting.items():
            self.outbox_waiting.labels(priority.name.lower()).set(count)
            self.outbox_oldest.labels(priority.name.lower()).set(seconds)

    def render(self) -> bytes:
        return generate_latest(self.registry)
