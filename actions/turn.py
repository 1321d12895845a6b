"""One turn as an action sees it: the message, what is known, and the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import takewhile
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from actions import claim_checks, current_figures
from backend.app import Backend
from backend.consents.service import Agreement
from backend.conversations import idempotency
from backend.language import ENGLISH
from backend.members import identity as identities
from backend.members.identity import Identity
from backend.reading.acts import Act, ActReader, ContextReader, EnginePredictions, OpenQuestion
from backend.reading.extract_all import ExtractedValues, extract_all
from backend.reading.spanish import english_form

REQUESTED_SLOT = "requested_slot"
# What a bare number means depends on the question. A skill whose slot takes one adds it (`NUMBER_TYPES.update`).
NUMBER_TYPES = {"member_number": "member_number", "phone_last4": "last4", "one_time_code": "code"}
ACT_READER: ActReader = ContextReader()
# The acts of a pressed button; its words are ours, so they need no classifier.
ACT_BY_BUTTON_INTENT = {
    "affirm": "affirm",
    "deny": "deny",
    "choose": "answer",
    "cancel": "cancel",
    "repeat": "repeat",
    "speak_to_human": "person",
    "speak_spanish": "language",
    "speak_english": "language",
}
SILENT_ACTIONS = ("action_extract_slots", "action_listen", "action_session_start", "action_schedule_payment")
"""Actions that give no answer; the last of them only chooses the form that does."""


class Turn:
    """What an action may read and do. Slots set here are seen at once and become events at the end.

    `notes` are what one step of the turn leaves for the next; they are forgotten with the turn. The shared keys:
    `yes` (bool: a yes or a no to the open question), `agreed` (a yes to a read-back), `comforted` (a feeling was
    acknowledged), `explained` (it was told how the task works), and those that constants name, such as
    `form.BELONGS_TO_REPORT`. Any other key is written and read by the forms of one skill.
    """

    session: AsyncSession  # the transaction that is open now

    def __init__(self, backend: Backend, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self.backend = backend
        self.tracker = tracker
        self.language = str((tracker.latest_message.get("metadata") or {}).get("language") or ENGLISH)
        self.notes: dict[str, Any] = {}
        self._dispatcher = dispatcher
        self._identity: Identity | None = None
        self._changed: dict[str, Any] = {}
        self._followups: list[EventType] = []
        self._focus: str | None = None
        self._focus_intent = ""
        self._step: idempotency.ActionStep | None = None
        self._step_start = idempotency.BegunStep(None)
        self._before_step: tuple[list[dict[str, Any]], dict[str, Any], list[EventType]] = ([], {}, [])
        self.saved_events: list[EventType] = []  # of the step, for the engine
        self.stale_figures: list[datetime] = []  # the times of the figures read in this step that are not current

    @property
    def conversation_id(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def channel(self) -> str:
        """`sms`, `web` or `voice`."""
        return str(self.tracker.get_latest_input_channel() or "web")

    @property
    def full_text(self) -> str:
        """What the member wrote or said; empty when a button was pressed."""
        text = str(self.tracker.latest_message.get("text") or "")
        return "" if text.startswith("/") else text

    @property
    def focused_text(self) -> str:
        """The full text, or the part of it that is for the task (see `focus`)."""
        return self.full_text if self._focus is None else self._focus

    @property
    def text(self) -> str:
        """`focused_text` for the word rules, which know English: Spanish is translated word by word."""
        return english_form(self.focused_text, self.language)

    def focus(self, words: str | None, intent: str = "") -> None:
        """Let the task read only these words: the others were a question or another request.

        `intent` is that of the words if they are not from this message.
        """
        self._focus, self._focus_intent = words, intent

    @cached_property
    def open_question(self) -> OpenQuestion:
        """The question that was open when this message came."""
        return OpenQuestion.from_slot(self.tracker.slots.get("question"), self.last_bot_text())

    @cached_property
    def predictions(self) -> EnginePredictions:
        """What the engine's classifiers say of this message."""
        return EnginePredictions.from_parse_data(self.full_text, self.tracker.latest_message)

    @cached_property
    def acts(self) -> Sequence[Act]:
        """What this message does, in order."""
        if not self.full_text:
            return [Act(ACT_BY_BUTTON_INTENT.get(self.intent, "start"), intent=self.intent, is_certain=True)]
        return ACT_READER.read_acts(self.full_text, self.language, self.open_question, self.predictions)

    def has_act(self, *kinds: str) -> bool:
        """Whether this message does any of these."""
        return any(act.kind in kinds for act in self.acts)

    @property
    def exact_reply(self) -> str:
        """The member's exact reply: the words, or the title of the button that was pressed."""
        metadata = self.tracker.latest_message.get("metadata") or {}
        return str(metadata.get("said") or self.full_text or self.intent)

    def agreement_to(self, response: str, identity: Identity) -> Agreement:
        """A consent to what `response` last showed: its exact words, and the exact reply of this turn."""
        return Agreement(
            actor=self.conversation_id,
            level=int(identity.level),
            channel=self.channel,
            wording=self.last_text_of(response),
            reply=self.exact_reply,
        )

    @property
    def was_redacted(self) -> bool:
        """Whether the edge had to take a card, bank or similar number out of this message."""
        return bool((self.tracker.latest_message.get("metadata") or {}).get("removed"))

    @property
    def intent(self) -> str:
        return self._focus_intent or str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def ranking(self) -> Sequence[dict[str, Any]]:
        """The intents that this message may be of, each with `name` and `confidence`, the likeliest first."""
        return self.tracker.latest_message.get("intent_ranking") or ()

    def button_value(self, slot: str) -> str | None:
        """The value that a pressed button carries for this slot."""
        entities = self.tracker.latest_message.get("entities") or []
        return next((str(each.get("value")) for each in entities if each.get("entity") == slot), None)

    def set_button_values(self, *slots: str) -> bool:
        """Set these slots to what a pressed button carries for them. Returns whether it carries any."""
        values = {slot: value for slot in slots if (value := self.button_value(slot)) is not None}
        self._changed |= values
        return bool(values)

    async def identity(self) -> Identity:
        """Who this is, looked up once per turn; `set_identity` when the turn changed it."""
        if self._identity is None:
            self._identity = await identities.load_identity(self.session, self.backend, self.conversation_id)
        return self._identity

    def set_identity(self, identity: Identity) -> None:
        self._identity = identity

    def extract_values(self, asked: str | None) -> ExtractedValues:
        """The numbers, money and days in the words; `asked` is the slot whose question was open."""
        return extract_all(self.text, asked=NUMBER_TYPES.get(asked or ""), today=self.backend.today())

    def get(self, slot: str) -> Any:
        return self._changed.get(slot, self.tracker.slots.get(slot))

    def set(self, slot: str, value: Any) -> None:
        self._changed[slot] = value

    @property
    def has_requested(self) -> bool:
        """Whether a form has asked a question or ended in this turn."""
        return REQUESTED_SLOT in self._changed

    def was_set(self, slot: str) -> bool:
        """Whether this turn has given the slot a value."""
        return self._changed.get(slot) is not None

    def clear(self, *slots: str) -> None:
        for slot in slots:
            if self.get(slot) is not None:
                self.set(slot, None)

    def utter(self, response: str, buttons: list[dict[str, str]] | None = None, **values: Any) -> None:
        """Utter a response of data/**/responses.yml, which has the words and chooses among their variants."""
        coop = self.backend.coop
        facts = {
            "coop_name": coop.name,
            "office_phone": coop.office_phone_display,
            "outage_phone": coop.outage_phone_display,
            "office_hours": coop.hours_text,
            "working_day": coop.working_day_text,
            "portal_url": coop.portal_url,
        }
        self._dispatcher.utter_message(response=response, buttons=buttons, **facts, **values)

    def add_followup_action(self, action: str) -> None:
        """Let the engine run this action next."""
        self._followups.append(FollowupAction(action))

    def deactivate_form(self) -> None:
        """Leave whatever form is open."""
        self._followups.extend([ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)])

    async def begin_step(self, action: str) -> bool:
        """Begin this action's step of the turn. True: it was done before, and its messages are sent again.

        Raises MessageSettled if nothing may be done for the message any more.
        """
        first, self._step = self._step is None, idempotency.find_step(action, self.channel, self.tracker.events)
        self._step_start = await idempotency.begin(self.session, self._step)
        self._before_step = ([*self._dispatcher.messages], {**self._changed}, [*self._followups])
        result = self._step_start.result
        if result is None or (result["unfinished"] and not first):
            return False
        self._dispatcher.messages[:] = result["responses"]
        self.saved_events = result["events"]
        if result["unfinished"]:  # it was interrupted in its outside work and continues from there
            self._changed = {event["name"]: event["value"] for event in self.saved_events if event["event"] == "slot"}
        return not result["unfinished"]

    def go_back(self) -> None:
        """Forget what was said and changed since `begin_step`: its transaction was rolled back."""
        messages, changed, followups = self._before_step
        self._dispatcher.messages[:], self._changed, self._followups = messages, changed, followups
        self._identity = None

    @property
    def is_resumed(self) -> bool:
        """Whether this step has read the message already, and its outside work comes next."""
        return self._step_start.result is not None

    async def verify_claims(self) -> None:
        """Check claims in the messages before they are saved and sent."""
        await claim_checks.verify_messages(self, self._dispatcher.messages)
        current_figures.add_time(self, self._dispatcher.messages)

    async def save_step(self, events: list[EventType], *, unfinished: bool = False, acted: bool = False) -> None:
        """Save the result of this step, in its transaction, for a repeated delivery of the message.

        `unfinished`: outside work is still to come, as the slots say. `acted`: some of it was done.
        """
        self.saved_events = events
        result = {"events": events, "responses": self._dispatcher.messages, "unfinished": unfinished}
        await idempotency.save_step_result(self.session, self._step, self._step_start, result, acted=acted)

    def new_events(self) -> list[EventType]:
        """What the step has changed so far, as events for the engine."""
        return [SlotSet(slot, value) for slot, value in self._changed.items()] + self._followups

    def other_action_answered(self, form: str) -> bool:
        """Whether another action has answered this message: the form then only repeats its question."""
        return any(
            event.get("event") == "action" and event.get("name") not in (form, *SILENT_ACTIONS)
            for event in self._events_since_message()
        )

    def was_just_opened(self) -> bool:
        """Whether this message opened the form."""
        return any(event.get("event") == "active_loop" and event.get("name") for event in self._events_since_message())

    def _events_since_message(self) -> Iterator[dict[str, Any]]:
        return takewhile(lambda event: event.get("event") != "user", reversed(self.tracker.events))

    def last_bot_text(self) -> str:
        """Our latest messages, one a line: the exact words of a read-back, or what to say again."""
        texts: list[str] = []
        for event in reversed(self.tracker.events):
            if event.get("event") == "bot":
                texts.append(str(event.get("text") or ""))
            elif event.get("event") == "user" and texts:
                break
        return "\n".join(reversed([text for text in texts if text]))

    def last_text_of(self, response: str) -> str:
        """The words in which `response` was last uttered in this conversation, or an empty string."""
        for event in reversed(self.tracker.events):
            metadata = event.get("metadata") or {}
            if event.get("event") == "bot" and metadata.get("utter_action") == response:
                return str(event.get("text") or "")
        return ""
