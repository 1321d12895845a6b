"""Twilio's voice webhooks: check the signature, parse the form, handle the call, answer in TwiML."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request, Websocket

from bot.channels.senders import phone_source
from bot.channels.voice import links
from bot.channels.voice.call import CALL_ID, Call, Caller
from bot.channels.voice.gather.render import render_twiml
from bot.channels.voice.relay import messages as relay_messages
from bot.channels.voice.relay.session import RelaySession
from bot.channels.voice.steps import CallPosition, CallStep
from bot.channels.voice.transfer import office_phone
from bot.services import Services
from bot.web.twilio_guard import TwilioForm, parse_phone, twilio_signed, twilio_signed_socket

FULL_ATTESTATION = "TN-Validation-Passed-A"
"""STIR/SHAKEN attestation A: the caller's carrier vouches for the number in full."""
MAX_TURNS = 9999
MAX_RELAYS = 200
"""Per process. A handshake's signature does not expire: whoever got hold of one can open sockets with it."""
TRY_AGAIN_LATER = 1013
TURN_PATH = "/twilio/voice/turn"
RELAY_ENDED_PATH = "/twilio/voice/relay/ended"


def blueprint(services: Services) -> Blueprint:
    """`/twilio/voice` starts a call and `/twilio/voice/turn` continues it.

    `/twilio/voice/relay` starts a call over the socket `/twilio/relay`; it ends or continues at
    `/twilio/voice/relay/ended`.
    """
    voice = Blueprint("voice")
    relay_slots = asyncio.Semaphore(MAX_RELAYS)
    services.turns.deliver["voice"] = links.create_deliverer(services.backend)

    @voice.post("/twilio/voice")
    @twilio_signed
    async def start(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, parse_caller(services, form))
        return await _respond(call, call.start())

    @voice.post(TURN_PATH)
    @twilio_signed
    async def turn(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, parse_caller(services, form))
        position = parse_position(request)
        return await _respond(
            call, call.handle_turn(position, form) if position else call.handle_unplaced_turn(form), position
        )

    @voice.post("/twilio/voice/relay")
    @twilio_signed
    async def start_relay(request: Request, form: TwilioForm) -> HTTPResponse:
        caller = parse_caller(services, form)
        return _xml_response(relay_messages.render_connect(services.settings, services.coop, caller, RELAY_ENDED_PATH))

    @voice.post(RELAY_ENDED_PATH)
    @twilio_signed
    async def relay_ended(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, parse_caller(services, form))
        step = relay_messages.parse_handoff(form.get("HandoffData", ""))
        if step is not None:
            return _xml_response(_render_call(call, step))
        return await _respond(call, call.resume())

    @voice.websocket("/twilio/relay")
    @twilio_signed_socket
    async def relay(request: Request, socket: Websocket) -> None:
        if relay_slots.locked():
            await socket.close(TRY_AGAIN_LATER, "too many calls")
            return
        async with relay_slots:
            await RelaySession(services, socket).run()

    return voice


def parse_caller(services: Services, form: TwilioForm) -> Caller:
    """Who calls. Raises InvalidRequestField if the form names no call."""
    call_id = form.require("CallSid", CALL_ID)
    address = parse_phone(form.get("From"))
    return Caller(
        call_id=call_id,
        address=address,
        attested=address is not None and form.get("StirVerstat") == FULL_ATTESTATION,
        source=phone_source(services.settings, address),
        called_number=parse_phone(form.get("To")),
    )


def parse_position(request: Request) -> CallPosition | None:
    """The position in the request's URL; None if it has no valid position."""
    names = ("turn", "asked", "misses", "poll", "dial")
    texts = {name: request.args.get(name, "") for name in names}
    if any(text and not re.fullmatch(r"[0-9]{1,4}", text) for text in texts.values()):
        return None
    values = {name: int(text or 0) for name, text in texts.items()}
    if not 0 < values["turn"] <= MAX_TURNS or values["asked"] >= values["turn"]:
        return None
    return CallPosition(values["turn"], values["asked"], values["misses"], values["poll"], bool(values["dial"]))


async def _respond(call: Call, step: Awaitable[CallStep], position: CallPosition | None = None) -> HTTPResponse:
    """Answer TwiML even on an error; without it Twilio says "an application error has occurred" and hangs up."""
    return _xml_response(_render_call(call, await call.run_safely(step, position)))


def _render_call(call: Call, step: CallStep) -> str:
    settings = call.services.settings
    base = urlsplit(settings.public_url).path.rstrip("/") + TURN_PATH
    step = office_phone.queue_behind(call.services, step)
    caller_id = settings.twilio_number or call.caller.called_number
    return render_twiml(step, base, call.coop.transfer_phone, caller_id, call.caller.call_id)


def _xml_response(text: str) -> HTTPResponse:
    return HTTPResponse(text, content_type="text/xml; charset=utf-8", headers={"cache-control": "no-store"})
