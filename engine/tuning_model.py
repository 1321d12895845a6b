"""The model that engine/tune_encoder.py tunes: frozen lower layers, upper layers that learn, a head for each task."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from engine.components import labeled_replies
from engine.components.encoder import HEADS, LAYERS, VECTOR_SIZE, TokenIds, tokenize
from engine.components.question_context import TASKS

TUNED_LAYERS = 3  # layers that learn
LABEL_SMOOTHING = 0.05
DROPOUT = 0.1
ANCHOR_WEIGHT = 2.0
TEMPERATURE = 0.07
SCALE = 16.0  # vectors have length 1; the heads see them longer

Tensors = dict[str, np.ndarray]


@dataclass
class TrainingItem:
    """A text for the encoder, and what is learned from it; `hidden_state` is the output of the lower layers."""

    text: Any
    target: Any
    hidden_state: torch.Tensor | None = field(default=None, repr=False)
    context_length: int = 0
    published_vector: torch.Tensor | None = field(default=None, repr=False)


class TransformerLayer(nn.Module):
    """One transformer layer with the published weights."""

    def __init__(self, tensors: Tensors, part: str) -> None:
        """`tensors` are named as in the published file."""
        super().__init__()
        self.part = part
        for name in ("query", "key", "value"):
            setattr(self, name, self._linear(tensors, f"attention.self.{name}"))
        self.mixing = self._linear(tensors, "attention.output.dense")
        self.after_attention = self._norm(tensors, "attention.output.LayerNorm")
        self.widening = self._linear(tensors, "intermediate.dense")
        self.narrowing = self._linear(tensors, "output.dense")
        self.at_end = self._norm(tensors, "output.LayerNorm")

    def _load_weights(self, module: nn.Module, tensors: Tensors, name: str) -> nn.Module:
        module.weight.data.copy_(torch.from_numpy(np.array(tensors[f"{self.part}{name}.weight"])))
        module.bias.data.copy_(torch.from_numpy(np.array(tensors[f"{self.part}{name}.bias"])))
        module.published_name = f"{self.part}{name}"
        return module

    def _linear(self, tensors: Tensors, name: str) -> nn.Module:
        rows, columns = tensors[f"{self.part}{name}.weight"].shape
        return self._load_weights(nn.Linear(columns, rows), tensors, name)

    def _norm(self, tensors: Tensors, name: str) -> nn.Module:
        return self._load_weights(nn.LayerNorm(VECTOR_SIZE, eps=1e-12), tensors, name)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """`mask` is true where there is a token."""
        count, length, _ = x.shape

        def heads(linear: nn.Module) -> torch.Tensor:
            return linear(x).view(count, length, HEADS, VECTOR_SIZE // HEADS).transpose(1, 2)

        attended = functional.scaled_dot_product_attention(
            heads(self.query), heads(self.key), heads(self.value), mask[:, None, None, :]
        )
        mixed = self.mixing(attended.transpose(1, 2).reshape(count, length, VECTOR_SIZE))
        x = self.after_attention(x + functional.dropout(mixed, DROPOUT, self.training))
        inner = self.narrowing(functional.gelu(self.widening(x), approximate="tanh"))
        return self.at_end(x + functional.dropout(inner, DROPOUT, self.training))

    def tensors(self) -> Tensors:
        """The weights under their published names."""
        found = {}
        for module in self.children():
            found[f"{module.published_name}.weight"] = module.weight.detach().numpy()
            found[f"{module.published_name}.bias"] = module.bias.detach().numpy()
        return found


class FrozenLayers:
    """Word embeddings and lower layers, which stay as published."""

    def __init__(self, tensors: Tensors, tokenizer: Any) -> None:
        """`tensors` are those of the published file."""
        self.tensors, self.tokenizer = tensors, tokenizer
        self.layers = [TransformerLayer(tensors, f"encoder.layer.{i}.").eval() for i in range(LAYERS - TUNED_LAYERS)]

    def embed(self, tokens: list[TokenIds]) -> torch.Tensor:
        """The embeddings of texts of the same length."""
        ids = np.array([t.ids for t in tokens])
        kind = np.array(
            [[0] * t.context_length + [int(t.context_length > 0)] * (len(t.ids) - t.context_length) for t in tokens]
        )
        part = "embeddings."
        x = self.tensors[f"{part}word_embeddings.weight"][ids]
        x = x + self.tensors[f"{part}position_embeddings.weight"][: ids.shape[1]]
        x = torch.from_numpy(x + self.tensors[f"{part}token_type_embeddings.weight"][kind])
        norm = [torch.from_numpy(np.array(self.tensors[f"{part}LayerNorm.{name}"])) for name in ("weight", "bias")]
        return functional.layer_norm(x, (VECTOR_SIZE,), *norm, 1e-12)

    @torch.no_grad()
    def prepare(self, items: list[TrainingItem], upper: list[TransformerLayer] | None = None) -> None:
        """Compute each item's state; with the published `upper` layers its published vector too."""
        tokens = [tokenize(self.tokenizer, item.text) for item in items]
        order = sorted(range(len(items)), key=lambda i: len(tokens[i].ids))
        at = 0
        while at < len(order):
            length = len(tokens[order[at]].ids)
            same = [i for i in order[at : at + 64] if len(tokens[i].ids) == length]
            x = self.embed([tokens[i] for i in same])
            mask = torch.ones(x.shape[:2], dtype=torch.bool)
            for layer in self.layers:
                x = layer(x, mask)
            for row, i in enumerate(same):
                items[i].hidden_state, items[i].context_length = x[row].half(), tokens[i].context_length
            for layer in upper or []:
                x = layer(x, mask)
            for row, i in enumerate(same if upper else []):
                items[i].published_vector = functional.normalize(x[row].mean(0), dim=0)
            at += len(same)


class TuningModel(nn.Module):
    """The upper layers with their heads, and a loss for each task."""

    def __init__(self, tensors: Tensors, intents: int, subjects: int) -> None:
        """`intents` and `subjects`: how many there are."""
        super().__init__()
        self.layers = nn.ModuleList(
            TransformerLayer(tensors, f"encoder.layer.{i}.") for i in range(LAYERS - TUNED_LAYERS, LAYERS)
        )
        self.intents = nn.Linear(VECTOR_SIZE, intents)
        self.subjects = nn.Linear(VECTOR_SIZE, subjects)
        self.acts = nn.Linear(VECTOR_SIZE, len(labeled_replies.ACT_NAMES))
        self.tasks = nn.Linear(VECTOR_SIZE, len(TASKS))

    def vectors(self, items: list[TrainingItem]) -> torch.Tensor:
        """Vectors of length 1: the mean over the sentence, or over the reply alone."""
        x = nn.utils.rnn.pad_sequence([item.hidden_state for item in items], batch_first=True).float()
        lengths = torch.tensor([len(item.hidden_state) for item in items])[:, None]
        before = torch.tensor([item.context_length for item in items])[:, None]
        place = torch.arange(x.shape[1])[None, :]
        mask = place < lengths
        for layer in self.layers:
            x = layer(x, mask)
        own = (mask & (place >= before)).float()
        return functional.normalize((x * own[..., None]).sum(1) / own.sum(1, keepdim=True), dim=1)

    def head_inputs(self, items: list[TrainingItem]) -> torch.Tensor:
        """The vectors as the heads see them."""
        return functional.dropout(self.vectors(items) * SCALE, DROPOUT, self.training)

    def intent_loss(self, batch: list[TrainingItem]) -> torch.Tensor:
        """How wrong the intents are."""
        truth = torch.tensor([item.target for item in batch])
        return functional.cross_entropy(self.intents(self.head_inputs(batch)), truth, label_smoothing=LABEL_SMOOTHING)

    def act_loss(self, batch: list[TrainingItem]) -> torch.Tensor:
        """How wrong acts and started tasks are."""
        seen = self.head_inputs(batch)
        acts, tasks = (torch.tensor(np.stack([item.target[i] for item in batch])) for i in (0, 1))
        of_acts = functional.binary_cross_entropy_with_logits(self.acts(seen), acts, reduction="sum")
        started = functional.binary_cross_entropy_with_logits(self.tasks(seen), tasks, reduction="sum")
        return (of_acts + 0.5 * started) / len(batch)

    def subject_loss(self, batch: list[TrainingItem]) -> torch.Tensor:
        """How far questions of one subject are from each other, and how far all have moved."""
        vectors = self.vectors(batch)
        subjects = torch.tensor([item.target for item in batch])
        self_pair = torch.eye(len(batch), dtype=torch.bool)
        same = (subjects[:, None] == subjects[None, :]) & ~self_pair
        near = vectors @ vectors.T
        log_p = functional.log_softmax((near / TEMPERATURE).masked_fill(self_pair, -1e9), dim=1)
        pulled = -(log_p * same).sum(1) / same.sum(1).clamp(min=1)
        published = torch.stack([item.published_vector for item in batch])
        moved = (near - published @ published.T).pow(2).mean()
        of_subjects = functional.cross_entropy(
            self.subjects(vectors * SCALE), subjects, label_smoothing=LABEL_SMOOTHING
        )
        return pulled[same.any(1)].mean() + 0.5 * of_subjects + ANCHOR_WEIGHT * moved
