"""The base class of every custom action, and the next steps that a form can return."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import current_figures, registry
from actions.turn import Turn
from backend.app import Backend
from backend.billing.figures import collect_stale
from backend.language import use_language
from backend.providers.billing.base import FiguresUnknown

PERSISTENT_IDENTITY_SLOTS = ("member_number", "phone_last4")
"""Slots that are kept when a task ends."""
MISSES_BEFORE_HANDOFF = 3


class SkillAction(ABC):
    """A custom action, run in one transaction that is committed at its end; services only flush."""

    action_name: ClassVar[str]
    backend_package: ClassVar[str] = ""
    """The package of backend/ behind the skill, if it does not have the skill's name."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(self.backend, dispatcher, tracker)
        with use_language(turn.language), collect_stale(turn.stale_figures):
            await current_figures.refresh_known_account(turn)
            try:
                await self._run_turn(turn)
            except FiguresUnknown:
                turn.go_back()
                await self._run_step(turn, self.say_figures_unknown)
        return turn.saved_events

    async def _run_turn(self, turn: Turn) -> None:
        await self._run_step(turn, self.act)

    async def _run_step(self, turn: Turn, act: Callable[[Turn], Awaitable[None]]) -> None:
        async with self.backend.db.transaction() as turn.session:
            if not await turn.begin_step(self.name()):
                await act(turn)
                await turn.verify_claims()
                await turn.save_step(turn.new_events())

    async def say_figures_unknown(self, turn: Turn) -> None:
        """Answer instead of `act`, which needs an amount that nobody can look up now."""
        current_figures.say_unknown(turn)

    @abstractmethod
    async def act(self, turn: Turn) -> None:
        """Do the work. Responses and slot changes go to `turn`."""


def clear_task(turn: Turn, keep: str | None = None) -> None:
    """Clear the slots of all tasks, except those of the form `keep` and the identity slots."""
    forms = registry.FORMS
    kept = {*(forms[keep].slots if keep in forms else ()), *PERSISTENT_IDENTITY_SLOTS}
    turn.clear(
        *({slot for declared in forms.values() for slot in declared.slots} - kept),
        "paused_task",
        "left_task",
        "open_task",
        "misses",
    )
    turn.clear("question")


@dataclass
class SlotQuestion:
    """A question: its slot, its response and the values of that response."""

    slot: str
    response: str
    values: dict[str, Any] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    is_new: bool = False  # it comments on the last answer, so it does not count as the same question again


@dataclass
class ExternalCall:
    """Work to do outside any transaction, such as a call to a payment network. The form continues afterward."""

    work: Callable[[Turn], Awaitable[None]]
