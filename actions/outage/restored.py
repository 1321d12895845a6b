"""The power is back: what was reported is closed, and nothing new is opened."""

from __future__ import annotations

from actions.base import SkillAction
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.handover.transcript import plain_line
from backend.members.service import accounts_at_phone
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER


class ActionOutageRestored(SkillAction):
    """Said with no report being made."""

    action_name = "action_outage_restored"

    async def act(self, turn: Turn) -> None:
        await tell_restored(turn, await account_meant(turn))


async def account_meant(turn: Turn) -> Account | None:
    """The account that is open, else the only one of the phone that writes or calls.

    A phone that the channel does not vouch for counts not: nobody shall close the outage of somebody else.
    """
    standing = await turn.standing()
    if standing.account is not None:
        return standing.account
    conversation = await turn.session.get(Conversation, turn.conversation_id)
    if conversation is None or not conversation.attested or not conversation.address:
        return None
    found = await accounts_at_phone(turn.session, conversation.address)
    return found[0] if len(found) == 1 else None


async def tell_restored(turn: Turn, account: Account | None, *, asked: bool = False) -> None:
    """Close the open outage and say so. `asked`: a report was being made, which is left."""
    ticket = await tickets.restored(
        turn.session,
        turn.backend,
        turn.conversation_id,
        account.id if account else None,
        plain_line(turn.own_words) or tickets.RESTORED,
    )
    if ticket is None:
        turn.say("utter_outage_back", state="left" if asked else "none", number="")
    else:
        turn.say("utter_outage_back", state="danger" if ticket.kind == DANGER else "closed", number=ticket.number)
