"""What is written down must stay true: every setting, every decision, every command that the README names."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from backend.config import ROOT, Settings
from backend.coop import load_coop
from backend.privacy.periods import MINIMUM_DAYS, RetentionPeriods
from bot.commands.cli import main

SETTING = re.compile(r"""env(?:iron)?(?:\.get\(|\[)\s*["']([A-Z][A-Z_]+)["']""")
# set by us for libraries and for the engine's components, or by the build
INTERNAL = {
    "LOG_LEVEL",
    "LOG_LEVEL_LIBRARIES",
    "SENTENCE_CACHE",
    "DATA_FOLDER",
    "KNOWLEDGE_FOLDER",
    "KNOWLEDGE_CACHE",
    "CI",
}

PAGES = [ROOT / "README.md", ROOT / "engine" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"`([^`\n]+)`")
PACKAGES = "actions|backend|bench|bot|engine|lab|sandbox|tests"
PATH = re.compile(
    rf"(?:{PACKAGES}|data|docs|knowledge)/[\w/.*<>-]*|[\w/.*<>-]+\.(?:py|yml|toml|po|onnx|jsonl|md)", re.ASCII
)
MODULE = re.compile(rf"(?:{PACKAGES})(?:\.\w+)+")
IDENTIFIER = re.compile(r"(?:[A-Z]\w*[a-z]\w*\.)?(?:\w+_\w+|[A-Z][a-z]+[A-Z]\w*)", re.ASCII)
COMMAND = re.compile(r"(?:`|^|\.venv/bin/)memberline ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
EXAMPLES = {"tests/tasks/test_arrangement.py", "late_fee.md", "FILE.jsonl"}
"""Files that the pages make up to explain something."""


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
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert used - documented == set(), "used but not in docs/settings.md"


def test_the_decisions_are_listed_by_their_titles() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = {
        path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ") for path in folder.glob("[0-9]*.md")
    }
    listed = re.findall(r"^- \[(.+?)\]\((.+?)\)", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {title for title, _ in listed} == titles
    assert all((folder / file).is_file() and file[:4] == title[:4] for title, file in listed)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for path in PAGES for name in re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(), re.MULTILINE)}
    assert named - targets == set()


def test_every_command_that_is_named_exists() -> None:
    calls = {call for page in PAGES for call in COMMAND.findall(page.read_text(encoding="utf-8"))}
    missing = set()
    for first, second in calls:
        command = main.commands.get(first)
        if command is None or (second and isinstance(command, click.Group) and second not in command.commands):
            missing.add(f"{first} {second}".strip())
    assert missing == set()


def test_every_command_is_on_the_operators_page() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^\| `memberline ([a-z][a-z -]*)` \|", page, re.MULTILINE))
    assert described == set(_command_names(main))


def _command_names(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _command_names(command, f"{name} ")
        else:
            yield before + name


def test_the_periods_on_the_privacy_page_are_the_defaults() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \|", page, re.MULTILINE)
    defaults, given = RetentionPeriods(), load_coop(ROOT / "coop.toml").retention
    assert given == defaults, "the file shows the defaults"
    assert {name: int(days) for name, days, _ in rows} == asdict(defaults)
    assert {name: int(least) for name, _, least in rows} == {name: least for name, (least, _) in MINIMUM_DAYS.items()}


def test_every_path_that_is_named_exists() -> None:
    names = {path.name for path in _tracked_files()}
    missing = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in PAGES
        for name in CODE.findall(page.read_text(encoding="utf-8"))
        if PATH.fullmatch(name) and name not in EXAMPLES and not (_is_in_tree(name) or name in names)
    }
    assert missing == set()


def test_every_module_and_name_of_the_code_that_is_named_exists() -> None:
    known = _words_of_the_code()
    missing = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in PAGES
        for name in map(_without_arguments, CODE.findall(page.read_text(encoding="utf-8")))
        if (MODULE.fullmatch(name) and not _is_module_or_member(name))
        or (IDENTIFIER.fullmatch(name) and not set(name.split(".")) <= known)
    }
    assert missing == set()


def _without_arguments(code: str) -> str:
    """`next_question(turn)` and `.venv/bin/python -m bench.make_members` are about the name in them."""
    found = re.fullmatch(r"(?:await )?([\w.]+)\(.*\)|.*python -m ([\w.]+)\b.*", code)
    return (found[1] or found[2]) if found else code


def _words_of_the_code() -> set[str]:
    files = _tracked_files()
    read = [
        path for path in files if path.suffix in (".py", ".yml", ".toml", ".csv") or path.parent.name == "knowledge"
    ]
    words = {word for path in read for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    return words | {path.stem for path in files}


def _tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def _is_in_tree(name: str) -> bool:
    """Whether such a file or folder is there; `<skill>` and `*` stand for any name."""
    pattern = re.sub(r"<[^>]*>", "*", name).rstrip("/")
    return next(ROOT.glob(pattern), None) is not None


def _is_module_or_member(name: str) -> bool:
    """Whether `backend.x.y` is a module, or a name in the module `backend.x`."""
    path = ROOT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    holder = path.parent.with_suffix(".py")
    return holder.is_file() and re.search(rf"\b{path.name}\b", holder.read_text(encoding="utf-8")) is not None


BRITISH = re.compile(
    r"\w*(?:authoris|recognis|normalis|organis|colour|favour|behaviour|neighbour|cancell(?:ed|ing)|labelled(?!by)|dialled|learnt|"
    r"misspelt|afterwards|towards|licence|enrolment|\benrol\b|cheque\b)\w*",
    re.IGNORECASE,
)
OTHERS_SPELLING = (
    "backend/reading/",
    "backend/usage/green_button.py",
    "bot/dialogue/redaction/",
    "backend/migrations/",
    "bench/stock/",
    "tests/",
)


def test_docs_code_and_texts_use_american_spelling() -> None:
    """Training sentences and the readers' patterns keep the spelling of members; asyncio has `cancelled`."""
    texts = {page: re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8")) for page in PAGES}
    for path in _tracked_files():
        text = path.read_text(encoding="utf-8") if path.suffix in (".yml", ".po", ".html", ".md") else ""
        if path.name == "responses.yml":
            texts[path] = "\n".join(re.findall(r"(?:text|title): (.*)", text))
        elif path.name == "es.po":
            texts[path] = "\n".join(re.findall(r'^msgid (?:".*"\n)+', text, re.MULTILINE))
        elif path.suffix == ".html":
            texts[path] = text
        elif path.suffix == ".py" and not str(path.relative_to(ROOT)).startswith(OTHERS_SPELLING):
            texts[path] = path.read_text(encoding="utf-8").replace(".cancelled()", "")
        elif path.parent.name == "knowledge":
            english = text.partition("## es")[0]
            texts[path] = "\n".join(line for line in english.splitlines() if not line.startswith("?"))
    found = {f"{path.relative_to(ROOT)}: {word}" for path, text in texts.items() for word in BRITISH.findall(text)}
    assert found == set()
