"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError

from backend.errors import UnusableDatabase
from backend.private_files import make_private_database

INSUFFICIENT_PRIVILEGE = "42501"  # PostgreSQL's code

HERE = Path(__file__).resolve().parent


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


def upgrade(url: str) -> None:
    """Upgrade to the newest version; several processes may do so at once on PostgreSQL (advisory lock in env.py).

    Raises UnusableDatabase for a newer version's schema, and where the database's user may not make tables.
    """
    if url.startswith("sqlite"):
        make_private_database(Path(url.split(":///", 1)[1]))
    try:
        command.upgrade(config(url), "head")
    except CommandError as error:
        unknown = getattr(error.__cause__, "argument", None)
        if unknown is None:
            raise
        raise UnusableDatabase(newer_schema_text(unknown)) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != INSUFFICIENT_PRIVILEGE:
            raise
        raise UnusableDatabase(
            "DATABASE_URL: the database's user may not make tables in it: let the user own the database "
            "(ALTER DATABASE … OWNER TO …)"
        ) from error


def newest_revision() -> str:
    return str(ScriptDirectory.from_config(config("")).get_current_head())


def known_revisions() -> frozenset[str]:
    scripts: Any = ScriptDirectory.from_config(config(""))
    return frozenset(script.revision for script in scripts.walk_revisions())


def refuse_other_schema(found: str) -> None:
    """Raises UnusableDatabase unless `found` is the newest revision: only a start, a restore and `memberline migrate`
    bring a schema up, since the version before may still be serving with it."""
    newest = newest_revision()
    if found == newest:
        return
    if found not in known_revisions():
        raise UnusableDatabase(newer_schema_text(found))
    raise UnusableDatabase(
        f"DATABASE_URL: the database has the older schema {found}, and this version needs {newest}: back it up, stop "
        "the service, then start this version, or run `memberline migrate` (docs/server.md)"
    )


def newer_schema_text(revision: str) -> str:
    return (
        f"DATABASE_URL: the database has the schema {revision}, which this version does not know (its newest is "
        f"{newest_revision()}): install the version that was here before, or restore a backup of this one "
        "(docs/backup.md)"
    )
