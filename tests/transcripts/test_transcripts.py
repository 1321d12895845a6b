"""Whole conversations through the real edge, engine, database and card network, on each channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.offices import Offices
from tests.transcripts.player import HERE, office_of, play, transcripts

ALL = transcripts(HERE)


@pytest.mark.engine
@pytest.mark.parametrize(("path", "channel"), ALL, ids=[f"{p.relative_to(HERE).with_suffix('')}-{c}" for p, c in ALL])
def test_transcript(offices: Offices, path: Path, channel: str) -> None:
    play(offices.of(office_of(path)), path, channel)
