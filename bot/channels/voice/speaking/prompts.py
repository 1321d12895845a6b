"""Builds what is said at each step of a call, for <Gather> and for the relay alike. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.language import SPANISH, current_language, other_language, tr, use_language
from bot.channels.voice.listening.options import format_keypad_help, format_spoken_help, list_choices
from bot.channels.voice.speaking import menu
from bot.channels.voice.speaking.parts import (
    MAX_MENU_SECONDS,
    build_go_on_question,
    is_emergency,
    speaking_seconds,
    split_into_parts,
    split_into_sentences,
)
from bot.channels.voice.steps import AskStep, CallPosition, WaitStep
from bot.dialogue.messages import Button, Reply

_VERBS = re.compile(
    r"(?:add|cancel|change|check|choose|enter|get|go|hear|pay|pick|report|schedule|send|set|speak|start|stop|talk|try|use)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"(?:yes|s[ií])\b|(?P<no>no)\b", re.IGNORECASE)
YES_OR_NO_AT_END = re.compile(r"\?\s+(?:Yes or no|S[ií] o no)\.?$")
_LEADING_WORD = re.compile(r"^(?:All|Another|The|A|An|Every|On|Half|Other|My|Hours|None|Both|Each|Full)\b")
"""Ordinary words at the start of a title: not "Visa" or a name."""
_PREPOSITION = re.compile(r"(?:at|by|in|on|with)\b", re.IGNORECASE)
# a button speaks as the member ("pay my bill"), but its key is explained to them: "To pay your bill, press 1."
_SECOND_PERSON = {"my": "your", "what i": "what you"}
_FIRST_PERSON = re.compile(r"\b(?:my|what i)\b", re.IGNORECASE)
_ANYTHING_ELSE = re.compile(r"\b(?:anything else|algo m[aá]s|otra cosa)\b[^.?!]*\?\s*$", re.IGNORECASE)
_MENTIONS_KEYS = re.compile(
    r"\b(?:press|key) [1-9*]|\b(?:press|then|and) (?:pound|star)\b|\bkey (?:it|them|in)\b|"
    r"\b(?:oprima|presione|tecla) (?:el |la )?(?:[1-9]|uno|dos|tres|cuatro|cinco|numeral|tecla numeral|asterisco)\b",
    re.IGNORECASE,
)
"""That names the keys of the answer. `Press one key for the card, or 0 for a person` names none of them."""


def build_greeting(opening: str, position: CallPosition, outage: str = "") -> AskStep:
    """`outage`: what is known of one where the caller lives; said before the menu."""
    return build_question(menu.build_main_menu(), position, _drop_empty(opening, outage))


def build_question(reply: Reply, position: CallPosition, notes: tuple[str, ...] = ()) -> AskStep:
    """Say `notes` and the reply, then listen. A payment read-back cannot be interrupted."""
    said = split_into_parts(list_texts(reply))
    texts, is_read_back = said[min(position.part, len(said) - 1)], _is_read_back(reply)
    if position.part < len(said) - 1:
        there, go_on = replace(position, part=position.part + 1), build_go_on_question()
        asks = list_texts(go_on)  # no keys are told: silence goes on, and so do 1 and "yes"
        before, behind = ((*notes, *texts), asks) if is_read_back else (notes, (*texts, *asks))
        return AskStep(go_on, there, before, behind)
    position = replace(position, part=0)
    if is_read_back:
        return AskStep(
            reply, position, (*notes, *texts), _drop_empty(_format_choices(reply), *_format_invitation(reply))
        )
    if menu.is_main_menu(reply) and reply != menu.build_main_menu():
        return AskStep(reply, position, notes, _format_own_menu(reply, texts))
    language_offer = ""
    if menu.is_main_menu(reply):
        with use_language(other_language(current_language())):
            language_offer = tr(menu.LANGUAGE_OFFER)
    spoken = _drop_empty(*texts, _format_keys(reply), *_format_invitation(reply))
    return AskStep(reply, position, notes, spoken, language_offer)


def build_last_question(reply: Reply, position: CallPosition) -> AskStep:
    """The question of a long reply alone; an invitation if it has none."""
    sentences = split_into_sentences(list_texts(reply))
    # what follows a question, such as how to answer it, goes with it
    asked = next((at for at in reversed(range(len(sentences))) if sentences[at].endswith("?")), len(sentences) - 1)
    question = () if has_no_question(reply) else sentences[asked:]
    spoken = _drop_empty(*question, _format_keys(reply)) or (tr(menu.ANYTHING_ELSE),)
    return AskStep(reply, position, (), spoken)


def build_something_else(position: CallPosition, words: str = menu.WHAT_IS_IT_ABOUT) -> AskStep:
    """Ask what the call is about, by default with examples of what is not in the menu; its keys go on working."""
    return AskStep(menu.build_main_menu(), position, (), (tr(words),))


def build_reprompt(reply: Reply, position: CallPosition, *, start: str) -> AskStep:
    """Ask again, with more help each time: first an example of what to say, then the keys alone."""
    if has_no_question(reply):
        return AskStep(
            reply, position, (), (tr(start), tr(menu.STILL_THERE if position.misses < 2 else menu.FINAL_REPROMPT))
        )
    if menu.is_main_menu(reply):
        help_text = tr(menu.MENU_HELP) if position.misses < 2 else _format_choices(reply)
        return AskStep(reply, position, (), (tr(start), help_text))
    if position.misses < 2:
        spoken = _drop_empty(tr(start), format_spoken_help(reply), *list_texts(reply)[-1:], _format_keys(reply))
        return AskStep(reply, position, (), spoken)
    keys = f"{tr(menu.PERSON_KEY)} {tr(menu.STAR_KEY)}"
    keypad = f"{tr(menu.USE_THE_KEYPAD)} {format_keypad_help(reply)}"
    return AskStep(reply, position, (), _drop_empty(tr(start), keypad, _format_choices(reply), keys))


def build_filler(position: CallPosition) -> WaitStep:
    return WaitStep((tr(menu.FILLER if position.polls <= 1 else menu.STILL_LOOKING),), position)


def has_no_question(reply: Reply) -> bool:
    return not reply.expects and not reply.buttons


def asks_anything_else(reply: Reply) -> bool:
    """Whether the reply ends in "is there anything else", in our words or the dialogue's."""
    texts = list_texts(reply)
    if not has_no_question(reply) or not texts:
        return False
    return _format_invitation(reply) == (tr(menu.ANYTHING_ELSE),) or _ANYTHING_ELSE.search(texts[-1]) is not None


def list_texts(reply: Reply) -> tuple[str, ...]:
    """What the reply says. `Yes or no.` behind a question is left to the words that name the keys."""
    texts = tuple(message.text for message in reply.messages if message.text.strip())
    if reply.expects != "confirm" or not texts:
        return texts
    return (*texts[:-1], YES_OR_NO_AT_END.sub("?", texts[-1]))


def _drop_empty(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _format_own_menu(reply: Reply, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The dialogue's own list of what the call may be about; its keys are said if that is short enough for a menu."""
    asks = texts if texts and texts[-1].rstrip().endswith("?") else (*texts, tr(menu.WHAT_NEXT))
    with_keys = (*asks, _format_choices(reply))
    return with_keys if speaking_seconds(*with_keys) <= MAX_MENU_SECONDS else asks


def _is_read_back(reply: Reply) -> bool:
    """Whether it asks for a yes to an amount: it is then heard to its end."""
    return reply.expects == "confirm" and any("$" in text for text in list_texts(reply))


def _format_invitation(reply: Reply) -> tuple[str, ...]:
    """An invitation to speak, behind a statement: silence leaves a caller wondering whose turn it is."""
    texts = list_texts(reply)
    asks = bool(texts) and texts[-1].rstrip().endswith("?")
    waits = any(message.hints.get("act") == "wait" for message in reply.messages)
    if asks or waits or not has_no_question(reply):
        return ()
    return (tr(menu.I_AM_LISTENING if is_emergency(texts) else menu.ANYTHING_ELSE),)


def _format_keys(reply: Reply) -> str:
    """The choices and their keys, unless the reply itself mentions keys."""
    texts = list_texts(reply)
    return "" if texts and _MENTIONS_KEYS.search(texts[-1]) else _format_choices(reply)


def _format_choices(reply: Reply) -> str:
    """`To pay your bill, press 1.`: the choice comes before its key."""
    buttons = list_choices(reply)
    if reply.expects == "confirm" and (not buttons or _are_yes_and_no(buttons)):
        return tr(menu.YES_NO_KEYS)
    if not buttons:
        return ""
    lines = [tr(menu.CHOICE_KEY, choice=_format_choice(button), key=key) for key, button in enumerate(buttons, start=1)]
    if menu.is_main_menu(reply):
        del lines[menu.LANGUAGE_KEY - 1]  # it is offered first, in the other language
        lines.append(tr(menu.PERSON_KEY))
    return " ".join(lines)


def _are_yes_and_no(buttons: tuple[Button, ...]) -> bool:
    """Whether the two titles are a yes and a no: what they say more was said by the question."""
    starts = [_YES_OR_NO.match(button.title) for button in buttons]
    return len(buttons) == 2 and all(starts) and starts[0] is not None and starts[0]["no"] is None


def _format_choice(button: Button) -> str:
    title = button.title.strip().rstrip(".!?")
    if current_language() == SPANISH:
        title = re.sub(r"\bmi\b", "su", title)
        return f"Para {title[:1].lower()}{title[1:]}"
    title = _FIRST_PERSON.sub(lambda found: _SECOND_PERSON[found[0].lower()], title)
    if _VERBS.match(title):
        return f"To {title[:1].lower()}{title[1:]}"
    return title if _PREPOSITION.match(title) else f"For {_LEADING_WORD.sub(lambda word: word[0].lower(), title)}"
