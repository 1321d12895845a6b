"""The power is back: what was reported is closed, and nothing new is opened."""

from __future__ import annotations

from actions.base import SkillAction
from actions.cases.cut_off import meet_cut_off
from actions.cases.danger_talk import add_to_danger_talk
from actions.cases.filed import tell_of_the_filed
from actions.cases.worse import tell_worse
from actions.registry import opener_of
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.handover.transcript import plain_line
from backend.members.service import accounts_at_phone
from backend.reading.asks_after import denies_it_is_back, tells_it_is_back, wants_it_back
from backend.reading.cut_off import cut_off_by_us
from backend.reading.of_the_filed import still_wrong
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_theirs

STATUS, BACK = "outage_status", "back"


class ActionOutageRestored(SkillAction):
    """Said with no report being made."""

    action_name = "action_outage_restored"

    async def act(self, turn: Turn) -> None:
        if await tell_worse(turn):  # "it is back on, and the pole is sparking"
            return
        back = tells_it_is_back(turn.whole_words) and not still_wrong(turn.text)
        if not back and await tell_of_the_filed(turn):  # "is it fixed? still dark", "les avisaron ya"
            return
        if not back and await add_to_danger_talk(turn):  # "ya salió", of who was inside
            return
        if cut_off_by_us(turn.text):  # "I paid, turn my power back on" is about a bill
            await meet_cut_off(turn)
            return
        if denies_it_is_back(turn.whole_words):  # "it is NOT back, I never told you that"
            turn.follow_with("outage_form")
            return
        if wants_it_back(turn.whole_words):  # "our auto pay was turned off, put it back on"
            openers = (opener_of(name) for name, _ in turn.statistics.whole.others)
            opener = next((one for one in openers if one and one != self.action_name), None)
            turn.follow_with(opener or "action_unclear")
            return
        account = await account_meant(turn)
        if account is None and await lookup.open_outage(turn.session, turn.conversation_id, None) is None:
            turn.set(STATUS, BACK)  # told from another phone perhaps: the form asks which house it is
            turn.follow_with("outage_form")
            return
        await tell_restored(turn, account)


async def account_meant(turn: Turn) -> Account | None:
    """The account that is open, else the only one of the phone that writes or calls.

    A caller that nobody vouches for counts not: nobody shall close the outage of somebody else. A text's sender may be
    forged too: what another talk has reported then gets a note, and stands.
    """
    standing = await turn.standing()
    if standing.account is not None:
        return standing.account
    conversation = await turn.session.get(Conversation, turn.conversation_id)
    if conversation is None or not conversation.answers_reach_it or not conversation.address:
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
        turn.say("utter_outage_back", state="left" if asked else "none", number="", own=True)
        return
    own = await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id)
    turn.say("utter_outage_back", state=_state(ticket), number=ticket.number if own else "", own=own)


def _state(ticket: Ticket) -> str:
    """What became of the report: closed, or noted; what the crew is called out for stays open."""
    if ticket.status == tickets.CLOSED:
        return "closed"
    if ticket.kind == DANGER:
        return "danger"
    return "urgent" if tickets.is_callout(ticket) else "noted"


async def note_restored(turn: Turn, place: str | None, phone: str | None) -> None:
    """Told by somebody who has not shown who they are: a report for that place or phone gets a note, and stands.

    Its number is not told: an address is known to every neighbor.
    """
    ticket = await lookup.outage_at(turn.session, place, phone)
    if ticket is not None:
        words = plain_line(turn.own_words)
        await tickets.add_note(
            turn.session, turn.backend, ticket, turn.conversation_id, f"power is back there: {words}"
        )
    turn.say("utter_outage_back", state="none_there" if ticket is None else _state(ticket), number="", own=False)


async def note_denied(turn: Turn) -> None:
    """Note that the member says they never reported it. It stands: anybody could say so in their name."""
    account = await account_meant(turn)
    ticket = await lookup.open_outage(turn.session, turn.conversation_id, account.id if account else None)
    if ticket is not None:
        words = f"says they never reported it: {plain_line(turn.own_words)}"
        await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words, unproven=True)
    turn.say("utter_outage_denied", noted=ticket is not None)
