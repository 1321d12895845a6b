"""Changes to Rasa 3.6.21 at run time, each with its reason.

They depend on the internals of one exact release: `apply_patches` refuses any other.
"""

import copy
from collections.abc import Callable
from typing import Any

import rasa
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActiveLoop, AllSlotsReset, Event, UserUttered
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import EventVerbosity

from engine.current_turn import CURRENT_TURN
from engine.open_question import build_open_question, was_danger_discussed

RASA_VERSION = "3.6.21"
MAX_ACTION_EVENTS = 30
ACTION_TIMEOUT_SECONDS = 30


class TurnFailedError(BaseException):
    """An action could not be run, so the whole turn is void.

    Not an `Exception`, because Rasa catches every one of those around an action, says nothing to the member
    and saves the half turn. This passes through; the edge channel catches it, answers 500, and the tracker
    stays as it was.
    """


def cache_action_validator() -> None:
    """Build the JSON schema validator of action answers once: building it was 58% of a turn with actions."""
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is not None:
            raise error
        return True

    RemoteAction._validate_action_result = validate


def cache_event_lookup() -> None:
    """Remember which class an event's name means: Rasa walks all subclasses for each event of each turn."""
    look_up = Event.resolve_by_type
    found: dict[str, type[Event] | None] = {}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        if type_name not in found:
            found[type_name] = look_up(type_name, default)
        return found[type_name]

    Event.resolve_by_type = staticmethod(resolve_by_type)


def _plan_graph(runner: Any, targets: list[str]) -> list[tuple[str, Callable[..., Any], tuple[str, ...]]]:
    """Order the graph's nodes so that each comes after what it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(targets).nodes
    order: dict[str, tuple[str, Callable[..., Any], tuple[str, ...]]] = {}

    def visit(name: str) -> None:
        if name in order or name not in nodes:
            return
        needs = tuple(nodes[name].needs.values())
        for need in needs:
            visit(need)
        order[name] = (name, runner._instantiated_nodes[name], needs)

    for target in targets:
        visit(target)
    return list(order.values())


def run_graph_in_loop() -> None:
    """Run the model's few nodes in a loop: dask builds and schedules a new graph for every prediction."""

    def run(self: Any, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = targets or self._graph_schema.target_names
        plans = self.__dict__.setdefault("_plans", {})
        plan = plans.get(tuple(wanted))
        if plan is None:
            plan = plans[tuple(wanted)] = _plan_graph(self, wanted)
        values: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        try:
            for name, node, needs in plan:
                if name not in values:
                    values[name] = node(*[values.get(need, need) for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(values[target] for target in wanted)

    DaskGraphRunner.run = run


def shorten_action_payload() -> None:
    """Send an action the last 30 events instead of all, and no domain: the app has it.

    Always sent are all events since the member's message: the app counts them to tell the steps of a turn apart.
    """

    def call_format(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        events = list(tracker.events)
        in_turn = next((count for count, event in enumerate(reversed(events), 1) if isinstance(event, UserUttered)), 0)
        state["events"] = [event.as_dict() for event in events[-max(MAX_ACTION_EVENTS, in_turn) :]]
        return {
            "next_action": self._name,
            "sender_id": tracker.sender_id,
            "tracker": state,
            "version": rasa.__version__,
        }

    RemoteAction._action_call_format = call_format


def fail_turn_on_action_error() -> None:
    """Let a failed action end the turn (see TurnFailedError), after half a minute at most instead of five."""
    run = action.RemoteAction.run

    async def run_or_fail(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await run(self, *args, **kwargs)
        except action.ActionExecutionRejection:
            raise  # not a failure: a form says that the answer is not for it
        except Exception as error:
            raise TurnFailedError(f"action {self.name()}: {type(error).__name__}") from error

    action.RemoteAction.run = run_or_fail
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS


def copy_slots_by_dict() -> None:
    """Copy a slot by its dictionary. Rasa copies every slot for each copy of a tracker, several in a turn, and
    `copy` goes by way of `__reduce_ex__`: with 128 slots 0.37 ms each time instead of 0.11.
    """

    def copy_slot(self: Slot) -> Slot:
        duplicate = object.__new__(type(self))
        duplicate.__dict__.update(self.__dict__)
        return duplicate

    Slot.__copy__ = copy_slot


def skip_debug_copies() -> None:
    """Skip the copies of slots and states that Rasa makes for log entries which are never written."""
    MessageProcessor._log_slots = staticmethod(lambda tracker: None)


def add_open_question_to_metadata() -> None:
    """Put the open question into the metadata of a message on its way to the pipeline, which reads it in context.

    It goes into a copy, so that the event in the tracker does not carry it.
    """
    parse = MessageProcessor._parse_message_with_graph

    def parse_in_context(self: Any, message: Any, tracker: Any, only_output_properties: bool = True) -> Any:
        in_context = copy.copy(message)
        in_context.metadata = {
            "question": build_open_question(tracker),
            "in_danger": was_danger_discussed(tracker),
            **(message.metadata or {}),
        }
        return parse(self, in_context, tracker, only_output_properties)

    MessageProcessor._parse_message_with_graph = parse_in_context


def replay_repeated_message() -> None:
    """Give a message that was answered before the same answer; the conversation's lock is held here.

    The app delivers a message again when its answer got lost: a crash, a broken connection, an answer too late.
    """
    handle = MessageProcessor.handle_message

    async def handle_once(self: Any, message: Any) -> Any:
        turn = CURRENT_TURN.get()
        earlier = turn and self.tracker_store.find_answer(message.sender_id, turn.message_id)
        if turn is None or earlier is None:
            return await handle(self, message)
        turn.responses.extend(earlier)
        return None

    MessageProcessor.handle_message = handle_once


def reset_when_starting_over() -> None:
    """Leave the open task and forget its slots when the app asks for it (`start_over`).

    It does so after an act was committed in a turn that could not be finished: its question must not be asked again.
    """
    fetch = MessageProcessor.fetch_tracker_and_update_session

    async def fetch_and_reset(self: Any, *args: Any, **more: Any) -> Any:
        tracker = await fetch(self, *args, **more)
        turn = CURRENT_TURN.get()
        if turn and turn.start_over:
            tracker.update_with_events([ActiveLoop(None), AllSlotsReset()], self.domain)
        return tracker

    MessageProcessor.fetch_tracker_and_update_session = fetch_and_reset


PATCHES: tuple[Callable[[], None], ...] = (
    cache_action_validator,
    cache_event_lookup,
    run_graph_in_loop,
    shorten_action_payload,
    fail_turn_on_action_error,
    copy_slots_by_dict,
    skip_debug_copies,
    add_open_question_to_metadata,
    replay_repeated_message,
    reset_when_starting_over,
)


def apply_patches() -> None:
    """Apply every patch.

    Raises:
        RuntimeError: the installed Rasa is not the release the patches were written for.
    """
    if rasa.__version__ != RASA_VERSION:
        raise RuntimeError(
            f"engine/patches.py is written for Rasa {RASA_VERSION}, this is {rasa.__version__}: "
            f"check each patch against the new source, then change RASA_VERSION"
        )
    for patch in PATCHES:
        patch()
