"""Reads a message in context: its acts, clause by clause, which danger it reports, and which subjects it is about."""

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

from engine.components import labeled_replies
from engine.components.act_model import ActModel
from engine.components.classifier import CLAUSES, ENGLISH, LANGUAGE, PAYLOAD
from engine.components.danger_models import (
    DANGER_TALK_LABELS,
    HAZARD_LABELS,
    NO_HAZARD,
    classify_danger_talk,
    classify_hazard,
)
from engine.components.encoder import shared_encoder, vector_cache_file
from engine.components.knowledge import LIVE, LiveKnowledge
from engine.components.question_context import QuestionContext
from engine.components.sentence_model import SentenceModel, is_sampled, load_sentences, weigh_equally

READING_KEY = "reading"
DANGER_NAME, DANGER_TALK_NAME = "danger", "danger_talk"
"""Two names, each of a folder of data/, a file of the model, and a key of the reading."""
IN_DANGER = "in_danger"
"""Key of the metadata: whether advice for a danger was given in this conversation."""
MIN_LISTED_PROBABILITY = 0.01  # an act less likely than this is left out
NON_QUESTION_ACTS = frozenset(("affirm", "deny", "answer", "correct", "hold", "skip", "repeat", "person", "language"))
MIN_SURE_ANSWER = 0.9  # from here on a message surely only answers,
MIN_POSSIBLE_QUESTION = 0.05  # unless another act has at least this
MIN_QUESTION_PROBABILITY = 0.3  # from here on knowledge/ is searched for a clause of its own
# Training sentences of these intents, and replies at these tasks or with these acts, may report a danger: they are no
# examples of harmless messages.
MAY_BE_DANGER_INTENTS = frozenset(
    ("report_outage", "report_tree", "report_light", "voltage_problem", "meter_problem", "medical_need", "out_of_scope")
)
MAY_BE_DANGER_TASKS = frozenset(("outage", "none"))
MAY_BE_DANGER_ACTS = frozenset(("volunteer", "start"))


def _data_folder(name: str) -> Path:
    return Path(os.environ.get("DATA_FOLDER", "data")) / name


def _needs_knowledge(acts: dict[str, float], text: str) -> bool:
    """Whether to search knowledge/ for words: not when they surely only answer."""
    if "?" in text:
        return True
    only_answers = any(acts.get(name, 0) >= MIN_SURE_ANSWER for name in NON_QUESTION_ACTS)
    others = (probability for name, probability in acts.items() if name not in NON_QUESTION_ACTS)
    return not only_answers or any(probability >= MIN_POSSIBLE_QUESTION for probability in others)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MessageAnalyzer(GraphComponent):
    """Comes after the intent classifier in the pipeline; that one splits the message into clauses."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        """Rasa makes it through `create` and `load`."""
        self._storage, self._resource = storage, resource
        self._acts: ActModel | None = None
        self._danger: SentenceModel | None = None
        self._danger_talk: SentenceModel | None = None
        self._knowledge: LiveKnowledge | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageAnalyzer:
        """Make an untrained one."""
        return cls(model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa trains this component again when the result changes: it does not watch these folders of data/."""
        folders = ("answers", DANGER_NAME, DANGER_TALK_NAME)
        files = sorted(file for folder in folders for file in _data_folder(folder).glob("*.txt"))
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on data/answers, data/danger and data/danger_talk, which Rasa does not read itself."""
        replies = labeled_replies.load_all_replies(_data_folder("answers"))
        hazards = load_sentences(_data_folder(DANGER_NAME), HAZARD_LABELS)
        danger_talk = load_sentences(_data_folder(DANGER_TALK_NAME), DANGER_TALK_LABELS)
        encoder = shared_encoder()
        with self._storage.write_to(self._resource) as folder:
            if replies:
                ActModel.train(replies, encoder, vector_cache_file("replies")).save(folder)
            if hazards:
                harmless = _harmless_examples(training_data, replies)
                hazards += [(NO_HAZARD, text) for text in harmless if is_sampled(text)]
                model = SentenceModel.train(HAZARD_LABELS, hazards, encoder, vector_cache_file(DANGER_NAME))
                model.save(folder, DANGER_NAME)
            if danger_talk:
                cache = vector_cache_file(DANGER_TALK_NAME)
                model = SentenceModel.train(DANGER_TALK_LABELS, danger_talk, encoder, cache, weigh_equally)
                model.save(folder, DANGER_TALK_NAME)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageAnalyzer:
        """Load a trained one, and the knowledge as it is now."""
        loaded = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            loaded._acts = ActModel.load(folder, shared_encoder())
            loaded._danger = SentenceModel.load(folder, DANGER_NAME, shared_encoder())
            loaded._danger_talk = SentenceModel.load(folder, DANGER_TALK_NAME, shared_encoder())
        LIVE.start(shared_encoder())
        loaded._knowledge = LIVE
        return loaded

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the reading; a payload ("/intent{...}") has none."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.strip() and not PAYLOAD.fullmatch(text):
                message.set(READING_KEY, self._analyze(message, text), add_to_output=True)
        return messages

    def _analyze(self, message: Message, text: str) -> dict[str, Any]:
        question = QuestionContext.from_metadata((message.get(METADATA) or {}).get("question"))
        acts = self._predict_acts(question, text)
        parts = [{**part, "acts": self._predict_acts(question, part["text"])} for part in message.get(CLAUSES) or []]
        language, last = message.get(LANGUAGE) or ENGLISH, question.last_subject
        subjects = []
        listed = self._knowledge.find_listed(text, language) if self._knowledge else ""
        if self._knowledge and (
            _needs_knowledge(acts, text) or any(_needs_knowledge(part["acts"], part["text"]) for part in parts)
        ):
            subjects = self._knowledge.nearest(text, language, last)
            for part in parts:  # each question of a message is answered
                asks = part["acts"].get("ask", 0) >= MIN_QUESTION_PROBABILITY or part["text"].rstrip().endswith("?")
                part["knowledge"] = self._knowledge.nearest(part["text"], language, last) if asks else []
        danger: dict[str, Any] = {}
        if self._danger is not None:
            hazard, probability = classify_hazard(self._danger, [text, *(part["text"] for part in parts)])
            danger = {"hazard": hazard, "sure": round(probability, 3)}
        reading = {"acts": acts, "clauses": parts, "knowledge": subjects, "listed": listed, DANGER_NAME: danger}
        if self._danger_talk is not None and (message.get(METADATA) or {}).get(IN_DANGER):
            reading[DANGER_TALK_NAME] = classify_danger_talk(self._danger_talk, text)
        return reading

    def _predict_acts(self, question: QuestionContext, text: str) -> dict[str, float]:
        acts = self._acts.predict(question, text) if self._acts else {}
        return {name: round(p, 3) for name, p in acts.items() if p >= MIN_LISTED_PROBABILITY}


def _harmless_examples(training_data: TrainingData, replies: list[labeled_replies.LabeledReply]) -> list[str]:
    """The training sentences and replies that report no danger."""
    examples = training_data.intent_examples
    sentences = [str(one.get(TEXT)) for one in examples if one.get("intent") not in MAY_BE_DANGER_INTENTS]
    for reply in replies:
        if reply.question.task not in MAY_BE_DANGER_TASKS and not MAY_BE_DANGER_ACTS.intersection(reply.act_names()):
            sentences.append(reply.text)
    return sentences
