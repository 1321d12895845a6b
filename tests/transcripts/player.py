"""The scripts of this folder, for the lab's player."""

from __future__ import annotations

from pathlib import Path

from bot.lab.player import play, transcripts

__all__ = ["HERE", "play", "transcripts"]

HERE = Path(__file__).parent
