"""The carriers' voice webhooks and sockets: check who sends, parse the form, handle the call, answer by the port."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import get_args

from sanic import Blueprint, HTTPResponse, Request, Websocket

from backend.providers.payments.base import MethodKind
from bot.channels.senders import phone_source
from bot.channels.voice import links
from bot.channels.voice.call import Call
from bot.channels.voice.caller import CALL_ID, Caller
from bot.channels.voice.documents import xml_response
from bot.channels.voice.gather.port import GatherPort
from bot.channels.voice.pay.render import RESULT_PATH, STATUS_PATH
from bot.channels.voice.pay.results import continue_call, log_status
from bot.channels.voice.port import SocketPort, VoicePort
from bot.channels.voice.relay import telnyx, twilio
from bot.channels.voice.relay.memory import CallMemory
from bot.channels.voice.relay.session import RelaySession
from bot.channels.voice.relay.telnyx import TelnyxRelay
from bot.channels.voice.relay.twilio import TwilioRelay
from bot.channels.voice.steps import AskStep, CallPosition, CallStep, WaitStep
from bot.channels.voice.transfer import office_phone
from bot.services import Services
from bot.web.errors import InvalidRequestField
from bot.web.telnyx_guard import telnyx_signed, unsigned_socket
from bot.web.twilio_guard import TwilioForm, parse_phone, twilio_signed, twilio_signed_socket

FULL_ATTESTATION = "TN-Validation-Passed-A"
"""STIR/SHAKEN attestation A: the caller's carrier vouches for the number in full."""
MAX_TURNS = 9999
MAX_RELAYS = 200
"""Per process. A handshake's signature does not expire: whoever got hold of one can open sockets with it."""
MAX_REOPENED = 2
"""How often a relay that broke off is opened again in one call; then the call goes on by <Gather>."""
TRY_AGAIN_LATER = 1013
TURN_PATH = "/twilio/voice/turn"


class VoiceRoutes:
    """What the routes of all carriers share: the ports, the memory of calls, and the number of open sockets."""

    def __init__(self, services: Services) -> None:
        settings, coop = services.backend.settings, services.coop
        self.services = services
        self.gather = GatherPort(settings, coop, TURN_PATH)
        self.twilio = TwilioRelay(settings, coop)
        self.telnyx = TelnyxRelay(settings, coop)
        self.telnyx_gather = GatherPort(settings, coop, telnyx.TURN_PATH)
        self.memory = CallMemory()
        self._slots = asyncio.Semaphore(MAX_RELAYS)

    @property
    def first_port(self) -> VoicePort:
        """What a call at `/twilio/voice` begins with, by VOICE_TRANSPORT."""
        return self.twilio if self.services.backend.settings.voice_transport == "relay" else self.gather

    async def start(self, caller: Caller, port: VoicePort) -> HTTPResponse:
        call = Call(self.services, caller)
        return await self._respond(call, port, call.start())

    async def take_turn(self, request: Request, caller: Caller, form: TwilioForm, port: VoicePort) -> HTTPResponse:
        call, position = Call(self.services, caller), parse_position(request)
        step = call.handle_turn(position, form) if position else call.handle_unplaced_turn(form)
        return await self._respond(call, port, step, position)

    async def end_relay(
        self, request: Request, caller: Caller, form: TwilioForm, port: SocketPort, gather: VoicePort
    ) -> HTTPResponse:
        """Go on with what a relay handed over, or where it broke off: by the relay again, at last by <Gather>."""
        call = Call(self.services, caller)
        step = port.parse_handoff(form) or self.memory.take_last_step(caller.call_id)
        if step is not None:
            return self._render(caller, step, port)
        reopened = parse_count(request.args.get("again", "")) + 1
        step = await call.run_safely(call.resume())
        if isinstance(step, AskStep | WaitStep) and reopened > MAX_REOPENED:
            return xml_response(gather.render(caller, step))
        return xml_response(port.render(caller, step, reopened=reopened))

    async def end_pay(self, request: Request, caller: Caller, form: TwilioForm, port: VoicePort) -> HTTPResponse:
        """Go on with what was keyed in by <Pay>, or with what kept it from being keyed in."""
        call, position = Call(self.services, caller), parse_position(request)
        kind = next((kind for kind in get_args(MethodKind) if kind == request.args.get("kind")), None)
        step = continue_call(call, position, kind, form) if position and kind else call.resume()
        return await self._respond(call, port, step, position)

    async def run_socket(self, socket: Websocket, port: SocketPort) -> None:
        if self._slots.locked():
            await socket.close(TRY_AGAIN_LATER, "too many calls")
            return
        async with self._slots:
            await RelaySession(self.services, socket, port, self.memory).run()

    async def _respond(
        self, call: Call, port: VoicePort, step: Awaitable[CallStep], position: CallPosition | None = None
    ) -> HTTPResponse:
        """Answer a document even on an error; without it a carrier says that there was one, and hangs up."""
        return self._render(call.caller, await call.run_safely(step, position), port)

    def _render(self, caller: Caller, step: CallStep, port: VoicePort) -> HTTPResponse:
        """A transfer while somebody waits for one goes to the end of the queue."""
        step = office_phone.queue_behind(self.services, step) if caller.is_on_twilio else step
        return xml_response(port.render(caller, step))


def blueprint(services: Services) -> Blueprint:
    """Twilio: `/twilio/voice` starts a call; `/twilio/voice/turn` goes on with it by <Gather>.

    `/twilio/voice/relay` starts a call over the socket `/twilio/relay`; `…/relay/turn` goes on with it after a dial,
    and `…/relay/ended` after the socket. Telnyx has the same under `/telnyx`.
    """
    voice = Blueprint("voice")
    services.turns.deliver["voice"] = links.create_deliverer(services.backend)
    routes = VoiceRoutes(services)
    _add_twilio_routes(voice, routes)
    _add_telnyx_routes(voice, routes)
    return voice


def _add_twilio_routes(voice: Blueprint, routes: VoiceRoutes) -> None:
    services = routes.services

    @voice.post("/twilio/voice")
    @twilio_signed
    async def start(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.start(parse_caller(services, form), routes.first_port)

    @voice.post(TURN_PATH)
    @twilio_signed
    async def turn(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.take_turn(request, parse_caller(services, form), form, routes.gather)

    @voice.post("/twilio/voice/relay")
    @twilio_signed
    async def start_relay(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.start(parse_caller(services, form), routes.twilio)

    @voice.post(twilio.TURN_PATH)
    @twilio_signed
    async def relay_turn(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.take_turn(request, parse_caller(services, form), form, routes.twilio)

    @voice.post(twilio.ENDED_PATH)
    @twilio_signed
    async def relay_ended(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.end_relay(request, parse_caller(services, form), form, routes.twilio, routes.gather)

    @voice.post(RESULT_PATH)
    @twilio_signed
    async def pay_result(request: Request, form: TwilioForm) -> HTTPResponse:
        port = routes.twilio if request.args.get("relay") == "1" else routes.gather
        return await routes.end_pay(request, parse_caller(services, form), form, port)

    @voice.post(STATUS_PATH)
    @twilio_signed
    async def pay_status(request: Request, form: TwilioForm) -> HTTPResponse:
        log_status(form)
        return HTTPResponse(status=204)

    @voice.websocket(twilio.SOCKET_PATH)
    @twilio_signed_socket
    async def relay(request: Request, socket: Websocket) -> None:
        await routes.run_socket(socket, routes.twilio)


def _add_telnyx_routes(voice: Blueprint, routes: VoiceRoutes) -> None:
    services = routes.services

    @voice.post("/telnyx/voice")
    @telnyx_signed
    async def start_telnyx(request: Request, form: TwilioForm) -> HTTPResponse:
        return await routes.start(parse_telnyx_caller(services, form), routes.telnyx)

    @voice.post(telnyx.TURN_PATH)
    @telnyx_signed
    async def telnyx_turn(request: Request, form: TwilioForm) -> HTTPResponse:
        caller = parse_telnyx_caller(services, form)
        # a keypress or words come from <Gather>, with which the call then goes on
        port = routes.telnyx if "DialCallStatus" in form else routes.telnyx_gather
        return await routes.take_turn(request, caller, form, port)

    @voice.post(telnyx.ENDED_PATH)
    @telnyx_signed
    async def telnyx_ended(request: Request, form: TwilioForm) -> HTTPResponse:
        caller = parse_telnyx_caller(services, form)
        return await routes.end_relay(request, caller, form, routes.telnyx, routes.telnyx_gather)

    @voice.websocket(telnyx.SOCKET_PATH)
    @unsigned_socket
    async def telnyx_relay(request: Request, socket: Websocket) -> None:
        await routes.run_socket(socket, routes.telnyx)


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


def parse_telnyx_caller(services: Services, form: TwilioForm) -> Caller:
    """As `parse_caller`. Telnyx's TeXML says nothing of the attestation that could be relied on, so there is none."""
    call_id = telnyx.normalize_call_id(form.get("CallSid"))
    if call_id is None:
        raise InvalidRequestField("CallSid", "is missing or not what Telnyx sends", status=400)
    address = parse_phone(form.get("From"))
    source = phone_source(services.settings, address)
    called = parse_phone(form.get("To"))
    return Caller(call_id, address, attested=False, source=source, called_number=called, is_on_twilio=False)


def parse_count(text: str) -> int:
    """A small number of the request's address; 0 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


def parse_position(request: Request) -> CallPosition | None:
    """The position in the request's URL; None if it has no valid position."""
    names = ("turn", "asked", "misses", "poll", "dial", "hold", "part", "offers")
    texts = {name: request.args.get(name, "") for name in names}
    if any(text and not re.fullmatch(r"[0-9]{1,4}", text) for text in texts.values()):
        return None
    values = {name: int(text or 0) for name, text in texts.items()}
    if not 0 < values["turn"] <= MAX_TURNS or values["asked"] >= values["turn"]:
        return None
    return CallPosition(
        values["turn"],
        values["asked"],
        values["misses"],
        values["poll"],
        bool(values["dial"]),
        values["hold"],
        values["part"],
        values["offers"],
    )
