"""Decides which task a first message asks for when the classifier is not sure.

Rasa's rule opens the task of the likeliest intent. If no part of the message supports that task, the part that does
ask for something decides, or the member is asked which of two tasks is meant. The first message is kept meanwhile.
"""

from __future__ import annotations

from typing import Any

from actions import agenda, registry
from actions.registry import find_meant_opener
from actions.turn import Turn
from backend.language import tr

MIN_CERTAIN_CONFIDENCE = 0.85
"""From this confidence on the intent of the whole message is used."""
MIN_CONFIDENCE = 0.6
MAX_MARGIN = 0.15
"""If the second intent is no further behind than this, the member is asked which one is meant."""
MIN_SECOND_CONFIDENCE = 0.1
MIN_FIRST_CONFIDENCE = 0.3
"""Below this confidence the first intent is a guess, and the member is not asked to choose."""
EARLIER_WORDS = "wish_words"


def is_supported(turn: Turn, form: str) -> bool:
    """Whether the message asks for this form's task, as a whole with certainty or in one of its clauses."""
    whole, clauses = turn.predictions.whole, turn.predictions.clauses
    if not turn.full_text or whole.confidence >= MIN_CERTAIN_CONFIDENCE:
        return True
    if clauses:
        return any(find_meant_opener(turn, clause.intent) == form for clause in clauses)
    return whole.confidence >= MIN_CONFIDENCE or len(find_candidates(turn)) < 2


def find_candidates(turn: Turn) -> list[tuple[str, str]]:
    """The two likeliest intents, each with its opener, if the first is hardly ahead of the second; else none."""
    ranking = [(float(guess["confidence"]), str(guess["name"])) for guess in turn.ranking]
    # the ranking is sorted, so of several intents with one opener the likeliest is kept
    best = {opener: guess for guess in reversed(ranking) if (opener := find_meant_opener(turn, guess[1]))}
    likely = sorted(((*guess, opener) for opener, guess in best.items()), reverse=True)[:2]
    if len(likely) < 2:
        return []
    first, second = likely[0][0], likely[1][0]
    if first < MIN_FIRST_CONFIDENCE or second < MIN_SECOND_CONFIDENCE or first - second > MAX_MARGIN:
        return []
    return [(name, opener) for _, name, opener in likely]


def switch_task(turn: Turn, form: str) -> bool:
    """Start what the message asks for instead, or ask which of two tasks is meant. False if neither is known."""
    if agenda.add_requests(turn, turn.acts, form):
        save_identity_numbers(turn)
        return True  # the agenda starts it when the form closes
    choices = find_candidates(turn)
    if not choices:
        return False
    buttons: list[dict[str, Any]] = []
    for name, opener in choices:
        title = tr(registry.format_task_title(opener, name))
        buttons.append({"title": title[:1].upper() + title[1:], "payload": f"/{name}"})
    save_identity_numbers(turn)
    turn.set(EARLIER_WORDS, {"words": turn.full_text, "openers": [opener for _, opener in choices]})
    turn.utter("utter_which_wish", buttons=buttons)
    return True


def save_identity_numbers(turn: Turn) -> None:
    """Save a member number and last four for whichever task follows."""
    values = turn.extract_values(None)
    if values.member_number is not None and values.member_number.is_complete:
        turn.set("member_number", values.member_number.dashed)
    if values.last4:
        turn.set("phone_last4", values.last4)


def restore_earlier_words(turn: Turn, form: str) -> None:
    """Let the chosen task read the first message too: it has the details."""
    earlier = turn.get(EARLIER_WORDS)
    turn.clear(EARLIER_WORDS)
    if earlier and form in earlier["openers"]:
        turn.focus(" ".join(filter(None, (str(earlier["words"]), turn.full_text))))
