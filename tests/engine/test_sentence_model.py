"""Danger is detected in words that no rule knows, and its model is saved with the engine's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.running import Engine, code
from tests.engine.test_message_analyzer import reading

LEARN = """
import json, sys
from pathlib import Path
from engine.components.danger_models import HAZARD_LABELS
from engine.components.encoder import shared_encoder
from engine.components.sentence_model import SentenceModel

wires = ["a wire is in our pool", "a cable lies over the fence", "the line hangs on the swing", "a cord on the roof"]
fires = ["the panel is glowing red", "the outlet melts", "the meter smokes", "flames behind the box"]
none = ["i want to pay my bill", "what do i owe", "a line on my bill is wrong", "when is the office open", "stop paper"]
sentences = [("wire", t) for t in wires] + [("fire", t) for t in fires] + [("none", t) for t in none]
folder = Path(sys.argv[1])
made = SentenceModel.train(HAZARD_LABELS, sentences, shared_encoder())
made.save(folder, "danger")
kept = SentenceModel.load(folder, "danger", shared_encoder())
texts = ["there is a cable hanging in the pool", "the outlet is glowing", "i would like to pay my bill now", "yes", ""]
print(json.dumps([[max(p, key=p.get) for p in map(model.predict, texts)] for model in (made, kept)]))
"""


TALK = """
import json
from engine.components.danger_models import DANGER_TALK_LABELS, classify_danger_talk
from engine.components.encoder import shared_encoder
from engine.components.sentence_model import SentenceModel, weigh_equally

said = {
    "touch": ["can i pull him off", "should we drag her away", "do i grab his leg", "may i free the dog with a stick"],
    "coming": ["is somebody coming", "how long until the crew gets here", "are they on the way", "when will they come"],
    "go_in": ["can we go back in the house", "is it safe to go down there", "may he cross it", "can i go near it"],
    "fact": ["it is by the red barn", "the gate code is open", "there is a dog in the yard", "we are at the church"],
}
sentences = [(label, text) for label, texts in said.items() for text in texts]
model = SentenceModel.train(DANGER_TALK_LABELS, sentences, shared_encoder(), None, weigh_equally)
asked = ["can i drag him away from it, and how long until they come", "it is by the white church", "yes"]
print(json.dumps([classify_danger_talk(model, text) for text in asked]))
"""


def test_two_dangers_in_one_message_are_both_detected() -> None:
    both, fact, short = json.loads(code(TALK).stdout)
    assert {"touch", "coming"} <= both.keys()
    assert "whether" in both
    assert fact == short == {}


@pytest.mark.engine
def test_danger_talk_is_read_only_in_a_danger_conversation(engine: Engine) -> None:
    words = "can i pull him off of it"
    assert "danger_talk" not in reading(engine, words)
    assert "touch" in reading(engine, words, in_danger=True)["danger_talk"]


def test_saved_model_names_the_same_danger(tmp_path: Path) -> None:
    source = LEARN.replace("sys.argv[1]", repr(str(tmp_path)))
    made, stored = json.loads(code(source).stdout)
    assert made == ["wire", "fire", "none", "none", "none"]
    assert stored == made


@pytest.mark.engine
def test_prediction_is_passed_on_and_the_strongest_clause_counts(engine: Engine) -> None:
    alone = reading(engine, "there is a wire in our pool")["danger"]
    beside = reading(engine, "i want to pay my bill, and also there is a wire in our pool")["danger"]
    assert alone["hazard"] == beside["hazard"] == "wire"
    assert min(beside["sure"], alone["sure"]) > 0.5
