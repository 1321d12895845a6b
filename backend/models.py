"""Every table: importing this makes the metadata whole. A domain keeps its tables in backend/<domain>/models.py, or in
files there whose names end so."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from backend.db import Base

for _path in sorted(Path(__file__).parent.glob("*/*models.py")):
    import_module(f"backend.{_path.parent.name}.{_path.stem}")


def list_models() -> list[type[Base]]:
    """The classes of all tables, by name."""
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__name__)
