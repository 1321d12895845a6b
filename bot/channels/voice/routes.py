"""Twilio's voice webhooks: signature first, then the form, then the call, then TwiML."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request, Websocket

from bot.channels.senders import source_of
from bot.channels.voice import links, relay_messages
from bot.channels.voice.call import CALL_ID, Call, Caller
from bot.channels.voice.relay import Relay
from bot.channels.voice.render import twiml
from bot.channels.voice.steps import Place, Step
from bot.services import Services
from bot.web.twilio_guard import TwilioForm, twilio_signed, twilio_signed_socket

ATTESTED = "TN-Validation-Passed-A"
MOST_TURNS = 9999
MOST_RELAYS = 200
"""Sockets of one process. A handshake's signature has no time in it: whoever got hold of one can send it again."""
TRY_AGAIN_LATER = 1013
TURN_PATH = "/twilio/voice/turn"
RELAY_ENDED_PATH = "/twilio/voice/relay/ended"


def blueprint(services: Services) -> Blueprint:
    """`/twilio/voice`, where a call starts, and `/twilio/voice/turn`, where it goes on.

    `/twilio/voice/relay` starts a call that speaks over the socket `/twilio/relay`; it ends or goes on at
    `/twilio/voice/relay/ended`.
    """
    voice = Blueprint("voice")
    room = asyncio.Semaphore(MOST_RELAYS)
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
        return await _answer(call, call.turn(place, form) if place else call.anywhere(form), place)

    @voice.post("/twilio/voice/relay")
    @twilio_signed
    async def start_relay(request: Request, form: TwilioForm) -> HTTPResponse:
        caller = caller_of(services, form)
        return _xml(relay_messages.connect(services.settings, services.coop, caller, RELAY_ENDED_PATH))

    @voice.post(RELAY_ENDED_PATH)
    @twilio_signed
    async def relay_ended(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, caller_of(services, form))
        step = relay_messages.handed_off(form.get("HandoffData", ""))
        if step is not None:
            return _xml(_twiml(call, step))
        return await _answer(call, call.resume())

    @voice.websocket("/twilio/relay")
    @twilio_signed_socket
    async def relay(request: Request, socket: Websocket) -> None:
        if room.locked():
            await socket.close(TRY_AGAIN_LATER, "too many calls")
            return
        async with room:
            await Relay(services, socket).run()

    return voice


def caller_of(services: Services, form: TwilioForm) -> Caller:
    """Who calls. Raises BadField when the form names no call."""
    call = form.need("CallSid", CALL_ID)
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


async def _answer(call: Call, step: Awaitable[Step], place: Place | None = None) -> HTTPResponse:
    """TwiML in any case: to an error Twilio says "an application error has occurred" and hangs up."""
    return _xml(_twiml(call, await call.or_broken(step, place)))


def _twiml(call: Call, step: Step) -> str:
    settings = call.services.settings
    base = urlsplit(settings.public_url).path.rstrip("/") + TURN_PATH
    return twiml(step, base, call.coop.transfer_phone, settings.twilio_number or call.caller.ours)


def _xml(text: str) -> HTTPResponse:
    return HTTPResponse(text, content_type="text/xml; charset=utf-8", headers={"cache-control": "no-store"})
