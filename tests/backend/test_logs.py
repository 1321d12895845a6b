"""Log lines: JSON or text, with the conversation's reference, and nothing personal."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextvars import copy_context

import pytest

from backend import logs
from backend.config import Settings
from engine import logs as engine_logs

SETTINGS = Settings(secret_key="a key for tests alone")
PLANTED = "call +1 (555) 555-0142 or 4111 1111 1111 1111, ruth@example.com, 99999001"


@pytest.fixture(autouse=True)
def _kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.OUR_LOGGERS}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def record(said: str, error: bool = False) -> logging.LogRecord:
    try:
        raise ValueError(PLANTED)
    except ValueError:
        info = sys.exc_info() if error else None
    return logging.LogRecord("memberline.turn", logging.WARNING, __file__, 1, said, (), info)


def test_json_line_names_conversation_and_request() -> None:
    def write() -> str:
        logs.enter_conversation(SETTINGS, "sms-abc")
        logs.REQUEST.set("0123456789ab")
        return logs.JsonFormatter().format(record("engine unavailable"))

    line = json.loads(copy_context().run(write))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning", "process": "app", "logger": "memberline.turn", "message": "engine unavailable",
        "conversation": logs.conversation_reference(SETTINGS, "sms-abc"), "request": "0123456789ab",
    }  # fmt: skip
    assert "conversation" not in json.loads(logs.JsonFormatter().format(record("outside a turn")))


def test_reference_is_keyed_and_names_no_conversation() -> None:
    other = Settings(secret_key="another key for tests")
    made = logs.conversation_reference(SETTINGS, "web-secret-token")
    assert len(made) == 12
    assert made != logs.conversation_reference(other, "web-secret-token")
    assert made not in ("web-secret-token", logs.conversation_reference(SETTINGS, "web-other-token"))


@pytest.mark.parametrize(
    "formatter",
    [logs.TextFormatter(), logs.JsonFormatter(), engine_logs.LineFormatter(False), engine_logs.LineFormatter(True)],
)
def test_no_line_has_numbers_addresses_or_the_text_of_an_exception(formatter: logging.Formatter) -> None:
    line = formatter.format(record(PLANTED, error=True))
    for planted in ("0142", "4111", "ruth", "99999001"):
        assert planted not in line, planted
    assert "ValueError" in line
    assert "test_logs.py:" in line
    assert "raise ValueError" not in line, "a source line may hold a value"


def test_plain_numbers_stay() -> None:
    said = "payment 1234 took 56.789 ms, code 30007, key 9f8e7d6c5b4a3210ff"
    assert logs.redact_line(said) == engine_logs.redact_line(said) == said


@pytest.mark.parametrize("said", ["{'day': '2026-11-18', 'lines': 3}", "due 2026-11-18 16:00:00 UTC", "(2027-01-31)"])
def test_a_day_stays(said: str) -> None:
    assert logs.redact_line(said) == engine_logs.redact_line(said) == said


@pytest.mark.parametrize("said", ["2026-11-18-001", "2026-13-18", "2026-11-18 5550142", "20261118", "1954-11-18"])
def test_what_only_looks_like_a_day_does_not(said: str) -> None:
    for redact in (logs.redact_line, engine_logs.redact_line):
        assert "[number]" in redact(said)
        assert "5550142" not in redact(said)


def test_engine_names_only_what_looks_like_a_reference() -> None:
    def entered(named: object) -> dict[str, str]:
        engine_logs.enter_turn(named)
        return engine_logs.TURN.get()

    good = {"conversation": "0123456789ab", "request": "ba9876543210"}
    assert copy_context().run(entered, good) == good
    for bad in (None, [], {"conversation": "+15555550142"}, {"request": 5}, {"x": "0123456789ab"}):
        assert copy_context().run(entered, bad) == {}


def test_level_is_ours_and_libraries_stay_at_warning(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "DEBUG")
    logging.getLogger("memberline.turn").debug("ours")
    logging.getLogger("twilio.http_client").info("theirs")
    logs.configure("json", "ERROR")
    logging.getLogger("memberline.turn").warning("too low")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["ours"], "written once, though it was configured twice"
