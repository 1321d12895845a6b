"""A member says that the power is back: the open outage is closed, and nothing new is filed."""

from __future__ import annotations

from actions.base import SkillAction
from actions.cases.conversation_tickets import add_ticket_note, is_own
from actions.cases.danger_talk import add_danger_details
from actions.cases.danger_updates import handle_danger_update
from actions.cases.filed_reports import answer_about_filed
from actions.free_text import extract_place
from actions.outage.ended import answer_if_ended
from actions.person.agent_handoff import handoff_disconnected
from actions.registry import find_opener
from actions.turn import Turn
from backend.billing.models import Account
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation
from backend.members.service import list_accounts_at_phone
from backend.reading.acts.signals import is_question
from backend.reading.normalize import split_sentences
from backend.reading.service.disconnection import says_coop_disconnected
from backend.reading.tickets.report_questions import says_still_out
from backend.reading.tickets.status_questions import (
    asks_to_restore,
    denies_power_is_back,
    only_asks_if_back,
    says_power_is_back,
)
from backend.tickets import lookup
from backend.tickets import service as tickets
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket

STATUS_SLOT, RESTORED = "outage_status", "back"


class ActionOutageRestored(SkillAction):
    """The message outside the outage form; inside, the form handles it."""

    action_name = "action_outage_restored"

    async def act(self, turn: Turn) -> None:
        if await handle_danger_update(turn):  # "it is back on, and the pole is sparking"
            return
        if _asks_if_back(turn) and await answer_if_ended(turn, extract_place(turn, asked=False)):
            return
        back = says_power_is_back(turn.full_text) and not says_still_out(turn.text)
        if not back and await answer_about_filed(turn):  # "is it fixed? still dark", "les avisaron ya"
            return
        if not back and await add_danger_details(turn):  # "ya salió", of who was inside
            return
        if only_asks_if_back(turn.full_text):  # a question closes nothing
            if not await answer_about_filed(turn):
                turn.set(STATUS_SLOT, True)
                turn.add_followup_action("outage_form")
            return
        if says_coop_disconnected(turn.text):  # "I paid, turn my power back on" is about a bill
            await handoff_disconnected(turn)
            return
        if denies_power_is_back(turn.full_text):  # "it is NOT back, I never told you that"
            turn.add_followup_action("outage_form")
            return
        if asks_to_restore(turn.full_text):  # "our auto pay was turned off, put it back on"
            openers = (find_opener(name) for name, _ in turn.predictions.whole.other_intents)
            opener = next((one for one in openers if one and one != self.action_name), None)
            turn.add_followup_action(opener or "action_unclear")
            return
        account = await find_account(turn)
        if account is None and await lookup.find_open_outage(turn.session, turn.conversation_id, None) is None:
            turn.set(STATUS_SLOT, RESTORED)  # perhaps reported from another phone: the form asks for the place
            turn.add_followup_action("outage_form")
            return
        await close_restored_outage(turn, account)


def _asks_if_back(turn: Turn) -> bool:
    """`Is the power back on Mill Road`; in Spanish the mark alone tells it from `ya regresó la luz`."""
    asked = [part for part in split_sentences(turn.text) if part.rstrip().endswith("?")]
    return is_question(turn.text) or any(says_power_is_back(part) for part in asked)


async def find_account(turn: Turn) -> Account | None:
    """The account that is open, else the only one of the phone that writes or calls.

    An unattested caller does not count, so that nobody closes somebody else's outage. A text's sender can be forged
    too: an outage that another conversation reported then gets a note and stays open.
    """
    identity = await turn.identity()
    if identity.account is not None:
        return identity.account
    conversation = await turn.session.get(Conversation, turn.conversation_id)
    if conversation is None or not conversation.replies_reach_sender or not conversation.address:
        return None
    found = await list_accounts_at_phone(turn.session, conversation.address)
    return found[0] if len(found) == 1 else None


async def close_restored_outage(turn: Turn, account: Account | None, *, asked: bool = False) -> None:
    """Close the open outage and say so. `asked`: a report was in progress, which is dropped."""
    ticket = await tickets.close_restored_outage(
        turn.session,
        turn.backend,
        turn.conversation_id,
        account.id if account else None,
        mask_line(turn.focused_text) or tickets.RESTORED_OUTCOME,
    )
    if ticket is None:
        turn.utter("utter_outage_back", state="left" if asked else "none", number="", own=True)
        return
    own = await is_own(turn, ticket)
    turn.utter("utter_outage_back", state=_ticket_state(ticket), number=ticket.number if own else "", own=own)


def _ticket_state(ticket: Ticket) -> str:
    """What became of the report: closed, or only noted, since a callout stays open."""
    if ticket.status == tickets.CLOSED:
        return "closed"
    if ticket.kind == DANGER:
        return "danger"
    return "urgent" if tickets.has_callout(ticket) else "noted"


async def note_restored(turn: Turn, place: str | None, phone: str | None) -> None:
    """Note it on the open outage at this place or phone (E.164), which stays open: nothing was proven.

    The ticket's number is not told, since every neighbor knows the address.
    """
    ticket = await lookup.find_outage_at(turn.session, place, phone)
    if ticket is not None:
        await add_ticket_note(turn, ticket, f"power is back there: {mask_line(turn.focused_text)}")
    state = "none_there" if ticket is None else _ticket_state(ticket)
    turn.utter("utter_outage_back", state=state, number="", own=False)


async def note_denied(turn: Turn) -> None:
    """Note that the member says they never reported it. It stays open: anybody could say so in their name."""
    account = await find_account(turn)
    ticket = await lookup.find_open_outage(turn.session, turn.conversation_id, account.id if account else None)
    if ticket is not None:
        words = f"says they never reported it: {mask_line(turn.focused_text)}"
        await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words, unproven=True)
    turn.utter("utter_outage_denied", noted=ticket is not None)
