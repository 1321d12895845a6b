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
from backend.language import join_words, tr
from backend.reading.acts import Act
from backend.reading.contact.contact_change import names_own_name
from backend.reading.service.disconnection import only_asks_about_shutoff
from backend.reading.spanish import english_form

AGENDA, CURRENT_ITEM = "agenda", "agenda_now"
MAX_ITEMS = 5
SERVICE_INTENT, NAME_CHANGE_INTENT = "start_stop_service", "name_change"
MIN_SECOND_REQUEST_CONFIDENCE = 0.75
"""From this confidence on, a second request in one message goes onto the agenda."""
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


def add_requests(
    turn: Turn, acts: Sequence[Act], current: str, min_confidence: float = MIN_SECOND_REQUEST_CONFIDENCE
) -> list[str]:
    """Add the certain enough requests for tasks other than `current`. Returns the titles of the new items."""
    items = pending_items(turn)
    known = {(str(item["opener"]), _item_kind(item)) for item in items}
    known.add((current, _kind_for_intent(current, turn.intent)))
    added = []
    for act in acts:
        is_request = act.kind == "start" and _is_clear_request(act, acts, min_confidence)
        opener = find_meant_opener(turn, act.intent, act.words) if is_request else None
        key = (opener or "", _kind_for_intent(opener or "", act.intent))
        if opener is None or key in known or len(items) >= MAX_ITEMS:
            continue
        if (
            act.intent == SERVICE_INTENT
            and any(other.intent == NAME_CHANGE_INTENT for other in acts)
            and names_own_name(act.words)
        ):
            continue  # "change it to my name" asks for a change of name, and starts no service
        if opener == turn.get("paused_task") or (opener == current and not turn.was_just_opened()):
            continue  # more of the same: only a first message asks for two reports
        known.add(key)
        if opener == "arrangement_form" and only_asks_about_shutoff(english_form(act.words, turn.language)):
            # a question about a shutoff is answered; it does not ask for time to pay
            question_slots = {"account_topic": "shutoff", "account_words": act.words}
            items.append({"opener": "account_question_form", "words": act.words, "slots": question_slots})
            continue
        items.append({"opener": opener, "words": act.words, "intent": act.intent})
        added.append(tr(format_task_title(*key)))
    if len(items) > len(pending_items(turn)):
        turn.set(AGENDA, items)
    return added


def _kind_for_intent(opener: str, intent: str) -> str:
    """The intent, if the form serves several kinds of task; else empty."""
    return intent if opener in FORMS and intent in FORMS[opener].intent_titles else ""


def _item_kind(item: Mapping[str, Any]) -> str:
    return _kind_for_intent(str(item["opener"]), str(item.get("intent") or ""))


def _item_title(item: Mapping[str, Any]) -> str:
    return tr(format_task_title(str(item["opener"]), _item_kind(item)))


def _is_clear_request(act: Act, acts: Sequence[Act], min_confidence: float) -> bool:
    """Whether the act is more likely a request than a feeling: fear of a shutoff asks for no payment plan."""
    feeling = max((one.confidence for one in acts if one.kind == "feeling" and one.words == act.words), default=0.0)
    return min(act.confidence, act.intent_confidence) >= min_confidence and feeling <= act.confidence


def add_item(turn: Turn, opener: str, words: str, slots: dict[str, Any], *, confirm: bool = False) -> bool:
    """Add one item with known slot values, and with `confirm` tell the member so.

    False when it is on the agenda already, or the agenda is full.
    """
    items = pending_items(turn)
    if len(items) >= MAX_ITEMS or any(
        item["opener"] == opener and (item.get("slots") or {}) == slots for item in items
    ):
        return False
    turn.set(AGENDA, [*items, {"opener": opener, "words": words, "slots": slots}])
    if confirm:
        turn.utter("utter_agenda_added", tasks=tr(format_task_title(opener)))
    return True


def pop_item(turn: Turn, opener: str) -> str:
    """Remove the item of this task, which starts now. Returns the words of the request, empty if there is none."""
    kind = _kind_for_intent(opener, turn.intent)
    for item in pending_items(turn):
        if item["opener"] == opener and _item_kind(item) == kind:
            remove_item(turn, item)
            return str(item.get("words") or "")
    return ""


def remove_item(turn: Turn, item: Mapping[str, Any]) -> None:
    turn.set(AGENDA, [other for other in pending_items(turn) if other != item] or None)


def remove_items_for(turn: Turn, opener: str) -> None:
    """Remove the items of a task without telling the member: it is done already."""
    turn.set(AGENDA, [item for item in pending_items(turn) if item["opener"] != opener] or None)


def drop_canceled(turn: Turn, acts: Sequence[Act]) -> bool:
    """Remove the items that these acts cancel, and say so. False when none was meant.

    `Forget the phone` names an item by a word of its request: the classifier cannot tell which task a cancel is about.
    """
    items = pending_items(turn)
    cancels = [act for act in acts if act.kind in ("cancel", "deny")]
    openers = {find_opener(act.intent) for act in cancels}
    open_task_words = _content_words(format_task_title(str(turn.get("open_task") or "")))

    def is_named(item: Mapping[str, Any]) -> bool:
        own_words = _content_words(str(item.get("words") or "")) - open_task_words
        return any(own_words & _content_words(act.words) for act in cancels)

    dropped = [item for item in items if item["opener"] in openers or is_named(item)]
    if not dropped:
        return False
    turn.set(AGENDA, [item for item in items if item not in dropped] or None)
    turn.utter("utter_agenda_dropped", task=join_words([_item_title(item) for item in dropped]))
    return True


def _content_words(words: str) -> set[str]:
    return {word for word in LONG_WORD.findall(words.lower()) if word not in STOPWORDS}


def start_next(turn: Turn) -> bool:
    """Open the next item. False when the agenda is empty."""
    items = pending_items(turn)
    if not items:
        return False
    turn.set(CURRENT_ITEM, items[0])
    turn.set(AGENDA, items[1:] or None)
    for slot, value in (items[0].get("slots") or {}).items():
        turn.set(slot, value)
    turn.add_followup_action(str(items[0]["opener"]))
    return True


def claim_current_item(turn: Turn, form: str) -> bool:
    """Whether this form was opened from the agenda. If so, the turn reads the words of that request from here on.

    The newest message, such as a yes, ended the task before and is not about this one.
    """
    item = turn.get(CURRENT_ITEM)
    if not item or item.get("opener") != form:
        return False
    turn.clear(CURRENT_ITEM)
    turn.focus(str(item.get("words") or ""), str(item.get("intent") or ""))
    return True


def send_remaining(turn: Turn) -> None:
    """Tell which tasks are left: the open one, and those of the agenda."""
    titles = [_item_title(item) for item in pending_items(turn)]
    current = turn.get("open_task")
    if current:
        titles.insert(0, tr(format_task_title(str(current))))
    turn.utter("utter_agenda_left" if titles else "utter_agenda_empty", tasks=join_words(titles))
