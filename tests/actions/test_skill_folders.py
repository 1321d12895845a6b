"""A skill is one word: the name of its folder in data, actions, tests/actions, tests/transcripts and backend."""

from __future__ import annotations

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

import actions
from actions import concrete_subclasses
from actions.base import SkillAction
from backend.config import ROOT

for _module in walk_packages(actions.__path__, "actions."):
    import_module(_module.name)  # a class is a known subclass once its module is imported

# the other folders of data/ are training sentences alone, as text files
SKILLS = sorted({path.parent.name for path in (ROOT / "data").glob("*/*.yml")})
ACTIONS = concrete_subclasses(SkillAction)  # type: ignore[type-abstract]


def find_backend_package(skill: str) -> str:
    """The dotted name of what stands behind the skill.

    It has the skill's own name, unless the skill's action says `backend_package`: a domain such as backend.payments
    serves several skills, and is named by what it keeps.
    """
    own = [each for each in ACTIONS if each.__module__.startswith(f"actions.{skill}.")]
    return next((each.backend_package for each in own if each.backend_package), f"backend.{skill}")


def list_imports(folder: Path) -> set[str]:
    """The dotted names of what the modules of a folder import, both `a.b` and `a.b.c` of `from a.b import c`."""
    found: set[str] = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def find_missing(skill: str) -> list[str]:
    """The places that the skill lacks, each as something to make."""
    wanted = {
        f"actions/{skill}/*.py": "its form or action",
        f"tests/actions/{skill}/test_*.py": "its tests without the engine",
        f"tests/transcripts/{skill}/*.yml": "its whole conversations",
    }
    missing = [f"{pattern} ({what})" for pattern, what in wanted.items() if not list(ROOT.glob(pattern))]
    package = find_backend_package(skill)
    if find_spec(package) is None:
        missing.append(f"{package.replace('.', '/')}, or `backend_package` in its form in actions/{skill}")
    elif package != f"backend.{skill}" and not any(
        name == package or name.startswith(f"{package}.") for name in list_imports(ROOT / "actions" / skill)
    ):
        missing.append(f"an import of {package} in actions/{skill}: another package is behind it")
    return missing


@pytest.mark.parametrize("skill", SKILLS)
def test_a_skill_has_its_folders(skill: str) -> None:
    assert find_missing(skill) == []


def test_missing_places_are_named() -> None:
    missing = find_missing("solar_panels")
    assert [place.split(" ")[0].rstrip(",") for place in missing] == [
        "actions/solar_panels/*.py",
        "tests/actions/solar_panels/test_*.py",
        "tests/transcripts/solar_panels/*.yml",
        "backend/solar_panels",
    ]
