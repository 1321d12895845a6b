"""Asks the servers that the settings name whether they know us. Each question costs nothing and changes nothing."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.config import Settings
from backend.errors import MemberlineError
from backend.providers.messages.base import TransportError
from backend.providers.messages.smtp import SmtpEmail
from backend.providers.messages.twilio import API as TWILIO_API
from backend.providers.payments.stripe.client import API_URL as STRIPE_API
from bot.commands.findings import Finding, fault, ok

SECONDS = 10.0


async def check_servers(settings: Settings, *, offline: bool) -> list[Finding]:
    """Of each server that is set; Redis alone when `offline`."""
    checks = []
    if settings.redis_url:
        checks.append(_check_redis(settings.redis_url))
    if not offline:
        if settings.twilio_configured:
            checks.append(_check_twilio(settings))
        if settings.payment_provider == "stripe" and settings.stripe_secret_key:
            checks.append(_check_stripe(settings))
        if settings.smtp_url:
            checks.append(_check_smtp(settings))
        for name, url in (
            ("MULTISPEAK_CB_URL", settings.multispeak_cb_url),
            ("MULTISPEAK_OA_URL", settings.multispeak_oa_url),
        ):
            if url:
                checks.append(_check_port(name, url))
    return list(await asyncio.gather(*checks))


async def _check_redis(url: str) -> Finding:
    client = Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return fault("REDIS_URL", f"Redis does not answer there ({type(error).__name__}): is it running?")
    finally:
        await client.aclose()
    return ok("REDIS_URL", "Redis answers")


async def _check_twilio(settings: Settings) -> Finding:
    """Reads the account: https://www.twilio.com/docs/iam/api/account"""
    account, token = settings.twilio_account_sid or "", settings.twilio_auth_token or ""
    base = (settings.twilio_api_url or TWILIO_API).rstrip("/")
    status = await _get_status(f"{base}/2010-04-01/Accounts/{account}.json", aiohttp.encode_basic_auth(account, token))
    if status in (401, 403, 404):
        text = "Twilio refuses TWILIO_ACCOUNT_SID with this TWILIO_AUTH_TOKEN: take both from its console"
        return fault("TWILIO_AUTH_TOKEN", text)
    return _judge("TWILIO_ACCOUNT_SID", "Twilio", status)


async def _check_stripe(settings: Settings) -> Finding:
    """Reads the balance: https://docs.stripe.com/api/balance. A restricted key without that right gets a 403."""
    key = settings.stripe_secret_key or ""
    status = await _get_status(
        (settings.stripe_api_url or STRIPE_API) + "/v1/balance", aiohttp.encode_basic_auth(key, "")
    )
    if status == 401:
        return fault("STRIPE_SECRET_KEY", "Stripe does not know this key: make one in its dashboard (docs/payments.md)")
    return _judge("STRIPE_SECRET_KEY", "Stripe", 200 if status == 403 else status)


async def _check_smtp(settings: Settings) -> Finding:
    """Signs in and leaves again; no mail is sent."""
    try:
        await SmtpEmail(settings).sign_in()
    except TransportError as error:
        return fault("SMTP_URL", f"the mail server does not take us: {error}")
    except MemberlineError as error:
        return fault("SMTP_URL", str(error))
    return ok("SMTP_URL", "the mail server takes us")


async def _check_port(name: str, url: str) -> Finding:
    """Only whether somebody answers: `memberline conformance multispeak` tries the operations."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except OSError as error:
        return fault(name, f"nobody answers at {host}:{port} ({type(error).__name__}): is the address right?")
    return ok(name, f"{host}:{port} answers; `memberline conformance multispeak` tries more")


async def _get_status(url: str, authorization: str) -> int | str:
    """The answer's status, or in words why there is none."""
    try:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Authorization": authorization}
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, OSError) as error:
        return type(error).__name__


def _judge(name: str, who: str, status: int | str) -> Finding:
    if status == 200:
        return ok(name, f"{who} knows it")
    said = f"answers with {status}" if isinstance(status, int) else f"does not answer ({status})"
    return fault(name, f"{who} {said}: may this machine reach it, and does its status page say anything?")
