"""The intent classifier as Rasa sees it: a graph component around IntentModel."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.components.clause_splitter import split_clauses
from engine.components.encoder import shared_encoder, vector_cache_file
from engine.components.intent_model import OUT_OF_SCOPE, IntentModel, IntentModelSettings, IntentPrediction

ENGLISH = "en"
LANGUAGE, CLAUSES = "language", "clauses"  # of a message, for the components after this one
INFORM = "inform"  # a message that only answers a question: a number, an amount, a day
MIN_REST_CONFIDENCE = 0.6
# Left out to see what else a message with a number says: digits, and the words that only introduce them.
NUMBER_WORDS = re.compile(
    r"\S*\d\S*|\b(?:my|the|and|is|it'?s|full|member|account|acct|number|no|phone|last|four|4|digits?|ending|ends|in|with)\b",
    re.IGNORECASE,
)
# "my number is 99999-001" only gives the number
INTENTS_OF_BARE_NUMBERS = frozenset({INFORM, OUT_OF_SCOPE, "faq_member_number", "update_contact_info"})
PAYLOAD = re.compile(r"/\w+(@[\d.]+)?(\{.*\})?", re.DOTALL)


def _to_rasa_ranking(prediction: IntentPrediction, length: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The intent and the ranking; `out_of_scope` comes before the intents that such a message is nearest to."""
    ranking = [{"name": name, "confidence": p} for name, p in prediction.ranking[:length]]
    if not prediction.in_scope and ranking[0]["name"] != OUT_OF_SCOPE:
        others = [entry for entry in ranking if entry["name"] != OUT_OF_SCOPE]
        ranking = [{"name": OUT_OF_SCOPE, "confidence": 1.0 - prediction.score}, *others]
    return ranking[0], ranking


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LeanIntentClassifier(GraphComponent, IntentClassifier):
    """Needs no tokenizer or featurizer before it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings that config.yml may change."""
        return {"turned_away": 0.02, "sure": 0.9, "ranking_length": 5}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Rasa makes it through `create` and `load`."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._models: dict[str, IntentModel] = {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LeanIntentClassifier:
        """Make an untrained one."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train a model for each language, named by `metadata: {language: es}` of the intent, else English."""
        encoder = shared_encoder()
        by_language: dict[str, list[Message]] = {}
        for example in training_data.intent_examples:
            if example.get(TEXT):
                metadata = (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
                by_language.setdefault(str(metadata.get("language", ENGLISH)), []).append(example)

        def train_language(language: str, examples: list[Message]) -> IntentModel:
            texts, names = [e.get(TEXT) for e in examples], [e.get(INTENT) for e in examples]
            settings = IntentModelSettings(
                self._config["turned_away"], self._config["sure"], trust_encoder_spelling=language == ENGLISH
            )
            return IntentModel.train(texts, names, settings, encoder, vector_cache_file(f"sentences-{language}"))

        with ThreadPoolExecutor(len(by_language) or 1) as pool:  # mostly arithmetic outside the interpreter's lock
            models = pool.map(train_language, by_language, by_language.values())
            self._models = dict(zip(by_language, models, strict=True))
        with self._storage.write_to(self._resource) as folder:
            for language, model in self._models.items():
                (folder / language).mkdir()
                model.save(folder / language)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LeanIntentClassifier:
        """Load a trained one."""
        loaded = cls(config, model_storage, resource)
        encoder = shared_encoder()
        with model_storage.read_from(resource) as folder:
            for model in sorted(folder.iterdir()):
                loaded._models[model.name] = IntentModel.load(model, encoder)
        return loaded

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, language and clauses; a payload ("/intent{...}") is left to Rasa's own handler."""
        for message in messages:
            text = message.get(TEXT) or ""
            if PAYLOAD.fullmatch(text):
                continue
            language = self._detect_language(text, (message.get(METADATA) or {}).get(LANGUAGE))
            model = self._models[language]
            intent, ranking = self._classify(model, text)
            parts = split_clauses(text)
            clauses = [{"text": part, "intent": self._classify(model, part)[0]} for part in parts if len(parts) > 1]
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(LANGUAGE, language)
            message.set(CLAUSES, clauses)
        return messages

    def _detect_language(self, text: str, language: str | None) -> str:
        """The conversation's language, as the app gives it; without it the one that knows most of the words."""
        if language is None:
            known = {name: model.count_known_words(text) for name, model in self._models.items()}
            language = max(known, key=lambda name: (known[name], name == ENGLISH))
        return language if language in self._models else ENGLISH

    def _classify(self, model: IntentModel, text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Intent and ranking. Numbers given along with a request must not hide it: `what do i owe 99999-001 0142`."""
        length = self._config["ranking_length"]
        found = _to_rasa_ranking(model.predict(text), length)
        if found[0]["name"] != INFORM or not any(letter.isdigit() for letter in text):
            return found
        rest = " ".join(NUMBER_WORDS.sub(" ", text).split()).strip(" ,.;:!?-")
        if not any(letter.isalpha() for letter in rest):
            return found
        of_rest = _to_rasa_ranking(model.predict(rest), length)
        sure = of_rest[0]["confidence"] >= MIN_REST_CONFIDENCE and of_rest[0]["name"] not in INTENTS_OF_BARE_NUMBERS
        return of_rest if sure else found

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Classify the training messages too; Rasa asks for it when stories use texts."""
        self.process(training_data.training_examples)
        return training_data
