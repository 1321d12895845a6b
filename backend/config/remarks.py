"""What is allowed and probably not meant: told at the start and by `memberline check`, a line each with the setting."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from backend.coop import find_unknown_facts

if TYPE_CHECKING:
    from backend.config import Settings

READ_ELSEWHERE = frozenset(
    {
        "ACTION_ENDPOINT_URL",
        "BACKUP_DIR",
        "ENGINE_PORT",
        "KNOWLEDGE_CACHE",
        "KNOWLEDGE_FOLDER",
        "LOG_LEVEL_LIBRARIES",
        "MEMBERLINE_HOST",
        "MEMBERLINE_UPSTREAM",
        "POSTGRES_PASSWORD",
        "SANDBOX_NETWORK_DB",
        "SANDBOX_NETWORK_PORT",
        "SENTENCE_CACHE",
        "TRACKER_DB_URL",
    }
)
"""Names that the engine, the sandbox network and the files of deploy/ read."""
OUR_PREFIXES = ("MEMBERLINE_", "MULTISPEAK_", "STAFF_", "STRIPE_", "TWILIO_")
NEARNESS = 0.85
SHORTEST_COMPARED = 6  # shorter names are like too many others


def find_remarks(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What is off, misspelled or read by nobody: the app starts, and whoever set it up should know.

    Raises SettingsError for a coop.toml that cannot be read.
    """
    return [
        *find_what_is_off(settings, environ),
        *find_misspelled(environ, settings.names()),
        *find_unknown_facts(settings.coop_file),
    ]


def find_misspelled(environ: Mapping[str, str], known: frozenset[str]) -> list[str]:
    """Variables that nobody reads and that look like a setting; `known` are the names of the settings."""
    every = known | READ_ELSEWHERE
    found = []
    for name in sorted(set(environ) - every):
        if not name.isupper() or len(name) < SHORTEST_COMPARED:
            continue
        near = get_close_matches(name, every, n=1, cutoff=NEARNESS)
        if near:
            found.append(f"{name} is not a setting, and ignored: is it {near[0]}?")
        elif name.startswith(OUR_PREFIXES):
            found.append(f"{name} is not a setting, and ignored: docs/settings.md lists them")
    return found


def find_what_is_off(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What production does without because a setting is empty; nothing outside production."""
    if not settings.production:
        return []
    found = []
    if not environ.get("DATABASE_URL"):
        found.append(
            f"DATABASE_URL is not set: everything is kept in {describe_database(settings)}; "
            "if that is meant, say so with sqlite:////…"
        )
    if not settings.smtp_url and settings.messages_provider == "auto":
        found.append("SMTP_URL is not set: emails, and codes by email, stay in the outbox and reach nobody")
    if settings.staff_accounts:
        found.append(
            "STAFF_ACCOUNTS is the older way into the office: invite these people with `memberline staff invite`, and "
            "leave the setting out (docs/staff-access.md)"
        )
    return found


def describe_database(settings: Settings) -> str:
    """The address of the database without its password, as `postgresql://memberline:***@db/memberline`."""
    address = make_url(settings.database_url)
    shown = address.set(
        drivername=address.get_backend_name(),
        query={name: value for name, value in address.query.items() if name == "host"},
    )
    return shown.render_as_string(hide_password=True)
