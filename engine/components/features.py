"""Sparse features of a message: words, pairs of words and pieces of words, weighted by tf-idf; and the files of models.

Training and prediction run the same code, so they cannot drift apart. Prediction adds up rows of a weight
matrix in numpy.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[0$%?#*]+")
PLAIN_PUNCTUATION = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
DIGIT = re.compile(r"\d")
NGRAM_LENGTHS = (2, 3, 4, 5)
BLOCKS = ("words", "pieces")


def normalize_text(text: str) -> str:
    """The text in lower case with plain quotes and dashes, and without accents: many write none."""
    plain = unicodedata.normalize("NFKC", text).translate(PLAIN_PUNCTUATION).lower().strip()
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def word_ngrams(text: str) -> Iterator[str]:
    """Yield the words and pairs of words of a normalized text; every digit counts as 0."""
    tokens = TOKEN.findall(DIGIT.sub("0", text))
    yield from tokens
    for first, second in pairwise(tokens):
        yield f"{first} {second}"


def character_ngrams(text: str) -> Iterator[str]:
    """Yield the pieces of 2 to 5 letters of each word, with its edges marked."""
    for token in DIGIT.sub("0", text).split():
        padded = f" {token} "
        for length in NGRAM_LENGTHS:
            if length >= len(padded):
                yield padded
                break
            yield from (padded[i : i + length] for i in range(len(padded) - length + 1))


def ngrams(text: str, block: str) -> Iterator[str]:
    """Yield the features of one block."""
    return word_ngrams(text) if block == "words" else character_ngrams(text)


@dataclass
class FeatureBlock:
    """One kind of features: which there are, how rare each is, and where its rows begin."""

    index: dict[str, int]
    idf: np.ndarray
    offset: int


class TfidfFeatures:
    """Turns a text into positions and weights in one long vector; each block has length sqrt(1/2)."""

    def __init__(self, vocabulary: dict[str, list[str]], idf: dict[str, np.ndarray]) -> None:
        """`vocabulary` and `idf` hold a list per block."""
        self.vocabulary = vocabulary
        self.idf = idf
        self.blocks: dict[str, FeatureBlock] = {}
        offset = 0
        for block in BLOCKS:
            index = {gram: i for i, gram in enumerate(vocabulary[block])}
            self.blocks[block] = FeatureBlock(index, idf[block], offset)
            offset += len(index)
        self.size = offset

    @classmethod
    def fit(cls, texts: list[str]) -> "TfidfFeatures":
        """Take the vocabulary from training texts (normalized); a piece must occur twice."""
        vocabulary: dict[str, list[str]] = {}
        idf: dict[str, np.ndarray] = {}
        for block, least in zip(BLOCKS, (1, 2), strict=True):
            seen: Counter[str] = Counter()
            for text in texts:
                seen.update(set(ngrams(text, block)))
            kept = sorted(gram for gram, count in seen.items() if count >= least)
            vocabulary[block] = kept
            counts = np.array([seen[gram] for gram in kept], dtype=np.float32)
            idf[block] = np.log((1 + len(texts)) / (1 + counts)).astype(np.float32) + 1
        return cls(vocabulary, idf)

    def __call__(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The positions and weights of a normalized text's features."""
        positions, weights = [], []
        for name, block in self.blocks.items():
            counts = Counter(i for gram in ngrams(text, name) if (i := block.index.get(gram)) is not None)
            at = np.fromiter(counts.keys(), np.int64, len(counts))
            tfidf = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * block.idf[at]
            length = float(np.sqrt(tfidf @ tfidf)) or 1.0
            positions.append(at + block.offset)
            weights.append(tfidf * np.float32(np.sqrt(0.5) / length))
        return np.concatenate(positions), np.concatenate(weights)

    def scores(self, text: str, weights: np.ndarray) -> np.ndarray:
        """The sum of the text's rows of `weights` (features x intents)."""
        at, values = self(text)
        return np.asarray(values @ weights[at])


def sparse_matrix(rows: Iterable[tuple[np.ndarray, np.ndarray]], width: int) -> Any:
    """Rows of positions and weights as a scipy matrix."""
    from scipy.sparse import csr_matrix

    positions, weights = zip(*rows, strict=True)
    ends = np.cumsum([0, *map(len, positions)])
    return csr_matrix((np.concatenate(weights), np.concatenate(positions), ends), shape=(len(positions), width))


def save_model(
    folder: Path, name: str, features: TfidfFeatures, arrays: dict[str, np.ndarray], settings: dict[str, Any]
) -> None:
    """Write arrays to `name`.npz and words to `name`.json. There is no pickle, so loading a model cannot run code."""
    np.savez(folder / f"{name}.npz", **{f"idf_{block}": features.idf[block] for block in BLOCKS}, **arrays)
    words = {**settings, "vocabulary": features.vocabulary}
    (folder / f"{name}.json").write_text(json.dumps(words), encoding="utf-8")


def load_model(folder: Path, name: str) -> tuple[TfidfFeatures, dict[str, np.ndarray], dict[str, Any]]:
    """The features, arrays and settings that `save_model` wrote."""
    with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    words = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return TfidfFeatures(words["vocabulary"], {block: arrays[f"idf_{block}"] for block in BLOCKS}), arrays, words
