"""Writes a subject in the form of its file: what `parsing` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.knowledge.subjects import Subject, SubjectContent
from backend.language import LANGUAGES

Words = Mapping[str, Iterable[str]]
"""Of one language: `questions`, `answer`, `offer` and `contexts`, each the lines of it."""


def write_subject(subject: Subject) -> str:
    """The text of the subject's file."""
    words = {language: list_lines(content) for language, content in subject.contents.items()}
    return compose(subject.title, subject.group, subject.skill, subject.account, words)


def list_lines(content: SubjectContent) -> dict[str, list[str]]:
    """The lines of a language, as a form shows them. Contexts with the same answer stand together."""
    by_answer: dict[str, list[str]] = {}
    for name, sentences in content.contexts.items():
        by_answer.setdefault(" ".join(sentences), []).append(name)
    return {
        "questions": list(content.questions),
        "answer": [content.answer] if content.sentences else [],
        "offer": [content.offer] if content.offer else [],
        "contexts": [f"{', '.join(names)}: {answer}" for answer, names in by_answer.items()],
    }


def compose(title: str, group: str, skill: str | None, account: str | None, words: Mapping[str, Words]) -> str:
    """The text of a subject's file from its parts; languages without a line are left out."""
    lines = [f"# {title}", f"group: {group}"]
    lines += [f"{name}: {value}" for name, value in (("skill", skill), ("account", account)) if value]
    for language in LANGUAGES:
        own = {part: [" ".join(line.split()) for line in each] for part, each in words.get(language, {}).items()}
        if not any(line for each in own.values() for line in each):
            continue
        lines += ["", f"## {language}"]
        marks = (("questions", "? "), ("contexts", "@ "), ("answer", ""), ("offer", "+ "))
        lines += [f"{mark}{line}" for part, mark in marks for line in own.get(part, []) if line]
    return "\n".join(lines) + "\n"
