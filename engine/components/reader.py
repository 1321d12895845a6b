"""Reads a message in context: what it does, clause by clause, and which subject of the knowledge it is about."""

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
from engine.components.act_model import ActModel
from engine.components.classifier import CLAUSES, ENGLISH, LANGUAGE, PAYLOAD
from engine.components.encoder import shared
from engine.components.knowledge import Knowledge
from engine.components.question import Question

READING = "reading"
LEAST_ACT = 0.01  # an act less likely than this is left out
NO_WISH_TO_KNOW = frozenset(("affirm", "deny", "answer", "correct", "hold", "skip", "repeat", "person", "language"))
SURELY = 0.9
BARELY = 0.05
PERHAPS_ASKED = 0.3


def _folder() -> Path:
    return Path(os.environ.get("ANSWERS_FOLDER", "data/answers"))


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
        """Rasa trains anew when this changes: it does not know of data/answers."""
        files = sorted(_folder().glob("*.txt"))
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train the act model on data/answers, which Rasa does not read itself."""
        found = replies.read_all(_folder())
        with self._storage.write_to(self._resource) as folder:
            if found:
                cache = os.environ.get("SENTENCE_CACHE")
                remembered = Path(cache).with_name("replies.npz") if cache else None
                ActModel.trained(found, shared(), remembered).save(folder)
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
            if any(folder.iterdir()):
                loaded._acts = ActModel.load(folder, shared())
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
        return {"acts": acts, "clauses": parts, "knowledge": known}

    def _done_by(self, question: Question, text: str) -> dict[str, float]:
        return _rounded(self._acts.predict(question, text)) if self._acts else {}
