"""The report of `memberline evaluate transcripts` on a folder of scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import MemberlineError
from lab.report import evaluate_transcripts, format_report
from lab.served_system import OwnSystems

GREETED = """about: a greeting is answered
channels: [sms, web]
turns:
  - {say: "what are your hours", hear: ["8"]}
"""
NOT_SAID = """about: what nobody says
channels: [web]
turns:
  - {say: "hello", hear: ["abracadabra"]}
"""


@pytest.mark.engine
def test_each_script_is_a_task_that_succeeds_or_not(offices: OwnSystems, tmp_path: Path) -> None:
    (tmp_path / "talk").mkdir()
    (tmp_path / "talk" / "hours.yml").write_text(GREETED, encoding="utf-8")
    (tmp_path / "wrong.yml").write_text(NOT_SAID, encoding="utf-8")
    result = evaluate_transcripts(offices, tmp_path, ["sms", "web", "voice"])
    assert [(row["script"], row["channel"], row["success"]) for row in result["scripts"]] == [
        ("talk/hours", "sms", True),
        ("talk/hours", "web", True),
        ("wrong", "web", False),
    ]
    assert "'abracadabra' was not said:\n> hello\n" in result["scripts"][2]["why"]
    assert result["channels"] == {
        "sms": {"scripts": 1, "succeeded": 1, "success": 1.0},
        "web": {"scripts": 2, "succeeded": 1, "success": 0.5},
        "all": {"scripts": 3, "succeeded": 2, "success": 0.6667},
    }
    assert "FAILED web   wrong" in format_report(result)


def test_folder_without_scripts_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MemberlineError, match="no script"):
        evaluate_transcripts(OwnSystems(tmp_path), tmp_path, ["web"])
