"""The PostgreSQL driver, made impatient: a server that hangs must not hold everybody for ever."""

from __future__ import annotations

from typing import Any

import asyncpg

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 20.0
"""No statement of ours takes a tenth of this."""
MIGRATIONS, DEMO = 7_262_001, 7_262_002
"""Keys of advisory locks, any numbers of our own: what processes that start together must do one after the other."""


async def connect(*args: Any, **options: Any) -> asyncpg.Connection:
    """A connection for SQLAlchemy's `async_creator_fn`. Raises OSError when there is none, whatever the reason."""
    try:
        return await asyncpg.connect(*args, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as refusal:
        raise ConnectionError(f"the database refuses: {type(refusal).__name__}") from refusal
