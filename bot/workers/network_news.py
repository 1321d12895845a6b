"""Books what the payment network reported by webhook at once; the daily job `returns` books what this missed."""

from __future__ import annotations

import asyncio
import logging

from backend.app import Backend
from backend.payments.network_notices import collect_news
from backend.providers.payments.base import KeepsRecords

logger = logging.getLogger("memberline.payments")

RETRY_SECONDS = 60.0


async def book_network_news(backend: Backend) -> None:
    """Until canceled. It begins with a look: a process may have ended between a report and its booking."""
    if isinstance(backend.payments, KeepsRecords):
        backend.network_news.set()
    while True:
        await backend.network_news.wait()
        backend.network_news.clear()
        try:
            count = await collect_news(backend)
        except Exception as failure:  # the database or the network is away: the reports are kept
            logger.error("the network's reports were not booked yet: %s", type(failure).__name__)
            await asyncio.sleep(RETRY_SECONDS)
            backend.network_news.set()
        else:
            logger.info("booked %d reports of the payment network", count)
