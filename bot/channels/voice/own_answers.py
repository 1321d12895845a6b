"""What the call answers itself, without a turn of the dialogue: waits, repeats, silence, its own questions. Pure.

Its own questions are whether to go on with a long text (`part` of the position), and whether other help is wanted
(`misses` has reached MAX_MISSES). The question of the dialogue stays open behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.coop import Coop
from backend.language import current_language, tr
from backend.reading.acts.signals import says_goodbye
from backend.reading.acts.waiting import asks_only_to_wait, asks_to_go_on, says_is_back
from backend.reading.acts.yes_no import NO, YES, detect_yes_no
from backend.reading.spanish import english_form
from bot.channels.voice.listening.extract import HUMAN_PAYLOAD, CallerInput, extract_input
from bot.channels.voice.speaking import menu, parts, prompts, waiting
from bot.channels.voice.speaking.waiting import MAX_MISSES, MAX_OFFERS
from bot.channels.voice.steps import CallPosition, CallStep, EndStep, TransferStep
from bot.dialogue.messages import Reply

MISS_TEXTS = {
    "silence": menu.HEARD_NOTHING,
    "star_inside": menu.STAR_IS_NOT_A_POINT,
    "no": waiting.ALL_RIGHT,
    "waited": waiting.ENOUGH_WAITED,
}
UNHEARD = ("silence", "no_match")


@dataclass(frozen=True)
class OpenQuestion:
    """The question of the dialogue that is open, where the call is, and whether somebody is in the office."""

    reply: Reply
    position: CallPosition
    coop: Coop
    is_office_open: bool

    @property
    def next(self) -> CallPosition:
        """The position after this one, at the same question."""
        return replace(self.position, turn=self.position.turn + 1)


def answer_at_once(form: Mapping[str, str], asked: OpenQuestion) -> CallStep | CallerInput | None:
    """What follows from the form before it is read as an answer: the next step, or what goes to the dialogue instead.

    None: it may be an answer to the open question.
    """
    if asked.position.part:
        return _answer_go_on(form, asked)
    heard = extract_input(form, asked.reply)
    if heard.kind == "answer" and not heard.payload and asks_only_to_wait(heard.text, current_language()):
        return waiting.build_hold(asked.reply, asked.next)
    if asked.position.misses >= MAX_MISSES:
        return _answer_offer(form, asked)
    if asked.position.holds and heard.kind in UNHEARD:
        step = waiting.build_hold_on(asked.reply, asked.next)
        return step or handle_miss("waited", replace(asked, position=replace(asked.position, holds=0)))
    if heard.kind != "answer" or heard.payload:
        return None
    if asked.position.holds and says_is_back(heard.text):
        return prompts.build_question(asked.reply, replace(asked.next, holds=0))
    return _answer_menu(heard.text, asked)


def answer_rest(heard: CallerInput, asked: OpenQuestion) -> CallStep:
    """Answer what is nothing for the dialogue: a wish to hear it again, the key for something else, nothing heard."""
    if heard.kind == "repeat":
        return prompts.build_question(asked.reply, replace(asked.next, holds=0))
    if heard.kind == "something_else":
        return prompts.build_something_else(CallPosition(asked.next.turn, offers=asked.position.offers))
    return handle_miss(heard.kind, asked)


def handle_miss(kind: str, asked: OpenQuestion) -> CallStep:
    """Ask again with more help each time, then offer a person or a call back; after that hand over, or end the call.

    A closed office is never dialed.
    """
    after = replace(asked.next, misses=asked.position.misses + 1)
    if after.misses < MAX_MISSES:
        return prompts.build_reprompt(asked.reply, after, start=MISS_TEXTS.get(kind, menu.NOT_UNDERSTOOD))
    if prompts.has_no_question(asked.reply):
        return EndStep((tr(menu.GOODBYE),))
    if after.misses == MAX_MISSES and after.offers < MAX_OFFERS:
        return waiting.ask_for_help_offer(asked.coop, after, tr(waiting.TROUBLE), is_open=asked.is_office_open)
    if asked.is_office_open and after.offers < MAX_OFFERS:
        return transfer_step((tr(menu.TRANSFER_AFTER_MISSES),), replace(after, offers=after.offers + 1))
    return waiting.end_with_phones(asked.coop)


def transfer_step(words: tuple[str, ...], position: CallPosition) -> TransferStep:
    return TransferStep(words, replace(position, is_after_dial=True, misses=0, polls=0, holds=0, part=0))


def _answer_go_on(form: Mapping[str, str], asked: OpenQuestion) -> CallStep | CallerInput | None:
    """Go on with a long text, leave the rest, or say the part again. A yes here agrees to nothing else."""
    heard = extract_input(form, parts.build_go_on_question())
    if len(form.get("Digits", "")) > 1 or heard.kind in ("person", "something_else"):
        return None
    if heard.kind == "repeat":
        return prompts.build_question(asked.reply, replace(asked.next, part=asked.position.part - 1))
    if heard.kind in UNHEARD:  # somebody who listens says nothing
        return prompts.build_question(asked.reply, asked.next)
    decision = _read_yes_no(heard)
    if decision == YES or asks_to_go_on(heard.text, current_language()):
        return prompts.build_question(asked.reply, asked.next)
    if asks_only_to_wait(heard.text, current_language()):
        return prompts.build_question(asked.reply, replace(asked.next, part=asked.position.part - 1))
    if decision == NO and asked.reply.expects == "confirm":
        return CallerInput("answer", tr("no"), "/deny")
    if heard.kind == "answer" and says_goodbye(english_form(heard.text, current_language())):
        return heard  # "no, that's all" is not asked once more
    if decision == NO:
        return prompts.build_last_question(asked.reply, replace(asked.next, part=0))
    return None


def _answer_offer(form: Mapping[str, str], asked: OpenQuestion) -> CallStep | CallerInput | None:
    """Take a yes or no to the offer of other help; a key or a yes here is no answer to the question behind it."""
    offer = waiting.build_help_offer(asked.coop, is_open=asked.is_office_open)
    if len(form.get("Digits", "")) > 1:
        return None
    heard = extract_input(form, offer)
    if heard.kind == "repeat":
        again = replace(asked.next, offers=asked.position.offers - 1)
        return waiting.ask_for_help_offer(asked.coop, again, is_open=asked.is_office_open)
    decision = _read_yes_no(heard)
    if decision == YES and asked.is_office_open:
        return CallerInput("person", tr("a person"), HUMAN_PAYLOAD)
    if decision == YES:
        return CallerInput("answer", tr(waiting.CALL_ME_BACK))
    if decision == NO:
        return prompts.build_question(asked.reply, replace(asked.next, misses=0), (tr(waiting.ALL_RIGHT),))
    return handle_miss(heard.kind, asked) if heard.kind in UNHEARD else None


def _answer_menu(words: str, asked: OpenQuestion) -> CallStep | None:
    """A bare no at the menu hangs up on nobody, and a bare yes to "anything else" asks what it is."""
    decision = detect_yes_no(english_form(words, current_language()), "", current_language())
    if decision == NO and menu.is_main_menu(asked.reply):
        return handle_miss("no", asked)
    if decision == YES and prompts.asks_anything_else(asked.reply):
        return prompts.build_something_else(CallPosition(asked.next.turn, offers=asked.position.offers), menu.WHAT_NEXT)
    return None


def _read_yes_no(heard: CallerInput) -> str | None:
    if heard.payload in ("/affirm", "/deny"):
        return YES if heard.payload == "/affirm" else NO
    if heard.kind != "answer":
        return None
    return detect_yes_no(english_form(heard.text, current_language()), "", current_language())
