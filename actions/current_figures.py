"""What is owed where another system keeps the books: looked up before it is told, and told with its time when it could
not be. With the built-in books there is nothing to do (docs/billing.md).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from rasa_sdk.executor import CollectingDispatcher

from backend.billing.figures import format_as_of
from backend.language import tr
from backend.members.identity import load_identity
from backend.providers.billing.system import find_system

if TYPE_CHECKING:
    from actions.turn import Turn

REFRESHED = "refreshed"
"""In the turn's notes: the ids of the accounts whose figures were looked up in this step."""
IS_SLOW = "billing_is_slow"
SLOW_SECONDS = 1.0
READ_BACKS = frozenset({"utter_question_pay_confirm", "utter_question_pay_together"})
"""Here the time of the figures is said again, although it was said before."""
EVENTS_BACK = 40
"""How far back it counts as said: about the last ten messages of both sides."""


def keeps_books_elsewhere(turn: Turn) -> bool:
    return find_system(turn.backend.billing) is not None


async def refresh_known_account(turn: Turn) -> None:
    """Look up the figures of the account that the conversation is about, before the step opens its transaction."""
    if not keeps_books_elsewhere(turn):
        return
    async with turn.backend.db.read_session() as session:
        identity = await load_identity(session, turn.backend, turn.conversation_id)
    if identity.account is not None:
        await refresh(turn, [identity.account.id])


async def refresh(turn: Turn, account_ids: Collection[int]) -> None:
    """Look up the figures of these accounts at once, outside any transaction.

    One step waits for a slow system once: after that it takes other accounts' figures as they are.
    """
    refreshed = turn.notes.setdefault(REFRESHED, set())
    began = time.monotonic()
    if not turn.notes.get(IS_SLOW):
        await asyncio.gather(*(turn.backend.billing.refresh(turn.backend.db, each) for each in account_ids))
    refreshed.update(account_ids)
    if time.monotonic() - began > SLOW_SECONDS:
        turn.notes[IS_SLOW] = True


def not_refreshed(turn: Turn, account_ids: Collection[int]) -> list[int]:
    """Those of the accounts whose figures this step has not looked up; none with the built-in books."""
    if not keeps_books_elsewhere(turn):
        return []
    return [account_id for account_id in account_ids if account_id not in turn.notes.get(REFRESHED, ())]


def say_unknown(turn: Turn) -> None:
    """Instead of an amount that was never known; nothing owed would be a promise."""
    coop = turn.backend.coop
    told = tr(
        "I cannot look up what is owed on your account right now: our billing system does not answer. The office can "
        "tell you: {phone}, {hours}.",
        phone=coop.office_phone_display,
        hours=coop.hours_text,
    )
    turn.utter("utter_told", told=told)


def add_time(turn: Turn, messages: list[dict[str, Any]]) -> None:
    """Put the time of the figures before the first of the messages that has an amount, if they are not current."""
    place = next((index for index, message in enumerate(messages) if "$" in json.dumps(message)), None)
    if not turn.stale_figures or place is None:
        return
    backend = turn.backend
    as_of = format_as_of(min(turn.stale_figures), backend.clock.now(), backend.coop.zone)
    told = tr("Our billing system does not answer right now, so this is as of {when}.", when=as_of)
    is_read_back = any(message.get("response") in READ_BACKS for message in messages)
    if is_read_back or not _was_said(turn, told):
        dispatcher = CollectingDispatcher()
        dispatcher.utter_message(response="utter_told", told=told)
        messages[place:place] = dispatcher.messages


def _was_said(turn: Turn, told: str) -> bool:
    said = (str(event.get("text")) for event in turn.tracker.events[-EVENTS_BACK:] if event.get("event") == "bot")
    return any(told in text for text in said)
