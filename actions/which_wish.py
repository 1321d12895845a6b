"""What a first message really wishes, where the classifier is not sure: another part of it, or one of two.

Rasa's rule opens the task of the likeliest intent. When no part of the message bears that out, the part that does wish
something is taken, or the member is asked which of two it is about. What was said of it is kept meanwhile.
"""

from __future__ import annotations

from typing import Any

from actions import agenda, registry
from actions.scheduled.words import opener_meant
from actions.turn import Turn
from backend.language import tr

SURE = 0.85
"""The whole message is taken at its word from here on."""
UNSURE = 0.6
CLOSE = 0.15
"""How far the second intent must be behind for the first to be taken."""
LEAST = 0.1
TOO_LITTLE = 0.3
"""Below it the first intent is a guess like any other, and two of them are no choice to put before anybody."""
EARLIER = "wish_words"


def is_borne_out(turn: Turn, form: str) -> bool:
    """Whether the words wish this form's task: the whole is sure, or a part of it says so."""
    whole, clauses = turn.statistics.whole, turn.statistics.clauses
    if not turn.whole_words or whole.confidence >= SURE:
        return True
    if clauses:
        return any(opener_meant(turn, clause.intent) == form for clause in clauses)
    return whole.confidence >= UNSURE or len(rivals(turn)) < 2


def rivals(turn: Turn) -> list[tuple[str, str]]:
    """The intents that the message may mean, each with what it opens, when the first is hardly ahead; else none."""
    ranking = [(str(one["name"]), float(one["confidence"])) for one in turn.ranking]
    opening = {opener: (name, sure) for name, sure in reversed(ranking) if (opener := opener_meant(turn, name))}
    likely = sorted(((sure, name, str(opener)) for opener, (name, sure) in opening.items()), reverse=True)[:2]
    if len(likely) < 2:
        return []
    (first, *_), (second, *_) = likely
    if first < TOO_LITTLE or second < LEAST or first - second > CLOSE:
        return []
    return [(name, opener) for _, name, opener in likely]


def take_another(turn: Turn, form: str) -> bool:
    """Turn to what the message wishes instead, or ask which of two it is. False: nothing better is known."""
    if agenda.take_in(turn, turn.acts, form):
        keep_who(turn)
        return True  # the end of the form opens it
    choices = rivals(turn)
    if not choices:
        return False
    buttons: list[dict[str, Any]] = []
    for name, opener in choices:
        title = tr(registry.title_of(opener, name))
        buttons.append({"title": title[:1].upper() + title[1:], "payload": f"/{name}"})
    keep_who(turn)
    turn.set(EARLIER, {"words": turn.whole_words, "openers": [opener for _, opener in choices]})
    turn.say("utter_which_wish", buttons=buttons)
    return True


def keep_who(turn: Turn) -> None:
    """A member number and last four in the message are kept for whichever task comes."""
    said = turn.read(None)
    if said.number is not None and said.number.complete:
        turn.set("member_number", said.number.dashed)
    if said.last4:
        turn.set("phone_last4", said.last4)


def take_up_earlier(turn: Turn, form: str) -> None:
    """Read the words that were said before it was asked which; they tell what the chosen task needs."""
    earlier = turn.get(EARLIER)
    turn.clear(EARLIER)
    if earlier and form in earlier["openers"]:
        turn.focus(" ".join(filter(None, (str(earlier["words"]), turn.whole_words))))
