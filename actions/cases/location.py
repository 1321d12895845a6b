"""Where a report is of, and whom to call about it: as told, else as the account or the phone tells."""

from __future__ import annotations

from dataclasses import dataclass

from actions.cases.slot_filling import ReportSlotFilling
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.identity import Identity
from backend.members.levels import Level
from backend.members.service import accounts_at_phone
from backend.tickets.place_matching import make_place_key


@dataclass(frozen=True)
class ReportLocation:
    """Where it is. `shown` is how it may be read back: an address on file is not told to everybody."""

    account: Account | None
    place: str | None
    display_text: str


class LocatedReport(ReportSlotFilling):
    """A report that has a place and a phone."""

    async def resolve_location(self, turn: Turn, identity: Identity) -> ReportLocation | None:
        """The place as told, else the address of the account that is open, or of the phone that writes or calls."""
        told_place = self.get_report_slot(turn, "place")
        if identity.account is not None:
            place = told_place or identity.account.service_address or None
            named = tr("account {number}", number=identity.account.number)
            shown = told_place or (place if identity.level >= Level.STEPPED_UP or identity.is_texting else None)
            return ReportLocation(identity.account, place, f"{shown}, {named}" if shown else named)
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        at_phone = await accounts_at_phone(turn.session, conversation.address) if conversation.address else []
        if told_place:
            key = make_place_key(str(told_place))
            same = [each for each in at_phone if make_place_key(each.service_address) == key]
            return ReportLocation(same[0] if same else None, str(told_place), str(told_place))
        if len(at_phone) != 1:
            return None
        if not conversation.replies_reach_sender and not self.get_report_slot(turn, "danger"):
            return None  # a caller's number can be forged: the address would be told to a stranger
        return ReportLocation(at_phone[0], at_phone[0].service_address, at_phone[0].service_address)

    async def get_shareable_place(self, turn: Turn) -> str | None:
        if place := self.get_report_slot(turn, "place"):
            return str(place)
        where = await self.resolve_location(turn, await turn.identity())
        return where.place if where is not None and where.place and where.place in where.display_text else None

    async def _contact_phone(self, turn: Turn, identity: Identity) -> str | None:
        phone = str(self.get_report_slot(turn, "phone") or "")
        if phone.startswith("+"):
            return phone
        conversation = await turn.session.get_one(Conversation, turn.conversation_id)
        return conversation.address or (identity.member.phone if identity.member else None)
