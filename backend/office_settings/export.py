"""Writes the present settings as coop.toml and knowledge/ again: to keep, to compare, or to begin anew with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.errors import MemberlineError
from backend.knowledge.writing import write_subject
from backend.office_settings.logos import SVG
from backend.office_settings.state import merge_tables

if TYPE_CHECKING:
    from backend.app import Backend

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
HEADER = """# The co-op's own facts, as they were in force in version {version} of the office's settings.
# Written by a program: comments, blank lines and the order of the file that was read at the start are not in it.
# docs/knowledge.md and docs/office-settings.md explain the tables.
"""


def write_toml(tables: Mapping[str, Any], version: int = 0) -> str:
    """The tables as TOML, in the form of coop.toml: lists of tables behind the tables, and empty values left out."""
    lines = [HEADER.format(version=version)]
    lists = {name: value for name, value in tables.items() if isinstance(value, list)}
    for name, table in tables.items():
        values = {} if name in lists else _without_empty(table)
        if values:
            lines += [f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in values.items()), ""]
    for name, rows in lists.items():
        for row in rows:
            lines += [f"[[{name}]]", *(f"{_key(key)} = {_value(value)}" for key, value in row.items()), ""]
    return "\n".join(lines)


def export(backend: Backend, folder: Path) -> list[str]:
    """Write coop.toml, knowledge/ and the logo into `folder`; returns the names written. The folder must be new or
    empty: nothing is overwritten. Raises MemberlineError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MemberlineError(f"{folder} is not empty: name a new folder")
    live = backend.live
    tables = merge_tables(live.raw, live.state)
    if live.logo is not None:
        name = "logo.svg" if live.logo.media_type == SVG else "logo.png"
        tables["look"] = {**tables.get("look", {}), "logo": name}
    (folder / "knowledge").mkdir(parents=True)
    written = ["coop.toml"]
    (folder / "coop.toml").write_text(write_toml(tables, live.version), encoding="utf-8")
    if live.logo is not None:
        (folder / name).write_bytes(live.logo.content)
        written.append(name)
    for subject in backend.knowledge.subjects.values():
        (folder / "knowledge" / f"{subject.name}.md").write_text(write_subject(subject), encoding="utf-8")
    return [*written, f"knowledge/ ({len(backend.knowledge.subjects)} subjects)"]


def _without_empty(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in ("", {}, [])}


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # a basic string of TOML has the escapes of JSON
    if isinstance(value, Mapping):
        return _braced(f"{_key(key)} = {_value(each)}" for key, each in value.items())
    if isinstance(value, Iterable):
        return f"[{', '.join(_value(each) for each in value)}]"
    raise MemberlineError(f"coop.toml cannot hold {value!r}")


def _braced(parts: Iterable[str]) -> str:
    return f"{{ {', '.join(parts)} }}"
