"""Parses the values of settings. Each function raises ValueError with what is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

EXPECTED = {
    "MEMBERLINE_ENV": "must be development, test or production",
    "PORT": "must be a port number from 1 to 65535",
    "PROXIES_COUNT": "must be a number from 0 to 9",
    "CLOCK_SHIFT": "must be a number of seconds",
    "CHAT_PER_ADDRESS": "must be a number of messages, 1 or more",
    "ALLOW_NO_PROXY": "must be yes or no",
}
"""Messages for settings whose pydantic message would say less."""


def parse_whole_number(value: Any) -> Any:
    """Digits only: pydantic would also accept `1_000` and ` 1 `, which are typos here."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise ValueError("must be a whole number")
    return value


def strip_slash(value: Any) -> Any:
    return value.rstrip("/") if isinstance(value, str) else value


def parse_http_url(value: Any) -> Any:
    """An http(s) URL without a trailing slash."""
    if isinstance(value, str) and not value.startswith(("http://", "https://")):
        raise ValueError("must be an http:// or https:// address")
    return strip_slash(value)


def parse_accounts(value: Any) -> Any:
    """`name=hash` pairs separated by whitespace, since argon2 hashes contain commas."""
    if isinstance(value, Mapping):
        return value
    found: dict[str, str] = {}
    for part in str(value).split():
        name, _, hashed = part.partition("=")
        if not name or not hashed.startswith("$argon2id$"):
            raise ValueError("must list name=hash, the hash made by `memberline staff-password`")
        if name in found:
            raise ValueError("names somebody twice")
        found[name] = hashed
    return found


def parse_emails(value: Any) -> Any:
    """`name=address` pairs separated by whitespace."""
    if isinstance(value, Mapping):
        return value
    found: dict[str, str] = {}
    for part in str(value).split():
        name, _, address = part.partition("=")
        if not name or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise ValueError("must list name=address, such as ann=ann@coop.example")
        found[name] = address
    return found


def parse_origins(value: Any) -> Any:
    """Web origins separated by commas; `*` for any."""
    if not isinstance(value, str):
        return value
    found = tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    if not all(origin == "*" or is_origin(origin) for origin in found):
        raise ValueError("must list web origins such as https://www.coop.example, parted by commas")
    return found


def is_origin(text: str) -> bool:
    """Whether it is scheme, host and optional port, and nothing more."""
    try:
        parts = urlsplit(text)
        whole = text == f"{parts.scheme}://{parts.netloc}" and "@" not in text
        return whole and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def parse_database_url(value: Any) -> Any:
    """A SQLAlchemy URL with the asynchronous driver, from the plain form that hosting services give."""
    for plain, driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if str(value).startswith(plain):
            return driver + str(value).removeprefix(plain)
    if str(value).startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
        return value
    raise ValueError("must be a sqlite:/// or postgresql:// address")


def parse_redis_url(value: Any) -> Any:
    if not str(value).startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    return value
