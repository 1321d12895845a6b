"""What counts as a conversation that does not go as its script says."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab import player
from lab.members import MemberCopy
from lab.noise.noisy_line import DeliveryMismatch


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Plays a script of one line, at which the client raises the given error."""
    script = tmp_path / "script.yml"
    script.write_text("about: a fault\nchannels: [sms]\nturns: [{say: hi}]\n")

    def play_with(error: Exception) -> player.TranscriptResult:
        def fail(*_: Any, **__: Any) -> str:
            raise error

        monkeypatch.setattr(player, "add_member_copy", lambda *_: MemberCopy("99999-001", "+15555550142"))
        monkeypatch.setattr(player, "create_client", lambda *_: SimpleNamespace(channel="sms"))
        monkeypatch.setattr(player.NoiseOptions, "wrap", lambda *_: SimpleNamespace(say=fail))
        monkeypatch.setattr(player._TranscriptRun, "measure", lambda _: None)
        return player.measure_transcript(SimpleNamespace(), script, "sms")

    return play_with


@pytest.mark.parametrize("mismatch", [player.TranscriptMismatch("nothing was answered"), DeliveryMismatch("twice")])
def test_mismatch_is_the_failure_of_the_script(play: Any, mismatch: Exception) -> None:
    assert play(mismatch).failure == str(mismatch)


def test_fault_of_the_client_is_no_mismatch(play: Any) -> None:
    with pytest.raises(AssertionError, match="500"):
        play(AssertionError("500"))
