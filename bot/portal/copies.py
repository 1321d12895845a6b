"""Says which copies of a receipt or an agreement went out, and which could not."""

from __future__ import annotations

from collections.abc import Sequence

from backend.language import join_words, mark, tr
from backend.members.codes import mask_email
from backend.outbox.copies import COMING, FAILED, SENT, MessageCopy

RECEIPT = {
    COMING: mark("A receipt is on its way {ways}."),
    SENT: mark("A receipt was sent {ways}."),
    FAILED: mark("A receipt could not be sent {ways}."),
}
COPY = {
    COMING: mark("A copy is on its way {ways}."),
    SENT: mark("A copy was sent {ways}."),
    FAILED: mark("A copy could not be sent {ways}."),
}
HERE = mark("You have it here: please print this page, or write the number down.")


def word_copies(copies: Sequence[MessageCopy], words: dict[str, str], *, named: bool = True) -> str:
    """In sentences: `A receipt was sent by text to the phone ending 0147.` Empty without copies.

    `named`: to whom, masked; not for a page that shows nothing of the account.
    """
    states: dict[str, str] = {}
    for each in copies:
        way = _word_way(each, named=named)
        # several messages by one way: what is not settled counts first, then what did not go out
        states[way] = min(states.get(way, SENT), each.state, key=(COMING, FAILED, SENT).index)
    sentences = []
    for state in (COMING, SENT, FAILED):
        ways = [way for way, found in states.items() if found == state]
        if ways:
            sentences.append(tr(words[state], ways=join_words(ways)))
    if FAILED in states.values():
        sentences.append(tr(HERE))
    return " ".join(sentences)


def _word_way(copy: MessageCopy, *, named: bool) -> str:
    if not named or not copy.recipient:
        return tr("by text") if copy.kind == "sms" else tr("by email")
    if copy.kind == "sms":
        return tr("by text to the phone ending {last4}", last4=copy.recipient[-4:])
    return tr("by email to {email}", email=mask_email(copy.recipient))


def is_settled(copies: Sequence[MessageCopy]) -> bool:
    """Whether none is on its way any more."""
    return all(each.state != COMING for each in copies)
