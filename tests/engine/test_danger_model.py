"""Danger is heard in words that no rule knows, and the model that hears it is kept with the engine's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.running import Engine, code
from tests.engine.test_reading import reading

LEARN = """
import json, sys
from pathlib import Path
from engine.components.danger_model import DangerModel
from engine.components.encoder import shared

wires = ["a wire is in our pool", "a cable lies over the fence", "the line hangs on the swing", "a cord on the roof"]
fires = ["the panel is glowing red", "the outlet melts", "the meter smokes", "flames behind the box"]
none = ["i want to pay my bill", "what do i owe", "a line on my bill is wrong", "when is the office open", "stop paper"]
sentences = [("wire", t) for t in wires] + [("fire", t) for t in fires] + [("none", t) for t in none]
folder = Path(sys.argv[1])
made = DangerModel.trained(sentences, shared())
made.save(folder)
kept = DangerModel.load(folder, shared())
texts = ["there is a cable hanging in the pool", "the outlet is glowing", "i would like to pay my bill now", "yes", ""]
print(json.dumps([[max(p, key=p.get) for p in map(model.predict, texts)] for model in (made, kept)]))
"""


def test_it_tells_which_danger_and_is_the_same_when_it_was_kept(tmp_path: Path) -> None:
    source = LEARN.replace("sys.argv[1]", repr(str(tmp_path)))
    made, kept = json.loads(code(source).stdout)
    assert made == ["wire", "fire", "none", "none", "none"]
    assert kept == made


@pytest.mark.engine
def test_it_is_told_with_the_reading_and_the_clause_that_tells_most_counts(engine: Engine) -> None:
    alone = reading(engine, "there is a wire in our pool")["danger"]
    beside = reading(engine, "i want to pay my bill, and also there is a wire in our pool")["danger"]
    assert alone["hazard"] == beside["hazard"] == "wire"
    assert min(beside["sure"], alone["sure"]) > 0.5
