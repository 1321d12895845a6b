"""A conversation in a test, without the engine: in milliseconds, with the real actions on a real database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions import build_executor, registry
from backend.app import Backend
from backend.language import ENGLISH
from backend.reading.acts.model import ACT_KINDS
from tests.support.harness.engine import Engine
from tests.support.harness.log import LISTEN, REQUESTED, Event, Log, action

SURE = 0.95
PAYLOAD = re.compile(r"/(?P<intent>\w+)(?P<values>\{.*\})?", re.DOTALL)
INTENT_OF = {
    "affirm": "affirm",
    "deny": "deny",
    "cancel": "cancel",
    "repeat": "repeat",
    "person": "speak_to_human",
    "social": "thank",
    "ask": "out_of_scope",
    "feeling": "out_of_scope",
    "unclear": "out_of_scope",
}
"""What the classifier may call a message of which only the acts are given; anything else is `inform`."""

Acts = Mapping[str, float] | Iterable[str]


class Talk:
    """One member's conversation: say something, and see what is answered, which slots are kept, which task is open.

    What the engine would understand is given with each message: its intent, what it does (`acts`, with probabilities or
    plain names), its `clauses` and the nearest subjects of knowledge/. Without `acts` the real ContextReader derives
    them from the intent; without an intent one is guessed from the acts, and is `inform` where there are none. Nothing
    is understood here: the classifiers, the speller, the parting into clauses and the finding of a language are the
    engine's and the edge's, and have tests of their own. See Engine for what of Rasa's dialogue is played.
    """

    def __init__(
        self, backend: Backend, conversation_id: str, *, channel: str = "web", language: str = ENGLISH
    ) -> None:
        self.backend = backend
        self.channel = channel
        self.language = language
        self.log = Log(conversation_id)
        self.message_id: str | None = None  # of the next message, where the app has written it down
        self.log.add(action("action_session_start"), action(LISTEN))
        self._engine = Engine(build_executor(backend), self.log)

    async def user_input(
        self,
        words: str,
        *,
        intent: str | None = None,
        acts: Acts | None = None,
        knowledge: Sequence[tuple[str, float]] = (),
        clauses: Sequence[Mapping[str, Any]] = (),
        sure: float = SURE,
        next_best: tuple[str, float] | None = None,
        removed: Sequence[str] = (),
        danger: tuple[str, float] | None = None,
        in_danger: Mapping[str, float] | None = None,
        listed: str = "",
    ) -> None:
        """The member writes or says something.

        `next_best`: the second intent and its confidence. `removed`: what the edge had to take out, such as a card.
        `danger`: the hazard that the engine's model hears, and how sure it is of danger.
        `in_danger`: what it hears asked and told beside a danger. `listed`: the subject that lists the message.
        """
        likely = _likely(acts)
        reading: dict[str, Any] = {
            "acts": likely,
            "clauses": [dict(part) for part in clauses],
            "knowledge": [{"subject": subject, "score": score} for subject, score in knowledge],
            "listed": listed,
        }
        if danger is not None:
            reading["danger"] = {"hazard": danger[0], "sure": danger[1]}
        if in_danger is not None:
            reading["danger_talk"] = dict(in_danger)
        name = intent or _guess(likely, clauses)
        ranking = [{"name": one, "confidence": at} for one, at in filter(None, ((name, sure), next_best))]
        parsed = {"intent": ranking[0], "intent_ranking": ranking, "entities": [], "reading": reading}
        await self._take_turn(words, parsed, said=words, removed=removed)

    async def press(self, title: str) -> None:
        """The member presses a button of the last answer."""
        payloads = {button["title"]: button["payload"] for button in self.buttons}
        assert title in payloads, f"no button is called {title!r}, but {sorted(payloads)}\n\n{self}"
        found = PAYLOAD.fullmatch(payloads[title])
        assert found, f"{payloads[title]} is no payload"
        values = json.loads(found["values"] or "{}")
        entities = [{"entity": name, "value": value} for name, value in values.items()]
        parsed = {"intent": {"name": found["intent"], "confidence": 1.0}, "entities": entities}
        await self._take_turn(payloads[title], parsed, said=title)

    async def _take_turn(self, text: str, parsed: dict[str, Any], said: str, removed: Sequence[str] = ()) -> None:
        metadata: dict[str, Any] = {"language": self.language, "said": said}
        metadata |= {"removed": list(removed)} if removed else {}
        metadata |= {"message": self.message_id} if self.message_id else {}
        parsed = {"text": text, "metadata": metadata, **parsed}
        message: Event = {
            "event": "user",
            "text": text,
            "metadata": metadata,
            "parse_data": parsed,
            "input_channel": self.channel,
        }
        await self._engine.take_turn(message)
        self._holds_together()

    def _holds_together(self) -> None:
        """What must be true after every turn of any task."""
        assert self.open_task == self.slots["open_task"], f"another task is open than is said to be\n\n{self}"
        asked, told = self.slots[REQUESTED], self.slots["question"]
        if self.open_task is None:
            assert (asked, told) == (None, None), f"a question is open without a task\n\n{self}"
            return
        types = registry.FORMS[self.open_task].asks
        assert asked in types, f"{self.open_task} does not say of which type the question {asked} is\n\n{self}"
        assert told["asked"] == types[asked], f"another question is told than is asked\n\n{self}"

    @property
    def slots(self) -> Mapping[str, Any]:
        """The slots as they are now."""
        return self.log.slots

    @property
    def open_task(self) -> str | None:
        """The form that is open."""
        return self.log.active_form

    @property
    def answers(self) -> list[Event]:
        """What was answered to the last message."""
        return [event for event in self._last_turn() if event["event"] == "bot"]

    @property
    def responses(self) -> list[str]:
        """The names of those answers."""
        return [event["metadata"]["utter_action"] for event in self.answers]

    @property
    def text(self) -> str:
        """Their words, one a line."""
        return "\n".join(str(event["text"]) for event in self.answers if event["text"])

    @property
    def buttons(self) -> list[dict[str, str]]:
        """Their buttons."""
        return [button for event in self.answers for button in event["data"]["buttons"]]

    @property
    def agenda(self) -> list[str]:
        """What is still to be done, in order: forms and actions."""
        return [str(wish["opener"]) for wish in self.slots["agenda"] or []]

    def _last_turn(self) -> Sequence[Event]:
        return self.log.since_the_member()

    def assert_message(self, wanted: str) -> None:
        """The last answer has these words, or words that this pattern finds."""
        assert _has(self.text, wanted), f"not answered: {wanted}\n\n{self}"

    def assert_no_message(self, unwanted: str) -> None:
        """The last answer has nothing of the kind."""
        assert not _has(self.text, unwanted), f"answered: {unwanted}\n\n{self}"

    def assert_response(self, *names: str) -> None:
        """These responses were uttered, in this order, whatever stands between them."""
        left = iter(self.responses)
        assert all(name in left for name in names), f"not said: {names}, but {self.responses}\n\n{self}"

    def assert_no_response(self, *names: str) -> None:
        """None of these was uttered."""
        assert not set(names) & set(self.responses), f"said: {self.responses}\n\n{self}"

    def __str__(self) -> str:
        """The conversation so far, for a failure."""
        lines = []
        for event in self.log.events:
            if event["event"] == "user":
                lines.append(f"> {event['text']}   ({event['parse_data']['intent']['name']})")
            elif event["event"] == "bot":
                lines.append(f"  {event['metadata']['utter_action']}: {event['text']}")
        kept = {name: value for name, value in self.slots.items() if value not in (None, 0)}
        return "\n".join([*lines, f"open: {self.open_task}", f"slots: {kept}"])


def clause(text: str, *, intent: str = "", acts: Acts | None = None, sure: float = SURE) -> dict[str, Any]:
    """A part of a message with its own intent and acts, as the engine parts it."""
    likely = _likely(acts)
    return {
        "text": text,
        "intent": {"name": intent or _guess(likely, ()), "confidence": sure},
        "acts": likely,
    }


def _likely(acts: Acts | None) -> dict[str, float]:
    likely = dict(acts) if isinstance(acts, Mapping) else dict.fromkeys(acts or (), SURE)
    assert set(likely) <= set(ACT_KINDS), f"{set(likely) - set(ACT_KINDS)} are no acts"
    return likely


def _guess(acts: Mapping[str, float], clauses: Sequence[Mapping[str, Any]]) -> str:
    if clauses:
        return str(clauses[0]["intent"]["name"])
    return next((INTENT_OF[kind] for kind in sorted(acts, key=lambda kind: -acts[kind]) if kind in INTENT_OF), "inform")


def _has(text: str, part: str) -> bool:
    return part in text or bool(re.search(part, text, re.IGNORECASE))
