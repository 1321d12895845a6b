"""The fallback of the phone line as a route, without engine and database."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from sanic import Blueprint, HTTPResponse, Request

from bot.channels.voice.documents import xml_response
from bot.channels.voice.fallback import twiml
from bot.channels.voice.transfer.dialing import TURN_PATH
from bot.services import Services
from bot.web.twilio_guard import TwilioForm, parse_phone, twilio_signed

FALLBACK_PATH = "/twilio/voice/fallback"


def blueprint(services: Services) -> Blueprint:
    """`/twilio/voice/fallback`: first hold and come back to the call; when that failed too, the numbers."""
    fallback = Blueprint("voice_fallback")
    turn_path = urlsplit(services.settings.public_url).path.rstrip("/") + TURN_PATH

    @fallback.post(FALLBACK_PATH)
    @twilio_signed
    async def fall_back(request: Request, form: TwilioForm) -> HTTPResponse:
        times = _count_holds(form.get("ErrorUrl", ""))
        if times < twiml.HOLDS:
            return xml_response(twiml.render_hold(turn_path, times))
        caller_id = services.settings.twilio_number or parse_phone(form.get("To"))
        is_open = services.coop.is_open(services.backend.clock.now())
        return xml_response(twiml.render_last_resort(services.coop, office_is_open=is_open, caller_id=caller_id))

    return fallback


def _count_holds(failed_url: str) -> int:
    """How often the caller has held, from the address that failed (Twilio's ErrorUrl)."""
    again = parse_qs(urlsplit(failed_url).query).get("again", ["0"])[-1]
    return int(again) if again.isdecimal() and len(again) < 3 else 0
