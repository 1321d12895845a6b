"""The metrics that are looked up when they are read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from tests.backend.household import make_household
from tests.backend.posting.movements import add
from tests.bot.edge import Edge

AGE = re.compile(r"^memberline_posting_oldest_seconds (\S+)$", re.MULTILINE)


async def test_movements_that_wait_or_need_a_person_are_counted_with_their_age(app_server: Edge) -> None:
    backend = app_server.services.backend
    home = await make_household(backend)
    for key in ("a", "b", "c"):
        await add(backend, home, key)
    await _set(app_server, "payment:b", status="review", created_at=backend.clock.now() - timedelta(hours=3))
    await _set(app_server, "payment:c", status="sent", created_at=backend.clock.now() - timedelta(days=9))
    text = (await app_server.get("/metrics")).text
    assert 'memberline_postings{status="waiting"} 1.0' in text
    assert 'memberline_postings{status="review"} 1.0' in text
    assert 'memberline_postings{status="failed"} 0.0' in text
    assert "sent" not in "".join(re.findall(r"memberline_postings\{.*", text))
    found = AGE.search(text)
    assert found
    assert 3 * 3600 <= float(found[1]) < 3 * 3600 + 60


async def test_the_other_metrics_can_be_read_while_the_database_is_away(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object) -> None:
        raise OperationalError("statement", {}, Exception("disk full"))

    monkeypatch.setattr(posting, "state", fail)
    answer = await app_server.get("/metrics")
    assert answer.status == 200
    assert "memberline_posting_oldest_seconds NaN" in answer.text
    assert "memberline_requests" in answer.text


async def _set(edge: Edge, key: str, **values: object) -> None:
    async with edge.services.backend.db.transaction() as session:
        await session.execute(update(QueuedPosting).where(QueuedPosting.key == key).values(values))
