"""What is stored of a call: its state, its turns, and the questions that were asked in them."""

from __future__ import annotations

from backend.app import Backend
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from bot.channels.voice.caller import Caller
from bot.channels.voice.number_entry import AFTER_NUMBER, find_number
from bot.channels.voice.pay.entry import without_request
from bot.channels.voice.speaking import menu
from bot.channels.voice.steps import CallPosition
from bot.dialogue.messages import Reply, reply_from_json

MAX_TURNS_BACK = 8
"""How far back the member number is looked for that a caller corrects."""


class CallRecords:
    def __init__(self, backend: Backend, caller: Caller) -> None:
        self._backend = backend
        self._caller = caller

    async def load_state(self) -> conversations.ConversationState:
        async with self._backend.db.read_session() as session:
            return await conversations.open_now(session, self._caller.conversation)

    async def load_said(self, turn: int) -> str:
        """What the caller said in a turn; empty for 0, and for keys that choose."""
        async with self._backend.db.read_session() as session:
            row = await conversations.find_inbound(session, "voice", self._caller.provider_id(turn))
        return row.text if row else ""

    async def find_heard_number(self, asked: Reply, turn: int) -> str:
        """The member number, digits alone, that was given before the question for the last four, or empty."""
        if asked.expects in AFTER_NUMBER:
            for earlier in range(turn, max(0, turn - MAX_TURNS_BACK), -1):
                if number := find_number(await self.load_said(earlier)):
                    return number
        return ""

    async def load_question(self, turn: int) -> Reply:
        """The reply of `turn`; the main menu for 0 and for an unknown turn."""
        row = None
        if turn:
            async with self._backend.db.read_session() as session:
                row = await conversations.find_inbound(session, "voice", self._caller.provider_id(turn))
        return without_request(reply_from_json(row.reply)) if row and row.reply else menu.build_main_menu()

    async def current_position(self) -> CallPosition:
        """The position after the newest turn."""
        newest = await self.newest_turn()
        return CallPosition(newest + 1, question_turn=newest)

    async def find_unanswered(self) -> CallPosition | None:
        """The position to poll for the answer to the newest turn; None if it has been answered."""
        row = await self._newest_inbound()
        if row is None or row.status != "received":
            return None
        return CallPosition(int(row.provider_id.rpartition(":")[2]), polls=1)

    async def newest_turn(self) -> int:
        """The number of the newest turn; 0 if there is none."""
        row = await self._newest_inbound()
        return int(row.provider_id.rpartition(":")[2]) if row else 0

    async def _newest_inbound(self) -> InboundMessage | None:
        async with self._backend.db.read_session() as session:
            return await conversations.newest_inbound(session, self._caller.conversation)

    async def load_language(self) -> str:
        """The language of the call."""
        return (await self.load_state()).language
