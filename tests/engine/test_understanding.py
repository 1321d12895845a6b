"""What the engine takes a message for. Only the workings: how well the real data does is measured elsewhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.engine.running import ROOT, Engine, code, script


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", "greet"),
        ("HELLO!!", "greet"),
        ("helo", "greet"),
        ("balnace please", "balance"),
        ("how much money must I give you", "balance"),  # shares next to no word with the examples
        ("I’d like to settle my bill", "pay"),
        ("88888-002", "inform"),
        ("my number is 77777-003", "inform"),
        ("tell me a joke about pirates", "out_of_scope"),
        ("qwrtz plk vbnm", "out_of_scope"),
        ("/run_start", "run_start"),
        ('/choose{"amount":"5"}', "choose"),
    ],
)
def test_a_message_is_understood(engine: Engine, text: str, intent: str) -> None:
    assert engine.intent(text) == intent


def test_a_ranking_is_probabilities_best_first(engine: Engine) -> None:
    _, answer = engine.call("parse", {"channel": "web", "text": "hello"})
    confidences = [entry["confidence"] for entry in answer["intent_ranking"]]
    assert confidences == sorted(confidences, reverse=True)
    assert answer["intent_ranking"][0] == answer["intent"]
    assert 0 < sum(confidences) <= 1.0001


def test_offline_parsing_answers_each_line_as_the_engine_does(engine: Engine, model: Path, tmp_path: Path) -> None:
    texts = ["hello", "pay my bill", "tell me a joke"]
    file = tmp_path / "messages.jsonl"
    file.write_text("\n".join(json.dumps({"text": text, "intent": "unused"}) for text in texts))
    done = script("parse.py", file, "--model", model)
    predictions = [json.loads(line) for line in done.stdout.splitlines()]
    assert [p["text"] for p in predictions] == texts
    assert [p["intent"]["name"] for p in predictions] == [engine.intent(text) for text in texts]


def test_offline_parsing_names_the_line_it_cannot_read(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "hello"}\n{"txt": 1}\n')
    done = script("parse.py", file, "--model", model)
    assert done.returncode == 2
    assert "line 2" in done.stderr


def test_a_vector_is_the_same_alone_and_in_a_batch() -> None:
    done = code(
        "from engine.components.encoder import Encoder\n"
        "e = Encoder(); a = e('I would like to pay my bill.')\n"
        "b = e.encode_many(['hello there my good friend', 'I would like to pay my bill.'])[1]\n"
        "print(len(a), round(float(a @ a), 5), abs(a - b).max() < 1e-5)"
    )
    assert done.stdout.split() == ["384", "1.0", "True"], done.stderr


def test_reply_has_another_vector_after_another_question() -> None:
    done = code(
        "from engine.components.encoder import Encoder\n"
        "e = Encoder(); alone, amount, day = e('the first'), e(('amount: how much?', 'the first')), "
        "e(('day: which day?', 'the first'))\n"
        "print(float(alone @ amount) < 0.999, float(amount @ day) < 0.999)"
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_changed_layers_are_refused(tmp_path: Path) -> None:
    for name in ("encoder.onnx", "encoder.json"):
        shutil.copy(ROOT / "engine" / "components" / name, tmp_path)
    with (tmp_path / "encoder.onnx").open("ab") as file:
        file.write(b"x")
    done = code(
        "from pathlib import Path\n"
        "from engine.components.encoder import Encoder\n"
        f"Encoder(Path({str(tmp_path / 'encoder.onnx')!r}))"
    )
    assert "WrongWeightsError" in done.stderr


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("payemnt", "payment"),  # swapped
        ("paymet", "payment"),  # left out
        ("paymeent", "payment"),  # added
        ("psyment", "payment"),  # changed
        ("pay", "pay"),
        ("garden", "garden"),  # plain English is left alone
        ("cant", "cant"),  # shorthand too
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_a_misspelled_word_is_moved_to_a_known_one(written: str, meant: str) -> None:
    done = code(
        "from engine.components.spelling_corrector import SpellingCorrector\n"
        f"print(SpellingCorrector({{'payment': 3, 'pay': 5, 'harden': 1}}, ['garden'])({written!r}))"
    )
    assert done.stdout.strip() == meant
