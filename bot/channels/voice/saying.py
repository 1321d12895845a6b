"""What is said at each step of a call. Pure: the same arguments give the same words, whichever way they are spoken."""

from __future__ import annotations

import re

from backend.language import SPANISH, current, other_language, speaking, tr
from bot.channels.voice import menu
from bot.channels.voice.listening import keypad_help, spoken_help
from bot.channels.voice.steps import Ask, Place, Wait
from bot.dialogue.messages import Button, Reply

MOST_CHOICES = 5
_VERBS = re.compile(
    r"(?:add|cancel|change|check|choose|enter|get|go|hear|pay|pick|report|schedule|send|set|speak|start|stop|talk|try|use)\b",
    re.IGNORECASE,
)
_PLACED = re.compile(r"(?:at|by|in|on|with)\b", re.IGNORECASE)
# a button speaks for the member; its key is explained to them: "To pay your bill, press 1."
_YOURS = {"my": "your", "what i": "what you"}
_TO_THE_CALLER = re.compile(r"\b(?:my|what i)\b", re.IGNORECASE)
_EMERGENCY_NUMBER = re.compile(r"\b9 ?1 ?1\b")
"""In the words of a danger: nobody is asked then what else they wish."""
_TELLS_KEYS = re.compile(r"\bpress\b|\bkey\b|\boprima\b|\bpresione\b|\btecla\b", re.IGNORECASE)


def greeting(notice: str, place: Place) -> Ask:
    """The start of a call."""
    return question(menu.main_menu(), place, (notice,))


def question(reply: Reply, place: Place, notes: tuple[str, ...] = ()) -> Ask:
    """Say a reply, behind `notes`, and listen for the answer. A payment that is read back is heard to its end."""
    texts = texts_of(reply)
    if is_read_back(reply):
        return Ask(reply, place, (*notes, *texts), _said(_choices(reply), *_invitation(reply)))
    aside = _offer_of_other_language() if reply == menu.main_menu() else ""
    return Ask(reply, place, notes, _said(*texts, _keys(reply), *_invitation(reply)), aside)


def reprompt(reply: Reply, place: Place, *, start: str) -> Ask:
    """Ask again, with more help each time: first what may be said and an example, then the keys alone."""
    if is_over(reply):
        return Ask(reply, place, (), (tr(start), tr(menu.STILL_THERE if place.misses < 2 else menu.LAST_CALL)))
    if place.misses < 2:
        return Ask(reply, place, (), _said(tr(start), spoken_help(reply), *texts_of(reply)[-1:], _keys(reply)))
    star, person = tr(menu.STAR_KEY), tr(menu.PERSON_KEY)
    keys = star if reply == menu.main_menu() else f"{person} {star}"
    keypad = f"{tr(menu.USE_THE_KEYPAD)} {keypad_help(reply)}"
    return Ask(reply, place, (), _said(tr(start), keypad, _choices(reply), keys))


def filler(place: Place) -> Wait:
    """Something to hear while a slow answer is being made."""
    return Wait((tr(menu.FILLER if place.polls <= 1 else menu.STILL_LOOKING),), place)


def choices_of(reply: Reply) -> tuple[Button, ...]:
    """The buttons that are offered by key: five at most."""
    return reply.buttons[:MOST_CHOICES]


def is_over(reply: Reply) -> bool:
    """Whether nothing was asked: a caller who says nothing more has gone."""
    return not reply.expects and not reply.buttons


def texts_of(reply: Reply) -> tuple[str, ...]:
    return tuple(message.text for message in reply.messages if message.text.strip())


def is_read_back(reply: Reply) -> bool:
    """Whether the reply reads a payment back and waits for a yes or no to it."""
    return reply.expects == "confirm" and any("$" in text for text in texts_of(reply))


def _offer_of_other_language() -> str:
    with speaking(other_language(current())):
        return tr(menu.THIS_LANGUAGE)


def _said(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _invitation(reply: Reply) -> tuple[str, ...]:
    """Silence after a statement leaves a caller wondering whose turn it is."""
    asks = any(text.rstrip().endswith("?") for text in texts_of(reply)[-1:])
    waits = any(message.hints.get("act") == "wait" for message in reply.messages)
    if asks or waits or not is_over(reply):
        return ()
    in_danger = any(_EMERGENCY_NUMBER.search(text) for text in texts_of(reply))
    return (tr(menu.LISTENING if in_danger else menu.ANYTHING_ELSE),)


def _keys(reply: Reply) -> str:
    """The choices and their keys, unless the words of the reply tell the keys already."""
    texts = texts_of(reply)
    return "" if texts and _TELLS_KEYS.search(texts[-1]) else _choices(reply)


def _choices(reply: Reply) -> str:
    """`To pay your bill, press 1.`: the choice stands before its key."""
    buttons = choices_of(reply)
    if not buttons:
        return tr(menu.YES_NO_KEYS) if reply.expects == "confirm" else ""
    lines = [tr(menu.CHOICE_KEY, choice=_for(button), key=key) for key, button in enumerate(buttons, start=1)]
    if reply == menu.main_menu():
        del lines[menu.LANGUAGE_KEY - 1]  # it was said first, in the other language
        lines.append(tr(menu.PERSON_KEY))
    return " ".join(lines)


def _for(button: Button) -> str:
    title = button.title.strip().rstrip(".!?")
    if current() == SPANISH:
        title = re.sub(r"\bmi\b", "su", title)
        return f"Para {title[:1].lower()}{title[1:]}"
    title = _TO_THE_CALLER.sub(lambda found: _YOURS[found[0].lower()], title)
    if _VERBS.match(title):
        return f"To {title[:1].lower()}{title[1:]}"
    return title if _PLACED.match(title) else f"For {title}"
