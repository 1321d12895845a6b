"""What every skill stands on: an action with a backend, and a form that asks, listens and gets out gracefully."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.danger import warn
from actions.free_text import only_asks, only_wants_a_person
from actions.person.handing_over import hand_over, task_name
from actions.turn import REQUESTED, Turn
from backend.app import Backend
from backend.language import speaking, tr

# A message of these intents that answers nothing is a miss; any other is a question for another skill's rule.
MISS_INTENTS = frozenset({"out_of_scope", "nlu_fallback", "inform", "choose", "affirm", "deny", ""})
STEERING_INTENTS = frozenset({"cancel", "repeat", "speak_spanish", "speak_english"})
NO_BUT = re.compile(r"no\b.*\d", re.IGNORECASE)
BACK = re.compile(r"(please )?(go |take me )?back( up| a step| one)?|previous( question)?", re.IGNORECASE)
NOT_UNDERSTOOD = re.compile(
    r"understand|\b(mean|means|asking|confused|lost)\b|entiend|comprend|quiere decir", re.IGNORECASE
)
"""Who says this is asked in another way; who only wants it again hears it again."""
TASK_SLOTS: dict[str, tuple[str, ...]] = {}
MISSES_BEFORE_A_PERSON = 3


class SkillAction(ABC):
    """A custom action. What it does is one transaction, committed at its end: services only flush."""

    action_name: ClassVar[str]

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self.backend, dispatcher, tracker)
        with speaking(turn.language):
            async with self.backend.db.transaction() as turn.session:
                await self.act(turn)
        return turn.events()

    @abstractmethod
    async def act(self, turn: Turn) -> None:
        """Do the work; what to say and which slots change is told to `turn`."""


def clear_task(turn: Turn, keep: str | None = None) -> None:
    """Forget the answers given for tasks, but for those of the form to `keep`."""
    kept = TASK_SLOTS.get(keep or "", ())
    turn.clear(
        *({slot for slots in TASK_SLOTS.values() for slot in slots} - set(kept)), "paused_task", "open_task", "misses"
    )


@dataclass
class Ask:
    """What to ask next: the slot, the response that asks for it, and the values in its words."""

    slot: str
    response: str
    values: dict[str, Any] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    new: bool = False  # says something about the last answer, so that it is not the same question again


@dataclass
class Outside:
    """Work that must hold no transaction, such as asking a payment network. The form asks on when it is done."""

    work: Callable[[Turn], Awaitable[None]]


class Form(SkillAction):
    """A task that needs answers. Rasa runs it, as the form's validation action, at each message while it is open.

    A skill says which slots it has (`slots`), reads answers (`listen`) and names the next question (`next_ask`), or
    does its act and returns None when nothing is left to ask. The rest is here: a question in between is answered and
    the task goes on, a missed answer is asked for in another way, and a third miss brings a person.
    """

    form: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    opens_with: ClassVar[frozenset[str]]  # the intents that open it; said again inside, they answer no question

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "form" in cls.__dict__:
            cls.action_name = f"validate_{cls.form}"
            TASK_SLOTS[cls.form] = cls.slots

    @abstractmethod
    async def listen(self, turn: Turn, asked: str | None) -> bool:
        """Read what this message says into slots, in any order. `asked` is the slot that was asked for.

        Returns whether it said anything for this task.
        """

    @abstractmethod
    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        """The next question, work to do before it is known, or None when the task has ended, its outcome told."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self.backend, dispatcher, tracker)
        with speaking(turn.language):
            await self._take_turn(turn)
        return turn.events()

    async def _take_turn(self, turn: Turn) -> None:
        async with self.backend.db.transaction() as turn.session:
            outside = await self._hear(turn)
        while outside is not None:
            await outside.work(turn)
            async with self.backend.db.transaction() as turn.session:
                outside = await self._ask(turn, misses=0)

    async def act(self, turn: Turn) -> None:
        raise NotImplementedError("a form is run by its messages, in as many transactions as it takes")

    async def _hear(self, turn: Turn) -> Outside | None:
        opened = turn.just_opened()
        if opened:
            turn.clear("offer")
            if turn.get("open_task") not in (None, self.form):
                turn.set("paused_task", turn.get("open_task"))
        if turn.get("resuming"):
            turn.clear("resuming")
            # or its question seems to belong to what just ended
            turn.say("utter_back_to", task=tr(task_name(self.form)))
            return await self._ask(turn, misses=0)
        warned = not turn.answered_something_else(self.form) and warn(turn, self.form)
        if not opened and (warned or turn.answered_something_else(self.form)):
            return await self._ask(turn, misses=0)
        if not opened and self._is_steering(turn):
            return await self._steered(turn)
        if not opened and (only_asks(turn) or only_wants_a_person(turn)):
            return None
        asked = None if opened else turn.get(REQUESTED)
        if await self.listen(turn, asked) or opened:
            return await self._ask(turn, misses=0, still=asked)
        if turn.intent in MISS_INTENTS or self.is_meant(turn):
            return await self._missed(turn)
        return None  # nothing said: Rasa takes that as a rejection and lets another skill's rule answer

    def _is_steering(self, turn: Turn) -> bool:
        """Whether this is about the talk itself: go back, leave it, say it again, another language."""
        if BACK.fullmatch(turn.text.strip()) and self.go_back(turn, turn.get(REQUESTED)):
            turn.notes["went_back"] = True
        if turn.intent == "cancel" and NO_BUT.match(turn.text.strip()):
            return False  # "no, better 60" leaves nothing: it changes the amount
        return "went_back" in turn.notes or turn.intent in STEERING_INTENTS

    async def _steered(self, turn: Turn) -> Outside | None:
        if "went_back" in turn.notes:
            return await self._ask(turn, misses=0)
        if turn.intent == "cancel":
            await self.cancelled(turn)
            self._close(turn)
            return None
        if turn.intent == "repeat":
            return await self._again(turn)
        turn.say("utter_language_switched")
        return await self._ask(turn, misses=0)

    def is_meant(self, turn: Turn) -> bool:
        """Whether this message asks for this very task, once more."""
        return turn.intent in self.opens_with

    async def cancelled(self, turn: Turn) -> None:
        """Say that the task is left, with nothing done."""
        turn.say("utter_task_cancelled")

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        """Undo the answer before the question `asked`; False when there is none to undo."""
        return False

    async def _ask(self, turn: Turn, misses: int, still: str | None = None) -> Outside | None:
        """Ask what is to be asked next. `still` is the question that was open, when something else was heard."""
        ask = await self.next_ask(turn)
        if ask is None:
            self._close(turn)
            return None
        if isinstance(ask, Outside):
            return ask
        self._request(turn, ask.slot, misses)
        if ask.slot == still and not ask.new and "explained" not in turn.notes:
            turn.say("utter_noted")
        turn.say(ask.response, buttons=ask.buttons or None, misses=misses, **ask.values)
        return None

    async def _again(self, turn: Turn) -> Outside | None:
        """The question once more; in another way for who did not understand it: its words would not help them."""
        if NOT_UNDERSTOOD.search(turn.text):
            return await self._missed(turn)
        return await self._ask(turn, misses=int(turn.get("misses") or 0))

    async def _missed(self, turn: Turn) -> Outside | None:
        misses = int(turn.get("misses") or 0) + 1
        if misses >= MISSES_BEFORE_A_PERSON:
            await hand_over(turn, "utter_person_after_misses")
            turn.clear("paused_task")  # a person takes over: nothing is asked again behind their back
            self._close(turn)
            return None
        return await self._ask(turn, misses=misses)

    def _close(self, turn: Turn) -> None:
        self._request(turn, None, 0)

    def _request(self, turn: Turn, slot: str | None, misses: int) -> None:
        turn.set(REQUESTED, slot)
        turn.set("open_task", self.form if slot else None)
        # set also when it stays the same: Rasa takes a form that sets nothing but the request as a rejection
        turn.set("misses", misses)
