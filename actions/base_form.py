"""What a form declares, how it asks its questions, and the handoff after three misses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from actions import follow_ups, registry
from actions.base import MISSES_BEFORE_HANDOFF, ExternalCall, SkillAction, SlotQuestion
from actions.person.agent_handoff import handoff_to_agent
from actions.turn import REQUESTED_SLOT, Turn
from backend.language import join_words, mark, tr
from backend.reading.acts.task_control import did_not_understand

NOTED_LABELS = {
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


class BaseForm(SkillAction):
    """A task that needs answers. Rasa runs it, as the form's validation action, at each message while it is open.

    It does not use Rasa's own questions: those have one wording each, count no misses, and cannot say why an answer was
    refused (docs/decisions/0004).

    A skill declares its slots (`slots`), the type of each question (`asks`) and its name (`title`). It reads answers
    in `extract_slots` and gives the next question in `next_question`, which does the task's work and returns None when
    nothing is left to ask. The base class does the rest: it answers questions in between, puts other requests onto the
    agenda, asks again in other words after an answer it could not read, and hands off to an agent after the third.
    """

    form: ClassVar[str]
    task: ClassVar[str]
    """Its name in data/answers, by which the engine knows how members answer; a skill may take that of another."""
    subject: ClassVar[str] = ""
    """What a follow-up question after it is about, where that is not `task`: a subject of knowledge/."""
    title: ClassVar[str]
    slots: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[dict[str, str]] = {}
    opening_intents: ClassVar[frozenset[str]]
    """The intents that open it. Repeated inside the form, they answer no question."""
    intent_titles: ClassVar[Mapping[str, str]] = {}
    """A title for each intent, where one form serves several kinds of task, each a request of its own."""
    is_informational: ClassVar[bool] = False
    """Whether the task only gives information: a question may then open it."""
    files_ticket: ClassVar[bool] = False
    """Whether the task files a ticket: a question that has no answer here does not open it."""
    shows_status_first: ClassVar[bool] = False
    """Whether the task shows the current state before it asks what to change."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "form" in cls.__dict__:
            cls.action_name = f"validate_{cls.form}"
            bases = [vars(base) for base in reversed(cls.__mro__)]
            # a base class declares what all its forms ask, such as the member number
            slots = tuple(dict.fromkeys(slot for base in bases for slot in base.get("slots", ())))
            asks = {slot: kind for base in bases for slot, kind in base.get("asks", {}).items()}
            opens = (cls.opening_intents, cls.intent_titles, cls.is_informational, cls.shows_status_first)
            registry.FORMS[cls.form] = registry.FormSpec(
                cls.form, cls.subject or cls.task, cls.title, slots, asks, *opens
            )

    @abstractmethod
    async def extract_slots(self, turn: Turn, asked: str | None) -> bool:
        """Read the message into slots. `asked` is the slot that was asked for.

        Returns whether the message had anything for this task.
        """

    @abstractmethod
    async def next_question(self, turn: Turn) -> SlotQuestion | ExternalCall | None:
        """The next question, or work to do first, or None when the task is over and the member knows its outcome."""

    async def act(self, turn: Turn) -> None:
        raise NotImplementedError("a form is run by its messages, in as many transactions as it takes")

    def current_task(self, turn: Turn) -> str:
        """The task's name in data/answers; a form of several kinds has one for each."""
        return self.task

    def question_type(self, slot: str | None) -> str:
        return registry.FORMS[self.form].asks.get(slot or "", "free_text")

    def is_requested(self, turn: Turn) -> bool:
        """Whether this message asks for this task again."""
        return turn.intent in self.opening_intents

    def answers_opening_question(self, turn: Turn) -> bool:
        """Whether the task itself answers the question that opened it."""
        return self.is_informational

    async def send_canceled(self, turn: Turn) -> None:
        """Say that the task was canceled and nothing was done."""
        turn.utter("utter_task_canceled")

    def go_back(self, turn: Turn, asked: str | None) -> bool:
        """Undo the answer before the question `asked`; False when there is none to undo."""
        return False

    async def _ask_next(self, turn: Turn, misses: int, still: str | None = None) -> ExternalCall | None:
        """Ask the next question. `still` is the open question's slot, if the message was about something else."""
        ask = await self.next_question(turn)
        if ask is None:
            if not turn.was_set(follow_ups.LAST_SUBJECT):  # a follow-up question is about this task then
                turn.set(follow_ups.LAST_SUBJECT, turn.get("case_kind") or self.subject or self.current_task(turn))
            self._close_task(turn)
            return None
        if isinstance(ask, ExternalCall):
            return ask
        self._set_requested_slot(turn, ask.slot, misses, [button["title"] for button in ask.buttons])
        if ask.slot == still and not ask.is_new and "explained" not in turn.notes:
            self._acknowledge_noted(turn)
        turn.utter(ask.response, buttons=ask.buttons or None, misses=misses, **ask.values)
        return None

    def describe_slot(self, turn: Turn, slot: str) -> str:
        """The value of `slot` in words, to repeat it to the member; empty to repeat only its name."""
        return ""

    def _acknowledge_noted(self, turn: Turn) -> None:
        """Name the values of this message, which answered another question than the open one."""
        names: dict[str, str] = {}
        for slot in registry.FORMS[self.form].slots:
            kind = self.question_type(slot)
            if turn.was_set(slot) and kind in NOTED_LABELS and kind not in names:
                label, value = tr(NOTED_LABELS[kind]), self.describe_slot(turn, slot)
                names[kind] = tr("{what}, {told}", what=label, told=value) if value else label
        if names:
            turn.utter("utter_noted", what=join_words(list(names.values())))

    async def _repeat_question(self, turn: Turn) -> ExternalCall | None:
        """Ask again; in other words if the member did not understand."""
        if did_not_understand(turn.text):
            return await self._handle_miss(turn)
        return await self._ask_next(turn, misses=int(turn.get("misses") or 0))

    async def _handle_miss(self, turn: Turn) -> ExternalCall | None:
        misses = int(turn.get("misses") or 0) + 1
        if misses >= MISSES_BEFORE_HANDOFF:
            await handoff_to_agent(turn, "utter_person_after_misses")
            turn.clear("paused_task")  # an agent takes over: no paused task may ask anything again
            self._close_task(turn)
            return None
        return await self._ask_next(turn, misses=misses)

    def _close_task(self, turn: Turn) -> None:
        self._set_requested_slot(turn, None, 0)

    def _set_requested_slot(
        self, turn: Turn, slot: str | None, misses: int, options: list[str] | None = None, *, keep: bool = False
    ) -> None:
        turn.set(REQUESTED_SLOT, slot)
        turn.set("open_task", self.form if slot else None)
        if not keep:
            asked = {"task": self.current_task(turn), "asked": self.question_type(slot), "options": options or []}
            turn.set("question", asked if slot else None)
        # set even when it stays the same: Rasa takes a form that only sets the requested slot as a rejection
        turn.set("misses", misses)

    def _keep_question(self, turn: Turn, *, misses: int | None = None) -> None:
        """Leave the open question as it is, for a message that another action or a plain reply answers."""
        count = int(turn.get("misses") or 0) if misses is None else misses
        self._set_requested_slot(turn, turn.get(REQUESTED_SLOT), count, keep=True)

    def _hand_off(self, turn: Turn) -> None:
        self._keep_question(turn, misses=0)
        turn.add_followup_action("action_person")

    def ends_on_no(self, turn: Turn, asked: str | None) -> bool:
        """Whether a no to the question `asked` cancels the task. A plain no may answer a yes-or-no question instead."""
        return turn.has_act("cancel") or self.question_type(asked) not in ("yes_no", "place")
