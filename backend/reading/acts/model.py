"""Acts, the open question they are read against, and what the engine's classifiers say of a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

ACT_KINDS = (
    "start",
    "affirm",
    "deny",
    "answer",
    "correct",
    "ask",
    "volunteer",
    "cancel",
    "skip",
    "hold",
    "repeat",
    "person",
    "language",
    "social",
    "feeling",
    "unclear",
)
"""The closed set of acts. Names after ISO 24617-2 and Rasa's commands; docs/conversation.md explains each."""


FOLLOW_UP_PREFIX = "follow_"
"""The subjects of knowledge/ whose names begin so are follow-up questions."""


@dataclass(frozen=True)
class Act:
    """One thing that a message does.

    `value` is the answer, the topic or the feeling's name; `words` is the clause it was read from. `intent` is the
    classifier's name for the task to start or the topic asked about, with its `intent_confidence`, 0 to 1.
    `confidence`, 0 to 1, is that of the act itself. `is_certain`: a rule found it; where money moves, only such a yes
    counts.
    """

    kind: str
    value: str = ""
    intent: str = ""
    words: str = ""
    confidence: float = 1.0
    is_certain: bool = False
    intent_confidence: float = 1.0


@dataclass(frozen=True)
class OpenQuestion:
    """The open question: its type (`yes_no`, `amount`, `nothing`, …), its `text`, and its buttons' titles in order."""

    task: str = "none"
    question_type: str = "nothing"
    text: str = ""
    options: tuple[str, ...] = ()

    @classmethod
    def from_slot(cls, stored: Mapping[str, Any] | None, said: str = "") -> OpenQuestion:
        """From the `question` slot; None means that nothing is open."""
        if not stored:
            return cls(text=said)
        options = tuple(str(option) for option in stored.get("options") or ())
        return cls(str(stored.get("task") or "none"), str(stored.get("asked") or "nothing"), said, options)


@dataclass(frozen=True)
class PredictedClause:
    """A part of a message that may do something of its own, with what the classifiers say of it."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    acts: Mapping[str, float] = field(default_factory=dict)
    knowledge: tuple[tuple[str, float], ...] = ()
    other_intents: tuple[tuple[str, float], ...] = ()
    """The next intents of the classifier's ranking, the likeliest first; of the whole message only."""


@dataclass(frozen=True)
class EnginePredictions:
    """What the engine's classifiers say: of the whole message, and of each clause where there are several.

    `knowledge` has the nearest subjects of knowledge/ with a score 0 to 1, best first; `listed` is the subject that
    lists the message as a question, or one very near to it, and is empty without one. `hazard` is the likeliest of
    `backend/reading/hazards/hazard_signs.py`; `danger_score`, 0 to 1, that the message reports a danger at all.
    `danger_talk` scores, 0 to 1, what is asked and said about a danger that was reported before, by the names of
    `engine/components/danger_models.py`.
    """

    whole: PredictedClause
    clauses: tuple[PredictedClause, ...] = ()
    knowledge: tuple[tuple[str, float], ...] = ()
    hazard: str = ""
    danger_score: float = 0.0
    danger_talk: Mapping[str, float] = field(default_factory=dict)
    listed: str = ""

    @property
    def follow_up_score(self) -> float:
        """How surely the message is a follow-up question, such as "do I have to be home?", by itself."""
        return max((score for name, score in self.knowledge if name.startswith(FOLLOW_UP_PREFIX)), default=0.0)

    @classmethod
    def from_parse_data(cls, text: str, parsed: Mapping[str, Any]) -> EnginePredictions:
        """From Rasa's parse data: `intent` and `reading` (engine/components)."""
        reading = parsed.get("reading") or {}
        whole = _build_clause({"text": text, "intent": parsed.get("intent"), "acts": reading.get("acts")})
        ranking = parsed.get("intent_ranking") or ()
        others = tuple((str(one["name"]), float(one["confidence"])) for one in ranking if one["name"] != whole.intent)
        whole = replace(whole, other_intents=others)
        clauses = tuple(_build_clause(raw) for raw in reading.get("clauses") or ())
        danger = reading.get("danger") or {}
        hazard, danger_score = str(danger.get("hazard") or ""), float(danger.get("sure") or 0.0)
        danger_talk = dict(reading.get("danger_talk") or {})
        listed = str(reading.get("listed") or "")
        return cls(whole, clauses, _scored_subjects(reading), hazard, danger_score, danger_talk, listed)


def _build_clause(raw: Mapping[str, Any]) -> PredictedClause:
    intent = raw.get("intent") or {}
    name, confidence = str(intent.get("name") or ""), float(intent.get("confidence") or 0.0)
    return PredictedClause(
        str(raw.get("text") or ""), name, confidence, dict(raw.get("acts") or {}), _scored_subjects(raw)
    )


def _scored_subjects(raw: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    return tuple((str(one["subject"]), float(one["score"])) for one in raw.get("knowledge") or ())


class ActReader(Protocol):
    """Words and context in, acts out. Another reader can be measured against ours: `memberline evaluate acts`."""

    def read_acts(
        self, words: str, language: str, question: OpenQuestion, predictions: EnginePredictions
    ) -> Sequence[Act]:
        """The acts of a message in their order; at least one. `words` are the member's own, buttons excluded."""
