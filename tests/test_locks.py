"""Both locks install from wheels on x86_64 and on arm64, and what they hold can be written down."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from backend.config import ROOT

LOCKS = {"app": ROOT / "uv.lock", "engine": ROOT / "engine" / "uv.lock"}
MACHINES = ("x86_64", "aarch64")
BUILT_HERE = {"docopt", "randomname"}
"""Published without a wheel, in Python alone, so that no compiler is needed."""


def _environment(machine: str) -> dict[str, str]:
    return {
        "implementation_name": "cpython", "implementation_version": "3.11.7", "os_name": "posix",
        "platform_machine": machine, "platform_python_implementation": "CPython", "platform_release": "",
        "platform_system": "Linux", "platform_version": "", "python_full_version": "3.11.7", "python_version": "3.11",
        "sys_platform": "linux", "extra": "",
    }  # fmt: skip


def _needed(lock: dict[str, Any], machine: str) -> Iterator[dict[str, Any]]:
    """The packages that are installed on a Linux machine of this kind, without extras of the project itself."""
    by_name = {package["name"]: package for package in lock["package"]}
    root = next(package for package in lock["package"] if {"editable", "virtual"} & set(package["source"]))
    groups = [each for group in root.get("dev-dependencies", {}).values() for each in group]
    waiting, seen = [(root["name"], ()), *((each["name"], tuple(each.get("extra", ()))) for each in groups)], set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = by_name[name]
        wanted = list(package.get("dependencies", []))
        for extra in extras:
            wanted += package.get("optional-dependencies", {}).get(extra, [])
        for each in wanted:
            if "marker" not in each or Marker(each["marker"]).evaluate(_environment(machine)):
                waiting.append((each["name"], tuple(each.get("extra", ()))))
    return (by_name[name] for name in sorted({name for name, _ in seen} - {root["name"]}))


def _tags(machine: str) -> set[str]:
    newest = [f"manylinux_2_{minor}_{machine}" for minor in range(36, 4, -1)]
    old = [f"{name}_{machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1", "linux")]
    platforms = [*newest, *old]
    tags = [*cpython_tags((3, 11), platforms=platforms), *compatible_tags((3, 11), "cp311", platforms)]
    return {str(tag) for tag in tags}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("which", LOCKS)
def test_every_package_has_a_wheel_for_the_machine(which: str, machine: str) -> None:
    lock = tomllib.loads(LOCKS[which].read_text(encoding="utf-8"))
    fitting, missing, count = _tags(machine), set(), 0
    for package in _needed(lock, machine):
        count += 1
        names = [wheel["url"].rsplit("/", 1)[1] for wheel in package.get("wheels", [])]
        if not any(fitting & {str(tag) for tag in parse_wheel_filename(name)[3]} for name in names):
            missing.add(package["name"])
    assert missing - BUILT_HERE == set()
    assert count > 60


@pytest.mark.parametrize("which", LOCKS)
def test_lock_is_made_for_both_machines(which: str) -> None:
    markers = tomllib.loads(LOCKS[which].read_text(encoding="utf-8"))["supported-markers"]
    for machine in MACHINES:
        assert any(Marker(marker).evaluate(_environment(machine)) for marker in markers), machine


def test_bill_of_materials_names_what_the_locks_hold(tmp_path: Path) -> None:
    if not (ROOT / ".tools" / "uv" / "bin" / "uv").exists():
        pytest.skip("uv is not set up: make setup")
    subprocess.run(["bash", str(ROOT / ".ci" / "sbom"), str(tmp_path)], cwd=ROOT, check=True)
    for which, path in LOCKS.items():
        made = json.loads((tmp_path / f"{which}.cdx.json").read_text())
        assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
        named = {f"{each['name']}=={each['version']}" for each in made["components"] if each.get("purl")}
        locked = {f"{each['name']}=={each.get('version')}" for each in tomllib.loads(path.read_text())["package"]}
        assert len(named) > 60
        assert named - locked == set(), "nothing but what is locked"
