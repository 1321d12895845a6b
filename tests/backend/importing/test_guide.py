"""docs/import.md: it names every column there is and no other, and its examples can be imported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import ROOT
from backend.importing.service import TABLES, import_folder
from backend.importing.table import Table

GUIDE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\.csv\n(.*?)(?=^##|\Z)", GUIDE, re.MULTILINE | re.DOTALL))


def test_every_file_has_its_section() -> None:
    assert list(SECTIONS) == [table.name for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_documented(table: Table) -> None:
    named = set(re.findall(r"`(\w+)`", SECTIONS[table.name]))
    assert set(table.headers) - named == set()


async def test_the_examples_can_be_imported(backend: Backend, tmp_path: Path) -> None:
    for name, section in SECTIONS.items():
        [example] = re.findall(r"```csv\n(.*?)```", section, re.DOTALL)
        (tmp_path / f"{name}.csv").write_text(example, encoding="utf-8")
    result = await import_folder(backend, tmp_path)
    assert all(result.values())
