"""What a first message asks for, where the classifier is not sure.

Rasa's rule opens the task of the likeliest intent. When no part of the message supports it, the part that does ask for
something is used, or the member is asked which of two tasks is meant. The first message is kept meanwhile.
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
"""How far the second intent must be behind for the first to be used."""
MIN_SECOND_CONFIDENCE = 0.1
MIN_FIRST_CONFIDENCE = 0.3
"""Below this confidence both intents are guesses, and the member is not asked to choose."""
EARLIER_WORDS = "wish_words"


def is_supported(turn: Turn, form: str) -> bool:
    """Whether the message asks for this form's task: as a whole with certainty, or in a part."""
    whole, clauses = turn.predictions.whole, turn.predictions.clauses
    if not turn.full_text or whole.confidence >= MIN_CERTAIN_CONFIDENCE:
        return True
    if clauses:
        return any(find_meant_opener(turn, clause.intent) == form for clause in clauses)
    return whole.confidence >= MIN_CONFIDENCE or len(find_candidates(turn)) < 2


def find_candidates(turn: Turn) -> list[tuple[str, str]]:
    """The likely intents, each with its opener, when the first is hardly ahead of the second; else none."""
    ranking = [(str(one["name"]), float(one["confidence"])) for one in turn.ranking]
    opening = {opener: (name, sure) for name, sure in reversed(ranking) if (opener := find_meant_opener(turn, name))}
    likely = sorted(((sure, name, str(opener)) for opener, (name, sure) in opening.items()), reverse=True)[:2]
    if len(likely) < 2:
        return []
    (first, *_), (second, *_) = likely
    if first < MIN_FIRST_CONFIDENCE or second < MIN_SECOND_CONFIDENCE or first - second > MAX_MARGIN:
        return []
    return [(name, opener) for _, name, opener in likely]


def switch_task(turn: Turn, form: str) -> bool:
    """Start what the message asks for instead, or ask which of two. False: nothing better is known."""
    if agenda.add_requests(turn, turn.acts, form):
        save_identity_numbers(turn)
        return True  # the end of the form opens it
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
    """Keep a member number and last four for whichever task follows."""
    values = turn.extract_values(None)
    if values.member_number is not None and values.member_number.is_complete:
        turn.set("member_number", values.member_number.dashed)
    if values.last4:
        turn.set("phone_last4", values.last4)


def restore_earlier_words(turn: Turn, form: str) -> None:
    """Read the first message again: it has what the chosen task needs."""
    earlier = turn.get(EARLIER_WORDS)
    turn.clear(EARLIER_WORDS)
    if earlier and form in earlier["openers"]:
        turn.focus(" ".join(filter(None, (str(earlier["words"]), turn.full_text))))
