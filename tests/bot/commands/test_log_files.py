"""A log file that is large is put aside while its process goes on writing."""

from __future__ import annotations

from pathlib import Path

from bot.commands.log_files import rotate_if_large


def test_a_large_file_is_put_aside_and_only_so_many_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    with log.open("ab", buffering=0) as writer:  # as the process that is logged has it open
        for count in range(4):
            writer.write(f"line {count}\n".encode())
            assert rotate_if_large(log, max_bytes=5, kept=2)
            assert log.stat().st_size == 0
        writer.write(b"on\n")
        assert not rotate_if_large(log, max_bytes=5, kept=2)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "engine.log": "on\n",
        "engine.log.1": "line 3\n",
        "engine.log.2": "line 2\n",
    }
    assert (tmp_path / "engine.log.1").stat().st_mode & 0o077 == 0


def test_no_file_is_no_failure(tmp_path: Path) -> None:
    assert not rotate_if_large(tmp_path / "engine.log")
