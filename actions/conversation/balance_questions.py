"""What is owed on an account that the member names, while no task is open."""

from __future__ import annotations

from actions.accounts.due_answers import answer_due_questions, find_accounts_asked_about
from actions.accounts.forms import switch_to_named_account
from actions.offers import Offer
from actions.turn import Turn
from backend.reading.numbers.account_separator import names_all_accounts

MAX_ACCOUNT_NAME_WORDS = 6
"""In a longer message than "and what about the barn?" a place is only mentioned."""


async def handle_due_question(turn: Turn, offer: Offer) -> bool:
    """`How much on the house?` of a member with several accounts: the balance of that one."""
    accounts = await find_accounts_asked_about(turn, turn.text)
    if len(accounts) != 1:
        return bool(accounts) and await answer_due_questions(turn, turn.text)
    await switch_to_named_account(turn)
    turn.add_followup_action("balance_form")
    return True


async def handle_other_account(turn: Turn, offer: Offer) -> bool:
    """`And the barn?` asks for the balance of that account of the member."""
    if len(turn.text.split()) > MAX_ACCOUNT_NAME_WORDS:
        return False
    if not (names_all_accounts(turn.text) or await switch_to_named_account(turn)):
        return False
    if (await turn.identity()).account is None:
        return False
    turn.add_followup_action("balance_form")
    return True
