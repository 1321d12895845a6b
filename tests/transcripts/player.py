"""The scripts of this folder, for the lab's player."""

from __future__ import annotations

from pathlib import Path

from lab.player import list_transcripts, play_transcript, script_office

__all__ = ["HERE", "list_transcripts", "play_transcript", "script_office"]

HERE = Path(__file__).parent
