"""A neutral reply in, TwiML out. No I/O: the same arguments give the same answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.channels.voice import menu
from bot.channels.voice.listening import keypad_help, listening_for, spoken_help
from bot.channels.voice.speech import in_pieces, speakable
from bot.messages import Button, Reply

VOICE = "Polly.Joanna-Neural"
LANGUAGE = "en-US"
LONGEST_SAY = 1500  # Polly takes 3000, and spaced digits were added before this is counted
MOST_CHOICES = 5
DIAL_SECONDS = 25
_VERBS = re.compile(
    r"(?:add|cancel|change|check|choose|enter|get|go|hear|pay|pick|report|schedule|send|set|speak|start|stop|talk|try|use)\b",
    re.IGNORECASE,
)
_PLACED = re.compile(r"(?:at|by|in|on|with)\b", re.IGNORECASE)
# a button speaks for the member; its key is explained to them: "To pay your bill, press 1."
_YOURS = {"my": "your", "what i": "what you"}
_TO_THE_CALLER = re.compile(r"\b(?:my|what i)\b", re.IGNORECASE)
_TELLS_KEYS = re.compile(r"\bpress\b|\bkey\b", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where in the call we are. It travels in the action URL, which Twilio signs: no state is kept for it.

    `turn` numbers the answer we wait for, `asked` is the turn whose reply is the question now open, `misses`
    counts the silences and no-matches to it, `polls` how often a slow answer was asked for.
    """

    turn: int
    asked: int = 0
    misses: int = 0
    polls: int = 0
    after_dial: bool = False

    def url(self, base: str) -> str:
        """`base` is the path of the turn webhook."""
        values = {"turn": self.turn, "asked": self.asked}
        values |= {"misses": self.misses} if self.misses else {}
        values |= {"poll": self.polls} if self.polls else {}
        values |= {"dial": 1} if self.after_dial else {}
        return f"{base}?{urlencode(values)}"


def greeting(notice: str, place: Place, base: str) -> str:
    """The start of a call."""
    response = VoiceResponse()
    _say(response, notice)
    return _asking(response, menu.main_menu(), place, base)


def question(reply: Reply, place: Place, base: str, notes: tuple[str, ...] = ()) -> str:
    """Say a reply and listen for the answer. `notes` are said first."""
    response = VoiceResponse()
    for note in notes:
        _say(response, note)
    return _asking(response, reply, place, base)


def reprompt(reply: Reply, place: Place, base: str, *, start: str) -> str:
    """Ask again, with more help each time: first what may be said and an example, then the keys alone."""
    response = VoiceResponse()
    gather = _gather(response, reply, place, base)
    _say(gather, start)
    if is_over(reply):
        _say(gather, menu.STILL_THERE if place.misses < 2 else menu.LAST_CALL)
    elif place.misses < 2:
        _say(gather, spoken_help(reply))
        _say_all(gather, texts_of(reply)[-1:])
        _say(gather, _keys(reply))
    else:
        _say(gather, f"Let us use the keypad. {keypad_help(reply)}")
        _say(gather, _choices(reply))
        _say(gather, menu.STAR_KEY if reply == menu.main_menu() else f"{menu.PERSON_KEY} {menu.STAR_KEY}")
    response.redirect(place.url(base), method="POST")
    return str(response)


def handover(words: tuple[str, ...], number: str, caller_id: str | None, place: Place, base: str) -> str:
    """Say so, then connect to `number`. Whatever comes of it is told to the turn webhook."""
    response = VoiceResponse()
    for line in words:
        _say(response, line)
    response.dial(
        number,
        action=place.url(base),
        method="POST",
        timeout=DIAL_SECONDS,
        caller_id=caller_id,
        answer_on_bridge=True,
    )
    return str(response)


def filler(place: Place, base: str) -> str:
    """Something to hear while a slow answer is being made, then ask for it again."""
    response = VoiceResponse()
    _say(response, menu.FILLER if place.polls <= 1 else menu.STILL_LOOKING)
    response.pause(length=1)
    response.redirect(place.url(base), method="POST")
    return str(response)


def last_words(*words: str) -> str:
    """Say it and end the call politely."""
    response = VoiceResponse()
    for line in words:
        _say(response, line)
    response.hangup()
    return str(response)


def hang_up() -> str:
    """End a call that has nothing left to say, such as after a person took it."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def choices_of(reply: Reply) -> tuple[Button, ...]:
    """The buttons that are offered by key: five at most."""
    return reply.buttons[:MOST_CHOICES]


def is_over(reply: Reply) -> bool:
    """Whether nothing was asked: a caller who says nothing more has gone."""
    return not reply.expects and not reply.buttons


def texts_of(reply: Reply) -> tuple[str, ...]:
    return tuple(message.text for message in reply.messages if message.text.strip())


def _asking(response: VoiceResponse, reply: Reply, place: Place, base: str) -> str:
    texts = texts_of(reply)
    read_back = _is_read_back(reply)
    if read_back:
        _say_all(response, texts)  # outside <Gather>: heard to its end
    gather = _gather(response, reply, place, base)
    _say_all(gather, () if read_back else texts)
    _say(gather, _choices(reply) if read_back else _keys(reply))
    if is_over(reply) and not any(text.rstrip().endswith("?") for text in texts[-1:]):
        _say(gather, menu.ANYTHING_ELSE)  # silence after a statement leaves a caller wondering whose turn it is
    # for a carrier that does not send an empty result: silence is a reprompt there too
    response.redirect(place.url(base), method="POST")
    return str(response)


def _is_read_back(reply: Reply) -> bool:
    """Whether the reply reads a payment back and waits for a yes or no to it."""
    return reply.expects == "confirm" and any("$" in text for text in texts_of(reply))


def _keys(reply: Reply) -> str:
    """The choices and their keys, unless the words of the reply tell the keys already."""
    texts = texts_of(reply)
    return "" if texts and _TELLS_KEYS.search(texts[-1]) else _choices(reply)


def _choices(reply: Reply) -> str:
    """`To pay your bill, press 1.`: the choice stands before its key."""
    buttons = choices_of(reply)
    if not buttons:
        return "For yes, press 1. For no, press 2." if reply.expects == "confirm" else ""
    lines = [f"{_for(button)}, press {key}." for key, button in enumerate(buttons, start=1)]
    if reply == menu.main_menu():
        lines.append(menu.PERSON_KEY)
    return " ".join(lines)


def _for(button: Button) -> str:
    title = _TO_THE_CALLER.sub(lambda found: _YOURS[found[0].lower()], button.title.strip().rstrip(".!?"))
    if _VERBS.match(title):
        return f"To {title[:1].lower()}{title[1:]}"
    return title if _PLACED.match(title) else f"For {title}"


def _gather(response: VoiceResponse, reply: Reply, place: Place, base: str) -> Gather:
    listening = listening_for(reply, tuple(button.title for button in choices_of(reply)))
    return response.gather(
        input="dtmf speech",
        action=place.url(base),
        method="POST",
        language=LANGUAGE,
        timeout=listening.timeout,
        speech_timeout=listening.speech_timeout,
        speech_model="phone_call",
        enhanced=True,
        profanity_filter=False,  # a filtered word is asterisks, which mean something else on a phone
        num_digits=listening.num_digits,
        finish_on_key="#",
        hints=listening.hints or None,
        barge_in=True,
        action_on_empty_result=True,
    )


def _say_all(parent: VoiceResponse | Gather, texts: tuple[str, ...]) -> None:
    for text in texts:
        _say(parent, text)


def _say(parent: VoiceResponse | Gather, text: str) -> None:
    for piece in in_pieces(speakable(text), LONGEST_SAY):
        parent.say(piece, voice=VOICE, language=LANGUAGE)
