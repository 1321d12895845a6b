"""Which subjects of knowledge/ a message is nearest to.

A message is compared with the example questions (`? ` lines), the answer and the title of each. Nothing is trained: a
file may be added or changed and is searched from the next start on. What the office changes on its pages comes from the
app and is searched a few seconds later (`LiveKnowledge`).

Files with `@ ` lines hold follow-up questions ("do I have to be home?"), whose answer depends on what is talked about.
They are ranked apart from the subjects, since only the actions know the context and can choose.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import MappingProxyType

import numpy as np

from engine.components.encoder import Encoder
from engine.components.features import normalize_text, sparse_matrix, word_ngrams

TITLE_LANGUAGE = "en"  # the language that they are in
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGE = re.compile(r"^## (\w+)\s*$")
WORD = re.compile(r"\w+")
WORD_OVERLAP_WEIGHT = 0.35  # of the likeness to an example that is the words' in common, not the meaning's
NEAREST_EXAMPLES = 3  # of a subject's examples count, by half; the mean of all counts by the other
OTHER_LANGUAGE_WEIGHT = 0.3  # how much an example in another language counts in that mean
# From nearness, and lead over the next subject, to the share of messages that are about it, as measured by
# tests/nlu/score_knowledge.py on questions left out.
NEARNESS_WEIGHT, LEAD_WEIGHT, SCORE_BIAS = 4.0, 13.5, -3.0
MAX_SUBJECTS = 3
CONFIDENT_SCORE = 0.5  # below it a short message is also searched together with the subject explained last
MAX_CONTEXT_WORDS = 16  # words
LAST_SUBJECT_WEIGHT = 2 / 3  # the share of that search
MIN_SCORE = 0.05  # below it a subject is not worth naming
MIN_LISTED_LIKENESS = 0.75  # from here on a message asks a question as a subject lists it


NOTHING_CHANGED: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True)
class KnowledgeExample:
    """A text about a subject: a question as members ask it, or else the title or the answer."""

    subject: str
    language: str
    text: str
    is_question: bool = True
    is_follow_up: bool = False


def _parse_examples(subject: str, lines: list[str]) -> Iterator[KnowledgeExample]:
    language = ""
    answers: dict[str, list[str]] = {}
    follows = any(line.startswith("@ ") for line in lines)
    for line in lines:
        heading = LANGUAGE.match(line)
        if heading:
            language = heading[1]
        elif line.startswith("? ") and language:
            yield KnowledgeExample(subject, language, line[2:].strip(), is_follow_up=follows)
        elif line.startswith("# "):
            yield KnowledgeExample(subject, TITLE_LANGUAGE, line[2:].strip(), is_question=False, is_follow_up=follows)
        elif language and line.strip() and not follows and not line.startswith("+ "):
            answers.setdefault(language, []).append(PLACEHOLDER.sub(lambda match: match[1].replace("_", " "), line))
    for language, answer in answers.items():
        yield KnowledgeExample(subject, language, " ".join(answer), is_question=False)


def load_examples(folder: Path, changed: Mapping[str, str | None] = NOTHING_CHANGED) -> list[KnowledgeExample]:
    """The questions, titles and answers of all files; none when there is no folder.

    `changed` has the text of subjects that stand in no file or not as there; None: the subject is switched off.
    """
    texts: dict[str, str | None] = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    texts.update(changed)
    return [
        example
        for subject, text in sorted(texts.items())
        if text is not None
        for example in _parse_examples(subject, text.splitlines())
    ]


def _join_words(text: str) -> str:
    """The words of a normalized text without what stands between them: many write no question mark."""
    return " ".join(WORD.findall(text))


class WordOverlap:
    """How many words, and pairs of words, texts have in common, the rare ones counting most."""

    def __init__(self, texts: list[str]) -> None:
        """`texts` are normalized."""
        grams = [Counter(word_ngrams(text)) for text in texts]
        seen = Counter(gram for own in grams for gram in own)
        self._index = {gram: i for i, gram in enumerate(seen)}
        self._idf = np.log((1 + len(texts)) / (1 + np.array(list(seen.values()), np.float32))) + 1
        self._matrix = sparse_matrix(map(self._tfidf_row, grams), len(seen))

    def _tfidf_row(self, grams: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
        at = np.array([i for gram in grams if (i := self._index.get(gram)) is not None], np.int64)
        values = self._idf[at]
        return at, values / np.float32(np.sqrt(values @ values) or 1)

    def similarities(self, text: str) -> np.ndarray:
        """How much each text has in common with a normalized one, 0 to 1."""
        at, values = self._tfidf_row(Counter(word_ngrams(text)))
        whole = np.zeros(len(self._idf), np.float32)
        whole[at] = values
        return np.asarray(self._matrix @ whole)


class LanguageIndex:
    """The examples of one language, and the mean of each subject's in all."""

    def __init__(self, examples: list[KnowledgeExample], vectors: np.ndarray, language: str) -> None:
        """`examples` and their `vectors` are those of all languages, a subject's together."""
        own = [i for i, example in enumerate(examples) if example.language == language]
        self.examples = [examples[i] for i in own]
        self.subjects = sorted({example.subject for example in self.examples})
        follows = {example.subject for example in self.examples if example.is_follow_up}
        self.follows = np.array([subject in follows for subject in self.subjects], bool)
        self._of = np.array([self.subjects.index(example.subject) for example in self.examples])
        self._vectors = vectors[own]
        texts = [normalize_text(example.text) for example in self.examples]
        self._words = WordOverlap(texts)
        listed = [example.is_question and not example.is_follow_up for example in self.examples]
        self._listed = np.array(listed, bool)
        self._listed_words = {_join_words(text): self._of[i] for i, text in enumerate(texts) if listed[i]}
        self._sums = np.zeros((len(self.subjects), vectors.shape[1]), np.float32)
        for example, vector in zip(examples, vectors, strict=True):
            if example.subject in self.subjects:
                weight = 1.0 if example.language == language else OTHER_LANGUAGE_WEIGHT
                self._sums[self.subjects.index(example.subject)] += weight * vector

    def scores(self, vector: np.ndarray, text: str, without: int | None = None) -> np.ndarray:
        """Each subject's score for a normalized text; `without` leaves out an example, to measure with."""
        return self.scores_from_nearness(self.nearness(vector, text, without))

    def find_listed(self, vector: np.ndarray, text: str) -> str:
        """The subject that lists this normalized text as a question, or one very near to it; empty without one."""
        if (words := _join_words(text)) in self._listed_words:
            return self.subjects[self._listed_words[words]]
        likeness = np.where(self._listed, self._likeness(vector, text), 0)
        nearest = int(np.argmax(likeness))
        return self.subjects[self._of[nearest]] if likeness[nearest] >= MIN_LISTED_LIKENESS else ""

    def _likeness(self, vector: np.ndarray, text: str) -> np.ndarray:
        """How like each example is to a normalized text, in meaning and in words."""
        meaning, words = np.clip(self._vectors @ vector, 0, 1), self._words.similarities(text)
        return np.asarray((1 - WORD_OVERLAP_WEIGHT) * meaning + WORD_OVERLAP_WEIGHT * words)

    def nearness(self, vector: np.ndarray, text: str, without: int | None = None) -> np.ndarray:
        """How near each subject is to a normalized text."""
        likeness = self._likeness(vector, text)
        sums = self._sums
        if without is not None:
            likeness[without] = 0
            sums = sums.copy()
            sums[self._of[without]] -= self._vectors[without]
        means = sums @ vector / (np.linalg.norm(sums, axis=1) + 1e-6)
        return np.asarray(0.5 * means + 0.5 * self._nearest_mean(likeness))

    def scores_from_nearness(self, near: np.ndarray) -> np.ndarray:
        """The scores that follow from nearness: a subject leads over subjects, a follow-up over all."""
        rivals = self._best_rivals(np.where(self.follows, -1.0, near))
        lead = near - np.where(self.follows, self._best_rivals(near), rivals)
        return np.asarray(1 / (1 + np.exp(-(NEARNESS_WEIGHT * near + LEAD_WEIGHT * lead + SCORE_BIAS))))

    @staticmethod
    def _best_rivals(near: np.ndarray) -> np.ndarray:
        """For each subject the nearness of the best other one; a subject alone has itself."""
        if len(near) < 2:
            return near
        first, second = np.argsort(-near, kind="stable")[:2]
        best = np.full(len(near), near[first])
        best[first] = near[second]
        return best

    def _nearest_mean(self, likeness: np.ndarray) -> np.ndarray:
        """The mean likeness of each subject's nearest examples."""
        order = np.lexsort((-likeness, self._of))
        starts = np.searchsorted(self._of[order], np.arange(len(self.subjects)))
        place = np.arange(len(order)) - starts[self._of[order]]
        kept = np.where(place < NEAREST_EXAMPLES, likeness[order], 0)
        counts = np.minimum(np.bincount(self._of), NEAREST_EXAMPLES)
        return np.asarray(np.bincount(self._of[order], kept) / counts)


class KnowledgeIndex:
    """The indexes of all languages."""

    def __init__(self, examples: list[KnowledgeExample], encoder: Encoder, vector_cache: Path | None = None) -> None:
        """`vector_cache` is a file of vectors from earlier starts."""
        self._encoder = encoder
        self._titles = {example.subject: example.text for example in reversed(examples) if not example.is_question}
        texts = [normalize_text(example.text) for example in examples]
        vectors = encoder.encode_many(texts, vector_cache) if examples else np.zeros((0, 1))
        languages = sorted({example.language for example in examples})
        self._indexes = {language: LanguageIndex(examples, vectors, language) for language in languages}

    @classmethod
    def from_environment(cls, encoder: Encoder, changed: Mapping[str, str | None] = NOTHING_CHANGED) -> KnowledgeIndex:
        """Read the folder that the environment names, and what has changed since."""
        folder, cache = os.environ.get("KNOWLEDGE_FOLDER"), os.environ.get("KNOWLEDGE_CACHE")
        examples = load_examples(Path(folder), changed) if folder else []
        return cls(examples, encoder, Path(cache) if cache else None)

    def nearest(self, text: str, language: str, last: str = "") -> list[dict[str, object]]:
        """At most three subjects and as many follow-up questions with their scores, best first.

        `last` is the subject explained last: "what do you pay for it" is about that one.
        """
        index = self._indexes.get(language)
        if index is None:
            return []
        clean = normalize_text(text)
        near = index.nearness(self._encoder(clean), clean)
        scores = index.scores_from_nearness(near)
        title = self._titles.get(last)
        if (
            title
            and len(clean.split()) <= MAX_CONTEXT_WORDS
            and scores[~index.follows].max(initial=0) < CONFIDENT_SCORE
        ):
            both = normalize_text(f"{title}: {text}")
            joint = (1 - LAST_SUBJECT_WEIGHT) * near + LAST_SUBJECT_WEIGHT * index.nearness(self._encoder(both), both)
            scores = np.where(index.follows, scores, index.scores_from_nearness(joint))
        return [*self._top_subjects(index, scores, ~index.follows), *self._top_subjects(index, scores, index.follows)]

    def find_listed(self, text: str, language: str) -> str:
        """The subject that lists this message as a question, or one very near to it; empty without one."""
        index, clean = self._indexes.get(language), normalize_text(text)
        return index.find_listed(self._encoder(clean), clean) if index is not None else ""

    @staticmethod
    def _top_subjects(index: LanguageIndex, scores: np.ndarray, among: np.ndarray) -> list[dict[str, object]]:
        order = [i for i in np.argsort(-scores, kind="stable") if among[i]][:MAX_SUBJECTS]
        return [
            {"subject": index.subjects[i], "score": round(float(scores[i]), 3)} for i in order if scores[i] >= MIN_SCORE
        ]


class LiveKnowledge:
    """The one index of this process. It is searched while the next is made, and `version` says which it is."""

    def __init__(self) -> None:
        """Empty until `start`."""
        self.version = ""
        self._index: KnowledgeIndex | None = None
        self._encoder: Encoder | None = None
        self._changing = Lock()

    def start(self, encoder: Encoder) -> None:
        """Read the folder, as it is shipped."""
        self._encoder = encoder
        self._index, self.version = KnowledgeIndex.from_environment(encoder), ""

    def replace(self, version: str, changed: Mapping[str, str | None]) -> None:
        """Take the office's changes; `version` is the app's name for them. Blocking: for a thread."""
        with self._changing:
            if self._encoder is None or version == self.version:
                return
            self._index = KnowledgeIndex.from_environment(self._encoder, changed)
            self.version = version

    def nearest(self, text: str, language: str, last: str = "") -> list[dict[str, object]]:
        """As that of the index."""
        return self._index.nearest(text, language, last) if self._index else []

    def find_listed(self, text: str, language: str) -> str:
        """As that of the index."""
        return self._index.find_listed(text, language) if self._index else ""


LIVE = LiveKnowledge()
