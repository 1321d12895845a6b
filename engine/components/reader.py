"""Reads a message in context: what it does, clause by clause, what danger it tells of, what it is about."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.components import replies
from engine.components.act_model import WEIGHTS_FILE as ACTS_FILE
from engine.components.act_model import ActModel
from engine.components.classifier import CLAUSES, ENGLISH, LANGUAGE, PAYLOAD
from engine.components.danger_model import NONE, WIRE, DangerModel, is_one_of_three, read_all
from engine.components.danger_model import WEIGHTS_FILE as DANGER_FILE
from engine.components.encoder import shared
from engine.components.knowledge import Knowledge
from engine.components.question import Question

READING = "reading"
LEAST_ACT = 0.01  # an act less likely than this is left out
NO_WISH_TO_KNOW = frozenset(("affirm", "deny", "answer", "correct", "hold", "skip", "repeat", "person", "language"))
SURELY = 0.9
MOST_OF_IT = 0.6
"""So much of what speaks for danger must speak for one kind of it."""
BARELY = 0.05
PERHAPS_ASKED = 0.3


MAY_TELL_OF_DANGER = frozenset(
    ("report_outage", "report_tree", "report_light", "voltage_problem", "meter_problem", "medical_need", "out_of_scope")
)
"""Intents whose training sentences are no examples of what tells of no danger,"""
OF_DANGER = frozenset(("outage", "none"))
MAY_TELL = frozenset(("volunteer", "start"))
"""nor are the replies at these tasks, or that do these."""


def _folder() -> Path:
    return Path(os.environ.get("ANSWERS_FOLDER", "data/answers"))


def _danger_folder() -> Path:
    return _folder().with_name("danger")


def _rounded(acts: dict[str, float]) -> dict[str, float]:
    return {name: round(p, 3) for name, p in acts.items() if p >= LEAST_ACT}


def _may_ask(acts: dict[str, float], text: str) -> bool:
    """Tell whether a message may be about something to know: not when it surely only answers."""
    if "?" in text:
        return True
    only_answers = any(acts.get(name, 0) >= SURELY for name in NO_WISH_TO_KNOW)
    return not only_answers or any(p >= BARELY for name, p in acts.items() if name not in NO_WISH_TO_KNOW)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ReadingInContext(GraphComponent):
    """Stands behind the intent classifier in the pipeline, which parts the message into clauses."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        """Rasa makes it through ``create`` and ``load``."""
        self._storage, self._resource = storage, resource
        self._acts: ActModel | None = None
        self._danger: DangerModel | None = None
        self._knowledge: Knowledge | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReadingInContext:
        """Make an untrained one."""
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa trains anew when this changes: it does not know of data/answers and data/danger."""
        files = sorted([*_folder().glob("*.txt"), *_danger_folder().glob("*.txt")])
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on data/answers and data/danger, which Rasa does not read itself."""
        found, dangers = replies.read_all(_folder()), read_all(_danger_folder())
        cache = os.environ.get("SENTENCE_CACHE")
        with self._storage.write_to(self._resource) as folder:
            if found:
                remembered = Path(cache).with_name("replies.npz") if cache else None
                ActModel.trained(found, shared(), remembered).save(folder)
            if dangers:
                remembered = Path(cache).with_name("danger.npz") if cache else None
                none = [(NONE, text) for text in _of_no_danger(training_data, found) if is_one_of_three(text)]
                DangerModel.trained([*dangers, *none], shared(), remembered).save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ReadingInContext:
        """Load a trained one, and the knowledge as it is now."""
        loaded = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            if (folder / ACTS_FILE).exists():
                loaded._acts = ActModel.load(folder, shared())
            if (folder / DANGER_FILE).exists():
                loaded._danger = DangerModel.load(folder, shared())
        loaded._knowledge = Knowledge.opened(shared())
        return loaded

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the reading; a payload ("/intent{...}") has none."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.strip() and not PAYLOAD.fullmatch(text):
                message.set(READING, self._reading(message, text), add_to_output=True)
        return messages

    def _reading(self, message: Message, text: str) -> dict[str, Any]:
        question = Question.of((message.get(METADATA) or {}).get("question"))
        acts = self._done_by(question, text)
        parts = [{**part, "acts": self._done_by(question, part["text"])} for part in message.get(CLAUSES) or []]
        language, last = message.get(LANGUAGE) or ENGLISH, question.told
        known = []
        if self._knowledge and (_may_ask(acts, text) or any(_may_ask(part["acts"], text) for part in parts)):
            known = self._knowledge.nearest(text, language, last)
            for part in parts:  # each question of a message is answered
                asks = part["acts"].get("ask", 0) >= PERHAPS_ASKED or part["text"].rstrip().endswith("?")
                part["knowledge"] = self._knowledge.nearest(part["text"], language, last) if asks else []
        return {"acts": acts, "clauses": parts, "knowledge": known, "danger": self._danger_in(text, parts)}

    def _danger_in(self, text: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the likeliest hazard and how sure some danger is, of the whole or of the clause that tells most."""
        if self._danger is None:
            return {}
        told = [self._danger.predict(words) for words in dict.fromkeys([text, *(part["text"] for part in parts)])]
        most = min(told, key=lambda found: found[NONE])
        hazard = max((name for name in most if name != NONE), key=most.__getitem__, default=NONE)
        sure = 1 - most[NONE]
        if most.get(hazard, 0.0) < MOST_OF_IT * sure:
            hazard = WIRE  # what to do about any danger is said, and not what to do about the wrong one
        return {"hazard": hazard, "sure": round(sure, 3)}

    def _done_by(self, question: Question, text: str) -> dict[str, float]:
        return _rounded(self._acts.predict(question, text)) if self._acts else {}


def _of_no_danger(training_data: TrainingData, found: list[replies.Reply]) -> list[str]:
    """Return the training sentences of the intents that tell of none, and the replies that only answer."""
    examples = [one for one in training_data.intent_examples if one.get("intent") not in MAY_TELL_OF_DANGER]
    answers = [one for one in found if one.question.task not in OF_DANGER and not MAY_TELL.intersection(one.names())]
    return [*(str(one.get(TEXT)) for one in examples), *(one.text for one in answers)]
