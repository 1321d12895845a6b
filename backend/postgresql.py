"""The PostgreSQL connection, with timeouts: a server that hangs must not block every request."""

from __future__ import annotations

from typing import Any

import asyncpg

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 20.0  # ten times what any of our statements takes
MIGRATIONS, DEMO = 7_262_001, 7_262_002
"""Keys of advisory locks (arbitrary numbers), for what processes that start together must do one at a time."""


async def connect(*args: Any, **options: Any) -> asyncpg.Connection:
    """For SQLAlchemy's `async_creator_fn`. Raises OSError (ConnectionError) for every kind of failure."""
    try:
        return await asyncpg.connect(*args, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
        raise ConnectionError(f"the database refuses: {type(refusal).__name__}") from refusal
