"""Where a report is of, and whom to call about it: as told, else as the account or the phone tells."""

from __future__ import annotations

from dataclasses import dataclass

from actions.cases.listening import ReportListening
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.identity import Standing
from backend.members.levels import Level
from backend.members.service import accounts_at_phone
from backend.tickets.places import place_key


@dataclass(frozen=True)
class Where:
    """Where it is. `shown` is how it may be read back: an address on file is not told to everybody."""

    account: Account | None
    place: str | None
    shown: str


class WhereReported(ReportListening):
    """A report that has a place and a phone."""

    async def where(self, turn: Turn, standing: Standing) -> Where | None:
        """The place as told, else the address of the account that is open, or of the phone that writes or calls."""
        told = self.held(turn, "place")
        if standing.account is not None:
            place = told or standing.account.service_address or None
            named = tr("account {number}", number=standing.account.number)
            shown = told or (place if standing.level >= Level.STEPPED_UP or standing.texting else None)
            return Where(standing.account, place, f"{shown}, {named}" if shown else named)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        at_phone = await accounts_at_phone(turn.session, conversation.address) if conversation.address else []
        if told:
            key = place_key(str(told))
            same = [each for each in at_phone if place_key(each.service_address) == key]
            return Where(same[0] if same else None, str(told), str(told))
        if len(at_phone) != 1:
            return None
        if not conversation.answers_reach_it and not self.held(turn, "danger"):
            return None  # a caller's number can be forged: the address would be told to a stranger
        return Where(at_phone[0], at_phone[0].service_address, at_phone[0].service_address)

    async def place_shown(self, turn: Turn) -> str | None:
        if told := self.held(turn, "place"):
            return str(told)
        where = await self.where(turn, await turn.standing())
        return where.place if where is not None and where.place and where.place in where.shown else None

    async def _phone(self, turn: Turn, standing: Standing) -> str | None:
        told = str(self.held(turn, "phone") or "")
        if told.startswith("+"):
            return told
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        return conversation.address or (standing.member.phone if standing.member else None)
