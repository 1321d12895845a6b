"""Twilio's voice webhooks: signature first, then the form, then the call, then TwiML."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Awaitable

from sanic import Blueprint, HTTPResponse, Request

from bot.channels.senders import source_of
from bot.channels.voice import links
from bot.channels.voice.call import Call, Caller
from bot.channels.voice.render import Place
from bot.services import Services
from bot.twilio_guard import TwilioForm, twilio_signed

logger = logging.getLogger("memberline.voice")

CALL = re.compile(r"[A-Za-z0-9_-]{2,64}")
ATTESTED = "TN-Validation-Passed-A"
MOST_TURNS = 9999


def blueprint(services: Services) -> Blueprint:
    """`/twilio/voice`, where a call starts, and `/twilio/voice/turn`, where it goes on."""
    voice = Blueprint("voice")
    services.turns.deliver["voice"] = links.delivery(services.backend)

    @voice.post("/twilio/voice")
    @twilio_signed
    async def start(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, caller_of(services, form))
        return await _answer(call, call.start())

    @voice.post("/twilio/voice/turn")
    @twilio_signed
    async def turn(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, caller_of(services, form))
        place = place_of(request)
        return await _answer(call, call.turn(place, form) if place else call.start())

    return voice


def caller_of(services: Services, form: TwilioForm) -> Caller:
    """Who calls. Raises BadField when the form names no call."""
    call = form.need("CallSid", CALL)
    address = form.phone("From")
    return Caller(
        call=call,
        address=address,
        attested=address is not None and form.get("StirVerstat") == ATTESTED,
        source=source_of(services.settings, address),
        ours=form.phone("To"),
    )


def place_of(request: Request) -> Place | None:
    """Where in the call the request stands; None for an address that is not one of ours."""
    names = ("turn", "asked", "misses", "poll", "dial")
    texts = {name: request.args.get(name, "") for name in names}
    if any(text and not re.fullmatch(r"[0-9]{1,4}", text) for text in texts.values()):
        return None
    values = {name: int(text or 0) for name, text in texts.items()}
    if not 0 < values["turn"] <= MOST_TURNS or values["asked"] >= values["turn"]:
        return None
    return Place(values["turn"], values["asked"], values["misses"], values["poll"], bool(values["dial"]))


async def _answer(call: Call, twiml: Awaitable[str]) -> HTTPResponse:
    """TwiML in any case: to an error Twilio says "an application error has occurred" and hangs up."""
    try:
        text = await twiml
    except Exception as failure:
        # our own lines only: the failure's text may quote the caller
        lines = "".join(traceback.format_tb(failure.__traceback__)[-6:])
        logger.error("a call failed: %s\n%s", type(failure).__name__, lines)
        text = call.broken()
    return HTTPResponse(text, content_type="text/xml; charset=utf-8", headers={"cache-control": "no-store"})
