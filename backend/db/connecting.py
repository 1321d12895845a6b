"""Connects to PostgreSQL, and says in words of the settings why it could not."""

from __future__ import annotations

import re
import socket
from typing import Any

import asyncpg

CONNECT_SECONDS = 5.0
UNKNOWN_OPTION = re.compile(r"unexpected keyword argument '(\w+)'")


class DatabaseAway(ConnectionError):
    """The database cannot be reached or refuses us. The message names DATABASE_URL and never has its password."""


async def connect_postgresql(*args: Any, **options: Any) -> asyncpg.Connection:
    """Connect, with a timeout: a server that hangs must not block every request.

    Raises DatabaseAway, an OSError, for every kind of failure.
    """
    try:
        return await asyncpg.connect(*args, timeout=CONNECT_SECONDS, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as failure:
        raise DatabaseAway(f"DATABASE_URL: {_describe(failure, options)}") from failure
    except TypeError as failure:
        unknown = UNKNOWN_OPTION.search(str(failure))
        if unknown is None:
            raise
        raise DatabaseAway(
            f"DATABASE_URL: has the option {unknown[1]}, which is not known here; for TLS write ?ssl=require"
        ) from failure


def _describe(failure: Exception, options: dict[str, Any]) -> str:
    host, port = options.get("host"), options.get("port")
    where = f"{host}:{port}" if host and port else str(host or "this machine")
    if isinstance(failure, asyncpg.InvalidAuthorizationSpecificationError):  # InvalidPasswordError is one
        return f"PostgreSQL at {where} refuses the user {options.get('user')} or the password"
    if isinstance(failure, asyncpg.InvalidCatalogNameError):
        return f"PostgreSQL at {where} has no database {options.get('database')}: make it with createdb"
    if isinstance(failure, asyncpg.PostgresError | asyncpg.InterfaceError):
        return f"PostgreSQL at {where} refuses: {type(failure).__name__}"
    if isinstance(failure, socket.gaierror):
        return f"the host {host} is not known ({failure.strerror})"
    if isinstance(failure, TimeoutError):
        return f"no PostgreSQL answers at {where} within {CONNECT_SECONDS:.0f} seconds"
    reason = (isinstance(failure, OSError) and failure.strerror) or "connection refused"
    return f"no PostgreSQL answers at {where} ({reason}): is it running?"
