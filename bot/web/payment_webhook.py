"""POST /payments/webhook: what the payment network reports by itself. Who may call is decided by its signature."""

from __future__ import annotations

import logging

from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response

from backend.providers.payments.base import ProviderRejected
from bot.channels.senders import client_address
from bot.services import Services
from bot.web.errors import RequestRefused
from bot.web.guards import public
from bot.web.rates import rate_limit

logger = logging.getLogger("memberline.payments")

PATH = "/payments/webhook"
ADDRESS_LIMIT = rate_limit("payment-webhook", 300, 10)
"""A network sends some reports a second at most, and again later what was refused."""
STATUSES = {"no_webhooks": 404}
"""By code of the refusal; all others are 400."""


def blueprint(services: Services) -> Blueprint:
    routes = Blueprint("payment_webhook")

    @routes.post(PATH)
    @public
    async def receive(request: Request) -> HTTPResponse:
        """200 also for a report that is known or of no interest: the network repeats what is not answered so.

        Nothing of the body is logged or answered: it may name a member.
        """
        wait = await services.rates.hit((ADDRESS_LIMIT, client_address(request)))
        if wait:
            raise RequestRefused("too_many", "Too many requests.", status=429, headers={"Retry-After": str(wait)})
        backend = services.backend
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            is_news = await backend.payments.receive_webhook(request.body, headers)
        except ProviderRejected as refusal:
            logger.warning("a report of the payment network was refused: %s", refusal.code)
            raise RequestRefused(
                refusal.code, "This report was not accepted.", status=STATUSES.get(refusal.code, 400)
            ) from None
        if is_news:
            backend.network_news.set()
        return json_response({"received": True})

    return routes
