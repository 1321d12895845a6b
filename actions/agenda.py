"""The agenda: requests made while another task was open. They are done one after the other; none is dropped silently.

The slot `agenda` holds them in order, each as {"opener": form or action, "words": the member's words for it,
"intent": the intent of those words, "slots": values already known}.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from actions.registry import FORMS, find_meant_opener, find_opener, format_task_title
from actions.turn import Turn
from backend.language import SPANISH, tr
from backend.reading.acts import Act
from backend.reading.contact.contact_change import names_own_name
from backend.reading.service.disconnection import only_asks_about_shutoff
from backend.reading.spanish import to_english

AGENDA, CURRENT_ITEM = "agenda", "agenda_now"
MAX_ITEMS = 5
SERVICE_INTENT, NAME_CHANGE_INTENT = "start_stop_service", "name_change"
MIN_CONFIDENCE = 0.75
"""How sure a second request of one message must be."""
LONG_WORD = re.compile(r"[^\W\d_]{4,}")
STOPWORDS = frozenset(
    """about account actually also another bill bills cancel change don't drop forget instead just leave like mind
    need never number order pagar pago payment please quiero quite skip start stop take that then there this want
    what with would yours cambiar cambie cancele cuenta deje esto factura favor necesito olvide olvidelo para recibo
    tambien también""".split()
)
"""Words that do not distinguish requests."""


def pending_items(turn: Turn) -> list[dict[str, Any]]:
    return list(turn.get(AGENDA) or [])


def add_requests(turn: Turn, acts: Sequence[Act], current: str, least: float = MIN_CONFIDENCE) -> list[str]:
    """Put the sure enough requests for other tasks on the agenda. Returns the titles of the new ones."""
    waiting = pending_items(turn)
    known = {(str(wish["opener"]), _item_kind(wish)) for wish in waiting}
    known.add((current, _kind_for_intent(current, turn.intent)))
    added = []
    for act in acts:
        plain = act.kind == "start" and _is_clear_request(act, acts, least)
        opener = find_meant_opener(turn, act.intent, act.words) if plain else None
        key = (opener or "", _kind_for_intent(opener or "", act.intent))
        if opener is None or key in known or len(waiting) >= MAX_ITEMS:
            continue
        if (
            act.intent == SERVICE_INTENT
            and any(one.intent == NAME_CHANGE_INTENT for one in acts)
            and names_own_name(act.words)
        ):
            continue  # "change it to my name" asks for a change of name, and starts no service
        if opener == turn.get("paused_task") or (opener == current and not turn.was_just_opened()):
            continue  # more of the same: only a first message asks for two reports
        known.add(key)
        if opener == "arrangement_form" and only_asks_about_shutoff(
            act.words if turn.language != SPANISH else to_english(act.words)
        ):
            # a question about a shutoff is answered; it does not ask for time to pay
            question_slots = {"account_topic": "shutoff", "account_words": act.words}
            waiting.append({"opener": "account_question_form", "words": act.words, "slots": question_slots})
            continue
        waiting.append({"opener": opener, "words": act.words, "intent": act.intent})
        added.append(tr(format_task_title(*key)))
    if len(waiting) > len(pending_items(turn)):
        turn.set(AGENDA, waiting)
    return added


def _kind_for_intent(opener: str, intent: str) -> str:
    """The intent, where the form serves several kinds of task; empty otherwise."""
    return intent if opener in FORMS and intent in FORMS[opener].intent_titles else ""


def _item_kind(wish: Mapping[str, Any]) -> str:
    return _kind_for_intent(str(wish["opener"]), str(wish.get("intent") or ""))


def _item_title(wish: Mapping[str, Any]) -> str:
    return tr(format_task_title(str(wish["opener"]), _item_kind(wish)))


def _is_clear_request(act: Act, acts: Sequence[Act], least: float) -> bool:
    """Whether a request is sure enough to be named: fear of a shutoff is no request for a payment plan."""
    felt = max(
        (other.confidence for other in acts if other.kind == "feeling" and other.words == act.words), default=0.0
    )
    return min(act.confidence, act.intent_confidence) >= least and felt <= act.confidence


def add_item(turn: Turn, opener: str, words: str, slots: dict[str, Any]) -> bool:
    """Add one item, with known slot values. False when it is on the agenda already, or the agenda is full."""
    waiting = pending_items(turn)
    if len(waiting) >= MAX_ITEMS or any(
        wish["opener"] == opener and (wish.get("slots") or {}) == slots for wish in waiting
    ):
        return False
    turn.set(AGENDA, [*waiting, {"opener": opener, "words": words, "slots": slots}])
    return True


def pop_item(turn: Turn, opener: str) -> str:
    """Take the item for this task, which begins now, off the agenda. Returns the member's words for it."""
    waiting = pending_items(turn)
    kind = _kind_for_intent(opener, turn.intent)
    found = next((wish for wish in waiting if wish["opener"] == opener and _item_kind(wish) == kind), None)
    if found is None:
        return ""
    turn.set(AGENDA, [wish for wish in waiting if wish is not found] or None)
    return str(found.get("words") or "")


def remove_item(turn: Turn, wish: Mapping[str, Any]) -> None:
    turn.set(AGENDA, [one for one in pending_items(turn) if one != wish] or None)


def remove_items_for(turn: Turn, opener: str) -> None:
    """Take every item for one task off the agenda without a word: it is done already."""
    turn.set(AGENDA, [one for one in pending_items(turn) if one["opener"] != opener] or None)


def drop_canceled(turn: Turn, acts: Sequence[Act]) -> bool:
    """Take canceled items off the agenda and say so. False when none was meant.

    `Forget the phone` names an item by a word of its request: the classifier cannot tell which task a cancel is about.
    """
    waiting = pending_items(turn)
    cancels = [act for act in acts if act.kind in ("cancel", "deny")]
    named = {find_opener(act.intent) for act in cancels}
    dropped = [
        wish for wish in waiting if wish["opener"] in named or any(_mentions_item(act, wish, turn) for act in cancels)
    ]
    if not dropped:
        return False
    turn.set(AGENDA, [wish for wish in waiting if wish not in dropped] or None)
    turn.utter("utter_agenda_dropped", task=join_with_and([_item_title(wish) for wish in dropped]))
    return True


def _mentions_item(act: Act, wish: dict[str, Any], turn: Turn) -> bool:
    """Whether the act shares a word with the item that does not also name the open task."""
    own = _content_words(str(wish.get("words") or "")) - _content_words(
        format_task_title(str(turn.get("open_task") or ""))
    )
    return bool(own & _content_words(act.words))


def _content_words(words: str) -> set[str]:
    return {word for word in LONG_WORD.findall(words.lower()) if word not in STOPWORDS}


def start_next(turn: Turn) -> bool:
    """Open the next item. False when the agenda is empty."""
    waiting = pending_items(turn)
    if not waiting:
        return False
    turn.set(CURRENT_ITEM, waiting[0])
    turn.set(AGENDA, waiting[1:] or None)
    for slot, value in (waiting[0].get("slots") or {}).items():
        turn.set(slot, value)
    turn.add_followup_action(str(waiting[0]["opener"]))
    return True


def claim_current_item(turn: Turn, form: str) -> bool:
    """Whether this form was opened from the agenda. The turn then reads the words of the request.

    The message that ended the task before, such as a yes, is not about this one.
    """
    now = turn.get(CURRENT_ITEM)
    if not now or now.get("opener") != form:
        return False
    turn.clear(CURRENT_ITEM)
    turn.focus(str(now.get("words") or ""), str(now.get("intent") or ""))
    return True


def join_with_and(titles: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(titles) < 2:
        return "".join(titles)
    return tr("{first} and {last}", first=", ".join(titles[:-1]), last=titles[-1])


def send_remaining(turn: Turn) -> None:
    titles = [_item_title(wish) for wish in pending_items(turn)]
    current = turn.get("open_task")
    if current:
        titles.insert(0, tr(format_task_title(str(current))))
    turn.utter("utter_agenda_left" if titles else "utter_agenda_empty", tasks=join_with_and(titles))
