"""Tells whether a trained model is stale: a hash over all that training reads, kept beside the model."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

ENGINE_FOLDER = Path(__file__).resolve().parent
CODE_SUFFIXES = {".py", ".npz", ".json"}


def _hash_files(base: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        total.update(f"{path.relative_to(base)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def code_digest() -> str:
    """The hash of our components, with the tuned encoder, and of the locked packages."""
    parts = [path for path in (ENGINE_FOLDER / "components").iterdir() if path.suffix in CODE_SUFFIXES]
    return _hash_files(ENGINE_FOLDER, [*parts, ENGINE_FOLDER / "uv.lock"])


def project_digest(project: Path) -> str:
    """The hash of all that a model is made from: config, domain, data, components and packages."""
    files = [project / "config.yml", project / "domain.yml"]
    for folder in (project / "data", project / "domain"):
        files += folder.rglob("*.yml")
    for folder in ("answers", "danger", "danger_talk"):
        files += (project / "data" / folder).glob("*.txt")  # not knowledge/: that is searched, not trained on
    return hashlib.sha256((_hash_files(project, files) + code_digest()).encode()).hexdigest()


def _stamp_path(model: Path) -> Path:
    """models/current.json for models/current.tar.gz"""
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def read_stamp(model: Path) -> dict[str, Any]:
    """The model's stamp, or an empty one when the model or the stamp is missing or broken."""
    try:
        stamp = json.loads(_stamp_path(model).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if model.is_file() and isinstance(stamp, dict) else {}


def is_fresh(project: Path, model: Path) -> bool:
    """Whether the model was trained from what is there now."""
    return bool(read_stamp(model).get("inputs") == project_digest(project))


def write_stamp(model: Path, stamp: dict[str, Any]) -> None:
    """Replace the model's stamp in one step."""
    target = _stamp_path(model)
    draft = target.with_suffix(".json.new")
    draft.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, target)
