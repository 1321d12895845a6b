"""How a task asks: what it declares, its next question, the same in other words, and a person after the third miss."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from actions import agenda, follow_ups, registry
from actions.base import MISSES_BEFORE_A_PERSON, Ask, Outside, SkillAction
from actions.person.handing_over import hand_over
from actions.turn import REQUESTED, Turn
from backend.language import mark, tr

NOT_UNDERSTOOD = re.compile(
    r"understand|\b(mean|means|asking|confused|lost)\b|entiend|comprend|quiere decir", re.IGNORECASE
)
"""Who says this is asked in another way; who only wants it again hears it again."""
NOTED = {
    "member_number": mark("the member number"),
    "last4": mark("the last four"),
    "amount": mark("the amount"),
    "day": mark("the day"),
    "time": mark("the time"),
    "method": mark("the way to pay"),
    "place": mark("the place"),
    "phone": mark("the phone number"),
    "email": mark("the email address"),
    "name": mark("the name"),
}


class AskingForm(SkillAction):
    """A task that needs answers. Rasa runs it, as the form's validation action, at each message while it is open.

    A skill says which slots it has (`slots`), of which type its questions are (`asks`), what it is called (`title`),
    reads answers (`listen`) and names the next question (`next_ask`), or does its act and returns None when nothing is
    left to ask. The rest is here: a question in between is answered and the task goes on, another wish goes onto the
    agenda, a missed answer is asked for in another way, and a third miss brings a person.
    """

    form: ClassVar[str]
    task: ClassVar[str]
    title: ClassVar[str]
    slots: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[dict[str, str]] = {}
    opens_with: ClassVar[frozenset[str]]  # the intents that open it; said again inside, they answer no question
    kinds: ClassVar[Mapping[str, str]] = {}
    """A title for each intent, where the form serves several kinds of task: two of them are two wishes."""
    informs: ClassVar[bool] = False
    """Whether the task only tells something: a question may then open it."""
    files: ClassVar[bool] = False
    """Whether the task files something for the office: a question that nobody here can answer does not open it."""
    shows_first: ClassVar[bool] = False
    """Whether the task tells how things stand before it asks what to change."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "form" in cls.__dict__:
            cls.action_name = f"validate_{cls.form}"
            bases = [vars(base) for base in reversed(cls.__mro__)]
            # what every form of a kind asks, such as who is speaking, is declared once, at that kind
            slots = tuple(dict.fromkeys(slot for base in bases for slot in base.get("slots", ())))
            asks = {slot: kind for base in bases for slot, kind in base.get("asks", {}).items()}
            opens = (cls.opens_with, cls.kinds, cls.informs, cls.shows_first)
            registry.register(registry.Declared(cls.form, cls.task, cls.title, slots, asks, *opens))

    @abstractmethod
    async def listen(self, turn: Turn, asked: str | None) -> bool:
        """Read what this message says into slots, in any order. `asked` is the slot that was asked for.

        Returns whether it said anything for this task.
        """

    @abstractmethod
    async def next_ask(self, turn: Turn) -> Ask | Outside | None:
        """The next question, work to do before it is known, or None when the task has ended, its outcome told."""

    async def act(self, turn: Turn) -> None:
        raise NotImplementedError("a form is run by its messages, in as many transactions as it takes")

    def task_now(self, turn: Turn) -> str:
        """The task as data/answers names it; a form of several kinds has one for each."""
        return self.task

    def type_of(self, slot: str | None) -> str:
        """The type of the question that asks for `slot`."""
        return registry.FORMS[self.form].asks.get(slot or "", "free_text")

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
            if not turn.has_set(follow_ups.LAST):
                turn.set(follow_ups.LAST, turn.get("case_kind") or self.task_now(turn))  # a follow-up is about that
            self._close(turn)
            return None
        if isinstance(ask, Outside):
            return ask
        self._request(turn, ask.slot, misses, [button["title"] for button in ask.buttons])
        if ask.slot == still and not ask.new and "explained" not in turn.notes:
            self._say_what_is_noted(turn)
        turn.say(ask.response, buttons=ask.buttons or None, misses=misses, **ask.values)
        return None

    def told(self, turn: Turn, slot: str) -> str:
        """What was given for `slot`, in words, to be said back; empty where the name of it has to do."""
        return ""

    def _say_what_is_noted(self, turn: Turn) -> None:
        """Say back what was taken in though something else was asked; nothing is "noted" that was not."""
        names: dict[str, str] = {}
        for slot in registry.FORMS[self.form].slots:
            kind = self.type_of(slot)
            if turn.has_set(slot) and kind in NOTED and kind not in names:
                told = self.told(turn, slot)
                names[kind] = tr("{what}, {told}", what=tr(NOTED[kind]), told=told) if told else tr(NOTED[kind])
        if names:
            turn.say("utter_noted", what=agenda.in_words(list(names.values())))

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

    def _request(
        self, turn: Turn, slot: str | None, misses: int, options: list[str] | None = None, *, keep: bool = False
    ) -> None:
        turn.set(REQUESTED, slot)
        turn.set("open_task", self.form if slot else None)
        if not keep:
            asked = {"task": self.task_now(turn), "asked": self.type_of(slot), "options": options or []}
            turn.set("question", asked if slot else None)
        # set also when it stays the same: Rasa takes a form that sets nothing but the request as a rejection
        turn.set("misses", misses)

    def ends_on_a_no(self, turn: Turn, asked: str | None) -> bool:
        """Whether a plain no to the question `asked`, which is no yes-or-no question, leaves the task."""
        return turn.does("cancel") or self.type_of(asked) not in ("yes_no", "place")
