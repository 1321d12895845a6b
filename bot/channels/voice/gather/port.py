"""The voice port by <Gather>: each step is a document, and its answer comes to the turn webhook."""

from __future__ import annotations

from urllib.parse import urlsplit

from backend.config import Settings
from backend.coop import Coop
from bot.channels.voice.caller import Caller
from bot.channels.voice.gather.render import CallContext, render_twiml
from bot.channels.voice.pay.render import render_pay
from bot.channels.voice.steps import CallStep, PayStep


class GatherPort:
    """`turn_path` is the path of the webhook that takes the answers."""

    def __init__(self, settings: Settings, coop: Coop, turn_path: str) -> None:
        self._settings = settings
        self._coop = coop
        self._folder = urlsplit(settings.public_url).path.rstrip("/")
        self._base = self._folder + turn_path

    def render(self, caller: Caller, step: CallStep, *, reopened: int = 0) -> str:
        """Nothing is open between two documents, so `reopened` changes nothing."""
        if isinstance(step, PayStep):
            return render_pay(step, self._folder)
        call_id = caller.call_id if caller.is_on_twilio else ""
        caller_id = self._settings.twilio_number or caller.called_number
        context = CallContext(self._base, self._coop.transfer_phone, caller_id, call_id, self._coop.names)
        return render_twiml(step, context)
