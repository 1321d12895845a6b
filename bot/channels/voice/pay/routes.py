"""The webhooks of <Pay>: its progress and its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import get_args

from sanic import Blueprint, HTTPResponse, Request

from backend.providers.payments.base import MethodKind
from bot.channels.voice.call import Call
from bot.channels.voice.pay.render import RESULT_PATH, STATUS_PATH
from bot.channels.voice.pay.results import continue_call, log_status
from bot.channels.voice.steps import CallPosition, CallStep
from bot.web.twilio_guard import TwilioForm, twilio_signed

Answer = Callable[[Call, CallStep], HTTPResponse]
"""Answers a request with the TwiML of a step."""


def add_routes(
    voice: Blueprint,
    open_call: Callable[[TwilioForm], Call],
    parse_position: Callable[[Request], CallPosition | None],
    answer: Answer,
    answer_over_relay: Answer,
) -> None:
    """Add the webhooks to the phone line's own, which answer in the same ways."""

    @voice.post(RESULT_PATH)
    @twilio_signed
    async def pay_result(request: Request, form: TwilioForm) -> HTTPResponse:
        call, position = open_call(form), parse_position(request)
        kind = next((kind for kind in get_args(MethodKind) if kind == request.args.get("kind")), None)
        step: Awaitable[CallStep]
        step = continue_call(call, position, kind, form) if position and kind else call.resume()
        spoken = await call.run_safely(step, position)
        return answer_over_relay(call, spoken) if request.args.get("relay") == "1" else answer(call, spoken)

    @voice.post(STATUS_PATH)
    @twilio_signed
    async def pay_status(request: Request, form: TwilioForm) -> HTTPResponse:
        log_status(form)
        return HTTPResponse(status=204)
