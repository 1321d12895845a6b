"""Twilio's webhooks around a transfer: the whisper and its key, the rounds of the queue, and the office's leg."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.language import current_language, use_language
from backend.reading.live_agent_request import wants_call
from backend.reading.spanish import english_form
from bot.channels.voice.call import Call
from bot.channels.voice.caller import CALL_ID
from bot.channels.voice.documents import xml_response
from bot.channels.voice.routes import parse_caller, parse_position
from bot.channels.voice.steps import CallPosition
from bot.channels.voice.transfer import dialing, music, office_phone, queue_twiml, whisper
from bot.channels.voice.transfer.outcome import MAX_WAIT_SECONDS, read_number
from bot.dialogue.live_agent import BACK_TO_ASSISTANT
from bot.services import Services
from bot.web.errors import InvalidRequestField
from bot.web.guards import public
from bot.web.json_requests import READ_METHODS
from bot.web.twilio_guard import TwilioForm, parse_phone, twilio_signed

QUEUE_ID = re.compile(r"QU[A-Za-z0-9]{2,64}")
CALL_BACK_KEY, ASSISTANT_KEY = "1", "*"


def blueprint(services: Services) -> Blueprint:
    """`/twilio/voice/transfer/…`: `whisper` and `office` speak to the office, `wait` and `connect` to the caller."""
    transfer = Blueprint("voice_transfer", url_prefix=dialing.TRANSFER_PATH)
    base = urlsplit(services.settings.public_url).path.rstrip("/") + dialing.TURN_PATH
    _add_office_routes(transfer, services, base)
    _add_waiting_routes(transfer, services, base)
    return transfer


def _add_office_routes(transfer: Blueprint, services: Services, base: str) -> None:
    backend = services.backend

    @transfer.post(f"/{dialing.WHISPER}")
    @twilio_signed
    async def tell(request: Request, form: TwilioForm) -> HTTPResponse:
        told = await whisper.load_whisper(backend, f"call-{_call_id(request)}")
        return xml_response(whisper.render_whisper(told, dialing.build_url(base, dialing.WHISPER_KEY)))

    @transfer.post(f"/{dialing.WHISPER_KEY}")
    @twilio_signed
    async def accept(request: Request, form: TwilioForm) -> HTTPResponse:
        return xml_response(whisper.render_whisper_key(form.get("Digits", "")))

    @transfer.post(f"/{dialing.OFFICE}")
    @twilio_signed
    async def tell_of_waiting(request: Request, form: TwilioForm) -> HTTPResponse:
        return await _whisper_of(_call_id(request), _queue_id(request))

    @transfer.post(f"/{dialing.OFFICE_KEY}")
    @twilio_signed
    async def take_waiting(request: Request, form: TwilioForm) -> HTTPResponse:
        if form.get("Digits") != whisper.ACCEPT_KEY:
            return xml_response(whisper.render_whisper_key(""))
        first = await office_phone.find_first(services, _queue_id(request))
        if first is None:
            return xml_response(queue_twiml.render_caller_is_gone())
        if first != _call_id(request):  # the one that was told of has left: the office hears of the next
            return await _whisper_of(first, _queue_id(request))
        return xml_response(queue_twiml.render_take_first(base))

    async def _whisper_of(call_id: str, queue: str) -> HTTPResponse:
        told = await whisper.load_whisper(backend, f"call-{call_id}")
        return xml_response(
            whisper.render_whisper(told, dialing.build_url(base, dialing.OFFICE_KEY, call=call_id, queue=queue))
        )


def _add_waiting_routes(transfer: Blueprint, services: Services, base: str) -> None:
    @transfer.post(f"/{dialing.WAIT}")
    @twilio_signed
    async def wait(request: Request, form: TwilioForm) -> HTTPResponse:
        return await _begin_round(services, base, request, form, 0)

    @transfer.post(f"/{dialing.WAIT_KEY}")
    @twilio_signed
    async def end_round(request: Request, form: TwilioForm) -> HTTPResponse:
        call, position = Call(services, parse_caller(services, form)), _position(request)
        wish = await _read_wish(call, form)
        if wish == "call back":
            await call.request_call_back(position)
        if wish:
            return xml_response(queue_twiml.render_leave())
        return await _begin_round(services, base, request, form, _round(request) + 1)

    @transfer.post(f"/{dialing.CONNECT}")
    @twilio_signed
    async def connect(request: Request, form: TwilioForm) -> HTTPResponse:
        call = Call(services, parse_caller(services, form))
        with use_language(await call.records.load_language()):
            return xml_response(queue_twiml.render_connect())

    @transfer.route(f"/{dialing.MUSIC}", methods=READ_METHODS)
    @public
    async def play(request: Request) -> HTTPResponse:
        sound = await asyncio.to_thread(music.compose)
        headers = {"cache-control": "public, max-age=86400"}
        return HTTPResponse(sound, content_type="audio/wav", headers=headers)


async def _begin_round(
    services: Services, base: str, request: Request, form: TwilioForm, wait_round: int
) -> HTTPResponse:
    """Play a round and, for the first in line, ring the office; at its closing, or after long, end the wait."""
    is_open = services.coop.is_open(services.backend.clock.now())
    if not is_open or read_number(form, "QueueTime") >= MAX_WAIT_SECONDS:
        return xml_response(queue_twiml.render_leave())
    call, at = Call(services, parse_caller(services, form)), _position(request)
    office_phone.note_waiting(services)
    place = max(read_number(form, "QueuePosition"), 1)
    queue = form.get("QueueSid", "")
    if place == 1 and QUEUE_ID.fullmatch(queue):
        caller_id = services.settings.twilio_number or parse_phone(form.get("To"))
        await office_phone.ring_for(services, call.caller.call_id, queue, wait_round, caller_id)
    key_url = dialing.build_url(base, dialing.WAIT_KEY, turn=at.turn, asked=at.question_turn, round=wait_round)
    with use_language(await call.records.load_language()):
        return xml_response(queue_twiml.render_round(base, position=place, wait_round=wait_round, key_url=key_url))


async def _read_wish(call: Call, form: TwilioForm) -> str:
    """`call back`, `assistant`, or empty for a caller who goes on waiting."""
    keys, said = form.get("Digits", ""), form.get("SpeechResult", "")
    if keys:
        return {CALL_BACK_KEY: "call back", ASSISTANT_KEY: "assistant"}.get(keys, "")
    with use_language(await call.records.load_language()):
        if wants_call(said):
            return "call back"
        return "assistant" if BACK_TO_ASSISTANT.fullmatch(english_form(said, current_language())) else ""


def _position(request: Request) -> CallPosition:
    position = parse_position(request)
    if position is None:
        raise InvalidRequestField("turn", "is missing or not ours", status=400)
    return position


def _round(request: Request) -> int:
    return read_number({"round": request.args.get("round", "")}, "round")


def _call_id(request: Request) -> str:
    call_id = request.args.get("call", "")
    if not CALL_ID.fullmatch(call_id):
        raise NotFound
    return str(call_id)


def _queue_id(request: Request) -> str:
    queue = request.args.get("queue", "")
    if not QUEUE_ID.fullmatch(queue):
        raise NotFound
    return str(queue)
