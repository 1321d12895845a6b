"""Builds the Sanic app from its parts; the only place where they are put together."""

from __future__ import annotations

import asyncio
import importlib
import logging
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from sanic import Sanic
from sqlalchemy.exc import SQLAlchemyError

from backend.app import Backend
from backend.config import ROOT
from backend.office_settings.live import keep_fresh
from bot.channels.sms import routes as sms
from bot.channels.voice import routes as voice
from bot.channels.voice.fallback import routes as voice_fallback
from bot.channels.voice.transfer import routes as voice_transfer
from bot.channels.webchat import routes as webchat
from bot.dev import phone as dev_phone
from bot.dialogue import action_webhook
from bot.dialogue.conversation_queue import ConversationQueues
from bot.dialogue.engine_client import EngineClient
from bot.dialogue.turn import TurnProcessor
from bot.portal.account import AccountPages
from bot.portal.login_creation import LoginCreationPages
from bot.portal.password import PasswordPages
from bot.portal.pay_routes import PayPages
from bot.portal.payments import PAYMENT_PAGES
from bot.portal.profile import PROFILE_PAGES
from bot.portal.security import SecurityPages
from bot.portal.service import SERVICE_PAGES
from bot.portal.summary_pages import SummaryPages
from bot.portal.usage import USAGE_PAGES
from bot.services import Services
from bot.staff import routes as staff
from bot.staff.tickets.on_call import OnCallPages
from bot.web import compression, errors, headers, manifest, payment_webhook, request_ids, site, theme
from bot.web.guards import find_unguarded_routes
from bot.web.metrics import Metrics
from bot.web.rates import RateLimiter
from bot.web.twilio_guard import webhook_token
from bot.workers.clock import JobScheduler
from bot.workers.engine_knowledge import keep_engine_knowledge
from bot.workers.login_mail import send_login_mail
from bot.workers.network_news import book_network_news
from bot.workers.outbox import OutboxSender
from bot.workers.pushes import PushNotifier
from bot.workers.unanswered import UnansweredWorker

logger = logging.getLogger("memberline.app")

MAX_REQUEST_BYTES = 4 * 1024 * 1024
"""For the engine's calls to the action webhook; other requests may have 64 KB, see bot/web/headers.py."""
MAX_FRAME_BYTES = 16 * 1024
"""Of one message over the phone line's socket."""
STOP_SECONDS = 3.0
CANCELLATIONS = 3


def create_app(backend: Backend, *, executor: Any = None, domain: dict[str, Any] | None = None) -> Sanic:
    """Build the app; it opens nothing before it is started.

    `executor` runs the custom actions; by default it is that of the `actions` package. `domain` is the dialogue's; by
    default domain.yml.
    """
    if domain is None:
        domain = action_webhook.load_domain(ROOT / "domain.yml")
    if executor is None:
        # by name, so that bot does not import actions (see the contracts in pyproject.toml)
        executor = importlib.import_module("actions").build_executor(backend)
    services = create_services(backend, action_webhook.list_intents(domain))
    app = _new_app(backend)
    app.ctx.services = services
    request_ids.install(app)
    errors.install(app)
    headers.install(app, backend.settings, services.metrics)
    compression.install(app)
    for module in (
        site,
        theme,
        manifest,
        sms,
        webchat,
        voice,
        voice_transfer,
        voice_fallback,
        staff,
        payment_webhook,
    ):
        app.blueprint(module.blueprint(services))
    for pages in (
        PayPages,
        AccountPages,
        PasswordPages,
        LoginCreationPages,
        OnCallPages,
        SummaryPages,
        SecurityPages,
    ):
        app.blueprint(pages(services).blueprint())
    for member_pages in (*PAYMENT_PAGES, *USAGE_PAGES, *PROFILE_PAGES, *SERVICE_PAGES):
        app.blueprint(member_pages(services).blueprint())
    app.blueprint(action_webhook.blueprint(backend.settings, executor, domain))
    if not backend.settings.production:
        app.blueprint(dev_phone.blueprint(services, _create_carrier(backend)))
    _add_background_tasks(app, services)
    if unguarded := find_unguarded_routes(app):
        raise RuntimeError(f"these routes do not say who may call them: {', '.join(unguarded)}")
    return app


def _create_carrier(backend: Backend) -> dev_phone.Carrier:
    """The carrier simulator of development, by name: what production runs does not import the sandbox."""
    settings = backend.settings
    created: dev_phone.Carrier = importlib.import_module("sandbox.carrier.line").create_line(
        settings.twilio_account_sid or dev_phone.ACCOUNT_SID,
        webhook_token(settings),
        settings.twilio_number or backend.coop.text_line,
        settings.public_url,
        settings.sandbox_network_url,
        settings.sandbox_network_key,
    )
    return created


def create_services(backend: Backend, known_intents: Iterable[str]) -> Services:
    """What the routes share. No background work runs yet."""
    metrics = Metrics()
    engine = EngineClient(backend.settings)
    rates = RateLimiter(backend.settings)
    return Services(
        backend=backend,
        engine=engine,
        turns=TurnProcessor(backend, engine, ConversationQueues(), metrics, frozenset(known_intents), rates),
        sender=OutboxSender(backend, metrics),
        pushes=PushNotifier(backend),
        metrics=metrics,
        rates=rates,
    )


def _new_app(backend: Backend) -> Sanic:
    # Sanic refuses two apps of one name in a process, and the tests have several
    app = Sanic(f"memberline-{uuid.uuid4().hex[:8]}", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=MAX_REQUEST_BYTES,
        WEBSOCKET_MAX_SIZE=MAX_FRAME_BYTES,
        REQUEST_TIMEOUT=15,
        RESPONSE_TIMEOUT=60,
        KEEP_ALIVE_TIMEOUT=75,
        GRACEFUL_SHUTDOWN_TIMEOUT=STOP_SECONDS,
        FALLBACK_ERROR_FORMAT="json",
        PROXIES_COUNT=backend.settings.proxies_count,
        ACCESS_LOG=False,
    )
    return app


def _add_background_tasks(app: Sanic, services: Services) -> None:
    """Background work starts with the server and stops with it."""
    unanswered = UnansweredWorker(services.turns)
    tasks: list[asyncio.Task[None]] = []

    @app.after_server_start
    async def start(_app: Sanic) -> None:
        for work in (
            services.turns.leases.run,
            unanswered.run,
            services.turns.engine_redactor.run,
            services.sender.run,
            services.pushes.run,
            partial(send_login_mail, services.backend),
            partial(book_network_news, services.backend),
            partial(keep_fresh, services.backend),
            partial(keep_engine_knowledge, services.backend, services.engine),
            JobScheduler(services.backend, services.metrics).run,
        ):
            tasks.append(asyncio.create_task(_run_forever(work)))
        if keep_outages := getattr(services.backend.outages, "keep_fresh", None):
            tasks.append(asyncio.create_task(_run_forever(keep_outages)))

    @app.before_server_stop
    async def stop(_app: Sanic) -> None:
        services.pushes.end_streams()
        await _end(tasks)
        await services.pushes.close()

    @app.after_server_stop
    async def close(_app: Sanic) -> None:
        try:
            # messages that were accepted are answered now, or stay in the database for the next process
            async with asyncio.timeout(STOP_SECONDS):
                await services.turns.wait_until_idle()
        except TimeoutError:
            logger.warning("stopped with turns unanswered; they are kept")
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await services.turns.leases.close()
        except (TimeoutError, SQLAlchemyError, OSError) as failure:
            logger.warning("left to others when the leases run out: %s", type(failure).__name__)
        await services.engine.close()
        await services.rates.close()
        await services.backend.close()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel background work until it ends, at most STOP_SECONDS: a driver that swallows a cancellation must not keep
    the service from stopping."""
    for _ in range(CANCELLATIONS):
        for task in tasks:
            task.cancel()
        _, tasks[:] = await asyncio.wait(tasks, timeout=STOP_SECONDS / CANCELLATIONS) if tasks else ((), ())
    if tasks:
        logger.warning("stopped while %s background works did not end", len(tasks))


async def _run_forever(work: Any) -> None:
    """Keep background work going: one failure must not end it."""
    while True:
        try:
            await work()
        except Exception as failure:
            logger.error("background work failed: %s", type(failure).__name__)
        await asyncio.sleep(1)
