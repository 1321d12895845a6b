"""Whole conversations through the real edge, engine, database and card network, on each channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.served_system import SystemPool
from tests.transcripts.player import HERE, list_transcripts, play_transcript, script_office

ALL = list_transcripts(HERE)


@pytest.mark.engine
@pytest.mark.parametrize(("path", "channel"), ALL, ids=[f"{p.relative_to(HERE).with_suffix('')}-{c}" for p, c in ALL])
def test_transcript(offices: SystemPool, path: Path, channel: str) -> None:
    play_transcript(offices.get_system(script_office(path)), path, channel)
