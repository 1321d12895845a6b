"""An outage: danger first, then who and where, then a ticket for the crew."""

from __future__ import annotations

from typing import ClassVar

from actions.base import Ask, Outside
from actions.free_text import free_text
from actions.identity.forms import IDENTITY_SLOTS, IdentifiedForm
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.members.identity import Standing
from backend.members.levels import NEEDS, Level
from backend.members.service import accounts_at_phone
from backend.reading.danger import danger_in
from backend.tickets import service as tickets
from backend.tickets.models import Ticket

PLACE, DANGER, ON_FILE, WARNED = "outage_place", "outage_danger", "outage_on_file", "outage_warned"


class OutageForm(IdentifiedForm):
    form = "outage_form"
    skill = "report_outage"
    slots = (*IDENTITY_SLOTS, PLACE, DANGER, ON_FILE, WARNED)
    opens_with: ClassVar[frozenset[str]] = frozenset({"report_outage"})

    def level_needed(self, turn: Turn) -> Level:
        """Nobody in danger is asked for a number, and no phone that the co-op knows."""
        return Level.ANONYMOUS if turn.get(DANGER) or turn.get(ON_FILE) else NEEDS[self.skill]

    async def listen_task(self, turn: Turn, asked: str | None) -> bool:
        if danger_in(turn.text):
            turn.set(DANGER, turn.own_words)
            turn.notes["danger"] = True
        if asked == PLACE and (place := free_text(turn)):
            turn.set(PLACE, place)
            return True
        return bool(turn.notes.get("danger"))

    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        if turn.notes.get("danger") and not turn.get(WARNED):
            turn.say("utter_outage_danger")
            turn.set(WARNED, True)
        turn.set(ON_FILE, bool(await self._at_phone(turn)))
        return await super().next_ask(turn)

    async def next_task_ask(self, turn: Turn, standing: Standing) -> Ask | Outside | None:
        account = standing.account or await self._only_one(turn)
        ticket = None
        if turn.get(DANGER):
            ticket = await self._open(turn, account)  # at once: who is in danger may not write again
        if turn.get(PLACE) is None and (turn.get(DANGER) or account is None):
            return Ask(PLACE, "utter_question_outage_place", {"danger": bool(turn.get(DANGER))})
        ticket = ticket or await self._open(turn, account)
        if turn.get(PLACE):
            await tickets.add_details(turn.session, ticket, {"place": str(turn.get(PLACE))})
        turn.say("utter_outage_ticket", number=ticket.number, danger=bool(turn.get(DANGER)))
        return None

    async def _open(self, turn: Turn, account: Account | None) -> Ticket:
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        said = str(turn.get(DANGER) or "")
        return await tickets.open_ticket(
            turn.session,
            turn.backend,
            turn.conversation_id,
            kind="outage",
            details={"danger": said or "none told", "phone": conversation.address or "not known"},
            account_id=account.id if account else None,
            urgent=bool(said),
        )

    async def _only_one(self, turn: Turn) -> Account | None:
        found = await self._at_phone(turn)
        return found[0] if len(found) == 1 else None

    async def _at_phone(self, turn: Turn) -> list[Account]:
        """The accounts of the phone that writes or calls. A forged number could report an outage, and nothing more."""
        conversation = await turn.session.get(Conversation, turn.conversation_id)
        if conversation is None or not conversation.address:
            return []
        standing = await turn.standing()
        return [] if standing.account else await accounts_at_phone(turn.session, conversation.address)
