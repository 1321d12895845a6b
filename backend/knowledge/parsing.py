"""Parses the files of knowledge/. docs/knowledge.md describes the format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from backend.errors import SettingsError
from backend.knowledge.sentences import split
from backend.knowledge.subjects import GROUPS, Subject, SubjectContent
from backend.language import LANGUAGES
from backend.reading.acts.model import FOLLOW_UP_PREFIX

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SECTION = re.compile(r"##\s*(\S.*)")
_CONTEXTS = re.compile(r"([a-z0-9_]+(?:\s*,\s*[a-z0-9_]+)*)\s*:\s*(\S.*)")
_HEADER = re.compile(r"(\w+)\s*:\s*(.*)")
_HEADERS = ("group", "skill", "account")


class KnowledgeError(SettingsError):
    """A file of knowledge/ that cannot be read; the text names the file and the line."""

    code = "knowledge"


@dataclass
class _Section:
    """The lines below `## en` or `## es`."""

    questions: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    offer: str | None = None
    contexts: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class _Draft:
    """A file as parsed so far."""

    path: Path
    title: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    sections: dict[str, _Section] = field(default_factory=dict)
    current_section: _Section | None = None


def load_folder(folder: Path) -> tuple[list[Subject], list[KnowledgeError]]:
    """All subjects of the folder by name, and the errors of files that cannot be read."""
    subjects: list[Subject] = []
    faults: list[KnowledgeError] = []
    for path in sorted(folder.glob("*.md")):
        try:
            subjects.append(parse_file(path))
        except KnowledgeError as fault:
            faults.append(fault)
    return subjects, faults


def parse_file(path: Path) -> Subject:
    """One subject. Raises KnowledgeError naming the file and line of the first error."""
    if not _NAME.fullmatch(path.stem):
        raise KnowledgeError(f"{path.name}: the name of a file is small letters, digits and underscores")
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        at = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _error_at(path, at, "is not UTF-8 text; save the file as UTF-8") from None
    return _parse_lines(path, lines)


def parse_text(name: str, text: str) -> Subject:
    """One subject from the text of its file. Raises KnowledgeError naming the line of the first error."""
    if not _NAME.fullmatch(name):
        raise KnowledgeError(f"{name}: a subject's name is small letters, digits and underscores")
    return _parse_lines(Path(f"{name}.md"), text.split("\n"))


def _parse_lines(path: Path, lines: list[str]) -> Subject:
    draft = _Draft(path)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            _parse_line(draft, number, line.strip())
    return _build_subject(draft, len(lines))


def _parse_line(draft: _Draft, number: int, line: str) -> None:
    path = draft.path
    if found := _SECTION.fullmatch(line):
        _open_section(draft, number, found[1])
    elif not draft.title:
        if not line.startswith("# "):
            raise _error_at(path, number, "the first line must be the title: # Late fee")
        draft.title = line[2:].strip()
    elif draft.current_section is None:
        _parse_header(draft, number, line)
    else:
        _parse_section_line(draft.current_section, path, number, line)


def _open_section(draft: _Draft, number: int, language: str) -> None:
    if not draft.title:
        raise _error_at(draft.path, number, "the first line must be the title: # Late fee")
    if language not in LANGUAGES:
        raise _error_at(draft.path, number, f"## {language} is no language of ours: {', '.join(LANGUAGES)}")
    if language in draft.sections:
        raise _error_at(draft.path, number, f"## {language} stands twice")
    draft.current_section = draft.sections[language] = _Section()


def _parse_header(draft: _Draft, number: int, line: str) -> None:
    found = _HEADER.fullmatch(line)
    if not found or found[1] not in _HEADERS:
        raise _error_at(draft.path, number, f"must be one of {', '.join(_HEADERS)}, like group: billing")
    name, value = found[1], found[2].strip()
    if name in draft.headers:
        raise _error_at(draft.path, number, f"{name} stands twice")
    if not _NAME.fullmatch(value):
        raise _error_at(draft.path, number, f"{name} must be one word of small letters, digits and underscores")
    if name == "group" and value not in GROUPS:
        raise _error_at(draft.path, number, f"{value} is no group: {', '.join(sorted(GROUPS))}")
    draft.headers[name] = value


def _parse_section_line(section: _Section, path: Path, number: int, line: str) -> None:
    mark, rest = line[0], line[1:].strip()
    if mark == "?":
        if not rest:
            raise _error_at(path, number, "there is no question behind the ?")
        section.questions.append(rest)
        section.lines.append(number)
        return
    if mark == "#":
        raise _error_at(path, number, "a title stands only in the first line, a language behind ##")
    if re.search(r"[{}]", PLACEHOLDER.sub("", line)):
        raise _error_at(path, number, "a fact is a name of small letters in braces, like {late_fee}")
    if mark == "@":
        _parse_context(section, path, number, rest)
    elif mark != "+":
        section.answer.append(line)
    elif section.offer is not None:
        raise _error_at(path, number, "there is a second + line; one is all that is said")
    elif not rest:
        raise _error_at(path, number, "there is nothing behind the +")
    else:
        section.offer = rest


def _parse_context(section: _Section, path: Path, number: int, rest: str) -> None:
    """`@ tree, light: You do not have to be home.`"""
    found = _CONTEXTS.fullmatch(rest)
    if not found:
        raise _error_at(path, number, "a follow-up is answered like @ tree, light: You do not have to be home.")
    for name in (each.strip() for each in found[1].split(",")):
        if name in section.contexts:
            raise _error_at(path, number, f"{name} is answered twice")
        section.contexts[name] = split(found[2])


def _build_subject(draft: _Draft, last: int) -> Subject:
    if not draft.title:
        raise _error_at(draft.path, 1, "the file is empty")
    if "group" not in draft.headers:
        raise _error_at(draft.path, 2, "there is no group: line below the title")
    if not draft.sections:
        raise _error_at(draft.path, last, "there is neither ## en nor ## es")
    return Subject(
        name=draft.path.stem,
        title=draft.title,
        group=draft.headers["group"],
        skill=draft.headers.get("skill"),
        account=draft.headers.get("account"),
        contents={
            language: _build_content(draft.path, last, language, each) for language, each in draft.sections.items()
        },
    )


def _build_content(path: Path, last: int, language: str, section: _Section) -> SubjectContent:
    at = section.lines[-1] if section.lines else last
    if not section.questions:
        raise _error_at(path, at, f"## {language} has no questions: lines that begin with ?")
    if bool(section.contexts) != path.stem.startswith(FOLLOW_UP_PREFIX):
        raise _error_at(path, at, f"lines that begin with @ belong in files whose names begin with {FOLLOW_UP_PREFIX}")
    if not section.answer and not section.contexts:
        raise _error_at(path, at, f"## {language} has no answer")
    return SubjectContent(
        questions=tuple(section.questions),
        lines=tuple(section.lines),
        sentences=split(" ".join(section.answer)),
        offer=section.offer,
        contexts=section.contexts,
    )


def _error_at(path: Path, line: int, what: str) -> KnowledgeError:
    return KnowledgeError(f"{path.name}, line {line}: {what}")
