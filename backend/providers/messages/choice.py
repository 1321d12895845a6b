"""MESSAGES_PROVIDER=auto: Twilio and SMTP where configured, otherwise messages stay in the outbox."""

from __future__ import annotations

import hashlib

from backend.config import Settings
from backend.providers.messages.base import CallQueueCarrier, MessageProvider
from backend.providers.messages.smtp import SmtpEmail
from backend.providers.messages.twilio import TwilioProvider


class OutboxOnly:
    """Accepts every message and sends none: they stay in the outbox, which the local page and the CLI show."""

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


class SplitMessageProvider:
    """Texts and calls by one provider, email by another."""

    def __init__(self, sms: TwilioProvider | OutboxOnly, email: SmtpEmail | OutboxOnly) -> None:
        self._sms = sms
        self._email = email

    @property
    def queue_carrier(self) -> CallQueueCarrier | None:
        """The carrier whose queues callers can wait in; None where calls stay in the outbox."""
        return self._sms if isinstance(self._sms, TwilioProvider) else None

    async def send_sms(self, to: str, body: str, media_url: str | None = None, *, key: str) -> str:
        return await self._sms.send_sms(to, body, media_url, key=key)

    async def send_call(self, to: str, words: str, *, key: str) -> str:
        return await self._sms.send_call(to, words, key=key)

    async def send_email(self, to: str, subject: str, body: str, *, key: str) -> str:
        return await self._email.send_email(to, subject, body, key=key)

    async def close(self) -> None:
        await self._sms.close()
        await self._email.close()


def create(settings: Settings) -> MessageProvider:
    return SplitMessageProvider(
        TwilioProvider(settings) if settings.twilio_configured else OutboxOnly(),
        SmtpEmail(settings) if settings.smtp_url else OutboxOnly(),
    )
