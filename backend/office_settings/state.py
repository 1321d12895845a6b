"""A state of the office's settings: what it has changed of coop.toml and knowledge/. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.knowledge.parsing import parse_text
from backend.knowledge.service import NEEDED_SUBJECTS
from backend.knowledge.subjects import Subject

WHOLE_TABLES = frozenset({"hours", "holidays", "banner", "starters"})
"""Tables that a change replaces as a whole: a day or a holiday that is not listed is not there."""
Table = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """`tables` go over those of coop.toml. `knowledge` has the text of each changed or new subject's file; None: the
    subject is switched off."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    knowledge: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> State:
        return cls(dict(kept.get("tables") or {}), dict(kept.get("knowledge") or {}))

    def to_json(self) -> dict[str, Any]:
        return {"tables": {name: dict(table) for name, table in self.tables.items()}, "knowledge": dict(self.knowledge)}

    def with_tables(self, changed: Mapping[str, Table]) -> State:
        """A whole table takes the place of the former; of others only the keys given change."""
        tables = dict(self.tables)
        for name, table in changed.items():
            tables[name] = dict(table) if name in WHOLE_TABLES else {**tables.get(name, {}), **table}
        return State(tables, self.knowledge)

    def with_subject(self, name: str, text: str | None) -> State:
        return State(self.tables, {**self.knowledge, name: text})

    def without_subject(self, name: str) -> State:
        """The subject as it stands in knowledge/ again."""
        return State(self.tables, {each: text for each, text in self.knowledge.items() if each != name})


def merge_tables(raw: Mapping[str, Any], state: State) -> dict[str, Any]:
    """The tables of coop.toml with the office's changes."""
    merged = dict(raw)
    for name, table in state.tables.items():
        merged[name] = dict(table) if name in WHOLE_TABLES else {**merged.get(name, {}), **table}
    return merged


def merge_subjects(shipped: Iterable[Subject], state: State) -> list[Subject]:
    """The subjects of knowledge/ with the office's changes, by name. Raises KnowledgeError.

    A subject that the assistant names itself stays, whatever a state says.
    """
    found = {subject.name: subject for subject in shipped}
    for name, text in state.knowledge.items():
        if text is not None:
            found[name] = parse_text(name, text)
        elif name not in NEEDED_SUBJECTS:
            found.pop(name, None)
    return [found[name] for name in sorted(found)]


def find_changed_subjects(before: State, after: State) -> list[str]:
    """The names of the subjects that are not the same in two states."""
    missing = object()
    names = sorted({*before.knowledge, *after.knowledge})
    return [each for each in names if before.knowledge.get(each, missing) != after.knowledge.get(each, missing)]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two states. `key` is `fees.card` or `knowledge.late_fee`; None: a value that is not there."""

    key: str
    before: Any
    after: Any


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The differences of two sets of tables, as they are in force."""
    changes = []
    for section in dict.fromkeys((*before, *after)):
        old, new = before.get(section) or {}, after.get(section) or {}
        if old == new:
            continue
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            changes.append(Change(section, old, new))
            continue
        changes += [
            Change(f"{section}.{key}", old.get(key), new.get(key))
            for key in dict.fromkeys((*old, *new))
            if old.get(key) != new.get(key)
        ]
    return changes
