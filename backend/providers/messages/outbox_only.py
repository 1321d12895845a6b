"""No carrier: messages stay in the outbox, where the local page and the command line show them."""

from __future__ import annotations

import hashlib


class OutboxOnly:
    """Accepts every message and sends none."""

    async def send_sms(self, to: str, body: str, media_url: str | None = None, *, key: str) -> str:
        return _local_id("SM", key)

    async def send_email(self, to: str, subject: str, body: str, *, key: str) -> str:
        return _local_id("EM", key)

    async def send_call(self, to: str, words: str, *, key: str) -> str:
        return _local_id("CA", key)

    async def close(self) -> None:
        return None


def _local_id(kind: str, key: str) -> str:
    return kind + hashlib.sha256(key.encode()).hexdigest()[:32]
