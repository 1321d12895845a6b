"""A question about what is owed, or when, on an account that the member names: answered for that account.

It never changes which account is being paid.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.accounts.account_choice import find_asked_accounts, format_account_label
from actions.turn import Turn
from backend.account_question import service as account_questions
from backend.billing.models import Account
from backend.language import tr
from backend.members.identity import Identity
from backend.members.service import list_member_accounts
from backend.reading.money.due_questions import split_due_questions

DUE_TOPIC = "due_when"
NAMED_TOPICS = frozenset({DUE_TOPIC, "what_is_left", "late_fee_now", "shutoff", "last_payment", "next_automatic"})
"""Account questions whose answer names its account, where the member has several."""
TOLD = "due_told"
"""In the turn's notes: this message's question about an account that it names is answered."""


async def find_accounts_asked_about(turn: Turn, words: str) -> Sequence[Account]:
    """The accounts of the member that the questions in these words name; none where the member has only one."""
    identity = await turn.identity()
    if identity.member is None or identity.level < account_questions.required_level(DUE_TOPIC):
        return []
    asked, _rest = split_due_questions(words)
    if not asked:
        return []
    accounts = await list_member_accounts(turn.session, identity.member.id)
    if len(accounts) < 2:
        return []
    found = [find_asked_accounts(part, identity.member.number, accounts, identity.account) for part in asked]
    return list({account.id: account for part in found for account in part}.values())


async def answer_due_questions(turn: Turn, words: str) -> bool:
    """Answer what these words ask about accounts that they name. False if they ask nothing of the kind."""
    accounts = await find_accounts_asked_about(turn, words)
    identity = await turn.identity()
    for account in accounts:
        answer = await account_questions.answer(turn.session, turn.backend, account, DUE_TOPIC, words)
        if answer:
            turn.utter("utter_told", told=format_with_account(account, identity, answer))
    turn.notes[TOLD] = turn.notes.get(TOLD) or bool(accounts)
    return bool(accounts)


def format_with_account(account: Account, identity: Identity, answer: str) -> str:
    """`Account 002, barn: $64.39 is due on Thursday.`"""
    return tr("Account {account}: {owed}", account=format_account_label(account, identity), owed=answer)
