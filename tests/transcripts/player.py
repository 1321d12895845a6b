"""The scripts of this folder, for the lab's player."""

from __future__ import annotations

from pathlib import Path

from lab.player import office_of, play, transcripts

__all__ = ["HERE", "office_of", "play", "transcripts"]

HERE = Path(__file__).parent
