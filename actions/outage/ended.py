"""Telling that an outage has ended, and who is told of the end of one that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from actions.outage.known_outage import send_known_outage, shareable_area
from actions.turn import Turn
from backend.alerts.service import list_active_settings
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.service import list_accounts_at_phone
from backend.outage.areas import format_area, parse_area
from backend.outage.ended import EndedOutage, find_ended
from backend.outage.models import KnownOutage
from backend.outage.still_out import STILL_OUT_LABEL
from backend.outage.texts import format_time
from backend.outbox.service import can_receive_texts
from backend.tickets.models import Ticket


async def answer_if_ended(turn: Turn, place: str | None = None, account: Account | None = None) -> bool:
    """Say what is known of an outage there: one that goes on, or one that ended within a day. False for none.

    There is the account, the place, or the accounts of the phone; those at the place, where one was named.
    """
    accounts = [account] if account is not None else list(await list_accounts(turn))
    if account is None and place is not None:
        accounts = [each for each in accounts if parse_area(place).contains([each.service_address])]
    ids: list[int | None] = [each.id for each in accounts]
    for account_id in ids or [None]:
        known = await turn.backend.outages.find_outage(turn.session, place, account_id)
        if known is not None:
            await send_known_outage(turn, known)
            return True
    return await _send_ended(turn, await find_ended(turn.session, turn.backend, accounts, place))


async def answer_if_report_ended(turn: Turn, ticket: Ticket) -> bool:
    """As `answer_if_ended`, for the outage that a report was made in."""
    account = await turn.session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    if ticket.outage_id is None or ticket.urgent or STILL_OUT_LABEL in ticket.details:
        return False
    accounts = [account] if account is not None else []
    ended = await find_ended(turn.session, turn.backend, accounts, ticket.place, outage_id=ticket.outage_id)
    return await _send_ended(turn, ended)


async def _send_ended(turn: Turn, ended: EndedOutage | None) -> bool:
    if ended is None:
        return False
    told = tr(
        "The outage at {area} ended {time}: we believe the power is back there. If yours is still out, tell me "
        '"still out" and I report it, or call {phone}.',
        area=format_area(await shareable_area(turn, ended.area)) or tr("your place"),
        time=format_time(turn.backend, ended.at),
        phone=turn.backend.coop.outage_phone_display,
    )
    turn.utter("utter_told", told=told)
    return True


async def list_accounts(turn: Turn) -> Sequence[Account]:
    """The account that is open, else those of the phone that texts, or calls with its carrier's word for it."""
    identity = await turn.identity()
    if identity.account is not None:
        return [identity.account]
    conversation = await turn.session.get(Conversation, turn.conversation_id)
    if conversation is None or not conversation.replies_reach_sender or not conversation.address:
        return []
    return await list_accounts_at_phone(turn.session, conversation.address)


async def send_news_offer(turn: Turn, ticket: Ticket) -> None:
    """Who asks for word when the power is back: what is sent already, or how to turn it on. No promise beyond that."""
    conversation = await turn.session.get_one(Conversation, turn.conversation_id)
    outage = await turn.session.get(KnownOutage, ticket.outage_id) if ticket.outage_id is not None else None
    phone = conversation.address or ticket.phone or ""
    if outage is not None and outage.cleared_at is None and await can_receive_texts(turn.session, phone):
        told = tr(
            "When our office ends this outage, a text goes to the phone ending {last4}. Ask me here at any hour about "
            "number {number}.",
            last4=phone[-4:],
            number=ticket.number,
        )
        turn.utter("utter_told", told=told)
        return
    for account in await list_accounts(turn):
        settings = await list_active_settings(turn.session, account.id)
        if any(one.kind == "outage" and one.by_text for one in settings):
            told = tr("Outage texts are on for you: when our office ends an outage at your place, one says so.")
            turn.utter("utter_told", told=told)
            return
    turn.utter("utter_filed_news", number=ticket.number)
    turn.utter("utter_told", told=tr('To get a text when an outage at your place ends, say "outage alerts".'))
    if not turn.get("open_task"):
        turn.set("offer", {"opener": "alerts_form", "slots": {"alert_what": {"outage": None}, "alert_verb": "on"}})
