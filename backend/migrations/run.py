"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from backend.private_files import make_private_database

HERE = Path(__file__).resolve().parent


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(url: str) -> None:
    """Upgrade to the newest version; several processes may do so at once on PostgreSQL (advisory lock in env.py)."""
    if url.startswith("sqlite"):
        make_private_database(Path(url.split(":///", 1)[1]))
    command.upgrade(config(url), "head")
