"""What is written down must stay true: every setting, every decision, every command that the README names."""

from __future__ import annotations

import re
from pathlib import Path

from backend.config import ROOT, Settings

SETTING = re.compile(r"""env(?:iron)?(?:\.get\(|\[)\s*["']([A-Z][A-Z_]+)["']""")
# set by us for libraries and for the engine's components, or by the build
INTERNAL = {
    "LOG_LEVEL",
    "LOG_LEVEL_LIBRARIES",
    "SENTENCE_CACHE",
    "ANSWERS_FOLDER",
    "KNOWLEDGE_FOLDER",
    "KNOWLEDGE_CACHE",
    "CI",
}


def _sources() -> list[Path]:
    return [
        path
        for folder in ("actions", "backend", "bot", "engine")
        for path in (ROOT / folder).rglob("*.py")
        if ".venv" not in path.parts
    ]


def test_every_setting_is_documented() -> None:
    used = {name for path in _sources() for name in SETTING.findall(path.read_text(encoding="utf-8"))} - INTERNAL
    used |= Settings.names()
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert used - told == set(), "used but not in docs/settings.md"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    numbers = {path.name[:4] for path in folder.glob("[0-9]*.md")}
    listed = set(re.findall(r"^- (\d{4}) ", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert numbers == listed


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    texts = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for path in texts for name in re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(), re.MULTILINE)}
    assert named - targets == set()


def test_every_file_that_is_named_exists() -> None:
    texts = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in texts
        for name in re.findall(r"`((?:bot|backend|actions|engine|data|tests|docs|bench)/[\w/.-]+)`", path.read_text())
        if not name.startswith(
            ("data/arrangement", "actions/arrangement", "backend/arrangement", "tests/transcripts/arr")
        )
        and "arrangement" not in name
        and not (ROOT / name).exists()
    }
    assert missing == set()
