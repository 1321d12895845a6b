"""The voice port by <Gather>: each step is a document, and its answer comes to the turn webhook."""

from __future__ import annotations

from urllib.parse import urlsplit

from backend.config import Settings
from backend.coop import Coop
from bot.channels.voice.call import Caller
from bot.channels.voice.gather.render import render_twiml
from bot.channels.voice.steps import CallStep


class GatherPort:
    """`turn_path` is the path of the webhook that takes the answers."""

    def __init__(self, settings: Settings, coop: Coop, turn_path: str) -> None:
        self._settings = settings
        self._coop = coop
        self._base = urlsplit(settings.public_url).path.rstrip("/") + turn_path

    def render(self, caller: Caller, step: CallStep, *, reopened: int = 0) -> str:
        """Nothing is open between two documents, so `reopened` changes nothing."""
        caller_id = self._settings.twilio_number or caller.called_number
        return render_twiml(step, self._base, self._coop.transfer_phone, caller_id, self._coop.names)
